//! A uniform sample of records of one side, each as the keys of its values and its numbers.

use crate::domain::quantity::{Dimension, Quantity};

/// Of all records offered each is in it with the same chance.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    room: usize,
    offered: u64,
    rows: Vec<Row>,
    place: usize,
    rng: fastrand::Rng,
}

/// A record that is kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub keys: Box<[u64]>,
    pub numbers: Box<[(u16, Number)]>,
}

/// A number that a field's value is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    /// In seconds or bytes, or as it stands.
    pub base: f64,
    pub dimension: Dimension,
    pub unit: &'static str,
    pub factor: f64,
}

impl Number {
    /// Reads a value that is a number, with or without a unit.
    pub fn read(value: &[u8]) -> Option<Self> {
        if !matches!(value.first()?, b'0'..=b'9' | b'-' | b'+' | b'.') || value.len() > 40 {
            return None;
        }
        let read = Quantity::parse(std::str::from_utf8(value).ok()?)?;
        // A filter compares what has no unit as it stands.
        let (base, unit) = match read.dimension() {
            Dimension::Plain => (read.number(), ""),
            Dimension::Time | Dimension::Size => (read.base(), read.unit()),
        };
        Some(Self { base, dimension: read.dimension(), unit, factor: read.factor() })
    }
}

impl Sample {
    /// An empty sample for so many records; the same seed and records give the same sample.
    pub fn new(room: usize, seed: u64) -> Self {
        Self { room, offered: 0, rows: Vec::new(), place: 0, rng: fastrand::Rng::with_seed(seed) }
    }

    /// One more record; whether it is to be kept, perhaps in the place of another.
    pub fn offer(&mut self) -> bool {
        self.offered += 1;
        if self.rows.len() < self.room {
            self.place = self.rows.len();
            return true;
        }
        let place = self.rng.u64(0..self.offered);
        self.place = usize::try_from(place).unwrap_or(usize::MAX);
        self.place < self.room
    }

    /// Keeps the record that was offered last.
    pub fn keep(&mut self, keys: &[u64], numbers: &[(u16, Number)]) {
        let row = Row { keys: keys.into(), numbers: numbers.into() };
        match self.rows.get_mut(self.place) {
            Some(kept) => *kept = row,
            None => self.rows.push(row),
        }
    }

    /// Records offered.
    pub fn offered(&self) -> u64 {
        self.offered
    }

    /// Records kept.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether something offered is not in it.
    pub fn is_partial(&self) -> bool {
        self.offered > self.rows.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_and_late_records_are_kept_alike() {
        let mut sample = Sample::new(1_000, 1);
        for at in 0..10_000 {
            if sample.offer() {
                sample.keep(&[at], &[]);
            }
        }
        let late = sample.rows().iter().filter(|row| row.keys[0] >= 5_000).count();
        assert!((420..=580).contains(&late), "{late}");
        assert!(sample.is_partial() && sample.rows().len() == 1_000 && sample.offered() == 10_000);
    }

    #[test]
    fn numbers_are_read_with_their_units_and_texts_are_none() {
        let base = |text: &str| Number::read(text.as_bytes()).map(|number| (number.base, number.unit));
        assert_eq!(base("12.5ms"), Some((0.0125, "ms")));
        assert_eq!(base("-3"), Some((-3.0, "")));
        assert_eq!(base("97%"), Some((97.0, "")));
        for text in ["u7", "2.3.1", "10.0.0.7", "1e999", "", "-", "0x1f", "4 KiB/s"] {
            assert_eq!(base(text), None, "{text}");
        }
    }
}
