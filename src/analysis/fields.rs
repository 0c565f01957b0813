//! Statistics of the fields of records in one pass: which values are frequent, how many different ones there are, and for
//! numbers the smallest, the largest and quantiles. Fed by the desk with the pairs of each record; pure and bounded.
//!
//! For each field a fixed amount is kept, whatever comes (under 40 KB, with all of it in use):
//! - the [`TOP`] most frequent values by space-saving (Metwally, Agrawal, El Abbadi: "Efficient Computation of Frequent and
//!   Top-k Elements in Data Streams", ICDT 2005): a value's count is too high by at most [`Value::over`];
//! - the number of different values: exact up to [`TOP`], then by HyperLogLog (Flajolet and others, 2007) to within 3.3 %
//!   (one standard deviation);
//! - quantiles of numbers by DDSketch (Masson, Rim, Lee: "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with
//!   Relative-Error Guarantees", VLDB 2019): each within 1 % of a value that has that rank.

mod distinct;
mod frequent;
mod quantiles;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::domain::quantity::{Dimension, Quantity};

use distinct::Distinct;
use frequent::Frequent;
use quantiles::Quantiles;

pub use frequent::{TOP, Value};

/// Fields kept at most; what comes under other names is counted.
pub const FIELDS: usize = 200;
/// Of a name or value this many bytes are kept.
pub const LONGEST: usize = 256;

/// The fields of the records so far.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    names: HashMap<Box<str>, usize>,
    all: Vec<Field>,
    records: u64,
    beyond: u64,
}

/// What was seen of one field.
#[derive(Clone, Debug)]
pub struct Field {
    name: Box<str>,
    records: u64,
    last: u64,
    frequent: Frequent,
    distinct: Distinct,
    numbers: Option<Box<Measured>>,
}

#[derive(Clone, Debug)]
struct Measured {
    dimension: Dimension,
    unit: &'static str,
    factor: f64,
    quantiles: Quantiles,
}

/// The numbers of a field, in [`Numbers::unit`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numbers {
    /// How many values were numbers of that measure.
    pub count: u64,
    /// The smallest, as it stood.
    pub min: f64,
    /// The median, within 1 %.
    pub p50: f64,
    /// Nine tenths are not larger; within 1 %.
    pub p90: f64,
    /// Ninety-nine of a hundred are not larger; within 1 %.
    pub p99: f64,
    /// The largest, as it stood.
    pub max: f64,
    /// What the first of them was written with, or what the field's name says: `ms`, `B`; empty for plain numbers.
    pub unit: &'static str,
}

impl Fields {
    /// Adds the pairs of one record. A name that comes twice counts as one record with two values.
    pub fn record<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.records += 1;
        for (name, value) in pairs {
            let name = cut(name);
            let at = match self.names.get(name) {
                Some(at) => *at,
                None if self.all.len() == FIELDS => {
                    self.beyond += 1;
                    continue;
                }
                None => {
                    self.names.insert(name.into(), self.all.len());
                    self.all.push(Field::new(name));
                    self.all.len() - 1
                }
            };
            self.all[at].add(value, self.records);
        }
    }

    /// Records so far.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Values under names that found no room.
    pub fn beyond(&self) -> u64 {
        self.beyond
    }

    /// The field of this name.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.names.get(cut(name)).map(|at| &self.all[*at])
    }

    /// All fields, those that most records have first, equal ones by name.
    pub fn by_records(&self) -> Vec<&Field> {
        let mut all: Vec<&Field> = self.all.iter().collect();
        all.sort_by(|one, other| other.records.cmp(&one.records).then_with(|| one.name.cmp(&other.name)));
        all
    }
}

impl Field {
    fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            records: 0,
            last: 0,
            frequent: Frequent::default(),
            distinct: Distinct::default(),
            numbers: None,
        }
    }

    fn add(&mut self, value: &str, record: u64) {
        if self.last != record {
            (self.last, self.records) = (record, self.records + 1);
        }
        let hash = hash(value.as_bytes());
        self.frequent.add(cut(value), hash);
        self.distinct.add(hash);
        let Some(quantity) = Quantity::parse(value) else { return };
        let name = &self.name;
        let numbers = self.numbers.get_or_insert_with(|| {
            let unit = match quantity.dimension() {
                Dimension::Plain if quantity.unit().is_empty() => Quantity::implied_unit(name).unwrap_or_default(),
                Dimension::Plain | Dimension::Time | Dimension::Size => quantity.unit(),
            };
            let (dimension, factor) = (quantity.dimension(), quantity.factor());
            Box::new(Measured { dimension, unit, factor, quantiles: Quantiles::default() })
        });
        if numbers.dimension == quantity.dimension() {
            // The factor of the first divides out exactly when all are written alike.
            let same = numbers.factor == quantity.factor();
            numbers.quantiles.add(if same { quantity.number() } else { quantity.base() / numbers.factor });
        }
    }

    /// Its name, as far as it is kept.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many records have it.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Its most frequent values, the most frequent first, equal ones by their text.
    pub fn top(&self) -> Vec<Value<'_>> {
        self.frequent.top()
    }

    /// How many different values it has.
    pub fn distinct(&self) -> u64 {
        self.frequent.exact().unwrap_or_else(|| self.distinct.estimate())
    }

    /// Its numbers, when more than half of its records hold one of the same measure.
    pub fn numbers(&self) -> Option<Numbers> {
        let numbers = self.numbers.as_ref()?;
        let sketch = &numbers.quantiles;
        (sketch.count() * 2 > self.records).then(|| Numbers {
            count: sketch.count(),
            min: sketch.min(),
            p50: sketch.at(0.5),
            p90: sketch.at(0.9),
            p99: sketch.at(0.99),
            max: sketch.max(),
            unit: numbers.unit,
        })
    }
}

/// The text up to [`LONGEST`] bytes, at the border of a character.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// A well-spread number for a text, the same in every run: FNV-1a over eight bytes at a time, finished as in SplitMix64.
fn hash(text: &[u8]) -> u64 {
    let (words, rest) = text.as_chunks::<8>();
    let mut sum = 0xcbf2_9ce4_8422_2325_u64 ^ text.len() as u64;
    for word in words {
        sum = (sum ^ u64::from_le_bytes(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        sum ^= sum >> 32;
    }
    for byte in rest {
        sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    sum = (sum ^ (sum >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    sum = (sum ^ (sum >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    sum ^ (sum >> 31)
}
