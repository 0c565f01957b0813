//! What failures have in common: given bad records and the rest, which values of their fields, ranges of their numbers
//! and pairs of such are over-represented among the bad. Fed record by record by the desk (`logs/contrast`) and by
//! `cli/correlate`; pure, one pass, bounded memory.
//!
//! Values are counted over all records given. Pairs and ranges are counted in two uniform samples of [`SAMPLE`]
//! records, one of the bad and one of the rest (Vitter, *Random sampling with a reservoir*, 1985, algorithm R, from a
//! fixed seed); below that they are exact too. A finding passes
//!
//! - a test: Fisher's exact one-sided with mid-p, adjusted for all questions asked by Benjamini and Hochberg to a
//!   false discovery rate of [`RATE`] for each family (values, ranges, pairs); the number of questions is that of all
//!   values seen [`SEEN`] times, of all cuts and of all pairs, never of the promising ones only;
//! - floors: it covers a [`COVERS`] of the bad, its odds among them are [`ODDS`] times the rest's, and it tells bad
//!   from rest by [`TELLS`];
//! - for a range: its ends are among cuts that are laid by all records before anybody looks which of them are bad, so
//!   that each cut is a question like any other and the choice of the best is paid for (see `cuts`);
//! - for a pair: among the records with either part the other part is over-represented (the larger of both chances
//!   counts), and it tells better than either part alone, or neither part stands out without it.
//!
//! Findings on the same records are one with several names. What is left of a finding once the records of those before
//! it are taken away decides whether it stands for itself or goes along with one of them ([`Finding::along`]); it is
//! told either way, since a symptom goes along with its cause as a cause with its symptom. (Webb, *Discovering
//! significant patterns*, 2007: a rule must say more than its generalisations.)
//!
//! Of a field whose values hardly repeat only those values are asked about that do, and as many questions are counted
//! as it could hold.

mod counts;
mod cuts;
mod exact;
mod find;
mod fold;
mod report;
mod sample;
#[cfg(test)]
mod tests;

use counts::{Field, hash};
use sample::Sample;

pub use report::{Certainty, Finding, Interval, Part, Report, Test};

/// False discovery rate of each family: values, ranges and pairs.
pub const RATE: f64 = 0.01;
/// Records with a value before it is asked about.
pub const SEEN: u64 = 10;
/// Fewest records of either side of which anything is said.
pub const FEWEST: u64 = 5;
/// Least share of the bad that a finding covers.
pub const COVERS: f64 = 0.05;
/// Least ratio of its odds. (Not of its shares: what half of the rest has can be in no more than all of the bad.)
pub const ODDS: f64 = 2.0;
/// Least difference of its shares; by how much a pair must beat its parts is half of it.
pub const TELLS: f64 = 0.05;
/// Records of each side that pairs and ranges are counted in.
pub const SAMPLE: usize = 40_000;
/// Fields kept at most.
pub const FIELDS: usize = 128;
/// Values of a field kept at a time; the rarest make room.
pub const VALUES: usize = 4_096;
/// Bytes of a value that tell it from others.
pub const LONGEST: usize = 200;
/// Changes asked about at most.
pub const CHANGES: usize = 32;

/// Which side a record is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It is what the question is about.
    Bad,
    /// All others.
    Rest,
}

/// Something that changed: whether a record is from after it is asked like any field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// Nanoseconds since the epoch.
    pub at: i64,
    /// What it was: `deploy payments 2.3.1`.
    pub what: String,
}

/// The records so far.
#[derive(Clone, Debug)]
pub struct Correlator {
    fields: Vec<Field>,
    changes: Vec<(Since, [u64; 2])>,
    bad: Sample,
    rest: Sample,
    beyond: u64,
    /// Names of fields that are not compared.
    without: Vec<String>,
    row: Row,
    /// Where the fields of the record before stood: records of a stream mostly have theirs in one order.
    order: Vec<u16>,
}

/// The record at hand; its parts are reused.
#[derive(Clone, Debug, Default)]
struct Row {
    side: Option<Side>,
    is_kept: bool,
    keys: Vec<u64>,
    seen: Vec<u16>,
    numbers: Vec<(u16, sample::Number)>,
}

impl Default for Correlator {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Correlator {
    /// Nothing so far; records are asked whether they are from after these changes, of which the first [`CHANGES`]
    /// count.
    pub fn new(mut changes: Vec<Since>) -> Self {
        changes.truncate(CHANGES);
        Self {
            fields: Vec::new(),
            changes: changes.into_iter().map(|change| (change, [0; 2])).collect(),
            bad: Sample::new(SAMPLE, 1),
            rest: Sample::new(SAMPLE, 2),
            beyond: 0,
            without: Vec::new(),
            row: Row::default(),
            order: Vec::new(),
        }
    }

    /// The same, not comparing fields of these names, in capitals or not.
    #[must_use]
    pub fn without(self, names: Vec<String>) -> Self {
        Self { without: names, ..self }
    }

    /// Whether fields of this name are not compared.
    pub fn is_without(&self, name: &[u8]) -> bool {
        self.without.iter().any(|it| it.as_bytes().eq_ignore_ascii_case(name))
    }

    /// Takes a record: its fields and their values. Of a field that comes twice the first value counts; an empty value
    /// is none.
    pub fn push<'a>(&mut self, side: Side, record: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.begin(side, None);
        record.into_iter().for_each(|(name, value)| self.field(name.as_bytes(), value.as_bytes()));
        self.end();
    }

    /// Begins a record of which the fields are handed over one by one; `at` is its time in nanoseconds since the epoch.
    pub fn begin(&mut self, side: Side, at: Option<i64>) {
        let sample = match side {
            Side::Bad => &mut self.bad,
            Side::Rest => &mut self.rest,
        };
        self.row.side = Some(side);
        self.row.is_kept = sample.offer();
        self.row.keys.clear();
        self.row.seen.clear();
        self.row.numbers.clear();
        let Some(at) = at else { return };
        for (change, (since, counts)) in self.changes.iter_mut().enumerate() {
            if at >= since.at {
                counts[side as usize] += 1;
                self.row.keys.push(change_key(change));
            }
        }
    }

    /// A field of the record that was begun.
    pub fn field(&mut self, name: &[u8], value: &[u8]) {
        let Some(side) = self.row.side.filter(|_| !value.is_empty()) else { return };
        let Some(at) = self.place(name) else { return };
        if self.row.seen.contains(&at) {
            return;
        }
        self.row.seen.push(at);
        let value = value.get(..LONGEST).unwrap_or(value);
        let Some(field) = self.fields.get_mut(usize::from(at)) else { return };
        if field.is_ignored() {
            return;
        }
        let key = hash(field.key(), value);
        field.count(side, key, value);
        if self.row.is_kept {
            self.row.keys.push(key);
            if let Some(number) = sample::Number::read(value) {
                self.row.numbers.push((at, number));
            }
        }
    }

    /// Ends the record that was begun.
    pub fn end(&mut self) {
        let row = &mut self.row;
        match row.side.take() {
            Some(Side::Bad) if row.is_kept => self.bad.keep(&row.keys, &row.numbers),
            Some(Side::Rest) if row.is_kept => self.rest.keep(&row.keys, &row.numbers),
            Some(Side::Bad | Side::Rest) | None => {}
        }
        std::mem::swap(&mut self.order, &mut row.seen);
    }

    /// Records so far: bad ones and others.
    pub fn records(&self) -> (u64, u64) {
        (self.bad.offered(), self.rest.offered())
    }

    /// The place of a field; `None` when there is no room for another one.
    fn place(&mut self, name: &[u8]) -> Option<u16> {
        let likely = self.order.get(self.row.seen.len()).copied();
        let is = |at: u16| self.fields.get(usize::from(at)).is_some_and(|field| field.name() == name);
        if likely.is_some_and(is) {
            return likely;
        }
        if let Some(at) = self.fields.iter().position(|field| field.name() == name) {
            return u16::try_from(at).ok();
        }
        if self.fields.len() == FIELDS {
            self.beyond += 1;
            return None;
        }
        let field = Field::new(name, self.is_without(name));
        self.fields.push(field);
        u16::try_from(self.fields.len() - 1).ok()
    }
}

/// What stands for a change in the rows of a sample.
fn change_key(change: usize) -> u64 {
    hash(u64::MAX, &change.to_le_bytes())
}
