//! How a source is doing, in words a person can act on.

use super::{CleanText, Timestamp};

/// The state of one source.
#[derive(Clone, Debug, PartialEq)]
pub enum Health {
    /// Asked, no answer yet.
    Starting,
    /// Answering; `since` the last change of state.
    Up {
        /// Since when.
        since: Timestamp,
    },
    /// Answering, but not as it should.
    Degraded {
        /// What is wrong and what to do.
        why: CleanText,
        /// Since when.
        since: Timestamp,
    },
    /// Not answering.
    Down {
        /// What is wrong and what to do.
        why: CleanText,
        /// Since when.
        since: Timestamp,
    },
    /// Came to its end, as standard input does; nothing is wrong.
    Ended {
        /// Since when.
        since: Timestamp,
    },
}

impl Health {
    /// The word the header shows.
    pub fn word(&self) -> &'static str {
        match self {
            Health::Starting => "…",
            Health::Up { .. } => "ok",
            Health::Degraded { .. } => "degraded",
            Health::Down { .. } => "down",
            Health::Ended { .. } => "ended",
        }
    }

    /// Since when, where it has a beginning.
    pub fn since(&self) -> Option<Timestamp> {
        match self {
            Health::Starting => None,
            Health::Up { since }
            | Health::Degraded { since, .. }
            | Health::Down { since, .. }
            | Health::Ended { since } => Some(*since),
        }
    }

    /// What is wrong, where something is.
    pub fn why(&self) -> Option<&CleanText> {
        match self {
            Health::Degraded { why, .. } | Health::Down { why, .. } => Some(why),
            Health::Starting | Health::Up { .. } | Health::Ended { .. } => None,
        }
    }

    /// Whether two states would read the same, their beginnings aside.
    pub fn same_state(&self, other: &Health) -> bool {
        self.word() == other.word() && self.why() == other.why()
    }
}
