//! The records that pass a filter: for each chunk of a tape a set of rows, for held records a view of the store. Built in
//! slices, the newest chunks first, and extended as tapes grow. What is counted once stays counted: places, counts by time
//! and by severity are sums over chunks.

use std::sync::Arc;

use crate::analysis::templates::{Patterns, Slot};
use crate::domain::{RecordKey, Severity, TimeWindow};
use crate::logfile::Snapshot;
use crate::logfile::tape::{Chunk, ROWS};
use crate::store::{Filter, LogStore, LogView};

use super::answer::Progress;
use super::bits::Bits;
use super::merge::{Lane, instant, nanos};
use super::shelf::{Shelf, rows_before};
use super::sieve::{Sieve, Tools};

/// Kinds of severity that are counted apart.
pub(super) const CLASSES: usize = 4;
/// Held records looked at in one step.
const HELD_STEP: usize = 2048;

/// What passes one filter, and is among what another passed when there is one above it.
#[derive(Debug)]
pub(super) struct Hits {
    filter: Filter,
    sieve: Sieve,
    tapes: Vec<TapeHits>,
    queue: Vec<Todo>,
    todo_rows: u64,
    all_rows: u64,
    held: LogView,
    held_done: bool,
    window: Option<TimeWindow>,
    unread: u64,
    epoch: u64,
}

/// A chunk to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Todo {
    last: i64,
    tape: u32,
    chunk: usize,
}

/// What passed of one tape.
#[derive(Debug, Default)]
pub(super) struct TapeHits {
    parts: Vec<Option<Part>>,
    /// The chunk that was the last one when it was looked at: it may have changed since.
    open: Option<(usize, Arc<Chunk>)>,
    shift: i64,
    sums: Vec<Sum>,
}

/// What passed of one chunk.
#[derive(Clone, Debug)]
struct Part {
    /// Rows looked at.
    rows: usize,
    passed: Passed,
    classes: [u32; CLASSES],
}

#[derive(Clone, Debug)]
enum Passed {
    None,
    All,
    Some(Bits),
}

/// What stands before a chunk.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: u64,
    classes: [u32; CLASSES],
}

/// The rows of one tape that pass, as a run.
#[derive(Clone, Copy)]
pub(super) struct TapeLane<'a> {
    pub(super) tape: &'a Snapshot,
    hits: &'a TapeHits,
}

/// The held records that pass, as a run.
#[derive(Clone, Copy)]
pub(super) struct HeldLane<'a>(&'a LogView);

impl Hits {
    pub(super) fn new(filter: Filter, held: Filter) -> Self {
        Self {
            sieve: Sieve::new(&filter),
            filter,
            tapes: Vec::new(),
            queue: Vec::new(),
            todo_rows: 0,
            all_rows: 0,
            held: LogView::new(held),
            held_done: false,
            window: None,
            unread: 0,
            epoch: 0,
        }
    }

    /// Another number after all was found anew.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether what passes follows patterns, which change as lines come.
    pub(super) fn follows_patterns(&self) -> bool {
        self.sieve.follows_patterns()
    }

    /// Forgets what was found: the patterns are other ones now.
    pub(super) fn restart(&mut self, shelf: &Shelf) {
        let held = self.held.filter().clone();
        *self = Self { window: self.window, epoch: self.epoch + 1, ..Self::new(self.filter.clone(), held) };
        self.plan(shelf, self.window);
    }

    /// Takes note of what is on the shelf now and which time is asked about.
    pub(super) fn plan(&mut self, shelf: &Shelf, window: Option<TimeWindow>) {
        self.window = window;
        self.queue.clear();
        (self.todo_rows, self.all_rows) = (0, 0);
        for tape in shelf.tapes() {
            let number = tape.tape().number();
            if self.tapes.len() <= number as usize {
                self.tapes.resize_with(number as usize + 1, TapeHits::default);
            }
            let Some(hits) = self.tapes.get_mut(number as usize) else { continue };
            if hits.shift != tape.shift() && self.sieve.follows_time() {
                *hits = TapeHits::default();
            }
            hits.shift = tape.shift();
            hits.parts.resize(tape.chunks().len(), None);
            for (index, chunk) in tape.chunks().iter().enumerate() {
                let Some((first, last)) = chunk.times().first().zip(chunk.times().last()) else { continue };
                let (first, last) = (first.saturating_add(tape.shift()), last.saturating_add(tape.shift()));
                let outside = window.is_some_and(|window| last < nanos(window.start) || first >= nanos(window.end));
                if outside {
                    continue;
                }
                self.all_rows += chunk.len() as u64;
                if !hits.is_done(index, chunk) {
                    self.todo_rows += chunk.len() as u64;
                    self.queue.push(Todo { last, tape: number, chunk: index });
                }
            }
            hits.sum();
        }
        self.queue.sort_unstable();
    }

    /// Looks at one more chunk, or some held records; `false` when there is nothing more to look at. Rows that `over` does
    /// not pass do not pass; a chunk that it has not looked at waits.
    pub(super) fn step(&mut self, shelf: &Shelf, held: &LogStore, over: Option<&Hits>, tools: &mut Tools<'_>) -> bool {
        if !self.held_done {
            let pattern_of = |slot| pattern_number(tools.patterns, slot);
            self.held.advance_with(held, HELD_STEP, pattern_of);
            self.held_done = self.held.is_complete();
            tools.cost += HELD_STEP * 64;
            return true;
        }
        let Some(todo) = self.queue.last().copied() else { return false };
        let Some((tape, chunk)) = shelf.tape(todo.tape).and_then(|tape| Some((tape, tape.chunks().get(todo.chunk)?)))
        else {
            self.queue.pop();
            return true;
        };
        let start = match over {
            Some(over) => match over.passed(todo.tape, todo.chunk, chunk) {
                Some(passed) => Some(passed),
                None => return false,
            },
            None => None,
        };
        self.queue.pop();
        self.todo_rows -= chunk.len() as u64;
        if let Some(hits) = self.tapes.get_mut(todo.tape as usize) {
            let before = tools.unread;
            hits.look(&mut self.sieve, tape, todo.chunk, start.as_ref(), tools);
            self.unread += tools.unread - before;
        }
        true
    }

    /// Brings sums up to date after steps.
    pub(super) fn sum(&mut self) {
        self.tapes.iter_mut().for_each(TapeHits::sum);
    }

    /// A held record came.
    pub(super) fn held_mut(&mut self) -> &mut LogView {
        &mut self.held
    }

    /// How far looking came; `None` when all was looked at.
    pub(super) fn progress(&self) -> Option<Progress> {
        (!self.queue.is_empty() || !self.held_done)
            .then(|| Progress { done: self.all_rows - self.todo_rows.min(self.all_rows), total: self.all_rows })
    }

    /// Rows whose text could not be read.
    pub(super) fn unread(&self) -> u64 {
        self.unread
    }

    /// The runs of what passed.
    pub(super) fn lanes<'a>(&'a self, shelf: &'a Shelf) -> (Vec<TapeLane<'a>>, HeldLane<'a>) {
        let lane = |tape: &'a Snapshot| Some(TapeLane { tape, hits: self.tapes.get(tape.tape().number() as usize)? });
        (shelf.tapes().iter().filter_map(lane).collect(), HeldLane(&self.held))
    }

    /// What passed of a chunk of a tape, as far as it was looked at.
    pub(super) fn looked(&self, tape: u32, chunk: usize) -> Option<Bits> {
        Some(self.tapes.get(tape as usize)?.parts.get(chunk)?.as_ref()?.bits())
    }

    /// Whether a held record passed.
    pub(super) fn has_held(&self, key: RecordKey) -> bool {
        self.held.keys_in(None).contains(key)
    }

    /// What passed of a chunk, once it was looked at as it is now.
    fn passed(&self, tape: u32, index: usize, chunk: &Arc<Chunk>) -> Option<Bits> {
        let hits = self.tapes.get(tape as usize)?;
        if !hits.is_done(index, chunk) {
            return None;
        }
        Some(hits.parts.get(index)?.as_ref()?.bits())
    }
}

impl TapeHits {
    /// Whether a chunk was looked at as it is now.
    fn is_done(&self, index: usize, chunk: &Arc<Chunk>) -> bool {
        let Some(Some(part)) = self.parts.get(index) else { return false };
        let same = self.open.as_ref().is_none_or(|(open, held)| *open != index || Arc::ptr_eq(held, chunk));
        same && part.rows == chunk.len()
    }

    fn look(&mut self, sieve: &mut Sieve, tape: &Snapshot, index: usize, start: Option<&Bits>, tools: &mut Tools<'_>) {
        let Some(chunk) = tape.chunks().get(index) else { return };
        let before = self.parts.get_mut(index).and_then(Option::take);
        // The last row of an open chunk may have grown since.
        let from = before.as_ref().map_or(0, |part| part.rows.saturating_sub(1));
        let mut passed = sieve.sift(tape, index, from..chunk.len(), start, tools);
        if let Some(before) = before {
            let mut bits = before.bits();
            bits.and(&Bits::of(0..from));
            passed.or(&bits);
        }
        if let Some(part) = self.parts.get_mut(index) {
            *part = Some(Part::of(passed, chunk));
        }
        if index + 1 == tape.chunks().len() {
            self.open = Some((index, Arc::clone(chunk)));
        } else if self.open.as_ref().is_some_and(|(open, _)| *open == index) {
            self.open = None;
        }
    }

    fn sum(&mut self) {
        let mut sum = Sum::default();
        self.sums.clear();
        self.sums.push(sum);
        for part in &self.parts {
            if let Some(part) = part {
                sum.count += part.count() as u64;
                sum.classes.iter_mut().zip(part.classes).for_each(|(sum, more)| *sum += more);
            }
            self.sums.push(sum);
        }
    }
}

impl Part {
    fn of(bits: Bits, chunk: &Chunk) -> Self {
        let mut classes = [0; CLASSES];
        let count = bits.count();
        let mut count_class = |severity: Severity| {
            if let Some(class) = classes.get_mut(class_of(severity)) {
                *class += 1;
            }
        };
        let passed = if count == 0 {
            Passed::None
        } else if count == chunk.len() {
            chunk.marks().iter().for_each(|mark| count_class(mark.severity()));
            Passed::All
        } else {
            bits.rows().filter_map(|row| chunk.marks().get(row)).for_each(|mark| count_class(mark.severity()));
            Passed::Some(bits)
        };
        Self { rows: chunk.len(), passed, classes }
    }

    fn bits(&self) -> Bits {
        match &self.passed {
            Passed::None => Bits::none(),
            Passed::All => Bits::of(0..self.rows),
            Passed::Some(bits) => bits.clone(),
        }
    }

    fn count(&self) -> u32 {
        self.classes.iter().sum()
    }

    fn rank(&self, row: usize) -> usize {
        match &self.passed {
            Passed::None => 0,
            Passed::All => row.min(self.rows),
            Passed::Some(bits) => bits.rank(row),
        }
    }

    fn select(&self, index: usize) -> Option<usize> {
        match &self.passed {
            Passed::None => None,
            Passed::All => (index < self.rows).then_some(index),
            Passed::Some(bits) => bits.select(index),
        }
    }
}

impl TapeLane<'_> {
    /// How many of them stand before a row.
    fn rank(&self, row: u32) -> u64 {
        let (index, inside) = (row as usize / ROWS, row as usize % ROWS);
        let before = self.hits.sums.get(index).or(self.hits.sums.last()).map_or(0, |sum| sum.count);
        let part = self.hits.parts.get(index).and_then(Option::as_ref);
        before + part.map_or(0, |part| part.rank(inside) as u64)
    }

    /// The row at a place.
    pub(super) fn row(&self, index: u64) -> Option<u32> {
        let chunk = self.hits.sums.partition_point(|sum| sum.count <= index).checked_sub(1)?;
        let inside = usize::try_from(index - self.hits.sums.get(chunk)?.count).ok()?;
        let row = self.hits.parts.get(chunk)?.as_ref()?.select(inside)?;
        u32::try_from(chunk * ROWS + row).ok()
    }

    /// Those before an instant, by kind of severity.
    pub(super) fn classes_before(&self, at: i64) -> [u32; CLASSES] {
        let row = self.tape.before(at) as usize;
        let (index, inside) = (row / ROWS, row % ROWS);
        let mut classes = self.hits.sums.get(index).or(self.hits.sums.last()).map_or([0; CLASSES], |sum| sum.classes);
        let part = self.hits.parts.get(index).and_then(Option::as_ref);
        let (Some(part), Some(chunk)) = (part, self.tape.chunks().get(index)) else { return classes };
        let mut add = |row: usize| {
            let class = chunk.marks().get(row).and_then(|mark| classes.get_mut(class_of(mark.severity())));
            if let Some(class) = class {
                *class += 1;
            }
        };
        match &part.passed {
            Passed::None => {}
            Passed::All => (0..inside.min(part.rows)).for_each(&mut add),
            Passed::Some(bits) => bits.rows().take_while(|row| *row < inside).for_each(&mut add),
        }
        classes
    }

    /// What passed of a chunk, and of how many rows.
    pub(super) fn looked(&self, chunk: usize) -> Option<(Bits, usize)> {
        self.hits.parts.get(chunk)?.as_ref().map(|part| (part.bits(), part.rows))
    }
}

impl Lane for TapeLane<'_> {
    fn len(&self) -> u64 {
        self.hits.sums.last().map_or(0, |sum| sum.count)
    }

    fn key(&self, index: u64) -> Option<RecordKey> {
        self.tape.key(self.row(index)?)
    }

    fn before(&self, key: RecordKey) -> u64 {
        self.rank(rows_before(self.tape, key))
    }
}

impl HeldLane<'_> {
    /// The keys of a time.
    pub(super) fn keys(&self, window: Option<TimeWindow>) -> impl Iterator<Item = RecordKey> {
        self.0.keys_in(window).iter()
    }
}

impl Lane for HeldLane<'_> {
    fn len(&self) -> u64 {
        self.0.keys_in(None).len() as u64
    }

    fn key(&self, index: u64) -> Option<RecordKey> {
        self.0.keys_in(None).get(usize::try_from(index).ok()?)
    }

    fn before(&self, key: RecordKey) -> u64 {
        self.0.keys_in(None).position(key) as u64
    }
}

/// The kind of a severity.
pub(super) fn class_of(severity: Severity) -> usize {
    match severity {
        Severity::Unset | Severity::Trace | Severity::Debug => 0,
        Severity::Info => 1,
        Severity::Warn => 2,
        Severity::Error | Severity::Fatal => 3,
    }
}

/// The number of a shape's pattern.
pub(super) fn pattern_number(patterns: &Patterns, slot: u32) -> Option<u64> {
    let at = patterns.of_slot(Slot::from_number(slot))?;
    patterns.all().get(at).map(|pattern| pattern.id.number())
}

/// The window that holds these instants and all between.
pub(super) fn window_of(first: crate::domain::Timestamp, last: crate::domain::Timestamp) -> TimeWindow {
    TimeWindow { start: first, end: instant(nanos(last).saturating_add(1)) }
}
