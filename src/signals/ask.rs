//! What the room is told, and what it answers.

use std::sync::Arc;

use super::picture::{PanelKey, Picture};
use crate::domain::slo::SloReading;
use crate::domain::{Change, CleanText, RecordKey, Series, TimeWindow, Timestamp};

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
}

/// What a panel holds.
#[derive(Clone, Debug)]
pub struct PanelAsk {
    /// Which.
    pub key: PanelKey,
    /// Its query, as sent.
    pub query: CleanText,
    /// Values at which an alert fires, with the side that is beyond.
    pub limits: Vec<Limit>,
    /// Whether it is the expression of an alert: what it shows is a symptom.
    pub is_symptom: bool,
    /// Its series.
    pub series: Arc<[Series]>,
}

/// A value that should not be crossed.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// The value.
    pub value: f64,
    /// Whether values above it are beyond; else those below.
    pub is_ceiling: bool,
    /// Whose limit: an alert's name.
    pub name: CleanText,
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
