//! A set of rows of one chunk. The sieve fills them, hits keep them.

use std::ops::Range;

use crate::logfile::tape::ROWS;

const WORDS: usize = ROWS / 64;

/// Rows of a chunk, a bit for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits(Box<[u64; WORDS]>);

impl Bits {
    /// No row.
    pub(super) fn none() -> Self {
        Self(Box::new([0; WORDS]))
    }

    /// These rows.
    pub(super) fn of(rows: Range<usize>) -> Self {
        let mut bits = Self::none();
        for (word, slot) in bits.0.iter_mut().enumerate() {
            let (from, to) = (rows.start.max(word * 64), rows.end.min(word * 64 + 64));
            if from < to {
                *slot = (u64::MAX >> (64 - (to - from))) << (from - word * 64);
            }
        }
        bits
    }

    /// The rows for which something holds.
    pub(super) fn mark<T: Copy>(column: &[T], holds: impl Fn(T) -> bool) -> Self {
        let mut bits = Self::none();
        for (slot, values) in bits.0.iter_mut().zip(column.chunks(64)) {
            *slot = values.iter().enumerate().fold(0, |word, (bit, value)| word | u64::from(holds(*value)) << bit);
        }
        bits
    }

    pub(super) fn set(&mut self, row: usize) {
        if let Some(word) = self.0.get_mut(row / 64) {
            *word |= 1 << (row % 64);
        }
    }

    pub(super) fn has(&self, row: usize) -> bool {
        self.0.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Keeps what the other has too.
    pub(super) fn and(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(word, other)| *word &= other);
    }

    /// Keeps what the other has not.
    pub(super) fn without(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(word, other)| *word &= !other);
    }

    /// Adds what the other has.
    pub(super) fn or(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(word, other)| *word |= other);
    }

    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(super) fn is_none(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// How many of its rows stand before a row.
    pub(super) fn rank(&self, row: usize) -> usize {
        let whole: usize = self.0.iter().take(row / 64).map(|word| word.count_ones() as usize).sum();
        let part = self.0.get(row / 64).map_or(0, |word| word & ((1 << (row % 64)) - 1));
        whole + part.count_ones() as usize
    }

    /// The row that so many of its rows stand before.
    pub(super) fn select(&self, mut index: usize) -> Option<usize> {
        for (at, word) in self.0.iter().enumerate() {
            let ones = word.count_ones() as usize;
            if index < ones {
                let rest = (0..index).fold(*word, |word, _| word & (word - 1));
                return Some(at * 64 + rest.trailing_zeros() as usize);
            }
            index -= ones;
        }
        None
    }

    /// Its rows in their order.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut word = *word;
            std::iter::from_fn(move || {
                let bit = word.trailing_zeros() as usize;
                (word != 0).then(|| {
                    word &= word - 1;
                    at * 64 + bit
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_as_a_set(a in prop::collection::btree_set(0usize..ROWS, 0..200), from in 0usize..ROWS, to in 0usize..=ROWS) {
            let mut bits = Bits::none();
            a.iter().for_each(|row| bits.set(*row));
            prop_assert_eq!(bits.rows().collect::<BTreeSet<_>>(), a.clone());
            prop_assert_eq!((bits.count(), bits.is_none()), (a.len(), a.is_empty()));
            prop_assert_eq!(bits.rank(from), a.range(..from).count());
            for (index, row) in a.iter().enumerate() {
                prop_assert_eq!((bits.select(index), bits.has(*row)), (Some(*row), true));
            }
            prop_assert_eq!(bits.select(a.len()), None);
            let range: BTreeSet<usize> = (from..to).collect();
            let other = Bits::of(from..to);
            prop_assert_eq!(other.rows().collect::<BTreeSet<_>>(), range.clone());
            let (mut and, mut without, mut or) = (bits.clone(), bits.clone(), bits.clone());
            and.and(&other);
            without.without(&other);
            or.or(&other);
            prop_assert_eq!(and.rows().collect::<Vec<_>>(), a.intersection(&range).copied().collect::<Vec<_>>());
            prop_assert_eq!(without.rows().collect::<Vec<_>>(), a.difference(&range).copied().collect::<Vec<_>>());
            prop_assert_eq!(or.rows().collect::<Vec<_>>(), a.union(&range).copied().collect::<Vec<_>>());
        }
    }
}
