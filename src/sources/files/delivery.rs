//! What the sources that read streams share: stopping at once, and giving telemetry on without losing any.

use std::time::Duration;

use tokio::sync::watch;

use crate::domain::{LogRecord, Telemetry, Timestamp};
use crate::sources::Outlet;

/// Items of one batch.
const BATCH: usize = 512;

/// The order to stop, given or lost with its sender.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// How a source is, before it is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// All is well.
    Up,
    /// Some of it does not work, and why.
    Degraded(String),
    /// Nothing works, and why.
    Down(String),
}

impl Stop {
    /// Watches for the order.
    pub fn new(receiver: watch::Receiver<bool>) -> Self {
        Self(receiver)
    }

    /// Returns once the order is given.
    pub async fn wait(&mut self) {
        // An error means that nobody is left to give the order, which is one.
        drop(self.0.wait_for(|stop| *stop).await);
    }

    /// Waits; true when the order came meanwhile.
    pub async fn sleep(&mut self, time: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.wait() => true,
            () = tokio::time::sleep(time) => false,
        }
    }
}

/// Sends log records, waiting for room; false when the order to stop came first.
pub async fn deliver_logs(outlet: &mut Outlet, records: Vec<LogRecord>, stop: &mut Stop) -> bool {
    deliver(outlet, records.into_iter().map(Telemetry::Log).collect(), stop).await
}

/// Sends telemetry in batches, waiting for room; false when the order to stop came first.
pub async fn deliver(outlet: &mut Outlet, items: Vec<Telemetry>, stop: &mut Stop) -> bool {
    let mut items = items.into_iter();
    loop {
        let batch: Vec<Telemetry> = items.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return true;
        }
        tokio::select! {
            biased;
            () = stop.wait() => return false,
            () = outlet.send(batch) => {}
        }
    }
}

/// Says how the source is, if that is news.
pub async fn report(outlet: &mut Outlet, condition: Condition, stop: &mut Stop) {
    let now = Timestamp::now();
    let said = async {
        match condition {
            Condition::Up => outlet.up(now).await,
            Condition::Degraded(why) => outlet.degraded(why, now).await,
            Condition::Down(why) => outlet.down(why, now).await,
        }
    };
    tokio::select! {
        biased;
        () = stop.wait() => {}
        () = said => {}
    }
}
