//! Help for the focused pane, made from the key table.

use super::{centred, padded, size_of};
use crate::app::keymap::{Scope, help as words, rows, shown_keys};
use crate::app::{Ctx, Intent, PaneId};
use crate::panes::step_of;
use crate::ui::key::{Code, Key};
use crate::ui::line::cell;
use crate::ui::list::Scroll;
use crate::ui::{Canvas, Line, Role, frame};

/// State of the help.
pub struct Help {
    pane: PaneId,
    scroll: Scroll,
    height: usize,
    lines: usize,
}

impl Help {
    /// Help for a pane.
    pub fn new(pane: PaneId) -> Self {
        Self { pane, scroll: Scroll::top(), height: 0, lines: 0 }
    }

    /// A key: movement, or anything else closes.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        match crate::app::keymap::lookup(key, self.pane, ctx.stage()) {
            Some(crate::app::keymap::Action::Move(motion)) if key.code != Code::Esc => {
                if let Some(step) = step_of(motion) {
                    scroll_text(&mut self.scroll, step, self.lines, self.height);
                }
                Vec::new()
            }
            _ => vec![Intent::Close],
        }
    }

    /// Fits the help to the screen.
    pub fn settle(&mut self, ctx: &Ctx<'_>, size: (u16, u16)) {
        self.lines = lines(self.pane, ctx).len();
        self.height = usize::from(size.1).saturating_sub(4);
    }

    /// Draws the help.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
        let lines = lines(self.pane, ctx);
        let area = centred(size_of(canvas), 72, u16::try_from(lines.len() + 2).unwrap_or(u16::MAX));
        draw_text(canvas, area, Line::of("Help", Role::Strong), &lines, self.scroll.offset());
    }
}

fn lines(pane: PaneId, ctx: &Ctx<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut last = None;
    for binding in rows(pane, ctx.stage()) {
        if last != Some(binding.scope) {
            last = Some(binding.scope);
            lines.push(Line::of(
                match binding.scope {
                    Scope::Everywhere => "Everywhere",
                    Scope::Pane(_) => "In this pane",
                    Scope::Replay => "The recording's clock",
                },
                Role::Strong,
            ));
        }
        let keys = shown_keys(binding);
        lines.push(Line::of(cell(&keys, 16), Role::Key).with(words(binding, ctx.stage()), Role::Text));
    }
    lines
}

/// Scrolls a text by moving its first row.
pub(super) fn scroll_text(scroll: &mut Scroll, step: crate::ui::list::Step, lines: usize, height: usize) {
    let last = lines.saturating_sub(height);
    let mut top = Scroll::top();
    top.select(scroll.offset().min(last), last + 1, 1);
    top.step(step, last + 1, 1);
    let at = match step {
        crate::ui::list::Step::HalfDown | crate::ui::list::Step::PageDown => (scroll.offset() + height).min(last),
        crate::ui::list::Step::HalfUp | crate::ui::list::Step::PageUp => scroll.offset().saturating_sub(height),
        _ => top.selected(),
    };
    *scroll = Scroll::top();
    scroll.select((at + height).saturating_sub(1).min(lines.saturating_sub(1)), lines, height);
    scroll.select(at, lines, height);
}

/// Draws framed lines from a first row on, with a mark where more follow.
pub(super) fn draw_text(canvas: &mut Canvas<'_>, area: crate::ui::Area, title: Line, lines: &[Line], first: usize) {
    let mut part = canvas.part(area);
    part.clear();
    let height = usize::from(area.height).saturating_sub(2);
    let below = lines.len().saturating_sub(first + height);
    let right = if below > 0 { Line::of(format!("{below} more below"), Role::Warning) } else { Line::new() };
    let inner = frame::frame(&mut part, &title, &right, true);
    let mut inside = part.part(padded(inner));
    for (row, line) in lines.iter().skip(first).take(height).enumerate() {
        inside.line(row, line);
    }
}
