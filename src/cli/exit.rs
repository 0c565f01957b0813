//! How the program ends: 0 done, 1 could not be carried out or something is down, 2 bad usage or bad input.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::config::ConfigError;

/// What a subcommand comes to. `Ok` holds its own status: a negative finding is not a failure.
pub type Outcome = Result<ExitCode, Failure>;

/// Why nothing came of it.
#[derive(Debug)]
pub enum Failure {
    /// What was typed or read is wrong; the message says the fix. Status 2.
    BadInput(String),
    /// It was right, but could not be carried out. Status 1.
    CouldNot(anyhow::Error),
}

impl Failure {
    /// Bad usage or bad input.
    pub fn bad_input(message: impl Display) -> Self {
        Failure::BadInput(message.to_string())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::CouldNot(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::CouldNot(error.into())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::BadInput(error.to_string())
    }
}

/// Prints what is to be said about the end and gives the status.
pub(super) fn code(outcome: Outcome) -> ExitCode {
    let (message, status) = match outcome {
        Ok(code) => return code,
        Err(Failure::BadInput(message)) => (message, 2),
        // The reader of our output went away, as `head` does: nothing is left to say.
        Err(Failure::CouldNot(error)) if is_broken_pipe(&error) => return ExitCode::SUCCESS,
        Err(Failure::CouldNot(error)) => (format!("{error:#}"), 1),
    };
    // Nobody is left to tell if standard error is closed too.
    let _ = writeln!(io::stderr(), "midwatch: {message}");
    ExitCode::from(status)
}

/// What clap has to say: help and version on standard output with 0, mistakes on standard error with 2.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(broken))
}
