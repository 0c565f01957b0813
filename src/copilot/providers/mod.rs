//! Who can answer: one file per kind of server, and the recording. `copilot/connect.rs` picks one.

pub mod http;
pub mod ollama;
pub mod openai;
pub mod recorded;
pub mod refusal;
pub mod thinking;
