//! A git repository's log as a list of changes. Reads only: no hook, no pager, no prompt, no network.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::watch;

use super::command::child::{Child, Event};
use super::files::delivery::{Condition, Stop, deliver, report};
use super::{Outlet, Source};
use crate::config::schema;
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;
use crate::domain::time::minus;
use crate::domain::{Change, ChangeId, CleanText, SourceId, Telemetry, Timestamp};

/// How long git may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Commits of one look.
const MAX_COMMITS: usize = 1000;
/// Bytes of git's answer that are read.
const MAX_ANSWER: usize = 4 << 20;
/// One commit a record: hash, seconds of the commit, author, subject; fields end with a unit separator.
const FORMAT: &str = "--format=%H%x1f%ct%x1f%an <%ae>%x1f%s";
/// Variables that git may see.
const PASSED: [&str; 5] = ["PATH", "HOME", "USER", "LOGNAME", "XDG_CONFIG_HOME"];

/// Asks one repository for its commits again and again.
#[derive(Debug)]
pub struct GitSource {
    id: SourceId,
    config: schema::Git,
}

impl GitSource {
    /// A source for one `[[git]]` entry.
    pub fn new(config: &schema::Git) -> Self {
        Self { id: SourceId::new(&config.name), config: config.clone() }
    }

    async fn poll(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let mut stop = Stop::new(stop);
        let mut known = HashSet::new();
        loop {
            let answer = tokio::select! {
                biased;
                () = stop.wait() => return,
                answer = self.log() => answer,
            };
            let condition = match answer {
                Ok(answer) => {
                    let changes = commits(&answer, &self.id);
                    let now_known: HashSet<CleanText> = changes.iter().filter_map(|c| c.commit.clone()).collect();
                    let is_new = |change: &Change| change.commit.as_ref().is_none_or(|commit| !known.contains(commit));
                    let items = changes.into_iter().filter(is_new).map(Telemetry::Change).collect();
                    known = now_known;
                    if !deliver(&mut outlet, items, &mut stop).await {
                        return;
                    }
                    Condition::Up
                }
                Err(why) => Condition::Down(why),
            };
            report(&mut outlet, condition, &mut stop).await;
            if stop.sleep(self.config.every.std()).await {
                return;
            }
        }
    }

    /// What git answers, or what is wrong and what to do.
    async fn log(&self) -> Result<Vec<u8>, String> {
        match tokio::time::timeout(TIMEOUT, self.ask()).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("git took longer than {} s and was stopped", TIMEOUT.as_secs())),
        }
    }

    async fn ask(&self) -> Result<Vec<u8>, String> {
        let arguments = arguments(&self.config.path, minus(Timestamp::now(), self.config.since.signed()));
        let mut git = Child::spawn("git", &arguments, |command| {
            command.env_clear().envs(PASSED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
            command.envs([
                ("GIT_TERMINAL_PROMPT", "0"),
                ("GIT_OPTIONAL_LOCKS", "0"),
                ("GIT_NO_LAZY_FETCH", "1"),
                ("GIT_PAGER", "cat"),
                ("LC_ALL", "C"),
            ]);
        })
        .map_err(|error| format!("git cannot be started: {error}; install it or remove the entry"))?;
        let mut answer = Vec::new();
        loop {
            match git.next().await {
                Event::Out(bytes) => {
                    let room = MAX_ANSWER.saturating_sub(answer.len());
                    answer.extend(bytes.into_iter().take(room));
                }
                Event::Quiet | Event::Err(_) => {}
                Event::Ended(end) if end.success => return Ok(answer),
                // A repository without a commit has nothing to tell, which is no failure.
                Event::Ended(end) if end.last_error.contains("does not have any commits yet") => return Ok(Vec::new()),
                Event::Ended(end) => {
                    return Err(format!("git log in {}: {}", self.config.path.display(), end.last_error));
                }
            }
        }
    }
}

impl Source for GitSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let text = CleanText::line(&format!("git log in {}", self.config.path.display()));
        let every_seconds = u32::try_from(self.config.every.std().as_secs()).unwrap_or(u32::MAX);
        vec![PolledQuery { source: CleanText::line(self.id.as_str()), text, every_seconds }]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.poll(outlet, stop))
    }
}

/// Settings of the repository that would run a program are overruled.
fn arguments(path: &std::path::Path, since: Timestamp) -> Vec<String> {
    let path: PathBuf = path.to_owned();
    [
        "-C",
        &path.to_string_lossy(),
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "log.showSignature=false",
        "--no-pager",
        "log",
        "-z",
        "--no-color",
        "--no-ext-diff",
        "--no-mailmap",
        &format!("--max-count={MAX_COMMITS}"),
        &format!("--since=@{}", since.as_second()),
        FORMAT,
        "--",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// The commits of an answer, oldest first. What is not in the asked form is no commit.
fn commits(answer: &[u8], source: &SourceId) -> Vec<Change> {
    let text = String::from_utf8_lossy(answer);
    let mut changes: Vec<Change> = text.split('\0').filter_map(|record| commit(record, source)).collect();
    changes.reverse();
    changes
}

fn commit(record: &str, source: &SourceId) -> Option<Change> {
    let mut fields = record.trim_start_matches('\n').splitn(4, '\u{1f}');
    let (hash, seconds, author, subject) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    if hash.len() < 40 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let at = Timestamp::from_second(seconds.parse().ok()?).ok()?;
    let short = hash.get(..12).unwrap_or(hash);
    Some(Change {
        id: ChangeId(0),
        at,
        kind: CleanText::line("commit"),
        service: CleanText::default(),
        summary: CleanText::line(subject),
        version: None,
        author: Some(CleanText::line(author)),
        commit: Some(CleanText::line(hash)),
        source: source.clone(),
        raw: CleanText::line(&format!("{short} {at} {author} {subject}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_read_strictly_and_stand_oldest_first() {
        let hash = |digit: &str| digit.repeat(40);
        let answer = format!(
            "{}\x1f1795208660\x1fNoor <n@x>\x1fsecond \x1f with \x1b[2J\0{}\x1f1795208600\x1fTomas <t@x>\x1ffirst\0nonsense\0{}\x1f1e308\x1fa\x1fb\0",
            hash("a"),
            hash("b"),
            hash("c")
        );
        let changes = commits(answer.as_bytes(), &SourceId::new("git"));
        let said: Vec<&str> = changes.iter().map(|change| change.summary.as_str()).collect();
        assert_eq!(said, ["first", "second ␟ with ␛[2J"]);
        assert_eq!(changes[1].commit.as_deref(), Some(hash("a").as_str()));
    }
}
