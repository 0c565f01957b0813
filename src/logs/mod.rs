//! The desk: everything that is asked about log records, answered away from the screen. It reads the tapes of indexed
//! files and the records of live sources as one list by time: pages of it, filters, searches, patterns, fields.
//!
//! The screen and the desk speak by [`Ask`] and [`Answer`], as if over a wire. What is asked to be shown stands until
//! something else is asked: whenever it would look different, the desk answers anew. `runtime` gives the desk a thread,
//! tests drive it by hand, `cli/logs` asks it without a screen.

pub mod answer;
pub mod ask;
mod bits;
pub mod contrast;
mod density;
mod desk;
mod detail;
mod digest;
mod hits;
mod merge;
mod mined;
mod page;
mod query;
mod recorder;
mod sample;
mod scan;
mod sets;
mod shelf;
mod sieve;
mod stands;
mod status;
mod tally;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Page, PageRow};
pub use ask::{Anchor, Ask, Look, Show};
pub use desk::{Budget, Desk, Slice};
pub use mined::SharedMiner;
pub use scan::{Passed, Scan};
