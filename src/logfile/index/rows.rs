//! Rows to tapes: the time that each row stands at, when a tape ends and the next begins, and what the rows take of the
//! library's budget. The writer of a file pours what it found in here.

use std::sync::Arc;

use crate::domain::{CleanText, SourceId};

use super::super::heads::Layout;
use super::super::library::Library;
use super::super::pages::{LeftOut, Opened};
use super::super::tape::{Chunk, Mark, ROWS, Row, Stage, Tape};
use super::names::Names;

/// A time that goes back by more than this begins a new tape.
const BACK: i64 = 5 * 60 * 1_000_000_000;
/// Tapes that one stretch of a file may begin because its time went back.
const MAX_JUMPS: u32 = 64;

/// Where records come from.
#[derive(Clone, Debug)]
pub struct Place {
    /// The source.
    pub source: SourceId,
    /// The service of records that name none.
    pub service: CleanText,
}

/// A record as its first line shows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) start: u64,
    /// The time it states.
    pub(super) time: Option<i64>,
    pub(super) mark: Mark,
    pub(super) service: u16,
}

/// What is to become of rows that find no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressure {
    /// The oldest rows of the largest file go: these are the newest.
    MakesRoom,
    /// They are not indexed: these are old.
    GivesWay,
}

/// The tape under way.
#[derive(Debug)]
pub(super) struct Rows {
    library: Arc<Library>,
    place: Place,
    tape: Arc<Tape>,
    /// The tapes that came before it.
    before: Vec<Arc<Tape>>,
    stage: Stage,
    pressure: Pressure,
    /// The last chunk of the tape, and how many stand before it.
    chunk: Chunk,
    full: usize,
    pub(super) names: Names,
    last: Option<i64>,
    /// Rows at the chunk's beginning that wait for a time.
    waiting: usize,
    /// Whether any record ever stated a time.
    is_timed: bool,
    jumps: u32,
    charged: u64,
    total: u64,
    is_spent: bool,
    said_clamped: bool,
    /// The time for records of streams that state none.
    otherwise: i64,
}

impl Rows {
    pub(super) fn new(library: &Arc<Library>, place: Place, tape: Arc<Tape>, pressure: Pressure) -> Self {
        Self {
            library: Arc::clone(library),
            names: Names::new(place.service.clone()),
            place,
            stage: tape.stage(),
            tape,
            before: Vec::new(),
            pressure,
            chunk: Chunk::default(),
            full: 0,
            last: None,
            waiting: 0,
            is_timed: false,
            jumps: 0,
            charged: 0,
            total: 0,
            is_spent: false,
            said_clamped: false,
            otherwise: 0,
        }
    }

    /// Whether the budget ended this tape: nothing more is taken.
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// Whether rows wait for a time.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting > 0
    }

    /// Takes the tape and those before it away.
    pub(super) fn retire(&mut self) {
        self.before.iter().chain([&self.tape]).for_each(|tape| self.library.retire(tape));
    }

    /// Rows of all tapes so far.
    pub(super) fn total(&self) -> u64 {
        self.total + self.len()
    }

    /// Rows of all chunks of the tape.
    fn len(&self) -> u64 {
        (self.full * ROWS + self.chunk.len()) as u64
    }

    /// Adds a row. `next` is the time of the record after it, if that is known; `otherwise` is the time for records of
    /// streams that state none.
    pub(super) fn push(&mut self, found: Found, slot: u32, next: Option<i64>, otherwise: i64) {
        self.otherwise = otherwise;
        let (at, mark) = match found.time {
            Some(time) => self.stated(time, found, next),
            None if !self.is_timed && self.last.is_some() => {
                let last = self.last.map_or(otherwise, |last| last.max(otherwise));
                self.last = Some(last);
                (last, found.mark.unstated())
            }
            None => (self.last.unwrap_or(0), found.mark.unstated()),
        };
        if self.last.is_none() {
            if self.chunk.len() == ROWS {
                self.settle(otherwise);
                return self.push(found, slot, next, otherwise);
            }
            self.waiting += 1;
        }
        self.add(Row { start: found.start, at, mark, service: found.service, slot });
    }

    /// Says more of the last row, now that its line has come to its end.
    pub(super) fn amend(&mut self, found: Found, slot: u32) {
        let Some(before) = self.chunk.len().checked_sub(1).and_then(|last| self.chunk.row(last)) else { return };
        let time = found.time.filter(|time| self.last.is_none_or(|last| *time >= last));
        let at = time.unwrap_or(before.at);
        if let Some(time) = time {
            self.settle(time);
            self.last = Some(time);
            self.is_timed = true;
        }
        let mark = if time.is_some() { found.mark } else { found.mark.unstated() };
        self.chunk.amend(Row { at, mark, service: found.service, slot, ..before });
    }

    /// Where the last row ends by now.
    pub(super) fn extend(&mut self, end: u64) {
        if !self.chunk.is_empty() {
            self.chunk.close_at(end);
        }
    }

    /// Gives the rows that wait for a time the one for streams that state none.
    pub(super) fn settle_all(&mut self) {
        self.settle(self.otherwise);
    }

    /// Gives the rows that wait for a time this one.
    fn settle(&mut self, at: i64) {
        if self.waiting > 0 {
            self.chunk.settle(self.waiting, at);
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
            self.waiting = 0;
        }
    }

    /// Shows readers what there is.
    pub(super) fn publish(&mut self, layout: Layout) {
        self.tape.set_layout(layout);
        if self.names.is_full() {
            let name = self.file().name();
            let text =
                format!("{name} names too many services: the records of some stand under {}", self.place.service);
            self.library.note(CleanText::line(&text));
        }
        if self.chunk.is_empty() || self.waiting > 0 || !self.charge() {
            return;
        }
        self.tape.put_at(self.full, Arc::new(self.chunk.clone()), self.names.list());
    }

    /// Ends the tape.
    pub(super) fn finish(&mut self, stage: Stage, layout: Layout) {
        self.settle_all();
        self.publish(layout);
        self.tape.set_stage(stage);
    }

    /// Where a record stands that states a time.
    fn stated(&mut self, time: i64, found: Found, next: Option<i64>) -> (i64, Mark) {
        self.is_timed = true;
        let Some(last) = self.last else {
            self.settle(time);
            self.last = Some(time);
            return (time, found.mark);
        };
        // A single record out of line, ahead or behind, is no reason to put its neighbours elsewhere.
        let lone_ahead =
            || next.is_some_and(|next| next < time.saturating_sub(BACK) && next >= last.saturating_sub(BACK));
        let lone_behind = || next.is_some_and(|next| next >= last.saturating_sub(BACK));
        if time >= last {
            if time > last.saturating_add(BACK) && lone_ahead() {
                return (last, found.mark.unstated());
            }
            self.last = Some(time);
            return (time, found.mark);
        }
        if time >= last.saturating_sub(BACK) || lone_behind() {
            return (last, found.mark.unstated());
        }
        if self.jumps >= MAX_JUMPS {
            self.say_clamped();
            return (last, found.mark.unstated());
        }
        self.jumps += 1;
        self.turn(found.start);
        self.last = Some(time);
        (time, found.mark)
    }

    fn say_clamped(&mut self) {
        if !self.said_clamped {
            self.said_clamped = true;
            let name = self.file().name();
            self.library.note(CleanText::line(&format!(
                "the times of {name} go back more than {MAX_JUMPS} times: from there on such records stand behind their predecessors"
            )));
        }
    }

    fn add(&mut self, row: Row) {
        if self.is_spent {
            return;
        }
        if self.chunk.len() == ROWS {
            self.chunk.end_at(row.start);
            if self.len() >= self.library.rows_per_tape() {
                self.turn(row.start);
            } else {
                self.seal();
            }
        }
        if self.chunk.is_empty() {
            self.chunk = Chunk::with_room(row.start);
        }
        if !self.chunk.push(row) {
            // Rows so long that the chunk cannot tell where this one begins.
            self.turn(row.start);
            self.chunk = Chunk::with_room(row.start);
            let _always = self.chunk.push(row);
        }
    }

    /// Puts a full chunk into the tape. It stays the last until a row follows it, for its last row may still grow.
    fn seal(&mut self) {
        if self.charge() {
            let chunk = std::mem::take(&mut self.chunk);
            self.tape.put_at(self.full, Arc::new(chunk), self.names.list());
            self.full += 1;
        }
    }

    /// Ends the tape before this position and begins the next.
    fn turn(&mut self, start: u64) {
        self.chunk.end_at(start);
        self.settle_all();
        let layout = self.tape.layout();
        self.publish(layout.clone());
        self.tape.set_stage(Stage::Ended);
        self.begin(layout);
        self.chunk = Chunk::default();
    }

    fn begin(&mut self, layout: Layout) {
        let next = self.library.begin(Arc::clone(self.file()), self.place.source.clone(), self.place.service.clone());
        self.before.retain(|tape| !tape.is_retired());
        self.before.push(std::mem::replace(&mut self.tape, next));
        self.total += self.charged;
        self.tape.set_stage(self.stage);
        self.tape.set_layout(layout);
        (self.full, self.charged) = (0, 0);
    }

    fn file(&self) -> &Arc<Opened> {
        self.tape.file()
    }

    /// Takes room for the rows that came since the last time; `false` when there is none.
    fn charge(&mut self) -> bool {
        if self.tape.is_retired() || self.is_spent {
            return false;
        }
        loop {
            let more = self.len().saturating_sub(self.charged);
            if self.library.take_rows(more) {
                self.charged += more;
                return true;
            }
            match self.pressure {
                Pressure::MakesRoom if self.library.make_room() => {}
                // No other tape can go: this one begins anew.
                Pressure::MakesRoom if self.charged > 0 => {
                    let layout = self.tape.layout();
                    self.file().leave_out(self.chunk.bytes().start, LeftOut::Index);
                    self.library.retire(&self.tape);
                    self.begin(layout);
                }
                Pressure::MakesRoom => {
                    let name = self.file().name();
                    let text = format!("what comes to {name} is not indexed: limits.log_index is spent");
                    self.library.note(CleanText::line(&text));
                    self.is_spent = true;
                    return false;
                }
                Pressure::GivesWay => {
                    self.is_spent = true;
                    return false;
                }
            }
        }
    }
}
