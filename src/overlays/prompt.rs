//! One line to type: a search in the evidence, a note, a reason.

use super::{centred, padded, size_of};
use crate::app::{Ctx, Intent};
use crate::domain::{CleanText, ProposalId};
use crate::ui::key::{Code, Key};
use crate::ui::{Area, Canvas, Line, Role, frame};

/// Longest line that can be typed, in characters.
const LONGEST: usize = 4_096;

/// What the line is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// Search in the evidence.
    Search,
    /// A note for the timeline.
    Note,
    /// Why these proposals are rejected.
    WhyNot(Vec<ProposalId>),
}

/// State of the prompt.
pub struct Prompt {
    purpose: Purpose,
    text: String,
}

impl Purpose {
    fn title(&self) -> &'static str {
        match self {
            Purpose::Search => "Search",
            Purpose::Note => "Note",
            Purpose::WhyNot(_) => "Why not?",
        }
    }

    fn hint(&self, brain: bool) -> &'static str {
        match self {
            Purpose::Search => "small letters match any case · empty ends the search",
            Purpose::Note => "goes on the timeline with the time and your name",
            Purpose::WhyNot(_) if brain => "the copilot is told; empty is fine",
            Purpose::WhyNot(_) => "goes on the timeline; empty is fine",
        }
    }
}

impl Prompt {
    /// A prompt with this text already in it.
    pub fn new(purpose: Purpose, text: &str) -> Self {
        Self { purpose, text: text.to_owned() }
    }

    /// A key.
    pub fn on_key(&mut self, key: Key) -> Vec<Intent> {
        match key.code {
            Code::Esc => return vec![Intent::Close],
            Code::Enter => {
                return vec![Intent::Close, Intent::Answered(self.purpose.clone(), self.text.clone())];
            }
            _ => edit(&mut self.text, key),
        }
        Vec::new()
    }

    /// Pasted text, in one line.
    pub fn on_paste(&mut self, text: &str) {
        push_text(&mut self.text, text);
    }

    /// Draws the prompt.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
        let area = centred(size_of(canvas), 90, 4);
        draw_line(canvas, area, self.purpose.title(), &self.text, self.purpose.hint(ctx.has_brain()));
    }
}

/// Changes a line by a key.
pub(super) fn edit(text: &mut String, key: Key) {
    match key.code {
        Code::Backspace => {
            text.pop();
        }
        Code::Char('u') if key.ctrl => text.clear(),
        Code::Char('w') if key.ctrl => {
            let end = text.trim_end().rfind(' ').map_or(0, |at| at + 1);
            text.truncate(end);
        }
        _ => {
            if let Some(c) = key.typed()
                && text.chars().count() < LONGEST
            {
                text.push(c);
            }
        }
    }
}

/// Adds pasted text in one line.
pub(super) fn push_text(line: &mut String, text: &str) {
    let room = LONGEST.saturating_sub(line.chars().count());
    line.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(room));
}

/// Draws a framed line with its end in view and a hint below.
pub(super) fn draw_line(canvas: &mut Canvas<'_>, area: Area, title: &'static str, text: &str, hint: &'static str) {
    let mut part = canvas.part(area);
    part.clear();
    let inner = frame::frame(&mut part, &Line::of(title, Role::Strong), &Line::new(), true);
    let mut inside = part.part(padded(inner));
    let clean = CleanText::line(text);
    let room = inside.width().saturating_sub(2);
    let mut shown = clean.as_str();
    while crate::ui::line::width(shown) > room {
        let first = shown.chars().next().map_or(1, char::len_utf8);
        shown = &shown[first..];
    }
    let cut = if shown.len() < clean.len() { "…" } else { "" };
    inside.line(0, &Line::of(cut, Role::Dim).with(shown, Role::Text).with("▏", Role::Focus));
    inside.line(1, &Line::of(hint, Role::Dim));
}
