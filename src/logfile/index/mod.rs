//! A file becomes rows: its end first, so that the end is on the screen at once, then what stands before it, while the
//! file goes on growing. The sources of files feed a [`Reel`] with what a follower reads and let it work in between.

mod names;
mod rows;
mod segments;
mod writer;

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::heads::{Choice, Heads, Layout};
use super::library::{Library, MineStream};
use super::pages::{LeftOut, Opened};
use super::tape::{Stage, Tape};
pub use rows::Place;
use rows::Pressure;
use segments::{Ground, Segments, first_record, timestamp};
use writer::Writer;

/// Bytes at the end of a file that are indexed first.
pub const TAIL: u64 = 1 << 20;

/// Bytes at the start of a file that are looked at before its end is read.
const START: u64 = 16 << 10;

/// How a file is read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The format that a person chose.
    pub choice: Choice,
    /// When the file was last written, in nanoseconds since the epoch: the time of what was in it and states none.
    pub modified: i64,
    /// How long it was then.
    pub length: u64,
    /// How much before the first bytes that are fed is indexed.
    pub backlog: u64,
    /// How far its last tape is while bytes come.
    pub stage: Stage,
}

/// The rows of one file, as it stood at a path from its creation to its end.
pub struct Reel {
    library: Arc<Library>,
    file: Arc<Opened>,
    place: Place,
    reading: Reading,
    mining: Box<dyn MineStream>,
    tail: Option<Writer>,
    segments: Segments,
    /// Where the tail begins, known with its first bytes.
    cut: u64,
    is_over: bool,
}

impl std::fmt::Debug for Reel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reel").field("file", &self.file).field("tail", &self.tail).finish_non_exhaustive()
    }
}

impl Reel {
    /// A file that nothing was read of yet.
    pub fn new(library: &Arc<Library>, file: Arc<Opened>, place: Place, reading: Reading) -> Self {
        Self {
            mining: library.mining(),
            library: Arc::clone(library),
            file,
            place,
            reading,
            tail: None,
            segments: Segments::default(),
            cut: 0,
            is_over: false,
        }
    }

    /// The file.
    pub fn file(&self) -> &Arc<Opened> {
        &self.file
    }

    /// Takes bytes that stand at `at` and follow those of the last time; `now` is the time of what grew and states none.
    /// The first bytes decide where the tail begins: what stands before it is indexed by [`Self::work`].
    pub fn feed(&mut self, at: u64, bytes: &[u8], now: i64) {
        let mut bytes = bytes;
        if self.tail.is_none() {
            bytes = self.begin(at, bytes);
        }
        let otherwise = if at < self.reading.length { self.reading.modified } else { now };
        let Some(tail) = &mut self.tail else { return };
        let end = tail.at() + bytes.len() as u64;
        self.file.set_length(end);
        tail.feed(bytes, self.mining.as_mut(), otherwise);
        self.file.advance(bytes.len() as u64);
        self.file.keep(end - bytes.len() as u64, bytes);
    }

    /// Shows readers what was fed; call it once for all bytes that came together.
    pub fn publish(&mut self) {
        if let Some(tail) = &mut self.tail {
            tail.publish();
            self.library.changed();
        }
    }

    /// Says that nothing came for a while: what waits for more is shown as it is.
    pub fn quiet(&mut self, now: i64) {
        let otherwise = self.otherwise(now);
        if let Some(tail) = self.tail.as_mut().filter(|tail| tail.is_pending()) {
            tail.quiet(self.mining.as_mut(), otherwise);
            self.library.changed();
        }
    }

    /// Whether something is to be shown once the file was quiet.
    pub fn is_pending(&self) -> bool {
        self.tail.as_ref().is_some_and(Writer::is_pending)
    }

    /// Whether what stands before the tail is not all indexed.
    pub fn is_busy(&self) -> bool {
        self.segments.is_busy()
    }

    /// Indexes about so many bytes of what stands before the tail, the newest first; gives how many it were.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn work(&mut self, bytes: u64) -> io::Result<u64> {
        if !self.segments.is_busy() {
            return Ok(0);
        }
        let (layout, row_length) = self.like_the_tail();
        let ground = Ground {
            library: &self.library,
            file: &self.file,
            place: &self.place,
            layout,
            modified: self.reading.modified,
            row_length,
        };
        let done = self.segments.work(&ground, self.mining.as_mut(), bytes)?;
        self.library.changed();
        Ok(done)
    }

    /// Nothing more comes; `stage` says why. What stands before the tail is still indexed unless the text is gone.
    pub fn finish(&mut self, stage: Stage, now: i64) {
        let otherwise = self.otherwise(now);
        if let Some(tail) = self.tail.as_mut().filter(|_| !self.is_over) {
            tail.finish(self.mining.as_mut(), otherwise, stage);
        }
        self.is_over = true;
        if stage == Stage::Gone {
            self.segments.stop(self.mining.as_mut(), self.reading.modified, stage);
            self.file.set_gone();
            for tape in self.tapes() {
                tape.set_stage(Stage::Gone);
            }
        }
        self.library.changed();
    }

    /// Reads the file again in another format: its tapes go, others come. Bytes that follow go on where they were.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn reread(&mut self, choice: Choice) -> io::Result<()> {
        let Some(tail) = self.tail.take() else { return Ok(()) };
        self.segments.retire(&self.library);
        self.tapes().iter().for_each(|tape| self.library.retire(tape));
        self.file.rewind();
        self.reading = Reading { choice, ..self.reading.clone() };
        self.mining = self.library.mining();
        let end = tail.at();
        let from = if end > 2 * TAIL { end - TAIL } else { 0 };
        let bytes = self.file.read(from..end)?;
        // The last mebibyte may be one line.
        let line = if from == 0 { Some(0) } else { segments::after_line(&bytes) };
        match line {
            Some(line) => self.feed(from + line as u64, bytes.get(line..).unwrap_or_default(), self.reading.modified),
            None => self.feed(end, &[], self.reading.modified),
        }
        if self.is_over {
            self.finish(Stage::Ended, self.reading.modified);
        }
        self.publish();
        Ok(())
    }

    /// Takes all rows of the file away: another stands there.
    pub fn retire(&mut self) {
        self.segments.retire(&self.library);
        self.tapes().iter().for_each(|tape| self.library.retire(tape));
        self.library.changed();
    }

    /// The time of a last line that states none: of what was there when the file was opened, or of what came since.
    fn otherwise(&self, now: i64) -> i64 {
        let grew = self.tail.as_ref().is_some_and(|tail| tail.at() > self.reading.length);
        if grew { now } else { self.reading.modified }
    }

    /// The tapes of the file that are not retired.
    fn tapes(&self) -> Vec<Arc<Tape>> {
        let mut tapes = self.library.tapes();
        tapes.retain(|tape| Arc::ptr_eq(tape.file(), &self.file) && !tape.is_retired());
        tapes
    }

    /// Finds where the tail begins, plans what stands before it, and gives the bytes of the tail.
    fn begin<'a>(&mut self, at: u64, bytes: &'a [u8]) -> &'a [u8] {
        let mut heads = Heads::resumed(self.layout(), timestamp(self.reading.modified));
        if at > 0 {
            // Some formats name their fields once, at the start of the file.
            heads.look(&self.file.read(0..START).unwrap_or_default());
        }
        heads.look(bytes.get(..segments::LOOK).unwrap_or(bytes));
        let skipped = match at {
            0 => 0,
            _ => first_record(bytes.get(..segments::LOOK).unwrap_or(bytes), heads.clone()).unwrap_or(0),
        };
        self.cut = at + skipped as u64;
        let low = at.saturating_sub(self.reading.backlog);
        if low > 0 {
            self.file.leave_out(low, LeftOut::Backlog);
        }
        self.plan(low..self.cut);
        let (source, service) = (self.place.source.clone(), self.place.service.clone());
        let tape = self.library.begin(Arc::clone(&self.file), source, service);
        tape.set_stage(self.reading.stage);
        let place = self.place.clone();
        self.tail = Some(Writer::new(&self.library, place, tape, Pressure::MakesRoom, heads, self.cut));
        bytes.get(skipped..).unwrap_or_default()
    }

    fn plan(&mut self, range: Range<u64>) {
        let (layout, row_length) = self.like_the_tail();
        let ground = Ground {
            library: &self.library,
            file: &self.file,
            place: &self.place,
            layout,
            modified: self.reading.modified,
            row_length,
        };
        self.segments = Segments::plan(&ground, range);
    }

    /// How the file is written before anything of it was read.
    fn layout(&self) -> Layout {
        self.library.layout(self.reading.choice.clone())
    }

    /// How the tail is written, and how long its rows are on average.
    fn like_the_tail(&self) -> (Layout, u64) {
        let Some(tail) = &self.tail else { return (self.layout(), 100) };
        let length = (tail.at() - self.cut) / tail.rows().total().max(1);
        (tail.heads().layout(), length.max(1))
    }
}

#[cfg(test)]
mod tests;
