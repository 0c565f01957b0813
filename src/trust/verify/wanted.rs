//! Which figure of a series or a column a clause asks for: the highest, the mean, the last.

use super::clause::{Clause, find_phrase};
use super::series::{Sample, Series};

/// A figure of a whole series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The highest value.
    Highest,
    /// The lowest.
    Lowest,
    /// The mean.
    Mean,
    /// The middle one.
    Median,
    /// The first.
    First,
    /// The last.
    Last,
}

impl Wanted {
    /// What the clause asks for.
    pub fn of(clause: &Clause<'_>) -> Option<Wanted> {
        Wanted::within(&clause.lower)
    }

    /// What a piece of a clause asks for.
    pub fn within(text: &str) -> Option<Wanted> {
        let says = |words: &[&str]| words.iter().any(|word| find_phrase(text, word).is_some());
        if says(&["average", "averaged", "averages", "mean", "on average", "averaging"]) {
            Some(Wanted::Mean)
        } else if says(&["median"]) {
            Some(Wanted::Median)
        } else if says(&[
            "peak",
            "peaked",
            "peaks",
            "highest",
            "maximum",
            "max",
            "topped out",
            "longest",
            "largest",
            "biggest",
            "at most",
            "worst",
            "maxed out",
            "record high",
            "high point",
            "top value",
            "peaking",
            "spiked",
            "spikes",
            "as high as",
            "up to",
            "greatest",
            "crested",
        ]) {
            Some(Wanted::Highest)
        } else if says(&[
            "lowest",
            "minimum",
            "bottomed out",
            "smallest",
            "shortest",
            "trough",
            "low point",
            "bottoms out",
            "as low as",
            "at least",
            "dipped to",
            "hit bottom",
        ]) {
            Some(Wanted::Lowest)
        } else if says(&[
            "last",
            "latest",
            "most recent",
            "currently",
            "now",
            "current",
            "still",
            "stands at",
            "as of the end",
            "at the end",
            "ended at",
            "ends at",
            "by the end",
            "right now",
            "at present",
        ]) {
            Some(Wanted::Last)
        } else if says(&[
            "first sample",
            "first value",
            "earliest",
            "started at",
            "starts at",
            "began at",
            "initially",
            "at the start",
            "opened at",
            "initial",
            "first reading",
        ]) {
            Some(Wanted::First)
        } else {
            None
        }
    }

    /// That figure, and the sample it stands at.
    pub fn in_series(self, series: &Series) -> Option<(f64, Option<Sample>)> {
        let with = |sample: Option<Sample>| sample.map(|it| (it.value, Some(it)));
        match self {
            Wanted::Highest => with(series.highest()),
            Wanted::Lowest => with(series.lowest()),
            Wanted::First => with(series.samples.first().copied()),
            Wanted::Last => with(series.samples.last().copied()),
            Wanted::Mean => series.mean().map(|mean| (mean, None)),
            Wanted::Median => series.median().map(|median| (median, None)),
        }
    }

    /// Its name for a person.
    pub fn name(self) -> &'static str {
        match self {
            Wanted::Highest => "highest value",
            Wanted::Lowest => "lowest value",
            Wanted::Mean => "mean",
            Wanted::Median => "median",
            Wanted::First => "first value",
            Wanted::Last => "last value",
        }
    }
}
