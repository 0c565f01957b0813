//! What the room is told, and what it answers.

use std::sync::Arc;

use jiff::SignedDuration;

use super::picture::{PanelKey, Picture};
use crate::analysis::onset;
use crate::analysis::templates::PatternId;
use crate::domain::slo::SloReading;
use crate::domain::time::{minus, plus};
use crate::domain::{
    Change, CleanText, Panel, RecordKey, Sample, Series, ServiceGraph, SourceId, TimeWindow, Timestamp,
};

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

impl Ask {
    /// Whether what was told before need not be looked at any more.
    pub fn replaces(&self, before: &Ask) -> bool {
        match (self, before) {
            (Ask::Panel(panel), Ask::Panel(other)) => panel.is_of(other),
            (Ask::Drop(key), Ask::Panel(other)) => other.key() == *key,
            (Ask::Panel(panel), Ask::Drop(key)) => panel.key() == *key,
            (Ask::Drop(key), Ask::Drop(other)) => key == other,
            (Ask::Look(_), Ask::Look(_))
            | (Ask::Changes(_), Ask::Changes(_))
            | (Ask::Patterns(_), Ask::Patterns(_))
            | (Ask::Slos(_), Ask::Slos(_))
            | (Ask::Graph(_), Ask::Graph(_)) => true,
            (
                Ask::Panel(_)
                | Ask::Drop(_)
                | Ask::Look(_)
                | Ask::Changes(_)
                | Ask::Patterns(_)
                | Ask::Slos(_)
                | Ask::Graph(_),
                _,
            ) => false,
        }
    }
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
    /// Whether it tells of the same panel.
    pub fn is_of(&self, other: &PanelAsk) -> bool {
        self.source == other.source && self.panel.title == other.panel.title
    }

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
    /// When the incident began or the first alert fired, if one did: what moved is looked for around it.
    pub onset: Option<Timestamp>,
}

/// The start of a window that follows the clock moves by this share of its length before all is looked at again.
const STEPS: i64 = 60;
/// Onsets are looked for from so long before the incident began: alerts wait before they fire.
const BEFORE: SignedDuration = SignedDuration::from_mins(15);
/// What the window shows of the time before the incident is looked at up to this.
const LONG_BEFORE: SignedDuration = SignedDuration::from_hours(1);

impl Look {
    /// The same in steps, so that time may pass for a while before all is looked at again.
    #[must_use]
    pub fn in_steps(self) -> Self {
        let step = (self.window.length().as_secs() / STEPS).max(1);
        let floor = |at: Timestamp| Timestamp::from_second(at.as_second().div_euclid(step) * step).unwrap_or(at);
        let end = plus(self.window.end, SignedDuration::from_secs(step - 1));
        Self { window: TimeWindow { start: floor(self.window.start), end: floor(end) }, ..self }
    }

    /// When trouble was noticed, where that is inside the window: what was over by then is another story.
    pub fn noticed(&self) -> Option<Timestamp> {
        self.onset.filter(|onset| self.window.contains(*onset))
    }

    /// The same for samples that begin too late for it: the first half of those before trouble was noticed then tells what
    /// is usual, if they are enough.
    pub fn hunt_in(&self, samples: &[Sample]) -> TimeWindow {
        let hunt = self.hunt();
        if samples.partition_point(|sample| sample.at < hunt.start) >= onset::FEWEST {
            return hunt;
        }
        let noticed = self.noticed().unwrap_or(hunt.end);
        let half = samples.partition_point(|sample| sample.at < noticed) / 2;
        match samples.get(half).filter(|_| half >= onset::FEWEST) {
            Some(first) => TimeWindow { start: first.at.max(hunt.start), end: hunt.end },
            None => hunt,
        }
    }

    /// The time in which onsets are looked for. An incident that began long before the window leaves the window.
    pub fn hunt(&self) -> TimeWindow {
        let TimeWindow { start, end } = self.window;
        let near = self.onset.filter(|onset| *onset < end && *onset >= minus(start, BEFORE));
        let start = near.map_or(start, |onset| minus(onset, BEFORE).min(start.max(minus(onset, LONG_BEFORE))));
        TimeWindow { start, end }
    }
}

/// How often a log pattern was seen over time.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternTrend {
    /// The pattern's number; `pattern=<id>` is the filter for its records.
    pub id: PatternId,
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
    /// Since when its service was heard; earlier counts say nothing. `None` where it always was.
    pub heard: Option<Timestamp>,
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
