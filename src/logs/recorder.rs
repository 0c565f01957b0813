//! Records for an incident's bundle: everything since an instant, from files and live sources, in batches as it comes. What
//! comes faster than can be written, or beyond what a bundle may hold, is left out and counted.

use std::sync::Arc;

use crate::domain::{LogRecord, RecordId, RecordKey, Timestamp};
use crate::logfile::tape::Stage;
use crate::store::LogStore;

use super::answer::Recorded;
use super::merge::{nanos, start_of};
use super::shelf::{Reader, Shelf};

/// Bytes of one batch.
const BATCH: usize = 256 << 10;
/// Bytes of all batches.
const MOST: usize = 256 << 20;
/// Rows of a tape that may wait; older ones are left out.
const WAITING: u32 = 50_000;
/// What reading a record costs.
const COST: usize = 8_000;

/// What was recorded so far.
#[derive(Debug)]
pub(super) struct Recorder {
    from: Timestamp,
    /// The next row of each tape, once it was seen.
    next: Vec<Option<u32>>,
    /// The rows of each tape at the last look.
    seen: Vec<u32>,
    /// The id of the last record of a live source.
    held: RecordId,
    bytes: usize,
    left_out: u64,
    /// The part of what was left out that was told.
    told: u64,
}

impl Recorder {
    pub(super) fn new(from: Timestamp) -> Self {
        Self { from, next: Vec::new(), seen: Vec::new(), held: RecordId(0), bytes: 0, left_out: 0, told: 0 }
    }

    pub(super) fn from(&self) -> Timestamp {
        self.from
    }

    /// The next batch; `None` when nothing came.
    pub(super) fn work(
        &mut self,
        shelf: &Shelf,
        held: &LogStore,
        reader: &mut Reader,
        cost: &mut usize,
    ) -> Option<Recorded> {
        let mut batch = Vec::new();
        let mut weight = 0;
        self.held(held, &mut batch, &mut weight);
        for tape in shelf.tapes() {
            let number = tape.tape().number() as usize;
            if self.next.len() <= number {
                self.next.resize(number + 1, None);
                self.seen.resize(number + 1, 0);
            }
            let Some(place) = self.next.get_mut(number) else { continue };
            let mut next = place.unwrap_or_else(|| tape.before(nanos(self.from)));
            // The last row of what is still read may grow; one that stood there at the last look is taken as whole.
            let stood = self.seen.get_mut(number).is_some_and(|seen| std::mem::replace(seen, tape.len()) == tape.len());
            let grows = !stood && matches!(tape.stage(), Stage::Indexing { .. } | Stage::Following);
            let upto = tape.len() - u32::from(grows && !tape.is_empty());
            let late = upto.saturating_sub(next).saturating_sub(WAITING);
            self.left_out += u64::from(late);
            next += late;
            while next < upto && weight < BATCH {
                *cost += COST;
                match reader.read(tape, next) {
                    Ok(_) if self.bytes + weight >= MOST => self.left_out += 1,
                    Ok(record) => {
                        weight += record.weight();
                        batch.push(record);
                    }
                    Err(_) => self.left_out += 1,
                }
                next += 1;
            }
            *place = Some(next);
        }
        self.bytes += weight;
        let is_news = !batch.is_empty() || self.left_out > self.told;
        self.told = self.left_out;
        batch.sort_by_key(|record| RecordKey { at: record.at(), id: record.id });
        is_news.then_some(Recorded { records: batch, left_out: self.left_out })
    }

    /// Whether there is more to be taken at once.
    pub(super) fn is_behind(&self, shelf: &Shelf, held: &LogStore) -> bool {
        let behind = |tape: &crate::logfile::Snapshot| {
            let next = self.next.get(tape.tape().number() as usize).copied().flatten();
            next.unwrap_or_else(|| tape.before(nanos(self.from))) + 1 < tape.len()
        };
        shelf.tapes().iter().any(behind) || held.next_id().0 > self.held.0 + 1
    }

    fn held(&mut self, held: &LogStore, batch: &mut Vec<Arc<LogRecord>>, weight: &mut usize) {
        let newest = RecordId(held.next_id().0.saturating_sub(1));
        if newest <= self.held {
            return;
        }
        // In the order of time, not of arrival: those that are new are picked out.
        let first = held.index_of(start_of(self.from));
        let mut new: Vec<&Arc<LogRecord>> = held
            .held_range(first..held.len())
            .map(|held| &held.record)
            .filter(|record| record.id > self.held)
            .collect();
        new.sort_by_key(|record| record.id);
        for record in new {
            if self.bytes + *weight >= MOST {
                self.left_out += 1;
            } else if *weight >= 2 * BATCH {
                return;
            } else {
                *weight += record.weight();
                batch.push(Arc::clone(record));
            }
            self.held = record.id;
        }
        self.held = newest;
    }
}
