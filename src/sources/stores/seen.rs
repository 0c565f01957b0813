//! Remembers what was given on, so that asking again with an overlap doubles nothing and loses nothing. Stores order
//! records by time and let many share one instant; a page or a connection that begins at an instant brings all of that
//! instant again.

use std::collections::HashMap;
use std::time::Duration;

use crate::domain::{Timestamp, time};

/// Records remembered at most. More than this within the overlap shortens it.
const MOST: usize = 200_000;

/// What was given on, by identity, as far back as the overlap reaches.
#[derive(Debug)]
pub struct Seen {
    counts: Counts,
    newest: Option<Timestamp>,
    horizon: Timestamp,
    reach: Duration,
    most: usize,
}

/// One reading of the store, a page or a connection, which brings each record once. Records that are equal in everything
/// are told apart by how often the reading brought them.
#[derive(Debug, Default)]
pub struct Pass(Counts);

#[derive(Debug, Default)]
struct Counts {
    by_identity: HashMap<u64, (Timestamp, u32)>,
    /// Entries at which old ones are next looked for.
    full: usize,
}

impl Seen {
    /// Remembers nothing yet; will remember what is up to `reach` older than the newest.
    pub fn new(reach: Duration) -> Self {
        Self { counts: Counts::default(), newest: None, horizon: Timestamp::MIN, reach, most: MOST }
    }

    /// Whether this record is new; it counts as given on from now.
    pub fn is_new(&mut self, pass: &mut Pass, identity: u64, at: Timestamp) -> bool {
        if self.newest.is_none_or(|newest| at > newest) {
            self.newest = Some(at);
        }
        let reach = jiff::SignedDuration::try_from(self.reach).unwrap_or(jiff::SignedDuration::MAX);
        let horizon = self.newest.map_or(Timestamp::MIN, |newest| time::minus(newest, reach));
        self.horizon = self.horizon.max(horizon);
        let brought = pass.0.add(identity, at);
        let given = self.counts.by_identity.entry(identity).or_insert((at, 0));
        let is_new = brought > given.1;
        given.1 = given.1.max(brought);
        self.horizon = self.counts.prune(self.horizon, self.most);
        pass.0.prune(self.horizon, self.most);
        is_new
    }

    /// From where the store has to be asked after a break: all that is not older is remembered. `None` while nothing was
    /// seen.
    pub fn resume_at(&self) -> Option<Timestamp> {
        self.newest.map(|_| self.horizon)
    }

    /// The newest time seen.
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }
}

impl Counts {
    fn add(&mut self, identity: u64, at: Timestamp) -> u32 {
        let (_, count) = self.by_identity.entry(identity).or_insert((at, 0));
        *count += 1;
        *count
    }

    /// Forgets what is older than the horizon, now and then; moves the horizon when that leaves too many.
    fn prune(&mut self, horizon: Timestamp, most: usize) -> Timestamp {
        if self.by_identity.len() < self.full.max(1024) {
            return horizon;
        }
        self.by_identity.retain(|_, (at, _)| *at >= horizon);
        let mut kept = horizon;
        if self.by_identity.len() > most {
            let mut times: Vec<Timestamp> = self.by_identity.values().map(|(at, _)| *at).collect();
            let middle = times.len() / 2;
            // One past the middle instant: an instant is remembered whole or not at all.
            kept = time::plus(*times.select_nth_unstable(middle).1, jiff::SignedDuration::from_nanos(1));
            self.by_identity.retain(|_, (at, _)| *at >= kept);
        }
        self.full = (self.by_identity.len() * 2).min(most + 1);
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(nanos: i64) -> Timestamp {
        Timestamp::from_nanosecond(1_700_000_000_000_000_000 + i128::from(nanos)).unwrap()
    }

    #[test]
    fn equal_records_of_one_reading_are_all_taken_and_none_of_the_next() {
        let mut seen = Seen::new(Duration::from_secs(60));
        let mut first = Pass::default();
        let taken = [7, 7, 8].map(|identity| seen.is_new(&mut first, identity, at(0)));
        assert_eq!(taken, [true, true, true]);
        let mut second = Pass::default();
        let taken = [7, 7, 7, 8].map(|identity| seen.is_new(&mut second, identity, at(0)));
        assert_eq!(taken, [false, false, true, false]);
    }

    #[test]
    fn a_late_record_within_the_overlap_is_taken_once() {
        let mut seen = Seen::new(Duration::from_secs(60));
        assert!(seen.is_new(&mut Pass::default(), 1, at(50_000_000_000)));
        assert!(seen.is_new(&mut Pass::default(), 2, at(0)));
        assert!(!seen.is_new(&mut Pass::default(), 2, at(0)));
        assert_eq!(seen.resume_at(), Some(at(-10_000_000_000)));
    }

    #[test]
    fn too_many_shorten_the_overlap_and_memory_stays_bounded() {
        let mut seen = Seen { most: 5_000, ..Seen::new(Duration::from_secs(60)) };
        let mut pass = Pass::default();
        for number in 0..50_000 {
            assert!(seen.is_new(&mut pass, number, at(number as i64)));
        }
        assert!(seen.counts.by_identity.len() <= 5_001 && pass.0.by_identity.len() <= 5_001);
        let resume = seen.resume_at().unwrap();
        let again = (0..50_000u64).filter(|number| at(*number as i64) >= resume);
        let mut second = Pass::default();
        assert!(again.into_iter().all(|number| !seen.is_new(&mut second, number, at(number as i64))));
    }

    proptest! {
        /// A store of records, read again and again from where the last reading broke off.
        #[test]
        fn every_record_is_taken_exactly_once(
            times in proptest::collection::vec((0i64..40, 0u64..4), 1..200),
            breaks in proptest::collection::vec(0usize..200, 0..6),
        ) {
            let mut store: Vec<(i64, u64)> = times;
            store.sort_unstable();
            let mut seen = Seen::new(Duration::from_nanos(5));
            let mut taken: Vec<(i64, u64)> = Vec::new();
            let ends = breaks.into_iter().chain([store.len()]);
            for end in ends {
                let from = seen.resume_at().unwrap_or(at(-1));
                let mut pass = Pass::default();
                for (nanos, kind) in store.iter().take(end).filter(|(nanos, _)| at(*nanos) >= from) {
                    if seen.is_new(&mut pass, (*nanos as u64) << 8 | kind, at(*nanos)) {
                        taken.push((*nanos, *kind));
                    }
                }
            }
            taken.sort_unstable();
            prop_assert_eq!(taken, store);
        }
    }
}
