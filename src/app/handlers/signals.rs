//! Between the stores and what looks at numbers: what changed in the stores is told, and its picture goes into them.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::app::Effect;
use crate::app::model::State;
use crate::domain::time::{TimeWindow, minus};
use crate::domain::{Change, Panel, Series, ServiceGraph, Severity, SourceId, Timestamp};
use crate::logs::answer::{NewsKind, PatternsPage};
use crate::logs::ask::{Order, PatternsAsk};
use crate::logs::{self, Ask as LogAsk};
use crate::signals::{Answer, Ask, Look, PanelAsk, PanelKey, PatternTrend};

/// Patterns are counted from so long before onsets are looked for.
const BASELINE: SignedDuration = SignedDuration::from_hours(1);
/// In so many parts.
const PARTS: usize = 180;
/// Changes that are told, the newest.
const CHANGES: usize = 500;

/// What was told last.
#[derive(Default)]
pub struct Signalled {
    panels: Vec<Told>,
    look: Option<Look>,
    seen: Option<Seen>,
    changes: u64,
    graph: Option<Arc<ServiceGraph>>,
    trends: Option<PatternsAsk>,
}

/// What a look was made from.
#[derive(Clone, Copy, PartialEq)]
struct Seen {
    window: TimeWindow,
    firing: usize,
    begun: Option<Timestamp>,
}

/// A panel as it was told.
struct Told {
    source: SourceId,
    panel: Arc<Panel>,
    series: Arc<[Series]>,
}

/// A picture came.
pub fn on_answer(state: &mut State, answer: Answer) {
    match answer {
        Answer::Picture(picture) => state.stores.signals = picture,
    }
}

/// The desk counted the patterns.
pub fn on_trends(state: &mut State, page: &PatternsPage, effects: &mut Vec<Effect>) {
    if state.signalled.trends.is_none() || page.progress.is_some() {
        return;
    }
    effects.push(Effect::Signals(Ask::Patterns(trends(page).into())));
}

fn trends(page: &PatternsPage) -> Vec<PatternTrend> {
    let Some(window) = page.window else { return Vec::new() };
    let of = |row: &logs::answer::PatternRow| PatternTrend {
        id: row.id,
        template: row.template.clone(),
        service: row.services.first().map(|(service, _)| service.clone()).unwrap_or_default(),
        is_error: row.severity >= Severity::Error,
        first: match row.news.as_ref().map(|news| news.kind) {
            Some(NewsKind::New) => row.seen.map(|(first, _)| first),
            Some(NewsKind::Burst | NewsKind::Rarer | NewsKind::Stopped) | None => None,
        },
        sample: row.sample,
        heard: row.heard,
        window,
        counts: row.trend.clone(),
    };
    page.rows.iter().map(of).collect()
}

/// Tells what changed since it was told last.
pub fn tell(state: &mut State, effects: &mut Vec<Effect>) {
    let told = effects.len();
    panels(state, effects);
    // Who only reads files has no use for it.
    if state.signalled.panels.is_empty() && state.incident.is_none() && state.stores.slos.is_empty() {
        return;
    }
    let look = look(state);
    let signalled = &mut state.signalled;
    if signalled.look != Some(look) {
        signalled.look = Some(look);
        effects.push(Effect::Signals(Ask::Look(look)));
    }
    if signalled.changes != state.stores.changes.revision() {
        signalled.changes = state.stores.changes.revision();
        let mut changes: Vec<Change> = state.stores.changes.iter().take(CHANGES).cloned().collect();
        changes.reverse();
        effects.push(Effect::Signals(Ask::Changes(changes.into())));
    }
    let graph = state.stores.graph.whole();
    if signalled.graph.as_ref().is_none_or(|known| !Arc::ptr_eq(known, graph)) {
        signalled.graph = Some(Arc::clone(graph));
        if !graph.is_empty() {
            effects.push(Effect::Signals(Ask::Graph(Arc::clone(graph))));
        }
    }
    if effects.len() > told {
        counted(state, look, effects);
    }
}

/// Asks the desk to count patterns over the time that is looked at.
fn counted(state: &mut State, look: Look, effects: &mut Vec<Effect>) {
    let hunt = look.hunt();
    let window = TimeWindow { start: minus(hunt.start, BASELINE), end: hunt.end };
    let ask = PatternsAsk {
        generation: 0,
        look: logs::Look { window: Some(window), ..logs::Look::default() },
        onset: Some(hunt.start),
        order: Order::News,
        buckets: PARTS,
    };
    if state.signalled.trends.as_ref() != Some(&ask) {
        state.signalled.trends = Some(ask.clone());
        effects.push(Effect::Logs(LogAsk::Trends(Some(ask))));
    }
}

fn panels(state: &mut State, effects: &mut Vec<Effect>) {
    let held = state.stores.series.panels();
    let told = &mut state.signalled.panels;
    told.retain(|known| {
        let is_held = held.iter().any(|panel| panel.source == known.source && panel.panel.title == known.panel.title);
        if !is_held {
            let key = PanelKey { source: known.source.clone(), title: known.panel.title.clone() };
            effects.push(Effect::Signals(Ask::Drop(key)));
        }
        is_held
    });
    for panel in held.iter().filter(|panel| !panel.series.is_empty()) {
        let known =
            told.iter_mut().find(|known| known.source == panel.source && known.panel.title == panel.panel.title);
        let (source, series) = (panel.source.clone(), Arc::clone(&panel.series));
        match known {
            Some(known) if Arc::ptr_eq(&known.series, &series) && Arc::ptr_eq(&known.panel, &panel.panel) => continue,
            Some(known) => (known.series, known.panel) = (Arc::clone(&series), Arc::clone(&panel.panel)),
            None => {
                told.push(Told {
                    source: source.clone(),
                    panel: Arc::clone(&panel.panel),
                    series: Arc::clone(&series),
                });
            }
        }
        effects.push(Effect::Signals(Ask::Panel(PanelAsk { source, panel: Arc::clone(&panel.panel), series })));
    }
}

/// Where to look. All alerts are gone through only where something about them or the window is other than before.
fn look(state: &mut State) -> Look {
    let begun = state.incident.as_ref().map(|incident| incident.started_at);
    let window = Look { window: state.visible_window(), onset: None }.in_steps().window;
    let seen = Seen { window, firing: state.stores.alerts.firing_count(), begun };
    match (state.signalled.look, state.signalled.seen) {
        (Some(look), Some(known)) if known == seen => look,
        _ => {
            let onset = onset(state);
            state.signalled.seen = Some(seen);
            Look { window, onset }
        }
    }
}

/// When trouble began, as far as the window shows it: the earliest alert that fires, or the incident's beginning.
fn onset(state: &State) -> Option<Timestamp> {
    let window = state.visible_window();
    let from = minus(window.start, SignedDuration::from_mins(15));
    let firing = state.stores.alerts.firing().map(|(_, alert)| alert);
    let starts = firing.filter(|alert| alert.asks_for_attention()).map(|alert| alert.starts_at);
    let begun = state.incident.as_ref().map(|incident| incident.started_at);
    starts.chain(begun).filter(|at| *at >= from && *at < window.end).min()
}
