//! Log records in time order within a budget of bytes. `app` inserts; the log pane, queries and the analyst read.

use std::sync::Arc;

use crate::domain::{LogRecord, RecordId, RecordKey, TimeWindow};

use super::ordered::{Keyed, Ordered};

/// What a record costs beside its own weight: the counters of its shared texts and what the allocator rounds up.
const OVERHEAD: usize = 128;

/// A record and the shape that a miner found in it.
#[derive(Clone, Debug)]
pub struct Held {
    /// The record.
    pub record: Arc<LogRecord>,
    /// Its shape, to be asked of the miner; 0 where nothing is mined.
    pub slot: u32,
}

impl Keyed for Held {
    fn key(&self) -> RecordKey {
        self.record.key()
    }
}

/// Log records, oldest first. When the budget is exceeded the oldest go, and are counted.
#[derive(Debug)]
pub struct LogStore {
    records: Ordered<Held>,
    budget: usize,
    bytes: usize,
    evicted: u64,
    next: u64,
}

impl LogStore {
    /// An empty store that holds about `budget_bytes` bytes; a single larger record is still held.
    pub fn new(budget_bytes: usize) -> Self {
        Self { records: Ordered::default(), budget: budget_bytes, bytes: 0, evicted: 0, next: 1 }
    }

    /// Numbers the record, puts it at its place in time and makes room. The key may be gone already when the record
    /// is older than all that the budget holds.
    pub fn insert(&mut self, record: LogRecord) -> RecordKey {
        self.insert_mined(record, 0)
    }

    /// The same for a record whose shape is known.
    pub fn insert_mined(&mut self, mut record: LogRecord, slot: u32) -> RecordKey {
        record.id = RecordId(self.next);
        self.next += 1;
        let key = record.key();
        self.bytes += cost(&record);
        self.records.insert(Held { record: Arc::new(record), slot });
        while self.bytes > self.budget && self.records.len() > 1 {
            if let Some(gone) = self.records.pop_first() {
                self.bytes -= cost(&gone.record);
                self.evicted += 1;
            }
        }
        key
    }

    /// Records held.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.records.len() == 0
    }

    /// The id of the record that comes next; every one that came has a smaller one.
    pub fn next_id(&self) -> RecordId {
        RecordId(self.next)
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Records that had to go since the start.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// The oldest key held; every smaller one a view still has is gone.
    pub fn first_key(&self) -> Option<RecordKey> {
        self.records.first().map(Keyed::key)
    }

    /// The newest key held.
    pub fn last_key(&self) -> Option<RecordKey> {
        self.records.at_index(self.len().checked_sub(1)?).map(Keyed::key)
    }

    /// The record with this key, if still held.
    pub fn get(&self, key: RecordKey) -> Option<&LogRecord> {
        self.held(key).map(|held| &*held.record)
    }

    /// The record with this key and its shape, if still held.
    pub fn held(&self, key: RecordKey) -> Option<&Held> {
        self.records.get(key)
    }

    /// The record at a place counted from the oldest.
    pub fn at_index(&self, index: usize) -> Option<&LogRecord> {
        self.held_at(index).map(|held| &*held.record)
    }

    /// The record at a place counted from the oldest, and its shape.
    pub fn held_at(&self, index: usize) -> Option<&Held> {
        self.records.at_index(index)
    }

    /// How many records stand before the key, whether it is held or not.
    pub fn index_of(&self, key: RecordKey) -> usize {
        self.records.index_of(key)
    }

    /// The records inside a window, oldest first.
    pub fn window(&self, window: TimeWindow) -> impl DoubleEndedIterator<Item = &LogRecord> {
        self.range(self.index_of(start_of(window.start))..self.index_of(start_of(window.end)))
    }

    /// The records between two places counted from the oldest.
    pub fn range(&self, range: std::ops::Range<usize>) -> impl DoubleEndedIterator<Item = &LogRecord> {
        self.held_range(range).map(|held| &*held.record)
    }

    /// The same with their shapes.
    pub fn held_range(&self, range: std::ops::Range<usize>) -> impl DoubleEndedIterator<Item = &Held> {
        self.records.range(range)
    }
}

/// The smallest key of an instant.
pub fn start_of(at: crate::domain::Timestamp) -> RecordKey {
    RecordKey { at, id: RecordId(0) }
}

fn cost(record: &LogRecord) -> usize {
    record.weight() + OVERHEAD
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::{CleanText, Severity, SourceId, Timestamp};

    /// A record at a second of 1970 with a body.
    pub(in crate::store) fn record(second: i64, body: &str) -> LogRecord {
        LogRecord {
            id: RecordId(0),
            time: Timestamp::from_second(second).ok(),
            observed: Timestamp::UNIX_EPOCH,
            severity: Severity::Info,
            service: CleanText::line("payments"),
            source: SourceId::new("files"),
            body: CleanText::line(body),
            raw: CleanText::line(body),
            attributes: Box::new([]),
            trace_id: None,
        }
    }

    fn seconds<'a>(records: impl Iterator<Item = &'a LogRecord>) -> Vec<i64> {
        records.map(|record| record.at().as_second()).collect()
    }

    #[test]
    fn late_records_stand_at_their_own_time() {
        let mut store = LogStore::new(1 << 20);
        for second in [5, 1, 9, 5, 3] {
            store.insert(record(second, "x"));
        }
        let all = TimeWindow { start: Timestamp::MIN, end: Timestamp::MAX };
        assert_eq!(seconds(store.window(all)), [1, 3, 5, 5, 9]);
        assert_eq!(seconds(store.window(all).rev()), [9, 5, 5, 3, 1]);
        let some = TimeWindow::new(Timestamp::from_second(3).unwrap(), Timestamp::from_second(9).unwrap());
        assert_eq!(seconds(store.window(some)), [3, 5, 5]);
    }

    #[test]
    fn the_oldest_go_when_the_budget_is_spent_and_are_counted() {
        let one = cost(&record(0, "x"));
        let mut store = LogStore::new(3 * one);
        let first = store.insert(record(1, "x"));
        for second in 2..=5 {
            store.insert(record(second, "x"));
        }
        assert_eq!((store.len(), store.evicted(), store.bytes()), (3, 2, 3 * one));
        assert_eq!(store.get(first), None);
        assert_eq!(store.first_key().map(|key| key.at.as_second()), Some(3));
        let older_than_all = store.insert(record(0, "x"));
        assert_eq!(store.get(older_than_all), None);
        assert_eq!(store.len(), 3);
    }

    #[test]
    fn one_record_larger_than_the_budget_is_still_held() {
        let mut store = LogStore::new(10);
        let key = store.insert(record(1, "a long line"));
        assert!(store.get(key).is_some());
    }
}
