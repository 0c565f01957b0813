//! What is typed at the foot of the log pane: a search or a filter, tried out with every key. Enter keeps it, Esc goes
//! back to where it began.

use super::place::Place;
use crate::store::{Filter, FilterError};
use crate::ui::editor::Editor;
use crate::ui::key::{Code, Key};

/// Texts remembered of each kind.
const HISTORY: usize = 50;

/// What the text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Hits are marked, counted and gone to.
    Search,
    /// Only what passes is shown.
    Filter,
    /// One term of the filter, by its place.
    Chip(usize),
}

/// What Esc brings back.
#[derive(Clone, Debug)]
pub struct Before {
    /// The filter.
    pub filter: Filter,
    /// The search with its text.
    pub search: Option<Search>,
    /// The place.
    pub place: Place,
}

/// A text that is searched for.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// As it was typed.
    pub text: String,
    /// What finds it.
    pub filter: Filter,
}

/// What a key did to the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// The text is another one.
    Changed,
    /// Only the cursor moved, or nothing.
    Nothing,
    /// Enter.
    Kept,
    /// Esc.
    Left,
}

/// An input that is being typed into.
pub struct Typing {
    /// What it is for.
    pub kind: Kind,
    /// What Esc brings back.
    pub before: Before,
    /// Why the text is no filter; the last one that was is still tried out.
    pub error: Option<FilterError>,
    editor: Editor,
    /// The place in the history, counted from the newest; `None` is the text being written.
    recalled: Option<usize>,
    draft: String,
}

/// What was typed before, oldest first.
#[derive(Default)]
pub struct History {
    searches: Vec<String>,
    filters: Vec<String>,
}

impl History {
    fn of(&self, kind: Kind) -> &[String] {
        match kind {
            Kind::Search => &self.searches,
            Kind::Filter | Kind::Chip(_) => &self.filters,
        }
    }

    /// Remembers a text; the same one stands once, as the newest.
    pub fn keep(&mut self, kind: Kind, text: &str) {
        let texts = match kind {
            Kind::Search => &mut self.searches,
            Kind::Filter => &mut self.filters,
            Kind::Chip(_) => return,
        };
        if text.trim().is_empty() {
            return;
        }
        texts.retain(|other| other != text);
        texts.push(text.to_owned());
        if texts.len() > HISTORY {
            texts.remove(0);
        }
    }
}

impl Typing {
    /// An input with this text already in it.
    pub fn new(kind: Kind, text: &str, before: Before) -> Self {
        let mut editor = Editor::new();
        editor.set_text(text);
        Self { kind, before, error: None, editor, recalled: None, draft: String::new() }
    }

    /// The text in one line.
    pub fn text(&self) -> String {
        self.editor.text().replace('\n', " ")
    }

    /// Where a search began.
    pub fn origin(&self) -> Option<&Place> {
        (self.kind == Kind::Search).then_some(&self.before.place)
    }

    /// The text with its cursor.
    pub fn editor(&self) -> &Editor {
        &self.editor
    }

    /// A key; what it did.
    pub fn key(&mut self, key: Key, history: &History) -> Typed {
        match key.code {
            Code::Esc => return Typed::Left,
            Code::Enter => return Typed::Kept,
            Code::Up => return self.recall(history, true),
            Code::Down => return self.recall(history, false),
            _ => {}
        }
        let before = self.text();
        self.editor.key(key);
        if self.text() == before { Typed::Nothing } else { Typed::Changed }
    }

    /// Pasted text, in one line; what it did.
    pub fn paste(&mut self, text: &str) -> Typed {
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if self.editor.insert_str(line.trim_end()) { Typed::Changed } else { Typed::Nothing }
    }

    fn recall(&mut self, history: &History, older: bool) -> Typed {
        let texts = history.of(self.kind);
        let next = match (self.recalled, older) {
            (None, true) => Some(0),
            (Some(at), true) => Some(at + 1),
            (Some(0) | None, false) => None,
            (Some(at), false) => Some(at - 1),
        };
        let text = match next {
            Some(back) => match texts.len().checked_sub(back + 1).and_then(|at| texts.get(at)) {
                Some(text) => text.clone(),
                None => return Typed::Nothing,
            },
            None if self.recalled.is_none() => return Typed::Nothing,
            None => std::mem::take(&mut self.draft),
        };
        if self.recalled.is_none() {
            self.draft = self.text();
        }
        self.recalled = next;
        self.editor.set_text(&text);
        Typed::Changed
    }

    /// What of the text can be read as a filter; what is wrong with it stands below the input.
    pub fn filter(&mut self) -> Option<Filter> {
        match Filter::parse(&self.text()) {
            Ok(filter) => {
                self.error = None;
                Some(filter)
            }
            Err(error) => {
                // What stands before the word that is not done yet is a filter already.
                let text = self.text();
                let before: String = text.chars().take(error.column.saturating_sub(1)).collect();
                let whole = before.rfind(char::is_whitespace).map_or("", |at| &before[..at]);
                self.error = Some(error);
                match self.kind {
                    Kind::Filter => Filter::parse(whole).ok(),
                    Kind::Search | Kind::Chip(_) => None,
                }
            }
        }
    }
}
