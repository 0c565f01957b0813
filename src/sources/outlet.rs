//! The way out of a source: batches by size or time, drops counted, health said once per change.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::Instant;

use crate::domain::{Batch, CleanText, Health, LogRecord, SourceId, Telemetry, Timestamp};

/// Records gathered before a batch leaves.
const BATCH: usize = 512;
/// Longest time a record waits for company.
const LINGER: Duration = Duration::from_millis(10);

/// One source's sending end. Log records are dropped and counted when the channel is full; all else waits for room.
pub struct Outlet {
    id: SourceId,
    out: mpsc::Sender<Batch>,
    waiting: Vec<Telemetry>,
    since: Option<Instant>,
    dropped: u64,
    health: Health,
}

impl Outlet {
    /// An outlet of the named source into the shared bounded channel.
    pub fn new(id: SourceId, out: mpsc::Sender<Batch>) -> Self {
        Self { id, out, waiting: Vec::new(), since: None, dropped: 0, health: Health::Starting }
    }

    /// A second way out of the same source, for what works beside its main loop; that one alone says how the source is.
    pub fn beside(&self) -> Self {
        Self::new(self.id.clone(), self.out.clone())
    }

    /// Whose it is.
    pub fn id(&self) -> &SourceId {
        &self.id
    }

    /// Adds a log record to the batch; the batch leaves when it is full or due. Never waits.
    pub fn log(&mut self, record: LogRecord) {
        if self.waiting.is_empty() {
            self.since = Some(Instant::now());
        }
        self.waiting.push(Telemetry::Log(record));
        if self.waiting.len() >= BATCH || self.since.is_some_and(|since| since.elapsed() >= LINGER) {
            self.flush();
        }
    }

    /// Sends what waits, now. Call it whenever a read found nothing more. Never waits; what finds no room is counted.
    pub fn flush(&mut self) {
        if self.waiting.is_empty() && self.dropped == 0 {
            return;
        }
        self.since = None;
        let items = std::mem::take(&mut self.waiting);
        let batch = Batch { source: self.id.clone(), items, dropped: self.dropped };
        match self.out.try_send(batch) {
            Ok(()) => self.dropped = 0,
            Err(TrySendError::Full(batch) | TrySendError::Closed(batch)) => self.dropped += batch.items.len() as u64,
        }
    }

    /// Like [`Outlet::flush`], but waits for room, so that a reader which can wait (a file) loses nothing.
    pub async fn flush_waiting(&mut self) {
        if !self.waiting.is_empty() {
            self.since = None;
            let items = std::mem::take(&mut self.waiting);
            self.send(items).await;
        }
    }

    /// Records that wait for the next batch.
    pub fn pending(&self) -> usize {
        self.waiting.len()
    }

    /// Sends what must not be lost; waits for room.
    pub async fn send(&mut self, items: Vec<Telemetry>) {
        let dropped = std::mem::take(&mut self.dropped);
        // A closed channel means that the program is ending: there is nobody left to tell.
        let _ = self.out.send(Batch { source: self.id.clone(), items, dropped }).await;
    }

    /// Says that the source is well, if that is news.
    pub async fn up(&mut self, now: Timestamp) {
        self.say(Health::Up { since: now }).await;
    }

    /// Says that the source is not as it should be, if that is news. The time of the first shortcoming is kept.
    pub async fn degraded(&mut self, why: impl Into<CleanText>, now: Timestamp) {
        let since = if self.health.word() == "degraded" { self.health.since().unwrap_or(now) } else { now };
        self.say(Health::Degraded { why: why.into(), since }).await;
    }

    /// Says that the source does not answer, if that is news. The time of the first failure is kept.
    pub async fn down(&mut self, why: impl Into<CleanText>, now: Timestamp) {
        let since = if self.health.word() == "down" { self.health.since().unwrap_or(now) } else { now };
        self.say(Health::Down { why: why.into(), since }).await;
    }

    /// Says that the source came to its end.
    pub async fn ended(&mut self, now: Timestamp) {
        self.flush_waiting().await;
        self.say(Health::Ended { since: now }).await;
    }

    async fn say(&mut self, health: Health) {
        if !self.health.same_state(&health) {
            self.health = health.clone();
            self.send(vec![Telemetry::Health(health)]).await;
        }
    }
}
