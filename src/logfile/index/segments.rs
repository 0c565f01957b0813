//! What stands in a file before its end: cut into stretches, each a tape of its own, the newest indexed first. When the
//! budget for rows is spent, it is the oldest that is left out.

use std::io;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use memchr::memchr;

use super::super::heads::{Heads, Layout, Take};
use super::super::library::{Library, MineStream};
use super::super::pages::{LeftOut, Opened};
use super::super::tape::{ROW_BYTES, Stage, Tape};
use super::rows::{Place, Pressure};
use super::writer::Writer;

/// Bytes of one stretch.
const STRETCH: u64 = 256 << 20;
/// Stretches of one file; longer ones for larger files.
const MAX_STRETCHES: u64 = 256;
/// Fewer bytes than this are not begun with when the budget for rows is nearly spent.
const LEAST: u64 = 1 << 20;
/// Bytes in which the beginning of a record is looked for.
pub(super) const LOOK: usize = 256 << 10;
/// Lines among which one that states a time is looked for.
const LOOK_LINES: usize = 2000;

/// The stretches of one file that are still to be indexed.
#[derive(Debug, Default)]
pub(super) struct Segments {
    /// Oldest first; the last is the next.
    waiting: Vec<Segment>,
    current: Option<(Writer, Range<u64>)>,
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Segment {
    tape: Arc<Tape>,
    range: Range<u64>,
}

/// What stretches share.
pub(super) struct Ground<'a> {
    pub(super) library: &'a Arc<Library>,
    pub(super) file: &'a Arc<Opened>,
    pub(super) place: &'a Place,
    /// How the end of the file is written.
    pub(super) layout: Layout,
    /// When the file was last written.
    pub(super) modified: i64,
    /// Bytes that a row takes at the end of the file.
    pub(super) row_length: u64,
}

impl Segments {
    /// Begins the tapes of this range, so that their numbers are in the order of the file.
    pub(super) fn plan(ground: &Ground<'_>, range: Range<u64>) -> Self {
        let length = range.end.saturating_sub(range.start);
        let stretch = STRETCH.max(length / MAX_STRETCHES);
        let mut waiting = Vec::new();
        let mut end = range.end;
        while end > range.start {
            // The rest is not worth a tape of its own.
            let start = if end - range.start > stretch + stretch / 4 { end - stretch } else { range.start };
            waiting.push(start..end);
            end = start;
        }
        let begin = |range: Range<u64>| {
            let (source, service) = (ground.place.source.clone(), ground.place.service.clone());
            let tape = ground.library.begin(Arc::clone(ground.file), source, service);
            tape.set_stage(Stage::Indexing { to: range.end });
            Segment { tape, range }
        };
        Self { waiting: waiting.into_iter().rev().map(begin).collect(), ..Self::default() }
    }

    /// Whether anything is left to do.
    pub(super) fn is_busy(&self) -> bool {
        self.current.is_some() || !self.waiting.is_empty()
    }

    /// Indexes about so many bytes; gives how many it were.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn work(&mut self, ground: &Ground<'_>, mining: &mut dyn MineStream, bytes: u64) -> io::Result<u64> {
        if self.current.is_none() && !self.next(ground)? {
            return Ok(0);
        }
        let Some((writer, range)) = &mut self.current else { return Ok(0) };
        let from = writer.at();
        let until = range.end.min(from + bytes);
        let read = ground.file.scan(from..until, &mut self.buffer, |_, bytes| {
            writer.feed(bytes, mining, ground.modified);
            if writer.rows().is_spent() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        ground.file.advance(read - from);
        if writer.rows().is_spent() {
            // Half a stretch would leave a hole before the newer ones.
            let (mut writer, range) = self.current.take().unzip();
            if let (Some(writer), Some(range)) = (&mut writer, range) {
                writer.retire();
                self.leave_out(ground, range.end);
            }
            return Ok(read - from);
        }
        if read >= range.end || read == from {
            writer.finish(mining, ground.modified, Stage::Ended);
            self.current = None;
        } else {
            writer.publish();
        }
        Ok(read - from)
    }

    /// Nothing more is to be indexed; what is there is kept.
    pub(super) fn stop(&mut self, mining: &mut dyn MineStream, modified: i64, stage: Stage) {
        if let Some((mut writer, _)) = self.current.take() {
            writer.finish(mining, modified, stage);
        }
        self.waiting.drain(..).for_each(|segment| segment.tape.set_stage(stage));
    }

    /// Takes all tapes away that are not done.
    pub(super) fn retire(&mut self, library: &Library) {
        if let Some((mut writer, _)) = self.current.take() {
            writer.retire();
        }
        self.waiting.drain(..).for_each(|segment| library.retire(&segment.tape));
    }

    /// Begins with the newest that waits, from the first record in it on; what stands before that is left to the stretch
    /// before it.
    fn next(&mut self, ground: &Ground<'_>) -> io::Result<bool> {
        while let Some(Segment { tape, mut range }) = self.waiting.pop() {
            let fits = room(ground.library).saturating_mul(ground.row_length) / 10 * 9;
            if fits < LEAST.min(range.end - range.start) {
                ground.library.retire(&tape);
                self.leave_out(ground, range.end);
                return Ok(false);
            }
            if fits < range.end - range.start {
                range.start = range.end - fits;
                self.leave_out(ground, range.start);
            }
            let heads = || Heads::resumed(ground.layout.clone(), timestamp(ground.modified));
            let start = self.start(ground, &range, heads())?;
            match (start, self.waiting.last_mut()) {
                (None, Some(before)) => {
                    before.range.end = range.end;
                    before.tape.set_stage(Stage::Indexing { to: range.end });
                    ground.library.retire(&tape);
                    continue;
                }
                (Some(start), Some(before)) => {
                    before.range.end = start;
                    before.tape.set_stage(Stage::Indexing { to: start });
                }
                (_, None) => {}
            }
            let start = start.unwrap_or(range.start);
            let place = ground.place.clone();
            let writer = Writer::new(ground.library, place, tape, Pressure::GivesWay, heads(), start);
            self.current = Some((writer, start..range.end));
            return Ok(true);
        }
        Ok(false)
    }

    /// Where the first record of a range begins.
    fn start(&mut self, ground: &Ground<'_>, range: &Range<u64>, heads: Heads) -> io::Result<Option<u64>> {
        if range.start == 0 {
            return Ok(Some(0));
        }
        let bytes = ground.file.read(range.start - 1..range.end.min(range.start - 1 + LOOK as u64))?;
        Ok(after_line(&bytes).and_then(|line| {
            let rest = bytes.get(line..).unwrap_or_default();
            first_record(rest, heads).map(|at| range.start - 1 + (line + at) as u64)
        }))
    }

    fn leave_out(&mut self, ground: &Ground<'_>, end: u64) {
        ground.file.leave_out(end, LeftOut::Index);
        self.waiting.drain(..).for_each(|segment| ground.library.retire(&segment.tape));
        ground.library.changed();
    }
}

/// Where the first line begins that follows a line end.
pub(super) fn after_line(bytes: &[u8]) -> Option<usize> {
    memchr(b'\n', bytes).map(|at| at + 1)
}

/// Where the first record begins in bytes that begin with a line: one that states a time if there is one near, for a line
/// in the middle of a record may look like a record of its own.
pub(super) fn first_record(bytes: &[u8], mut heads: Heads) -> Option<usize> {
    let (mut at, mut first) = (0, None);
    for _ in 0..LOOK_LINES {
        let rest = bytes.get(at..)?;
        let Some(end) = memchr(b'\n', rest) else { break };
        let line = rest.get(..end).unwrap_or_default();
        if let Take::Begins(head) = heads.take(line.strip_suffix(b"\r").unwrap_or(line)) {
            if head.time.is_some() {
                return Some(at);
            }
            first = first.or(Some(at));
        }
        at += end + 1;
    }
    first
}

/// Nanoseconds since the epoch as a time.
pub(super) fn timestamp(nanos: i64) -> crate::domain::Timestamp {
    crate::domain::Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or_default()
}

/// Rows for which the budget still has room.
fn room(library: &Library) -> u64 {
    library.budgets().index.saturating_sub(library.row_bytes()) / ROW_BYTES
}
