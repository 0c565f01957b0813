//! Pure functions over telemetry: what changed and by how much. Called by `app`; no I/O,
//! no clock, no panics on any input.

pub mod trend;

pub use trend::{Trend, compare};
