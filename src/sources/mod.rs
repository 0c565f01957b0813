//! Inbound telemetry: every source is a task with its own health, backoff and bounded outlet. One dead source slows
//! no other. `runtime` starts them from the configuration and reads one bounded channel of batches.

pub mod alertmanager;
pub mod backoff;
pub mod changes;
pub mod command;
pub mod discover;
pub mod elastic;
pub mod fetch;
pub mod files;
pub mod git;
pub mod http;
mod listen;
pub mod loki;
pub mod otlp;
pub mod outlet;
pub mod own_formats;
pub mod poll;
pub mod programs;
pub mod prometheus;
pub mod registry;
pub mod replay;
pub mod span;
pub mod stdin;
pub mod stores;
pub mod victorialogs;
pub mod webhook;

pub use outlet::Outlet;
pub use span::Span;

use tokio::sync::watch;

use crate::domain::SourceId;
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;

/// Something that sends telemetry until it is told to stop.
pub trait Source: Send + Sync + 'static {
    /// Its configured name.
    fn id(&self) -> &SourceId;

    /// What it asks again and again, for `:queries`.
    fn queries(&self) -> Vec<PolledQuery>;

    /// Works until `stop` turns true or its sender is gone. Never panics on what it reads; failures become health.
    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()>;
}
