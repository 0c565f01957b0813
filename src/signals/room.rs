//! The room: takes what is told, works on it in slices and answers with a picture. No clock and no thread: `runtime` hosts
//! it on one, tests call it until it is idle. What did not change is not looked at again.

use std::sync::Arc;

use jiff::SignedDuration;

use super::ask::{Answer, Ask, Look, PanelAsk, PatternTrend};
use super::judge::{Moving, judge};
use super::picture::{Counts, PanelKey, PanelPicture, Picture, SeriesPicture, Unjudged};
use super::{burning, first, pattern};
use crate::domain::slo::SloReading;
use crate::domain::time::{minus, plus, to_seconds};
use crate::domain::{Change, ServiceGraph, TimeWindow, Timestamp};

/// Series looked at; of more it is said that they are not.
const SERIES: usize = 4_000;
/// Patterns and changes looked at.
const PATTERNS: usize = 500;
/// Onsets are looked for from so long before the incident began: alerts wait before they fire.
const BEFORE: SignedDuration = SignedDuration::from_mins(15);
/// What the window shows of the time before the incident is looked at up to this.
const LONG_BEFORE: SignedDuration = SignedDuration::from_hours(1);
/// The start of a window that follows the clock moves by this share of its length before all is looked at again.
const STEPS: i64 = 60;

/// How many series are looked at between two looks at what is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice(pub usize);

impl Default for Slice {
    /// Some ten milliseconds.
    fn default() -> Self {
        Self(100)
    }
}

/// Everything that is asked of numbers is answered here.
#[derive(Debug)]
pub struct Signals {
    look: Option<Look>,
    panels: Vec<Held>,
    changes: Arc<[Change]>,
    patterns: Arc<[PatternTrend]>,
    slos: Arc<[SloReading]>,
    graph: Arc<ServiceGraph>,
    is_due: bool,
}

/// A panel and what is known of it.
#[derive(Debug)]
struct Held {
    ask: PanelAsk,
    judged: Option<Judged>,
}

#[derive(Debug)]
struct Judged {
    shown: TimeWindow,
    hunt: TimeWindow,
    picture: Arc<PanelPicture>,
    moving: Vec<Moving>,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            look: None,
            panels: Vec::new(),
            changes: Arc::new([]),
            patterns: Arc::new([]),
            slos: Arc::new([]),
            graph: Arc::default(),
            is_due: false,
        }
    }
}

impl Signals {
    /// Takes what is told. Cheap: the work is done by [`Signals::work`].
    pub fn ask(&mut self, ask: Ask) {
        match ask {
            Ask::Panel(ask) => self.panel(ask),
            Ask::Drop(key) => self.panels.retain(|held| held.ask.key() != key),
            Ask::Look(look) => self.look = Some(look),
            Ask::Changes(changes) => self.changes = changes,
            Ask::Patterns(patterns) => self.patterns = patterns,
            Ask::Slos(slos) => self.slos = slos,
            Ask::Graph(graph) => self.graph = graph,
        }
        self.is_due = true;
    }

    fn panel(&mut self, ask: PanelAsk) {
        let key = ask.key();
        match self.panels.iter_mut().find(|held| held.ask.key() == key) {
            Some(held) => {
                let is_same = Arc::ptr_eq(&held.ask.series, &ask.series) && held.ask.panel == ask.panel;
                held.ask = ask;
                if !is_same {
                    held.judged = None;
                }
            }
            None => self.panels.push(Held { ask, judged: None }),
        }
    }

    /// Whether more slices would bring more.
    pub fn is_busy(&self) -> bool {
        self.is_due && self.look.is_some()
    }

    /// Does one slice of work; answers once everything that was told is looked at.
    pub fn work(&mut self, slice: Slice) -> Vec<Answer> {
        let Some(look) = self.look.filter(|_| self.is_due) else { return Vec::new() };
        let (shown, hunt) = windows(look);
        let (mut done, mut seen) = (0, 0);
        for held in &mut self.panels {
            let room = SERIES.saturating_sub(seen);
            seen += held.ask.series.len();
            if held.judged.as_ref().is_some_and(|judged| judged.shown == shown && judged.hunt == hunt) {
                continue;
            }
            if done >= slice.0 {
                return Vec::new();
            }
            done += held.ask.series.len().max(1);
            held.judged = Some(judged(&held.ask, shown, hunt, room));
        }
        self.is_due = false;
        vec![Answer::Picture(Arc::new(self.picture(shown, hunt)))]
    }

    fn picture(&self, shown: TimeWindow, hunt: TimeWindow) -> Picture {
        let judged = || self.panels.iter().filter_map(|held| held.judged.as_ref());
        let mut counts = Counts::default();
        for series in judged().flat_map(|judged| &judged.picture.series) {
            counts.series += 1;
            match series.unjudged {
                None => {}
                Some(Unjudged::Absent) => counts.absent += 1,
                Some(Unjudged::TooYoung) => counts.too_young += 1,
                Some(Unjudged::TooMany) => counts.too_many += 1,
            }
        }
        let patterns = self.patterns.iter().take(PATTERNS);
        let mut moving: Vec<Moving> = judged().flat_map(|judged| judged.moving.iter().cloned()).collect();
        moving.extend(patterns.clone().filter_map(|trend| pattern::moving(trend, hunt)));
        let looked = counts.series - counts.absent - counts.too_young - counts.too_many + patterns.count();
        let changes = &self.changes[self.changes.len().saturating_sub(PATTERNS)..];
        let first = first::list(moving, looked, changes, hunt, &self.graph);
        (counts.by_chance, counts.left_out) = (first.by_chance, first.left_out);
        Picture {
            window: Some(shown),
            panels: judged().map(|judged| Arc::clone(&judged.picture)).collect(),
            first: first.movers,
            burns: burning::of(&self.slos),
            counts,
        }
    }
}

/// Looks at a panel, of whose series there is room for so many.
fn judged(ask: &PanelAsk, shown: TimeWindow, hunt: TimeWindow, room: usize) -> Judged {
    let mut moving = Vec::new();
    let series = ask.series.iter().enumerate().map(|(k, series)| {
        if k >= room {
            return SeriesPicture { unjudged: Some(Unjudged::TooMany), ..SeriesPicture::default() };
        }
        let (picture, moved) = judge(ask, series, shown, hunt);
        moving.extend(moved);
        picture
    });
    let series = series.collect();
    let key: PanelKey = ask.key();
    Judged { shown, hunt, picture: Arc::new(PanelPicture { key, of: Arc::clone(&ask.series), series }), moving }
}

/// The window that is shown and the time in which onsets are looked for, both moved in steps.
fn windows(look: Look) -> (TimeWindow, TimeWindow) {
    let length = look.window.length();
    let step = (length.as_secs() / STEPS).max(1);
    let floor = |at: Timestamp| {
        let seconds = (to_seconds(at) / step as f64).floor() as i64 * step;
        Timestamp::from_second(seconds).unwrap_or(at)
    };
    let shown = TimeWindow {
        start: floor(look.window.start),
        end: floor(plus(look.window.end, SignedDuration::from_secs(step))),
    };
    let start = match look.onset.filter(|onset| *onset < shown.end) {
        Some(onset) => minus(onset, BEFORE).min(shown.start.max(minus(onset, LONG_BEFORE))),
        None => shown.start,
    };
    (shown, TimeWindow { start: floor(start), end: shown.end })
}
