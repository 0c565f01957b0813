//! What a service promises and how much of it was broken, as a server of metrics counted it. Sources send it; `signals`
//! says what it means.

use jiff::SignedDuration;

use super::{CleanText, Timestamp};

/// One objective of one service, read at one instant.
#[derive(Clone, Debug, PartialEq)]
pub struct SloReading {
    /// Whose promise.
    pub service: CleanText,
    /// Its name, as `availability`.
    pub name: CleanText,
    /// The share of events that must be good, more than 0 and less than 1.
    pub target: f64,
    /// The time over which the promise is kept.
    pub period: SignedDuration,
    /// When the windows ended.
    pub at: Timestamp,
    /// The share of bad events in windows of these lengths that end at `at`; `None` where there were no events.
    pub windows: Vec<(SignedDuration, Option<f64>)>,
}

impl SloReading {
    /// The share of bad events in the window of this length; `None` where it was not asked for or held no events.
    pub fn bad(&self, length: SignedDuration) -> Option<f64> {
        let found = self.windows.iter().find(|(window, _)| *window == length);
        found.and_then(|(_, bad)| *bad).filter(|bad| bad.is_finite())
    }
}
