//! Cuts through the numbers of a field. Where they are laid depends on all records together and not on which of them are
//! bad: each cut is then a question as honest as one about a value, and to have chosen the best among them is paid for by
//! the number of questions. Looking for the best place with the bad in sight instead finds one in pure noise.
//!
//! Cuts are laid so that the records beyond them grow fewer by [`FINER`] each time, from all down to as few as are asked
//! about at all, from both ends: what separates failures is often far out in a tail.

use super::sample::{Number, Sample};
use super::{SEEN, Side};
use crate::domain::quantity::Dimension;

/// By how much fewer records are beyond the next cut.
const FINER: f64 = 0.88;
/// Different numbers of a field before it is cut.
const DIFFERENT: usize = 8;
/// Of the records of a field so many must have numbers of one kind.
const MOSTLY: f64 = 0.9;
/// Cuts that pairs of which are asked about as ranges.
const INNER: usize = 20;

/// The numbers of one field, sorted, with the cuts through them.
#[derive(Debug)]
pub(super) struct Numbers {
    pub field: u16,
    pub unit: &'static str,
    factor: f64,
    bad: Vec<f64>,
    rest: Vec<f64>,
    cuts: Vec<Cut>,
    /// Of the cuts those whose pairs are asked about.
    inner: Vec<usize>,
}

/// A place between two numbers that some records have, and the bad and others below it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    low: f64,
    high: f64,
    bad: u64,
    rest: u64,
}

/// A range of numbers: from a cut, up to a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub from: Option<usize>,
    pub to: Option<usize>,
}

impl Numbers {
    /// The numbers of a field in the samples; `None` when it has too few that differ, or other values too.
    pub fn of(field: u16, bad: &Sample, rest: &Sample, records: usize) -> Option<Self> {
        let all = || bad.rows().iter().chain(rest.rows()).flat_map(|row| row.numbers.iter());
        let own = || all().filter(|(at, _)| *at == field).map(|(_, number)| number);
        let first = own().next()?;
        let alike = |number: &Number| number.dimension == first.dimension;
        if (own().filter(|number| alike(number)).count() as f64) < MOSTLY * records as f64 {
            return None;
        }
        let sorted = |sample: &Sample| {
            let numbers = sample.rows().iter().filter_map(|row| number_of(&row.numbers, field, first.dimension));
            let mut numbers: Vec<f64> = numbers.collect();
            numbers.sort_by(f64::total_cmp);
            numbers
        };
        let (one, other) = (sorted(bad), sorted(rest));
        let weight = |sample: &Sample| sample.offered() as f64 / sample.rows().len().max(1) as f64;
        let weighted = |numbers: &[f64], weight: f64| numbers.iter().map(|at| (*at, weight)).collect::<Vec<_>>();
        let mut both = weighted(&one, weight(bad));
        both.extend(weighted(&other, weight(rest)));
        both.sort_by(|one, other| one.0.total_cmp(&other.0));
        let steps = steps(&both);
        if steps.len() + 1 < DIFFERENT {
            return None;
        }
        let cut = |(low, high): (f64, f64)| {
            let below = |numbers: &[f64]| numbers.partition_point(|number| *number <= low) as u64;
            Cut { low, high, bad: below(&one), rest: below(&other) }
        };
        let total: f64 = both.iter().map(|(_, weight)| weight).sum();
        let (cuts, inner) = laid(&steps, total);
        let cuts = cuts.into_iter().map(cut).collect();
        Some(Self { field, unit: first.unit, factor: first.factor, bad: one, rest: other, cuts, inner })
    }

    /// The ranges that are asked about, each with the bad and others in it.
    pub fn ranges(&self) -> Vec<(Range, u64, u64)> {
        let ends = (0..self.cuts.len())
            .flat_map(|at| [Range { from: Some(at), to: None }, Range { from: None, to: Some(at) }].into_iter());
        let between = self.inner.iter().enumerate().flat_map(|(place, from)| {
            let later = self.inner.get(place + 1..).unwrap_or_default();
            later.iter().map(|to| Range { from: Some(*from), to: Some(*to) })
        });
        ends.chain(between)
            .map(|range| (range, self.inside(range, Side::Bad), self.inside(range, Side::Rest)))
            .collect()
    }

    /// Whether a number is in a range.
    pub fn holds(&self, range: Range, number: f64) -> bool {
        let cut = |at: Option<usize>| at.and_then(|at| self.cuts.get(at));
        cut(range.from).is_none_or(|cut| number > cut.low) && cut(range.to).is_none_or(|cut| number <= cut.low)
    }

    /// A row's number.
    pub fn number(&self, numbers: &[(u16, Number)]) -> Option<f64> {
        numbers.iter().find(|(at, _)| *at == self.field).map(|(_, number)| number.base)
    }

    /// An end as a filter writes it: the roundest number between the two that the cut parts.
    pub fn end(&self, cut: usize) -> String {
        let Some(cut) = self.cuts.get(cut) else { return String::new() };
        let factor = if self.factor > 0.0 { self.factor } else { 1.0 };
        format!("{}{}", roundest(cut.low / factor, cut.high / factor), self.unit)
    }

    fn inside(&self, range: Range, side: Side) -> u64 {
        let (all, of) = match side {
            Side::Bad => (self.bad.len() as u64, (|cut: &Cut| cut.bad) as fn(&Cut) -> u64),
            Side::Rest => (self.rest.len() as u64, (|cut: &Cut| cut.rest) as fn(&Cut) -> u64),
        };
        let below = |at: Option<usize>, none: u64| at.and_then(|at| self.cuts.get(at)).map_or(none, of);
        below(range.to, all).saturating_sub(below(range.from, 0))
    }
}

fn number_of(numbers: &[(u16, Number)], field: u16, dimension: Dimension) -> Option<f64> {
    let (_, number) = numbers.iter().find(|(at, _)| *at == field)?;
    (number.dimension == dimension).then_some(number.base)
}

/// Neighbouring numbers that differ, with the weight of the records up to the first.
fn steps(sorted: &[(f64, f64)]) -> Vec<(f64, f64, f64)> {
    let mut steps = Vec::new();
    let mut weight = 0.0;
    for pair in sorted.windows(2) {
        weight += pair[0].1;
        if pair[0].0 < pair[1].0 {
            steps.push((pair[0].0, pair[1].0, weight));
        }
    }
    steps
}

/// The cuts that are laid, in order, and which of them are spread evenly over the records.
fn laid(steps: &[(f64, f64, f64)], total: f64) -> (Vec<(f64, f64)>, Vec<usize>) {
    let mut chosen: Vec<usize> = Vec::new();
    let mut beyond = total * FINER;
    while beyond >= SEEN as f64 {
        // From above: as many records or fewer are beyond. From below: as many or more are not.
        chosen.push(steps.partition_point(|step| total - step.2 > beyond));
        chosen.push(steps.partition_point(|step| step.2 < beyond));
        beyond *= FINER;
    }
    chosen.retain(|at| *at < steps.len());
    chosen.sort_unstable();
    chosen.dedup();
    let mut inner: Vec<usize> = (1..INNER)
        .map(|part| total * part as f64 / INNER as f64)
        .map(|weight| chosen.partition_point(|at| steps[*at].2 < weight))
        .filter(|place| *place < chosen.len())
        .collect();
    inner.dedup();
    (chosen.iter().map(|at| (steps[*at].0, steps[*at].1)).collect(), inner)
}

/// The number above `low` and not above `high` with the fewest digits.
fn roundest(low: f64, high: f64) -> String {
    for power in (-9..=15).rev() {
        let step = 10f64.powi(power);
        let count = (low / step).floor() + 1.0;
        // Divided by a whole power of ten, so that the number is the one its digits say.
        let number = if power < 0 { count / 10f64.powi(-power) } else { count * step };
        if number > low && number <= high {
            return format!("{number}");
        }
    }
    format!("{high}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_the_roundest_number_that_parts_the_same_records() {
        let cases = [
            (497.3, 520.1, "500"),
            (404.0, 500.0, "500"),
            (511.7, 512.3, "512"),
            (0.12, 0.1201, "0.1201"),
            (-7.0, 3.0, "0"),
            (99_999.0, 100_001.0, "100000"),
        ];
        for (low, high, want) in cases {
            assert_eq!(roundest(low, high), want, "{low} {high}");
            let read: f64 = roundest(low, high).parse().unwrap();
            assert!(read > low && read <= high);
        }
    }

    #[test]
    fn cuts_reach_into_both_tails_and_are_few() {
        let steps: Vec<(f64, f64, f64)> =
            (0..100_000).map(|at| (f64::from(at), f64::from(at + 1), f64::from(at + 1))).collect();
        let (cuts, inner) = laid(&steps, 100_000.0);
        assert!(cuts.len() < 160 && inner.len() == INNER - 1, "{} {}", cuts.len(), inner.len());
        assert!(cuts[0].0 < 20.0 && cuts[cuts.len() - 1].0 > 99_980.0);
        assert!(cuts.windows(2).all(|pair| pair[1].0 - pair[0].0 < 13_000.0));
    }
}
