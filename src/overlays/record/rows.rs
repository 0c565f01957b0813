//! The rows of a record: place and neighbours in time, pattern, fields, text, the lines around it.

use super::{Item, Row, json};
use crate::app::Ctx;
use crate::domain::time::{clock_millis, stamp};
use crate::domain::{CleanText, LogRecord, RecordKey, Severity};
use crate::logs::PageRow;
use crate::logs::answer::Detail;
use crate::ui::line::{cell, width};
use crate::ui::number::count;
use crate::ui::{Line, Role, highlight};

/// Columns that names of fields may take.
const NAME: usize = 24;
/// Longest value that is shown, in bytes; all of it is copied.
const VALUE: usize = 2 * 1024;
/// Longest text that is shown, in lines.
const TEXT: usize = 400;

/// The rows for so many columns.
pub(super) fn rows(ctx: &Ctx<'_>, key: RecordKey, columns: usize) -> Vec<Row> {
    let records = &ctx.stores.records;
    let detail = records.detail.as_deref().filter(|d| d.row.as_ref().is_some_and(|row| row.key == key));
    let Some(row) = records.find(key) else {
        return vec![words(Line::of("no longer held", Role::Warning))];
    };
    let mut rows = Vec::new();
    rows.extend(head(row, detail).into_iter().flat_map(|line| line.wrap(columns, 12)).map(words));
    rows.push(words(Line::new()));
    let fields = fields(row);
    let names = fields.iter().map(|(name, _)| width(name)).max().unwrap_or(0).min(NAME);
    for (name, value) in fields {
        rows.extend(field(name, value, names, columns));
    }
    rows.extend(text(&row.record, columns));
    if let Some(detail) = detail {
        rows.extend(around(detail, row, columns));
    }
    rows
}

fn words(line: Line) -> Row {
    Row { line, item: Item::Words }
}

/// Where and when it is, and what it is like.
fn head(row: &PageRow, detail: Option<&Detail>) -> Vec<Line> {
    let labelled = |label: &str, text: String| Line::of(cell(label, 12), Role::Dim).with(text, Role::Text);
    let record = &row.record;
    let mut lines = Vec::new();
    let mut at = stamp(row.key.at).trim_end_matches('Z').to_owned();
    at.push_str(&row.key.at.strftime(".%9fZ").to_string());
    match record.time {
        None => at.push_str("  states no time; placed by its neighbours or when it was read"),
        Some(stated) if stated != row.key.at => at.push_str(&format!("  states {}", clock_millis(stated))),
        Some(_) => {}
    }
    lines.push(labelled("time", at));
    if let Some(detail) = detail {
        let gap = |length: Option<jiff::SignedDuration>, none: &str| length.map_or_else(|| none.to_owned(), exact);
        let (before, after) = (gap(detail.since_previous, "none"), gap(detail.until_next, "none"));
        lines.push(labelled("neighbours", format!("previous {before} before, next {after} after, as filtered")));
        lines.push(labelled("place", detail.place.as_str().to_owned()));
        if let Some(template) = &detail.template {
            let alike = if row.alike > 0 { format!("×{}  ", count(row.alike)) } else { String::new() };
            lines.push(labelled("pattern", format!("{alike}{template}")));
        }
    }
    if let Some(gone) = &row.gone {
        lines.push(Line::of(gone.clone(), Role::Warning));
    }
    lines
}

/// A gap in time as exactly as it matters.
fn exact(length: jiff::SignedDuration) -> String {
    let seconds = length.as_secs_f64().abs();
    match seconds {
        s if s < 1e-3 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s if s < 60.0 => format!("{s:.2} s"),
        _ => crate::domain::time::short(length.abs()),
    }
}

/// The fields by the names that filters have for them.
fn fields(row: &PageRow) -> Vec<(CleanText, CleanText)> {
    let record = &row.record;
    let mut fields: Vec<(CleanText, CleanText)> = Vec::new();
    if record.severity > Severity::Unset {
        fields.push(("level".into(), CleanText::line(&record.severity.word().to_ascii_lowercase())));
    }
    fields.push(("service".into(), record.service.clone()));
    fields.push(("source".into(), CleanText::line(record.source.as_str())));
    if let Some(trace) = &record.trace_id {
        fields.push(("trace".into(), trace.clone()));
    }
    if let Some(pattern) = row.pattern {
        fields.push(("pattern".into(), CleanText::line(&pattern.to_string())));
    }
    fields.push(("body".into(), record.body.clone()));
    fields.extend(record.attributes.iter().cloned());
    fields
}

fn field(name: CleanText, value: CleanText, names: usize, columns: usize) -> Vec<Row> {
    let end = value.floor_char_boundary(VALUE.min(value.len()));
    let mut shown = Line::of(&value[..end], Role::Literal);
    if end < value.len() {
        shown.push(format!("… {} more bytes; y copies all", count((value.len() - end) as u64)), Role::Warning);
    }
    let item = Item::Field(name.clone(), value);
    let parts = shown.wrap(columns.saturating_sub(names + 2), 0).into_iter().enumerate();
    parts
        .map(|(at, part)| {
            let name = if at == 0 { name.as_str() } else { "" };
            let mut line = Line::of(format!("{}  ", cell(name, names)), Role::Keyword);
            line.append(part);
            Row { line, item: item.clone() }
        })
        .collect()
}

/// The text as written, JSON laid out.
fn text(record: &LogRecord, columns: usize) -> Vec<Row> {
    let laid_out = json::pretty(&record.raw);
    let lines = match &laid_out {
        Some(json) => highlight::code(json, "json"),
        None if record.raw.as_str().contains('\n') => {
            record.raw.as_str().lines().take(TEXT).map(|line| Line::of(line, Role::Text)).collect()
        }
        None => return Vec::new(),
    };
    let all = laid_out.as_deref().unwrap_or(&record.raw).lines().count();
    let mut rows = vec![words(Line::new()), words(Line::of("text", Role::Dim))];
    rows.extend(lines.into_iter().take(TEXT).flat_map(|line| line.wrap(columns, 2)).map(words));
    if all > TEXT {
        rows.push(words(Line::of(format!("… {} more lines; Y copies all", all - TEXT), Role::Warning)));
    }
    rows
}

/// The lines before and after it in its own file.
fn around(detail: &Detail, row: &PageRow, columns: usize) -> Vec<Row> {
    if detail.before.is_empty() && detail.after.is_empty() {
        return Vec::new();
    }
    let mut rows = vec![words(Line::new()), words(Line::of("around it, in its own file or source", Role::Dim))];
    let lines = detail.before.iter().map(|row| (row, false)).chain([(row, true)]);
    for (other, here) in lines.chain(detail.after.iter().map(|row| (row, false))) {
        let sign = if here { "▌" } else { " " };
        let mut line = Line::of(sign, Role::Focus).with(format!("{} ", clock_millis(other.key.at)), Role::Dim);
        line.push(other.record.body.clone(), if here { Role::Strong } else { Role::Text });
        let item = if here { Item::Words } else { Item::Record(other.key) };
        rows.push(Row { line: line.cut(columns), item });
    }
    rows
}
