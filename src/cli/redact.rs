//! `midwatch redact`: text without its secrets, for a person or for another program. One session: the same secret has the same
//! placeholder in all of it.

use std::io::{BufRead, Read, Write};
use std::process::ExitCode;

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::config::schema::Redact;
use crate::trust::redact::{Mail, Redactor};

/// Longest input line of `--json`, and longest text, in bytes.
const MAX_LINE: u64 = 64 << 20;

/// `midwatch redact` and `midwatch redact --json`.
#[derive(Args, Debug)]
pub struct RedactArgs {
    /// Read {"id","text"} lines from standard input, write {"id","text"} lines.
    #[arg(long)]
    pub json: bool,
    /// Leave mail addresses as they are.
    #[arg(long)]
    pub keep_mail: bool,
}

#[derive(Deserialize)]
struct Question {
    id: serde_json::Value,
    text: String,
}

#[derive(Serialize)]
struct Answer {
    id: serde_json::Value,
    text: String,
}

/// Runs the subcommand: 0 when all was read, secrets or none; 2 for bad input; 1 when it cannot be done.
pub fn run(args: &RedactArgs, config: &Redact) -> ExitCode {
    crate::actions::silence_panics();
    let redactor = &mut Redactor::with(if args.keep_mail || !config.mail { Mail::Keep } else { Mail::Redact });
    let (input, out) = (&mut std::io::stdin().lock(), &mut std::io::stdout().lock());
    let done = if args.json { answer(input, redactor, out) } else { filter(input, redactor, out) };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err((message, status)) => {
            // With standard error gone there is nobody left to tell.
            let _ = writeln!(std::io::stderr(), "midwatch redact: {message}");
            ExitCode::from(status)
        }
    }
}

/// The whole text at once: a secret may go over lines, and a value may be known only from further down.
fn filter(input: &mut impl Read, redactor: &mut Redactor, out: &mut impl Write) -> Result<(), (String, u8)> {
    let mut bytes = Vec::new();
    input.take(MAX_LINE + 1).read_to_end(&mut bytes).map_err(|error| (format!("standard input: {error}"), 1))?;
    if bytes.len() as u64 > MAX_LINE {
        return Err((format!("standard input: more than {} MiB; cut it into parts", MAX_LINE >> 20), 2));
    }
    let redacted = redactor.redact(&String::from_utf8_lossy(&bytes));
    out.write_all(redacted.as_bytes()).map_err(|error| (format!("standard output: {error}"), 1))
}

/// Answers each line at once; stops at the first that is no question.
fn answer(input: &mut impl BufRead, redactor: &mut Redactor, out: &mut impl Write) -> Result<(), (String, u8)> {
    let mut number = 0_u64;
    loop {
        let mut line = Vec::new();
        number += 1;
        let read = Read::take(&mut *input, MAX_LINE)
            .read_until(b'\n', &mut line)
            .map_err(|error| (format!("standard input: {error}"), 1))?;
        if read == 0 {
            return Ok(());
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        // The error names the place, never the text: it may hold a secret.
        let question: Question = serde_json::from_slice(&line).map_err(|error| {
            (format!("standard input, line {number}, column {}: not {{\"id\", \"text\"}}", error.column()), 2)
        })?;
        let answer = Answer { id: question.id, text: redactor.redact(&question.text) };
        let text = serde_json::to_string(&answer).map_err(|error| (error.to_string(), 1))?;
        writeln!(out, "{text}").map_err(|error| (format!("standard output: {error}"), 1))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(input: &str) -> (Result<(), (String, u8)>, String) {
        let mut out = Vec::new();
        let done = answer(&mut input.as_bytes(), &mut Redactor::new(), &mut out);
        (done, String::from_utf8(out).unwrap())
    }

    #[test]
    fn every_line_comes_back_and_one_secret_has_one_name() {
        let (done, out) =
            asked("{\"id\":1,\"text\":\"password=hunter22\"}\n\n{\"id\":\"b\",\"text\":\"pwd: 'hunter22' ok\"}");
        assert_eq!(done, Ok(()));
        assert_eq!(
            out,
            "{\"id\":1,\"text\":\"password=[REDACTED:password:1]\"}\n{\"id\":\"b\",\"text\":\"pwd: '[REDACTED:password:1]' ok\"}\n"
        );
    }

    #[test]
    fn a_bad_line_is_named_without_its_text() {
        let (done, out) = asked("{\"id\":1,\"text\":\"a\"}\npassword=hunter22\n");
        let (message, status) = done.unwrap_err();
        assert!(message.starts_with("standard input, line 2") && !message.contains("hunter22"), "{message}");
        assert_eq!((status, out.lines().count()), (2, 1));
    }

    #[test]
    fn a_text_for_people_keeps_all_but_its_secrets() {
        let mut out = Vec::new();
        filter(&mut "a\n token=abcd1234efgh\n\nb".as_bytes(), &mut Redactor::new(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a\n token=[REDACTED:token:1]\n\nb");
    }
}
