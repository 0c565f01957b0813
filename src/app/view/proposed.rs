//! The box of proposals on wide screens.

use crate::app::Ctx;
use crate::overlays::proposed::ordered;
use crate::panes::proposal::proposal_line;
use crate::ui::{Area, Canvas, Line, Role, frame};

/// Draws the box.
pub fn view(ctx: &Ctx<'_>, canvas: &mut Canvas<'_>) {
    let list = ordered(ctx);
    let waiting = list.iter().filter(|proposal| proposal.is_waiting()).count();
    let mut title = Line::of("Proposed", Role::Text);
    if waiting > 0 {
        title.push(format!("  {waiting} waiting"), Role::Strong);
    }
    let inner = frame::frame(canvas, &title, &Line::new(), false);
    let mut inside = canvas.part(Area { x: inner.x + 1, width: inner.width.saturating_sub(1), ..inner });
    if list.is_empty() {
        let text = if ctx.has_brain() {
            "nothing yet: a asks, ! words, $ a command"
        } else {
            "nothing yet: $ takes a command"
        };
        return inside.line(0, &Line::of(text, Role::Dim));
    }
    let room = inside.height().saturating_sub(1);
    for (row, proposal) in list.iter().take(room).enumerate() {
        inside.line(row, &proposal_line(ctx, proposal));
    }
    let more = list.len().saturating_sub(room);
    let more = if more > 0 { format!("{more} more · ") } else { String::new() };
    inside.line(room, &Line::of(format!("{more}p opens the list: review, edit, reject"), Role::Dim));
}
