//! A JSON document of a log store made into a record: well-known fields are found under their many names, ECS among
//! them, and a message that is itself structured is read too.

use serde_json::{Map, Value};

use crate::domain::{CleanText, LogRecord, Severity, SourceId, Timestamp};
use crate::logfile::parse::Format;
use crate::logfile::{Choice, Context, Layout, record};

/// Bytes of a document that are kept as written.
const RAW: usize = 64 << 10;
/// Where a message is found.
const MESSAGE: [&str; 5] = ["message", "msg", "_msg", "log", "body"];
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
    let context = Context {
        source: about.source.clone(),
        service: CleanText::default(),
        observed: about.observed,
        at: about.at.and_then(|at| i64::try_from(at.as_nanosecond()).ok()),
    };
    let mut made = record(text.as_bytes(), &Layout::chosen(Choice::Format(Format::Json)), &context);
    made.time = about.at.or(made.time);
    made.raw = CleanText::block(&clipped(text));
    let message = message_of(fields);
    read_message(&mut made, message, &context);
    if made.service.is_empty() {
        made.service = service_of(&made).unwrap_or_else(|| CleanText::line(about.service));
    }
    // Documents carry dozens of fields that say where the message came from.
    if !message.trim().is_empty() {
        made.body = CleanText::line(&message.replace('\n', " "));
    }
    made
}

/// The document's message, or what ECS keeps of it as it was.
fn message_of(fields: &Map<String, Value>) -> &str {
    let own = MESSAGE.iter().find_map(|name| fields.get(*name)?.as_str());
    own.or_else(|| fields.get("event")?.get("original")?.as_str()).unwrap_or_default()
}

/// Shippers put the line as it was into `message`: what it states counts where the document states nothing.
pub fn read_message(made: &mut LogRecord, message: &str, context: &Context) {
    let first = message.lines().next().unwrap_or_default();
    if first.is_empty() {
        return;
    }
    let inner = record(first.as_bytes(), &Layout::default(), context);
    if made.severity == Severity::Unset {
        made.severity = inner.severity;
    }
    made.trace_id = made.trace_id.take().or(inner.trace_id);
    let mut attributes = std::mem::take(&mut made.attributes).into_vec();
    for (name, value) in inner.attributes {
        if !attributes.iter().any(|(known, _)| *known == name) {
            attributes.push((name, value));
        }
    }
    made.attributes = attributes.into();
}

fn service_of(made: &LogRecord) -> Option<CleanText> {
    SERVICE.iter().find_map(|name| made.attribute(name)).cloned()
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
