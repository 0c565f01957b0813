//! The files behind one source: globs expanded again and again, each file followed and indexed. Blocking; runs on a
//! thread of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::schema;
use crate::domain::{SourceId, Timestamp};
use crate::logfile::{Known, Library, State, Watch};

use super::delivery::Condition;

/// Between two expansions of the globs.
const EXPAND: Duration = Duration::from_secs(3);
/// Bytes read and indexed in one poll; then it is looked whether the source is to stop.
const ROUND: u64 = 8 << 20;
/// Files followed by one source.
const MAX_FILES: usize = 1000;
/// Problems named in the health; the rest are counted.
const NAMED: usize = 3;
/// Endings of files that hold no text.
const COMPRESSED: [&str; 6] = ["gz", "bz2", "xz", "zst", "zip", "lz4"];

/// What one poll found.
#[derive(Debug)]
pub(super) struct Found {
    /// How the files are.
    pub(super) condition: Condition,
    /// There is more to do at once.
    pub(super) more: bool,
    /// Something came.
    pub(super) grew: bool,
}

/// All files of one source.
#[derive(Debug)]
pub(super) struct FileSet {
    id: SourceId,
    library: Arc<Library>,
    patterns: Vec<String>,
    service: String,
    backlog: u64,
    members: BTreeMap<PathBuf, Member>,
    known: Known,
    expanded: Option<Instant>,
    problems: Vec<String>,
    next: Option<PathBuf>,
}

/// One path.
#[derive(Debug)]
struct Member {
    watch: Watch,
    /// Found by a glob: when it goes, nobody misses it.
    by_glob: bool,
}

impl FileSet {
    pub(super) fn new(id: SourceId, config: &schema::Files, library: Arc<Library>) -> Self {
        Self {
            id,
            library,
            patterns: config.paths.iter().map(|path| at_home(path)).collect(),
            service: config.service.clone(),
            backlog: config.backlog.bytes() as u64,
            members: BTreeMap::new(),
            known: Known::default(),
            expanded: None,
            problems: Vec::new(),
            next: None,
        }
    }

    /// Reads what is new everywhere, up to a bound; the next poll goes on with the file after the last.
    pub(super) fn poll(&mut self, now: Timestamp) -> Found {
        if self.expanded.is_none_or(|last| last.elapsed() >= EXPAND) {
            self.expand();
            self.expanded = Some(Instant::now());
        }
        let (mut bytes, mut more, mut grew) = (0, false, false);
        for path in self.order() {
            if bytes >= ROUND {
                self.next = Some(path);
                more = true;
                break;
            }
            let Some(member) = self.members.get_mut(&path) else { continue };
            let polled = member.watch.poll(&mut self.known, &self.library, now);
            bytes += polled.read as u64 + polled.worked;
            more |= polled.more;
            grew |= polled.read > 0;
        }
        Found { condition: self.condition(), more, grew }
    }

    /// The paths, beginning where the last poll had to break off.
    fn order(&mut self) -> Vec<PathBuf> {
        let start = self.next.take();
        let first = start.as_deref().unwrap_or(Path::new(""));
        let (before, after): (Vec<_>, Vec<_>) = self.members.keys().cloned().partition(|path| path.as_path() < first);
        after.into_iter().chain(before).collect()
    }

    fn expand(&mut self) {
        self.problems.clear();
        let first = self.expanded.is_none();
        self.members.values_mut().for_each(|member| member.watch.tidy(&self.library));
        let mut matched = Vec::new();
        for pattern in &self.patterns {
            if !pattern.contains(['*', '?', '[']) {
                matched.push((PathBuf::from(pattern), false));
                continue;
            }
            match glob::glob(pattern) {
                Err(error) => self.problems.push(format!("{pattern}: no glob: {}", error.msg)),
                Ok(paths) => {
                    let before = matched.len();
                    matched.extend(paths.flatten().filter(|path| is_text(path)).map(|path| (path, true)));
                    if matched.len() == before {
                        self.problems.push(format!("{pattern}: no such file yet"));
                    }
                }
            }
        }
        let names: Vec<PathBuf> = matched.iter().map(|(path, _)| path.clone()).collect();
        matched.retain(|(path, by_glob)| !by_glob || !is_rotated(path, &names));
        let gone = |path: &Path, member: &Member| {
            member.by_glob && !member.watch.is_at_work() && !names.iter().any(|name| name == path)
        };
        self.members.retain(|path, member| !gone(path, member));
        for (path, by_glob) in matched {
            if self.members.contains_key(&path) {
                continue;
            }
            if self.members.len() >= MAX_FILES {
                self.problems.push(format!("more than {MAX_FILES} files match; only those are read"));
                break;
            }
            // What comes later is new, all of it.
            let backlog = if first { self.backlog } else { u64::MAX };
            let watch = Watch::new(path.clone(), &self.id, &self.service, backlog);
            self.members.insert(path, Member { watch, by_glob });
        }
    }

    fn condition(&self) -> Condition {
        let mut problems = self.problems.clone();
        for (path, member) in &self.members {
            match member.watch.state() {
                State::Following | State::Elsewhere => {}
                State::Missing if member.by_glob => {}
                State::Missing => problems.push(format!("{}: not there yet", path.display())),
                State::Failed(why) => problems.push(format!("{}: {why}", path.display())),
            }
        }
        if problems.is_empty() {
            return Condition::Up;
        }
        let reading = self.members.values().filter(|member| *member.watch.state() == State::Following).count();
        let more = match problems.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        problems.truncate(NAMED);
        let list = problems.join("; ");
        if reading == 0 {
            Condition::Down(format!("no file can be read: {list}{more}"))
        } else {
            let are = if reading == 1 { "file is" } else { "files are" };
            Condition::Degraded(format!("{reading} {are} read, but: {list}{more}"))
        }
    }
}

fn is_text(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    !COMPRESSED.contains(&ending) && !path.is_dir()
}

/// Whether the path is what rotation left of another of the paths: `app.log.1`, `app.log-20261120`.
fn is_rotated(path: &Path, names: &[PathBuf]) -> bool {
    let text = path.to_string_lossy();
    names.iter().any(|name| {
        let rest = text.strip_prefix(&*name.to_string_lossy()).unwrap_or("");
        rest.starts_with(['.', '-', '_']) && rest.len() > 1
    })
}

/// `~/` at the start stands for the person's home.
fn at_home(path: &str) -> String {
    match (path.strip_prefix("~/"), std::env::var("HOME")) {
        (Some(rest), Ok(home)) => format!("{home}/{rest}"),
        (Some(_), Err(_)) | (None, _) => path.to_owned(),
    }
}
