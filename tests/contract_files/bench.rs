//! Runs one source against a channel and gathers what it says, or what it indexes into a library, each wait with a
//! deadline.

use std::sync::Arc;
use std::time::Duration;

use midwatch::domain::{Batch, Change, CleanText, Health, LogRecord, Telemetry, Timestamp};
use midwatch::logfile::{Context, Library, Tape, Unmined, record};
use midwatch::sources::{Outlet, Source};
use tokio::sync::{Notify, mpsc, watch};
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
    library: Arc<Library>,
    grown: Arc<Notify>,
    pub logs: Vec<LogRecord>,
    pub changes: Vec<Change>,
    pub health: Vec<Health>,
    pub dropped: u64,
}

impl Bench {
    pub fn start(source: impl Source) -> Self {
        Self::with_room(source, 64)
    }

    /// A source that indexes into this library: its records are read from there.
    pub fn indexed(source: impl Source, library: Arc<Library>) -> Self {
        Self::of(source, 64, library)
    }

    /// A channel of few batches shows whether a source waits for room.
    pub fn with_room(source: impl Source, room: usize) -> Self {
        Self::of(source, room, library())
    }

    pub fn of(source: impl Source, room: usize, library: Arc<Library>) -> Self {
        let grown = Arc::new(Notify::new());
        let tell = Arc::clone(&grown);
        library.on_growth(move || tell.notify_one());
        let (out, batches) = mpsc::channel(room);
        let (stop, stopped) = watch::channel(false);
        let outlet = Outlet::new(source.id().clone(), out);
        let task = tokio::spawn(Box::new(source).run(outlet, stopped));
        let (logs, changes, health) = (Vec::new(), Vec::new(), Vec::new());
        Self { batches, stop, task, library, grown, logs, changes, health, dropped: 0 }
    }

    /// Gathers until the condition holds; panics with what came when it does not in time.
    pub async fn until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !holds(self) {
            tokio::select! {
                batch = self.batches.recv() => match batch {
                    Some(batch) => self.take(batch),
                    None => panic!("{what}: the source ended; {}", self.told()),
                },
                () = self.grown.notified() => self.read(),
                () = tokio::time::sleep_until(deadline) => panic!("{what}: not in time; {}", self.told()),
            }
        }
    }

    /// Reads every record of the library, in the order of the merged list.
    fn read(&mut self) {
        let tapes = self.library.tapes();
        let mut found: Vec<_> = tapes.iter().filter(|tape| !tape.is_retired()).flat_map(records).collect();
        found.sort_by_key(|(key, _)| *key);
        if !found.is_empty() {
            self.logs = found.into_iter().map(|(_, record)| record).collect();
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
        self.read();
        self
    }

    /// Waits for the source to end by itself.
    pub async fn ended(mut self) -> Self {
        while let Ok(Some(batch)) = tokio::time::timeout(DEADLINE, self.batches.recv()).await {
            self.take(batch);
        }
        tokio::time::timeout(DEADLINE, &mut self.task).await.expect("the source did not end").unwrap();
        self.read();
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

/// The records of a tape, each with its place in the merged list.
fn records(tape: &Arc<Tape>) -> Vec<(midwatch::domain::RecordKey, LogRecord)> {
    let snapshot = tape.snapshot();
    let one = |row| {
        let found = snapshot.row(row).unwrap();
        let context = Context {
            source: tape.source().clone(),
            service: snapshot.names()[usize::from(found.service)].clone(),
            observed: Timestamp::UNIX_EPOCH,
            at: Some(found.at),
        };
        let text = tape.file().text(snapshot.span(row).unwrap());
        let mut read = record(text.as_deref().unwrap_or(b"gone"), snapshot.layout(), &context);
        if read.severity != found.mark.severity() {
            read.body = CleanText::line(&format!("{}: the row says {:?}", read.body, found.mark.severity()));
        }
        let key = snapshot.key(row).unwrap();
        // What states no time stands where its predecessor does.
        read.time = read.time.or(Some(key.at));
        (key, read)
    };
    (0..snapshot.len()).map(one).collect()
}
