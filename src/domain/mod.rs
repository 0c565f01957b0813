//! Plain data every other room speaks in, and the few traits they meet through. No I/O, no async runtime, no clock.

pub mod alert;
pub mod approval;
pub mod catalog;
pub mod change;
pub mod evidence;
pub mod health;
pub mod ids;
pub mod incident;
pub mod log;
pub mod model;
pub mod ports;
pub mod proposal;
pub mod quantity;
pub mod query;
pub mod recording;
pub mod series;
pub mod suggestion;
pub mod telemetry;
pub mod text;
pub mod time;
pub mod verdict;

pub use alert::{Alert, AlertState, Urgency};
pub use catalog::{MetricCatalog, MetricInfo, MetricKind};
pub use change::Change;
pub use evidence::{Citation, Evidence, EvidenceKind, Locator};
pub use health::Health;
pub use ids::{ChangeId, EvidenceId, ProposalId, RecordId, RecordKey, SourceId};
pub use log::{LogRecord, Severity};
pub use proposal::{Brief, Preview, Proposal, ProposalState};
pub use series::{Sample, Series};
pub use suggestion::{Language, Origin, Suggestion};
pub use telemetry::{Batch, Telemetry};
pub use text::CleanText;
pub use time::{TimeWindow, Timestamp};
pub use verdict::{Class, Reason, Verdict};
