//! What failures have in common: given bad records and the rest, which values of their fields, and which pairs of
//! values, are over-represented among the bad. Fed record by record by `cli/correlate`; pure, one pass, bounded
//! memory.
//!
//! Each value of each field is counted exactly. Pairs are counted in two uniform samples of [`SAMPLE`] records, one of
//! the bad and one of the rest (Vitter, *Random sampling with a reservoir*, 1985, algorithm R, from a fixed seed);
//! below that they are exact too. A finding passes
//!
//! - a test: Fisher's exact one-sided with mid-p, adjusted for all questions asked by Benjamini and Hochberg to a
//!   false discovery rate of [`RATE`]; the number of questions is that of all values seen [`SEEN`] times and of all
//!   pairs of such, never of the promising ones only;
//! - floors: it covers a [`COVERS`] of the bad, its odds among them are [`ODDS`] times the rest's, and it tells bad
//!   from rest by [`TELLS`];
//! - for a pair: among the records with either part the other part is over-represented (the larger of both chances
//!   counts), and it tells better than either part alone;
//! - what is left of it once records with an earlier finding are taken away: what only goes along with a cause is
//!   none. (Webb, *Discovering significant patterns*, 2007: a rule must say more than its generalisations.)
//!
//! Values that stand on the same records are one finding with several names. A field whose values hardly repeat is an
//! identifier and is no cause.

mod exact;
mod find;
mod sample;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use sample::Sample;

/// False discovery rate of each family: values and pairs.
pub const RATE: f64 = 0.01;
/// Records with a value before it is asked about.
pub const SEEN: u64 = 10;
/// Least share of the bad that a finding covers.
pub const COVERS: f64 = 0.05;
/// Least ratio of its odds. (Not of its shares: what half of the rest has can be in no more than all of the bad.)
pub const ODDS: f64 = 2.0;
/// Least difference of its shares; by how much a pair must beat its parts is half of it.
pub const TELLS: f64 = 0.05;
/// Records of each side that pairs are counted in.
pub const SAMPLE: usize = 40_000;
/// Fields kept at most.
pub const FIELDS: usize = 128;
/// Values of a field kept at most.
pub const VALUES: usize = 1_000;
/// Bytes of a value that tell it from others.
pub const LONGEST: usize = 200;

/// Which side a record is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It is what the question is about.
    Bad,
    /// All others.
    Rest,
}

/// The records so far.
#[derive(Clone, Debug)]
pub struct Correlator {
    names: HashMap<Box<str>, usize>,
    fields: Vec<Field>,
    values: Vec<Value>,
    bad: Sample,
    rest: Sample,
    /// Of the record at hand: its values, reused.
    row: Vec<u32>,
    beyond: u64,
}

/// One field.
#[derive(Clone, Debug)]
struct Field {
    name: Box<str>,
    values: HashMap<Box<str>, u32>,
    records: u64,
    /// Records whose value found no room.
    beyond: u64,
}

/// One value of one field.
#[derive(Clone, Debug)]
struct Value {
    field: usize,
    text: Box<str>,
    bad: u64,
    rest: u64,
}

/// A field and one of its values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The field's name, as it came.
    pub field: String,
    /// Its value, of a long one the beginning ([`LONGEST`]).
    pub value: String,
}

/// What is over-represented among the bad.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// One part, or two that stand together.
    pub parts: Vec<Part>,
    /// Its share among the bad, 0 to 1.
    pub among_bad: f64,
    /// Its share among the rest.
    pub among_rest: f64,
    /// Natural logarithm of the chance of this without a connection.
    pub ln_chance: f64,
    /// The same adjusted for all questions asked.
    pub ln_adjusted: f64,
    /// Other values on the same records.
    pub same: Vec<Vec<Part>>,
}

/// What was found, and what was not looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Bad records taken.
    pub bad: u64,
    /// Other records taken.
    pub rest: u64,
    /// The one that tells best first.
    pub findings: Vec<Finding>,
    /// Questions asked: values, then pairs.
    pub asked: (usize, usize),
    /// Fields left out as identifiers, by name.
    pub identifiers: Vec<String>,
    /// Fields of which some values found no room, with the records that had them.
    pub partly: Vec<(String, u64)>,
    /// Values of fields beyond the bound.
    pub beyond: u64,
    /// Whether pairs were counted in a sample.
    pub sampled: bool,
}

impl Default for Correlator {
    fn default() -> Self {
        let (names, fields, values) = (HashMap::new(), Vec::new(), Vec::new());
        let (bad, rest) = (Sample::new(SAMPLE, 1), Sample::new(SAMPLE, 2));
        Self { names, fields, values, bad, rest, row: Vec::new(), beyond: 0 }
    }
}

impl Correlator {
    /// Takes a record: its fields and their values. Of a field that comes twice the first value counts; an empty value
    /// is none.
    pub fn push<'a>(&mut self, side: Side, record: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let mut row = std::mem::take(&mut self.row);
        row.clear();
        for (name, value) in record {
            if value.is_empty() {
                continue;
            }
            let Some(field) = self.field(name) else { continue };
            if row.iter().any(|at| self.values[*at as usize].field == field) {
                continue;
            }
            self.fields[field].records += 1;
            let Some(at) = self.value(field, value) else { continue };
            let value = &mut self.values[at as usize];
            match side {
                Side::Bad => value.bad += 1,
                Side::Rest => value.rest += 1,
            }
            row.push(at);
        }
        match side {
            Side::Bad => self.bad.offer(&row),
            Side::Rest => self.rest.offer(&row),
        }
        self.row = row;
    }

    fn field(&mut self, name: &str) -> Option<usize> {
        if let Some(at) = self.names.get(name) {
            return Some(*at);
        }
        if self.fields.len() == FIELDS {
            self.beyond += 1;
            return None;
        }
        let field = Field { name: name.into(), values: HashMap::new(), records: 0, beyond: 0 };
        self.names.insert(name.into(), self.fields.len());
        self.fields.push(field);
        Some(self.fields.len() - 1)
    }

    fn value(&mut self, field: usize, text: &str) -> Option<u32> {
        let text = &text[..text.floor_char_boundary(LONGEST)];
        let entry = &mut self.fields[field];
        if let Some(at) = entry.values.get(text) {
            return Some(*at);
        }
        if entry.values.len() == VALUES {
            entry.beyond += 1;
            return None;
        }
        let at = u32::try_from(self.values.len()).ok()?;
        entry.values.insert(text.into(), at);
        self.values.push(Value { field, text: text.into(), bad: 0, rest: 0 });
        Some(at)
    }
}

impl Field {
    /// Whether its values hardly repeat: half of its records or more brought a value that was new or found no room.
    fn is_identifier(&self) -> bool {
        self.records >= SEEN && (self.values.len() as u64 + self.beyond) * 2 > self.records
    }
}
