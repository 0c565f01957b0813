//! A metric series over time.

use std::collections::BTreeMap;

pub use super::unit::Unit;
use super::{CleanText, SourceId, Timestamp};

/// One series of one polled or asked query.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Where it was asked.
    pub source: SourceId,
    /// The query as sent.
    pub query: CleanText,
    /// The panel's title, or the query itself.
    pub title: CleanText,
    /// Unit the values are in.
    pub unit: Unit,
    /// Labels that tell it from its siblings.
    pub labels: BTreeMap<CleanText, CleanText>,
    /// Samples in time order. NaN stays NaN; a gap is the absence of samples.
    pub samples: Vec<Sample>,
}

/// One value at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// How much; may be NaN or infinite, as Prometheus allows.
    pub value: f64,
}

impl Series {
    /// The labels as `service=payments code=500`, for a row's name.
    pub fn label_text(&self) -> CleanText {
        let pairs: Vec<String> = self
            .labels
            .iter()
            .filter(|(name, _)| name.as_str() != "__name__")
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        CleanText::line(&pairs.join(" "))
    }

    /// The newest sample.
    pub fn last(&self) -> Option<Sample> {
        self.samples.last().copied()
    }
}
