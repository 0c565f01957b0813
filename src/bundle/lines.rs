//! Log lines of a bundle into records: one line a record, lines without a time of their own joined to the one before.

use std::sync::LazyLock;

use regex::Regex;

use crate::domain::{CleanText, LogRecord, RecordId, Severity, SourceId, Timestamp};

/// Longest record kept, in bytes.
const LONGEST: usize = 256 << 10;

/// The records of one service's lines, in their order. `observed` stands for the time where a record states none.
pub(super) fn parse(source: &SourceId, service: &str, bytes: &[u8], observed: Timestamp) -> Vec<LogRecord> {
    let mut records: Vec<LogRecord> = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let text = CleanText::from_bytes(line.get(..LONGEST).unwrap_or(line));
        let time = time(&text);
        match records.last_mut() {
            Some(last) if time.is_none() => {
                if last.raw.len() + text.len() < LONGEST {
                    last.raw = CleanText::block(&format!("{}\n{text}", last.raw));
                }
            }
            Some(_) | None => records.push(record(source, service, text, time, observed)),
        }
    }
    records
}

fn record(
    source: &SourceId,
    service: &str,
    text: CleanText,
    time: Option<Timestamp>,
    observed: Timestamp,
) -> LogRecord {
    static LEVEL: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?i)\b(fatal|critical|error|warn(?:ing)?|info|debug|trace)\b"#).ok());
    let word = LEVEL.as_ref().and_then(|pattern| pattern.find(&text)).map(|found| found.as_str());
    LogRecord {
        id: RecordId(0),
        time,
        observed,
        severity: word.and_then(Severity::from_word).unwrap_or(Severity::Unset),
        service: CleanText::line(service),
        source: source.clone(),
        body: CleanText::line(&text),
        raw: text,
        attributes: Box::default(),
        trace_id: None,
    }
}

fn time(text: &str) -> Option<Timestamp> {
    static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s?(Z|UTC|[+-]\d\d:?\d\d)?").ok()
    });
    let head = text.get(..text.floor_char_boundary(200)).unwrap_or(text);
    let found = TIME.as_ref()?.captures(head)?;
    let part = |index: usize| found.get(index).map(|part| part.as_str());
    let zone = part(4).filter(|zone| *zone != "UTC").unwrap_or("Z");
    format!("{}T{}.{}{zone}", part(1)?, part(2)?, part(3).unwrap_or("0")).parse().ok()
}
