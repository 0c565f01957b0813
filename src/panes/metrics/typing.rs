//! The filter of the rows while it is typed: what does not hold the text in its title or labels is left out at once.

use super::Metrics;
use crate::app::{Ctx, Intent};
use crate::panes::search::Search;
use crate::ui::key::{Code, Key};
use crate::ui::{Area, Canvas, Editor, Line, Role};

impl Metrics {
    /// Whether text is being typed here.
    pub fn is_typing(&self) -> bool {
        self.typing.is_some()
    }

    /// Begins to type a filter, from the one there is.
    pub(super) fn type_filter(&mut self) {
        let mut editor = Editor::new();
        editor.set_text(self.listing.filter.as_ref().map(|search| search.text().as_str()).unwrap_or_default());
        self.typing = Some(editor);
    }

    /// A key while text is being typed: Enter keeps the filter, Esc drops it.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        let Some(mut editor) = self.typing.take() else { return Vec::new() };
        match key.code {
            Code::Enter => {
                self.selected = self.current().and_then(|row| row.key(ctx));
                return self.selection(ctx).map(Intent::Select).into_iter().collect();
            }
            Code::Esc => self.listing.filter = None,
            _ => {
                editor.key(key);
                self.filter_by(editor);
            }
        }
        Vec::new()
    }

    /// Pasted text, in one line.
    pub fn on_paste(&mut self, text: &str) {
        let Some(mut editor) = self.typing.take() else { return };
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        editor.insert_str(line.trim());
        self.filter_by(editor);
    }

    /// Leaves the input as Esc does.
    pub fn stop_typing(&mut self) {
        if self.typing.take().is_some() {
            self.listing.filter = None;
        }
    }

    fn filter_by(&mut self, editor: Editor) {
        self.listing.filter = Search::new(editor.text().replace('\n', " ").trim());
        self.typing = Some(editor);
    }

    /// Draws the input on a row, with how many rows pass.
    pub(super) fn draw_input(&self, canvas: &mut Canvas<'_>, row: usize) {
        let Some(editor) = &self.typing else { return };
        let right = Line::of(format!("{} rows ", self.listing.rows().len()), Role::Strong);
        let Area { x, y, width, height } = canvas.area();
        if row >= usize::from(height) {
            return;
        }
        let head = Line::of(" /", Role::Key);
        canvas.line(row, &head);
        let (left, room) = (head.width() as u16, right.width() as u16 + 1);
        let place = Area::new(x + left, y + row as u16, width.saturating_sub(left + room), 1);
        editor.draw(&mut canvas.part(place), true, "in titles and labels · Enter stays · Esc: all rows");
        canvas.line_at(canvas.width().saturating_sub(right.width()), row, &right);
    }
}
