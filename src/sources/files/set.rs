//! The files behind one source: globs expanded again and again, each file with its follower and its parsers. Blocking;
//! runs on a thread of its own.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::config::schema;
use crate::domain::{CleanText, LogRecord, SourceId, Timestamp};
use crate::logfile::{Chunk, Follower, Known, LineParser, State};

use super::delivery::Condition;

/// Between two expansions of the globs.
const EXPAND: Duration = Duration::from_secs(3);
/// Bytes read of one file at a time.
const READ: usize = 256 * 1024;
/// Bytes read in one poll before what was found is given on.
const ROUND: usize = 2 << 20;
/// Files followed by one source.
const MAX_FILES: usize = 1000;
/// Quiet polls after which an unfinished record counts as finished.
const QUIET: u32 = 2;
/// Problems named in the health; the rest are counted.
const NAMED: usize = 3;
/// Endings of files that hold no text.
const COMPRESSED: [&str; 6] = ["gz", "bz2", "xz", "zst", "zip", "lz4"];

/// What one poll found.
#[derive(Debug)]
pub(super) struct Found {
    /// Records in the order of their files.
    pub(super) records: Vec<LogRecord>,
    /// How the files are.
    pub(super) condition: Condition,
    /// There is more to read at once.
    pub(super) more: bool,
}

/// All files of one source.
#[derive(Debug)]
pub(super) struct FileSet {
    id: SourceId,
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
    follower: Follower,
    parsers: HashMap<u64, LineParser>,
    service: String,
    quiet: u32,
    state: State,
    /// Found by a glob: when it goes, nobody misses it.
    by_glob: bool,
}

impl FileSet {
    pub(super) fn new(id: SourceId, config: &schema::Files) -> Self {
        Self {
            id,
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
        let mut records = Vec::new();
        let (mut bytes, mut more) = (0, false);
        for path in self.order() {
            if bytes >= ROUND {
                self.next = Some(path);
                more = true;
                break;
            }
            let Some(member) = self.members.get_mut(&path) else { continue };
            let read = member.poll(&self.id, &mut self.known, now, &mut records);
            bytes += read;
            more |= read >= READ;
        }
        Found { records, condition: self.condition(), more }
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
            member.by_glob && !member.follower.is_reading() && !names.iter().any(|name| name == path)
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
            let member = Member::new(path.clone(), by_glob, first, self.backlog, &self.service);
            self.members.insert(path, member);
        }
    }

    fn condition(&self) -> Condition {
        let mut problems = self.problems.clone();
        for (path, member) in &self.members {
            match &member.state {
                State::Following | State::Elsewhere => {}
                State::Missing if member.by_glob => {}
                State::Missing => problems.push(format!("{}: not there yet", path.display())),
                State::Failed(why) => problems.push(format!("{}: {why}", path.display())),
            }
        }
        if problems.is_empty() {
            return Condition::Up;
        }
        let reading = self.members.values().filter(|member| member.state == State::Following).count();
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

impl Member {
    fn new(path: PathBuf, by_glob: bool, first: bool, backlog: u64, service: &str) -> Self {
        let service = if service.is_empty() { stem(&path) } else { service.to_owned() };
        let follower = if first { Follower::new(path, backlog) } else { Follower::appeared(path, backlog) };
        Self { follower, parsers: HashMap::new(), service, quiet: 0, state: State::Missing, by_glob }
    }

    /// Reads on; the number of bytes that came.
    fn poll(&mut self, id: &SourceId, known: &mut Known, now: Timestamp, records: &mut Vec<LogRecord>) -> usize {
        let mut chunks = Vec::new();
        self.state = self.follower.poll(known, READ, &mut chunks);
        let mut read = 0;
        for chunk in chunks {
            match chunk {
                Chunk::Bytes { generation, bytes } => {
                    read += bytes.len();
                    let parser =
                        self.parsers.entry(generation).or_insert_with(|| LineParser::new(id.clone(), &self.service));
                    records.extend(parser.feed(&bytes, now));
                }
                Chunk::End { generation } => {
                    records.extend(self.parsers.remove(&generation).into_iter().flat_map(|mut p| p.finish(now)));
                }
            }
        }
        self.quiet = if read == 0 { self.quiet.saturating_add(1) } else { 0 };
        if self.quiet == QUIET {
            records.extend(self.parsers.values_mut().flat_map(LineParser::flush_idle));
        }
        read
    }
}

/// The file's name up to its first dot: the service of records that name none.
fn stem(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let stem = name.trim_start_matches('.').split('.').next().unwrap_or("");
    CleanText::line(if stem.is_empty() { &name } else { stem }).to_string()
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
