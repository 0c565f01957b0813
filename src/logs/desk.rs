//! The desk: takes what is asked, works on it in slices and says what is due. No clock and no thread: `runtime` hosts it on
//! one, tests call it until it is idle.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::analysis::templates::Patterns;
use crate::domain::{CleanText, LogRecord, RecordKey, TimeWindow};
use crate::logfile::own::Own;
use crate::logfile::{Choice, Library};
use crate::store::{Aside, LogStore};

use super::answer::{Answer, Status};
use super::ask::Ask;
use super::hits::pattern_number;
use super::mined::SharedMiner;
use super::page::World;
use super::sets::Sets;
use super::shelf::{Reader, Shelf};
use super::sieve::Tools;
use super::stands::Stands;
use super::status::{paths_named, status};

/// Shapes that patterns may be made of in every moment.
const SHAPES_A_MOMENT: usize = 200;

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
        Self(8 << 20)
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
    /// Moments until patterns are looked at again: joining many shapes takes time.
    rest: usize,
    /// Whether there may be other patterns than those that are told.
    is_stale: bool,
    sets: Sets,
    stands: Stands,
    status: Status,
    is_due: bool,
    own: Vec<Arc<Own>>,
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
            is_stale: false,
            sets: Sets::default(),
            stands: Stands::default(),
            status: Status::default(),
            is_due: true,
            own: Vec::new(),
            buffer: Vec::new(),
        }
    }

    /// The same, knowing the configuration's formats by name.
    #[must_use]
    pub fn with_formats(self, own: Vec<Arc<Own>>) -> Self {
        Self { own, ..self }
    }

    /// Takes a question or an order. Cheap: the work is done by [`Desk::work`].
    pub fn ask(&mut self, ask: Ask) {
        self.is_due = true;
        match ask {
            Ask::Hold(records) => return self.hold(records),
            Ask::Shift { file, by } => self.shift(&file, by),
            Ask::Reread { file, format } => self.reread(&file, format.as_ref()),
            Ask::Detail(ask) => self.stands.detail(ask, &self.shelf),
            Ask::Patterns(_) => {
                self.rest = 0;
                self.stands.take(ask);
            }
            Ask::Show(_)
            | Ask::Trends(_)
            | Ask::Fields(_)
            | Ask::Contrast(_)
            | Ask::Digest(_)
            | Ask::Query(_)
            | Ask::Record(_) => {
                self.stands.take(ask);
            }
        }
        self.sets.want(&self.stands.wanted(), &self.shelf);
    }

    /// Whether more slices would bring more.
    pub fn is_busy(&self) -> bool {
        self.is_due
            || self.sets.is_busy()
            || self.shelf.is_old(&self.library)
            || self.stands.is_busy(&self.shelf, &self.held)
    }

    /// Whether counts and patterns may be behind the records; [`Desk::catch_up`] once nothing new comes.
    pub fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Lets the next slice look at the patterns again.
    pub fn catch_up(&mut self) {
        (self.rest, self.is_due) = (0, true);
    }

    /// Does one slice of work and gives the answers that are due.
    pub fn work(&mut self, slice: Slice) -> Vec<Answer> {
        if self.shelf.look(&self.library) {
            self.sets.plan(&self.shelf);
            self.is_due = true;
        }
        let mut tools = Tools { patterns: &self.patterns, buffer: &mut self.buffer, cost: 0, unread: 0 };
        self.is_due |= self.sets.work(&self.shelf, &self.held, &mut tools, slice.0);
        let mut cost = tools.cost;
        let is_due = std::mem::take(&mut self.is_due);
        if is_due {
            self.mind_patterns();
        }
        let (shelf, held, patterns) = (&self.shelf, &self.held, &*self.patterns);
        let mut world = World { shelf, held, patterns, reader: &mut self.reader };
        let beyond = || self.miner.counters().beyond;
        let mut answers = self.stands.work(&mut world, &self.sets, is_due, beyond, &mut cost, slice.0);
        if !is_due {
            return answers;
        }
        let status = status(&self.library, &self.shelf, &self.held, self.sets.unread());
        if status != self.status {
            self.status = status.clone();
            answers.push(Answer::Status(status));
        }
        answers
    }

    /// First and last time of all records.
    pub fn extent(&mut self) -> Option<TimeWindow> {
        if self.shelf.look(&self.library) {
            self.sets.plan(&self.shelf);
            self.is_due = true;
        }
        let (shelf, held, patterns) = (&self.shelf, &self.held, &*self.patterns);
        World { shelf, held, patterns, reader: &mut self.reader }.extent()
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

    /// Looks at the patterns again when they may be others, the more rarely the more work that is: joining a shape takes
    /// some three microseconds, and that much may be spent on patterns in a hundred moments.
    fn mind_patterns(&mut self) {
        if self.rest > 0 {
            self.rest -= 1;
            self.is_stale = true;
            return;
        }
        self.is_stale = false;
        let patterns = self.miner.patterns();
        self.rest = self.miner.counters().shapes / SHAPES_A_MOMENT;
        let is_other = !patterns.has_names_of(&self.patterns);
        self.patterns = patterns;
        if is_other {
            self.sets.patterns_changed(&self.shelf);
        }
    }

    fn shift(&mut self, file: &CleanText, by: SignedDuration) {
        let nanos = i64::try_from(by.as_nanos()).unwrap_or(if by.is_negative() { i64::MIN } else { i64::MAX });
        let paths = paths_named(&self.library, file);
        paths.iter().for_each(|path| self.library.shift(path, nanos));
        let moved =
            if by.is_zero() { "stands at its own times again".to_owned() } else { format!("is put later by {by:#}") };
        self.stands.say(match paths.is_empty() {
            true => Err(unknown(file)),
            false => Ok(CleanText::line(&format!("{file} {moved}"))),
        });
        self.stands.recount();
    }

    fn reread(&mut self, file: &CleanText, format: Option<&CleanText>) {
        let paths = paths_named(&self.library, file);
        let choice = match format {
            None => Some(Choice::Auto),
            Some(name) => Choice::named(name, &self.own),
        };
        self.stands.say(match (choice, paths.is_empty()) {
            (_, true) => Err(unknown(file)),
            (None, false) => {
                let names = Choice::names(&self.own).join(", ");
                let format = format.map_or("", CleanText::as_str);
                Err(CleanText::line(&format!("there is no format {format}; there are: {names}")))
            }
            (Some(choice), false) => {
                paths.iter().for_each(|path| self.library.reread(path, choice.clone()));
                Ok(CleanText::line(&format!("{file} is read again")))
            }
        });
    }
}

fn unknown(file: &CleanText) -> CleanText {
    CleanText::line(&format!("no file {file} is read; :files lists those that are"))
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
