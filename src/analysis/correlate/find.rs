//! From counts to findings: values, pairs, what is the same, and what only goes along.

use super::exact::{Counts, adjusted};
use super::sample::Sample;
use super::{COVERS, Correlator, Finding, ODDS, Part, RATE, Report, SEEN, TELLS};

/// Values that pairs are made of, at most: those that cover most of the bad.
const PARTNERS: usize = 400;
/// Findings kept at most, before what goes along is taken out.
const MOST: usize = 64;
/// From this share of common records on, two findings are one with two names.
const SAME: f64 = 0.95;
/// Least number of bad records of a finding.
const FEWEST: u64 = 5;

/// A finding on its way.
struct Found {
    /// Places of its values; the second is absent for a single one.
    values: (u32, Option<u32>),
    counts: Counts,
    ln_chance: f64,
    ln_adjusted: f64,
    same: Vec<(u32, Option<u32>)>,
    rows: Rows,
}

/// Which records of the samples it stands on, a bit for each.
#[derive(Default)]
struct Rows {
    bad: Vec<u64>,
    rest: Vec<u64>,
}

impl Rows {
    fn new(values: (u32, Option<u32>), bad: &Sample, rest: &Sample) -> Self {
        let bits = |sample: &Sample| {
            let word = |rows: &[Box<[u32]>]| (0..).zip(rows).map(|(bit, row)| u64::from(has(row, values)) << bit).sum();
            sample.rows().chunks(64).map(word).collect()
        };
        Self { bad: bits(bad), rest: bits(rest) }
    }

    /// Whether nearly all records of either are those of both.
    fn is_like(&self, other: &Rows) -> bool {
        let both = count(&self.bad, |at| other.bad[at]) + count(&self.rest, |at| other.rest[at]);
        let own = |rows: &Rows| count(&rows.bad, |_| !0) + count(&rows.rest, |_| !0);
        both as f64 >= SAME * (own(self) + own(other) - both) as f64
    }
}

/// Bits that are also in the mask.
fn count(words: &[u64], mask: impl Fn(usize) -> u64) -> u64 {
    words.iter().enumerate().map(|(at, word)| u64::from((word & mask(at)).count_ones())).sum()
}

impl Correlator {
    /// What was found so far.
    pub fn report(&self) -> Report {
        let identifiers: Vec<bool> = self.fields.iter().map(super::Field::is_identifier).collect();
        let candidates: Vec<u32> = (0..self.values.len())
            .filter(|at| !identifiers[self.values[*at].field])
            .filter(|at| self.values[*at].bad + self.values[*at].rest >= SEEN)
            .filter_map(|at| u32::try_from(at).ok())
            .collect();
        let mut found = self.singles(&candidates);
        let (pairs, asked) = self.pairs(&candidates);
        found.extend(pairs);
        found.sort_by(|a, b| b.counts.tells().total_cmp(&a.counts.tells()).then_with(|| a.values.cmp(&b.values)));
        found.truncate(MOST);
        found.iter_mut().for_each(|it| it.rows = Rows::new(it.values, &self.bad, &self.rest));
        let found = self.apart(self.merged(found));
        let named = |wanted: bool| move |(field, is): (&super::Field, &bool)| (*is == wanted).then(|| field.clone());
        let fields = || self.fields.iter().zip(&identifiers);
        let open = fields().filter_map(named(false)).filter(|field| field.beyond > 0);
        Report {
            bad: self.bad.offered(),
            rest: self.rest.offered(),
            findings: found.iter().map(|it| self.finding(it)).collect(),
            asked: (candidates.len(), asked),
            identifiers: fields().filter_map(named(true)).map(|field| field.name.into()).collect(),
            partly: open.map(|field| (field.name.into(), field.beyond)).collect(),
            beyond: self.beyond,
            sampled: self.bad.is_partial() || self.rest.is_partial(),
        }
    }

    fn counts(&self, at: u32) -> Counts {
        let value = &self.values[at as usize];
        Counts { bad: value.bad, all_bad: self.bad.offered(), rest: value.rest, all_rest: self.rest.offered() }
    }

    fn singles(&self, candidates: &[u32]) -> Vec<Found> {
        let question = |at: &u32| ((*at, None), self.counts(*at), self.counts(*at).ln_chance());
        let asked = candidates.iter().map(question).collect();
        discoveries(asked, candidates.len())
    }

    /// Pairs that say more than their parts, and how many were asked about: all pairs of values of different fields.
    fn pairs(&self, candidates: &[u32]) -> (Vec<Found>, usize) {
        let mut sizes = vec![0usize; self.fields.len()];
        candidates.iter().for_each(|at| sizes[self.values[*at as usize].field] += 1);
        let all = candidates.len() * candidates.len();
        let asked = (all - sizes.iter().map(|size| size * size).sum::<usize>()) / 2;
        let bad = |at: u32| self.values[at as usize].bad;
        let enough = (COVERS * self.bad.offered() as f64).max(FEWEST as f64);
        let mut partners: Vec<u32> = candidates.iter().copied().filter(|at| bad(*at) as f64 >= enough).collect();
        partners.sort_by_key(|at| (std::cmp::Reverse(bad(*at)), *at));
        partners.truncate(PARTNERS);
        let (in_bad, in_rest) = (Together::count(&partners, &self.bad), Together::count(&partners, &self.rest));
        let (all_bad, all_rest) = (self.bad.rows().len() as u64, self.rest.rows().len() as u64);
        let mut questions = Vec::new();
        for one in 0..partners.len() {
            for other in 0..one {
                if self.values[partners[one] as usize].field == self.values[partners[other] as usize].field {
                    continue;
                }
                let counts = Counts { bad: in_bad.of(one, other), all_bad, rest: in_rest.of(one, other), all_rest };
                let part = |at| Counts { bad: in_bad.of(at, at), all_bad, rest: in_rest.of(at, at), all_rest };
                let better = part(one).tells().max(part(other).tells()) + TELLS / 2.0;
                if counts.tells() < better {
                    continue;
                }
                let given = |part: Counts| Counts { all_bad: part.bad, all_rest: part.rest, ..counts }.ln_chance();
                let chance = given(part(one)).max(given(part(other)));
                let (low, high) = (partners[one].min(partners[other]), partners[one].max(partners[other]));
                questions.push(((low, Some(high)), counts, chance));
            }
        }
        (discoveries(questions, asked), asked)
    }

    /// Findings on the same records become one; the one first in the list gives the name, a single value before a pair.
    fn merged(&self, found: Vec<Found>) -> Vec<Found> {
        let mut kept: Vec<Found> = Vec::new();
        for it in found {
            match kept.iter_mut().find(|other| it.rows.is_like(&other.rows)) {
                Some(twin) if twin.values.1.is_some() && it.values.1.is_none() => {
                    twin.same.push(std::mem::replace(&mut twin.values, it.values));
                }
                Some(twin) => twin.same.push(it.values),
                None => kept.push(it),
            }
        }
        kept
    }

    /// Findings of which something is left without the records of those before them.
    fn apart(&self, found: Vec<Found>) -> Vec<Found> {
        let (all_bad, all_rest) = (self.bad.rows().len(), self.rest.rows().len());
        let mut taken = Rows { bad: vec![0; all_bad.div_ceil(64)], rest: vec![0; all_rest.div_ceil(64)] };
        let mut kept: Vec<Found> = Vec::new();
        for it in found {
            let counts = Counts {
                bad: count(&it.rows.bad, |at| !taken.bad[at]),
                all_bad: all_bad as u64 - count(&taken.bad, |_| !0),
                rest: count(&it.rows.rest, |at| !taken.rest[at]),
                all_rest: all_rest as u64 - count(&taken.rest, |_| !0),
            };
            let covers = counts.bad as f64 >= COVERS * all_bad as f64;
            if counts.bad >= FEWEST && covers && counts.odds() >= ODDS && counts.ln_chance() <= RATE.ln() {
                taken.bad.iter_mut().zip(&it.rows.bad).for_each(|(taken, word)| *taken |= word);
                taken.rest.iter_mut().zip(&it.rows.rest).for_each(|(taken, word)| *taken |= word);
                kept.push(it);
            }
        }
        kept
    }

    fn finding(&self, found: &Found) -> Finding {
        Finding {
            parts: self.parts(found.values),
            among_bad: found.counts.among_bad(),
            among_rest: found.counts.among_rest(),
            ln_chance: found.ln_chance,
            ln_adjusted: found.ln_adjusted,
            same: found.same.iter().map(|values| self.parts(*values)).collect(),
        }
    }

    /// Its parts, the one that alone tells best first.
    fn parts(&self, (one, other): (u32, Option<u32>)) -> Vec<Part> {
        let part = |at: u32| {
            let value = &self.values[at as usize];
            Part { field: self.fields[value.field].name.to_string(), value: value.text.to_string() }
        };
        let mut values: Vec<u32> = std::iter::once(one).chain(other).collect();
        values.sort_by(|a, b| self.counts(*b).tells().total_cmp(&self.counts(*a).tells()));
        values.into_iter().map(part).collect()
    }
}

fn has(row: &[u32], (one, other): (u32, Option<u32>)) -> bool {
    row.contains(&one) && other.is_none_or(|other| row.contains(&other))
}

/// Those of the questions that pass the test among so many and the floors.
fn discoveries(questions: Vec<((u32, Option<u32>), Counts, f64)>, asked: usize) -> Vec<Found> {
    let chances: Vec<f64> = questions.iter().map(|(_, _, chance)| *chance).collect();
    let adjusted = adjusted(&chances, asked);
    let found = questions.into_iter().zip(adjusted).map(|((values, counts, ln_chance), ln_adjusted)| Found {
        values,
        counts,
        ln_chance,
        ln_adjusted,
        same: Vec::new(),
        rows: Rows::default(),
    });
    let passes = |it: &Found| {
        it.ln_adjusted <= RATE.ln()
            && it.counts.bad >= FEWEST
            && it.counts.among_bad() >= COVERS
            && it.counts.odds() >= ODDS
            && it.counts.tells() >= TELLS
    };
    found.filter(passes).collect()
}

/// How many records of a sample have both of two values; of a value with itself, how many have it.
struct Together {
    size: usize,
    counts: Vec<u32>,
}

impl Together {
    fn count(values: &[u32], sample: &Sample) -> Self {
        let size = values.len();
        let most = values.iter().max().map_or(0, |at| *at as usize + 1);
        let mut places = vec![None; most];
        values.iter().enumerate().for_each(|(place, at)| places[*at as usize] = Some(place));
        let mut counts = vec![0; size * size];
        let mut row = Vec::new();
        for values in sample.rows() {
            row.clear();
            row.extend(values.iter().filter_map(|at| places.get(*at as usize).copied().flatten()));
            for one in &row {
                for other in &row {
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
