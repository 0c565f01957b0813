//! The room: takes what is told, works on it in slices and answers with a picture. No clock and no thread: `runtime` hosts
//! it on one, tests call it until it is idle. What did not change is not looked at again.

use std::sync::Arc;

use super::ask::{Answer, Ask, Look, PanelAsk, PatternTrend};
use super::judge::{Moving, judge};
use super::picture::{Counts, PanelKey, PanelPicture, Picture, SeriesPicture, Unjudged};
use super::{burning, first, pattern};
use crate::domain::slo::SloReading;
use crate::domain::{Change, ServiceGraph};

/// Series looked at; of more it is said that they are not.
const SERIES: usize = 4_000;
/// Patterns and changes looked at.
const PATTERNS: usize = 500;
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
    look: Look,
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
            Ask::Look(look) => {
                let look = look.in_steps();
                if self.look == Some(look) {
                    return;
                }
                self.look = Some(look);
            }
            Ask::Changes(changes) => self.changes = changes,
            Ask::Patterns(patterns) => self.patterns = patterns,
            Ask::Slos(slos) => self.slos = slos,
            Ask::Graph(graph) => self.graph = graph,
        }
        self.is_due = true;
    }

    fn panel(&mut self, ask: PanelAsk) {
        match self.panels.iter_mut().find(|held| held.ask.is_of(&ask)) {
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
        let (mut done, mut seen) = (0, 0);
        for held in &mut self.panels {
            let room = SERIES.saturating_sub(seen);
            seen += held.ask.series.len();
            if held.judged.as_ref().is_some_and(|judged| judged.look == look) {
                continue;
            }
            if done >= slice.0 {
                return Vec::new();
            }
            done += held.ask.series.len().max(1);
            held.judged = Some(judged(&held.ask, look, room));
        }
        self.is_due = false;
        vec![Answer::Picture(Arc::new(self.picture(&look)))]
    }

    fn picture(&self, look: &Look) -> Picture {
        let (shown, hunt) = (look.window, look.hunt());
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
        moving.extend(patterns.clone().filter_map(|trend| pattern::moving(trend, look)));
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
fn judged(ask: &PanelAsk, look: Look, room: usize) -> Judged {
    let mut moving = Vec::new();
    let series = ask.series.iter().enumerate().map(|(k, series)| {
        if k >= room {
            return SeriesPicture { unjudged: Some(Unjudged::TooMany), ..SeriesPicture::default() };
        }
        let (picture, moved) = judge(ask, series, &look);
        moving.extend(moved);
        picture
    });
    let series = series.collect();
    let key: PanelKey = ask.key();
    Judged { look, picture: Arc::new(PanelPicture { key, of: Arc::clone(&ask.series), series }), moving }
}
