//! The folder of a bundle that is being written: claimed by one writer, its small files replaced whole.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The file whose lock says that somebody writes here.
const LOCK: &str = ".lock";
/// The file that every bundle has.
const MANIFEST: &str = "incident.toml";
/// Names tried before giving up.
const MOST_NAMES: u32 = 100;

/// Why something could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// No room.
    #[error("the disk is full: {path} was not written; free some space, the recording then goes on")]
    Full {
        /// What was to be written.
        path: String,
    },
    /// The file system takes no writes.
    #[error(
        "{path} lies on a read-only file system, so this incident is not recorded; set `data_dir` to another place"
    )]
    ReadOnly {
        /// What was to be written.
        path: String,
    },
    /// The system says no.
    #[error("no permission to write {path}, so this incident is not recorded; set `data_dir` to another place")]
    Denied {
        /// What was to be written.
        path: String,
    },
    /// Every name is taken by another writer.
    #[error("{path} and its next names are all being written by other programs; this incident is not recorded")]
    Busy {
        /// The first name.
        path: String,
    },
    /// Anything else.
    #[error("{path} could not be written: {why}")]
    Other {
        /// What was to be written.
        path: String,
        /// The system's words.
        why: String,
    },
}

impl RecordError {
    /// What the system's error about this path means.
    pub(super) fn new(path: &Path, error: &std::io::Error) -> Self {
        let path = path.display().to_string();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::Full { path },
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            ErrorKind::PermissionDenied => Self::Denied { path },
            _ => Self::Other { path, why: error.to_string() },
        }
    }
}

/// A claimed folder.
#[derive(Debug)]
pub(super) struct Place {
    folder: PathBuf,
    /// Held for as long as this lives; the system gives the lock back when the program ends in any way.
    _lock: File,
}

impl Place {
    /// Claims `parent/name`, or the first of `name-2`, `name-3`, ... in which nobody has written. A bundle that an
    /// earlier session left is never gone on with: its evidence has numbers of its own.
    pub(super) fn claim(parent: &Path, name: &str) -> Result<Self, RecordError> {
        for number in 1..=MOST_NAMES {
            let name = if number == 1 { name.to_owned() } else { format!("{name}-{number}") };
            let folder = parent.join(name);
            make_private(&folder).map_err(|error| RecordError::new(&folder, &error))?;
            let path = folder.join(LOCK);
            let lock = File::options().create(true).truncate(false).write(true).open(&path);
            let lock = lock.map_err(|error| RecordError::new(&path, &error))?;
            match lock.try_lock() {
                Ok(()) if folder.join(MANIFEST).is_file() => {}
                Ok(()) => return Ok(Self { folder, _lock: lock }),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(RecordError::new(&path, &error)),
            }
        }
        Err(RecordError::Busy { path: parent.join(name).display().to_string() })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The full path of a file of the bundle.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Whether the file is there.
    pub(super) fn holds(&self, path: &str) -> bool {
        self.path(path).is_file()
    }

    /// Bytes in the files of one of the bundle's folders.
    pub(super) fn size_of(&self, folder: &str) -> u64 {
        let Ok(entries) = std::fs::read_dir(self.path(folder)) else { return 0 };
        entries.filter_map(|entry| entry.ok()?.metadata().ok()).map(|data| data.len()).sum()
    }

    /// Writes a file whole beside its place and moves it there, so that a reader finds the old text or the new.
    pub(super) fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
        let path = self.folder.join(path);
        let mut next = path.clone().into_os_string();
        next.push(".next");
        let next = PathBuf::from(next);
        let write = || -> std::io::Result<()> {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut file = File::create(&next)?;
            file.write_all(bytes)?;
            file.sync_data()?;
            std::fs::rename(&next, &path)
        };
        write().map_err(|error| {
            // Whatever was begun is of no use to anybody.
            let _ = std::fs::remove_file(&next);
            RecordError::new(&path, &error)
        })
    }

    /// An error that is not the file system's.
    pub(super) fn odd(&self, path: &str, why: &dyn std::fmt::Display) -> RecordError {
        RecordError::Other { path: self.path(path).display().to_string(), why: why.to_string() }
    }
}

/// A text as the name of a file: letters, digits and `.-_@` stay, all else becomes `_`; never empty, hidden or long.
pub(super) fn file_name(text: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '@' | '.') { c } else { '_' };
    let name: String = text.chars().take(100).map(keep).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "_".to_owned() } else { name.to_owned() }
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    // What is recorded may hold what only this person may see.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_stay_inside_the_folder() {
        for (text, name) in [
            ("payments", "payments"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("", "_"),
            ("...", "_"),
            ("a b/ü", "a_b__"),
        ] {
            assert_eq!(file_name(text), name);
        }
        assert_eq!(file_name(&"x".repeat(500)).len(), 100);
    }

    #[test]
    fn the_systems_errors_become_words() {
        let says = |kind: ErrorKind| RecordError::new(Path::new("p"), &kind.into()).to_string();
        assert!(says(ErrorKind::StorageFull).contains("disk is full"));
        assert!(says(ErrorKind::ReadOnlyFilesystem).contains("read-only"));
        assert!(says(ErrorKind::PermissionDenied).contains("no permission"));
    }
}
