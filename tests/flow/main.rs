//! Incidents from the alert to the notes, without a terminal: keys in, screen and journal out. The drill plays on a
//! paused clock; live sources are real servers and files.

#![expect(clippy::unwrap_used, reason = "a test says by a panic what it could not do")]

mod drill;
mod live;
mod world;
