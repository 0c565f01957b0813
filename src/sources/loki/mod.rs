//! Grafana Loki: a query read back by pages and followed over its websocket; one-time queries with their cost told
//! beforehand. Shaped after Loki's HTTP API reference, versions 2.9 to 3.x.

mod client;
mod source;
mod tail;
mod wire;

pub use client::{Client, Cost};
pub use source::LokiSource;
pub(super) use source::Query;
