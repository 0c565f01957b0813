//! `midwatch widget SHELL`: a key for bash, zsh or fish that turns the words on the prompt line into a proposed command
//! there. The shell runs nothing: the person reads the line and presses Enter, or not.

use std::process::ExitCode;

use clap::ValueEnum;

use super::{Outcome, print};

/// Arguments of `midwatch widget`.
#[derive(Debug, clap::Args)]
pub struct Widget {
    /// bash, zsh or fish
    shell: Shell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Prints the script.
pub(super) fn run(widget: &Widget) -> Outcome {
    let script = match widget.shell {
        Shell::Bash => include_str!("widget/midwatch.bash"),
        Shell::Zsh => include_str!("widget/midwatch.zsh"),
        Shell::Fish => include_str!("widget/midwatch.fish"),
    };
    print::print(script)?;
    Ok(ExitCode::SUCCESS)
}
