//! What this machine has: readable log files, change events, repositories, a kubectl that knows where to go.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::snippet::Settings;
use super::{FindingKind, Found, Outcome, Silent};
use crate::domain::CleanText;

/// How long kubectl may take to name its context.
const PATIENCE: Duration = Duration::from_secs(2);
/// Entries of a folder that are looked at.
const MOST_ENTRIES: usize = 2_000;
/// Log files of the system by their usual names, beside `*.log`.
const SYSTEM_LOGS: [&str; 3] = ["syslog", "messages", "kern.log"];

/// kubectl, when it has a current context.
pub(super) async fn kubectl() -> Option<Found> {
    let mut command = Command::new("kubectl");
    command.args(["config", "current-context"]).stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.ok()?.ok()?;
    let context = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    if !output.status.success() || context.is_empty() {
        return None;
    }
    let argv = ["kubectl", "--context", &context, "get", "events", "--all-namespaces", "--watch-only", "--no-headers"];
    let argv = argv.map(str::to_owned).to_vec();
    Some(Found {
        what: FindingKind::Kubectl,
        at: context.clone(),
        evidence: format!("kubectl's current context is {context}; its events would be followed"),
        settings: Settings::Command { name: "kubernetes", argv },
    })
}

/// The readable log files of this machine.
pub(super) async fn system_logs() -> Option<Found> {
    let look = || {
        let mut logs = Logs::below(Path::new("/var/log"));
        let named = SYSTEM_LOGS.iter().map(|name| Path::new("/var/log").join(name)).filter(|path| is_text(path));
        let named: Vec<String> = named.map(|path| path.display().to_string()).collect();
        logs.count += named.len();
        logs.globs.extend(named);
        logs.found("system", "/var/log")
    };
    tokio::task::spawn_blocking(look).await.ok().flatten()
}

/// What a folder or file that a person named holds.
pub(super) async fn path(name: &str) -> Outcome {
    let path = PathBuf::from(name);
    let look = move || if path.is_dir() { folder(&path) } else { file(&path) };
    let found = tokio::task::spawn_blocking(look).await.unwrap_or_default();
    if found.is_empty() {
        let why = "holds no readable *.log, no changes.jsonl and no git repository, here or one folder below";
        return Err(Silent { at: CleanText::line(name), why: why.into() });
    }
    Ok(found)
}

fn folder(folder: &Path) -> Vec<Found> {
    let folder = &folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = folder.file_name().map_or_else(|| "logs".to_owned(), |name| name.to_string_lossy().into_owned());
    let mut all: Vec<Found> = Logs::below(folder).found(&name, &folder.display().to_string()).into_iter().collect();
    let changes = folder.join("changes.jsonl");
    if is_text(&changes) {
        all.push(changes_file(&changes));
    }
    let repositories = std::iter::once(folder.clone()).chain(folders(folder)).filter(|path| is_repository(path));
    all.extend(repositories.take(3).map(|path| repository(&path)));
    all
}

fn file(path: &Path) -> Vec<Found> {
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if !is_text(path) {
        return Vec::new();
    }
    if path.file_name().is_some_and(|name| name.to_string_lossy().contains("changes")) && has_extension(path, "jsonl") {
        return vec![changes_file(path)];
    }
    let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let shown = path.display().to_string();
    Logs { globs: vec![glob::Pattern::escape(&shown)], count: 1 }.found(&name, &shown).into_iter().collect()
}

fn changes_file(path: &Path) -> Found {
    let path = path.display().to_string();
    let evidence = "a readable file of change events".to_owned();
    Found { what: FindingKind::ChangesFile, at: path.clone(), evidence, settings: Settings::Changes { path } }
}

fn repository(path: &Path) -> Found {
    let path = path.display().to_string();
    let evidence = "a git repository; its commits would be changes".to_owned();
    Found { what: FindingKind::GitRepo, at: path.clone(), evidence, settings: Settings::Git { path } }
}

/// Log files as globs, and how many files those match now.
struct Logs {
    globs: Vec<String>,
    count: usize,
}

impl Logs {
    /// `*.log` in a folder and in the folders directly below it.
    fn below(folder: &Path) -> Self {
        let mut logs = Self { globs: Vec::new(), count: 0 };
        for place in std::iter::once(folder.to_owned()).chain(folders(folder)) {
            let matching =
                entries(&place).into_iter().filter(|path| has_extension(path, "log") && is_text(path)).count();
            if matching > 0 {
                logs.count += matching;
                logs.globs.push(format!("{}/*.log", glob::Pattern::escape(&place.display().to_string())));
            }
        }
        logs
    }

    fn found(self, name: &str, at: &str) -> Option<Found> {
        let files = if self.count == 1 { "file" } else { "files" };
        (!self.globs.is_empty()).then(|| Found {
            what: FindingKind::LogFiles,
            at: at.to_owned(),
            evidence: format!("{} readable log {files}", self.count),
            settings: Settings::Files { name: name.to_owned(), paths: self.globs },
        })
    }
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir() && !path.is_symlink()).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(read) = fs::read_dir(folder) else { return Vec::new() };
    let mut entries: Vec<PathBuf> = read.take(MOST_ENTRIES).filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    entries
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension == wanted)
}

/// Whether a file can be read and does not begin like a binary one. An empty log file is a log file.
fn is_text(path: &Path) -> bool {
    let mut head = [0; 512];
    // Only regular files: opening a pipe would wait for its writer.
    path.is_file()
        && File::open(path).and_then(|mut file| file.read(&mut head)).is_ok_and(|length| !head[..length].contains(&0))
}

fn is_repository(path: &Path) -> bool {
    path.join(".git").exists()
        || (path.join("HEAD").is_file() && path.join("objects").is_dir() && path.join("refs").is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_tells_its_logs_changes_and_repositories() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("logs")).unwrap();
        fs::create_dir_all(at("repo/.git")).unwrap();
        fs::write(at("logs/a.log"), "one\n").unwrap();
        fs::write(at("logs/b.log"), "").unwrap();
        fs::write(at("logs/core.log"), [1, 0, 2]).unwrap();
        fs::write(at("changes.jsonl"), "{}\n").unwrap();
        let found = folder(dir.path());
        let kinds: Vec<FindingKind> = found.iter().map(|found| found.what).collect();
        assert_eq!(kinds, [FindingKind::LogFiles, FindingKind::ChangesFile, FindingKind::GitRepo]);
        assert_eq!(found[0].evidence, "2 readable log files");
    }

    #[test]
    fn a_folder_with_nothing_in_it_gives_nothing() {
        assert!(folder(tempfile::tempdir().unwrap().path()).is_empty());
    }
}
