//! Change events in time order. `app` inserts what sources send; the timeline, chart markers and the analyst read.

use std::collections::VecDeque;

use jiff::SignedDuration;

use crate::domain::{Change, ChangeId, TimeWindow};

/// How far the record of a commit and the record of its deployment may lie apart and still be one change.
const SAME_CHANGE: SignedDuration = SignedDuration::from_secs(60);
/// The shortest commit id that is compared.
const SHORTEST_COMMIT: usize = 7;

/// Changes, oldest first, bounded in number; the oldest go first and are counted.
#[derive(Debug)]
pub struct ChangeStore {
    changes: VecDeque<Change>,
    limit: usize,
    evicted: u64,
    next: u32,
    revision: u64,
}

impl ChangeStore {
    /// An empty store for `limit` changes.
    pub fn new(limit: usize) -> Self {
        Self { changes: VecDeque::new(), limit, evicted: 0, next: 1, revision: 0 }
    }

    /// Numbers a change and puts it at its place. `None` when it is known already or older than all that fits; the
    /// number of a known one when this record says more about it and took its place.
    pub fn insert(&mut self, mut change: Change) -> Option<ChangeId> {
        match self.known(&change) {
            Known::No => {}
            Known::Same => return None,
            Known::Poorer(index) => {
                let gone = self.changes.remove(index)?;
                change.id = gone.id;
                return Some(self.place(change));
            }
        }
        if self.changes.len() >= self.limit && self.changes.front().is_none_or(|oldest| change.at < oldest.at) {
            self.evicted += 1;
            return None;
        }
        change.id = ChangeId(self.next);
        self.next = self.next.saturating_add(1);
        let id = self.place(change);
        while self.changes.len() > self.limit {
            self.changes.pop_front();
            self.evicted += 1;
        }
        Some(id)
    }

    /// The change with this number.
    pub fn get(&self, id: ChangeId) -> Option<&Change> {
        self.changes.iter().find(|change| change.id == id)
    }

    /// The changes inside a window, oldest first.
    pub fn in_window(&self, window: TimeWindow) -> impl DoubleEndedIterator<Item = &Change> {
        let start = self.changes.partition_point(|change| change.at < window.start);
        let end = self.changes.partition_point(|change| change.at < window.end);
        self.changes.range(start..end.max(start))
    }

    /// All changes, the newest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Change> {
        self.changes.iter().rev()
    }

    /// Changes held.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Changes that had to go.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Another number whenever something came or was said better.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    fn place(&mut self, change: Change) -> ChangeId {
        let id = change.id;
        let at = self.changes.partition_point(|held| held.at <= change.at);
        self.changes.insert(at, change);
        self.revision += 1;
        id
    }

    fn known(&self, change: &Change) -> Known {
        let from = self.changes.partition_point(|held| held.at < crate::domain::time::minus(change.at, SAME_CHANGE));
        let upto = self.changes.partition_point(|held| held.at <= crate::domain::time::plus(change.at, SAME_CHANGE));
        for (index, held) in self.changes.range(from..upto.max(from)).enumerate() {
            if !same(held, change) {
                continue;
            }
            return if richness(change) > richness(held) { Known::Poorer(from + index) } else { Known::Same };
        }
        Known::No
    }
}

/// What is known of a change that arrives.
enum Known {
    /// Nothing.
    No,
    /// As much or more.
    Same,
    /// Less: the record at this place.
    Poorer(usize),
}

/// Two records of one change: the same words at the same instant, or a bare commit and what was made of it.
fn same(a: &Change, b: &Change) -> bool {
    let commits = match (&a.commit, &b.commit) {
        (Some(x), Some(y)) => {
            let short = x.len().min(y.len());
            short >= SHORTEST_COMMIT && x.get(..short) == y.get(..short)
        }
        (None, _) | (_, None) => false,
    };
    let twice = a.at == b.at && a.kind == b.kind && a.service == b.service && (commits || a.summary == b.summary);
    twice || (commits && (is_commit(a) || is_commit(b)))
}

fn is_commit(change: &Change) -> bool {
    change.kind.as_str() == "commit"
}

/// How much a record says. That something was deployed says more than that it was committed.
fn richness(change: &Change) -> usize {
    usize::from(!is_commit(change)) * 8
        + usize::from(!change.service.is_empty())
        + usize::from(change.version.is_some())
        + usize::from(change.author.is_some())
        + usize::from(change.commit.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CleanText, SourceId, Timestamp};

    fn change(second: i64, kind: &str, service: &str, commit: &str) -> Change {
        let text = |t: &str| CleanText::line(t);
        Change {
            id: ChangeId(0),
            at: Timestamp::from_second(second).unwrap(),
            kind: text(kind),
            service: text(service),
            summary: text("payments 2.3.1"),
            version: None,
            author: None,
            commit: (!commit.is_empty()).then(|| text(commit)),
            source: SourceId::new("changes"),
            raw: text("{}"),
        }
    }

    fn kinds(store: &ChangeStore) -> Vec<&str> {
        store.iter().map(|change| change.kind.as_str()).collect()
    }

    #[test]
    fn a_commit_and_its_deployment_are_one_change_whichever_comes_first() {
        for deploy_first in [true, false] {
            let mut pair =
                [change(100, "deploy", "payments", "408397d"), change(95, "commit", "", "408397d0aa11bb22cc33")];
            if !deploy_first {
                pair.reverse();
            }
            let mut store = ChangeStore::new(10);
            let ids: Vec<_> = pair.into_iter().map(|change| store.insert(change)).collect();
            assert_eq!(kinds(&store), ["deploy"]);
            assert_eq!(ids[0], Some(ChangeId(1)));
            assert_eq!(ids[1], if deploy_first { None } else { Some(ChangeId(1)) });
        }
    }

    #[test]
    fn what_only_looks_alike_stays_apart() {
        let mut store = ChangeStore::new(10);
        for one in [
            change(100, "deploy", "payments", "408397d"),
            change(110, "rollback", "payments", "408397d"),
            change(100, "deploy", "cart", "408397d"),
            change(110 + 61, "commit", "", "408397d"),
            change(100, "commit", "", "4083"),
        ] {
            assert!(store.insert(one).is_some());
        }
        assert_eq!(store.insert(change(100, "deploy", "cart", "408397d")), None, "the same line read again");
        assert_eq!(store.len(), 5);
    }

    #[test]
    fn changes_stand_in_time_order_and_the_oldest_go() {
        let mut store = ChangeStore::new(2);
        for second in [300, 100, 500, 200] {
            store.insert(change(second, "deploy", &second.to_string(), ""));
        }
        let held: Vec<i64> = store.iter().map(|change| change.at.as_second()).collect();
        assert_eq!((held, store.evicted()), (vec![500, 300], 2));
        let window = TimeWindow::new(Timestamp::from_second(300).unwrap(), Timestamp::from_second(500).unwrap());
        assert_eq!(store.in_window(window).count(), 1);
    }
}
