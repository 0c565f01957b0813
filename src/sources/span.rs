//! The time the panes look at, as sources that ask for history need it. The app widens or moves it; a `watch` channel
//! carries it here.

use jiff::SignedDuration;

use crate::domain::{TimeWindow, Timestamp};

/// The window shared by the panes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// How long it is.
    pub length: SignedDuration,
    /// Where it ends; `None` follows the clock.
    pub end: Option<Timestamp>,
}

impl Span {
    /// A window of this length that follows the clock.
    pub const fn following(length: SignedDuration) -> Self {
        Self { length, end: None }
    }

    /// The window as it lies at `now`.
    pub fn at(&self, now: Timestamp) -> TimeWindow {
        TimeWindow::ending(self.end.unwrap_or(now), self.length)
    }
}

impl Default for Span {
    fn default() -> Self {
        Self::following(SignedDuration::from_mins(30))
    }
}
