//! Many findings to few: those on the same records become one with several names, and of the others it is told whether
//! they stand for themselves or go along with one that does.

use super::exact::Counts;
use super::find::{Found, Measured, What};
use super::report::{Finding, Part, Test};
use super::sample::{Row, Sample};
use super::{COVERS, Correlator, FEWEST, LONGEST, ODDS, RATE};

/// From this share of common records on, two findings are one with two names.
const SAME: f64 = 0.95;
/// Names of a finding beside its first.
const NAMES: usize = 8;
/// Findings told that go along with others.
const ALONG: usize = 12;

/// Which records of the samples a finding stands on, a bit for each.
#[derive(Debug, Default)]
pub(super) struct Rows {
    bad: Vec<u64>,
    rest: Vec<u64>,
}

impl Rows {
    pub fn new(what: (What, Option<What>), bad: &Sample, rest: &Sample, measured: &Measured) -> Self {
        let has = |row: &Row| what.0.is_in(row, measured) && what.1.is_none_or(|what| what.is_in(row, measured));
        let bits = |sample: &Sample| {
            let word = |rows: &[Row]| (0..).zip(rows).map(|(bit, row)| u64::from(has(row)) << bit).sum();
            sample.rows().chunks(64).map(word).collect()
        };
        Self { bad: bits(bad), rest: bits(rest) }
    }

    /// Whether nearly all records of either are those of both.
    fn is_like(&self, other: &Rows) -> bool {
        let both = common(&self.bad, &other.bad) + common(&self.rest, &other.rest);
        let own = |rows: &Rows| common(&rows.bad, &rows.bad) + common(&rows.rest, &rows.rest);
        both as f64 >= SAME * (own(self) + own(other) - both) as f64
    }
}

/// Bits that both have.
fn common(one: &[u64], other: &[u64]) -> u64 {
    one.iter().zip(other).map(|(one, other)| u64::from((one & other).count_ones())).sum()
}

/// What is told of findings that are sorted, the one that tells best first.
pub(super) fn folded(all: &Correlator, measured: &Measured, found: Vec<Found>) -> Vec<Finding> {
    let (own, along) = apart(all, merged(found));
    let mut told: Vec<Finding> = own.iter().map(|it| finding(all, measured, it, None)).collect();
    for it in along {
        let nearest = own.iter().enumerate().max_by_key(|(_, of)| common(&of.rows.bad, &it.rows.bad));
        let Some((place, of)) = nearest else { continue };
        if told.len() < own.len() + ALONG && !repeats(of, &it) {
            told.push(finding(all, measured, &it, Some(place)));
        }
    }
    told
}

/// Whether a finding only says part of what another says.
fn repeats(of: &Found, it: &Found) -> bool {
    let names = || std::iter::once(&of.what).chain(&of.same);
    let fields = || names().flat_map(|(one, other)| [Some(*one), *other]).flatten().filter_map(What::field);
    it.what.1.is_some() || it.what.0.field().is_some_and(|field| fields().any(|known| known == field))
}

/// Findings on the same records become one; the one first in the list gives the name, a single one before a pair.
fn merged(found: Vec<Found>) -> Vec<Found> {
    let mut kept: Vec<Found> = Vec::new();
    for it in found {
        let Some(twin) = kept.iter_mut().find(|other| it.rows.is_like(&other.rows)) else {
            kept.push(it);
            continue;
        };
        if twin.what.1.is_some() && it.what.1.is_none() {
            // A single one says it in fewer words.
            let before = std::mem::replace(twin, it);
            twin.same.extend(before.same.into_iter().filter(|(_, other)| other.is_none()));
        } else if twin.what.1.is_none() == it.what.1.is_none() && twin.same.len() < NAMES && !is_named(twin, &it) {
            twin.same.push(it.what);
        }
    }
    kept
}

/// Whether the fields of a finding are in one of the other's names already.
fn is_named(of: &Found, it: &Found) -> bool {
    let fields = |what: &(What, Option<What>)| (what.0.field(), what.1.map(What::field));
    it.what.0.field().is_some()
        && std::iter::once(&of.what).chain(&of.same).any(|name| fields(name) == fields(&it.what))
}

/// Those of which something is left without the records of those before them, and the others.
fn apart(all: &Correlator, found: Vec<Found>) -> (Vec<Found>, Vec<Found>) {
    let (all_bad, all_rest) = (all.bad.rows().len(), all.rest.rows().len());
    let mut left = Rows { bad: vec![!0; all_bad.div_ceil(64)], rest: vec![!0; all_rest.div_ceil(64)] };
    let (mut left_bad, mut left_rest) = (all_bad as u64, all_rest as u64);
    let (mut own, mut along) = (Vec::new(), Vec::new());
    for it in found {
        let (bad, rest) = (common(&it.rows.bad, &left.bad), common(&it.rows.rest, &left.rest));
        let counts = Counts { bad, all_bad: left_bad, rest, all_rest: left_rest };
        let covers = bad as f64 >= COVERS * all_bad as f64;
        if bad >= FEWEST && covers && counts.odds() >= ODDS && counts.ln_chance() <= RATE.ln() {
            left.bad.iter_mut().zip(&it.rows.bad).for_each(|(left, word)| *left &= !word);
            left.rest.iter_mut().zip(&it.rows.rest).for_each(|(left, word)| *left &= !word);
            (left_bad, left_rest) = (left_bad - bad, left_rest - rest);
            own.push(it);
        } else {
            along.push(it);
        }
    }
    (own, along)
}

fn finding(all: &Correlator, measured: &Measured, found: &Found, along: Option<usize>) -> Finding {
    let Counts { bad, all_bad, rest, all_rest } = found.counts;
    let parts = |what: (What, Option<What>)| parts(all, measured, what);
    let lone = |what: What| {
        what.field().and_then(|at| all.fields.get(usize::from(at))).is_some_and(|field| field.bad == field.records)
    };
    Finding {
        parts: parts(found.what),
        bad: (bad, all_bad),
        rest: (rest, all_rest),
        ln_chance: found.ln_chance,
        ln_adjusted: found.ln_adjusted,
        same: found.same.iter().map(|what| parts(*what)).collect(),
        along,
        only_bad: lone(found.what.0) || found.what.1.is_some_and(lone),
    }
}

/// The parts in words, the one whose bad have least company among the rest first.
fn parts(all: &Correlator, measured: &Measured, (one, other): (What, Option<What>)) -> Vec<Part> {
    let tells = |what: What| {
        let share = |sample: &Sample| {
            let with = sample.rows().iter().filter(|row| what.is_in(row, measured)).count();
            with as f64 / sample.rows().len().max(1) as f64
        };
        share(&all.bad) - share(&all.rest)
    };
    let mut whats = vec![one];
    whats.extend(other);
    if whats.len() > 1 {
        whats.sort_by(|one, other| tells(*other).total_cmp(&tells(*one)));
    }
    whats.into_iter().map(|what| part(all, measured, what)).collect()
}

fn part(all: &Correlator, measured: &Measured, what: What) -> Part {
    let field = what.field().and_then(|at| all.fields.get(usize::from(at)));
    let name = field.map_or_else(|| "time".to_owned(), |field| String::from_utf8_lossy(field.name()).into_owned());
    let test = match what {
        What::Value { key, .. } => {
            let value = field.and_then(|field| field.values().find(|(at, _)| *at == key));
            let bytes = value.map(|(_, value)| &*value.text).unwrap_or_default();
            let text = String::from_utf8_lossy(bytes).into_owned();
            if bytes.len() < LONGEST { Test::Is(text) } else { Test::Begins(text) }
        }
        What::Since(change) => {
            let since = all.changes.get(change).map(|(since, _)| since.clone());
            since.map_or(Test::Is(String::new()), |since| Test::Since { at: since.at, what: since.what })
        }
        What::Range { numbers, range, .. } => {
            let end = |cut: usize| measured.0.get(numbers).map(|numbers| numbers.end(cut)).unwrap_or_default();
            match (range.from, range.to) {
                (Some(from), Some(to)) => Test::Within(end(from), end(to)),
                (Some(from), None) => Test::AtLeast(end(from)),
                (None, Some(to)) => Test::Below(end(to)),
                (None, None) => Test::Is(String::new()),
            }
        }
    };
    Part { field: name, test }
}
