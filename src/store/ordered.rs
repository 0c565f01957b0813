//! A sequence sorted by record key, cut into chunks, so that a record that arrives late moves a few hundred neighbours
//! and not half of all records. The log store and its views are built on it.

use std::collections::VecDeque;
use std::collections::vec_deque;
use std::ops::Range;

use crate::domain::RecordKey;

/// Items in a chunk at most.
const CHUNK: usize = 512;

/// What has a place in time order.
pub(super) trait Keyed {
    /// That place; never changes while the item is held.
    fn key(&self) -> RecordKey;
}

impl Keyed for RecordKey {
    fn key(&self) -> RecordKey {
        *self
    }
}

/// Items in the order of their keys. No chunk is ever empty.
#[derive(Clone, Debug)]
pub(super) struct Ordered<T> {
    chunks: VecDeque<VecDeque<T>>,
    len: usize,
}

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self { chunks: VecDeque::new(), len: 0 }
    }
}

impl<T: Keyed> Ordered<T> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn first(&self) -> Option<&T> {
        self.chunks.front()?.front()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Puts an item at its place. Equal keys are the caller's mistake; both are then kept.
    pub(super) fn insert(&mut self, item: T) {
        let key = item.key();
        let at = self.chunks.partition_point(|chunk| chunk.front().is_some_and(|first| first.key() <= key));
        let mut at = at.saturating_sub(1);
        self.len += 1;
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push_back(VecDeque::from([item]));
            return;
        };
        let mut place = chunk.partition_point(|held| held.key() <= key);
        if chunk.len() >= CHUNK {
            // At either end a fresh chunk keeps the full one dense; in the middle the chunk is halved.
            if place == chunk.len() || place == 0 {
                self.chunks.insert(at + usize::from(place != 0), VecDeque::from([item]));
                return;
            }
            let tail = chunk.split_off(CHUNK / 2);
            self.chunks.insert(at + 1, tail);
            if place > CHUNK / 2 {
                at += 1;
                place -= CHUNK / 2;
            }
        }
        if let Some(chunk) = self.chunks.get_mut(at) {
            chunk.insert(place, item);
        }
    }

    pub(super) fn pop_first(&mut self) -> Option<T> {
        let chunk = self.chunks.front_mut()?;
        let item = chunk.pop_front();
        if chunk.is_empty() {
            self.chunks.pop_front();
        }
        self.len -= usize::from(item.is_some());
        item
    }

    pub(super) fn get(&self, key: RecordKey) -> Option<&T> {
        self.at_index(self.index_of(key)).filter(|item| item.key() == key)
    }

    pub(super) fn at_index(&self, mut index: usize) -> Option<&T> {
        for chunk in &self.chunks {
            if index < chunk.len() {
                return chunk.get(index);
            }
            index -= chunk.len();
        }
        None
    }

    /// How many items stand before the key.
    pub(super) fn index_of(&self, key: RecordKey) -> usize {
        let upto = self.chunks.partition_point(|chunk| chunk.front().is_some_and(|first| first.key() < key));
        let Some(last) = upto.checked_sub(1) else { return 0 };
        let before: usize = self.chunks.iter().take(last).map(VecDeque::len).sum();
        before + self.chunks.get(last).map_or(0, |chunk| chunk.partition_point(|item| item.key() < key))
    }

    /// The items at the given indices, in order, from either end.
    pub(super) fn range(&self, range: Range<usize>) -> Items<'_, T> {
        let end = range.end.min(self.len);
        let start = range.start.min(end);
        Items { items: self, front: Cursor::at(self, start), back: Cursor::at(self, end), left: end - start }
    }
}

/// A place between items: a chunk and an offset in it.
#[derive(Clone, Copy, Debug)]
struct Cursor {
    chunk: usize,
    offset: usize,
}

impl Cursor {
    fn at<T>(items: &Ordered<T>, mut index: usize) -> Self {
        for (chunk, held) in items.chunks.iter().enumerate() {
            if index <= held.len() {
                return Self { chunk, offset: index };
            }
            index -= held.len();
        }
        Self { chunk: items.chunks.len(), offset: 0 }
    }
}

/// Items of a range, from either end.
#[derive(Clone, Debug)]
pub(super) struct Items<'a, T> {
    items: &'a Ordered<T>,
    front: Cursor,
    back: Cursor,
    left: usize,
}

impl<'a, T> Items<'a, T> {
    fn chunk(&self, index: usize) -> Option<&'a VecDeque<T>> {
        self.items.chunks.get(index)
    }
}

impl<'a, T> Iterator for Items<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.left = self.left.checked_sub(1)?;
        if self.chunk(self.front.chunk).is_some_and(|chunk| self.front.offset >= chunk.len()) {
            self.front = Cursor { chunk: self.front.chunk + 1, offset: 0 };
        }
        let item = self.chunk(self.front.chunk)?.get(self.front.offset);
        self.front.offset += 1;
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> DoubleEndedIterator for Items<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        while self.back.offset == 0 {
            let chunk = self.back.chunk.checked_sub(1)?;
            self.back = Cursor { chunk, offset: self.chunk(chunk).map_or(0, vec_deque::VecDeque::len) };
        }
        self.back.offset -= 1;
        self.chunk(self.back.chunk)?.get(self.back.offset)
    }
}

impl<T> ExactSizeIterator for Items<'_, T> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{RecordId, Timestamp};

    fn key(at: i64, id: u64) -> RecordKey {
        RecordKey { at: Timestamp::from_second(at).unwrap(), id: RecordId(id) }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn behaves_as_a_sorted_vector(steps in prop::collection::vec((0i64..400, 0u8..6), 0..3000), a in 0usize..3000, b in 0usize..3000) {
            let mut model: Vec<RecordKey> = Vec::new();
            let mut ordered = Ordered::default();
            for (id, (at, action)) in steps.iter().enumerate() {
                if *action == 0 {
                    let expected = (!model.is_empty()).then(|| model.remove(0));
                    prop_assert_eq!(ordered.pop_first(), expected);
                } else {
                    let new = key(*at, id as u64);
                    model.insert(model.partition_point(|k| *k < new), new);
                    ordered.insert(new);
                }
            }
            prop_assert_eq!(ordered.len(), model.len());
            prop_assert_eq!(ordered.range(0..usize::MAX).copied().collect::<Vec<_>>(), model.clone());
            prop_assert_eq!(ordered.range(0..usize::MAX).rev().copied().collect::<Vec<_>>(), model.iter().rev().copied().collect::<Vec<_>>());
            let (start, end) = (a.min(b).min(model.len()), a.max(b).min(model.len()));
            prop_assert_eq!(ordered.range(a.min(b)..a.max(b)).copied().collect::<Vec<_>>(), model[start..end].to_vec());
            for probe in [key(0, 0), key(200, 0), key(399, u64::MAX)] {
                prop_assert_eq!(ordered.index_of(probe), model.partition_point(|k| *k < probe));
            }
            for (index, held) in model.iter().enumerate().step_by(97) {
                prop_assert_eq!(ordered.at_index(index), Some(held));
                prop_assert_eq!(ordered.get(*held), Some(held));
            }
        }
    }
}
