//! The data the panes read. Only handlers in `app` write to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::records::Records;
use crate::domain::exemplar::{Exemplar, ExemplarAnswer, ExemplarAsk};
use crate::domain::slo::SloReading;
use crate::domain::{CleanText, Health, MetricCatalog, SourceId, Timestamp};
use crate::signals::Picture;
use crate::store::{AlertStore, ChangeStore, EvidenceStore, GraphStore, IdeaStore, SeriesStore};

/// Everything held in memory, each part with its own budget.
pub struct Stores {
    /// What the desk told of the log records.
    pub records: Records,
    /// Metric series.
    pub series: SeriesStore,
    /// Alerts.
    pub alerts: AlertStore,
    /// Changes.
    pub changes: ChangeStore,
    /// Evidence.
    pub evidence: EvidenceStore,
    /// What servers of metrics say of their metrics, one of each.
    pub catalogs: BTreeMap<SourceId, Arc<MetricCatalog>>,
    /// Who calls whom.
    pub graph: GraphStore,
    /// Queries worth seeing that wait for a decision.
    pub ideas: IdeaStore,
    /// How much of what services promise was broken, as each source counted it.
    pub slos: BTreeMap<SourceId, Arc<[SloReading]>>,
    /// What the numbers say before anybody asks; empty until they were looked at.
    pub signals: Arc<Picture>,
    /// The exemplars of one panel, asked for by a person.
    pub exemplars: Option<AskedExemplars>,
    /// Sources in configured order.
    pub sources: Vec<SourceState>,
}

/// A question for exemplars and what came of it.
#[derive(Clone, Debug)]
pub struct AskedExemplars {
    /// What was asked.
    pub ask: ExemplarAsk,
    /// The answer; `None` until it came.
    pub answer: Option<ExemplarAnswer>,
}

/// What is known of one source.
#[derive(Clone, Debug)]
pub struct SourceState {
    /// Its name.
    pub id: SourceId,
    /// What it gives, in a word: `metrics`, `alerts`, `logs`, `changes`.
    pub gives: CleanText,
    /// How it is.
    pub health: Health,
    /// Records it had to drop.
    pub dropped: u64,
    /// When it last sent anything.
    pub heard: Option<Timestamp>,
}

impl Stores {
    /// The state of a source; a source that was not announced is added.
    pub fn source_mut(&mut self, id: &SourceId) -> &mut SourceState {
        let at = match self.sources.iter().position(|state| state.id == *id) {
            Some(at) => at,
            None => {
                self.sources.push(SourceState::new(id.clone(), CleanText::default()));
                self.sources.len() - 1
            }
        };
        &mut self.sources[at]
    }

    /// The exemplars that are shown of a panel.
    pub fn exemplars_of(&self, source: &SourceId, title: &str) -> &[Exemplar] {
        let shown = self.exemplars.as_ref().filter(|it| it.ask.source == *source && it.ask.title.as_str() == title);
        shown.and_then(|it| it.answer.as_ref()).map(|answer| answer.exemplars.as_slice()).unwrap_or_default()
    }

    /// Records dropped by all sources.
    pub fn dropped(&self) -> u64 {
        self.sources.iter().map(|state| state.dropped).sum()
    }
}

impl SourceState {
    /// A source that has not spoken yet.
    pub fn new(id: SourceId, gives: CleanText) -> Self {
        Self { id, gives, health: Health::Starting, dropped: 0, heard: None }
    }
}
