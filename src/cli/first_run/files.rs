//! Choosing log files: candidates are listed, paths and globs may be typed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Choice, shown};
use crate::cli::console::Console;
use crate::domain::CleanText;

/// Candidates that are listed.
const LISTED: usize = 12;
/// Entries of a folder that are looked at.
const LOOKED_AT: usize = 2_000;

/// Asks until there are files to open; `None` goes back to the first question.
pub(super) fn choose(console: &mut dyn Console, folders: &[PathBuf]) -> io::Result<Option<Choice>> {
    let candidates = candidates(folders);
    for (index, path) in candidates.iter().enumerate() {
        console.say(&format!("  {:2}  {}", index + 1, shown(path)))?;
    }
    if candidates.is_empty() {
        console.say("  no readable log files were found in the usual places")?;
    }
    loop {
        let prompt = "numbers, paths or globs, empty to go back: ";
        let Some(answer) = console.ask(prompt)? else { return Ok(Some(Choice::Nothing)) };
        if answer.is_empty() {
            return Ok(None);
        }
        match named(&answer, &candidates) {
            Ok(paths) => return Ok(Some(Choice::Files(paths))),
            Err(why) => console.say(&format!("  {why}"))?,
        }
    }
}

/// The files that the words name, or the first word that names none. The whole answer may be one path with blanks.
fn named(answer: &str, candidates: &[PathBuf]) -> Result<Vec<PathBuf>, CleanText> {
    if Path::new(answer).is_file() {
        return File::open(answer)
            .map(|_| vec![PathBuf::from(answer)])
            .map_err(|error| CleanText::line(&format!("{answer}: {error}")));
    }
    let mut paths = Vec::new();
    for word in answer.split_whitespace() {
        if let Some(path) = word.parse::<usize>().ok().and_then(|number| candidates.get(number.checked_sub(1)?)) {
            paths.push(path.clone());
            continue;
        }
        let matches: Vec<PathBuf> = glob::glob(word)
            .map_err(|error| CleanText::line(&format!("{word}: {error}")))?
            .filter_map(Result::ok)
            .filter(|path| path.is_file())
            .collect();
        if matches.is_empty() {
            return Err(CleanText::line(&format!("{word}: no such file")));
        }
        for path in &matches {
            File::open(path).map_err(|error| CleanText::line(&format!("{}: {error}", path.display())))?;
        }
        paths.extend(matches);
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// Readable log files in the folders and one level below, the last written first.
fn candidates(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<(SystemTime, PathBuf)> = Vec::new();
    for folder in folders {
        for path in entries(folder) {
            if path.is_dir() {
                found.extend(entries(&path).into_iter().filter_map(candidate));
            } else {
                found.extend(candidate(path));
            }
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    found.dedup();
    found.into_iter().take(LISTED).map(|(_, path)| path).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.take(LOOKED_AT).filter_map(Result::ok).map(|entry| entry.path()).collect()
}

fn candidate(path: PathBuf) -> Option<(SystemTime, PathBuf)> {
    let name = path.file_name()?.to_str()?;
    let looks_like_a_log = name.ends_with(".log") || matches!(name, "syslog" | "messages" | "kern" | "secure");
    let metadata =
        fs::metadata(&path).ok().filter(|metadata| looks_like_a_log && metadata.is_file() && metadata.len() > 0)?;
    File::open(&path).ok()?;
    Some((metadata.modified().ok()?, path))
}
