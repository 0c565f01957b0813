//! A row of the metrics pane as a source and the screen speak of it: what is asked, why it is there, and what the answer
//! is to be read against.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;

use super::series::Unit;
use super::{CleanText, Fired, ServiceGraph, SourceId};

/// A query whose series the metrics pane shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Name of the row; of one source's panels no two have the same.
    pub title: CleanText,
    /// The query, for people; where it is sent, the exact text is used.
    pub query: CleanText,
    /// What the values are.
    pub unit: Unit,
    /// Why it is asked.
    pub origin: PanelOrigin,
    /// Values at which an alert would fire.
    pub thresholds: Vec<Threshold>,
    /// Distance of the samples asked for; zero where nothing was asked, as in a recording.
    pub step: SignedDuration,
    /// What the server, or the reading of its answer, has to say against it: a partial answer, series left out.
    pub notices: Vec<CleanText>,
}

/// Why a panel is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PanelOrigin {
    /// It stands in the configuration, or in a recording.
    Configured,
    /// It is what the rule of this alert measures, and the alert went off.
    Alert(CleanText),
    /// A person confirmed it in this session.
    Confirmed,
}

/// A value at which an alert would fire.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// The value, in the panel's unit.
    pub value: f64,
    /// Which side of it is bad.
    pub side: Side,
    /// The alert; empty where a person named the value.
    pub alert: CleanText,
}

/// The bad side of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Above it.
    Above,
    /// Below it.
    Below,
}

/// A panel that a person confirmed in this session: polled like a configured one until it is dropped.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptPanel {
    /// Who is asked.
    pub source: SourceId,
    /// Name of the row.
    pub title: CleanText,
    /// The query, byte for byte as it was confirmed.
    pub query: String,
}

/// What sources of metrics are asked for beside their configured panels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// The alerts that went off in this session: what their rules measure is shown.
    pub fired: BTreeSet<Fired>,
    /// What a person confirmed.
    pub panels: Vec<KeptPanel>,
    /// Every panel once more, so much earlier, to compare with.
    pub compare: Option<SignedDuration>,
    /// Who calls whom, as far as is known from everywhere: queries worth seeing are looked for there.
    pub graph: Arc<ServiceGraph>,
}

impl Panel {
    /// A panel of a configuration or recording, without thresholds.
    pub fn plain(title: CleanText, query: CleanText, unit: Unit) -> Self {
        Self {
            title,
            query,
            unit,
            origin: PanelOrigin::Configured,
            thresholds: Vec::new(),
            step: SignedDuration::ZERO,
            notices: Vec::new(),
        }
    }
}

impl Threshold {
    /// Whether a value is on the bad side.
    pub fn crossed_by(&self, value: f64) -> bool {
        match self.side {
            Side::Above => value > self.value,
            Side::Below => value < self.value,
        }
    }
}
