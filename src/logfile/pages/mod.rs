//! The text of log files, read by position. No memory map: a mapped file that is truncated kills its reader, a read by
//! position comes back short. The indexer reads long stretches past the cache, the desk single rows through it.

mod cache;

use std::fs::File;
use std::io;
use std::ops::{ControlFlow, Range};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::spool::Room;
use cache::BLOCK;
pub use cache::{Pages, PagesUse};

/// Bytes of one read of a scan.
const STRIDE: usize = 256 << 10;
/// Reads longer than this go past the cache.
const LONG: u64 = 4 * BLOCK;

/// An open file, or bytes that are treated as one.
#[derive(Debug)]
pub struct Opened {
    number: u64,
    path: PathBuf,
    text: RwLock<Text>,
    pages: Option<Arc<Pages>>,
    is_gone: AtomicBool,
    /// How often it was looked whether the file is the one it was, and which look last found it so.
    looks: AtomicU32,
    verified: AtomicU32,
    done: AtomicU64,
    length: AtomicU64,
    unindexed: AtomicU64,
    is_backlog: AtomicBool,
    /// What is given back with the file.
    room: OnceLock<Arc<Room>>,
}

/// Why the beginning of a file is not indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeftOut {
    /// The rows found no room.
    Index,
    /// The file's entry asks for its end alone.
    Backlog,
}

#[derive(Clone, Debug)]
enum Text {
    File(Arc<File>),
    Bytes(Arc<Vec<u8>>),
    Closed,
}

/// Why the text of a row is not there.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// The file was truncated or written anew below its rows, or let go.
    #[error("the text is gone: the file was truncated, or was let go after its rotation")]
    Gone,
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

impl Opened {
    /// A file that was opened for reading.
    pub fn of_file(path: PathBuf, file: File) -> Self {
        Self::of(path, Text::File(Arc::new(file)), None)
    }

    /// A file whose small reads go through the cache.
    pub fn cached(path: PathBuf, file: Arc<File>, pages: Arc<Pages>) -> Self {
        Self::of(path, Text::File(file), Some(pages))
    }

    /// Bytes under a name.
    pub fn of_bytes(name: &str, bytes: Vec<u8>) -> Self {
        Self::of(PathBuf::from(name), Text::Bytes(Arc::new(bytes)), None)
    }

    fn of(path: PathBuf, text: Text, pages: Option<Arc<Pages>>) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let text = RwLock::new(text);
        let [done, length, unindexed] = [const { AtomicU64::new(0) }; 3];
        let [looks, verified] = [const { AtomicU32::new(1) }; 2];
        let [is_gone, is_backlog] = [const { AtomicBool::new(false) }; 2];
        Self {
            number,
            path,
            text,
            pages,
            is_gone,
            looks,
            verified,
            done,
            length,
            unindexed,
            is_backlog,
            room: OnceLock::new(),
        }
    }

    /// The same, holding on to room on the disk.
    pub(super) fn with_room(self, room: Arc<Room>) -> Self {
        drop(self.room.set(room));
        self
    }

    /// Whether no name leads to it any more, so that it takes disk only for its readers; and how much. `None` while that
    /// is counted already, or is not so.
    pub(super) fn uncounted(&self) -> Option<u64> {
        let text = self.text.read().unwrap_or_else(PoisonError::into_inner).clone();
        match text {
            Text::File(file) if self.room.get().is_none() => {
                file.metadata().ok().filter(|meta| meta.nlink() == 0).map(|meta| meta.len())
            }
            Text::File(_) | Text::Bytes(_) | Text::Closed => None,
        }
    }

    /// Counts the disk that it takes.
    pub(super) fn count(&self, room: Room) {
        drop(self.room.set(Arc::new(room)));
    }

    /// The path it was opened by; another file may stand there now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its last part, for sentences.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }

    /// The bytes of a range; fewer when the file ends before it does, or its text is gone.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        match &self.pages {
            Some(pages) if range.end.saturating_sub(range.start) <= LONG => self.read_cached(pages, range),
            Some(_) | None => {
                let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
                let mut bytes = Vec::new();
                self.fill(&mut bytes, range.start, length)?;
                Ok(bytes)
            }
        }
    }

    /// All bytes of a range, as the rows of a tape speak of it.
    ///
    /// # Errors
    /// [`Lost::Gone`] when the file no longer has them, [`Lost::Unreadable`] when it cannot be read.
    pub fn text(&self, range: Range<u64>) -> Result<Vec<u8>, Lost> {
        let length = range.end.saturating_sub(range.start);
        let bytes = self.read(range)?;
        if (bytes.len() as u64) < length { Err(Lost::Gone) } else { Ok(bytes) }
    }

    /// Goes through a long range without filling the cache; gives the position after the last byte that was handed on.
    /// `buffer` is reused from scan to scan.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn scan(
        &self,
        range: Range<u64>,
        buffer: &mut Vec<u8>,
        mut each: impl FnMut(u64, &[u8]) -> ControlFlow<()>,
    ) -> io::Result<u64> {
        let mut at = range.start;
        while at < range.end {
            let wanted = usize::try_from(range.end - at).unwrap_or(usize::MAX).min(STRIDE);
            self.fill(buffer, at, wanted)?;
            if buffer.is_empty() {
                break;
            }
            let flow = each(at, buffer);
            at += buffer.len() as u64;
            if flow.is_break() {
                break;
            }
        }
        Ok(at)
    }

    /// Bytes that were just read while the file was followed: they are kept, so that the screen need not read them
    /// again, and outlive a truncation for a while.
    pub(super) fn keep(&self, at: u64, bytes: &[u8]) {
        let Some(pages) = &self.pages else { return };
        let (block, inside) = (at / BLOCK, (at % BLOCK) as usize);
        if inside + bytes.len() > BLOCK as usize {
            return;
        }
        let before = match inside {
            0 => None,
            _ => pages.get(self.number, block, inside),
        };
        if inside > 0 && before.is_none() {
            return;
        }
        let mut whole = Vec::with_capacity(inside + bytes.len());
        whole.extend_from_slice(before.as_ref().and_then(|before| before.get(..inside)).unwrap_or_default());
        whole.extend_from_slice(bytes);
        pages.put(self.number, block, Arc::new(whole), 0);
    }

    /// Whether the file is no longer the one whose rows were indexed; what the cache still has can be read.
    pub fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Acquire)
    }

    /// Bytes that were indexed, and bytes to be indexed in all; equal when all is read.
    pub fn progress(&self) -> (u64, u64) {
        let length = self.length.load(Ordering::Relaxed).saturating_sub(self.unindexed());
        (self.done.load(Ordering::Relaxed).min(length), length)
    }

    /// Bytes at the file's start that are not indexed for want of room.
    pub fn unindexed(&self) -> u64 {
        self.unindexed.load(Ordering::Relaxed)
    }

    pub(super) fn set_length(&self, length: u64) {
        self.length.fetch_max(length, Ordering::Relaxed);
    }

    /// Says how long it is for all that is known.
    pub(super) fn settle_length(&self, length: u64) {
        self.length.store(length, Ordering::Relaxed);
    }

    pub(super) fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Starts counting anew: the file is indexed again.
    pub(super) fn rewind(&self) {
        self.done.store(0, Ordering::Relaxed);
        self.unindexed.store(0, Ordering::Relaxed);
    }

    pub(super) fn leave_out(&self, bytes: u64, why: LeftOut) {
        self.unindexed.fetch_max(bytes, Ordering::Relaxed);
        self.is_backlog.store(why == LeftOut::Backlog, Ordering::Relaxed);
    }

    /// The setting that keeps bytes from being indexed.
    pub fn why(&self) -> &'static str {
        if self.is_backlog.load(Ordering::Relaxed) { "backlog of its [[files]]" } else { "limits.log_index" }
    }

    /// Says that it is about to be looked whether the file is still the one it was.
    pub fn look(&self) {
        self.looks.fetch_add(1, Ordering::Relaxed);
    }

    /// Says that it was: what was read before [`Self::look`] is its text for certain.
    pub fn looked(&self) {
        self.verified.store(self.looks.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Says that the text below the rows was taken away or is another one now.
    pub(super) fn set_gone(&self) {
        self.is_gone.store(true, Ordering::Release);
        if let Some(pages) = &self.pages {
            pages.forget_since(self.number, self.verified.load(Ordering::Relaxed));
        }
        self.set_text(Text::Closed);
    }

    /// Lets the file go: its rows were taken away.
    pub(super) fn close(&self) {
        self.set_gone();
        if let Some(room) = self.room.get() {
            room.give_back();
        }
    }

    /// Reads from a copy of the file from now on: the file itself was truncated.
    pub fn move_to(&self, file: Arc<File>) {
        if let Some(pages) = &self.pages {
            pages.forget_since(self.number, self.verified.load(Ordering::Relaxed));
        }
        self.set_text(Text::File(file));
    }

    fn set_text(&self, text: Text) {
        *self.text.write().unwrap_or_else(PoisonError::into_inner) = text;
    }

    fn read_cached(&self, pages: &Pages, range: Range<u64>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(range.end - range.start).unwrap_or(0));
        let mut at = range.start;
        while at < range.end {
            let (block, inside) = (at / BLOCK, (at % BLOCK) as usize);
            let until = usize::try_from(range.end - block * BLOCK).unwrap_or(usize::MAX).min(BLOCK as usize);
            let found = self.block(pages, block, until)?;
            let part = found.get(inside..until.min(found.len())).unwrap_or_default();
            bytes.extend_from_slice(part);
            if found.len() < until {
                break;
            }
            at = (block + 1) * BLOCK;
        }
        Ok(bytes)
    }

    fn block(&self, pages: &Pages, block: u64, needed: usize) -> io::Result<Arc<Vec<u8>>> {
        if let Some(found) = pages.get(self.number, block, needed) {
            return Ok(found);
        }
        if self.is_gone() {
            return Ok(pages.get(self.number, block, 0).unwrap_or_default());
        }
        let look = self.looks.load(Ordering::Relaxed);
        let mut bytes = Vec::new();
        self.fill(&mut bytes, block * BLOCK, BLOCK as usize)?;
        let bytes = Arc::new(bytes);
        if !bytes.is_empty() {
            pages.put(self.number, block, Arc::clone(&bytes), look);
        }
        Ok(bytes)
    }

    /// Reads up to `length` bytes into the buffer, fewer only at the end.
    fn fill(&self, buffer: &mut Vec<u8>, at: u64, length: usize) -> io::Result<()> {
        let text = self.text.read().unwrap_or_else(PoisonError::into_inner).clone();
        match text {
            Text::File(file) => fill(&file, buffer, at, length),
            Text::Bytes(bytes) => {
                let start = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                let end = start.saturating_add(length).min(bytes.len());
                buffer.clear();
                buffer.extend_from_slice(bytes.get(start..end).unwrap_or_default());
                Ok(())
            }
            Text::Closed => {
                buffer.clear();
                Ok(())
            }
        }
    }
}

/// Reads up to `length` bytes from a position into the buffer, fewer only at the end of the file. Takes no more memory
/// than the file has bytes.
pub(super) fn fill(file: &File, buffer: &mut Vec<u8>, at: u64, length: usize) -> io::Result<()> {
    let there = match length > STRIDE {
        true => usize::try_from(file.metadata()?.len().saturating_sub(at)).unwrap_or(usize::MAX).min(length),
        false => length,
    };
    buffer.resize(there, 0);
    let mut done = 0;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at + done as u64) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer.truncate(done);
    Ok(())
}

#[cfg(test)]
mod tests;
