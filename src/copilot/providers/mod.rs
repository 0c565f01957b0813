//! Who can answer: one file per kind of server, and the recording. `copilot/connect.rs` picks one.

pub mod recorded;
