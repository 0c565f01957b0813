//! A whole program without a terminal, clock, disk or network: keys go in, screens and effects come out. What would
//! happen outside is answered from a script or from an embedded recording, at once. Tests of `app` and of the screen
//! drive it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says by a panic what it could not do")]

pub mod build;
mod feed;
mod script;
mod world;

pub use script::{Answer, Script, printed};
pub use world::World;
