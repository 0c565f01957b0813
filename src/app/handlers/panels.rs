//! The rows of the metrics pane that a person added, and the comparison with an earlier time: what sources of metrics are
//! asked for beside their configured panels.

use jiff::SignedDuration;

use crate::app::Effect;
use crate::app::model::State;
use crate::app::stores::AskedExemplars;
use crate::domain::exemplar::{ExemplarAnswer, ExemplarAsk};
use crate::domain::panel::KeptPanel;
use crate::domain::query::QueryError;
use crate::domain::{CleanText, SourceId};

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

/// Asks for the traces behind the numbers of a panel that is polled anyway, or shows them no longer.
pub fn exemplars(state: &mut State, source: SourceId, title: CleanText, effects: &mut Vec<Effect>) {
    let window = state.visible_window();
    let held = state.stores.exemplars.take();
    if held.is_some_and(|held| held.ask.source == source && held.ask.title == title) {
        return;
    }
    let Some(panel) = state.stores.series.panel(&source, &title) else { return };
    if panel.panel.step.is_zero() {
        return state.problem("exemplars are there for panels that a server is asked for again and again");
    }
    let ask = ExemplarAsk { source, title, query: panel.panel.query.as_str().to_owned(), window };
    state.stores.exemplars = Some(AskedExemplars { ask: ask.clone(), answer: None });
    effects.push(Effect::Exemplars(ask));
}

/// The exemplars came, or not; an answer to a question that nobody waits for any more is dropped.
pub fn on_exemplars(state: &mut State, ask: &ExemplarAsk, answer: Result<ExemplarAnswer, QueryError>) {
    let Some(held) = state.stores.exemplars.as_mut().filter(|held| held.ask == *ask) else { return };
    match answer {
        Ok(answer) if answer.exemplars.is_empty() => {
            state.stores.exemplars = None;
            state.done("the server has no exemplars of this query in the window");
        }
        Ok(answer) => {
            let mut said = format!("{} exemplars: n goes to the next, Enter opens its trace", answer.exemplars.len());
            answer.notices.iter().for_each(|notice| said.push_str(&format!("; {notice}")));
            held.answer = Some(answer);
            state.done(said);
        }
        Err(error) => {
            state.stores.exemplars = None;
            state.problem(format!("no exemplars from {}: {}", error.source, error.why));
        }
    }
}
