//! A Prometheus HTTP API, or what speaks it (VictoriaMetrics, Thanos, Mimir): polls the configured panels, answers
//! confirmed queries, tells its rules. Started by the registry; discovery reads its rules.

mod client;
mod complete;
mod cost;
pub mod decode;
mod evidence;
mod exemplars;
mod index;
mod measured;
mod polled;
mod query;
mod rules;
mod slo;
mod source;
mod wire;
mod worth;

pub use client::Client;
pub use decode::{RangeAnswer, RawSeries};
pub use index::{Extent, Labels, Listed};
pub use query::MOST_SERIES;
pub use rules::{AlertingRule, Metadata, RecordedRule, Rules};
pub use source::PrometheusSource;
