//! Text that stands in no file that could be read by position: unpacked files and standard input are written once to a
//! temporary file without a name, which is gone with the program. The disk it takes has a budget.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::library::Library;
use super::pages::Opened;

/// A file without a name that is written from its start on.
#[derive(Debug)]
pub(super) struct Spool {
    file: Arc<File>,
    dir: PathBuf,
    at: u64,
    room: Arc<Room>,
    library: Arc<Library>,
}

/// The disk that a spool takes, given back with its last reader.
#[derive(Debug)]
pub(super) struct Room {
    bytes: AtomicU64,
    library: Arc<AtomicU64>,
}

/// Why nothing more can be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Full {
    /// The budget is spent.
    #[error("limits.spool is spent")]
    Budget,
    /// The disk is full, or fails.
    #[error("{}: {error}", dir.display())]
    Disk {
        /// Where.
        dir: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl Spool {
    /// A new one, in the library's place for them or else in the system's.
    ///
    /// # Errors
    /// When a file can be made in neither.
    pub(super) fn new(library: &Arc<Library>) -> io::Result<Self> {
        let own = library.budgets().spool_dir.clone();
        let made = match own {
            Some(dir) => unnamed(&dir).map(|file| (file, dir)).or_else(|_| in_temp()),
            None => in_temp(),
        };
        let (file, dir) = made?;
        let room = Arc::new(Room { bytes: AtomicU64::new(0), library: library.spool_room() });
        Ok(Self { file: Arc::new(file), dir, at: 0, room, library: Arc::clone(library) })
    }

    /// The file for readers, under the name that the text is known by.
    pub(super) fn opened(&self, name: &Path) -> Opened {
        let (file, pages) = (Arc::clone(&self.file), Arc::clone(self.library.pages()));
        Opened::cached(name.to_owned(), file, pages).with_room(Arc::clone(&self.room))
    }

    /// Where the next bytes will stand.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Writes all of the bytes, or none that count.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Full> {
        let length = bytes.len() as u64;
        if !self.library.take_spool(length) {
            return Err(Full::Budget);
        }
        self.room.bytes.fetch_add(length, Ordering::Relaxed);
        match self.file.write_all_at(bytes, self.at) {
            Ok(()) => {
                self.at += length;
                Ok(())
            }
            Err(error) => Err(Full::Disk { dir: self.dir.clone(), error }),
        }
    }
}

impl Room {
    /// Takes room for a file that stands nowhere but in our hands; `None` when the budget has none.
    pub(super) fn take(library: &Library, bytes: u64) -> Option<Self> {
        let room = library.spool_room();
        library.take_spool(bytes).then(|| Self { bytes: AtomicU64::new(bytes), library: room })
    }

    /// Gives the room back: the file is closed, or about to be.
    pub(super) fn give_back(&self) {
        self.library.fetch_sub(self.bytes.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.give_back();
    }
}

fn in_temp() -> io::Result<(File, PathBuf)> {
    let dir = std::env::temp_dir();
    Ok((unnamed(&dir)?, dir))
}

/// A file that only its descriptor leads to.
fn unnamed(dir: &Path) -> io::Result<File> {
    static NUMBERS: AtomicU64 = AtomicU64::new(0);
    fs::create_dir_all(dir)?;
    let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
    let path = dir.join(format!(".midwatch-{}-{number}", std::process::id()));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logfile::{Budgets, Unmined};

    fn library(dir: &Path, spool: u64) -> Arc<Library> {
        let budgets = Budgets { spool, spool_dir: Some(dir.to_owned()), ..Budgets::default() };
        Arc::new(Library::with_budgets(Box::new(Unmined), budgets))
    }

    #[test]
    fn a_spool_has_no_name_and_gives_its_room_back_with_its_last_reader() {
        let dir = tempfile::tempdir().unwrap();
        let library = library(dir.path(), 10);
        let mut spool = Spool::new(&library).unwrap();
        spool.write(b"one two").unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let opened = spool.opened(Path::new("stdin"));
        assert!(matches!(spool.write(b"three"), Err(Full::Budget)));
        drop(spool);
        assert_eq!((opened.text(4..7).unwrap(), library.spooled()), (b"two".to_vec(), 7));
        drop(opened);
        assert_eq!(library.spooled(), 0);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_replaced_by_the_systems() {
        let library = library(Path::new("/proc/none"), 10);
        assert!(Spool::new(&library).unwrap().write(b"x").is_ok());
    }
}
