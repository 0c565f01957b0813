//! `midwatch journal verify|show FILE`: whether a journal is what was written, and what it says.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::actions::Verification;
use crate::actions::journal::{Line, lines, verify};
use crate::domain::CleanText;

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
    /// Say whether it is intact, or name the first broken line.
    Verify {
        /// The journal.
        file: PathBuf,
    },
    /// Print it for a person, an entry a line.
    Show {
        /// The journal.
        file: PathBuf,
    },
}

/// Runs the subcommand: 0 intact or shown, 1 broken or not to be shown whole, 2 when the file cannot be read.
pub fn run(args: &JournalArgs) -> ExitCode {
    let out = &mut std::io::stdout().lock();
    let (file, done) = match &args.action {
        JournalAction::Verify { file } => (file, say_verified(file, out)),
        JournalAction::Show { file } => (file, show(file, out)),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // With standard error gone there is nobody left to tell.
            let _ = writeln!(std::io::stderr(), "midwatch journal: {}: {error}", file.display());
            ExitCode::from(2)
        }
    }
}

fn say_verified(file: &Path, out: &mut impl Write) -> std::io::Result<bool> {
    let path = file.display();
    match verify(file)? {
        Verification::Intact { entries } => writeln!(out, "{path}: intact, {entries} entries").map(|()| true),
        Verification::Unanchored { entries, why } => {
            writeln!(out, "{path}: intact up to entry {entries}, end not anchored: {why}").map(|()| true)
        }
        Verification::Broken { line, why } => writeln!(out, "{path}: broken: line {line} {why}").map(|()| false),
    }
}

fn show(file: &Path, out: &mut impl Write) -> std::io::Result<bool> {
    for line in lines(file)? {
        match line {
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
    let text = |name: &str| line.fields.get(name).and_then(|value| value.as_str()).unwrap_or_default();
    let parts = [text("proposal"), text("class"), text("text"), text("outcome"), text("why")];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    CleanText::line(&format!("{:>5} {} {:<8} {}", line.seq, line.time, line.event, parts.join(" "))).to_string()
}
