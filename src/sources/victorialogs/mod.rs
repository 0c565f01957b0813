//! VictoriaLogs: a LogsQL filter read back by pages and followed by live tailing; one-time queries with their hits counted
//! beforehand. Shaped after its documentation of querying over HTTP, versions 1.x.

mod client;
mod source;
mod tail;
mod wire;

pub use client::Client;
pub(super) use source::Query;
pub use source::VictoriaLogsSource;
