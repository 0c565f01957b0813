//! All about one log record: where it stands, its fields as a table, its text laid out, the lines around it in its own
//! file. From a field's value leads a way to the records that have it, or have it not.

mod json;
mod rows;

use super::help::draw_text;
use super::{centred, size_of};
use crate::app::keymap::Action;
use crate::app::msg::Sift;
use crate::app::{Ctx, Intent};
use crate::domain::time::clock_millis;
use crate::domain::{CleanText, RecordKey};
use crate::ui::key::{Code, Key};
use crate::ui::list::{Scroll, Step};
use crate::ui::{Area, Canvas, Line, Role};

use rows::rows;

/// Columns of the widest record.
const WIDEST: u16 = 140;

/// What a row of the overlay stands for.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    /// A field by the name the filter language has for it, with its value.
    Field(CleanText, CleanText),
    /// Another record.
    Record(RecordKey),
    /// Words about the record.
    Words,
}

/// A row.
#[derive(Clone, Debug)]
struct Row {
    line: Line,
    item: Item,
}

/// State of the overlay.
pub struct Record {
    key: RecordKey,
    rows: Vec<Row>,
    scroll: Scroll,
    height: usize,
    /// Set until the first field was selected.
    fresh: bool,
}

impl Record {
    /// All about this record.
    pub fn of(key: RecordKey) -> Self {
        Self { key, rows: Vec::new(), scroll: Scroll::top(), height: 0, fresh: true }
    }

    /// Which record.
    pub fn key(&self) -> RecordKey {
        self.key
    }

    /// A key.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        let item = self.rows.get(self.scroll.selected()).map_or(Item::Words, |row| row.item.clone());
        let record = ctx.stores.records.find(self.key).map(|row| &row.record);
        let step = match key.code {
            Code::Down | Code::Char('j') => Step::Down,
            Code::Up | Code::Char('k') => Step::Up,
            Code::Char('d') if key.ctrl => Step::HalfDown,
            Code::Char('u') if key.ctrl => Step::HalfUp,
            Code::PageDown | Code::Char(' ') => Step::PageDown,
            Code::PageUp => Step::PageUp,
            Code::Home | Code::Char('g') => Step::Home,
            Code::End | Code::Char('G') => Step::End,
            Code::Enter | Code::Char('f') => return go_in(&item),
            Code::Char('-') => return except(&item),
            Code::Char('y') => return copy(&item, record.map(|record| &record.raw)),
            Code::Char('Y') => return record.map(|r| Intent::Copy(r.raw.as_str().to_owned())).into_iter().collect(),
            Code::Char('r') => return record.and_then(|r| Sift::related(r)).map(Intent::Sift).into_iter().collect(),
            Code::Char('n') => return self.neighbour(ctx, true),
            Code::Char('N') => return self.neighbour(ctx, false),
            Code::Char('v') => return vec![Intent::Close, Intent::Act(Action::Patterns)],
            Code::Char('m') => return vec![Intent::Act(Action::Pin)],
            _ => return vec![Intent::Close],
        };
        self.scroll.step(step, self.rows.len(), self.height);
        self.scroll.follow(false);
        Vec::new()
    }

    /// The next (newer) or previous record of the list below.
    fn neighbour(&self, ctx: &Ctx<'_>, newer: bool) -> Vec<Intent> {
        let rows = &ctx.stores.records.page.rows;
        let at = rows.partition_point(|row| row.key < self.key);
        let here = rows.get(at).is_some_and(|row| row.key == self.key);
        let other =
            if newer { rows.get(at + usize::from(here)) } else { at.checked_sub(1).and_then(|at| rows.get(at)) };
        other.map(|row| Intent::Open(row.key)).into_iter().collect()
    }

    /// Lays the record out for the screen.
    pub fn settle(&mut self, ctx: &Ctx<'_>, size: (u16, u16)) {
        // The frame, and the blank beside it.
        let columns = usize::from(size.0.saturating_sub(2).min(WIDEST)).saturating_sub(3);
        self.height = usize::from(size.1).saturating_sub(4);
        self.rows = rows(ctx, self.key, columns);
        if self.fresh
            && let Some(at) = self.rows.iter().position(|row| matches!(row.item, Item::Field(..)))
        {
            self.fresh = false;
            self.scroll.select(at, self.rows.len(), self.height);
        }
        self.scroll.grown(self.rows.len(), self.height);
    }

    /// Draws the overlay.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
        let count = u16::try_from(self.rows.len() + 2).unwrap_or(u16::MAX);
        let area = centred(size_of(canvas), WIDEST, count.max(5));
        let mut title = Line::of(format!("Record {}", clock_millis(self.key.at)), Role::Strong);
        if let Some(row) = ctx.stores.records.find(self.key) {
            title.push(format!(" {} {}", row.record.service, row.record.severity.word()), Role::Text);
        }
        let visible = self.scroll.visible(self.rows.len(), self.height);
        let lines: Vec<Line> = self.rows.iter().map(|row| row.line.clone()).collect();
        draw_text(canvas, area, title, &lines, visible.start);
        let selected = self.scroll.selected();
        if visible.contains(&selected) {
            let row = (selected - visible.start) as u16;
            let inside = Area { x: area.x + 1, y: area.y + 1 + row, width: area.width.saturating_sub(2), height: 1 };
            canvas.part(inside).tint(0, Role::Selected);
        }
    }
}

fn go_in(item: &Item) -> Vec<Intent> {
    match item {
        Item::Field(name, value) => vec![Intent::Sift(Sift::only(name, value))],
        Item::Record(key) => vec![Intent::Open(*key)],
        Item::Words => Vec::new(),
    }
}

fn except(item: &Item) -> Vec<Intent> {
    match item {
        Item::Field(name, value) => vec![Intent::Sift(Sift::without(name, value))],
        Item::Record(_) | Item::Words => Vec::new(),
    }
}

/// The value of a field; elsewhere the whole record.
fn copy(item: &Item, raw: Option<&CleanText>) -> Vec<Intent> {
    let text = match item {
        Item::Field(_, value) => Some(value),
        Item::Record(_) | Item::Words => raw,
    };
    text.map(|text| Intent::Copy(text.as_str().to_owned())).into_iter().collect()
}
