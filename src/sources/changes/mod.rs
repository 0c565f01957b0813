//! A followed file of change events, a JSON object a line. Lines that are none are counted and told, never fatal.

pub(in crate::sources) mod record;

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::watch;

use super::files::delivery::{Condition, Stop, deliver, report};
use super::{Outlet, Source};
use crate::config::schema;
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;
use crate::domain::{CleanText, SourceId, Telemetry, Timestamp};
use crate::logfile::lines::Lines;
use crate::logfile::{Chunk, Follower, Known, State};

use record::Rejects;

/// Between two looks at a file that had nothing new.
const POLL: Duration = Duration::from_millis(200);
/// How much of the file's end is read at the start; changes are few.
const BACKLOG: u64 = 16 << 20;
/// Bytes read at a time.
const READ: usize = 256 * 1024;

/// Follows one file of change events.
#[derive(Debug)]
pub struct ChangesSource {
    id: SourceId,
    path: PathBuf,
}

/// What is carried from one look at the file to the next.
struct Reading {
    id: SourceId,
    follower: Follower,
    known: Known,
    lines: HashMap<u64, Lines>,
    rejects: Rejects,
}

impl ChangesSource {
    /// A source for one `[[changes]]` entry.
    pub fn new(config: &schema::Changes) -> Self {
        Self { id: SourceId::new(&config.name), path: config.path.clone() }
    }

    async fn follow(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let mut stop = Stop::new(stop);
        let mut reading = Reading {
            follower: Follower::new(self.path, BACKLOG),
            id: self.id,
            known: Known::default(),
            lines: HashMap::new(),
            rejects: Rejects::default(),
        };
        loop {
            let work = tokio::task::spawn_blocking(move || {
                let found = reading.poll();
                (reading, found)
            });
            let done = tokio::select! {
                () = stop.wait() => return,
                done = work => done,
            };
            let Ok((returned, (items, condition))) = done else {
                outlet.down("reading the changes failed inside midwatch; start it again", Timestamp::now()).await;
                return;
            };
            reading = returned;
            let quiet = items.is_empty();
            if !deliver(&mut outlet, items, &mut stop).await {
                return;
            }
            report(&mut outlet, condition, &mut stop).await;
            if quiet && stop.sleep(POLL).await {
                return;
            }
        }
    }
}

impl Reading {
    fn poll(&mut self) -> (Vec<Telemetry>, Condition) {
        let mut chunks = Vec::new();
        let state = self.follower.poll(&mut self.known, READ, &mut chunks);
        let mut items = Vec::new();
        for chunk in chunks {
            match chunk {
                Chunk::Begins(_) | Chunk::Moved { .. } => {}
                Chunk::Bytes { generation, bytes, at: _ } => {
                    let (id, rejects) = (&self.id, &mut self.rejects);
                    let lines = self.lines.entry(generation).or_default();
                    lines.feed(&bytes, |line| items.extend(rejects.read(line, id).map(Telemetry::Change)));
                }
                Chunk::End { generation, text: _ } => {
                    // A last line without its end is one only if it can be read.
                    let mut lines = self.lines.remove(&generation).unwrap_or_default();
                    let id = &self.id;
                    lines.finish(|line| items.extend(record::parse(line, id).ok().map(Telemetry::Change)));
                }
            }
        }
        (items, self.condition(state))
    }

    fn condition(&self, state: State) -> Condition {
        let path = self.follower.path().display();
        match state {
            State::Following | State::Elsewhere => match self.rejects.why() {
                None => Condition::Up,
                Some(why) => Condition::Degraded(why),
            },
            State::Missing => Condition::Down(format!("{path} is not there; it is read as soon as it appears")),
            State::Failed(why) => Condition::Down(format!("{path} {why}")),
        }
    }
}

impl Source for ChangesSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let text = CleanText::line(&format!("follow {}", self.path.display()));
        vec![PolledQuery { source: CleanText::line(self.id.as_str()), text, every_seconds: 0 }]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.follow(outlet, stop))
    }
}
