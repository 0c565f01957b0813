//! Queries worth seeing for an alert, as a source found them in its server's index. An idea asks nothing by itself: it
//! becomes a suggestion, and a person, or `telemetry = "allow"`, lets it run.

use super::series::Unit;
use super::{CleanText, Fired};

/// What is worth seeing for one alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Ideas {
    /// The alert.
    pub alert: Fired,
    /// The queries, the most telling first.
    pub ideas: Vec<QueryIdea>,
    /// Of how many it is a choice, and what could not be looked at, in words; empty when there is nothing to say.
    pub notices: Vec<CleanText>,
}

/// A query worth seeing.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryIdea {
    /// Name of the row it would become.
    pub title: CleanText,
    /// PromQL, exact.
    pub query: String,
    /// What its values are.
    pub unit: Unit,
    /// Why, in one line.
    pub why: CleanText,
    /// The service or host it is about.
    pub about: CleanText,
    /// What it measures.
    pub signal: Signal,
}

/// What a query measures, by the RED method (rate, errors, duration) for what is served and the USE method (utilisation,
/// saturation, errors) for what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// What the alert itself measures, for what it is about.
    Alert,
    /// A part of what the alert measures, or the same told apart by a label.
    Part,
    /// Failed, of all.
    Errors,
    /// How long it takes.
    Duration,
    /// How often it happens.
    Rate,
    /// How much of what there is is taken.
    Utilisation,
    /// What waits.
    Saturation,
}

impl Signal {
    /// The word shown.
    pub fn word(self) -> &'static str {
        match self {
            Signal::Alert => "alert",
            Signal::Part => "part",
            Signal::Errors => "errors",
            Signal::Duration => "duration",
            Signal::Rate => "rate",
            Signal::Utilisation => "utilisation",
            Signal::Saturation => "saturation",
        }
    }
}
