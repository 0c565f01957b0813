//! Draws pane 4.

use super::Copilot;
use crate::app::Ctx;
use crate::app::model::Brain;
use crate::copilot::Room;
use crate::ui::{Area, Canvas, Line, Role, frame};

impl Copilot {
    /// Draws the pane.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        let inner = frame::frame(canvas, &title(ctx), &Line::new(), focused);
        let mut canvas = canvas.part(super::padded(inner));
        if self.rows.is_empty() {
            hint(&mut canvas, ctx, self.height);
        }
        let selected = self.selected.map(|at| self.rows_of(at));
        for (line, at) in (self.top..self.rows.len()).take(self.height).enumerate() {
            canvas.line(line, &self.rows[at].line);
            if focused && !self.typing && selected.as_ref().is_some_and(|rows| rows.contains(&at)) {
                canvas.tint(line, Role::Selected);
            }
        }
        self.input(&mut canvas, ctx, focused);
    }

    fn input(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        let Area { x, y, width, .. } = canvas.area();
        let row = self.height as u16;
        let mark = if self.typing { Role::Focus } else { Role::Dim };
        canvas.line(self.height, &Line::of("▏", mark));
        let placeholder = match ctx.has_brain() {
            true => "a asks · ! words to a command · $ a command",
            false => "$ proposes a command as it is",
        };
        let area = Area::new(x + 1, y + row, width.saturating_sub(1), self.input_rows as u16);
        self.editor.draw(&mut canvas.part(area), self.typing && focused, placeholder);
    }
}

fn title(ctx: &Ctx<'_>) -> Line {
    match ctx.brain {
        Brain::Absent => Line::of("4 Actions", Role::Text),
        Brain::Connecting => Line::of("4 Copilot", Role::Text).with("  reaching the model…", Role::Dim),
        Brain::Ready(Room { label, .. }) => Line::of("4 Copilot", Role::Text)
            .with(format!("  {} ", label.model), Role::Dim)
            .with(label.location.word(), Role::Strong),
        Brain::Failed(_) => Line::of("4 Copilot", Role::Text).with("  no model", Role::Warning),
    }
}

/// What can be done in an empty pane.
fn hint(canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, height: usize) {
    let mut lines = Vec::new();
    match ctx.brain {
        Brain::Absent => lines.push("No command was proposed yet.".to_owned()),
        Brain::Failed(why) => lines.push(format!("The model cannot be had: {why}")),
        Brain::Connecting | Brain::Ready(_) => {
            lines
                .push("Ask what is going on: every sentence of the answer is checked against its evidence.".to_owned());
            lines.push("! turns words into a command.".to_owned());
        }
    }
    lines.push("$ takes a command as it is: $ df -h, $ promql up, $ logs level>=error.".to_owned());
    lines.push("Nothing runs before you confirmed it on a card.".to_owned());
    let columns = canvas.width();
    let rows = lines.iter().flat_map(|text| Line::of(text.as_str(), Role::Dim).wrap(columns, 2));
    for (row, line) in rows.take(height).enumerate() {
        canvas.line(row, &line);
    }
}
