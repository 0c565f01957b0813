//! `incident.toml`: what the bundle is about, and the only part that must be there.

use toml::{Table, Value};

use super::gaps::Gaps;
use crate::domain::incident::Incident;
use crate::domain::{CleanText, TimeWindow, Timestamp};

/// The newest version of the format this program reads.
pub(super) const VERSION: i64 = 1;

/// The content of `incident.toml`.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) version: i64,
    pub(super) id: CleanText,
    pub(super) title: CleanText,
    pub(super) severity: CleanText,
    pub(super) window: Option<TimeWindow>,
    pub(super) opens_at: Option<Timestamp>,
    pub(super) holds_at: Option<Timestamp>,
    pub(super) stack: Vec<CleanText>,
    /// Names of metrics files in the order of their rows on the screen; the others follow.
    pub(super) panels: Vec<String>,
}

/// Why the text is no manifest.
pub(super) struct Malformed {
    /// Line, counted from 1.
    pub(super) line: usize,
    pub(super) why: String,
}

/// Reads the text. What is missing or odd but can be done without becomes a gap.
pub(super) fn read(source: &str, gaps: &mut Gaps) -> Result<Manifest, Malformed> {
    let table: Table = source.parse().map_err(|error: toml::de::Error| Malformed {
        line: line_of(source, &error),
        why: error.message().to_owned(),
    })?;
    let text = |key: &str| table.get(key).and_then(Value::as_str).map(CleanText::line).unwrap_or_default();
    let part = |name: &str| table.get(name).and_then(Value::as_table).cloned().unwrap_or_default();
    let (window, replay) = (part("window"), part("replay"));
    let start = instant(&window, "window.start", gaps);
    let end = instant(&window, "window.end", gaps);
    let window = start.zip(end).filter(|(start, end)| start < end).map(|(start, end)| TimeWindow::new(start, end));
    if window.is_none() {
        gaps.add(
            "incident.toml",
            "it has no `[window]` with a `start` before its `end`; the data's own times stand in",
        );
    }
    let texts = |list: Option<&Value>| -> Vec<String> {
        let list = list.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    Ok(Manifest {
        version: table.get("version").and_then(Value::as_integer).unwrap_or(VERSION),
        id: text("id"),
        title: text("title"),
        severity: text("severity"),
        window,
        opens_at: instant(&replay, "replay.opens_at", gaps),
        holds_at: instant(&replay, "replay.holds_at", gaps),
        stack: texts(table.get("stack")).iter().map(|tool| CleanText::line(tool)).collect(),
        panels: texts(replay.get("panels")),
    })
}

/// The text for a live incident, with the time its recording covers so far and where a replay of it opens.
pub(super) fn write(incident: &Incident, window: TimeWindow, opens_at: Timestamp, stack: &[CleanText]) -> String {
    let mut table = Table::new();
    table.insert("version".to_owned(), Value::Integer(VERSION));
    for (key, text) in [("id", &incident.id), ("title", &incident.title), ("severity", &incident.severity)] {
        table.insert(key.to_owned(), Value::String(text.to_string()));
    }
    let stack = stack.iter().map(|tool| Value::String(tool.to_string())).collect();
    table.insert("stack".to_owned(), Value::Array(stack));
    let times = |pairs: &[(&str, Timestamp)]| -> Value {
        Value::Table(pairs.iter().map(|(key, at)| ((*key).to_owned(), Value::String(at.to_string()))).collect())
    };
    table.insert("window".to_owned(), times(&[("start", window.start), ("end", window.end)]));
    table.insert("replay".to_owned(), times(&[("opens_at", opens_at)]));
    table.to_string()
}

/// The line of a TOML error, counted from 1.
pub(super) fn line_of(source: &str, error: &toml::de::Error) -> usize {
    let before = error.span().and_then(|span| source.get(..span.start)).unwrap_or_default();
    before.matches('\n').count() + 1
}

fn instant(table: &Table, name: &str, gaps: &mut Gaps) -> Option<Timestamp> {
    let key = name.rsplit('.').next().unwrap_or(name);
    let value = table.get(key)?;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Datetime(time) => time.to_string(),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Array(_) | Value::Table(_) => {
            value.to_string()
        }
    };
    let at = text.trim().parse().ok();
    if at.is_none() {
        gaps.add("incident.toml", &format!("`{name}` is no time; write it as \"2026-11-20T02:00:00Z\""));
    }
    at
}
