//! Rows of a tape, column by column. Written by the indexer, read by the desk.

use std::ops::Range;

use crate::domain::Severity;

/// Rows of every chunk of a tape but its last.
pub const ROWS: usize = 4096;
/// Bytes of memory for each row.
pub const ROW_BYTES: u64 = 19;

/// Up to [`ROWS`] records that follow each other in one file: 19 bytes for each.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    base: u64,
    end: u64,
    offsets: Vec<u32>,
    times: Vec<i64>,
    marks: Vec<Mark>,
    services: Vec<u16>,
    slots: Vec<u32>,
    severities: u8,
}

/// Severity and what else a byte can say of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(u8);

/// What a row says of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it begins in the file; it ends where the next begins.
    pub start: u64,
    /// Nanoseconds since the epoch: its place in time, never before that of the row above.
    pub at: i64,
    /// Severity, and whether the time is the record's own.
    pub mark: Mark,
    /// Index into the tape's names.
    pub service: u16,
    /// Its shape, to be asked of the miner.
    pub slot: u32,
}

const SEVERITIES: [Severity; 7] = [
    Severity::Unset,
    Severity::Trace,
    Severity::Debug,
    Severity::Info,
    Severity::Warn,
    Severity::Error,
    Severity::Fatal,
];
/// The row's time is the one that the record states.
const STATED: u8 = 0x08;

impl Mark {
    /// A mark.
    pub fn new(severity: Severity, stated: bool) -> Self {
        Self(severity as u8 | if stated { STATED } else { 0 })
    }

    /// The severity.
    pub fn severity(self) -> Severity {
        SEVERITIES.get(usize::from(self.0 & 0x07)).copied().unwrap_or(Severity::Unset)
    }

    /// Whether the row's time is the one that the record states; else it states none, or one that goes back, and has its
    /// predecessor's.
    pub fn is_stated(self) -> bool {
        self.0 & STATED != 0
    }

    /// The same severity at a time that is not the record's own.
    pub(in crate::logfile) fn unstated(self) -> Self {
        Self(self.0 & !STATED)
    }
}

impl Chunk {
    /// An empty chunk whose first row begins at this byte of the file.
    pub fn new(base: u64) -> Self {
        Self { base, end: base, ..Self::default() }
    }

    /// Adds a row; `false` when the chunk is full or the row begins too far from its base to be told.
    #[must_use]
    pub fn push(&mut self, row: Row) -> bool {
        let Some(offset) = row.start.checked_sub(self.base).and_then(|by| u32::try_from(by).ok()) else { return false };
        if self.len() >= ROWS {
            return false;
        }
        self.offsets.push(offset);
        self.times.push(row.at);
        self.marks.push(row.mark);
        self.services.push(row.service);
        self.slots.push(row.slot);
        self.severities |= 1 << (row.mark.0 & 0x07);
        self.end = self.end.max(row.start);
        true
    }

    /// Puts the first `count` rows at this time: they waited for one.
    pub(in crate::logfile) fn settle(&mut self, count: usize, at: i64) {
        self.times.iter_mut().take(count).for_each(|time| *time = at);
    }

    /// Replaces what is said of the last row, but for where it begins.
    pub(in crate::logfile) fn amend(&mut self, row: Row) {
        let Some(last) = self.len().checked_sub(1) else { return };
        self.times.truncate(last);
        self.marks.truncate(last);
        self.services.truncate(last);
        self.slots.truncate(last);
        self.times.push(row.at);
        self.marks.push(row.mark);
        self.services.push(row.service);
        self.slots.push(row.slot);
        self.severities |= 1 << (row.mark.0 & 0x07);
    }

    /// A chunk with room for all its rows.
    pub(in crate::logfile) fn with_room(base: u64) -> Self {
        Self {
            base,
            end: base,
            offsets: Vec::with_capacity(ROWS),
            times: Vec::with_capacity(ROWS),
            marks: Vec::with_capacity(ROWS),
            services: Vec::with_capacity(ROWS),
            slots: Vec::with_capacity(ROWS),
            severities: 0,
        }
    }

    /// Says where the last row ends.
    pub fn close_at(&mut self, end: u64) {
        self.end = self.end.max(end);
    }

    /// Says where the last row ends after all, though more of it was shown before: another row begins there.
    pub(in crate::logfile) fn end_at(&mut self, end: u64) {
        let last = self.offsets.last().map_or(0, |last| u64::from(*last));
        self.end = end.max(self.base + last);
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.offsets.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    /// The bytes of the file that its rows take.
    pub fn bytes(&self) -> Range<u64> {
        self.base..self.end
    }

    /// The bytes of one row, its last line end included.
    pub fn span(&self, row: usize) -> Option<Range<u64>> {
        let start = self.base + u64::from(*self.offsets.get(row)?);
        let end = self.offsets.get(row + 1).map_or(self.end, |next| self.base + u64::from(*next));
        Some(start..end)
    }

    /// Where each row begins, from the chunk's first byte.
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// Nanoseconds since the epoch, never falling.
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// Severities.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Services, as indices into the tape's names.
    pub fn services(&self) -> &[u16] {
        &self.services
    }

    /// Shapes, to be asked of the miner.
    pub fn slots(&self) -> &[u32] {
        &self.slots
    }

    /// Whether any row has this severity.
    pub fn has(&self, severity: Severity) -> bool {
        self.severities & (1 << severity as u8) != 0
    }

    /// A row whole.
    pub fn row(&self, row: usize) -> Option<Row> {
        Some(Row {
            start: self.span(row)?.start,
            at: *self.times.get(row)?,
            mark: *self.marks.get(row)?,
            service: *self.services.get(row)?,
            slot: *self.slots.get(row)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(start: u64, at: i64) -> Row {
        Row { start, at, mark: Mark::new(Severity::Warn, true), service: 3, slot: 9 }
    }

    #[test]
    fn a_row_ends_where_the_next_begins_and_the_last_where_it_is_said() {
        let mut chunk = Chunk::new(100);
        assert!(chunk.push(row(100, 1)) && chunk.push(row(140, 2)));
        chunk.close_at(180);
        assert_eq!((chunk.span(0), chunk.span(1), chunk.span(2)), (Some(100..140), Some(140..180), None));
        assert_eq!(chunk.row(1), Some(row(140, 2)));
        assert!(chunk.has(Severity::Warn) && !chunk.has(Severity::Error));
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        let mut chunk = Chunk::new(0);
        assert!(!chunk.push(row(u64::from(u32::MAX) + 1, 1)));
        for at in 0..ROWS as u64 {
            assert!(chunk.push(row(at, 0)));
        }
        assert!(!chunk.push(row(ROWS as u64, 0)));
    }

    #[test]
    fn a_mark_keeps_every_severity_with_and_without_a_time() {
        for severity in SEVERITIES {
            for stated in [true, false] {
                let mark = Mark::new(severity, stated);
                assert_eq!((mark.severity(), mark.is_stated()), (severity, stated));
            }
        }
    }
}
