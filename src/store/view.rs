//! The keys of the records that pass a filter, kept up to date as records come and go, and rebuilt in slices after the
//! filter changed, so that no key press waits. The log pane owns one.

use crate::domain::{LogRecord, RecordId, RecordKey, TimeWindow};

use super::filter::{Aside, Filter};
use super::logs::{LogStore, start_of};
use super::ordered::Ordered;

/// A filter and the keys that pass it. The newest records are looked at first, so that the end of the list is right
/// from the first slice on.
#[derive(Debug)]
pub struct LogView {
    filter: Filter,
    keys: Ordered<RecordKey>,
    scan: Scan,
}

/// How far a rebuild came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scan {
    /// No record was looked at yet.
    Fresh,
    /// All from this key on were looked at, and older ones were not.
    Down { to: RecordKey, done: usize },
    /// All were looked at.
    Done,
}

/// What [`LogView::advance`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The view is complete.
    Done,
    /// Older records are still to be looked at.
    Scanned {
        /// Records looked at.
        done: usize,
        /// Records held.
        total: usize,
    },
}

impl LogView {
    /// A view over records not looked at yet.
    pub fn new(filter: Filter) -> Self {
        Self { filter, keys: Ordered::default(), scan: Scan::Fresh }
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Replaces the filter and starts over; [`LogView::advance`] does the work.
    pub fn set_filter(&mut self, filter: Filter) {
        *self = Self::new(filter);
    }

    /// Takes note of a record just inserted into the store.
    pub fn on_insert(&mut self, record: &LogRecord) {
        self.on_insert_with(record, &Aside::default());
    }

    /// The same with what is known beside the record.
    pub fn on_insert_with(&mut self, record: &LogRecord, aside: &Aside<'_>) {
        let seen = match self.scan {
            Scan::Fresh => false,
            Scan::Down { to, .. } => record.key() >= to,
            Scan::Done => true,
        };
        // A record in the part still to be looked at will be found there.
        if seen && self.filter.matches_with(record, aside) {
            self.keys.insert(record.key());
        }
    }

    /// Forgets keys older than the oldest one held.
    pub fn on_evict(&mut self, first: Option<RecordKey>) {
        match first {
            None => self.keys.clear(),
            Some(first) => {
                while self.keys.first().is_some_and(|key| *key < first) {
                    self.keys.pop_first();
                }
            }
        }
    }

    /// Looks at up to `max_records` more records.
    pub fn advance(&mut self, store: &LogStore, max_records: usize) -> Progress {
        self.advance_with(store, max_records, |_| None)
    }

    /// The same; `pattern_of` gives the number of a shape's pattern.
    pub fn advance_with(
        &mut self,
        store: &LogStore,
        max_records: usize,
        pattern_of: impl Fn(u32) -> Option<u64>,
    ) -> Progress {
        let (end, done) = match self.scan {
            Scan::Done => return Progress::Done,
            Scan::Fresh => (store.len(), 0),
            Scan::Down { to, done } => (store.index_of(to), done),
        };
        let start = end.saturating_sub(max_records);
        for held in store.held_range(start..end).rev() {
            let aside = Aside { pattern: pattern_of(held.slot), file: None };
            if self.filter.matches_with(&held.record, &aside) {
                self.keys.insert(held.record.key());
            }
        }
        if start == 0 {
            self.scan = Scan::Done;
            return Progress::Done;
        }
        let done = done + (end - start);
        if let Some(first) = store.at_index(start) {
            self.scan = Scan::Down { to: first.key(), done };
        }
        Progress::Scanned { done: done.min(store.len()), total: store.len() }
    }

    /// Whether every record was looked at.
    pub fn is_complete(&self) -> bool {
        self.scan == Scan::Done
    }

    /// The keys inside a window, or all of them, oldest first.
    pub fn keys_in(&self, window: Option<TimeWindow>) -> Keys<'_> {
        let (start, end) = match window {
            None => (0, self.keys.len()),
            Some(window) => (self.keys.index_of(start_of(window.start)), self.keys.index_of(start_of(window.end))),
        };
        Keys { keys: &self.keys, start, end: end.max(start) }
    }
}

/// A run of keys in time order, addressed from 0.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    keys: &'a Ordered<RecordKey>,
    start: usize,
    end: usize,
}

impl<'a> Keys<'a> {
    /// Those of them that are not newer than `last`.
    #[must_use]
    pub fn up_to(self, last: RecordKey) -> Self {
        let end = self.keys.index_of(RecordKey { at: last.at, id: RecordId(last.id.0.saturating_add(1)) });
        Self { end: end.clamp(self.start, self.end), ..self }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key at a place.
    pub fn get(&self, index: usize) -> Option<RecordKey> {
        let at = self.start.checked_add(index).filter(|at| *at < self.end)?;
        self.keys.at_index(at).copied()
    }

    /// How many keys of the run stand before `key`, whether it is among them or not.
    pub fn position(&self, key: RecordKey) -> usize {
        self.keys.index_of(key).clamp(self.start, self.end) - self.start
    }

    /// Whether the key is among them.
    pub fn contains(&self, key: RecordKey) -> bool {
        self.get(self.position(key)) == Some(key)
    }

    /// The keys from a place on, oldest first.
    pub fn iter_from(&self, index: usize) -> impl DoubleEndedIterator<Item = RecordKey> + use<'a> {
        self.keys.range(self.start.saturating_add(index).min(self.end)..self.end).copied()
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = RecordKey> + use<'a> {
        self.iter_from(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::logs::tests::record;
    use super::*;
    use crate::domain::Timestamp;

    #[derive(Clone, Debug)]
    enum Step {
        Insert(i64, bool),
        Advance(usize),
        Refilter(bool),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => (0i64..200, any::<bool>()).prop_map(|(at, hit)| Step::Insert(at, hit)),
            2 => (0usize..20).prop_map(Step::Advance),
            1 => any::<bool>().prop_map(Step::Refilter),
        ]
    }

    fn filter(hits_only: bool) -> Filter {
        Filter::parse(if hits_only { "hit" } else { "" }).unwrap()
    }

    proptest! {
        #[test]
        fn a_finished_view_holds_exactly_what_the_filter_passes(steps in prop::collection::vec(step(), 0..300), from in 0i64..200, to in 0i64..200) {
            let mut store = LogStore::new(60 * 400);
            let mut view = LogView::new(filter(true));
            for step in steps {
                match step {
                    Step::Insert(at, hit) => {
                        let key = store.insert(record(at, if hit { "hit" } else { "miss" }));
                        if let Some(record) = store.get(key) {
                            view.on_insert(record);
                        }
                        view.on_evict(store.first_key());
                    }
                    Step::Advance(count) => {
                        view.advance(&store, count);
                    }
                    Step::Refilter(hits_only) => view.set_filter(filter(hits_only)),
                }
            }
            while view.advance(&store, 7) != Progress::Done {}
            let expected: Vec<RecordKey> = store.range(0..store.len()).filter(|r| view.filter().matches(r)).map(LogRecord::key).collect();
            prop_assert_eq!(view.keys_in(None).iter().collect::<Vec<_>>(), expected);
            let window = TimeWindow::new(Timestamp::from_second(from).unwrap(), Timestamp::from_second(to).unwrap());
            let expected: Vec<RecordKey> = store.window(window).filter(|r| view.filter().matches(r)).map(LogRecord::key).collect();
            let keys = view.keys_in(Some(window));
            prop_assert_eq!(keys.len(), expected.len());
            for (index, key) in expected.iter().enumerate() {
                prop_assert_eq!(keys.get(index), Some(*key));
                prop_assert_eq!(keys.position(*key), index);
            }
            prop_assert_eq!(keys.get(expected.len()), None);
        }
    }

    #[test]
    fn the_newest_are_there_after_the_first_slice() {
        let mut store = LogStore::new(1 << 20);
        for second in 0..100 {
            store.insert(record(second, "x"));
        }
        let mut view = LogView::new(Filter::default());
        assert_eq!(view.advance(&store, 10), Progress::Scanned { done: 10, total: 100 });
        let keys: Vec<i64> = view.keys_in(None).iter().map(|key| key.at.as_second()).collect();
        assert_eq!(keys, (90..100).collect::<Vec<_>>());
    }
}
