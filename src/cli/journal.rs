//! `midwatch journal verify|show|export [FILE]`: whether a journal is what was written, what it says, and a copy of it for
//! a post-mortem.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::args::Common;
use super::open::{ReadFile, configuration};
use super::{Failure, Outcome};
use crate::actions::Verification;
use crate::actions::journal::{self, Export, Line, lines, verify};
use crate::config::units::Length;
use crate::domain::{CleanText, Timestamp};

/// `midwatch journal ...`.
#[derive(Args, Debug)]
pub struct JournalArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: JournalAction,
}

/// What to do with a journal.
#[derive(Subcommand, Debug)]
pub enum JournalAction {
    /// Say whether it is intact, or name the first broken line
    Verify {
        /// The journal; without it, the one that is written to
        file: Option<PathBuf>,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Print it for a person, an entry a line
    Show {
        /// The journal; without it, the one that is written to
        file: Option<PathBuf>,
        /// Print a JSON object for each entry
        #[arg(long)]
        json: bool,
    },
    /// Print it for a post-mortem, without secrets
    Export {
        /// The journal; without it, the one that is written to
        file: Option<PathBuf>,
        /// Markdown for people or JSON for programs
        #[arg(long, value_enum, default_value_t = Format::Md)]
        format: Format,
        /// Only what happened since: 2h ago, or a time such as 2026-11-20T02:00:00Z
        #[arg(long, value_name = "TIME")]
        since: Option<Since>,
        /// Only what belongs to this incident
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
}

/// What an export looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Markdown.
    Md,
    /// One JSON object.
    Json,
}

/// A beginning: so long ago, or then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// So long before now.
    Ago(Length),
    /// At this time.
    At(Timestamp),
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = || text.parse().map(Since::At);
        text.parse().map(Since::Ago).or_else(|_| time()).map_err(|_: jiff::Error| {
            format!("`{text}` is neither a length such as 2h nor a time such as 2026-11-20T02:00:00Z")
        })
    }
}

impl Since {
    fn time(&self, now: Timestamp) -> Timestamp {
        match self {
            Since::Ago(length) => now.checked_sub(length.signed()).unwrap_or(Timestamp::MIN),
            Since::At(time) => *time,
        }
    }
}

/// Runs the subcommand: 0 intact or shown, 1 broken or not to be shown whole, 2 when the file cannot be read.
pub(super) fn run(common: &Common, args: &JournalArgs) -> Outcome {
    let (JournalAction::Verify { file, .. } | JournalAction::Show { file, .. } | JournalAction::Export { file, .. }) =
        &args.action;
    let file = match file {
        Some(file) => file.clone(),
        None => configuration(common, ReadFile::Yes)?.config.journal,
    };
    // Looked at first, so that what fails later is the output.
    std::fs::File::open(&file).map_err(|error| Failure::bad_input(format!("journal: {}: {error}", file.display())))?;
    let out = &mut std::io::BufWriter::new(std::io::stdout().lock());
    let whole = match &args.action {
        JournalAction::Verify { json, .. } => say_verified(&file, *json, out),
        JournalAction::Show { json, .. } => show(&file, *json, out),
        JournalAction::Export { format, since, incident, .. } => {
            let format = match format {
                Format::Md => journal::Format::Markdown,
                Format::Json => journal::Format::Json,
            };
            let since = since.as_ref().map(|since| since.time(Timestamp::now()));
            Export { format, since, incident: incident.clone() }.write(&file, out).map(|verdict| verdict.is_whole())
        }
    }?;
    out.flush()?;
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn say_verified(file: &Path, json: bool, out: &mut impl Write) -> std::io::Result<bool> {
    let verdict = verify(file)?;
    if json {
        let (verdict, number, why) = match &verdict {
            Verification::Intact { entries } => ("intact", json!({ "entries": entries }), ""),
            Verification::Unanchored { entries, why } => ("unanchored", json!({ "entries": entries }), why.as_str()),
            Verification::Broken { line, why } => ("broken", json!({ "line": line }), why.as_str()),
        };
        let mut object = json!({ "journal": file.display().to_string(), "verdict": verdict, "why": why });
        if let (Some(object), serde_json::Value::Object(number)) = (object.as_object_mut(), number) {
            object.extend(number);
        }
        writeln!(out, "{object}")?;
    } else {
        writeln!(out, "{}: {}", file.display(), verdict.words())?;
    }
    Ok(verdict.is_whole())
}

fn show(file: &Path, json: bool, out: &mut impl Write) -> std::io::Result<bool> {
    for line in lines(file)? {
        match line {
            Ok(line) if json => writeln!(out, "{}", json!(line))?,
            Ok(line) => writeln!(out, "{}", plain(&line))?,
            Err(why) => {
                writeln!(out, "the next line {}", CleanText::line(&why))?;
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// `12 2026-11-20T02:17:09Z started P3 WRITE labctl rollback payments`, then what else is worth a look.
fn plain(line: &Line) -> String {
    let parts = ["proposal", "class", "text", "state", "outcome", "why"].map(|name| line.text(name));
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    CleanText::line(&format!("{:>5} {} {:<8} {}", line.seq, line.time, line.event, parts.join(" "))).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_a_length_or_a_time() {
        let now: Timestamp = "2026-11-20T02:00:00Z".parse().unwrap();
        let at = |text: &str| text.parse::<Since>().unwrap().time(now).to_string();
        assert_eq!(at("90m"), "2026-11-20T00:30:00Z");
        assert_eq!(at("2026-11-19T23:00:00+01:00"), "2026-11-19T22:00:00Z");
        assert!("yesterday".parse::<Since>().unwrap_err().contains("such as 2h"));
    }
}
