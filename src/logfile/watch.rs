//! One path and the files that stand there, one after another, as rows: what is new is followed, what was there before
//! is indexed in between. Blocking; the sources of files poll it from a thread of their own, headless readers until
//! nothing more is to be done.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{CleanText, SourceId, Timestamp};

use super::follow::{Begun, Chunk, Follower, Known, State, Text};
use super::heads::Choice;
use super::index::{Place, Reading, Reel, TAIL};
use super::library::Library;
use super::packed::{Packed, Packing};
use super::pages::Opened;
use super::spool::Room;
use super::tape::Stage;

/// Bytes read of one file at a time, and indexed of what stands before its end.
const READ: usize = 1 << 20;
/// Quiet polls after which an unfinished line counts as finished.
const QUIET: u32 = 4;
/// Files that stood at the path and are kept for another reading.
const MAX_PAST: usize = 16;

/// What one poll of a path did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Polled {
    /// Bytes that came.
    pub read: usize,
    /// Bytes indexed of what was there before.
    pub worked: u64,
    /// There is more to read or to index at once.
    pub more: bool,
}

/// One path.
#[derive(Debug)]
pub struct Watch {
    follower: Follower,
    content: Content,
    state: State,
    reels: BTreeMap<u64, Kept>,
    place: Place,
    backlog: u64,
    quiet: u32,
    /// The person's choice of a format, and which of all choices it was.
    choice: (u64, Choice),
}

/// What stands at the path.
#[derive(Debug)]
enum Content {
    /// Nothing was there yet.
    Unknown,
    /// Text, which may grow.
    Text,
    /// A compressed file, and how it looked when it was opened.
    Packed(Box<Packed>, Looks),
}

/// Length and time of change of a file, to notice another.
type Looks = (u64, i64, i64, u64);

/// A file as rows, and whether the follower still reads it.
#[derive(Debug)]
struct Kept {
    reel: Reel,
    is_read: bool,
}

impl Watch {
    /// Watches a path. Of a file that is there at the first poll, the last `backlog` bytes are indexed; of those that come
    /// later, everything. An empty `service` stands for the file's name.
    pub fn new(path: PathBuf, source: &SourceId, service: &str, backlog: u64) -> Self {
        let service = if service.is_empty() { stem(&path) } else { CleanText::line(service) };
        Self {
            follower: Follower::tail_first(path, TAIL),
            content: Content::Unknown,
            state: State::Missing,
            reels: BTreeMap::new(),
            place: Place { source: source.clone(), service },
            backlog,
            quiet: 0,
            choice: (0, Choice::Auto),
        }
    }

    /// How the path was at the last poll.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether anything is read or indexed.
    pub fn is_at_work(&self) -> bool {
        let unpacks = matches!(&self.content, Content::Packed(packed, _) if !packed.is_done());
        unpacks || self.follower.is_reading() || self.reels.values().any(|kept| kept.reel.is_busy())
    }

    /// Reads what is new, then indexes a part of what is not.
    pub fn poll(&mut self, known: &mut Known, library: &Arc<Library>, now: Timestamp) -> Polled {
        let now = i64::try_from(now.as_nanosecond()).unwrap_or(i64::MAX);
        self.choose(library);
        if let Some(polled) = self.unpack(library) {
            return polled;
        }
        let mut polled = self.read(known, library, now);
        self.quiet = if polled.read == 0 { self.quiet.saturating_add(1) } else { 0 };
        if self.quiet == QUIET {
            self.reels.values_mut().for_each(|kept| kept.reel.quiet(now));
        }
        let mut failed = None;
        for kept in self.reels.values_mut().rev().filter(|kept| kept.reel.is_busy()) {
            match kept.reel.work(READ as u64) {
                Ok(bytes) => polled.worked += bytes,
                Err(error) => failed = Some(error.to_string()),
            }
        }
        let busy = self.reels.values().any(|kept| kept.reel.is_busy());
        if let Some(why) = failed {
            self.state = State::Failed(why);
        }
        // What cannot be read now is tried again later, not at once.
        polled.more = polled.read >= READ || (busy && polled.worked > 0);
        polled
    }

    /// Goes on with a compressed file; `None` when it is none.
    fn unpack(&mut self, library: &Arc<Library>) -> Option<Polled> {
        if matches!(self.content, Content::Text) {
            return None;
        }
        let path = self.follower.path();
        let looks = looks(path);
        match (&mut self.content, looks) {
            (Content::Text, _) | (Content::Unknown, None) => return None,
            // What was unpacked stays, whatever became of the file.
            (Content::Packed(_, before), Some(now)) if *before == now => {}
            (Content::Packed(..), None) => {}
            (Content::Packed(packed, _), Some(_)) if !packed.is_done() => {}
            (Content::Packed(packed, _), Some(_)) => {
                packed.reel().retire();
                self.content = Content::Unknown;
            }
            (Content::Unknown, Some(_)) => {}
        }
        if let (Content::Unknown, Some(looks)) = (&self.content, looks) {
            let Some(packing) = Packing::of(path) else {
                self.content = Content::Text;
                return None;
            };
            let reading = Reading { choice: self.choice.1.clone(), modified: nanos(looks), ..Reading::default() };
            match Packed::new(library, path, packing, self.place.clone(), reading) {
                Ok(packed) => self.content = Content::Packed(Box::new(packed), looks),
                Err(error) => {
                    self.state = State::Failed(error.to_string());
                    return Some(Polled::default());
                }
            }
        }
        let Content::Packed(packed, _) = &mut self.content else { return None };
        self.state = State::Following;
        let mut worked = if packed.is_done() { 0 } else { packed.work(READ) };
        match packed.reel().work(READ as u64) {
            Ok(bytes) => worked += bytes,
            Err(error) => self.state = State::Failed(error.to_string()),
        }
        Some(Polled { read: 0, worked, more: worked > 0 })
    }

    fn read(&mut self, known: &mut Known, library: &Arc<Library>, now: i64) -> Polled {
        let live = || self.reels.values().filter(|kept| kept.is_read);
        live().for_each(|kept| kept.reel.file().look());
        let mut chunks = Vec::new();
        self.state = self.follower.poll(known, READ, &mut chunks);
        let mut polled = Polled::default();
        for chunk in chunks {
            match chunk {
                Chunk::Begins(begun) => self.begin(library, begun),
                Chunk::Bytes { generation, at, bytes } => {
                    polled.read += bytes.len();
                    if let Some(kept) = self.reels.get_mut(&generation) {
                        kept.reel.feed(at, &bytes, now);
                        kept.reel.publish();
                    }
                }
                Chunk::Moved { generation, file } => {
                    if let Some(kept) = self.reels.get(&generation) {
                        kept.reel.file().move_to(file);
                    }
                }
                Chunk::End { generation, text } => self.end(generation, text, now),
            }
        }
        self.reels.values().filter(|kept| kept.is_read).for_each(|kept| kept.reel.file().looked());
        polled
    }

    fn begin(&mut self, library: &Arc<Library>, begun: Begun) {
        let path = self.follower.path().to_owned();
        let opened = Arc::new(Opened::cached(path, begun.file, Arc::clone(library.pages())));
        let reading = Reading {
            choice: self.choice.1.clone(),
            modified: begun.modified,
            length: begun.length,
            // What came while the path was followed is new, all of it.
            backlog: if begun.was_there { self.backlog } else { u64::MAX },
            stage: Stage::Following,
        };
        let reel = Reel::new(library, opened, self.place.clone(), reading);
        self.reels.insert(begun.generation, Kept { reel, is_read: true });
    }

    /// Lets files go that only the watch still holds: more of them than are kept, and those that were deleted when the
    /// disk they take has no room in its budget. Call it now and then.
    pub fn tidy(&mut self, library: &Library) {
        for kept in self.reels.values_mut().filter(|kept| !kept.is_read) {
            let Some(length) = kept.reel.file().uncounted() else { continue };
            match Room::take(library, length) {
                Some(room) => kept.reel.file().count(room),
                None => let_go(&mut kept.reel, library, "limits.spool has no room for a deleted file"),
            }
        }
        while self.reels.len() > MAX_PAST {
            let Some(first) = self.reels.first_entry().filter(|entry| !entry.get().is_read) else { break };
            let_go(&mut first.remove().reel, library, "it was rotated away long ago");
        }
    }

    fn end(&mut self, generation: u64, text: Text, now: i64) {
        let Some(kept) = self.reels.get_mut(&generation) else { return };
        kept.is_read = false;
        kept.reel.finish(
            match text {
                Text::Stays => Stage::Ended,
                Text::Gone => Stage::Gone,
            },
            now,
        );
    }

    /// Reads the files of the path again when a person chose another format for it.
    fn choose(&mut self, library: &Library) {
        if library.choices() == self.choice.0 {
            return;
        }
        let Some(choice) = library.choice(self.follower.path()).filter(|choice| choice.0 > self.choice.0) else {
            return;
        };
        self.choice = choice;
        if let Content::Packed(packed, _) = &mut self.content
            && let Err(error) = packed.reel().reread(self.choice.1.clone())
        {
            self.state = State::Failed(error.to_string());
        }
        for kept in self.reels.values_mut().filter(|kept| !kept.reel.file().is_gone()) {
            if let Err(error) = kept.reel.reread(self.choice.1.clone()) {
                self.state = State::Failed(error.to_string());
            }
        }
    }
}

/// Gives up the text of a file that is read no more; its rows stay.
fn let_go(reel: &mut Reel, library: &Library, why: &str) {
    if !reel.file().is_gone() {
        library.note(CleanText::line(&format!("the text of an older {} was let go: {why}", reel.file().name())));
    }
    reel.finish(Stage::Gone, 0);
    reel.file().close();
}

/// How a regular file looks from outside.
fn looks(path: &Path) -> Option<Looks> {
    let meta = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    (meta.len() > 0).then(|| (meta.len(), meta.mtime(), meta.mtime_nsec(), meta.ino()))
}

/// The time of change in nanoseconds since the epoch.
fn nanos((_, seconds, nanos, _): Looks) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}

/// The file's name up to its first dot: the service of records that name none.
fn stem(path: &Path) -> CleanText {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let stem = name.trim_start_matches('.').split('.').next().unwrap_or("");
    CleanText::line(if stem.is_empty() { &name } else { stem })
}

#[cfg(test)]
mod tests;
