//! What panes and overlays want, carried out on the model.

use super::{ask, grants, incident, keys, logs, navigation, panels, preview, promql, proposals, runs, show};
use crate::app::{Effect, Intent, Model, palette};
use crate::domain::CleanText;
use crate::overlays::prompt::Purpose;

/// A pane or overlay wants something.
pub fn on_want(model: &mut Model, intent: Intent, effects: &mut Vec<Effect>) {
    match intent {
        Intent::Act(action) => keys::on_action(model, action, effects),
        Intent::Select(selection) => show::select(model, selection),
        Intent::Open(key) => logs::open(model, key),
        Intent::Sift(sift) => logs::sift(model, sift),
        Intent::Exemplars(source, title) => panels::exemplars(&mut model.state, source, title, effects),
        Intent::Forget(source, title) => {
            if !panels::forget(&mut model.state, &source, &title, effects) {
                model.state.problem("only a panel that was added in this session can be dropped here");
            }
        }
        Intent::Around(at, wider) => navigation::look_around(model, at, wider, effects),
        Intent::Focus(pane) => model.focus = pane,
        Intent::Ask(text) => ask::on_input(model, &text, effects),
        Intent::Propose(suggestion) => {
            proposals::put_forward(model, suggestion, true, effects);
        }
        Intent::Query(text) => promql::put_forward(model, text, effects),
        Intent::Labels(ask) => effects.push(Effect::Labels(ask, model.state.visible_window())),
        Intent::Review(ids) => proposals::review(model, ids, effects),
        Intent::Confirm(ids, confirmation) => proposals::confirm(model, &ids, &confirmation, effects),
        Intent::Grant(id) => grants::give(model, id, effects),
        Intent::Reject(ids, why) => proposals::reject(model, &ids, &why, effects),
        Intent::Preview(of, shown) => preview::run(model, of, &shown, effects),
        Intent::Edit(id) => proposals::edit(model, id, effects),
        Intent::Stop(id) => runs::stop(model, id, effects),
        Intent::Answered(purpose, text) => on_answer(model, purpose, &text, effects),
        Intent::Command(text) => palette::run(model, &text, effects),
        Intent::Keep(capture) => incident::keep(&mut model.state, *capture, effects),
        Intent::Copy(text) => effects.push(Effect::Copy(text)),
        Intent::Prompt(purpose) => navigation::ask_for(model, purpose, ""),
        Intent::Watch(id) => runs::open_view(model, id),
        Intent::Close => {
            model.overlays.pop();
        }
    }
}

/// A one-line prompt was answered.
fn on_answer(model: &mut Model, purpose: Purpose, text: &str, effects: &mut Vec<Effect>) {
    match purpose {
        Purpose::Search => navigation::search(model, text, effects),
        Purpose::Note => incident::note(&mut model.state, text, effects),
        Purpose::WhyNot(ids) => proposals::reject(model, &ids, &CleanText::line(text), effects),
    }
}
