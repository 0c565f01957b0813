//! An open file with how far it was read, and enough of what was read to notice that it was written anew.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;

use super::{Identity, Known};

/// Bytes of a file's beginning that are remembered.
const HEAD: usize = 256;
/// Bytes before the reading position that are remembered.
const TAIL: usize = 64;
/// Files of longer names that are looked at for a copy.
const BESIDE: usize = 64;
/// How far the start of a line is looked for.
const LINE_START: usize = 1 << 20;

/// What a read gave.
pub(super) enum Read {
    /// New bytes, and where they stand.
    Bytes(u64, Vec<u8>),
    /// Nothing new.
    Nothing,
    /// The file was truncated or written anew.
    Restarted,
}

/// A file under way.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) file: Arc<File>,
    pub(super) identity: Identity,
    pub(super) generation: u64,
    pub(super) head: Vec<u8>,
    pub(super) quiet: u32,
    tail: Vec<u8>,
    offset: u64,
    /// Length and modification time at the last look.
    seen: Option<(u64, i64, i64)>,
}

impl Open {
    pub(super) fn at_path(path: &Path, generation: u64) -> io::Result<Self> {
        // Opening a pipe waits for its writer, and a device has no end to follow.
        let kind = std::fs::metadata(path)?.file_type();
        if !kind.is_file() && !kind.is_dir() {
            let why = "is a pipe or a device, not a file; give it to standard input and name `-`";
            return Err(io::Error::new(io::ErrorKind::Unsupported, why));
        }
        let file = Arc::new(File::open(path)?);
        let meta = file.metadata()?;
        let identity = Identity { device: meta.dev(), inode: meta.ino() };
        let head = bytes_at(&file, 0, HEAD)?;
        Ok(Self { file, identity, generation, head, quiet: 0, tail: Vec::new(), offset: 0, seen: None })
    }

    pub(super) fn length(&self) -> u64 {
        self.file.metadata().map_or(0, |meta| meta.len())
    }

    /// When it was last written, in nanoseconds since the epoch.
    pub(super) fn modified(&self) -> i64 {
        self.file
            .metadata()
            .map_or(0, |meta| meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec()))
    }

    /// Whether no name leads to the file any more.
    pub(super) fn is_deleted(&self) -> bool {
        self.file.metadata().is_ok_and(|meta| meta.nlink() == 0)
    }

    /// Starts at the first line that begins at or after `offset`; at the beginning if none does for a mebibyte.
    pub(super) fn skip_to(&mut self, offset: u64) {
        let from = offset.saturating_sub(1);
        let found = bytes_at(&self.file, from, LINE_START).ok();
        let line = found.and_then(|bytes| bytes.iter().position(|byte| *byte == b'\n'));
        self.offset = line.map_or(0, |at| from + at as u64 + 1);
    }

    /// Forgets what was read and starts at the beginning.
    pub(super) fn restart(&mut self, generation: u64) {
        self.generation = generation;
        self.offset = 0;
        self.head.clear();
        self.tail.clear();
        self.seen = None;
    }

    /// Reads about `budget` bytes on.
    pub(super) fn read(&mut self, budget: usize) -> io::Result<Read> {
        let meta = self.file.metadata()?;
        let now = (meta.len(), meta.mtime(), meta.mtime_nsec());
        if meta.len() < self.offset {
            return Ok(Read::Restarted);
        }
        if self.seen == Some(now) && meta.len() == self.offset {
            return Ok(Read::Nothing);
        }
        let there = usize::try_from(meta.len() - self.offset).unwrap_or(usize::MAX);
        let bytes = bytes_at(&self.file, self.offset, budget.min(there))?;
        // Compared after the read: what a truncation put there in between must not pass as a continuation.
        if !self.is_same()? {
            return Ok(Read::Restarted);
        }
        self.seen = Some(now);
        if bytes.is_empty() {
            return Ok(Read::Nothing);
        }
        let at = self.offset;
        self.offset += bytes.len() as u64;
        self.remember(&bytes)?;
        Ok(Read::Bytes(at, bytes))
    }

    /// The copy that was made of the file before it was truncated, if it stands beside the path under a longer name: all
    /// that was read of the file is in it, and it is no older.
    pub(super) fn copy_beside(&self, path: &Path, known: &mut Known) -> Option<Self> {
        let name = path.file_name()?.as_encoded_bytes();
        let written = self.seen.map(|(_, seconds, nanos)| (seconds, nanos))?;
        let entries =
            std::fs::read_dir(path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")))
                .ok()?;
        let is_named = |entry: &std::fs::DirEntry| {
            entry.file_name().as_encoded_bytes().strip_prefix(name).is_some_and(|rest| !rest.is_empty())
        };
        for entry in entries.flatten().filter(is_named).take(BESIDE) {
            let Ok(meta) = entry.metadata() else { continue };
            let is_young = (meta.mtime(), meta.mtime_nsec()) >= written;
            let identity = Identity { device: meta.dev(), inode: meta.ino() };
            if !meta.is_file() || meta.len() < self.offset || !is_young || identity == self.identity {
                continue;
            }
            let Ok(file) = File::open(entry.path()).map(Arc::new) else { continue };
            let copy = Self {
                file,
                identity,
                generation: self.generation,
                head: self.head.clone(),
                quiet: 0,
                tail: self.tail.clone(),
                offset: self.offset,
                seen: None,
            };
            if copy.is_same().unwrap_or(false) && known.claim(identity, &copy.head) {
                return Some(copy);
            }
        }
        None
    }

    fn is_same(&self) -> io::Result<bool> {
        let head = bytes_at(&self.file, 0, self.head.len())?;
        let before = self.offset.saturating_sub(self.tail.len() as u64);
        let tail = bytes_at(&self.file, before, self.tail.len())?;
        Ok(head == self.head && tail == self.tail)
    }

    fn remember(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.tail.extend_from_slice(bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or(bytes));
        let excess = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..excess);
        if self.head.len() < HEAD {
            let known = usize::try_from(self.offset).unwrap_or(HEAD).min(HEAD);
            self.head = bytes_at(&self.file, 0, known)?;
        }
        Ok(())
    }
}

/// Up to `count` bytes from a position; fewer only at the end of the file.
fn bytes_at(file: &File, offset: u64, count: usize) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; count];
    let mut filled = 0;
    while filled < count {
        let Some(rest) = buffer.get_mut(filled..) else { break };
        match file.read_at(rest, offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer.truncate(filled);
    Ok(buffer)
}
