//! What is told of a comparison, in plain data.

use super::exact::Counts;

/// What was found, and what was not looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Bad records taken.
    pub bad: u64,
    /// Other records taken.
    pub rest: u64,
    /// Those that stand for themselves first, the one that tells best first; then those that go along with one of them.
    pub findings: Vec<Finding>,
    /// Questions asked.
    pub asked: Asked,
    /// Fields whose values hardly repeat: only the few values that do were asked about.
    pub identifiers: Vec<String>,
    /// Fields of which rare values were not kept, with the records that had them at most.
    pub partly: Vec<(String, u64)>,
    /// Values of fields beyond the bound.
    pub beyond: u64,
    /// Whether pairs and ranges were counted in a sample.
    pub sampled: bool,
}

/// How many questions were asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Values of fields, and changes.
    pub values: usize,
    /// Cuts through numbers.
    pub ranges: usize,
    /// Pairs of values.
    pub pairs: usize,
}

/// What is over-represented among the bad.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// One part, or two that stand together.
    pub parts: Vec<Part>,
    /// Bad records that have it, and of how many.
    pub bad: (u64, u64),
    /// Other records that have it, and of how many.
    pub rest: (u64, u64),
    /// Natural logarithm of the chance of this without a connection.
    pub ln_chance: f64,
    /// The same adjusted for all questions asked.
    pub ln_adjusted: f64,
    /// Other names of the same records.
    pub same: Vec<Vec<Part>>,
    /// The place among the findings of the one that it goes along with: without those records nothing is left of it.
    pub along: Option<usize>,
    /// No other record has the field at all.
    pub only_bad: bool,
}

/// A field and what is said of its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The field's name, as it came; `time` for a change.
    pub field: String,
    /// What holds.
    pub test: Test,
}

/// What holds of a field's value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Test {
    /// It is this.
    Is(String),
    /// It is long and begins with this.
    Begins(String),
    /// The number is this or more.
    AtLeast(String),
    /// The number is less.
    Below(String),
    /// The number is the first or more, and less than the second.
    Within(String, String),
    /// The record is from after a change.
    Since {
        /// Nanoseconds since the epoch.
        at: i64,
        /// What changed.
        what: String,
    },
}

/// A figure and where it lies with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The figure.
    pub value: f64,
    /// Not below this.
    pub low: f64,
    /// Not above this.
    pub high: f64,
}

/// How sure a finding is, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It passed, and a repetition might miss it.
    Likely,
    /// Less than one in a thousand.
    Sure,
    /// Less than one in a million.
    Certain,
}

impl Report {
    /// Whether there are too few records on a side to say anything.
    pub fn is_too_few(&self) -> bool {
        self.bad.min(self.rest) < super::FEWEST
    }
}

impl Finding {
    fn counts(&self) -> Counts {
        let ((bad, all_bad), (rest, all_rest)) = (self.bad, self.rest);
        Counts { bad, all_bad, rest, all_rest }
    }

    /// Its share among the bad, with its interval (Wilson, 1927).
    pub fn among_bad(&self) -> Interval {
        self.counts().share_of_bad()
    }

    /// Its share among the rest.
    pub fn among_rest(&self) -> Interval {
        self.counts().share_of_rest()
    }

    /// How many times the rest's share the bad's is. Half a record more in each count, so that it is a number (Walter,
    /// *The distribution of Levin's measure of attributable risk*, 1975); the interval is that of its logarithm (Katz
    /// and others, 1978).
    pub fn ratio(&self) -> Interval {
        self.counts().ratio()
    }

    /// How sure it is.
    pub fn certainty(&self) -> Certainty {
        match self.ln_adjusted {
            adjusted if adjusted <= 1e-6_f64.ln() => Certainty::Certain,
            adjusted if adjusted <= 1e-3_f64.ln() => Certainty::Sure,
            _ => Certainty::Likely,
        }
    }
}

impl Certainty {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Certainty::Likely => "likely",
            Certainty::Sure => "sure",
            Certainty::Certain => "certain",
        }
    }
}
