//! Runs one source against a channel and gathers what it says, each wait with a deadline.

use std::sync::Arc;
use std::time::Duration;

use midwatch::domain::{Batch, Change, Health, LogRecord, Telemetry};
use midwatch::logfile::{Library, Unmined};
use midwatch::sources::{Outlet, Source};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Longest time any single expectation may take; reached only by a failure.
const DEADLINE: Duration = Duration::from_secs(20);

/// An empty library that looks for no shapes.
pub fn library() -> Arc<Library> {
    Arc::new(Library::new(Box::new(Unmined)))
}

/// A running source and everything it said.
pub struct Bench {
    batches: mpsc::Receiver<Batch>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    pub logs: Vec<LogRecord>,
    pub changes: Vec<Change>,
    pub health: Vec<Health>,
    pub dropped: u64,
}

impl Bench {
    pub fn start(source: impl Source) -> Self {
        Self::with_room(source, 64)
    }

    /// A channel of few batches shows whether a source waits for room.
    pub fn with_room(source: impl Source, room: usize) -> Self {
        let (out, batches) = mpsc::channel(room);
        let (stop, stopped) = watch::channel(false);
        let outlet = Outlet::new(source.id().clone(), out);
        let task = tokio::spawn(Box::new(source).run(outlet, stopped));
        Self { batches, stop, task, logs: Vec::new(), changes: Vec::new(), health: Vec::new(), dropped: 0 }
    }

    /// Gathers until the condition holds; panics with what came when it does not in time.
    pub async fn until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !holds(self) {
            match tokio::time::timeout_at(deadline, self.batches.recv()).await {
                Ok(Some(batch)) => self.take(batch),
                Ok(None) => panic!("{what}: the source ended; {}", self.told()),
                Err(_) => panic!("{what}: not in time; {}", self.told()),
            }
        }
    }

    pub async fn until_bodies(&mut self, expected: &[&str]) {
        let count = expected.len();
        self.until(&format!("records {expected:?}"), |bench| bench.logs.len() >= count).await;
        assert_eq!(self.bodies(), expected);
    }

    pub async fn until_health(&mut self, word: &str, part: &str) {
        let fits = |health: &Health| health.word() == word && health.why().is_none_or(|why| why.contains(part));
        self.until(&format!("health {word} {part}"), |bench| bench.health.last().is_some_and(fits)).await;
    }

    pub fn bodies(&self) -> Vec<&str> {
        self.logs.iter().map(|record| record.body.as_str()).collect()
    }

    /// Orders the stop and gives what was still under way.
    pub async fn stop(mut self) -> Self {
        self.stop.send(true).unwrap();
        tokio::time::timeout(DEADLINE, &mut self.task).await.expect("the source did not stop").unwrap();
        while let Ok(batch) = self.batches.try_recv() {
            self.take(batch);
        }
        self
    }

    /// Waits for the source to end by itself.
    pub async fn ended(mut self) -> Self {
        while let Ok(Some(batch)) = tokio::time::timeout(DEADLINE, self.batches.recv()).await {
            self.take(batch);
        }
        tokio::time::timeout(DEADLINE, &mut self.task).await.expect("the source did not end").unwrap();
        self
    }

    fn take(&mut self, batch: Batch) {
        self.dropped += batch.dropped;
        for item in batch.items {
            match item {
                Telemetry::Log(record) => self.logs.push(record),
                Telemetry::Change(change) => self.changes.push(change),
                Telemetry::Health(health) => self.health.push(health),
                other => panic!("not expected of this source: {other:?}"),
            }
        }
    }

    fn told(&self) -> String {
        let tail: Vec<&str> = self.bodies().into_iter().rev().take(5).collect();
        format!(
            "{} records, the last {tail:?}, {} changes, health {:?}",
            self.logs.len(),
            self.changes.len(),
            self.health
        )
    }
}
