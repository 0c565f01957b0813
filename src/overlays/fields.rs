//! Fields of the records that the log pane looks at: how many have them, their most frequent values, the spread of
//! numbers; and levels over time. From a value leads a way to the records that have it, or have it not.

use super::{centred, padded, size_of};
use crate::app::msg::Sift;
use crate::app::{Ctx, Intent};
use crate::domain::CleanText;
use crate::domain::time::clock;
use crate::logs::Look;
use crate::logs::answer::{FieldRow, FieldsPage, Numbers};
use crate::logs::ask::FieldsAsk;
use crate::ui::key::{Code, Key};
use crate::ui::line::{cell, cell_right};
use crate::ui::list::{Scroll, Step};
use crate::ui::number::count;
use crate::ui::{Canvas, Line, Role, frame, spark};

/// Columns of the overlay.
const WIDEST: u16 = 120;
/// Rows above the list.
const HEAD: usize = 6;

/// State of the overlay.
#[derive(Default)]
pub struct Fields {
    /// The field whose values are listed; `None` lists the fields.
    field: Option<CleanText>,
    scroll: Scroll,
    height: usize,
}

impl Fields {
    /// What is asked of the desk.
    pub fn wants(&self, look: Look) -> FieldsAsk {
        FieldsAsk { generation: 0, look, field: self.field.clone() }
    }

    fn row<'a>(&self, page: &'a FieldsPage) -> Option<&'a FieldRow> {
        page.rows.iter().find(|row| Some(&row.name) == self.field.as_ref())
    }

    fn len(&self, page: &FieldsPage) -> usize {
        match &self.field {
            Some(_) => self.row(page).map_or(0, |row| row.top.len()),
            None => page.rows.len(),
        }
    }

    /// A key.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        let page = &ctx.stores.records.fields;
        if let Some(step) = Step::of(key) {
            self.scroll.step(step, self.len(page), self.height);
            self.scroll.follow(false);
            return Vec::new();
        }
        match key.code {
            Code::Enter if self.field.is_none() => {
                self.field = page.rows.get(self.scroll.selected()).map(|row| row.name.clone());
                self.scroll = Scroll::top();
                Vec::new()
            }
            Code::Enter | Code::Char('f') => {
                self.value(page).map(|(n, v)| sift(Sift::only(n, v))).into_iter().collect()
            }
            Code::Char('-') => self.value(page).map(|(n, v)| sift(Sift::without(n, v))).into_iter().collect(),
            Code::Char('y') => {
                self.value(page).map(|(_, value)| Intent::Copy(value.as_str().to_owned())).into_iter().collect()
            }
            _ if self.field.is_some() => {
                self.field = None;
                self.scroll = Scroll::top();
                Vec::new()
            }
            _ => vec![Intent::Close],
        }
    }

    /// The field and value the cursor is on.
    fn value<'a>(&'a self, page: &'a FieldsPage) -> Option<(&'a CleanText, &'a CleanText)> {
        let row = self.row(page)?;
        row.top.get(self.scroll.selected()).map(|(value, _)| (&row.name, value))
    }

    /// Fits the list to the screen.
    pub fn settle(&mut self, ctx: &Ctx<'_>, size: (u16, u16)) {
        self.height = usize::from(size.1).saturating_sub(4 + HEAD);
        self.scroll.grown(self.len(&ctx.stores.records.fields), self.height);
    }

    /// Draws the overlay.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
        let page = &ctx.stores.records.fields;
        let (_, rows) = size_of(canvas);
        let area = centred(size_of(canvas), WIDEST, rows);
        let mut part = canvas.part(area);
        part.clear();
        let mut title = Line::of("Fields", Role::Strong);
        if let Some(field) = &self.field {
            title.push(format!("  {field}"), Role::Text);
        }
        let inner = frame::frame(&mut part, &title, &looked_at(page), true);
        let mut inside = part.part(padded(inner));
        let columns = inside.width();
        let head = match self.row(page) {
            Some(row) => about(row, page.records),
            None => levels(ctx, columns, inside.ascii()),
        };
        head.iter().enumerate().take(HEAD).for_each(|(at, line)| inside.line(at, line));
        if self.len(page) == 0 {
            let words = if page.progress.is_some() { "looking" } else { "no field here" };
            return inside.line(HEAD, &Line::of(words, Role::Dim));
        }
        let room = inside.height().saturating_sub(HEAD);
        for (row, at) in self.scroll.visible(self.len(page), room).enumerate() {
            let line = match self.row(page) {
                Some(field) => value_line(&field.top[at], field.records, columns),
                None => field_line(&page.rows[at], page.records),
            };
            inside.line(HEAD + row, &line);
            if at == self.scroll.selected() {
                inside.tint(HEAD + row, Role::Selected);
            }
        }
    }
}

fn sift(sift: Sift) -> Intent {
    Intent::Sift(sift)
}

/// Of how many records this is told.
fn looked_at(page: &FieldsPage) -> Line {
    let of = if page.of > page.records { format!(" of {}", count(page.of)) } else { String::new() };
    Line::of(format!("{}{of} records looked at", count(page.records)), Role::Dim)
}

/// Records of each level over the time the log pane looks at.
fn levels(ctx: &Ctx<'_>, columns: usize, ascii: bool) -> Vec<Line> {
    let density = &ctx.stores.records.page.density;
    let Some(window) = density.window else { return vec![Line::of("levels over time: nothing to show", Role::Dim)] };
    let ends = format!("levels over time, {} to {}", clock(window.start), clock(window.end));
    let mut lines = vec![Line::of(ends, Role::Dim)];
    let room = columns.saturating_sub(20).max(1);
    let each = density.parts.len().div_ceil(room).max(1);
    for (level, name, role) in
        [(3, "error", Role::Critical), (2, "warn", Role::Warning), (1, "info", Role::Text), (0, "other", Role::Dim)]
    {
        let sum = |parts: &[[u32; 4]]| parts.iter().map(|part| u64::from(part[level])).sum::<u64>();
        let all = sum(&density.parts);
        let values: Vec<_> = density.parts.chunks(each).map(sum).map(|n| (n > 0).then_some(n as f64)).collect();
        let zero: Vec<_> = values.iter().copied().chain([Some(0.0)]).collect();
        let drawn: String = spark::spark(&zero, ascii).chars().take(values.len()).collect();
        let line = Line::of(cell(name, 6), role).with(format!("{} ", cell_right(&count(all), 12)), Role::Text);
        lines.push(line.with(if all > 0 { drawn } else { String::new() }, role));
    }
    lines
}

/// A field in a row: how many have it, how many values, the most frequent ones.
fn field_line(row: &FieldRow, of: u64) -> Line {
    let share = row.records * 100 / of.max(1);
    let mut line = Line::of(format!("{} ", cell(&row.name, 22)), Role::Keyword);
    line.push(format!("{} % ", cell_right(&share.to_string(), 3)), Role::Dim);
    line.push(format!("{} values  ", cell_right(&count(row.distinct), 7)), Role::Dim);
    match &row.numbers {
        Some(numbers) => line.push(spread(numbers), Role::Text),
        None => {
            let top: Vec<String> = row.top.iter().take(4).map(|(value, n)| format!("{value} ×{}", count(*n))).collect();
            line.push(top.join("  "), Role::Text);
        }
    }
    line
}

/// What is known of a field.
fn about(row: &FieldRow, of: u64) -> Vec<Line> {
    let has = format!("in {} of {} records, about {} values", count(row.records), count(of), count(row.distinct));
    let mut lines = vec![Line::of(has, Role::Text)];
    if let Some(numbers) = &row.numbers {
        lines.push(Line::of(spread(numbers), Role::Strong));
        if numbers.count < row.records {
            lines.push(Line::of(format!("{} values are numbers", count(numbers.count)), Role::Dim));
        }
    }
    lines.push(Line::new());
    lines.push(Line::of("the most frequent values; f shows their records, - takes them away", Role::Dim));
    lines
}

/// The spread of numbers.
fn spread(numbers: &Numbers) -> String {
    let Numbers { min, p50, p90, p99, max, unit, .. } = numbers;
    let one = |name: &str, value: f64| {
        let digits = if value.abs() >= 1000.0 || value.fract() == 0.0 { 0 } else { 2 };
        format!("{name} {value:.digits$}{unit}")
    };
    [("min", *min), ("p50", *p50), ("p90", *p90), ("p99", *p99), ("max", *max)].map(|(name, v)| one(name, v)).join("  ")
}

/// A value in a row: how often, a bar for its share, the value.
fn value_line((value, n): &(CleanText, u64), of: u64, columns: usize) -> Line {
    let share = *n as f64 / of.max(1) as f64;
    let bar = "#".repeat((share * 20.0).round() as usize);
    let mut line = Line::of(format!("{} ", cell_right(&count(*n), 10)), Role::Strong);
    line.push(format!("{} ", cell_right(&format!("{:.1} %", share * 100.0), 7)), Role::Dim);
    line.push(format!("{} ", cell(&bar, 20)), Role::Trend);
    let shown = if value.is_empty() { "(empty)" } else { value.as_str() };
    line.push(shown, Role::Literal);
    line.cut(columns)
}
