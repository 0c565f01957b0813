//! From counts to what passes the tests: values, ranges, pairs.

use std::collections::HashMap;

use super::cuts::{Numbers, Range};
use super::exact::{Counts, adjusted};
use super::fold::{Rows, folded};
use super::report::{Asked, Report};
use super::sample::{Row, Sample};
use super::{COVERS, Correlator, FEWEST, ODDS, RATE, SEEN, TELLS, change_key};

/// Values and ranges that pairs are made of, at most: those that cover most of the bad.
const PARTNERS: usize = 400;
/// A pair that its parts owe all to tells at least this part of what they do: more is found by them by the way.
const SAVED: f64 = 0.5;
/// Odds below which a part is hardly more among the bad.
const HARDLY: f64 = 1.5;
/// Findings kept at most, before those on the same records become one.
const MOST: usize = 96;

/// One thing that a record has or has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A value of a field, by its key.
    Value { field: u16, key: u64 },
    /// A number of a field in a range, by the place of the field's numbers.
    Range { field: u16, numbers: usize, range: Range },
    /// It is from after a change.
    Since(usize),
}

/// A finding on its way.
#[derive(Debug)]
pub(super) struct Found {
    pub what: (What, Option<What>),
    pub counts: Counts,
    /// How well it tells bad from rest; a pair that its parts owe all to tells as well as they do.
    pub tells: f64,
    pub ln_chance: f64,
    pub ln_adjusted: f64,
    pub same: Vec<(What, Option<What>)>,
    pub rows: Rows,
}

/// A question that was answered, before the number of all questions is counted in.
struct Asking {
    what: (What, Option<What>),
    counts: Counts,
    tells: f64,
    ln_chance: f64,
}

/// The numbers of all fields that have some.
#[derive(Debug, Default)]
pub(super) struct Measured(pub Vec<Numbers>);

impl What {
    /// The field; `None` for a change.
    pub fn field(self) -> Option<u16> {
        match self {
            What::Value { field, .. } | What::Range { field, .. } => Some(field),
            What::Since(_) => None,
        }
    }

    /// Whether a record of a sample has it.
    pub fn is_in(self, row: &Row, measured: &Measured) -> bool {
        match self {
            What::Value { key, .. } => row.keys.contains(&key),
            What::Since(change) => row.keys.contains(&change_key(change)),
            What::Range { numbers, range, .. } => measured
                .0
                .get(numbers)
                .is_some_and(|numbers| numbers.number(&row.numbers).is_some_and(|number| numbers.holds(range, number))),
        }
    }
}

impl Correlator {
    /// What was found so far.
    pub fn report(&self) -> Report {
        let (bad, rest) = self.records();
        let name = |field: &super::Field| String::from_utf8_lossy(field.name()).into_owned();
        let mut report = Report {
            bad,
            rest,
            identifiers: self.fields.iter().filter(|field| field.hardly_repeats()).map(name).collect(),
            beyond: self.beyond,
            sampled: self.bad.is_partial() || self.rest.is_partial(),
            ..Report::default()
        };
        let lost = |field: &&super::Field| field.beyond() > 0 && !field.hardly_repeats();
        report.partly = self.fields.iter().filter(lost).map(|field| (name(field), field.beyond())).collect();
        if report.is_too_few() {
            return report;
        }
        let measured = self.measured();
        let (candidates, values) = self.candidates();
        let (mut found, ranges) = self.ranges(&measured);
        let (pairs, pairs_asked) = self.pairs(&candidates, &found, &measured);
        found.extend(discoveries(candidates.iter().filter_map(|(what, counts)| asking(*what, *counts)), values));
        found.extend(pairs);
        found.sort_by(|one, other| other.tells.total_cmp(&one.tells));
        found.truncate(MOST);
        found.iter_mut().for_each(|it| it.rows = Rows::new(it.what, &self.bad, &self.rest, &measured));
        report.asked = Asked { values, ranges, pairs: pairs_asked };
        report.findings = folded(self, &measured, found);
        report
    }

    /// The values that are asked about and the changes, and how many questions that is.
    fn candidates(&self) -> (Vec<(What, Counts)>, usize) {
        let (all_bad, all_rest) = self.records();
        let mut all = Vec::new();
        for (field, at) in self.fields.iter().zip(0u16..) {
            let often = field.values().filter(|(_, value)| value.bad + value.rest >= SEEN);
            all.extend(often.map(|(key, value)| {
                let rest = (value.rest + value.over).min(all_rest);
                (What::Value { field: at, key }, Counts { bad: value.bad, all_bad, rest, all_rest })
            }));
        }
        // The table has no order; what is told must not depend on that.
        all.sort_by_key(|(what, _)| match what {
            What::Value { field, key } => (*field, *key),
            What::Range { .. } | What::Since(_) => (0, 0),
        });
        all.extend(
            self.changes
                .iter()
                .enumerate()
                .map(|(at, (_, [bad, rest]))| (What::Since(at), Counts { bad: *bad, all_bad, rest: *rest, all_rest })),
        );
        let left: u64 = self.fields.iter().map(super::Field::unseen).sum();
        let asked = all.len() + usize::try_from(left).unwrap_or(usize::MAX);
        (all, asked)
    }

    fn measured(&self) -> Measured {
        let mut records = vec![0usize; self.fields.len()];
        for row in self.bad.rows().iter().chain(self.rest.rows()) {
            for (field, _) in &row.numbers {
                records[usize::from(*field)] += 1;
            }
        }
        let kept = self.bad.rows().len() + self.rest.rows().len();
        let (bad, rest) = self.records();
        let share = kept as f64 / (bad + rest).max(1) as f64;
        let numbers = (0u16..).zip(&self.fields).zip(records).filter(|(_, numbers)| *numbers > 0);
        let of = |((at, field), numbers): ((u16, &super::Field), usize)| {
            // Records that have the field, as many as the samples should hold of them.
            let expected = if self.bad.is_partial() || self.rest.is_partial() {
                numbers.max((field.records as f64 * share * 0.5) as usize)
            } else {
                usize::try_from(field.records).unwrap_or(usize::MAX)
            };
            Numbers::of(at, &self.bad, &self.rest, expected)
        };
        Measured(numbers.filter_map(of).collect())
    }

    /// The best ranges of each field that pass, and how many were asked about.
    fn ranges(&self, measured: &Measured) -> (Vec<Found>, usize) {
        let (all_bad, all_rest) = (self.bad.rows().len() as u64, self.rest.rows().len() as u64);
        let (mut questions, mut asked) = (Vec::new(), 0);
        for (at, numbers) in measured.0.iter().enumerate() {
            let ranges = numbers.ranges();
            asked += ranges.len();
            questions.extend(ranges.into_iter().filter_map(|(range, bad, rest)| {
                let what = What::Range { field: numbers.field, numbers: at, range };
                asking(what, Counts { bad, all_bad, rest, all_rest })
            }));
        }
        let found = discoveries(questions, asked);
        let mut best: Vec<Found> = Vec::new();
        for it in found {
            let is_between =
                |found: &Found| matches!(found.what.0, What::Range { range: Range { from: Some(_), to: Some(_) }, .. });
            match best.iter_mut().find(|other| other.what.0.field() == it.what.0.field()) {
                Some(other) => {
                    // Two ends are a longer story than one: they must tell more.
                    let more = TELLS / 2.0 * (f64::from(is_between(&it)) - f64::from(is_between(other)));
                    if it.counts.tells() > other.counts.tells() + more {
                        *other = it;
                    }
                }
                None => best.push(it),
            }
        }
        (best, asked)
    }

    /// Pairs that say more than their parts, and how many were asked about: all pairs of values of different fields.
    fn pairs(&self, candidates: &[(What, Counts)], ranges: &[Found], measured: &Measured) -> (Vec<Found>, usize) {
        let mut sizes = vec![0usize; self.fields.len() + 1];
        let place = |what: What| what.field().map_or(self.fields.len(), usize::from);
        candidates.iter().for_each(|(what, _)| sizes[place(*what)] += 1);
        measured.0.iter().for_each(|numbers| sizes[usize::from(numbers.field)] += numbers.ranges().len());
        let all: usize = sizes.iter().sum();
        let asked = (all * all - sizes.iter().map(|size| size * size).sum::<usize>()) / 2;
        let partners = self.partners(candidates, ranges);
        let in_bad = Together::count(&partners, &self.bad, measured);
        let in_rest = Together::count(&partners, &self.rest, measured);
        let (all_bad, all_rest) = (self.bad.rows().len() as u64, self.rest.rows().len() as u64);
        let mut questions = Vec::new();
        for (one, first) in partners.iter().enumerate() {
            for (other, second) in partners.iter().enumerate().take(one) {
                if first.field() == second.field() {
                    continue;
                }
                let counts = Counts { bad: in_bad.of(one, other), all_bad, rest: in_rest.of(one, other), all_rest };
                let part = |at| Counts { bad: in_bad.of(at, at), all_bad, rest: in_rest.of(at, at), all_rest };
                let best = part(one).tells().max(part(other).tells());
                let is_all = is_all_of(counts, part(one)) && is_all_of(counts, part(other));
                let least = if is_all { best * SAVED } else { best + TELLS / 2.0 };
                if counts.tells() < least || !is_large(counts) {
                    continue;
                }
                let tells = if is_all { counts.tells().max(best * (1.0 + 1e-9)) } else { counts.tells() };
                let given = |part: Counts| Counts { all_bad: part.bad, all_rest: part.rest, ..counts }.ln_chance();
                let ln_chance = given(part(one)).max(given(part(other)));
                questions.push(Asking { what: (*second, Some(*first)), counts, tells, ln_chance });
            }
        }
        (discoveries(questions, asked), asked)
    }

    fn partners(&self, candidates: &[(What, Counts)], ranges: &[Found]) -> Vec<What> {
        let (bad, _) = self.records();
        let enough = (COVERS * bad as f64).max(FEWEST as f64);
        let share = |counts: Counts| counts.among_bad();
        let values = candidates.iter().filter(|(_, counts)| counts.bad as f64 >= enough);
        let mut partners: Vec<(What, f64)> = values.map(|(what, counts)| (*what, share(*counts))).collect();
        partners.extend(ranges.iter().map(|found| (found.what.0, share(found.counts))));
        partners.sort_by(|one, other| other.1.total_cmp(&one.1));
        partners.truncate(PARTNERS);
        partners.into_iter().map(|(what, _)| what).collect()
    }
}

/// Whether a part owes to the pair that it stands out: without the pair's records it is hardly more among the bad.
fn is_all_of(pair: Counts, part: Counts) -> bool {
    let left = Counts {
        bad: part.bad.saturating_sub(pair.bad),
        all_bad: pair.all_bad.saturating_sub(pair.bad),
        rest: part.rest.saturating_sub(pair.rest),
        all_rest: pair.all_rest.saturating_sub(pair.rest),
    };
    left.odds() < HARDLY
}

/// Whether counts are above the floors.
pub(super) fn is_large(counts: Counts) -> bool {
    counts.bad >= FEWEST && counts.among_bad() >= COVERS && counts.odds() >= ODDS && counts.tells() >= TELLS
}

/// A question about one thing; `None` when its answer could be no finding.
fn asking(what: What, counts: Counts) -> Option<Asking> {
    is_large(counts).then(|| Asking {
        what: (what, None),
        counts,
        tells: counts.tells(),
        ln_chance: counts.ln_chance(),
    })
}

/// Those of the questions that pass the test among so many.
fn discoveries(questions: impl IntoIterator<Item = Asking>, asked: usize) -> Vec<Found> {
    let questions: Vec<Asking> = questions.into_iter().collect();
    let chances: Vec<f64> = questions.iter().map(|it| it.ln_chance).collect();
    let adjusted = adjusted(&chances, asked);
    let found = questions.into_iter().zip(adjusted).map(|(it, ln_adjusted)| Found {
        what: it.what,
        counts: it.counts,
        tells: it.tells,
        ln_chance: it.ln_chance,
        ln_adjusted,
        same: Vec::new(),
        rows: Rows::default(),
    });
    found.filter(|it| it.ln_adjusted <= RATE.ln()).collect()
}

/// How many records of a sample have both of two things; of a thing with itself, how many have it.
struct Together {
    size: usize,
    counts: Vec<u32>,
}

impl Together {
    fn count(partners: &[What], sample: &Sample, measured: &Measured) -> Self {
        let size = partners.len();
        let (mut keys, mut ranges) = (HashMap::new(), Vec::new());
        for (place, what) in partners.iter().enumerate() {
            match what {
                What::Value { key, .. } => drop(keys.insert(*key, place)),
                What::Since(change) => drop(keys.insert(change_key(*change), place)),
                What::Range { .. } => ranges.push((place, *what)),
            }
        }
        let mut counts = vec![0; size * size];
        let mut has = Vec::new();
        for row in sample.rows() {
            has.clear();
            has.extend(row.keys.iter().filter_map(|key| keys.get(key).copied()));
            has.extend(ranges.iter().filter(|(_, what)| what.is_in(row, measured)).map(|(place, _)| *place));
            for one in &has {
                for other in &has {
                    counts[one * size + other] += 1;
                }
            }
        }
        Self { size, counts }
    }

    fn of(&self, one: usize, other: usize) -> u64 {
        u64::from(self.counts[one * self.size + other])
    }
}
