//! Bytes of a file, in order, to rows: cuts lines, asks of each whether it begins a record, has the messages mined, and
//! pours the rows into their tape. Holds the part of a line that is still to come, never more than a mebibyte of it.

use std::sync::Arc;

use memchr::{memchr, memchr_iter};

use super::super::heads::{Head, Heads, Take};
use super::super::library::{Library, MineStream};
use super::super::lines::MAX_LINE;
use super::super::tape::{Mark, Stage, Tape};
use super::rows::{Found, Place, Pressure, Rows};

/// Lines of one record; the next begins another.
const MAX_LINES: u32 = 4096;
/// Bytes of one record, but for its last line.
const MAX_RECORD: u64 = 1 << 20;

/// Writes the rows of one stretch of a file.
#[derive(Debug)]
pub(super) struct Writer {
    rows: Rows,
    heads: Heads,
    /// Where the next bytes stand in the file.
    at: u64,
    /// The line under way: where it begins, as much of it as is held, and how much is not.
    line_at: u64,
    carry: Vec<u8>,
    over: u64,
    /// The record under way.
    record_at: u64,
    lines: u32,
    shown: Shown,
    found: Vec<Found>,
    slots: Vec<u32>,
}

/// What was made of the line under way because it was quiet for a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shown {
    /// Nothing.
    #[default]
    No,
    /// It has a row, which its end may amend.
    Row,
    /// It was joined to the row before it.
    Joined,
}

/// What one line is to the rows.
enum Line<'a> {
    /// It begins a row, whose message this is.
    Row(Found, &'a [u8]),
    /// It belongs to the row before it, or says nothing.
    More,
}

impl Writer {
    /// Writes into a tape from this position on.
    pub(super) fn new(
        library: &Arc<Library>,
        place: Place,
        tape: Arc<Tape>,
        pressure: Pressure,
        heads: Heads,
        at: u64,
    ) -> Self {
        let rows = Rows::new(library, place, tape, pressure);
        let (carry, found, slots) = (Vec::new(), Vec::new(), Vec::new());
        Self { rows, heads, at, line_at: at, carry, over: 0, record_at: at, lines: 0, shown: Shown::No, found, slots }
    }

    /// Where the next bytes stand in the file.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Bytes of text that are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.carry.capacity()
    }

    pub(super) fn heads(&self) -> &Heads {
        &self.heads
    }

    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Whether part of a line has no row yet, or rows wait for a time.
    pub(super) fn is_pending(&self) -> bool {
        self.rows.is_waiting() || (self.shown == Shown::No && (!self.carry.is_empty() || self.over > 0))
    }

    /// Takes the next bytes. `otherwise` is the time for records of streams that state none.
    pub(super) fn feed(&mut self, bytes: &[u8], mining: &mut dyn MineStream, otherwise: i64) {
        let mut carried = Vec::new();
        let mut rest = bytes;
        let mut messages: Vec<&[u8]> = Vec::with_capacity(bytes.len() / 80 + 1);
        let mut amends = false;
        if !self.carry.is_empty() || self.over > 0 {
            let Some(end) = memchr(b'\n', rest) else { return self.hold(rest) };
            let (head, tail) = rest.split_at(end);
            self.hold(head);
            rest = tail.get(1..).unwrap_or_default();
            self.at += 1;
            carried = std::mem::take(&mut self.carry);
            let (is_long, was_shown) = (std::mem::take(&mut self.over) > 0, std::mem::take(&mut self.shown));
            if let Line::Row(found, message) = self.line(&carried, self.line_at, is_long) {
                amends = was_shown == Shown::Row;
                self.found.push(found);
                messages.push(message);
            }
        }
        let (start, mut done) = (self.at, 0);
        for end in memchr_iter(b'\n', rest) {
            let line = rest.get(done..end).unwrap_or_default();
            if let Line::Row(found, message) = self.line(line, start + done as u64, false) {
                self.found.push(found);
                messages.push(message);
            }
            done = end + 1;
        }
        rest = rest.get(done..).unwrap_or_default();
        self.at = start + done as u64;
        let end = self.at;
        self.pour(&messages, mining, otherwise, amends);
        self.rows.extend(end);
        drop(messages);
        carried.clear();
        self.carry = carried;
        self.hold(rest);
    }

    /// The stream was quiet: what stands there without a line end gets a row, and rows that wait for a time get one.
    pub(super) fn quiet(&mut self, mining: &mut dyn MineStream, otherwise: i64) {
        if self.shown == Shown::No && (!self.carry.is_empty() || self.over > 0) {
            let carry = std::mem::take(&mut self.carry);
            // The line may not be over: what it seems to be now must not shape how the whole of it is read.
            let (heads, lines, record_at) = (self.heads.clone(), self.lines, self.record_at);
            if let Line::Row(found, message) = self.line(&carry, self.line_at, self.over > 0) {
                self.found.push(found);
                self.pour(&[message], mining, otherwise, false);
                self.shown = Shown::Row;
            } else {
                self.shown = Shown::Joined;
            }
            (self.heads, self.lines, self.record_at) = (heads, lines, record_at);
            self.rows.extend(self.at);
            self.carry = carry;
        }
        self.rows.settle_all();
        self.publish();
    }

    /// Shows readers what there is.
    pub(super) fn publish(&mut self) {
        self.rows.publish(self.heads.layout());
    }

    /// Nothing more comes.
    pub(super) fn finish(&mut self, mining: &mut dyn MineStream, otherwise: i64, stage: Stage) {
        self.quiet(mining, otherwise);
        self.rows.finish(stage, self.heads.layout());
    }

    /// Takes the rows away.
    pub(super) fn retire(&mut self) {
        self.rows.retire();
    }

    /// Keeps part of a line.
    fn hold(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        if self.carry.is_empty() && self.over == 0 {
            // A hole in front of a line is none of its text, and may be larger than memory.
            let text = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
            self.at += text as u64;
            self.line_at = self.at;
            bytes = bytes.get(text..).unwrap_or_default();
        }
        let room = MAX_LINE.saturating_sub(self.carry.len());
        let (kept, over) = bytes.split_at(room.min(bytes.len()));
        self.carry.extend_from_slice(kept);
        self.over += over.len() as u64;
        self.at += bytes.len() as u64;
        if self.shown != Shown::No {
            self.rows.extend(self.at);
        }
    }

    /// What a line is. `is_long`: there is more of it than was held.
    #[inline]
    fn line<'a>(&mut self, line: &'a [u8], at: u64, is_long: bool) -> Line<'a> {
        let (line, at) = trimmed(line, at);
        self.lines = self.lines.saturating_add(1);
        let head = match self.heads.take(line) {
            Take::Begins(head) => head,
            Take::Continues => {
                let overflows = self.lines > MAX_LINES || at - self.record_at > MAX_RECORD || is_long;
                let begins = self.lines == 1 || (overflows && !line.trim_ascii().is_empty());
                if !begins || line.trim_ascii().is_empty() {
                    self.lines -= u32::from(self.lines == 1);
                    return Line::More;
                }
                Head { time: None, severity: crate::domain::Severity::Unset, service: None, message: 0..line.len() }
            }
        };
        (self.record_at, self.lines) = (at, 1);
        let found = Found {
            start: at,
            time: head.time,
            mark: Mark::new(head.severity, head.time.is_some()),
            service: head.service.map_or(0, |name| self.rows.names.number(name)),
        };
        Line::Row(found, line.get(head.message).unwrap_or(line))
    }

    /// Mines the messages and adds the rows.
    fn pour(&mut self, messages: &[&[u8]], mining: &mut dyn MineStream, otherwise: i64, amends: bool) {
        self.slots.clear();
        mining.mine(messages, &mut self.slots);
        self.slots.resize(self.found.len(), 0);
        let mut amends = amends;
        for (index, (found, slot)) in self.found.iter().zip(&self.slots).enumerate() {
            if std::mem::take(&mut amends) {
                self.rows.amend(*found, *slot);
                continue;
            }
            let next = self.found.get(index + 1).and_then(|next| next.time);
            self.rows.push(*found, *slot, next, otherwise);
        }
        self.found.clear();
    }
}

/// The text of a line and where it begins: without a byte order mark or a hole in front and a carriage return behind.
fn trimmed(line: &[u8], at: u64) -> (&[u8], u64) {
    let mut from = 0;
    if let Some(0 | 0xef) = line.first() {
        from = line.iter().position(|byte| *byte != 0).unwrap_or(line.len());
        if at == 0 && line.get(from..).is_some_and(|line| line.starts_with(b"\xef\xbb\xbf")) {
            from += 3;
        }
    }
    let text = line.get(from..).unwrap_or_default();
    (text.strip_suffix(b"\r").unwrap_or(text), at + from as u64)
}
