//! Several runs of records, each in time order, as one: where a record stands, which record stands at a place, and steps
//! from record to record. Nothing is merged into an array: every question is a few binary searches in each run.

use crate::domain::{RecordId, RecordKey, TimeWindow, Timestamp};

/// A run of keys in time order that can be searched.
pub(super) trait Lane {
    /// How many.
    fn len(&self) -> u64;
    /// The key at a place.
    fn key(&self, index: u64) -> Option<RecordKey>;
    /// How many keys stand before this one, whether it is among them or not.
    fn before(&self, key: RecordKey) -> u64;
}

/// Part of a run.
struct Cut<'a> {
    lane: &'a dyn Lane,
    from: u64,
    to: u64,
}

/// Several runs as one.
pub(super) struct Merged<'a> {
    lanes: Vec<Cut<'a>>,
}

/// A place between records: for every run the place in it.
#[derive(Clone, Debug)]
pub(super) struct Cursor(Vec<u64>);

impl<'a> Merged<'a> {
    /// The runs, cut to a window and to the records that are not newer than `until`.
    pub(super) fn new(
        lanes: impl IntoIterator<Item = &'a dyn Lane>,
        window: Option<TimeWindow>,
        until: Option<RecordKey>,
    ) -> Self {
        let cut = |lane: &'a dyn Lane| {
            let from = window.map_or(0, |window| lane.before(start_of(window.start)));
            let to = window.map_or_else(|| lane.len(), |window| lane.before(start_of(window.end)));
            let to = until.map_or(to, |until| to.min(lane.before(after(until))));
            Cut { lane, from, to: to.max(from) }
        };
        Self { lanes: lanes.into_iter().map(cut).filter(|cut| cut.from < cut.to).collect() }
    }

    /// How many records.
    pub(super) fn len(&self) -> u64 {
        self.lanes.iter().map(|cut| cut.to - cut.from).sum()
    }

    /// How many records stand before a key, whether it is among them or not.
    pub(super) fn rank(&self, key: RecordKey) -> u64 {
        self.lanes.iter().map(|cut| cut.lane.before(key).clamp(cut.from, cut.to) - cut.from).sum()
    }

    /// Whether the key is among them.
    pub(super) fn has(&self, key: RecordKey) -> bool {
        self.next(&mut self.at(key)) == Some(key)
    }

    /// The record at a place. Halves time until few are left, then steps.
    pub(super) fn select(&self, index: u64) -> Option<RecordKey> {
        if index >= self.len() {
            return None;
        }
        let (mut low, mut high) = (self.first()?.at, self.last()?.at);
        // `low` stands at or before the instant of the record sought, `high` at or after it.
        while low < high {
            let middle = half(low, high);
            if self.rank(start_of(middle)) <= index { low = middle } else { high = before(middle) }
        }
        let mut cursor = self.at(start_of(low));
        let mut skip = index - self.rank(start_of(low)).min(index);
        while skip > 0 {
            self.next(&mut cursor)?;
            skip -= 1;
        }
        self.next(&mut cursor)
    }

    /// The oldest.
    pub(super) fn first(&self) -> Option<RecordKey> {
        self.lanes.iter().filter_map(|cut| cut.lane.key(cut.from)).min()
    }

    /// The newest.
    pub(super) fn last(&self) -> Option<RecordKey> {
        self.lanes.iter().filter_map(|cut| cut.lane.key(cut.to - 1)).max()
    }

    /// The place before a key, whether it is there or not.
    pub(super) fn at(&self, key: RecordKey) -> Cursor {
        Cursor(self.lanes.iter().map(|cut| cut.lane.before(key).clamp(cut.from, cut.to)).collect())
    }

    /// The place behind the newest.
    pub(super) fn end(&self) -> Cursor {
        Cursor(self.lanes.iter().map(|cut| cut.to).collect())
    }

    /// The place before the oldest.
    pub(super) fn start(&self) -> Cursor {
        Cursor(self.lanes.iter().map(|cut| cut.from).collect())
    }

    /// How many records stand before a place.
    pub(super) fn place(&self, cursor: &Cursor) -> u64 {
        self.lanes.iter().zip(&cursor.0).map(|(cut, at)| at - cut.from).sum()
    }

    /// Steps over the record after the place and gives it.
    pub(super) fn next(&self, cursor: &mut Cursor) -> Option<RecordKey> {
        let candidates = self.lanes.iter().zip(&cursor.0).enumerate();
        let keys = candidates
            .filter(|(_, (cut, at))| **at < cut.to)
            .filter_map(|(lane, (cut, at))| Some((cut.lane.key(*at)?, lane)));
        let (key, lane) = keys.min()?;
        if let Some(at) = cursor.0.get_mut(lane) {
            *at += 1;
        }
        Some(key)
    }

    /// Steps back over the record before the place and gives it.
    pub(super) fn previous(&self, cursor: &mut Cursor) -> Option<RecordKey> {
        let candidates = self.lanes.iter().zip(&cursor.0).enumerate();
        let keys = candidates
            .filter(|(_, (cut, at))| **at > cut.from)
            .filter_map(|(lane, (cut, at))| Some((cut.lane.key(at - 1)?, lane)));
        let (key, lane) = keys.max()?;
        if let Some(at) = cursor.0.get_mut(lane) {
            *at -= 1;
        }
        Some(key)
    }
}

/// The smallest key of an instant.
pub(super) fn start_of(at: Timestamp) -> RecordKey {
    RecordKey { at, id: RecordId(0) }
}

/// The smallest key after this one.
pub(super) fn after(key: RecordKey) -> RecordKey {
    RecordKey { at: key.at, id: RecordId(key.id.0.saturating_add(1)) }
}

/// Nanoseconds since the epoch, at the border of what 64 bits tell when beyond it.
pub(super) fn nanos(at: Timestamp) -> i64 {
    let nanos = at.as_nanosecond();
    i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
}

/// The instant of so many nanoseconds since the epoch.
pub(super) fn instant(nanos: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or_default()
}

fn half(low: Timestamp, high: Timestamp) -> Timestamp {
    let (low, high) = (low.as_nanosecond(), high.as_nanosecond());
    Timestamp::from_nanosecond(low + (high - low + 1) / 2).unwrap_or_default()
}

fn before(at: Timestamp) -> Timestamp {
    Timestamp::from_nanosecond(at.as_nanosecond() - 1).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Lane for Vec<RecordKey> {
        fn len(&self) -> u64 {
            self.as_slice().len() as u64
        }
        fn key(&self, index: u64) -> Option<RecordKey> {
            self.get(index as usize).copied()
        }
        fn before(&self, key: RecordKey) -> u64 {
            self.partition_point(|held| *held < key) as u64
        }
    }

    fn key(at: i64, id: u64) -> RecordKey {
        RecordKey { at: instant(at), id: RecordId(id) }
    }

    proptest! {
        #[test]
        fn behaves_as_one_sorted_vector(
            times in prop::collection::vec(prop::collection::vec(0i64..40, 0..30), 0..6),
            window in prop::option::of((0i64..50, 0i64..50)),
            until in prop::option::of((0i64..40, 0u64..6000)),
            probe in (0i64..50, 0u64..6000),
        ) {
            let lanes: Vec<Vec<RecordKey>> = times.into_iter().enumerate().map(|(lane, mut times)| {
                times.sort_unstable();
                times.into_iter().enumerate().map(|(row, at)| key(at, (lane as u64) * 1000 + row as u64)).collect()
            }).collect();
            let window = window.map(|(a, b)| TimeWindow::new(instant(a), instant(b)));
            let until = until.map(|(at, id)| key(at, id));
            let mut all: Vec<RecordKey> = lanes.iter().flatten().copied()
                .filter(|key| window.is_none_or(|window| window.contains(key.at)))
                .filter(|key| until.is_none_or(|until| *key <= until)).collect();
            all.sort_unstable();
            let merged = Merged::new(lanes.iter().map(|lane| lane as &dyn Lane), window, until);
            prop_assert_eq!(merged.len() as usize, all.len());
            prop_assert_eq!((merged.first(), merged.last()), (all.first().copied(), all.last().copied()));
            for (index, held) in all.iter().enumerate() {
                prop_assert_eq!(merged.select(index as u64), Some(*held));
                prop_assert_eq!(merged.rank(*held) as usize, index);
                prop_assert!(merged.has(*held));
            }
            prop_assert_eq!(merged.select(all.len() as u64), None);
            let probe = key(probe.0, probe.1);
            let place = all.partition_point(|held| *held < probe);
            prop_assert_eq!(merged.rank(probe) as usize, place);
            let mut cursor = merged.at(probe);
            prop_assert_eq!(merged.place(&cursor) as usize, place);
            let mut forward = Vec::new();
            while let Some(key) = merged.next(&mut cursor) { forward.push(key); }
            prop_assert_eq!(&forward[..], &all[place..]);
            let mut backward = Vec::new();
            while let Some(key) = merged.previous(&mut cursor) { backward.push(key); }
            backward.reverse();
            prop_assert_eq!(&backward[..], &all[..]);
        }
    }
}
