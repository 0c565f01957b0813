//! Which queries are worth seeing for an alert: found in what a server's index says of the service the alert is about, of
//! what that depends on and of the host it runs on. No list of metrics is known here: types, labels, their values and the
//! words names are made of decide. Called by the source of metrics; nothing is asked for here.
//!
//! The questions are those of two well-known checklists: RED (rate, errors, duration: Tom Wilkie, 2015) for what is
//! served, USE (utilisation, saturation, errors: Brendan Gregg, "Thinking Methodically about Performance", 2012) for
//! what that takes.

mod choose;
mod family;
mod labels;
mod outcome;
mod recorded;
mod red;
#[cfg(test)]
mod tests;
mod usage;
mod words;
mod write;

use std::collections::BTreeMap;

use crate::domain::{CleanText, MetricCatalog, QueryIdea};

pub use labels::{Candidate, candidates, names_services, of_service, places, surety};

/// Ideas for one alert, at most.
pub const MOST: usize = 12;

/// Labels of one series, `__name__` among them.
pub type Labels = BTreeMap<CleanText, CleanText>;

/// What an alert is about, and all that is known about it.
#[derive(Debug)]
pub struct Case<'a> {
    /// The metrics its expression reads, also by way of recorded series.
    pub measured: &'a [String],
    /// Parts of its expression, narrowed to what it is about: titles with queries.
    pub parts: &'a [Part],
    /// The server's metrics.
    pub catalog: &'a MetricCatalog,
    /// The server's recording rules.
    pub recorded: &'a [Recorded],
    /// What it is about, what that depends on, where it runs; the first is what it is about.
    pub subjects: &'a [Subject],
    /// Queries that are polled already, on one line.
    pub polled: &'a [String],
    /// The range of rates, as `1m`: at least four scrapes.
    pub range: &'a str,
}

/// A part of an alert's expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Name of the row it would become.
    pub title: String,
    /// PromQL, exact.
    pub query: String,
    /// Why it is worth seeing.
    pub why: String,
}

/// A recording rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The series it writes.
    pub name: String,
    /// The metrics its expression reads.
    pub metrics: Vec<String>,
}

/// A service or host with its series.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Its name.
    pub name: CleanText,
    /// What it is to the alert.
    pub place: Place,
    /// Labels that select its series, `(name, value)`; a series belongs to the first that it bears.
    pub selectors: Vec<(CleanText, CleanText)>,
    /// Its series as the index lists them, perhaps not all.
    pub series: Vec<Labels>,
}

/// What a subject is to the alert.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// The alert is about it.
    Own,
    /// The alert's service depends on it: the way there, both ends among it.
    Dependency(Vec<CleanText>),
    /// The alert's service runs on it.
    Host,
}

/// The queries worth seeing, the most telling first; at most [`MOST`], none that is polled already. Every one is an
/// expression that Prometheus accepts.
pub fn propose(case: &Case<'_>) -> Vec<QueryIdea> {
    choose::choose(case)
}
