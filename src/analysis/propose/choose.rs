//! Chooses among all that was found: the alert's parts, then what its service serves, then what that depends on and runs
//! on; each question once, nothing that is polled already.

use std::collections::BTreeSet;

use super::family::{Family, families};
use super::{Case, MOST, Place, Subject, recorded, red, usage};
use crate::domain::series::Unit;
use crate::domain::{CleanText, QueryIdea, Signal};

/// Longest title, in characters.
const TITLE: usize = 48;
/// Longest query.
const QUERY: usize = 2_000;

/// A query that may be worth seeing.
#[derive(Clone, Debug)]
pub(super) struct Found<'a> {
    pub(super) idea: QueryIdea,
    /// How telling it promises to be.
    pub(super) worth: i32,
    /// The metrics it reads.
    pub(super) metrics: Vec<&'a str>,
    /// What it asks about, by which two of the same question are known.
    pub(super) thing: String,
}

impl<'a> Found<'a> {
    pub(super) fn new(
        signal: Signal,
        family: &Family<'a>,
        worth: i32,
        title: String,
        query: String,
        why: String,
    ) -> Self {
        let idea = QueryIdea {
            title: CleanText::line(&title),
            query,
            unit: Unit::Number,
            why: CleanText::line(&why),
            about: CleanText::default(),
            signal,
        };
        Self { idea, worth, metrics: family.parts.values().copied().collect(), thing: family.name.clone() }
    }
}

pub(super) fn choose(case: &Case<'_>) -> Vec<QueryIdea> {
    let mut chosen = Chosen { ideas: Vec::new(), taken: case.polled.iter().map(|query| folded(query)).collect() };
    let own = case.subjects.first().map_or_else(CleanText::default, |subject| subject.name.clone());
    for part in case.parts.iter().take(2) {
        chosen.add(QueryIdea {
            title: short(&part.title),
            query: part.query.clone(),
            unit: Unit::Number,
            why: CleanText::line(&part.why),
            about: own.clone(),
            signal: Signal::Part,
        });
    }
    let mut later = Vec::new();
    for subject in case.subjects {
        let ranked = of_subject(case, subject);
        match subject.place {
            Place::Own => {
                let first = take(&ranked, &[(Signal::Errors, 2), (Signal::Duration, 1)]);
                first.into_iter().for_each(|found| chosen.add(found));
                later.push((0, take(&ranked, &[(Signal::Utilisation, 2), (Signal::Saturation, 1)])));
                let more = [Signal::Rate, Signal::Utilisation, Signal::Saturation, Signal::Errors, Signal::Duration];
                let more = more.map(|signal| (signal, 9));
                later.push((4, take(&ranked, &more)));
            }
            Place::Dependency(_) => {
                let order =
                    [(Signal::Errors, 1), (Signal::Duration, 1), (Signal::Utilisation, 1), (Signal::Saturation, 1)];
                later.push((1, take(&ranked, &order).into_iter().take(1).collect()));
                later.push((3, take(&ranked, &order).into_iter().skip(1).collect()));
            }
            Place::Host => {
                later.push((2, take(&ranked, &[(Signal::Utilisation, 1)])));
                later.push((5, take(&ranked, &[(Signal::Utilisation, 4), (Signal::Saturation, 2)])));
            }
        }
    }
    later.sort_by_key(|(turn, _)| *turn);
    // Those of one turn take their places one by one, so that no subject crowds out the next.
    for turn in 0..=5 {
        let of_turn: Vec<&Vec<QueryIdea>> =
            later.iter().filter(|(of, _)| *of == turn).map(|(_, ideas)| ideas).collect();
        let longest = of_turn.iter().map(|ideas| ideas.len()).max().unwrap_or(0);
        for at in 0..longest {
            of_turn.iter().filter_map(|ideas| ideas.get(at)).for_each(|idea| chosen.add(idea.clone()));
        }
    }
    chosen.ideas
}

/// Everything about one subject, the most telling first, each question about a metric once.
fn of_subject(case: &Case<'_>, subject: &Subject) -> Vec<QueryIdea> {
    let families = families(subject, case.catalog, case.measured);
    let recorded = recorded::found(&families, case.recorded, &subject.name);
    let answered = |found: &Found<'_>| {
        let same = |metric: &&str| family_of(metric) == found.thing || found.metrics.contains(metric);
        recorded.iter().any(|one| one.idea.signal == found.idea.signal && one.metrics.iter().any(same))
    };
    let mut all: Vec<Found<'_>> = red::found(&families, &subject.name, case.range);
    all.extend(usage::found(&families, &subject.name, case.range));
    all.retain(|found| !answered(found) && found.worth > 0);
    all.extend(recorded.iter().cloned());
    all.sort_by(|a, b| b.worth.cmp(&a.worth).then_with(|| a.idea.query.cmp(&b.idea.query)));
    let mut seen = BTreeSet::new();
    all.retain(|found| seen.insert((found.idea.signal, found.thing.clone())));
    all.into_iter().map(|found| QueryIdea { about: subject.name.clone(), ..told(found.idea, subject) }).collect()
}

/// A metric's name without the ending of its part.
fn family_of(metric: &str) -> &str {
    ["_bucket", "_count", "_sum", "_total"].iter().find_map(|ending| metric.strip_suffix(ending)).unwrap_or(metric)
}

/// The reason with what the subject is to the alert.
fn told(idea: QueryIdea, subject: &Subject) -> QueryIdea {
    let why = match &subject.place {
        Place::Own => return idea,
        Place::Dependency(way) => match way.as_slice() {
            [caller, .., between, _] if way.len() > 2 => {
                format!("{}; {caller} depends on it by way of {between}", idea.why)
            }
            [caller, ..] => format!("{}; {caller} calls it", idea.why),
            [] => return idea,
        },
        Place::Host => format!("{}; it runs there", idea.why),
    };
    QueryIdea { why: CleanText::line(&why), ..idea }
}

/// As many of each signal as wanted, in the order of the signals.
fn take(ranked: &[QueryIdea], wanted: &[(Signal, usize)]) -> Vec<QueryIdea> {
    let of = |(signal, most): &(Signal, usize)| {
        ranked.iter().filter(|idea| idea.signal == *signal).take(*most).cloned().collect::<Vec<_>>()
    };
    wanted.iter().flat_map(of).collect()
}

struct Chosen {
    ideas: Vec<QueryIdea>,
    taken: BTreeSet<String>,
}

impl Chosen {
    fn add(&mut self, idea: QueryIdea) {
        if self.ideas.len() >= MOST || idea.query.len() > QUERY || !self.taken.insert(folded(&idea.query)) {
            return;
        }
        let title = self.title(&idea.title);
        self.ideas.push(QueryIdea { title, ..idea });
    }

    /// The title, numbered where another idea has it.
    fn title(&self, title: &str) -> CleanText {
        let numbered = (2..).map(|number| CleanText::line(&format!("{} {number}", short(title))));
        let free = |title: &CleanText| self.ideas.iter().all(|idea| idea.title != *title);
        std::iter::once(short(title)).chain(numbered).find(free).unwrap_or_default()
    }
}

fn short(title: &str) -> CleanText {
    if title.chars().count() <= TITLE {
        return CleanText::line(title);
    }
    let cut: String = title.chars().take(TITLE - 1).collect();
    CleanText::line(&format!("{}…", cut.trim_end()))
}

/// A query without blanks, by which the same one is known however it is written.
fn folded(query: &str) -> String {
    query.chars().filter(|c| !c.is_whitespace()).collect()
}
