//! The tapes as they stand at one moment, with what every question needs of them: rows by key, texts, whole records. One
//! shelf serves all that is asked between two looks at the library, so that answers agree with each other.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use crate::domain::{LogRecord, RecordId, RecordKey, Timestamp};
use crate::logfile::pages::Lost;
use crate::logfile::tape::{Row, place_of};
use crate::logfile::{Context, Library, Snapshot, record};

use super::merge::{instant, nanos};

/// Bytes of a row that are read to show it; more is cut off with a mark.
const MOST_TEXT: u64 = crate::logfile::record::MAX_RECORD as u64;
/// Rows whose records are kept, and bytes of them.
const KEPT: usize = 2048;
const KEPT_BYTES: usize = 16 << 20;

/// The tapes at one moment.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    version: Option<u64>,
    tapes: Vec<Snapshot>,
    /// For each number the place among `tapes`.
    places: Vec<Option<usize>>,
}

impl Shelf {
    /// Looks at the library again; says whether anything is different.
    pub(super) fn look(&mut self, library: &Library) -> bool {
        let version = library.version();
        if self.version == Some(version) {
            return false;
        }
        self.version = Some(version);
        let all = library.tapes();
        self.places = vec![None; all.len()];
        self.tapes.clear();
        for tape in all.iter().filter(|tape| !tape.is_retired() && tape.rows() > 0) {
            if let Some(place) = self.places.get_mut(tape.number() as usize) {
                *place = Some(self.tapes.len());
            }
            self.tapes.push(tape.snapshot());
        }
        true
    }

    /// Whether the library changed since.
    pub(super) fn is_old(&self, library: &Library) -> bool {
        self.version != Some(library.version())
    }

    /// The tapes that have rows.
    pub(super) fn tapes(&self) -> &[Snapshot] {
        &self.tapes
    }

    /// The tape of a number.
    pub(super) fn tape(&self, number: u32) -> Option<&Snapshot> {
        self.tapes.get((*self.places.get(number as usize)?)?)
    }

    /// The row of a record of a file.
    pub(super) fn row(&self, id: RecordId) -> Option<(&Snapshot, u32)> {
        let (number, row) = place_of(id)?;
        let tape = self.tape(number)?;
        (row < tape.len()).then_some((tape, row))
    }

    /// Rows of all tapes.
    pub(super) fn rows(&self) -> u64 {
        self.tapes.iter().map(|tape| u64::from(tape.len())).sum()
    }

    /// The first and the last time.
    pub(super) fn extent(&self) -> Option<(Timestamp, Timestamp)> {
        let first = self.tapes.iter().filter_map(|tape| tape.row(0)).map(|row| row.at).min()?;
        let last = self.tapes.iter().filter_map(|tape| tape.row(tape.len().checked_sub(1)?)).map(|row| row.at).max()?;
        Some((instant(first), instant(last)))
    }
}

/// How many rows of a tape stand before a key.
pub(super) fn rows_before(tape: &Snapshot, key: RecordKey) -> u32 {
    let at = nanos(key.at);
    let (low, high) = (tape.before(at), tape.before(at.saturating_add(1)));
    match place_of(key.id) {
        Some((number, row)) if number == tape.tape().number() => row.clamp(low, high),
        Some((number, _)) if number > tape.tape().number() => high,
        Some(_) | None => low,
    }
}

/// The name of a tape's file, as `file=` and the screen say it.
pub(super) fn file_name(tape: &Snapshot) -> String {
    let path = tape.tape().file().path();
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Reads a row's record from its bytes.
pub(super) fn decode(tape: &Snapshot, row: u32, bytes: &[u8]) -> LogRecord {
    let at = tape.row(row);
    let own = at.map(|row| row.at.saturating_sub(tape.shift()));
    let service = at.and_then(|row| tape.names().get(usize::from(row.service))).unwrap_or(tape.tape().service());
    let observed = instant(own.unwrap_or(0));
    let context = Context { source: tape.tape().source().clone(), service: service.clone(), observed, at: own };
    let found = record(bytes, tape.layout(), &context);
    placed(found, tape, row, at)
}

/// Gives a record its identity, and the place in time that the index found.
fn placed(mut found: LogRecord, tape: &Snapshot, row: u32, at: Option<Row>) -> LogRecord {
    let Some((key, at)) = tape.key(row).zip(at) else { return found };
    found.id = key.id;
    found.observed = key.at;
    found.severity = at.mark.severity();
    // A time that goes back is none: the record stands where it was written, and its text says the rest.
    found.time = at.mark.is_stated().then_some(key.at);
    if let Some(service) = tape.names().get(usize::from(at.service)) {
        found.service = service.clone();
    }
    found
}

/// Records that were read of late.
#[derive(Debug, Default)]
pub(super) struct Reader {
    kept: HashMap<Kept, Arc<LogRecord>>,
    order: VecDeque<Kept>,
    bytes: usize,
}

type Kept = (RecordId, u64, i64);

impl Reader {
    /// The record of a row.
    pub(super) fn read(&mut self, tape: &Snapshot, row: u32) -> Result<Arc<LogRecord>, Lost> {
        let (Some(key), Some(span)) = (tape.key(row), tape.span(row)) else { return Err(Lost::Gone) };
        let kept = (key.id, span.end, tape.shift());
        if let Some(found) = self.kept.get(&kept) {
            return Ok(Arc::clone(found));
        }
        let bytes = tape.tape().file().text(cut(&span))?;
        let found = Arc::new(decode(tape, row, &bytes));
        self.bytes += found.weight();
        while self.order.len() >= KEPT || (self.bytes > KEPT_BYTES && !self.order.is_empty()) {
            let Some(oldest) = self.order.pop_front() else { break };
            self.bytes -= self.kept.remove(&oldest).map_or(0, |record| record.weight());
        }
        self.kept.insert(kept, Arc::clone(&found));
        self.order.push_back(kept);
        Ok(found)
    }
}

/// What is read of a row to show it. One byte more than is shown, so that the cut is seen.
pub(super) fn cut(span: &Range<u64>) -> Range<u64> {
    span.start..span.end.min(span.start + MOST_TEXT + 1)
}
