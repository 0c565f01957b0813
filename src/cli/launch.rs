//! The one door from the command line to the screen.

use std::process::ExitCode;

use super::Start;

/// Opens the screen and stays until the person leaves it.
pub fn launch(_start: Start) -> anyhow::Result<ExitCode> {
    anyhow::bail!("this build has no screen to open")
}
