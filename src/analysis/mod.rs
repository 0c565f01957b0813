//! Pure functions over telemetry: what changed, by how much, since when. Called by `app`; no I/O,
//! no clock, no panics on any input.

pub mod onset;
pub mod trend;

pub use onset::{Onset, onset};
pub use trend::{Trend, compare, spark};
