//! A JSON document of a log store made into a record: well-known fields are found under their many names, ECS among
//! them, and a message that is itself structured is read too.

use serde_json::{Map, Value};

use crate::domain::{CleanText, LogRecord, RecordId, Severity, SourceId, Timestamp};
use crate::logfile::parse::{self, Format, Parsed};

/// Bytes of a document that are kept as written.
const RAW: usize = 64 << 10;
/// Where a service is found when its usual names are not there.
const SERVICE: [&str; 6] = [
    "kubernetes.labels.app",
    "kubernetes.container.name",
    "container.name",
    "process.name",
    "systemd.unit",
    "event.dataset",
];

/// What is known of a document beside its fields.
pub struct Document<'a> {
    /// Through whom it came.
    pub source: &'a SourceId,
    /// Names the service where the document does not.
    pub service: &'a str,
    /// The store's time for it, when that is more than a field.
    pub at: Option<Timestamp>,
    /// When it was read.
    pub observed: Timestamp,
}

/// The record of a document.
pub fn document(fields: &Map<String, Value>, about: &Document<'_>) -> LogRecord {
    let text = Value::Object(fields.clone()).to_string();
    let mut parsed = Format::Json.parse(&text, about.observed).unwrap_or_default();
    if parsed.message.is_empty()
        && let Some(Value::String(original)) = fields.get("event").and_then(|event| event.get("original"))
    {
        parsed.message = original.clone();
    }
    let body = body_of(&parsed);
    record(parsed, &body, text, about)
}

/// The record of parts found one by one; `body` is its line for the pane, `raw` the whole as written.
pub fn record(mut parsed: Parsed, body: &str, raw: String, about: &Document<'_>) -> LogRecord {
    read_message(&mut parsed, about.observed);
    let service = parsed.service.take().or_else(|| service_of(&parsed)).unwrap_or_else(|| about.service.to_owned());
    let pair = |(name, value): &(String, String)| (CleanText::line(name), CleanText::line(value));
    LogRecord {
        id: RecordId::default(),
        time: about.at.or(parsed.time),
        observed: about.observed,
        severity: parsed.severity.unwrap_or(Severity::Unset),
        service: CleanText::line(&service),
        source: about.source.clone(),
        body: CleanText::line(body),
        raw: CleanText::block(&clipped(raw)),
        attributes: parsed.attributes.iter().map(pair).collect(),
        trace_id: parsed.trace_id.as_deref().map(CleanText::line),
    }
}

/// The message alone where there is one: documents carry dozens of fields that say where it came from.
fn body_of(parsed: &Parsed) -> String {
    if parsed.message.trim().is_empty() { parsed.body() } else { parsed.message.replace('\n', " ") }
}

/// Shippers put the line as it was into `message`: what it states counts where the document states nothing.
fn read_message(parsed: &mut Parsed, observed: Timestamp) {
    let first = parsed.message.lines().next().unwrap_or_default();
    let Some((_, inner)) = parse::parse(first, None, observed) else { return };
    parsed.severity = parsed.severity.or(inner.severity);
    parsed.trace_id = parsed.trace_id.take().or(inner.trace_id);
    for (name, value) in inner.attributes {
        if !parsed.attributes.iter().any(|(known, _)| *known == name) {
            parsed.attributes.push((name, value));
        }
    }
}

fn service_of(parsed: &Parsed) -> Option<String> {
    let value = |name: &&str| parsed.attributes.iter().find(|(known, _)| known == name);
    SERVICE.iter().find_map(value).map(|(_, value)| value.clone())
}

fn clipped(mut text: String) -> String {
    if text.len() > RAW {
        let mut end = RAW;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let left = text.len() - end;
        text.truncate(end);
        text.push_str(&format!("… [+{left} bytes]"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> LogRecord {
        let Value::Object(fields) = serde_json::from_str(json).unwrap() else { panic!("{json}") };
        let observed = Timestamp::from_second(1_800_000_000).unwrap();
        document(&fields, &Document { source: &SourceId::new("es"), service: "es", at: None, observed })
    }

    #[test]
    fn ecs_is_read() {
        let record = read(
            r#"{"@timestamp":"2026-11-20T02:00:00.5Z","log":{"level":"error"},"message":"card declined",
                "service":{"name":"payments"},"trace":{"id":"4bf92f3577b34da6a3ce929d0e0e4736"},"host":{"name":"h"}}"#,
        );
        assert_eq!((record.service.as_str(), record.severity), ("payments", Severity::Error));
        assert_eq!((record.body.as_str(), record.at().as_millisecond() % 1000), ("card declined", 500));
        assert_eq!(record.trace_id.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert_eq!(record.attribute("host.name").unwrap().as_str(), "h");
    }

    #[test]
    fn a_structured_message_speaks_where_the_document_is_silent() {
        let record = read(
            r#"{"@timestamp":"2026-11-20T02:00:00Z","message":"level=warn msg=\"slow\" took=3s",
                "kubernetes":{"container":{"name":"cart"}}}"#,
        );
        assert_eq!((record.service.as_str(), record.severity), ("cart", Severity::Warn));
        assert_eq!(record.attribute("took").unwrap().as_str(), "3s");
    }
}
