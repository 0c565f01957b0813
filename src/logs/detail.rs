//! Everything about one record: its fields and pattern, where it stands in its file, and its neighbours there and in the
//! look.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::domain::{CleanText, RecordKey};
use crate::logfile::{Opened, Snapshot};

use super::answer::{Detail, PageRow};
use super::ask::DetailAsk;
use super::hits::Hits;
use super::page::{World, merged};
use super::shelf::{Shelf, file_name};

/// Rows around at most.
const AROUND: usize = 500;
/// Bytes between two places whose lines are counted once.
const STRIDE: u64 = 16 << 20;
/// Such places kept.
const PLACES: usize = 4096;

/// A record whose detail was asked for, and how far its line is counted.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) ask: DetailAsk,
    is_told: bool,
    count: Option<Count>,
}

#[derive(Debug)]
struct Count {
    file: Arc<Opened>,
    upto: u64,
    at: u64,
    lines: u64,
}

/// Lines counted before places in files.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<(Arc<Opened>, u64, u64)>);

impl Asked {
    pub(super) fn new(ask: DetailAsk, shelf: &Shelf, lines: &Lines) -> Self {
        let count = shelf.row(ask.key.id).and_then(|(tape, row)| {
            let (file, upto) = (Arc::clone(tape.tape().file()), tape.span(row)?.start);
            let (at, lines) = lines.before(&file, upto);
            Some(Count { file, upto, at, lines })
        });
        Self { ask, is_told: false, count }
    }

    /// Whether there is more to be told.
    pub(super) fn is_open(&self) -> bool {
        !self.is_told || self.count.as_ref().is_some_and(|count| count.at < count.upto)
    }

    /// Counts lines on until so much was done; says whether there is something to be told.
    pub(super) fn work(&mut self, lines: &mut Lines, cost: &mut usize, most: usize) -> bool {
        let Some(count) = self.count.as_mut().filter(|count| count.at < count.upto) else {
            return !std::mem::replace(&mut self.is_told, true);
        };
        let mut buffer = Vec::new();
        while count.at < count.upto && *cost < most {
            let to = ((count.at / STRIDE + 1) * STRIDE).min(count.upto).min(count.at + (4 << 20));
            let mut found = 0;
            let scanned = count.file.scan(count.at..to, &mut buffer, |_, bytes| {
                found += memchr::memchr_iter(b'\n', bytes).count() as u64;
                ControlFlow::Continue(())
            });
            *cost += usize::try_from(to - count.at).unwrap_or(0);
            if scanned.is_ok_and(|end| end == to) {
                (count.at, count.lines) = (to, count.lines + found);
                if to.is_multiple_of(STRIDE) {
                    lines.keep(&count.file, to, count.lines);
                }
            } else {
                // The text is gone: its line cannot be told.
                self.count = None;
                return !std::mem::replace(&mut self.is_told, true);
            }
        }
        let is_done = count.at >= count.upto;
        let first = !std::mem::replace(&mut self.is_told, true);
        first || is_done
    }

    /// Everything about the record.
    pub(super) fn detail(&self, world: &mut World<'_>, hits: &Hits) -> Detail {
        let ask = &self.ask;
        let row = world.row(ask.key);
        let template = row.as_ref().and_then(|row| row.pattern).and_then(|id| {
            let found = world.patterns.all().iter().find(|pattern| pattern.id == id)?;
            Some(CleanText::line(&found.template))
        });
        let (tapes, held) = hits.lanes(world.shelf);
        let look = merged(&tapes, &held, &ask.look);
        let mut cursor = look.at(ask.key);
        let previous = look.previous(&mut cursor.clone());
        let next = look.next(&mut cursor);
        let next = if next == Some(ask.key) { look.next(&mut cursor) } else { next };
        let (before, after) = self.around(world);
        Detail {
            generation: ask.generation,
            place: self.place(world, row.as_ref()),
            row,
            template,
            before,
            after,
            since_previous: previous.map(|key| key.at.duration_until(ask.key.at)),
            until_next: next.map(|key| ask.key.at.duration_until(key.at)),
        }
    }

    fn place(&self, world: &World<'_>, row: Option<&PageRow>) -> CleanText {
        let Some((tape, at)) = world.shelf.row(self.ask.key.id) else {
            return row.map_or_else(CleanText::default, |row| CleanText::line(row.record.source.as_str()));
        };
        let name = file_name(tape);
        let start = tape.span(at).map_or(0, |span| span.start);
        match self.count.as_ref().filter(|count| count.at >= count.upto && count.upto == start) {
            Some(count) => CleanText::line(&format!("{name}:{}", count.lines + 1)),
            None => CleanText::line(&format!("{name}, byte {start}")),
        }
    }

    /// Neighbours in the file, or of the same live source.
    fn around(&self, world: &mut World<'_>) -> (Vec<PageRow>, Vec<PageRow>) {
        let (key, most) = (self.ask.key, self.ask.around.min(AROUND));
        let (before, after) = match world.shelf.row(key.id) {
            Some((tape, row)) => in_file(world.shelf, tape, row, most),
            None => self.in_store(world, most),
        };
        let mut rows = |keys: Vec<RecordKey>| keys.into_iter().filter_map(|key| world.row(key)).collect();
        (rows(before), rows(after))
    }

    fn in_store(&self, world: &World<'_>, most: usize) -> (Vec<RecordKey>, Vec<RecordKey>) {
        let Some(held) = world.held.held(self.ask.key) else { return (Vec::new(), Vec::new()) };
        let source = &held.record.source;
        let at = world.held.index_of(self.ask.key);
        // A bounded stretch: other sources may stand between.
        let far = most * 50;
        let mine = |held: &&crate::store::Held| held.record.source == *source;
        let before = world.held.held_range(at.saturating_sub(far)..at).rev().filter(mine).take(most);
        let mut before: Vec<RecordKey> = before.map(|held| held.record.key()).collect();
        before.reverse();
        let after = world.held.held_range(at + 1..at + 1 + far).filter(mine).take(most);
        (before, after.map(|held| held.record.key()).collect())
    }
}

/// The rows before and after one in its file, over the borders of tapes.
fn in_file(shelf: &Shelf, tape: &Snapshot, row: u32, most: usize) -> (Vec<RecordKey>, Vec<RecordKey>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let (mut here, mut next) = (tape, row);
    while before.len() < most {
        match next.checked_sub(1) {
            Some(row) => {
                before.extend(here.key(row));
                next = row;
            }
            None => {
                let start = here.chunks().first().map(|chunk| chunk.bytes().start);
                let is_before = |tape: &&Snapshot| end_of(tape) == start && same_file(tape, here);
                let Some(found) = shelf.tapes().iter().find(is_before) else { break };
                (here, next) = (found, found.len());
            }
        }
    }
    before.reverse();
    (here, next) = (tape, row + 1);
    while after.len() < most {
        if next < here.len() {
            after.extend(here.key(next));
            next += 1;
            continue;
        }
        let end = end_of(here);
        let start = |tape: &Snapshot| tape.chunks().first().map(|chunk| chunk.bytes().start);
        let Some(found) = shelf.tapes().iter().find(|tape| start(tape) == end && same_file(tape, here)) else { break };
        (here, next) = (found, 0);
    }
    (before, after)
}

fn same_file(one: &Snapshot, other: &Snapshot) -> bool {
    Arc::ptr_eq(one.tape().file(), other.tape().file()) && one.tape().number() != other.tape().number()
}

fn end_of(tape: &Snapshot) -> Option<u64> {
    tape.chunks().last().map(|chunk| chunk.bytes().end)
}

impl Lines {
    /// The nearest place before one, and the lines before it.
    fn before(&self, file: &Arc<Opened>, upto: u64) -> (u64, u64) {
        let known = self.0.iter().filter(|(known, at, _)| Arc::ptr_eq(known, file) && *at <= upto);
        known.map(|(_, at, lines)| (*at, *lines)).max().unwrap_or((0, 0))
    }

    fn keep(&mut self, file: &Arc<Opened>, at: u64, lines: u64) {
        if self.0.len() == PLACES {
            self.0.remove(0);
        }
        self.0.push((Arc::clone(file), at, lines));
    }
}
