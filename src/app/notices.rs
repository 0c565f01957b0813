//! What midwatch has to say to the person: shown in the footer for a while, kept for `:notices`.

use std::collections::VecDeque;
use std::time::Duration;

use crate::domain::{CleanText, Timestamp};

/// Notices kept.
const KEPT: usize = 200;
/// How long a notice stays in the footer.
const SHOWN: Duration = Duration::from_secs(8);

/// One thing said.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// When, by the incident's clock.
    pub at: Timestamp,
    /// How loudly.
    pub level: Level,
    /// What.
    pub text: CleanText,
    shown_from: Duration,
}

/// How loudly a notice speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Done as asked.
    Info,
    /// Something failed or was lost.
    Problem,
}

/// All notices, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    kept: VecDeque<Notice>,
    /// Notices that no longer fit.
    pub dropped: u64,
}

impl Notices {
    /// Says something now.
    pub fn say(&mut self, level: Level, text: impl Into<CleanText>, at: Timestamp, uptime: Duration) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
            self.dropped += 1;
        }
        self.kept.push_back(Notice { at, level, text: text.into(), shown_from: uptime });
    }

    /// The notice the footer shows now.
    pub fn current(&self, uptime: Duration) -> Option<&Notice> {
        self.kept.back().filter(|notice| uptime.saturating_sub(notice.shown_from) < SHOWN)
    }

    /// All that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.kept.iter()
    }
}
