//! Queries worth seeing that sources found for alerts: held until a person asks for their card, or run at once where
//! `telemetry = "allow"` confirmed them beforehand. They never open anything over a person's work.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::proposals;
use crate::app::model::State;
use crate::app::{Effect, Model};
use crate::config::policy::Telemetry;
use crate::domain::{CleanText, Ideas, Language, Origin, QueryIdea, ServiceGraph, SourceId, Suggestion};

/// A source told who calls whom; what is known from everywhere goes back to the sources that look for queries.
pub fn on_graph(state: &mut State, source: &SourceId, graph: Arc<ServiceGraph>, effects: &mut Vec<Effect>) {
    if state.stores.graph.replace(source, graph) {
        state.wanted.graph = Arc::clone(state.stores.graph.whole());
        effects.push(Effect::Wanted(state.wanted.clone()));
    }
}

/// A source found queries worth seeing.
pub fn on_ideas(model: &mut Model, source: &SourceId, ideas: Arc<Ideas>, effects: &mut Vec<Effect>) {
    model.state.stores.ideas.replace(source, ideas);
    if model.state.gate.policy.telemetry() == Telemetry::Allow {
        let suggestions = next(&mut model.state);
        proposals::put_forward_quietly(model, suggestions, effects);
    }
}

/// A person asks to see them: one card lists each in full.
pub fn review(model: &mut Model, effects: &mut Vec<Effect>) {
    let suggestions = next(&mut model.state);
    if suggestions.is_empty() {
        let why = match model.state.wanted.fired.is_empty() {
            true => "no alert went off in this session, so there is nothing to look for",
            false => "no further query was found for the alerts that went off",
        };
        return model.state.problem(why);
    }
    proposals::put_forward_together(model, suggestions, effects);
}

/// The next card's ideas as suggestions, each with a title that no row of the pane has.
fn next(state: &mut State) -> Vec<Suggestion> {
    let mut titles: BTreeSet<CleanText> =
        state.stores.series.panels().iter().map(|panel| panel.panel.title.clone()).collect();
    let polled: BTreeSet<CleanText> =
        state.stores.series.panels().iter().map(|panel| panel.panel.query.clone()).collect();
    let ideas = state.stores.ideas.take();
    let new = ideas.into_iter().filter(|(_, _, idea)| !polled.contains(&CleanText::line(&idea.query)));
    new.map(|(_, alert, idea)| suggestion(idea, &alert, &mut titles)).collect()
}

fn suggestion(idea: QueryIdea, alert: &CleanText, titles: &mut BTreeSet<CleanText>) -> Suggestion {
    let numbered = (2..).map(|number| CleanText::line(&format!("{} {number}", idea.title)));
    let title = std::iter::once(idea.title.clone()).chain(numbered).find(|title| !titles.contains(title));
    let title = title.unwrap_or_default();
    titles.insert(title.clone());
    Suggestion {
        language: Language::Promql,
        text: idea.query,
        reason: CleanText::line(&format!("{title}: {} (for {alert})", idea.why)),
        because: Vec::new(),
        origin: Origin::Analyst,
        panel: Some(title),
        watch: Vec::new(),
    }
}
