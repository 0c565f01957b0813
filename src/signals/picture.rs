//! What the signals say, ready to be drawn. Made by this room, kept in the stores, read by panes.

use std::sync::Arc;

use jiff::SignedDuration;

pub use crate::analysis::anomaly::Span;
use crate::analysis::burn::{Burn, Urgency};
use crate::analysis::forecast::Crossing;
use crate::analysis::onset::{Onset, Way};
use crate::analysis::templates::PatternId;
use crate::domain::series::Unit;
use crate::domain::{ChangeId, CleanText, RecordKey, Series, SourceId, TimeWindow, Timestamp};

/// A panel: who answers it, and its title.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PanelKey {
    /// Who is asked.
    pub source: SourceId,
    /// The panel's title.
    pub title: CleanText,
}

/// Everything, at one instant.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// The window that was looked at; `None` before the first look.
    pub window: Option<TimeWindow>,
    /// Panels in the order in which they were first told.
    pub panels: Vec<Arc<PanelPicture>>,
    /// What moved, in the order in which it did, changes among it at their times.
    pub first: Vec<Mover>,
    /// How fast the promises of services burn, the most urgent first.
    pub burns: Vec<ServiceBurn>,
    /// What was looked at, and what could not be judged.
    pub counts: Counts,
}

/// What is known of a panel's series.
#[derive(Clone, Debug)]
pub struct PanelPicture {
    /// Which.
    pub key: PanelKey,
    /// The series that were looked at.
    pub of: Arc<[Series]>,
    /// For each of them, in their order.
    pub series: Vec<SeriesPicture>,
}

/// What is known of a series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeriesPicture {
    /// Where most of its values lie before the window or the onset.
    pub usual: Option<Usual>,
    /// From here to here it was not usual, in order of time.
    pub spans: Vec<Span>,
    /// When it left its usual range for good.
    pub onset: Option<Onset>,
    /// When it will cross a limit.
    pub outlook: Option<Outlook>,
    /// Why nothing can be said of it.
    pub unjudged: Option<Unjudged>,
}

/// The usual range of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// Five in a hundred values are lower.
    pub low: f64,
    /// The median.
    pub centre: f64,
    /// Five in a hundred values are higher.
    pub high: f64,
}

/// What is to come of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// The value that will be crossed.
    pub limit: f64,
    /// What it is: an alert's name, `full`, `expires`.
    pub name: CleanText,
    /// When.
    pub due: Due,
}

/// When a limit is crossed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Due {
    /// It is crossed already.
    Crossed,
    /// As the trend goes; with an interval that holds four futures of five.
    Trend(Crossing),
    /// Exactly then: the value is the time itself.
    At(Timestamp),
}

/// Why nothing can be said of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unjudged {
    /// No samples in the window.
    Absent,
    /// Too few samples before the window to know what is usual.
    TooYoung,
    /// More series were told than are looked at.
    TooMany,
}

impl Unjudged {
    /// As a person reads it.
    pub fn text(self) -> &'static str {
        match self {
            Unjudged::Absent => "no samples in the window",
            Unjudged::TooYoung => "too little before the window to compare with",
            Unjudged::TooMany => "more series than are looked at",
        }
    }
}

/// Something that moved, or a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Mover {
    /// 1 for what may have been first, and one more for each mover that was certainly earlier. Equal places are ties.
    /// Changes have none: they are causes at most, not signals.
    pub place: Option<usize>,
    /// What it is.
    pub what: What,
    /// Its service, as far as labels tell; may be empty.
    pub service: CleanText,
    /// The panel's title and the labels, the pattern's text, the change's summary.
    pub name: CleanText,
    /// When: it began in `at - within ..= at + within`. For changes, `within` is nothing.
    pub at: Timestamp,
    /// Half of what is possible.
    pub within: SignedDuration,
    /// How it moved; `None` for changes.
    pub moved: Option<Moved>,
    /// Others of the same service that moved at the same time, the farthest first; bounded.
    pub also: Vec<Mover>,
    /// How many more of them there are.
    pub more: usize,
}

/// How something moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// Which way.
    pub way: Way,
    /// How far, in spreads of its usual range.
    pub spreads: f64,
    /// The usual value; records a second for patterns.
    pub before: f64,
    /// The value since the onset.
    pub after: f64,
    /// What the values count.
    pub unit: Unit,
    /// Whether it is back in its usual range at the end of the window.
    pub is_back: bool,
    /// How often so clear a move comes by chance.
    pub chance: f64,
    /// Whether it is an alert's own expression: a symptom, not a cause.
    pub is_symptom: bool,
}

/// What a mover is.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A series of a panel.
    Metric {
        /// The panel.
        panel: PanelKey,
        /// The labels, as [`Series::label_text`] writes them.
        labels: CleanText,
        /// The query.
        query: CleanText,
    },
    /// A log pattern.
    Pattern {
        /// Its number.
        id: PatternId,
        /// A record of it.
        sample: Option<RecordKey>,
    },
    /// A change.
    Change(ChangeId),
}

/// How fast a promise burns.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceBurn {
    /// Whose.
    pub service: CleanText,
    /// The objective's name.
    pub name: CleanText,
    /// The share that must be good.
    pub target: f64,
    /// What every rule says.
    pub burns: [Burn; 3],
    /// The most urgent of the rules that fire.
    pub urgency: Option<Urgency>,
    /// The share of the budget that is left; negative where the promise is broken.
    pub left: Option<f64>,
    /// How long the rest of the budget lasts at the present rate.
    pub lasts: Option<SignedDuration>,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Series looked at.
    pub series: usize,
    /// Series without samples in the window.
    pub absent: usize,
    /// Series with too little before the window.
    pub too_young: usize,
    /// Series beyond those looked at.
    pub too_many: usize,
    /// Series and patterns that seem to have moved, but not more clearly than some of so many do by chance.
    pub by_chance: usize,
    /// Movers that found no room in the list.
    pub left_out: usize,
}

impl Picture {
    /// What is known of a panel.
    pub fn panel(&self, source: &SourceId, title: &str) -> Option<&PanelPicture> {
        let found = self.panels.iter().find(|panel| panel.key.source == *source && panel.key.title.as_str() == title);
        found.map(Arc::as_ref)
    }
}

impl PanelPicture {
    /// What is known of the series with these labels; `near` is its place in the panel now, where it most likely was.
    pub fn find(&self, series: &Series, near: usize) -> Option<&SeriesPicture> {
        let is_it = |at: &usize| self.of.get(*at).is_some_and(|one| one.labels == series.labels);
        let at = Some(near).filter(is_it).or_else(|| (0..self.of.len()).find(|at| is_it(at)))?;
        self.series.get(at)
    }
}
