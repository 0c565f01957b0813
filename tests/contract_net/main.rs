//! What every network source owes: it says what is wrong in words, comes back when the other side does, and delays
//! nobody else. The other side here is a server that misbehaves byte by byte; `lab` asks real ones where they run.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

mod alertmanager;
mod bad_answers;
mod discover;
mod hostile;
mod lab;
mod metrics_cost;
mod metrics_index;
mod metrics_stream;
mod prometheus;
mod registry;
mod secrets;
mod tls;
mod webhook;
mod world;
