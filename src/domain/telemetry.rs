//! What sources send: batches on one bounded channel.

use std::sync::Arc;

use jiff::SignedDuration;

use super::slo::SloReading;
use super::{Alert, Change, Health, Ideas, LogRecord, MetricCatalog, Panel, Series, ServiceGraph, SourceId};

/// Everything a source has to say at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Who says it.
    pub source: SourceId,
    /// What.
    pub items: Vec<Telemetry>,
    /// Records this source had to drop since its last batch because the channel was full.
    pub dropped: u64,
}

/// One thing a source says.
#[derive(Clone, Debug, PartialEq)]
pub enum Telemetry {
    /// Every alert the source knows of now; alerts of that source not among them have resolved.
    AlertSnapshot(Vec<Alert>),
    /// Alerts that changed, others left as they are.
    AlertUpdate(Vec<Alert>),
    /// A log record.
    Log(LogRecord),
    /// The answer to one polled query: replaces the series that query held before.
    SeriesSet {
        /// The panel.
        panel: Arc<Panel>,
        /// `None` for the window itself; else the same question that much earlier, for comparison. Its samples are moved on
        /// by as much, so that they lie in the window.
        shift: Option<SignedDuration>,
        /// All its series now.
        series: Vec<Series>,
    },
    /// A change event.
    Change(Change),
    /// What a server of metrics says of its metrics; in place of what it said before.
    Catalog(Arc<MetricCatalog>),
    /// Who calls whom, as far as this source knows; in place of what it said before.
    Graph(Arc<ServiceGraph>),
    /// Queries worth seeing for an alert; in place of those for the same alert before.
    Ideas(Arc<Ideas>),
    /// How much of what services promise was broken: all objectives this source counts, now.
    Slos(Arc<[SloReading]>),
    /// A change of the source's own state.
    Health(Health),
}
