//! `midwatch completions SHELL`: a completion script on standard output.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Args;
use super::{Outcome, print};

/// Arguments of `midwatch completions`.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// bash, elvish, fish, powershell or zsh
    shell: Shell,
}

/// Prints the script.
pub(super) fn run(completions: Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Args::command(), "midwatch", &mut script);
    print::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
