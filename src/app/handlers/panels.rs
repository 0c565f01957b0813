//! The rows of the metrics pane that a person added, and the comparison with an earlier time: what sources of metrics are
//! asked for beside their configured panels.

use jiff::SignedDuration;

use crate::app::Effect;
use crate::app::model::State;
use crate::domain::panel::KeptPanel;

/// Panels that a person adds in a session, at most.
pub const MOST: usize = 40;

/// Asks for a confirmed query again and again from now on, as a row of the pane.
pub fn keep(state: &mut State, panel: KeptPanel, effects: &mut Vec<Effect>) {
    let panels = &mut state.wanted.panels;
    if panels.iter().any(|held| held.source == panel.source && held.query == panel.query) {
        return;
    }
    if panels.len() >= MOST {
        let why = format!("{MOST} panels were added already: drop one before `{}` can stay", panel.title);
        return state.problem(why);
    }
    panels.push(panel);
    effects.push(Effect::Wanted(state.wanted.clone()));
}

/// Drops a row that a person added; whether it was one.
pub fn forget(state: &mut State, source: &crate::domain::SourceId, title: &str, effects: &mut Vec<Effect>) -> bool {
    let panels = &mut state.wanted.panels;
    let held = panels.len();
    panels.retain(|panel| panel.source != *source || panel.title.as_str() != title);
    if panels.len() == held {
        return false;
    }
    state.stores.series.remove(source, title);
    effects.push(Effect::Wanted(state.wanted.clone()));
    true
}

/// The next time to compare with: an hour, a day, a week before, none.
pub fn compare_next(state: &mut State, effects: &mut Vec<Effect>) {
    let next = match state.wanted.compare.map(|shift| shift.as_hours()) {
        None => Some(1),
        Some(1) => Some(24),
        Some(24) => Some(24 * 7),
        Some(_) => None,
    };
    compare(state, next.map(SignedDuration::from_hours), effects);
}

/// Lays every panel as it was so much earlier beside it, or ends that.
pub fn compare(state: &mut State, shift: Option<SignedDuration>, effects: &mut Vec<Effect>) {
    if state.wanted.compare != shift {
        state.wanted.compare = shift;
        state.stores.series.end_comparison();
        effects.push(Effect::Wanted(state.wanted.clone()));
    }
}
