//! Pure functions over telemetry: what changed and by how much, which lines are the same event, which service is the cause,
//! what failures have in common. Called by `app` and `cli`; no I/O, no clock, no panics on any input.

pub mod anomaly;
pub mod burn;
pub mod correlate;
pub mod fields;
pub mod forecast;
pub mod graph;
pub mod histogram;
pub mod novelty;
pub mod onset;
pub mod propose;
pub mod rank;
pub mod recovery;
mod robust;
pub mod templates;
pub mod trend;

pub use recovery::{Course, Judgement, Phases, judge};
pub use trend::{Trend, compare};
