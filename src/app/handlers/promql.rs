//! The PromQL input: opened on a row's query or empty, fed with what the server tells, and emptied into a proposal.

use super::proposals;
use crate::app::{Effect, Model, PaneId, Selection};
use crate::domain::query::{LabelAnswer, LabelAsk, QueryError};
use crate::domain::{CleanText, Language, Origin, Suggestion};
use crate::overlays::Overlay;
use crate::overlays::promql::Promql;
use crate::promql::one_line;

/// Queries of the session that can be had again.
const ASKED: usize = 100;
/// Longest title that a query gives its row, in characters.
const TITLE: usize = 80;

/// Opens the input on the query of the selected row of the metrics pane.
pub fn edit(model: &mut Model) {
    let text = selected(model).unwrap_or_default();
    open(model, &text);
}

/// Opens the input with a text in it.
pub fn open(model: &mut Model, text: &str) {
    model.focus = PaneId::Metrics;
    let input = Promql::new(text, &model.state.ctx());
    model.overlays.push(Overlay::Promql(Box::new(input)));
}

/// The query of the selected row, byte for byte where a person confirmed it.
fn selected(model: &Model) -> Option<String> {
    let Selection::Series(source, title, _) = model.panes.selection(PaneId::Metrics, &model.state.ctx())? else {
        return None;
    };
    let kept = model.state.wanted.panels.iter().find(|kept| kept.source == source && kept.title == title);
    let shown = || model.state.stores.series.panel(&source, &title).map(|held| held.panel.query.to_string());
    kept.map(|kept| kept.query.clone()).or_else(shown)
}

/// Puts what was typed forward: its card opens, and once confirmed it becomes a row of the metrics pane.
pub fn put_forward(model: &mut Model, text: String, effects: &mut Vec<Effect>) {
    model.overlays.retain(|overlay| !matches!(overlay, Overlay::Promql(_)));
    let asked = &mut model.state.asked;
    asked.retain(|known| *known != text);
    asked.push(text.clone());
    if asked.len() > ASKED {
        asked.remove(0);
    }
    let line = one_line(&text);
    let title: String = match line.chars().count() > TITLE {
        true => line.chars().take(TITLE - 1).chain(['…']).collect(),
        false => line,
    };
    let suggestion = Suggestion {
        language: Language::Promql,
        text,
        reason: CleanText::line("typed here"),
        because: Vec::new(),
        origin: Origin::Person,
        panel: Some(CleanText::line(&title)),
        watch: Vec::new(),
    };
    proposals::put_forward(model, suggestion, true, effects);
}

/// A server told of labels; nobody needs it any more when the input was closed.
pub fn on_labels(model: &mut Model, ask: &LabelAsk, answer: Result<LabelAnswer, QueryError>) {
    let ctx = model.state.ctx();
    for overlay in &mut model.overlays {
        if let Overlay::Promql(input) = overlay {
            return input.on_labels(ask, answer, &ctx);
        }
    }
}
