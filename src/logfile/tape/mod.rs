//! A run of records of one file, in the order of the file and never going back in time: what is kept of them in memory,
//! while the text stays in the file. A source's thread writes a tape, the desk reads snapshots of it. Rows only ever come
//! to be; of those that are there, only the last may still change: its text may grow, and what is said of it with it.

mod chunk;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::domain::{CleanText, RecordId, RecordKey, SourceId, Timestamp};

pub use chunk::{Chunk, Mark, ROW_BYTES, ROWS, Row};

use super::heads::Layout;
use super::pages::Opened;

/// Bits of a record's id that count rows; above them stands the tape.
const ROW_BITS: u32 = 33;

/// A run of records of one file.
#[derive(Debug)]
pub struct Tape {
    number: u32,
    file: Arc<Opened>,
    source: SourceId,
    service: CleanText,
    shift: AtomicI64,
    is_retired: AtomicBool,
    held: RwLock<Held>,
}

/// What changes as a tape grows. Readers clone the `Arc`s.
#[derive(Clone, Debug, Default)]
struct Held {
    chunks: Arc<Vec<Arc<Chunk>>>,
    names: Arc<Vec<CleanText>>,
    rows: u32,
    layout: Layout,
    format: CleanText,
    stage: Stage,
}

/// How far a tape is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// It is being read up to this byte of the file.
    Indexing {
        /// Where it will end.
        to: u64,
    },
    /// It grows with the file.
    #[default]
    Following,
    /// Nothing more comes.
    Ended,
    /// The text was taken away below it: the file was truncated.
    Gone,
}

/// A tape as it stands at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    tape: Arc<Tape>,
    held: Held,
    shift: i64,
}

impl Tape {
    /// An empty tape. `service` stands for records that name none.
    pub fn new(number: u32, file: Arc<Opened>, source: SourceId, service: CleanText) -> Self {
        let names = Arc::new(vec![service.clone()]);
        let held = Held { names, ..Held::default() };
        let (shift, is_retired) = (AtomicI64::new(0), AtomicBool::new(false));
        Self { number, file, source, service, shift, is_retired, held: RwLock::new(held) }
    }

    /// Its number among all tapes.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The file.
    pub fn file(&self) -> &Arc<Opened> {
        &self.file
    }

    /// The source it came through.
    pub fn source(&self) -> &SourceId {
        &self.source
    }

    /// The service of records that name none: the first of its names.
    pub fn service(&self) -> &CleanText {
        &self.service
    }

    /// Puts all its records later by so many nanoseconds, for a file whose clock is off.
    pub fn set_shift(&self, nanos: i64) {
        self.shift.store(nanos, Ordering::Relaxed);
    }

    /// Adds a chunk, or replaces the last one while that is not full, with the names its rows speak of.
    pub fn put(&self, chunk: Arc<Chunk>, names: &Arc<Vec<CleanText>>) {
        let index = {
            let held = self.read();
            let open = held.chunks.last().is_some_and(|last| last.len() < ROWS);
            held.chunks.len() - usize::from(open)
        };
        self.put_at(index, chunk, names);
    }

    /// Puts a chunk at its place: after the last or instead of it. All before the last must be full.
    pub fn put_at(&self, index: usize, chunk: Arc<Chunk>, names: &Arc<Vec<CleanText>>) {
        if self.is_retired() {
            return;
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        // Copied only while a snapshot is held.
        let chunks = Arc::make_mut(&mut held.chunks);
        let rows = index * ROWS + chunk.len();
        chunks.truncate(index);
        chunks.push(chunk);
        held.rows = u32::try_from(rows).unwrap_or(u32::MAX);
        held.names = Arc::clone(names);
    }

    /// Takes its rows away for good: they had to make room, or the file is read again in another way. Snapshots that are
    /// held keep theirs.
    pub fn retire(&self) {
        self.is_retired.store(true, Ordering::Release);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.chunks = Arc::default();
        held.rows = 0;
        held.stage = Stage::Ended;
    }

    /// Whether its rows were taken away: nothing of it is to be shown.
    pub fn is_retired(&self) -> bool {
        self.is_retired.load(Ordering::Acquire)
    }

    /// Nanoseconds that its times are shifted by.
    pub fn shift(&self) -> i64 {
        self.shift.load(Ordering::Relaxed)
    }

    /// How many records.
    pub fn rows(&self) -> u32 {
        self.read().rows
    }

    /// How far it is.
    pub fn stage(&self) -> Stage {
        self.read().stage
    }

    /// How its records are written, as far as is known.
    pub fn layout(&self) -> Layout {
        self.read().layout.clone()
    }

    /// Says how far it is.
    pub fn set_stage(&self, stage: Stage) {
        self.held.write().unwrap_or_else(PoisonError::into_inner).stage = stage;
    }

    /// Says how its records are written, as far as is known.
    pub fn set_layout(&self, layout: Layout) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.layout != layout || held.format.is_empty() {
            held.format = CleanText::line(&layout.to_string());
            held.layout = layout;
        }
    }

    /// The tape as it stands now.
    pub fn snapshot(self: &Arc<Self>) -> Snapshot {
        Snapshot { tape: Arc::clone(self), held: self.read().clone(), shift: self.shift() }
    }

    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Snapshot {
    /// The tape.
    pub fn tape(&self) -> &Arc<Tape> {
        &self.tape
    }

    /// How many records.
    pub fn len(&self) -> u32 {
        self.held.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.held.rows == 0
    }

    /// How far the tape is.
    pub fn stage(&self) -> Stage {
        self.held.stage
    }

    /// How its records are written: what [`crate::logfile::record()`] needs to read one.
    pub fn layout(&self) -> &Layout {
        &self.held.layout
    }

    /// The format that was found, in words.
    pub fn format(&self) -> &CleanText {
        &self.held.format
    }

    /// Its chunks: all but the last have [`ROWS`] rows.
    pub fn chunks(&self) -> &[Arc<Chunk>] {
        &self.held.chunks
    }

    /// The services that rows speak of by index.
    pub fn names(&self) -> &[CleanText] {
        &self.held.names
    }

    /// Nanoseconds that its times are shifted by.
    pub fn shift(&self) -> i64 {
        self.shift
    }

    /// A row; its time is shifted.
    pub fn row(&self, row: u32) -> Option<Row> {
        let found = self.chunk_of(row)?.row(row as usize % ROWS)?;
        Some(Row { at: found.at.saturating_add(self.shift), ..found })
    }

    /// The bytes of a row in the file.
    pub fn span(&self, row: u32) -> Option<Range<u64>> {
        self.chunk_of(row)?.span(row as usize % ROWS)
    }

    /// How many rows stand before this instant, in nanoseconds since the epoch.
    pub fn before(&self, at: i64) -> u32 {
        let at = at.saturating_sub(self.shift);
        let chunks = self.chunks();
        let index = chunks.partition_point(|chunk| chunk.times().last().is_some_and(|last| *last < at));
        let inside = chunks.get(index).map_or(0, |chunk| chunk.times().partition_point(|time| *time < at));
        u32::try_from(index * ROWS + inside).unwrap_or(u32::MAX).min(self.held.rows)
    }

    /// The identity of a row.
    pub fn key(&self, row: u32) -> Option<RecordKey> {
        let at = Timestamp::from_nanosecond(i128::from(self.row(row)?.at)).unwrap_or_default();
        Some(RecordKey { at, id: id_of(self.tape.number, row) })
    }

    fn chunk_of(&self, row: u32) -> Option<&Arc<Chunk>> {
        self.chunks().get(row as usize / ROWS)
    }
}

/// The id of a row of a tape; ids of records that are held in memory are smaller than all of them.
pub fn id_of(tape: u32, row: u32) -> RecordId {
    RecordId((u64::from(tape) + 1) << ROW_BITS | u64::from(row))
}

/// The tape and the row of an id; `None` for a record that is held in memory.
pub fn place_of(id: RecordId) -> Option<(u32, u32)> {
    let tape = u32::try_from(id.0 >> ROW_BITS).ok()?.checked_sub(1)?;
    Some((tape, (id.0 & ((1 << ROW_BITS) - 1)) as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Severity;

    fn tape(times: &[i64]) -> Arc<Tape> {
        let file = Arc::new(Opened::of_bytes("x.log", Vec::new()));
        let tape = Arc::new(Tape::new(4, file, SourceId::new("files"), "x".into()));
        let names = Arc::new(vec![CleanText::line("x")]);
        for (index, times) in times.chunks(ROWS).enumerate() {
            let mut chunk = Chunk::new((index * ROWS) as u64);
            for (row, at) in times.iter().enumerate() {
                let start = (index * ROWS + row) as u64;
                let mark = Mark::new(Severity::Info, true);
                assert!(chunk.push(Row { start, at: *at, mark, service: 0, slot: 0 }));
            }
            chunk.close_at((index * ROWS + times.len()) as u64);
            tape.put(Arc::new(chunk), &names);
        }
        tape
    }

    #[test]
    fn rows_are_found_by_time_across_chunks_and_with_a_shift() {
        let times: Vec<i64> = (0..ROWS as i64 + 10).map(|at| at / 2).collect();
        let tape = tape(&times);
        let snapshot = tape.snapshot();
        assert_eq!(snapshot.len() as usize, times.len());
        for at in [-1, 0, 1, 2047, 2048, 2049, 9999] {
            assert_eq!(snapshot.before(at) as usize, times.partition_point(|time| *time < at), "{at}");
        }
        tape.set_shift(100);
        let shifted = tape.snapshot();
        assert_eq!((shifted.before(100), shifted.before(101)), (0, 2));
        assert_eq!(shifted.row(0).map(|row| row.at), Some(100));
    }

    #[test]
    fn an_id_gives_back_its_tape_and_row() {
        assert_eq!(place_of(id_of(7, 123)), Some((7, 123)));
        assert_eq!(place_of(RecordId(123)), None);
    }

    #[test]
    fn an_unfinished_chunk_is_replaced_by_its_successor() {
        let tape = tape(&[1, 2, 3]);
        let mut more = Chunk::clone(&tape.snapshot().chunks()[0]);
        assert!(more.push(Row { start: 3, at: 9, mark: Mark::new(Severity::Info, true), service: 0, slot: 0 }));
        tape.put(Arc::new(more), &Arc::new(vec!["x".into()]));
        assert_eq!((tape.snapshot().len(), tape.snapshot().chunks().len()), (4, 1));
    }
}
