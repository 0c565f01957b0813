//! Focus, zoom, window, search, filter, pause, and the lists that open over the panes.

use super::{contrast, ideas, incident, panels, promql, show};
use crate::app::effect::Steer;
use crate::app::keymap::{Action, Slide};
use crate::app::{Effect, Model, PaneId};
use crate::domain::{CleanText, Timestamp};
use crate::overlays::chips::Chips;
use crate::overlays::fields::Fields;
use crate::overlays::palette::Palette;
use crate::overlays::prompt::{Prompt, Purpose};
use crate::overlays::reader::Topic;
use crate::overlays::{Overlay, help, proposed, reader};
use crate::store::Filter;

/// An action that no pane took.
pub fn on_action(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Help => model.overlays.push(Overlay::Help(help::Help::new(model.focus))),
        Action::Palette => model.overlays.push(Overlay::Palette(Palette::default())),
        Action::Search => {
            if model.focus == PaneId::Evidence {
                return ask_for(model, Purpose::Search, "");
            }
            focus(model, PaneId::Logs);
            model.panes.logs.type_search();
        }
        Action::Chips => model.overlays.push(Overlay::Chips(Chips::default())),
        Action::Fields => model.overlays.push(Overlay::Fields(Fields::default())),
        Action::Contrast => contrast::open(model, ""),
        Action::Note => ask_for(model, Purpose::Note, ""),
        Action::SearchNext => search_step(model, true, effects),
        Action::SearchPrevious => search_step(model, false, effects),
        Action::FocusNext => step_focus(model, 1),
        Action::FocusPrevious => step_focus(model, 4),
        Action::Focus(pane) => focus(model, pane),
        Action::Zoom => model.zoomed = !model.zoomed,
        Action::Back => back(model, effects),
        Action::Cancel => cancel(model, effects),
        Action::Pause => toggle_pause(model),
        Action::Copy => copy(model, effects),
        Action::CopyNotes => incident::copy_notes(&mut model.state, effects),
        Action::Pin => incident::pin(&mut model.state, effects),
        Action::Ask => start_typing(model, ""),
        Action::AskCommand => start_typing(model, "! "),
        Action::TypeCommand => start_typing(model, "$ "),
        Action::Proposals => model.overlays.push(Overlay::Proposed(proposed::Proposed::default())),
        Action::Query => promql::edit(model),
        Action::Worth => ideas::review(model, effects),
        Action::Timeline => model.overlays.push(Overlay::Reader(reader::Reader::on(Topic::Timeline))),
        Action::Changes => model.overlays.push(Overlay::Reader(reader::Reader::on(Topic::Changes))),
        Action::Slide(slide) => move_window(model, slide, effects),
        Action::ToggleTimes => model.state.relative_times = !model.state.relative_times,
        Action::ReplayFaster => effects.push(Effect::Replay(Steer::Faster)),
        Action::ReplaySlower => effects.push(Effect::Replay(Steer::Slower)),
        Action::ReplayPause => effects.push(Effect::Replay(Steer::TogglePause)),
        Action::ReplayToAlert => match model.state.settings.first_alert {
            Some(at) => effects.push(Effect::Replay(Steer::JumpTo(at))),
            None => model.state.problem("this recording holds no alert"),
        },
        Action::Compare => panels::compare_next(&mut model.state, effects),
        Action::Move(_)
        | Action::Open
        | Action::Filter
        | Action::Exclude
        | Action::DropChip
        | Action::FilterByService
        | Action::Related
        | Action::Patterns
        | Action::News
        | Action::Order
        | Action::AllTime
        | Action::Fold
        | Action::Forget
        | Action::AllSeries
        | Action::Ladder
        | Action::Buckets
        | Action::Exemplars
        | Action::Wrap => {}
    }
}

/// Opens a one-line prompt.
pub fn ask_for(model: &mut Model, purpose: Purpose, text: &str) {
    model.overlays.push(Overlay::Prompt(Prompt::new(purpose, text)));
}

/// Focuses a pane and shows its selection in Evidence.
pub fn focus(model: &mut Model, pane: PaneId) {
    model.focus = pane;
    if let Some(selection) = model.panes.selection(pane, &model.state.ctx()) {
        show::select(model, selection);
    }
}

fn step_focus(model: &mut Model, by: usize) {
    let at = (model.focus.index() + by) % PaneId::ALL.len();
    focus(model, PaneId::ALL[at]);
}

fn start_typing(model: &mut Model, text: &str) {
    if !model.state.has_brain() && !text.starts_with('$') {
        return start_typing(model, "$ ");
    }
    model.focus = PaneId::Copilot;
    model.panes.copilot.start_typing(text);
}

/// One level back; at the root the program ends, after a question when something runs.
fn back(model: &mut Model, effects: &mut Vec<Effect>) {
    if !model.is_home() {
        model.go_home();
    } else if model.state.proposals.iter().any(|p| p.is_running()) {
        model.state.problem("a command still runs: p shows it, Esc there stops it; :quit leaves and stops it");
    } else {
        effects.push(Effect::Quit);
    }
}

/// Esc: what is under way ends, nothing is confirmed.
fn cancel(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.state.conversation.active().is_some() {
        super::ask::cancel(&mut model.state, effects);
    } else if model.panes.clear_search(model.focus) {
        model.state.done("search cleared");
    } else if !model.is_home() {
        model.go_home();
    }
}

fn toggle_pause(model: &mut Model) {
    let state = &mut model.state;
    state.paused_at = match state.paused_at {
        Some(_) => None,
        None => Some(state.now),
    };
    let paused = state.paused_at.is_some();
    model.panes.logs.pause(paused, &state.ctx());
}

fn copy(model: &mut Model, effects: &mut Vec<Effect>) {
    match show::raw_text(&model.state.ctx()) {
        Some(text) => effects.push(Effect::Copy(text)),
        None => model.state.problem("nothing is selected to copy"),
    }
}

fn move_window(model: &mut Model, slide: Slide, effects: &mut Vec<Effect>) {
    let state = &mut model.state;
    match slide {
        Slide::Earlier => state.window.shift(false, state.now),
        Slide::Later => state.window.shift(true, state.now),
        Slide::Wider => state.window.scale(true),
        Slide::Narrower => state.window.scale(false),
        Slide::Now => state.window.end = None,
    }
    effects.push(Effect::Window(state.window));
}

/// Makes the shared window wider or narrower with an instant staying where it is.
pub fn look_around(model: &mut Model, at: Timestamp, wider: bool, effects: &mut Vec<Effect>) {
    let state = &mut model.state;
    state.window.scale_around(at, wider, state.now);
    effects.push(Effect::Window(state.window));
}

/// Searches in the evidence.
pub fn search(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    model.panes.evidence.search(text);
    if !text.is_empty() {
        search_step(model, true, effects);
    }
}

fn search_step(model: &mut Model, forward: bool, effects: &mut Vec<Effect>) {
    match model.panes.search_step(model.focus, forward, &model.state.ctx()) {
        Some(intents) => intents.into_iter().for_each(|intent| super::wants::on_want(model, intent, effects)),
        None => model.state.problem("no hit here; / searches"),
    }
}

/// Sets the log filter; a filter that cannot be read changes nothing.
pub fn filter(model: &mut Model, text: &str) {
    match Filter::parse(text) {
        Ok(filter) => model.panes.logs.set_filter(filter),
        Err(error) => model.state.problem(CleanText::line(&error.to_string())),
    }
}
