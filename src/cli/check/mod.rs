//! `midwatch check`: the class of a command, for a person or for another program. Nothing is run.

mod question;
mod watchdog;
mod worker;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::actions::policy::load;
use crate::actions::{RunSettings, Tables, classify, prepare, silence_panics, undo};
use crate::config::Config;
use crate::domain::{CleanText, Language, Origin, Suggestion};

/// `midwatch check CMD` and `midwatch check --json`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The command, as one argument.
    #[arg(required_unless_present_any = ["json", "worker"], conflicts_with_all = ["json", "worker"])]
    pub command: Option<String>,
    /// Read {"id","cmd","shell"} lines from standard input, write {"id","class","reasons"} lines.
    #[arg(long)]
    pub json: bool,
    /// A tool table that adds to the built-in ones; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub table: Vec<PathBuf>,
    /// Be the process that reads the commands for another one.
    #[arg(long, hide = true)]
    pub worker: bool,
}

/// Runs the subcommand: 0 when every command has its class, whatever it is; 2 for bad input; 1 when it cannot be done.
pub fn run(args: &CheckArgs, config: &Config) -> ExitCode {
    silence_panics();
    let extra: Vec<PathBuf> = config.run.tables.iter().chain(&args.table).cloned().collect();
    let known = match Tables::builtin().and_then(|known| known.with_files(&extra)) {
        Ok(known) => known,
        Err(error) => return complain(&error.to_string(), 2),
    };
    let done = match &args.command {
        Some(command) => {
            let out = &mut std::io::stdout().lock();
            let said = explain(command, &known, out).and_then(|()| policy(command, &known, config, out));
            match said {
                // The reader went away, as `head` does: nothing is left to say.
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
                said => said.map_err(|error| (error.to_string(), 1)),
            }
        }
        None if args.worker => worker::work(known),
        None => watchdog::answer(&extra, &known),
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

/// What the policies make of it, as a model would put it forward here and now; nothing where none has a say.
fn policy(command: &str, tables: &Tables, config: &Config, out: &mut impl Write) -> std::io::Result<()> {
    let policy = load(config, tables, &|name| std::env::var(name).ok()).policy;
    let suggestion = Suggestion {
        language: Language::Sh,
        text: command.to_owned(),
        reason: CleanText::default(),
        because: Vec::new(),
        origin: Origin::Model,
        panel: None,
        watch: Vec::new(),
    };
    let verdict = classify(command, Language::Sh, tables);
    let target = prepare(&suggestion, &verdict, tables, &RunSettings::new(&config.run));
    match policy.of(&suggestion, &verdict, &target).line() {
        Some(line) => writeln!(out, "\npolicy: {line}"),
        None => Ok(()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stand_under_their_words() {
        let mut out = Vec::new();
        explain("cat größe >x; rm y", &Tables::builtin().unwrap(), &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.starts_with("DESTRUCTIVE\n"), "{out}");
        assert!(out.contains("  cat größe >x; rm y\n                ^^^^\n  DESTRUCTIVE  rm:"), "{out}");
    }
}
