//! Pure functions over telemetry: what changed and by how much. Called by `app`; no I/O,
//! no clock, no panics on any input.

pub mod recovery;
pub mod trend;

pub use recovery::{Course, Judgement, Phases, judge};
pub use trend::{Trend, compare};
