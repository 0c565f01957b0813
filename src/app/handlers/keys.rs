//! A key goes to the topmost overlay, else to an input that is being typed into, else through the key table.

use super::{navigation, wants};
use crate::app::keymap::{Action, lookup};
use crate::app::{Effect, Intent, Model, PaneId};
use crate::overlays;
use crate::ui::key::Key;

/// A key was pressed.
pub fn on_key(model: &mut Model, key: Key, effects: &mut Vec<Effect>) {
    if let Some(top) = model.overlays.last_mut() {
        let intents = overlays::on_key(top, key, &model.state.ctx());
        return answer(model, intents, effects);
    }
    if model.focus == PaneId::Copilot && model.panes.copilot.is_typing() {
        let intents = model.panes.copilot.on_key(key, &model.state.ctx());
        return answer(model, intents, effects);
    }
    if let Some(action) = lookup(key, model.focus, model.state.replay.is_some()) {
        on_action(model, action, effects);
    }
}

/// A key of the table was pressed, or its action chosen in the palette: the focused pane is asked first.
pub fn on_action(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match model.panes.on_action(model.focus, action, &model.state.ctx()) {
        Some(intents) => answer(model, intents, effects),
        None => navigation::on_action(model, action, effects),
    }
}

/// Text was pasted: it goes into an input or nowhere; it never confirms.
pub fn on_paste(model: &mut Model, text: &str) {
    match model.overlays.last_mut() {
        Some(top) => overlays::on_paste(top, text),
        None if model.focus == PaneId::Copilot && model.panes.copilot.is_typing() => {
            model.panes.copilot.on_paste(text);
        }
        None => {}
    }
}

fn answer(model: &mut Model, intents: Vec<Intent>, effects: &mut Vec<Effect>) {
    for intent in intents {
        wants::on_want(model, intent, effects);
    }
}
