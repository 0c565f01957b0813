//! Signals: what the numbers say before anybody asks. Which spans of a series are unusual, when it left its usual range,
//! what moved first, what will cross its threshold when, how fast a promise burns.
//!
//! The screen and this room speak by [`Ask`] and [`Answer`], as with the log desk. `runtime` gives it a thread, tests
//! drive it by hand, `cli/metrics` asks it without a screen.

pub mod ask;
mod burning;
mod first;
mod judge;
mod outlook;
mod pattern;
pub mod picture;
mod room;
mod service;
mod sight;
#[cfg(test)]
mod tests;

pub use ask::{Answer, Ask, Look, PanelAsk, PatternTrend};
pub use picture::{Mover, PanelKey, PanelPicture, Picture, SeriesPicture};
pub use room::{Signals, Slice};
