//! `midwatch config init`: the same search without a conversation, for scripts. Prints what it would write.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use super::{Draft, Finder, write_new};
use crate::cli::{Failure, Outcome, print};
use crate::domain::CleanText;

/// Looks at the places, or at this machine when there are none, and prints the configuration made from all that was
/// found; with `write`, also writes it, never over an existing file.
pub(in crate::cli) fn run(finder: &mut dyn Finder, from: &[String], write: Option<&Path>) -> Outcome {
    let (draft, left_out) = compose(finder, from);
    if draft.is_empty() {
        let why: String = left_out.iter().map(|line| format!("\n  {line}")).collect();
        return Err(Failure::CouldNot(anyhow::anyhow!(
            "nothing was found{why}\n  fix: name addresses or folders with --from, as --from http://127.0.0.1:9090 /var/log/app"
        )));
    }
    let mut text = draft.text();
    for line in left_out {
        text.push_str(&format!("\n# left out: {line}\n"));
    }
    if let Some(target) = write {
        if target.exists() {
            return Err(Failure::CouldNot(anyhow::anyhow!(
                "{} is there already and is never overwritten\n  fix: move it away, or leave out --write and take what you need",
                target.display()
            )));
        }
        write_new(target, &text).with_context(|| format!("{}: could not be written", target.display()))?;
        text.push_str(&format!("\n# written to {}; `midwatch doctor` says what is reachable\n", target.display()));
    }
    print::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn compose(finder: &mut dyn Finder, from: &[String]) -> (Draft, Vec<CleanText>) {
    let (mut draft, mut left_out) = (Draft::default(), Vec::new());
    let looked = finder.look(from);
    left_out.extend(looked.silent);
    for thing in looked.found.into_iter().filter(|thing| !thing.snippet.trim().is_empty()) {
        match draft.fit(&thing.snippet) {
            Ok(part) => {
                let found = format!("{} at {}: {}", thing.what, thing.at, thing.evidence);
                draft.add(format!("# {}\n{part}", CleanText::line(&found)));
            }
            Err(why) => {
                let why = why.lines().next().unwrap_or_default();
                left_out.push(CleanText::line(&format!("{} at {}: {why}", thing.what, thing.at)));
            }
        }
    }
    (draft, left_out)
}
