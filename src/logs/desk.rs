//! The desk: takes what is asked, works on it in slices and says what is due. No clock and no thread: `runtime` hosts it on
//! one, tests call it until it is idle.

use std::sync::Arc;

use crate::analysis::templates::Patterns;
use crate::domain::{LogRecord, RecordKey, TimeWindow};
use crate::logfile::Library;
use crate::store::{Aside, LogStore};

use super::answer::{Answer, Page, Status};
use super::ask::{Ask, Show};
use super::hits::pattern_number;
use super::mined::SharedMiner;
use super::page::{World, page};
use super::sets::{Sets, Which};
use super::shelf::{Reader, Shelf};
use super::sieve::Tools;
use super::status::status;

/// What the desk may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Bytes of records of live sources.
    pub held: usize,
}

/// How much is done between two looks at what is asked: a byte of text counts 1, a row's columns 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice(pub usize);

impl Default for Slice {
    /// Some ten milliseconds.
    fn default() -> Self {
        Self(16 << 20)
    }
}

/// Everything that is asked about log records is answered here.
#[derive(Debug)]
pub struct Desk {
    library: Arc<Library>,
    miner: SharedMiner,
    shelf: Shelf,
    held: LogStore,
    reader: Reader,
    patterns: Arc<Patterns>,
    /// Idle moments until patterns are looked at again: joining many shapes takes time.
    rest: usize,
    sets: Sets,
    show: Option<Show>,
    sent: Option<Page>,
    status: Status,
    is_due: bool,
    buffer: Vec<u8>,
}

impl Desk {
    /// A desk over the tapes of a library. `miner` is the one that the library's tapes are mined with.
    pub fn new(library: Arc<Library>, miner: SharedMiner, budget: Budget) -> Self {
        Self {
            library,
            miner,
            shelf: Shelf::default(),
            held: LogStore::new(budget.held),
            reader: Reader::default(),
            patterns: Arc::default(),
            rest: 0,
            sets: Sets::default(),
            show: None,
            sent: None,
            status: Status::default(),
            is_due: true,
            buffer: Vec::new(),
        }
    }

    /// Takes a question or an order. Cheap: the work is done by [`Desk::work`].
    pub fn ask(&mut self, ask: Ask) {
        self.is_due = true;
        match ask {
            Ask::Show(show) => {
                self.show = Some(show);
                self.sent = None;
                self.want();
            }
            Ask::Hold(records) => self.hold(records),
            Ask::Patterns(_)
            | Ask::Fields(_)
            | Ask::Digest(_)
            | Ask::Detail(_)
            | Ask::Query(_)
            | Ask::Shift { .. }
            | Ask::Reread { .. } => {}
        }
    }

    /// Whether more slices would bring more.
    pub fn is_busy(&self) -> bool {
        self.is_due || self.sets.is_busy() || self.shelf.is_old(&self.library)
    }

    /// Does one slice of work and gives the answers that are due.
    pub fn work(&mut self, slice: Slice) -> Vec<Answer> {
        if self.shelf.look(&self.library) {
            self.sets.plan(&self.shelf);
            self.is_due = true;
        }
        let mut tools = Tools { patterns: &self.patterns, buffer: &mut self.buffer, cost: 0, unread: 0 };
        self.is_due |= self.sets.work(&self.shelf, &self.held, &mut tools, slice.0);
        if !std::mem::take(&mut self.is_due) {
            return Vec::new();
        }
        self.mind_patterns();
        let mut answers = Vec::new();
        answers.extend(self.page().map(Answer::Page));
        let status = status(&self.library, &self.shelf, &self.held);
        if status != self.status {
            self.status = status.clone();
            answers.push(Answer::Status(status));
        }
        answers
    }

    fn want(&mut self) {
        let mut wanted: Vec<(Which, Option<TimeWindow>)> = Vec::new();
        if let Some(show) = &self.show {
            let filter = show.look.filter.clone();
            wanted.push((Which { filter: filter.clone(), search: None }, show.look.window));
            if let Some(search) = &show.search {
                wanted.push((Which { filter, search: Some(search.clone()) }, show.look.window));
            }
        }
        self.sets.want(&wanted, &self.shelf);
    }

    /// The page, when it is another one than was sent.
    fn page(&mut self) -> Option<Page> {
        let show = self.show.as_ref()?;
        let filter = &show.look.filter;
        let hits = self.sets.get(&Which { filter: filter.clone(), search: None })?;
        let search = show.search.as_ref().map(|search| Which { filter: filter.clone(), search: Some(search.clone()) });
        let search = search.and_then(|search| self.sets.get(&search));
        let (shelf, held, patterns) = (&self.shelf, &self.held, &self.patterns);
        let mut world = World { shelf, held, patterns, reader: &mut self.reader };
        let page = page(&mut world, show, hits, search);
        if self.sent.as_ref() == Some(&page) {
            return None;
        }
        self.sent = Some(page.clone());
        Some(page)
    }

    fn hold(&mut self, records: Vec<LogRecord>) {
        for record in records {
            let slot = self.miner.take(record.body.as_bytes());
            let key: RecordKey = self.held.insert_mined(record, slot);
            let first = self.held.first_key();
            let Some(held) = self.held.held(key) else { continue };
            let aside = Aside { pattern: pattern_number(&self.patterns, slot), file: None };
            for hits in self.sets.all_mut() {
                hits.held_mut().on_insert_with(&held.record, &aside);
                hits.held_mut().on_evict(first);
            }
        }
    }

    /// Looks at the patterns again when they may be others, the more rarely the more work that is.
    fn mind_patterns(&mut self) {
        if self.rest > 0 {
            self.rest -= 1;
            return;
        }
        let before = self.patterns.all().len();
        self.patterns = self.miner.patterns();
        self.rest = self.patterns.all().len() / 128;
        if self.patterns.all().len() != before {
            self.sets.patterns_changed(&self.shelf);
        }
    }
}

#[cfg(test)]
impl Desk {
    /// Every record there is, oldest first, without any index.
    pub(super) fn everything(&self) -> Vec<(RecordKey, Arc<LogRecord>)> {
        let mut reader = Reader::default();
        let held = self.held.held_range(0..self.held.len()).map(|held| (held.record.key(), Arc::clone(&held.record)));
        let mut all: Vec<_> = held.collect();
        for tape in self.shelf.tapes() {
            all.extend((0..tape.len()).map(|row| (tape.key(row).unwrap(), reader.read(tape, row).unwrap())));
        }
        all.sort_by_key(|(key, _)| *key);
        all
    }

    /// The number of a record's pattern.
    pub(super) fn pattern_of(&self, key: RecordKey) -> Option<u64> {
        let (tape, row) = self.shelf.row(key.id)?;
        pattern_number(&self.patterns, tape.row(row)?.slot)
    }
}
