//! The mouse, where the configuration lets it in: a click focuses a pane, the wheel moves in it. It confirms nothing.

use super::{keys, navigation};
use crate::app::keymap::{Action, Motion};
use crate::app::msg::Mouse;
use crate::app::{Effect, Model, PaneId};

/// Rows one turn of the wheel moves.
const WHEEL: usize = 3;

/// The mouse did something at a cell of the screen. Over an overlay it does nothing.
pub fn on_mouse(model: &mut Model, mouse: Mouse, column: u16, row: u16, effects: &mut Vec<Effect>) {
    if !model.overlays.is_empty() {
        return;
    }
    let at = |pane: &PaneId| model.layout.panes[pane.index()].is_some_and(|area| area.holds(column, row));
    let Some(pane) = PaneId::ALL.into_iter().find(at) else { return };
    if pane != model.focus {
        navigation::focus(model, pane);
    }
    let motion = match mouse {
        Mouse::Click => return,
        Mouse::WheelDown => Motion::Down,
        Mouse::WheelUp => Motion::Up,
    };
    (0..WHEEL).for_each(|_| keys::on_action(model, Action::Move(motion), effects));
}
