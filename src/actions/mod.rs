//! The only code that may change the world: reads what a command would do, asks for a person's word in the measure of
//! that, runs exactly what was approved, and writes it all down. `app` uses the pure parts (classify, gate); `runtime`
//! calls what touches the disk or starts processes (prepare, runner, journal).

pub mod confine;
pub mod digest;
mod files;
pub mod gate;
pub mod journal;
mod object;
mod places;
pub mod policy;
pub mod prepare;
pub mod runner;
pub mod shell;
pub mod tables;
pub mod watch;

pub use digest::Digest;
pub use gate::{ApprovedCommand, Beforehand, Confirmation, Demand, Gate, Refusal};
pub use journal::{Entry, Event, Journal, JournalError, Verification};
pub use policy::{Policy, Ruling};
pub use prepare::{RunSettings, prepare, user};
pub use runner::{Output, Runner};
pub use shell::{
    Dialect, STACK as PARSER_STACK, SyntaxKind, THREAD as PARSER_THREAD, TIME as PARSER_TIME, classify, classify_logql,
    classify_sql, examine_here, quoted, reads_secrets, silence_panics, spans, undo,
};
pub use tables::{TableError, Tables};
pub use watch::Watch;
