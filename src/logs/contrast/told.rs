//! The answer: what stands out, of how many records, and what was not looked at.

use crate::analysis::correlate::{Part, Report, Test};
use crate::analysis::templates::Patterns;
use crate::domain::{CleanText, TimeWindow};
use crate::store::Filter;

use super::super::ask::{ContrastAsk, Services};
use super::reader::Reader;

/// What bad records have in common that others have not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// What stands out.
    pub report: Report,
    /// The bad.
    pub bad: Taken,
    /// The others.
    pub rest: Taken,
    /// The filter of the bad, as it was asked.
    pub filter: Filter,
    /// The filter of the others.
    pub among: Filter,
    /// In which time; `None` is all there is.
    pub window: Option<TimeWindow>,
    /// The services of the bad, where the others are of the same; those with most of the bad first.
    pub services: Vec<CleanText>,
    /// Fields that were not compared, since they are what the filter asks about.
    pub left_out: Vec<CleanText>,
    /// Names of patterns in the findings, with their texts.
    pub patterns: Vec<(CleanText, CleanText)>,
    /// Records whose text could not be read.
    pub lost: u64,
}

/// Records of one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many there are.
    pub all: u64,
    /// How many of them were read, at even distances.
    pub read: u64,
}

impl Told {
    pub(super) fn of(reader: &Reader, ask: &ContrastAsk, patterns: &Patterns) -> Self {
        let report = reader.sink.all.report();
        let (bad, rest) = reader.choice.all();
        let named = |part: &Part| match &part.test {
            Test::Is(value) if part.field == "pattern" => Some(value.clone()),
            Test::Is(_)
            | Test::Begins(_)
            | Test::AtLeast(_)
            | Test::Below(_)
            | Test::Within(..)
            | Test::Since { .. } => None,
        };
        let parts = report.findings.iter().flat_map(|it| std::iter::once(&it.parts).chain(&it.same)).flatten();
        let mut names: Vec<String> = parts.filter_map(named).collect();
        names.sort();
        names.dedup();
        let text = |name: &String| {
            let pattern = patterns.all().iter().find(|pattern| pattern.id.to_string() == *name)?;
            Some((CleanText::line(name), CleanText::line(&pattern.template)))
        };
        Self {
            bad: Taken { all: bad, read: report.bad },
            rest: Taken { all: rest, read: report.rest },
            filter: ask.look.filter.clone(),
            among: ask.among.clone(),
            window: ask.look.window,
            services: if ask.services == Services::Same { reader.choice.services() } else { Vec::new() },
            left_out: reader.sink.left_out.iter().map(|name| CleanText::line(name)).collect(),
            patterns: names.iter().filter_map(text).collect(),
            lost: reader.lost,
            report,
        }
    }
}
