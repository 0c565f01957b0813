//! `midwatch drill [NAME]`: the screen on an embedded incident. No file is read and no command touches the host.

use super::args::Common;
use super::open::{ReadFile, configuration, open};
use super::{Outcome, Start};

/// Arguments of `midwatch drill`.
#[derive(Debug, clap::Args)]
pub struct Drill {
    /// Which incident; the first one if not said
    name: Option<String>,
}

/// Opens the screen on the drill.
pub(super) fn run(common: &Common, drill: Drill) -> Outcome {
    let loaded = configuration(common, ReadFile::No)?;
    open(Start::Drill { name: drill.name, config: loaded.config })
}
