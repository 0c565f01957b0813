//! The only code that may change the world: reads what a command would do, asks for a person's word in the measure of
//! that, runs exactly what was approved, and writes it all down. `app` uses the pure parts (classify, gate); `runtime`
//! calls what touches the disk or starts processes (prepare, runner, journal).

pub mod confine;
pub mod digest;
pub mod gate;
pub mod journal;
mod kube;
pub mod prepare;
pub mod runner;
pub mod shell;
pub mod tables;

pub use digest::Digest;
pub use gate::{ApprovedCommand, Confirmation, Demand, Gate, Refusal};
pub use journal::{Entry, Event, Journal, JournalError, Verification};
pub use prepare::{RunSettings, prepare, user};
pub use runner::{Output, Runner};
pub use shell::{Dialect, SyntaxKind, classify, classify_logql, classify_sql, quoted, silence_panics, spans, undo};
pub use tables::{TableError, Tables};
