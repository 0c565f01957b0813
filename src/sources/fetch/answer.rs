//! What a question brought, as evidence: raw lines, the newest, with words for all that is not among them.

use crate::domain::query::QueryAnswer;
use crate::domain::{CleanText, LogRecord, SourceId};

/// Records that evidence holds at most, and bytes of them.
const RECORDS: usize = 200;
const BYTES: usize = 48 << 10;

/// The answer of a store: `filtered` records were brought and left out here.
pub(super) fn answer(
    source: &SourceId,
    records: &[LogRecord],
    filtered: usize,
    mut left_out: Vec<String>,
) -> QueryAnswer {
    let mut lines: Vec<&str> = Vec::new();
    let mut size = 0;
    for record in records.iter().rev().take(RECORDS) {
        size += record.raw.len() + 1;
        if size > BYTES && !lines.is_empty() {
            break;
        }
        lines.push(record.raw.as_str());
    }
    lines.reverse();
    if lines.len() < records.len() {
        let words = format!("the newest {} of {} records; all are in the log pane", lines.len(), records.len());
        left_out.insert(0, words);
    }
    if filtered > 0 {
        left_out.push(format!("{filtered} records left out here"));
    }
    let text = if lines.is_empty() { "(no record matches)".to_owned() } else { lines.join("\n") };
    QueryAnswer {
        source: CleanText::line(source.as_str()),
        text: CleanText::block(&text),
        series: Vec::new(),
        cut: (!left_out.is_empty()).then(|| CleanText::line(&left_out.join("; "))),
    }
}
