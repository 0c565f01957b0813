//! A key goes to the topmost overlay, else to an input that is being typed into, else through the key table.

use std::time::Duration;

use super::{navigation, wants};
use crate::app::keymap::{Action, lookup};
use crate::app::{Effect, Intent, Model, PaneId};
use crate::domain::Proposal;
use crate::overlays::{self, Overlay};
use crate::ui::key::{Code, Key};

/// How soon a second Ctrl-C must follow to leave.
const TWICE: Duration = Duration::from_secs(2);

/// A key was pressed.
pub fn on_key(model: &mut Model, key: Key, effects: &mut Vec<Effect>) {
    if key == Key::ctrl('c') {
        return interrupt(model, effects);
    }
    if key == Key::ctrl('l') {
        return effects.push(Effect::Redraw);
    }
    if key == Key::ctrl('z') && !is_typing(model) {
        return effects.push(Effect::Suspend);
    }
    // A terminal sends Esc and the next key as one with alt when they come together, as they do over a slow link.
    if key.alt && !is_typing(model) {
        on_key(model, Key::of(Code::Esc), effects);
        return on_key(model, Key { alt: false, ..key }, effects);
    }
    if let Some(top) = model.overlays.last_mut() {
        let intents = overlays::on_key(top, key, &model.state.ctx());
        return answer(model, intents, effects);
    }
    if model.focus == PaneId::Copilot && model.panes.copilot.is_typing() {
        let intents = model.panes.copilot.on_key(key, &model.state.ctx());
        return answer(model, intents, effects);
    }
    if model.focus == PaneId::Logs && model.panes.logs.is_typing() {
        let intents = model.panes.logs.on_key(key, &model.state.ctx());
        return answer(model, intents, effects);
    }
    if model.focus == PaneId::Metrics && model.panes.metrics.is_typing() {
        let intents = model.panes.metrics.on_key(key, &model.state.ctx());
        return answer(model, intents, effects);
    }
    if let Some(action) = lookup(key, model.focus, model.state.ctx().stage()) {
        on_action(model, action, effects);
    }
}

/// Whether text is being written, where Ctrl-Z takes back a change.
fn is_typing(model: &Model) -> bool {
    match model.overlays.last() {
        Some(Overlay::Prompt(_) | Overlay::Palette(_) | Overlay::Promql(_)) => true,
        Some(_) => false,
        None => model.panes.is_typing(model.focus),
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
        Some(top) => overlays::on_paste(top, text, &model.state.ctx()),
        None if model.focus == PaneId::Copilot && model.panes.copilot.is_typing() => {
            model.panes.copilot.on_paste(text);
        }
        None if model.focus == PaneId::Logs => model.panes.logs.on_paste(text, &model.state.ctx()),
        None if model.focus == PaneId::Metrics => model.panes.metrics.on_paste(text),
        None => {}
    }
}

/// Ctrl-C closes what is open, stops an answer, and twice in a row leaves. A run is stopped from its own view only.
fn interrupt(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(Overlay::Running(running)) = model.overlays.last() {
        let id = running.id;
        if model.state.proposal(id).is_some_and(Proposal::is_running) {
            return wants::on_want(model, Intent::Stop(id), effects);
        }
    }
    if model.overlays.pop().is_some() {
        return;
    }
    if model.focus == PaneId::Copilot && model.panes.copilot.is_typing() {
        return model.panes.copilot.stop_typing();
    }
    if model.focus == PaneId::Logs && model.panes.logs.is_typing() {
        return model.panes.logs.stop_typing();
    }
    if model.focus == PaneId::Metrics && model.panes.metrics.is_typing() {
        return model.panes.metrics.stop_typing();
    }
    if model.state.conversation.active().is_some() {
        return super::ask::cancel(&mut model.state, effects);
    }
    let again = model.interrupted.is_some_and(|at| model.state.uptime.saturating_sub(at) < TWICE);
    model.interrupted = Some(model.state.uptime);
    if again {
        effects.push(Effect::Quit);
    } else {
        model.state.done("q leaves; Ctrl-C once more leaves too, and stops what runs");
    }
}

fn answer(model: &mut Model, intents: Vec<Intent>, effects: &mut Vec<Effect>) {
    for intent in intents {
        wants::on_want(model, intent, effects);
    }
}
