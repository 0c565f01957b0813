//! A guard against yes by habit: after five confirmations given as fast as the card takes them, the next cards ask for one
//! beat more, until one was looked at.

use std::time::Duration;

/// Confirmed sooner than this after the card opened, it can hardly have been read.
const QUICK: Duration = Duration::from_secs(3);
/// Quick ones in a row that are one too many.
const HABIT: u32 = 5;

/// How fast the last confirmations came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    quick: u32,
}

impl Pace {
    /// A card was confirmed this long after it opened.
    pub fn confirmed(&mut self, after: Duration) {
        self.quick = if after < QUICK { self.quick.saturating_add(1) } else { 0 };
    }

    /// A card was rejected, or a command edited: somebody is reading.
    pub fn rejected(&mut self) {
        self.quick = 0;
    }

    /// Whether the next card asks for more.
    pub fn is_hurried(&self) -> bool {
        self.quick >= HABIT
    }
}
