//! Files and folders: what is read, and where midwatch writes. Nothing is created.

use std::fs::File;
use std::path::Path;

use rustix::fs::{Access, access};

use super::report::{Group, Row};
use crate::actions::confine::{Landlock, landlock};
use crate::actions::policy::load;
use crate::actions::{Journal, Tables};
use crate::config::schema::{Changes, Config, Files, Run};
use crate::config::{Loaded, validate};

/// Files of one source that are tried.
const TRIED: usize = 1_000;

/// Whether there is a configuration, and what it names.
pub(super) fn configuration(loaded: &Loaded) -> Row {
    let path = loaded.looked_at.display();
    match (&loaded.file, validate::named(&loaded.config).len()) {
        (None, _) => {
            let remedy = "run `midwatch` and choose 3, or `midwatch config init --write`";
            Row::note(Group::Configuration, "configuration", format!("{path}: there is no file"), remedy)
        }
        (Some(_), 0) => {
            let remedy = "add sources; config.example.toml shows every kind";
            Row::note(Group::Configuration, "configuration", format!("{path}: names no source"), remedy)
        }
        (Some(_), sources) => Row::ok(Group::Configuration, "configuration", format!("{path}: {sources} sources")),
    }
}

/// Whether the policies can be used; nothing where there is none.
pub(super) fn policy(config: &Config) -> Option<Row> {
    let tables = Tables::builtin().and_then(|tables| tables.with_files(&config.run.tables)).ok()?;
    let policy = load(config, &tables, &|name| std::env::var(name).ok()).policy;
    match (policy.closed(), policy.lines().len()) {
        (Some(why), _) => {
            let remedy = "run `midwatch config check`, and correct the rule or the file it names";
            Some(Row::down(Group::Configuration, "policy", why.to_string(), remedy))
        }
        (None, 0) => None,
        (None, rules) => Some(Row::ok(Group::Configuration, "policy", format!("{rules} rules hold"))),
    }
}

/// Whether the globs match files that can be read.
pub(super) fn files(files: &Files) -> Row {
    let group = Group::Source;
    let (mut readable, mut failed) = (0usize, Vec::new());
    for pattern in &files.paths {
        let matches = glob::glob(pattern).map(|paths| paths.take(TRIED).filter_map(Result::ok).collect::<Vec<_>>());
        let matches = matches.unwrap_or_default();
        if matches.is_empty() {
            failed.push(format!("{pattern}: no such file yet"));
        }
        for path in matches {
            // A pipe is not opened: that would wait for its writer.
            if path.exists() && !path.is_file() {
                failed.push(format!("{}: is no file", path.display()));
                continue;
            }
            match File::open(&path) {
                Ok(_) => readable += 1,
                Err(error) => failed.push(format!("{}: {error}", path.display())),
            }
        }
    }
    let remedy = "correct `paths`, or let this user read them (on many systems: group adm)";
    match (readable, failed.first()) {
        (0, first) => Row::down(group, &files.name, first.cloned().unwrap_or_else(|| "no paths".to_owned()), remedy),
        (readable, None) => Row::ok(group, &files.name, format!("{readable} files")),
        (readable, Some(first)) => {
            let detail = format!("{readable} files can be read, {} not; {first}", failed.len());
            Row::note(group, &files.name, detail, remedy)
        }
    }
}

/// Whether the file of changes can be read.
pub(super) fn changes(changes: &Changes) -> Row {
    let path = changes.path.display();
    match File::open(&changes.path) {
        Ok(_) => Row::ok(Group::Source, &changes.name, path.to_string()),
        Err(error) => Row::down(Group::Source, &changes.name, format!("{path}: {error}"), "correct `path`"),
    }
}

/// Whether midwatch can write where it wants to, and read what it is told to.
pub(super) fn places(config: &Config) -> Vec<Row> {
    let mut rows = vec![
        writable("data", &config.data_dir, "incidents are not recorded; set `data_dir` or pass --data-dir"),
        journal(&config.journal),
        confinement(&config.run),
    ];
    for table in &config.run.tables {
        let path = table.display();
        if let Err(error) = File::open(table) {
            let remedy = "correct `tables` under [run]";
            rows.push(Row::down(Group::Place, "tools", format!("{path}: {error}"), remedy));
        }
    }
    if Path::new(&config.theme).is_absolute()
        && let Err(error) = File::open(&config.theme)
    {
        rows.push(Row::down(Group::Place, "theme", format!("{}: {error}", config.theme), "correct `theme`"));
    }
    rows
}

/// Size from which a journal is worth putting aside: `verify` and `export` read all of it.
const LARGE: u64 = 1 << 30;

/// Whether the journal can be written, and its end is what was written last.
fn journal(path: &Path) -> Row {
    let name = "journal";
    let row = writable(name, path, "nothing can be run without it; set `journal` or pass --journal");
    let Ok(metadata) = std::fs::metadata(path) else { return row };
    if !row.is_ok() || !metadata.is_file() {
        return row;
    }
    match Journal::glance(path) {
        Ok(entries) if metadata.len() >= LARGE => {
            let remedy = "move it and its .head file away together; a new chain begins by itself";
            let detail = format!("{}: {entries} entries, {} MiB", path.display(), metadata.len() >> 20);
            Row::note(Group::Place, name, detail, remedy)
        }
        Ok(entries) => Row::ok(Group::Place, name, format!("{} can be written, {entries} entries", path.display())),
        Err(error) => Row::down(Group::Place, name, error.to_string(), ""),
    }
}

/// Whether the kernel keeps reads from writing.
fn confinement(run: &Run) -> Row {
    let (group, name) = (Group::Program, "confinement");
    match (run.confine_reads, landlock()) {
        (false, _) => Row::note(group, name, "reads are not confined: confine_reads is off", "set it under [run]"),
        (true, Landlock::Full) => Row::ok(group, name, "reads cannot write files (Landlock)"),
        (true, Landlock::Partial) => {
            let detail =
                "reads cannot create or overwrite files; an old Landlock lets them cut files short or send signals";
            Row::note(group, name, detail, "Linux 6.12 or newer refuses those too")
        }
        (true, Landlock::Absent) => {
            let remedy = "on Linux 5.13 or newer, add landlock to the kernel's `lsm=` parameter";
            Row::note(group, name, "reads are not confined: kernel without Landlock", remedy)
        }
    }
}

/// Whether the path, or the nearest folder above it that exists, can be written to.
fn writable(name: &str, path: &Path, remedy: &str) -> Row {
    if path.as_os_str().is_empty() {
        return Row::down(Group::Place, name, "there is no home directory", remedy);
    }
    let Some(existing) = path.ancestors().find(|ancestor| ancestor.exists()) else {
        return Row::down(Group::Place, name, format!("{}: is nowhere", path.display()), remedy);
    };
    if existing != path && !existing.is_dir() {
        let detail = format!("{}: {} is no folder", path.display(), existing.display());
        return Row::down(Group::Place, name, detail, remedy);
    }
    match access(existing, Access::WRITE_OK) {
        Ok(()) => Row::ok(Group::Place, name, format!("{} can be written", path.display())),
        Err(error) => Row::down(Group::Place, name, format!("{}: cannot be written: {error}", path.display()), remedy),
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::State;
    use super::*;
    use crate::actions::{Entry, Event};
    use crate::config::known::specimen;

    #[test]
    fn files_are_counted_and_those_that_are_missing_are_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.log"), "x").unwrap();
        let mut source = specimen().files.remove(0);
        let glob = folder.path().join("*.log").display().to_string();
        source.paths = vec![glob.clone()];
        assert_eq!((files(&source).state(), files(&source).detail()), (State::Ok, "1 files"));
        source.paths = vec![glob, "/nowhere/b.log".to_owned()];
        assert!(files(&source).state() == State::Note && files(&source).detail().contains("/nowhere/b.log"));
        source.paths = vec!["/nowhere/b.log".to_owned()];
        assert_eq!(files(&source).state(), State::Down);
    }

    #[test]
    fn a_journal_that_was_cut_is_down_and_a_torn_line_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let open = Journal::open(&path).unwrap();
        for _ in 0..3 {
            open.append(&Entry::new(Event::Shown), jiff::Timestamp::UNIX_EPOCH).unwrap();
        }
        assert!(journal(&path).state() == State::Ok && journal(&path).detail().ends_with("3 entries"));
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}{{\"seq\":4")).unwrap();
        assert!(journal(&path).state() == State::Ok && std::fs::metadata(&path).unwrap().len() as usize > text.len());
        std::fs::write(&path, text.lines().next().unwrap().to_owned() + "\n").unwrap();
        assert!(journal(&path).state() == State::Down && journal(&path).detail().contains("3 were written"));
    }

    #[test]
    fn confinement_is_told_as_it_is() {
        let run = Run { confine_reads: false, ..Run::default() };
        assert_eq!(confinement(&run).state(), State::Note);
        let expected = if landlock() == Landlock::Full { State::Ok } else { State::Note };
        assert_eq!(confinement(&Run::default()).state(), expected);
    }

    #[test]
    fn places_are_judged_without_creating_them() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b/journal.jsonl");
        assert_eq!(writable("journal", &deep, "").state(), State::Ok);
        assert!(!folder.path().join("a").exists());
        std::fs::write(folder.path().join("a"), "a file in the way").unwrap();
        assert_eq!(writable("journal", &deep, "").state(), State::Down);
        assert_eq!(writable("journal", Path::new(""), "").state(), State::Down);
    }
}
