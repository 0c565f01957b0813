//! `midwatch check`: the class of a command, for a person or for another program. Nothing is run.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::actions::{Dialect, Tables, classify, classify_logql, classify_sql, silence_panics, undo};
use crate::domain::{Class, Language, Verdict};

/// Longest input line, in bytes.
const MAX_LINE: u64 = 4 << 20;

/// `midwatch check CMD` and `midwatch check --json`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The command, as one argument.
    #[arg(required_unless_present = "json", conflicts_with = "json")]
    pub command: Option<String>,
    /// Read {"id","cmd","shell"} lines from standard input, write {"id","class"} lines.
    #[arg(long)]
    pub json: bool,
    /// A tool table that adds to the built-in ones; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub table: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Question {
    id: serde_json::Value,
    cmd: String,
    #[serde(default)]
    shell: Shell,
}

/// Who would read the text.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shell {
    #[default]
    #[serde(alias = "bash")]
    Sh,
    Psql,
    Mysql,
    Promql,
    Logql,
}

#[derive(Serialize)]
struct Answer {
    id: serde_json::Value,
    class: Class,
}

/// Runs the subcommand: 0 when every command has its class, whatever it is; 2 for bad input; 1 when it cannot be done.
pub fn run(args: &CheckArgs, tables: &[PathBuf]) -> ExitCode {
    silence_panics();
    let extra: Vec<PathBuf> = tables.iter().chain(&args.table).cloned().collect();
    let known = match Tables::builtin().and_then(|known| known.with_files(&extra)) {
        Ok(known) => known,
        Err(error) => return complain(&error.to_string(), 2),
    };
    let out = &mut std::io::stdout().lock();
    let done = match &args.command {
        Some(command) => explain(command, &known, out).map_err(|error| (error.to_string(), 1)),
        None => answer(&mut std::io::stdin().lock(), &known, out),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err((message, status)) => complain(&message, status),
    }
}

fn complain(message: &str, status: u8) -> ExitCode {
    // With standard error gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "midwatch check: {message}");
    ExitCode::from(status)
}

/// The class, then every reason under the words it rests on.
fn explain(command: &str, tables: &Tables, out: &mut impl Write) -> std::io::Result<()> {
    let verdict = classify(command, Language::Sh, tables);
    writeln!(out, "{}", verdict.class.word())?;
    for reason in &verdict.reasons {
        let (line, under) = underlined(command, reason.span.start, reason.span.end);
        writeln!(out, "\n  {line}\n  {under}\n  {}  {}: {}", reason.class.word(), reason.rule, reason.text)?;
    }
    if let Some(undo) = undo(command, tables) {
        writeln!(out, "\nundo: {undo}")?;
    }
    Ok(())
}

/// The line in which the span begins, made visible, and a line that underlines it.
fn underlined(text: &str, start: usize, end: usize) -> (String, String) {
    use unicode_width::UnicodeWidthStr;
    let clean = |part: &str| crate::domain::CleanText::line(part).to_string();
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(start), floor(end.max(start)));
    let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let to = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let (before, marked, after) =
        (clean(&text[from..start]), clean(&text[start..end.min(to)]), clean(&text[end.min(to)..to]));
    let under = format!("{}{}", " ".repeat(before.width()), "^".repeat(marked.width().max(1)));
    (format!("{before}{marked}{after}"), under)
}

/// Answers each line at once; stops at the first that is no question.
fn answer(input: &mut impl BufRead, tables: &Tables, out: &mut impl Write) -> Result<(), (String, u8)> {
    let mut number = 0_u64;
    loop {
        let mut line = Vec::new();
        number += 1;
        let read = std::io::Read::take(&mut *input, MAX_LINE)
            .read_until(b'\n', &mut line)
            .map_err(|error| (format!("standard input: {error}"), 1))?;
        if read == 0 {
            return Ok(());
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let question: Question = serde_json::from_slice(&line).map_err(|error| {
            let what = format!("standard input, line {number}: {error}; expected {{\"id\", \"cmd\", \"shell\"}} with shell sh, psql, mysql, promql or logql");
            (what, 2)
        })?;
        let class = judge(&question, tables).class;
        let text = serde_json::to_string(&Answer { id: question.id, class });
        let text = text.map_err(|error| (error.to_string(), 1))?;
        writeln!(out, "{text}").map_err(|error| (format!("standard output: {error}"), 1))?;
    }
}

fn judge(question: &Question, tables: &Tables) -> Verdict {
    match question.shell {
        Shell::Sh => classify(&question.cmd, Language::Sh, tables),
        Shell::Psql => classify_sql(&question.cmd, Dialect::Postgres, tables),
        Shell::Mysql => classify_sql(&question.cmd, Dialect::Mysql, tables),
        Shell::Promql => classify(&question.cmd, Language::Promql, tables),
        Shell::Logql => classify_logql(&question.cmd),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(input: &str) -> (Result<(), (String, u8)>, String) {
        let mut out = Vec::new();
        let done = answer(&mut input.as_bytes(), &Tables::builtin().unwrap(), &mut out);
        (done, String::from_utf8(out).unwrap())
    }

    #[test]
    fn every_line_gets_its_class() {
        let (done, out) = asked(
            "{\"id\":1,\"cmd\":\"df\",\"shell\":\"sh\"}\n\n{\"id\":\"b\",\"cmd\":\"DROP TABLE t\",\"shell\":\"psql\"}",
        );
        assert_eq!(done, Ok(()));
        assert_eq!(out, "{\"id\":1,\"class\":\"read\"}\n{\"id\":\"b\",\"class\":\"destructive\"}\n");
    }

    #[test]
    fn a_bad_line_is_named_and_ends_it() {
        let (done, out) = asked("{\"id\":1,\"cmd\":\"df\",\"shell\":\"sh\"}\nrubbish\n");
        let (message, status) = done.unwrap_err();
        assert!(message.starts_with("standard input, line 2:"), "{message}");
        assert_eq!((status, out.lines().count()), (2, 1));
    }

    #[test]
    fn reasons_stand_under_their_words() {
        let mut out = Vec::new();
        explain("cat größe >x; rm y", &Tables::builtin().unwrap(), &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.starts_with("DESTRUCTIVE\n"), "{out}");
        assert!(out.contains("  cat größe >x; rm y\n                ^^^^\n  DESTRUCTIVE  rm:"), "{out}");
    }
}
