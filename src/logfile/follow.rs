//! Follows one path through everything that log rotation does to it: rename and create, truncate, copy and truncate,
//! delete and create again. Plain reads by position, so that a truncated file harms nobody. The file sources poll it
//! from a blocking thread.

mod known;
mod open;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use known::{Identity, Known};
use open::{Open, Read};

/// Polls without news after which a file that was rotated away is let go; its writer has moved on by then.
const LINGER: u32 = 50;
/// Rotated files read at the same time.
const MAX_OLD: usize = 4;
/// A file that appears later is read from its start if it is no larger than this or the backlog.
const WHOLE: u64 = 16 << 20;

/// Something found at the path. Bytes of one generation belong to one file and follow each other without a gap.
#[derive(Clone, Debug)]
pub enum Chunk {
    /// A file was opened, or begins anew.
    Begins(Begun),
    /// The next bytes of a generation.
    Bytes {
        /// Counts the files that stood at the path, truncations too.
        generation: u64,
        /// Where they stand in the file.
        at: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// The file was truncated after it was copied: the generation goes on in the copy.
    Moved {
        /// Which.
        generation: u64,
        /// The copy.
        file: Arc<File>,
    },
    /// Nothing more comes of this generation.
    End {
        /// Which.
        generation: u64,
        /// What became of its text.
        text: Text,
    },
}

/// A file that was opened, or begins anew.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Its generation.
    pub generation: u64,
    /// The file, to be read by position.
    pub file: Arc<File>,
    /// How long it is.
    pub length: u64,
    /// When it was last written, in nanoseconds since the epoch.
    pub modified: i64,
    /// Whether it was there when the following began.
    pub was_there: bool,
}

/// What became of the text of a generation that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// It can still be read.
    Stays,
    /// It was truncated, or another one stands there.
    Gone,
}

/// How the path is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A file is there and read.
    Following,
    /// No file is there now.
    Missing,
    /// The file there was read under another name.
    Elsewhere,
    /// It cannot be read, and why.
    Failed(String),
}

/// Where the reading of a file begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// At its last bytes, but for files that appear later.
    Backlog,
    /// At its last bytes, if it has more than twice as many.
    Tail,
}

/// Follows one path. Nothing written to a file it has opened is lost unless a truncation was faster than the poll;
/// nothing is given twice.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    backlog: u64,
    start: Start,
    current: Option<Open>,
    old: Vec<Open>,
    generations: u64,
    started: bool,
    /// Whether the last poll found nothing at all: only then does time count against a rotated file.
    idle: bool,
}

impl Follower {
    /// Follows a path. A file that is there at the first poll is read from its last `backlog` bytes on.
    pub fn new(path: PathBuf, backlog: u64) -> Self {
        Self {
            path,
            backlog,
            start: Start::Backlog,
            current: None,
            old: Vec::new(),
            generations: 0,
            started: false,
            idle: true,
        }
    }

    /// Follows a path that was not there before: its file is read from the start, unless it is huge.
    pub fn appeared(path: PathBuf, backlog: u64) -> Self {
        Self { started: true, ..Self::new(path, backlog) }
    }

    /// Follows a path for a reader who reads by position what stands before the last `tail` bytes. The file that is
    /// there at the first poll is told from those that come later.
    pub fn tail_first(path: PathBuf, tail: u64) -> Self {
        Self { start: Start::Tail, ..Self::new(path, tail) }
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads what is new, about `budget` bytes of each file at most, and says how the path is.
    pub fn poll(&mut self, known: &mut Known, budget: usize, out: &mut Vec<Chunk>) -> State {
        let before = out.len();
        self.poll_old(known, budget, out);
        let state = self.poll_current(known, budget, out);
        self.started = true;
        self.idle = out.len() == before;
        state
    }

    /// Whether anything is being read, a rotated file included.
    pub fn is_reading(&self) -> bool {
        self.current.is_some() || !self.old.is_empty()
    }

    fn poll_old(&mut self, known: &mut Known, budget: usize, out: &mut Vec<Chunk>) {
        let excess = self.old.len().saturating_sub(MAX_OLD);
        let mut index = 0;
        let idle = self.idle;
        self.old.retain_mut(|old| {
            index += 1;
            let more = match old.read(budget) {
                Ok(Read::Bytes(at, bytes)) => {
                    old.quiet = 0;
                    out.push(Chunk::Bytes { generation: old.generation, at, bytes });
                    None
                }
                // Emptied after the rotation: whoever did that wanted it gone.
                Ok(Read::Restarted) => Some(Text::Gone),
                Err(_) => Some(Text::Stays),
                Ok(Read::Nothing) => {
                    old.quiet += u32::from(idle);
                    (index <= excess || old.quiet > LINGER).then_some(Text::Stays)
                }
            };
            if let Some(text) = more {
                out.push(Chunk::End { generation: old.generation, text });
                known.release(old.identity, &old.head);
            }
            more.is_none()
        });
    }

    fn poll_current(&mut self, known: &mut Known, budget: usize, out: &mut Vec<Chunk>) -> State {
        if let Some(mut open) = self.current.take() {
            match self.read_current(&mut open, known, budget, out) {
                Ok(true) => {
                    self.current = Some(open);
                    return State::Following;
                }
                Ok(false) => {}
                Err(error) => {
                    out.push(Chunk::End { generation: open.generation, text: Text::Stays });
                    known.release(open.identity, &open.head);
                    return State::Failed(say(&error));
                }
            }
            let at_path = identity_at(&self.path);
            if at_path == Some(open.identity) || (at_path.is_none() && !open.is_deleted()) {
                // Renamed and nothing new created: the writer has not moved on, and neither do we.
                let there = at_path.is_some();
                self.current = Some(open);
                return if there { State::Following } else { State::Missing };
            }
            self.old.push(open);
        }
        self.open(known, budget, out)
    }

    /// Reads the current file; true when it gave something.
    fn read_current(
        &mut self,
        open: &mut Open,
        known: &mut Known,
        budget: usize,
        out: &mut Vec<Chunk>,
    ) -> io::Result<bool> {
        loop {
            match open.read(budget)? {
                Read::Bytes(at, bytes) => {
                    out.push(Chunk::Bytes { generation: open.generation, at, bytes });
                    return Ok(true);
                }
                Read::Nothing => return Ok(false),
                Read::Restarted => {
                    let generation = open.generation;
                    match open.copy_beside(&self.path, known) {
                        Some(copy) => {
                            out.push(Chunk::Moved { generation, file: Arc::clone(&copy.file) });
                            self.old.push(copy);
                        }
                        None => out.push(Chunk::End { generation, text: Text::Gone }),
                    }
                    self.generations += 1;
                    open.restart(self.generations);
                    out.push(begun(open, false));
                }
            }
        }
    }

    fn open(&mut self, known: &mut Known, budget: usize, out: &mut Vec<Chunk>) -> State {
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return State::Missing,
            Err(error) => return State::Failed(say(&error)),
            Ok(meta) if meta.is_dir() => {
                return State::Failed("is a directory; name its files, as in dir/*.log".to_owned());
            }
            Ok(meta) if !meta.is_file() => {
                return State::Failed("is no regular file; read pipes and devices through standard input".to_owned());
            }
            Ok(_) => {}
        }
        let opened = Open::at_path(&self.path, self.generations + 1);
        let mut open = match opened {
            Ok(open) => open,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return State::Missing,
            Err(error) => return State::Failed(say(&error)),
        };
        if !known.claim(open.identity, &open.head) {
            return State::Elsewhere;
        }
        self.generations += 1;
        let length = open.length();
        let from_end = match self.start {
            Start::Backlog => length > self.backlog && !(self.started && length <= WHOLE),
            Start::Tail => length / 2 > self.backlog,
        };
        if from_end {
            open.skip_to(length - self.backlog);
        }
        out.push(begun(&open, !self.started));
        let first = self.read_current(&mut open, known, budget, out);
        let state = match first {
            Ok(_) => State::Following,
            Err(error) => State::Failed(say(&error)),
        };
        self.current = Some(open);
        state
    }
}

fn begun(open: &Open, was_there: bool) -> Chunk {
    let (length, modified) = (open.length(), open.modified());
    Chunk::Begins(Begun { generation: open.generation, file: Arc::clone(&open.file), length, modified, was_there })
}

fn identity_at(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(|meta| Identity { device: meta.dev(), inode: meta.ino() })
}

/// An I/O error in words a person can act on.
fn say(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "may not be read; check its owner and mode".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
