//! What the screen is opened on. `open` and `drill` make one; `launch` hands it to the runtime.

use std::path::PathBuf;

use crate::config::Config;

/// What the screen is opened on. Paths in the configuration are absolute.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// The configured sources.
    Live {
        /// What holds.
        config: Config,
        /// The file it came from.
        config_path: Option<PathBuf>,
    },
    /// Log files named on the command line, standard input, or both.
    Files {
        /// Existing, readable files.
        paths: Vec<PathBuf>,
        /// Whether standard input is read too; keys then come from the terminal itself.
        stdin: bool,
        /// What holds; its sources are not started.
        config: Config,
    },
    /// An incident bundle.
    Replay {
        /// Its folder, which exists.
        dir: PathBuf,
        /// What holds; its sources are not started.
        config: Config,
    },
    /// One command or one question from a shell: no screen, no recording of an incident. A question may ask the
    /// configured sources or a bundle.
    Shell {
        /// What holds.
        config: Config,
        /// Whether the configured sources are asked.
        sources: bool,
        /// A bundle to ask instead.
        bundle: Option<PathBuf>,
    },
    /// An embedded incident.
    Drill {
        /// Which; the first one if not said.
        name: Option<String>,
        /// Defaults, variables and flags, no file.
        config: Config,
    },
}
