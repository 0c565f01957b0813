//! Reads a journal from its beginning and says whether it is what was written. Used by `midwatch journal`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::{GENESIS, Head, Line, MAX_LINE, hash, head_path};

/// What a journal was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Every line follows the one before, and the last is the last that was written.
    Intact {
        /// Number of entries.
        entries: u64,
    },
    /// Every line follows the one before, but what came after cannot be told.
    Unanchored {
        /// Number of entries.
        entries: u64,
        /// Why the end is not sure.
        why: String,
    },
    /// A line was changed, removed, moved, added or cut.
    Broken {
        /// The first line at fault, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
}

impl Verification {
    /// The verdict in words.
    pub fn words(&self) -> String {
        match self {
            Verification::Intact { entries } => format!("intact, {entries} entries"),
            Verification::Unanchored { entries, why } => {
                format!("intact up to entry {entries}, end not anchored: {why}")
            }
            Verification::Broken { line, why } => format!("broken: line {line} {why}"),
        }
    }

    /// Whether nothing was found to be wrong.
    pub fn is_whole(&self) -> bool {
        match self {
            Verification::Intact { .. } | Verification::Unanchored { .. } => true,
            Verification::Broken { .. } => false,
        }
    }
}

/// Verifies a journal. Memory use does not grow with the file.
///
/// # Errors
/// Only when the file cannot be read.
pub fn verify(path: &Path) -> std::io::Result<Verification> {
    let head = match std::fs::read(head_path(path)) {
        Ok(bytes) => serde_json::from_slice::<Head>(&bytes).ok(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut reader = Lines::open(path)?;
    let (mut count, mut prev, mut at_head) = (0_u64, GENESIS.to_owned(), None);
    while let Some(next) = reader.next_line()? {
        count += 1;
        let broken = |why: String| Ok(Verification::Broken { line: count, why });
        let bytes = match next {
            Ok(bytes) => bytes,
            Err(why) => return broken(why),
        };
        let line = match Line::parse(&bytes) {
            Ok(line) => line,
            Err(why) => return broken(format!("is no entry: {why}")),
        };
        if line.seq != count {
            return broken(format!("is numbered {}: a line was removed, added or moved", line.seq));
        }
        if line.prev != prev {
            let fault = count.saturating_sub(1).max(1);
            let why = format!("was changed: line {count} holds another hash for it");
            return Ok(Verification::Broken { line: fault, why });
        }
        prev = hash(&bytes);
        if head.as_ref().is_some_and(|head| head.seq == count) {
            at_head = Some(prev.clone());
        }
    }
    Ok(judge(count, head, at_head))
}

fn judge(entries: u64, head: Option<Head>, at_head: Option<String>) -> Verification {
    match (head, at_head) {
        (None, _) => Verification::Unanchored {
            entries,
            why: "there is no readable head file beside it, so a cut end would not show".to_owned(),
        },
        (Some(head), None) if head.seq == 0 && entries == 0 => Verification::Intact { entries },
        (Some(head), None) if head.seq > entries => Verification::Broken {
            line: entries + 1,
            why: format!("is missing: {} entries were written, {entries} are left", head.seq),
        },
        (Some(head), Some(hash)) if hash != head.hash => {
            Verification::Broken { line: head.seq, why: "is not the entry that was written".to_owned() }
        }
        (Some(head), _) if head.seq < entries => Verification::Unanchored {
            entries,
            why: format!("the head file knows only {} entries, as after a crash between two writes", head.seq),
        },
        (Some(_), _) => Verification::Intact { entries },
    }
}

/// Every line of a journal in order, for showing; the reader stops at the first that cannot be read.
///
/// # Errors
/// When the file cannot be opened.
pub fn lines(path: &Path) -> std::io::Result<impl Iterator<Item = Result<Line, String>>> {
    let mut reader = Lines::open(path)?;
    let mut ended = false;
    Ok(std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let item = match reader.next_line() {
            Ok(None) => return None,
            Ok(Some(Ok(bytes))) => Line::parse(&bytes),
            Ok(Some(Err(why))) => Err(why),
            Err(error) => Err(error.to_string()),
        };
        ended = item.is_err();
        Some(item)
    }))
}

struct Lines(BufReader<File>);

impl Lines {
    fn open(path: &Path) -> std::io::Result<Self> {
        File::open(path).map(|file| Self(BufReader::new(file)))
    }

    /// The next line without its end; the inner error says why a line cannot be one.
    fn next_line(&mut self) -> std::io::Result<Option<Result<Vec<u8>, String>>> {
        let mut bytes = Vec::new();
        (&mut self.0).take(MAX_LINE as u64 + 2).read_until(b'\n', &mut bytes)?;
        Ok(match bytes.pop() {
            None => None,
            Some(b'\n') => Some(Ok(bytes)),
            Some(_) if bytes.len() > MAX_LINE => Some(Err("is longer than any entry".to_owned())),
            Some(_) => Some(Err("has no end: its writing was cut off".to_owned())),
        })
    }
}
