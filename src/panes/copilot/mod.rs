//! Pane 4: questions, answers sentence by sentence with their standing, proposals, and the input.

mod rows;
mod view;

use rows::{Item, Row};

use crate::app::keymap::Action;
use crate::app::{Ctx, Intent, PaneId, Selection};
use crate::panes::step_of;
use crate::ui::Area;
use crate::ui::editor::Editor;
use crate::ui::key::{Code, Key};
use crate::ui::list::{Scroll, Step};

/// Rows the input may grow to.
const INPUT_ROWS: usize = 6;

/// State of the pane.
pub struct Copilot {
    editor: Editor,
    typing: bool,
    /// Inputs sent before, oldest first, for the arrow keys.
    sent: Vec<String>,
    recalled: Option<usize>,
    /// The item the cursor is on, counted over the whole conversation; `None` stays at the newest.
    selected: Option<usize>,
    top: usize,
    rows: Vec<Row>,
    laid_out: Option<(u64, usize, usize)>,
    height: usize,
    input_rows: usize,
}

impl Default for Copilot {
    fn default() -> Self {
        Self {
            editor: Editor::new(),
            typing: false,
            sent: Vec::new(),
            recalled: None,
            selected: None,
            top: 0,
            rows: Vec::new(),
            laid_out: None,
            height: 0,
            input_rows: 1,
        }
    }
}

impl Copilot {
    /// Whether keys go into the input.
    pub fn is_typing(&self) -> bool {
        self.typing
    }

    /// Opens the input with this text, unless something is already written there and nothing new is given.
    pub fn start_typing(&mut self, text: &str) {
        self.typing = true;
        if !text.is_empty() {
            self.editor.set_text(text);
        }
    }

    /// Leaves the input; what is written stays.
    pub fn stop_typing(&mut self) {
        self.typing = false;
    }

    /// Pasted text goes into the input.
    pub fn on_paste(&mut self, text: &str) {
        self.editor.insert_str(text);
    }

    /// What is written in the input.
    pub fn draft(&self) -> String {
        self.editor.text()
    }

    /// A key while typing.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        match key.code {
            Code::Esc => {
                self.typing = false;
                if ctx.conversation.active().is_some() {
                    return vec![Intent::Act(Action::Cancel)];
                }
            }
            Code::Enter if !key.alt && !key.shift => return self.send(),
            Code::Enter => {
                self.editor.insert_str("\n");
            }
            Code::Tab => {
                self.typing = false;
                return vec![Intent::Act(Action::FocusNext)];
            }
            Code::BackTab => {
                self.typing = false;
                return vec![Intent::Act(Action::FocusPrevious)];
            }
            Code::Up if self.editor.is_empty() || self.recalled.is_some() => self.recall(true),
            Code::Down if self.recalled.is_some() => self.recall(false),
            _ => {
                self.recalled = None;
                self.editor.key(key);
            }
        }
        Vec::new()
    }

    fn send(&mut self) -> Vec<Intent> {
        let text = self.editor.text();
        if text.trim().is_empty() {
            self.typing = false;
            return Vec::new();
        }
        self.editor.clear();
        self.typing = false;
        self.recalled = None;
        self.selected = None;
        if self.sent.last() != Some(&text) {
            self.sent.push(text.clone());
        }
        if self.sent.len() > 100 {
            self.sent.remove(0);
        }
        vec![Intent::Ask(text)]
    }

    fn recall(&mut self, older: bool) {
        let at = match (self.recalled, older) {
            (None, true) => self.sent.len().checked_sub(1),
            (Some(at), true) => Some(at.saturating_sub(1)),
            (Some(at), false) if at + 1 < self.sent.len() => Some(at + 1),
            (_, false) => None,
        };
        self.recalled = at;
        let text = at.and_then(|at| self.sent.get(at)).cloned().unwrap_or_default();
        self.editor.set_text(&text);
    }

    /// Fits the conversation to its place.
    pub fn settle(&mut self, ctx: &Ctx<'_>, inner: Area, focused: bool) {
        if !focused {
            self.typing = false;
        }
        let inner = padded(inner);
        let columns = usize::from(inner.width);
        self.input_rows = self.editor.rows(columns.saturating_sub(1)).clamp(1, INPUT_ROWS);
        self.height = usize::from(inner.height).saturating_sub(self.input_rows);
        let stamp = (ctx.conversation.revision, columns, ctx.proposals.len());
        if self.laid_out != Some(stamp) && columns > 0 {
            self.laid_out = Some(stamp);
            self.rows = rows::lay_out(ctx, columns);
        }
        self.top = self.top_for_selection();
    }

    fn items(&self) -> usize {
        self.rows.iter().filter(|row| row.starts).count()
    }

    /// The first row in view, such that the selected item is in view.
    fn top_for_selection(&self) -> usize {
        let last = self.rows.len().saturating_sub(self.height);
        let Some(selected) = self.selected else { return last };
        let rows = self.rows_of(selected);
        let lowest = rows.end.saturating_sub(self.height);
        self.top.clamp(lowest.min(rows.start), rows.start).min(last)
    }

    fn rows_of(&self, item: usize) -> std::ops::Range<usize> {
        let mut starts = self.rows.iter().enumerate().filter(|(_, row)| row.starts).map(|(at, _)| at).skip(item);
        let start = starts.next().unwrap_or(0);
        start..starts.next().unwrap_or(self.rows.len())
    }

    fn item(&self, at: usize) -> Option<&Item> {
        self.rows.iter().filter(|row| row.starts).nth(at).map(|row| &row.item)
    }

    /// An action of the key table.
    pub fn on_action(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        match action {
            Action::Move(motion) => {
                let step = step_of(motion)?;
                let items = self.items();
                let mut scroll = Scroll::top();
                scroll.select(self.selected.unwrap_or(items.saturating_sub(1)), items, self.height.max(1));
                scroll.step(step, items, (self.height / 3).max(1));
                self.selected = (step != Step::End && items > 0).then(|| scroll.selected());
                self.top = self.top_for_selection();
                Some(self.selection(ctx).map(Intent::Select).into_iter().collect())
            }
            Action::Open => match self.selected.and_then(|at| self.item(at)) {
                Some(Item::Proposal(id)) => Some(vec![Intent::Review(vec![*id])]),
                Some(Item::Sentence { cite: Some(_), .. }) => Some(vec![Intent::Focus(PaneId::Evidence)]),
                _ => Some(vec![Intent::Act(if ctx.has_brain() { Action::Ask } else { Action::TypeCommand })]),
            },
            _ => None,
        }
    }

    /// What stands behind the item the cursor is on.
    pub fn selection(&self, _ctx: &Ctx<'_>) -> Option<Selection> {
        match self.item(self.selected.unwrap_or(self.items().saturating_sub(1)))? {
            Item::Sentence { cite: Some(locator), .. } => Some(Selection::Evidence(*locator)),
            Item::Proposal(id) => Some(Selection::Proposal(*id)),
            Item::Sentence { cite: None, .. } | Item::Question | Item::Plain => None,
        }
    }
}

/// The place of the text: a blank column on the left, so that it does not stick to the frame.
fn padded(inner: Area) -> Area {
    Area { x: inner.x + 1, width: inner.width.saturating_sub(1), ..inner }
}
