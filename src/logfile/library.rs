//! All tapes of a session. The sources of files add to it from their threads; the desk reads from it.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use crate::domain::{CleanText, SourceId};

use super::heads::{Choice, Layout};
use super::own::Own;
use super::pages::{LeftOut, Opened, Pages, PagesUse};
use super::tape::{ROW_BYTES, Stage, Tape};

/// Finds which lines are the same event, while they are indexed.
pub trait Mine: Send + Sync {
    /// The mining of one stream of lines.
    fn stream(&self) -> Box<dyn MineStream>;
}

/// The mining of one stream of lines.
pub trait MineStream: Send {
    /// Adds a number for each message: lines with the same number have the same shape, for good.
    fn mine(&mut self, messages: &[&[u8]], slots: &mut Vec<u32>);
}

/// Gives every line the same number: for readers that ask for no shapes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unmined;

impl Mine for Unmined {
    fn stream(&self) -> Box<dyn MineStream> {
        Box::new(Self)
    }
}

impl MineStream for Unmined {
    fn mine(&mut self, messages: &[&[u8]], slots: &mut Vec<u32>) {
        slots.resize(slots.len() + messages.len(), 0);
    }
}

/// What a library may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// Bytes of memory for the rows of all tapes.
    pub index: u64,
    /// Bytes of memory for blocks of text.
    pub cache: u64,
    /// Bytes of disk for unpacked files and standard input.
    pub spool: u64,
    /// Where those stand; `None` is the system's place for temporary files.
    pub spool_dir: Option<PathBuf>,
}

impl Default for Budgets {
    fn default() -> Self {
        Self { index: 512 << 20, cache: 64 << 20, spool: 8 << 30, spool_dir: None }
    }
}

/// The tapes of a session.
pub struct Library {
    tapes: RwLock<Vec<Arc<Tape>>>,
    version: AtomicU64,
    wake: OnceLock<Box<dyn Fn() + Send + Sync>>,
    miner: Box<dyn Mine>,
    budgets: Budgets,
    pages: Arc<Pages>,
    own: Arc<[Arc<Own>]>,
    rows: AtomicU64,
    evicted: AtomicU64,
    /// Tapes that are not retired.
    live: AtomicU64,
    spooled: Arc<AtomicU64>,
    wishes: Mutex<Wishes>,
}

/// What a person asked for, by path.
#[derive(Debug, Default)]
struct Wishes {
    shifts: HashMap<PathBuf, i64>,
    choices: HashMap<PathBuf, (u64, Choice)>,
    asked: u64,
    notes: Vec<CleanText>,
}

/// Tapes with rows at a time; then the oldest of the largest file goes.
const MAX_TAPES: usize = 8192;
/// Sentences kept beside those that follow from the tapes.
const MAX_NOTES: usize = 64;

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library").field("tapes", &self.tapes).field("version", &self.version).finish_non_exhaustive()
    }
}

impl Library {
    /// An empty library.
    pub fn new(miner: Box<dyn Mine>) -> Self {
        Self::with_budgets(miner, Budgets::default())
    }

    /// An empty library that may take so much.
    pub fn with_budgets(miner: Box<dyn Mine>, budgets: Budgets) -> Self {
        Self {
            tapes: RwLock::default(),
            version: AtomicU64::new(0),
            wake: OnceLock::new(),
            miner,
            pages: Arc::new(Pages::new(budgets.cache)),
            budgets,
            own: Arc::default(),
            rows: AtomicU64::new(0),
            evicted: AtomicU64::new(0),
            live: AtomicU64::new(0),
            spooled: Arc::default(),
            wishes: Mutex::default(),
        }
    }

    /// The same, trying the configuration's formats before all others.
    pub fn with_formats(self, own: &[Arc<Own>]) -> Self {
        Self { own: own.into(), ..self }
    }

    /// How a stream is read that a person chose this format for.
    pub fn layout(&self, choice: Choice) -> Layout {
        Layout::with_own(choice, Arc::clone(&self.own))
    }

    /// Calls this whenever something was added; only the first caller is heard.
    pub fn on_growth(&self, wake: impl Fn() + Send + Sync + 'static) {
        drop(self.wake.set(Box::new(wake)));
    }

    /// Begins a tape.
    pub fn begin(&self, file: Arc<Opened>, source: SourceId, service: CleanText) -> Arc<Tape> {
        let shift = self.wishes().shifts.get(file.path()).copied();
        if self.live.load(Ordering::Relaxed) >= MAX_TAPES as u64 {
            // Whether or not there was one to spare: what comes now is newer than all.
            let _made = self.make_room();
        }
        self.live.fetch_add(1, Ordering::Relaxed);
        let mut tapes = self.tapes.write().unwrap_or_else(PoisonError::into_inner);
        let number = u32::try_from(tapes.len()).unwrap_or(u32::MAX);
        let tape = Arc::new(Tape::new(number, file, source, service));
        tape.set_shift(shift.unwrap_or(0));
        tapes.push(Arc::clone(&tape));
        tape
    }

    /// All tapes in the order of their numbers.
    pub fn tapes(&self) -> Vec<Arc<Tape>> {
        self.tapes.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The tape of a number.
    pub fn tape(&self, number: u32) -> Option<Arc<Tape>> {
        self.tapes.read().unwrap_or_else(PoisonError::into_inner).get(number as usize).cloned()
    }

    /// The mining of a new stream.
    pub fn mining(&self) -> Box<dyn MineStream> {
        self.miner.stream()
    }

    /// The cache of text that all files share.
    pub fn pages(&self) -> &Arc<Pages> {
        &self.pages
    }

    /// What the cache did so far.
    pub fn pages_used(&self) -> PagesUse {
        self.pages.used()
    }

    /// What the library may take.
    pub fn budgets(&self) -> &Budgets {
        &self.budgets
    }

    /// Says that a tape grew or changed.
    pub fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
        if let Some(wake) = self.wake.get() {
            wake();
        }
    }

    /// A number that is another one after every change.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Bytes of memory that rows take now.
    pub fn row_bytes(&self) -> u64 {
        self.rows.load(Ordering::Relaxed) * ROW_BYTES
    }

    /// Records whose rows had to make room for newer ones.
    pub fn evicted(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }

    /// Bytes indexed, and bytes to be indexed in all.
    pub fn progress(&self) -> (u64, u64) {
        let files = self.files().into_iter().map(|file| file.progress());
        files.fold((0, 0), |(done, total), (more, of)| (done + more, total + of))
    }

    /// The files that have tapes, in the order of their first.
    pub fn files(&self) -> Vec<Arc<Opened>> {
        let mut seen = HashSet::new();
        let mut tapes = self.tapes();
        tapes.retain(|tape| !tape.is_retired() && seen.insert(Arc::as_ptr(tape.file())));
        tapes.iter().map(|tape| Arc::clone(tape.file())).collect()
    }

    /// Puts all records of the file at this path later by so many nanoseconds.
    pub fn shift(&self, path: &Path, by: i64) {
        self.wishes().shifts.insert(path.to_owned(), by);
        self.tapes().iter().filter(|tape| tape.file().path() == path).for_each(|tape| tape.set_shift(by));
        self.changed();
    }

    /// Has the file at this path read again in the chosen format; whoever follows it does so at the next poll.
    pub fn reread(&self, path: &Path, choice: Choice) {
        let mut wishes = self.wishes();
        wishes.asked += 1;
        let asked = wishes.asked;
        wishes.choices.insert(path.to_owned(), (asked, choice));
    }

    /// The format that a person chose for this path, and a number that grows with every choice.
    pub fn choice(&self, path: &Path) -> Option<(u64, Choice)> {
        self.wishes().choices.get(path).cloned()
    }

    /// How many formats were chosen so far: while it stays, no path needs to ask.
    pub fn choices(&self) -> u64 {
        self.wishes().asked
    }

    /// Adds a sentence that a person should know.
    pub fn note(&self, text: CleanText) {
        let mut wishes = self.wishes();
        if !wishes.notes.contains(&text) && wishes.notes.len() < MAX_NOTES {
            wishes.notes.push(text);
        }
    }

    /// Sentences that a person should know: what is not indexed and why, what is gone.
    pub fn notes(&self) -> Vec<CleanText> {
        let mut notes: Vec<CleanText> = Vec::new();
        for file in self.files() {
            if file.unindexed() > 0 {
                let (size, name) = (size(file.unindexed()), file.name());
                notes.push(CleanText::line(&format!("the first {size} of {name} are not indexed: {}", file.why())));
            }
        }
        let evicted = self.evicted();
        if evicted > 0 {
            notes.push(CleanText::line(&format!("{evicted} older records had to make room: limits.log_index")));
        }
        notes.extend(self.wishes().notes.iter().cloned());
        notes
    }

    /// Takes room for rows; `false` when the budget has none.
    #[must_use]
    pub(super) fn take_rows(&self, count: u64) -> bool {
        let most = self.budgets.index / ROW_BYTES;
        let taken = self
            .rows
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |rows| Some(rows + count).filter(|rows| *rows <= most));
        taken.is_ok()
    }

    /// Rows that one tape may have, so that there are enough tapes to let the oldest go.
    pub(super) fn rows_per_tape(&self) -> u64 {
        (self.budgets.index / ROW_BYTES / 8).clamp(1, 1 << 22)
    }

    /// Gives the room of a tape back.
    pub(super) fn retire(&self, tape: &Tape) {
        if !tape.is_retired() {
            self.rows.fetch_sub(u64::from(tape.rows()), Ordering::Relaxed);
            self.live.fetch_sub(1, Ordering::Relaxed);
            tape.retire();
        }
    }

    /// Takes the oldest rows of the file with the most rows away, to make room for new ones; `false` when there are none
    /// to spare.
    pub(super) fn make_room(&self) -> bool {
        let tapes: Vec<Arc<Tape>> = self.tapes().into_iter().filter(|tape| !tape.is_retired()).collect();
        let rows_of = |file: &Arc<Opened>| -> u64 {
            tapes.iter().filter(|tape| Arc::ptr_eq(tape.file(), file)).map(|tape| u64::from(tape.rows())).sum()
        };
        let is_spare = |tape: &Tape| tape.rows() > 0 && matches!(tape.stage(), Stage::Ended | Stage::Gone);
        let spare = self
            .files()
            .into_iter()
            .filter(|file| tapes.iter().any(|tape| Arc::ptr_eq(tape.file(), file) && is_spare(tape)));
        let Some(largest) = spare.max_by_key(rows_of) else { return false };
        let oldest = tapes.iter().find(|tape| Arc::ptr_eq(tape.file(), &largest) && is_spare(tape));
        let Some(oldest) = oldest else { return false };
        let end = oldest.snapshot().chunks().last().map_or(0, |chunk| chunk.bytes().end);
        largest.leave_out(end, LeftOut::Index);
        self.evicted.fetch_add(u64::from(oldest.rows()), Ordering::Relaxed);
        self.retire(oldest);
        true
    }

    /// Takes room on the disk; `false` when the budget has none.
    #[must_use]
    pub(super) fn take_spool(&self, bytes: u64) -> bool {
        let most = self.budgets.spool;
        let taken = self.spooled.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |spooled| {
            Some(spooled + bytes).filter(|spooled| *spooled <= most)
        });
        taken.is_ok()
    }

    /// The count of what is taken of the disk, to give it back.
    pub(super) fn spool_room(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.spooled)
    }

    /// Bytes of disk that unpacked files and standard input take now.
    pub fn spooled(&self) -> u64 {
        self.spooled.load(Ordering::Relaxed)
    }

    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes in words.
fn size(bytes: u64) -> String {
    let of = |unit: u32, name: &str| format!("{:.1} {name}", bytes as f64 / f64::from(unit));
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => of(1 << 10, "KiB"),
        1_048_576..1_073_741_824 => of(1 << 20, "MiB"),
        1_073_741_824.. => of(1 << 30, "GiB"),
    }
}
