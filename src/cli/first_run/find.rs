//! What was found, and who finds it: the network in the program, a script in tests.

use crate::domain::CleanText;

/// Something that can be configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Found {
    /// What it is: `Prometheus`.
    pub what: CleanText,
    /// Where: an address or a path.
    pub at: CleanText,
    /// What it answered.
    pub evidence: CleanText,
    /// The TOML that configures it; empty where there is nothing to configure.
    pub snippet: String,
}

/// Looks for what can be configured.
pub(in crate::cli) trait Finder {
    /// Looks at the given addresses and folders, or, when there are none, at this machine's usual places.
    fn look(&mut self, places: &[String]) -> Vec<Found>;
}

/// Looks at the machine and the network.
pub(in crate::cli) struct Network;

impl Finder for Network {
    fn look(&mut self, _places: &[String]) -> Vec<Found> {
        Vec::new()
    }
}
