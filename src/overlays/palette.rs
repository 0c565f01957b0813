//! Commands by name: typed text narrows the list, Enter runs. Never a shell.

use super::{centred, padded, prompt, size_of};
use crate::app::palette::{COMMANDS, Command, matching};
use crate::app::{Ctx, Intent};
use crate::ui::key::{Code, Key};
use crate::ui::line::cell;
use crate::ui::{Canvas, Line, Role, frame};

/// State of the palette.
#[derive(Default)]
pub struct Palette {
    text: String,
    selected: usize,
}

impl Palette {
    /// A key.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        let found = matching(&self.text, ctx.has_brain());
        match key.code {
            Code::Esc => return vec![Intent::Close],
            Code::Down => self.selected = (self.selected + 1).min(found.len().saturating_sub(1)),
            Code::Up => self.selected = self.selected.saturating_sub(1),
            Code::Tab => self.complete(&found),
            Code::Enter => return self.enter(&found),
            _ => {
                prompt::edit(&mut self.text, key);
                self.selected = 0;
            }
        }
        Vec::new()
    }

    fn complete(&mut self, found: &[&Command]) {
        if let Some(command) = found.get(self.selected) {
            self.text = format!("{}{}", command.name, if command.argument.is_empty() { "" } else { " " });
            self.selected = 0;
        }
    }

    fn enter(&mut self, found: &[&Command]) -> Vec<Intent> {
        let name = self.text.split(' ').next().unwrap_or_default();
        if COMMANDS.iter().any(|command| command.name == name) {
            return vec![Intent::Close, Intent::Command(self.text.clone())];
        }
        match found.get(self.selected) {
            Some(command) if command.argument.is_empty() => {
                vec![Intent::Close, Intent::Command(command.name.to_owned())]
            }
            Some(_) => {
                self.complete(found);
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// Pasted text, in one line.
    pub fn on_paste(&mut self, text: &str) {
        prompt::push_text(&mut self.text, text);
        self.selected = 0;
    }

    /// Draws the palette.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
        let found = matching(&self.text, ctx.has_brain());
        let rows = found.len().max(1) + 3;
        let area = centred(size_of(canvas), 76, u16::try_from(rows).unwrap_or(u16::MAX));
        let mut part = canvas.part(area);
        part.clear();
        let inner = frame::frame(&mut part, &Line::of("Commands", Role::Strong), &Line::new(), true);
        let mut inside = part.part(padded(inner));
        inside.line(0, &Line::of(": ", Role::Dim).with(self.text.as_str(), Role::Text).with("▏", Role::Focus));
        if found.is_empty() {
            inside.line(1, &Line::of("no such command", Role::Warning));
        }
        let room = inside.height().saturating_sub(1);
        let first = (self.selected + 1).saturating_sub(room);
        for (row, (at, command)) in found.iter().enumerate().skip(first).take(room).enumerate() {
            let usage = format!("{} {}", command.name, command.argument);
            let line = Line::of(cell(usage.trim_end(), 24), Role::Key).with(format!(" {}", command.help), Role::Text);
            inside.line(row + 1, &line);
            if at == self.selected {
                inside.tint(row + 1, Role::Selected);
            }
        }
    }
}
