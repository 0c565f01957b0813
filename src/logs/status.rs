//! What is held and read, whatever is shown.

use std::collections::HashMap;

use jiff::SignedDuration;

use crate::domain::CleanText;
use crate::logfile::tape::{ROW_BYTES, Stage};
use crate::logfile::{Library, Snapshot};
use crate::store::LogStore;

use super::answer::{FileState, Progress, Status};
use super::shelf::Shelf;

/// Says what is held and read.
pub(super) fn status(library: &Library, shelf: &Shelf, held: &LogStore, unread: u64) -> Status {
    let mut notes = library.notes();
    if unread > 0 {
        let text = format!("the filter passes over {unread} records whose text is gone or cannot be read");
        notes.push(CleanText::line(&text));
    }
    Status {
        files: files(library, shelf),
        held: held.len() as u64,
        evicted: held.evicted(),
        indexed: shelf.rows(),
        bytes: shelf.rows() * ROW_BYTES,
        notes,
    }
}

fn files(library: &Library, shelf: &Shelf) -> Vec<FileState> {
    let opened = library.files();
    let mut names: HashMap<String, usize> = HashMap::new();
    let name_of = |path: &std::path::Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    opened.iter().for_each(|file| *names.entry(name_of(file.path())).or_default() += 1);
    let mut states: Vec<FileState> = Vec::new();
    for file in opened {
        let tapes: Vec<&Snapshot> =
            shelf.tapes().iter().filter(|tape| std::sync::Arc::ptr_eq(tape.tape().file(), &file)).collect();
        let short = name_of(file.path());
        let unique = names.get(&short).is_none_or(|count| *count < 2);
        let name = if unique { short } else { file.path().to_string_lossy().into_owned() };
        let (done, total) = file.progress();
        let gone = file.is_gone() || tapes.iter().any(|tape| tape.stage() == Stage::Gone);
        states.push(FileState {
            name: CleanText::line(&name),
            format: tapes.last().map(|tape| tape.format().clone()).unwrap_or_default(),
            records: tapes.iter().map(|tape| u64::from(tape.len())).sum(),
            read: Progress { done, total },
            shift: SignedDuration::from_nanos(tapes.last().map_or(0, |tape| tape.shift())),
            trouble: gone.then(|| CleanText::line("truncated: what is no longer in the file cannot be shown")),
        });
    }
    states.sort_by(|one, other| one.name.cmp(&other.name));
    states
}

/// The paths of a file's name: as the screen shows it, or whole.
pub(super) fn paths_named(library: &Library, name: &str) -> Vec<std::path::PathBuf> {
    let is_named = |path: &std::path::Path| {
        path.to_string_lossy() == name || path.file_name().is_some_and(|file| file.to_string_lossy() == name)
    };
    let mut paths: Vec<std::path::PathBuf> =
        library.files().iter().map(|file| file.path().to_owned()).filter(|path| is_named(path)).collect();
    paths.dedup();
    paths
}
