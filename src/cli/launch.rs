//! The one door from the command line to the screen.

use std::process::ExitCode;

use super::Start;
use crate::runtime;

/// Opens the screen and stays until the person leaves it.
pub fn launch(start: Start) -> anyhow::Result<ExitCode> {
    runtime::run(start)
}
