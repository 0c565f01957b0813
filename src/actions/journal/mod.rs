//! The journal: what was proposed, shown, decided and run, one JSON object a line, each line holding the SHA-256 of
//! the line before. Several processes may share one file. The runner writes `started` before a child exists; when the
//! journal cannot be written, nothing runs.

mod entry;
mod export;
mod verify;

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::Timestamp;
use crate::trust::redact::Redactor;

pub use entry::{Entry, Event, Line};
pub use export::{Export, Format};
pub use verify::{Verification, lines, verify};

/// What the first line holds in place of a hash.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Longest line that is written or read, in bytes.
const MAX_LINE: usize = 1 << 20;

/// An open journal. Share it behind an `Arc`; every method blocks on the disk.
pub struct Journal {
    path: PathBuf,
    /// Tells apart what several processes wrote.
    session: String,
    // One writer at a time in this process: the advisory lock only keeps other processes out.
    file: Mutex<File>,
    /// What secrets were seen, so that each keeps its number.
    redactor: Mutex<Redactor>,
    /// The incident that is open.
    incident: Mutex<Option<String>>,
}

impl std::fmt::Debug for Journal {
    /// Without the secrets it has seen.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").field("path", &self.path).field("session", &self.session).finish_non_exhaustive()
    }
}

/// Why the journal cannot be written. Nothing runs while it lasts.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file or its folder cannot be used.
    #[error("journal {path}: {error}; nothing can run. Free the disk or name another place with --journal PATH")]
    Io {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The file is not what this program left.
    #[error(
        "journal {path}: {why}; nothing can run on it. Keep it, see `midwatch journal verify`, and name another with --journal PATH"
    )]
    Broken {
        /// The file.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// The entry is too long to be written.
    #[error("the entry is {0} bytes long; a journal line holds at most 1 MiB")]
    TooLong(usize),
}

/// Where the chain stood at the last write: number and hash of the last line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    seq: u64,
    hash: String,
}

impl Journal {
    /// Opens or creates the journal, mode 0600, its folder too.
    ///
    /// # Errors
    /// When it cannot be written, in words for the header.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let io = |error| JournalError::Io { path: path.display().to_string(), error };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path).map_err(io)?;
        let journal = Self::on(path, file);
        // The head must be writable too, or the first entry would fail in the middle of an incident.
        journal.locked(|journal, file| {
            let head = journal.last(file)?;
            if head.seq > 0 { journal.write_head(&head) } else { journal.probe_head() }
        })?;
        Ok(journal)
    }

    /// Looks at the end of a journal and changes nothing: the number of its last entry.
    ///
    /// # Errors
    /// When it cannot be read, or its end is not what was written.
    pub fn glance(path: &Path) -> Result<u64, JournalError> {
        let file = File::open(path).map_err(|error| JournalError::Io { path: path.display().to_string(), error })?;
        Self::on(path, file).locked(|journal, file| {
            let (_, whole) = journal.whole(file)?;
            journal.end(file, whole).map(|head| head.seq)
        })
    }

    fn on(path: &Path, file: File) -> Self {
        Self {
            path: path.to_owned(),
            session: format!("{:08x}", fastrand::u32(..)),
            file: Mutex::new(file),
            redactor: Mutex::new(Redactor::new()),
            incident: Mutex::new(None),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// From now on entries belong to this incident.
    pub fn begin_incident(&self, id: &str) {
        *self.incident.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.to_owned());
    }

    /// Adds an entry, without its secrets, at the end of the chain and waits until it is on the disk.
    ///
    /// # Errors
    /// When it could not be written; then nothing may run.
    pub fn append(&self, entry: &Entry, now: Timestamp) -> Result<(), JournalError> {
        let entry = entry.without_secrets(&mut self.redactor.lock().unwrap_or_else(PoisonError::into_inner));
        let incident = self.incident.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.locked(|journal, file| {
            journal.still_there(file)?;
            let head = journal.last(file)?;
            let line = entry.line(head.seq + 1, now, &head.hash, &journal.session, incident.as_deref());
            if line.len() > MAX_LINE {
                return Err(JournalError::TooLong(line.len()));
            }
            let mut bytes = line.into_bytes();
            let hash = hash(&bytes);
            bytes.push(b'\n');
            let before = file.metadata().map_err(|e| journal.io(e))?.len();
            let written = file.write_all(&bytes).and_then(|()| file.sync_data()).map_err(|error| journal.io(error));
            let written = written.and_then(|()| journal.write_head(&Head { seq: head.seq + 1, hash }));
            if written.is_err() {
                // Nothing will rest on this line, torn or whole: take it back where the disk still lets us.
                let _ = file.set_len(before);
            }
            written
        })
    }

    /// Refuses when the open file is no longer the one of that name: what is written to it would be nowhere.
    fn still_there(&self, file: &File) -> Result<(), JournalError> {
        let is = file.metadata().map_err(|error| self.io(error))?;
        match std::fs::metadata(&self.path) {
            Ok(named) if (named.dev(), named.ino()) == (is.dev(), is.ino()) => Ok(()),
            Ok(_) => Err(self.broken("another file has taken its place")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(self.broken("it was removed or moved")),
            Err(error) => Err(self.io(error)),
        }
    }

    fn io(&self, error: std::io::Error) -> JournalError {
        JournalError::Io { path: self.path.display().to_string(), error }
    }

    fn broken(&self, why: &str) -> JournalError {
        JournalError::Broken { path: self.path.display().to_string(), why: why.to_owned() }
    }

    /// Does the work while no other thread or process writes.
    fn locked<T>(&self, work: impl FnOnce(&Self, &mut File) -> Result<T, JournalError>) -> Result<T, JournalError> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.lock().map_err(|error| self.io(error))?;
        let result = work(self, &mut file);
        // The lock also ends with the file; a failed unlock leaves nothing to do.
        let _ = file.unlock();
        result
    }

    /// The last entry, after a line that was cut off in writing is taken back.
    fn last(&self, file: &mut File) -> Result<Head, JournalError> {
        let (length, whole) = self.whole(file)?;
        // A crash or a full disk cut it off before anything rested on it.
        if whole < length {
            file.set_len(whole).map_err(|error| self.io(error))?;
        }
        self.end(file, whole)
    }

    /// The last entry, from the tail of the file alone, held against the head file.
    fn end(&self, file: &mut File, length: u64) -> Result<Head, JournalError> {
        let tail = tail_line(file, length).map_err(|error| self.io(error))?;
        let anchored = self.read_head()?;
        let Some(bytes) = tail else {
            return match anchored {
                Some(head) if head.seq > 0 => {
                    Err(self.broken(&format!("it is empty, but {} entries were written", head.seq)))
                }
                Some(_) | None => Ok(Head { seq: 0, hash: GENESIS.to_owned() }),
            };
        };
        let line = Line::parse(&bytes).map_err(|why| self.broken(&format!("its last line is no entry: {why}")))?;
        let last = Head { seq: line.seq, hash: hash(&bytes) };
        match anchored {
            // Two crashes away from the head is as far as an honest file can be: the entry, then its head.
            Some(head) if head.seq > last.seq => {
                Err(self.broken(&format!("it ends at entry {}, but {} were written", last.seq, head.seq)))
            }
            Some(head) if head.seq == last.seq && head.hash != last.hash => {
                Err(self.broken(&format!("entry {} is not the one that was written", last.seq)))
            }
            Some(head) if head.seq + 1 == last.seq && line.prev != head.hash => {
                Err(self.broken(&format!("entry {} does not follow the one before", last.seq)))
            }
            Some(_) | None => Ok(last),
        }
    }

    /// How long the file is, and how much of that is whole lines.
    fn whole(&self, file: &mut File) -> Result<(u64, u64), JournalError> {
        let length = file.metadata().map_err(|e| self.io(e))?.len();
        let whole = whole_lines(file, length).map_err(|e| self.io(e))?;
        whole.map(|whole| (length, whole)).ok_or_else(|| self.broken("its last line is longer than any entry"))
    }

    fn head_path(&self) -> PathBuf {
        head_path(&self.path)
    }

    fn read_head(&self) -> Result<Option<Head>, JournalError> {
        match std::fs::read(self.head_path()) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| self.broken("its head file is damaged")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.io(error)),
        }
    }

    fn write_head(&self, head: &Head) -> Result<(), JournalError> {
        let fresh = self.head_path().with_extension("head.new");
        let text = format!("{{\"seq\":{},\"hash\":\"{}\"}}\n", head.seq, head.hash);
        let write = || {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
            file.write_all(text.as_bytes())?;
            file.sync_data()?;
            std::fs::rename(&fresh, self.head_path())
        };
        write().map_err(|error| self.io(error))
    }

    fn probe_head(&self) -> Result<(), JournalError> {
        self.write_head(&Head { seq: 0, hash: GENESIS.to_owned() })
    }
}

/// Under whatever name a journal is reached, it has one head.
fn head_path(path: &Path) -> PathBuf {
    let mut name = path.canonicalize().unwrap_or_else(|_| path.to_owned()).into_os_string();
    name.push(".head");
    PathBuf::from(name)
}

fn hash(line: &[u8]) -> String {
    crate::actions::digest::hex(&Sha256::digest(line))
}

/// The end of the last whole line; `None` when no line end is in reach.
fn whole_lines(file: &mut File, length: u64) -> std::io::Result<Option<u64>> {
    let (start, bytes) = read_tail(file, length)?;
    match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(at) => Ok(Some(start + at as u64 + 1)),
        None if start == 0 => Ok(Some(0)),
        None => Ok(None),
    }
}

/// The last whole line without its end; `None` when there is none.
fn tail_line(file: &mut File, length: u64) -> std::io::Result<Option<Vec<u8>>> {
    let (_, bytes) = read_tail(file, length)?;
    let Some(body) = bytes.strip_suffix(b"\n") else { return Ok(None) };
    let start = body.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    Ok(Some(body[start..].to_vec()))
}

fn read_tail(file: &mut File, length: u64) -> std::io::Result<(u64, Vec<u8>)> {
    // Nearly every entry is short: look near the end first.
    for reach in [16_384, 2 * MAX_LINE as u64 + 2] {
        let start = length.saturating_sub(reach);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(length - start).read_to_end(&mut bytes)?;
        let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
        if start == 0 || ends >= 2 || reach > 16_384 {
            return Ok((start, bytes));
        }
    }
    Ok((0, Vec::new()))
}
