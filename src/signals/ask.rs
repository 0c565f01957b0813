//! What the room is told, and what it answers.

use std::sync::Arc;

use super::picture::{PanelKey, Picture};
use crate::domain::slo::SloReading;
use crate::domain::{Change, CleanText, Panel, RecordKey, Series, ServiceGraph, SourceId, TimeWindow, Timestamp};

/// One thing that is told. The newest of a kind (of a panel, for panels) replaces what was told before.
#[derive(Clone, Debug)]
pub enum Ask {
    /// What a panel holds now. Nothing is copied.
    Panel(PanelAsk),
    /// A panel is gone.
    Drop(PanelKey),
    /// Where to look.
    Look(Look),
    /// The changes that are known.
    Changes(Arc<[Change]>),
    /// New and rising log patterns with their counts over time.
    Patterns(Arc<[PatternTrend]>),
    /// What the objectives of services say.
    Slos(Arc<[SloReading]>),
    /// Who calls whom: of those that moved at the same time, the one that is called is told first.
    Graph(Arc<ServiceGraph>),
}

/// What a panel holds.
#[derive(Clone, Debug)]
pub struct PanelAsk {
    /// Who answers it.
    pub source: SourceId,
    /// What is asked, why, and against which thresholds it is read.
    pub panel: Arc<Panel>,
    /// Its series.
    pub series: Arc<[Series]>,
}

impl PanelAsk {
    /// Its name here.
    pub fn key(&self) -> PanelKey {
        PanelKey { source: self.source.clone(), title: self.panel.title.clone() }
    }
}

/// Where to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The window that all panes share.
    pub window: TimeWindow,
    /// The incident's clock.
    pub now: Timestamp,
    /// When the incident began or the first alert fired, if one did: what moved is looked for around it.
    pub onset: Option<Timestamp>,
}

/// How often a log pattern was seen over time.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternTrend {
    /// The pattern's number; `pattern=<id>` is the filter for its records.
    pub id: u64,
    /// Its text with `<*>` for what varies.
    pub template: CleanText,
    /// The service that most of its records are of; may be empty.
    pub service: CleanText,
    /// Whether its records are errors or worse.
    pub is_error: bool,
    /// Its first record in the window, exactly; `None` where that is not known.
    pub first: Option<Timestamp>,
    /// A record of it.
    pub sample: Option<RecordKey>,
    /// The time that the counts divide evenly.
    pub window: TimeWindow,
    /// Records in each part of the window.
    pub counts: Vec<u32>,
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Everything, as it looks now.
    Picture(Arc<Picture>),
}
