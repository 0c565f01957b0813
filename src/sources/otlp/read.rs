//! OTLP's log records made into ours: severity by number or text, the body whatever it is, attributes of the record, its
//! scope and its resource.

use serde_json::{Map, Value as Json};

use super::proto::{AnyValue, KeyValue, Record, Request, Value};
use crate::domain::{CleanText, LogRecord, RecordId, Severity, SourceId, Timestamp};
use crate::logfile::Context;
use crate::sources::stores::read_message;

/// Records of one request that are taken.
pub(super) const MOST: usize = 50_000;
/// Attributes of one record.
const ATTRIBUTES: usize = 128;
/// Bytes of one attribute's value.
const VALUE: usize = 16 << 10;
/// Bytes of the line for the pane.
const BODY: usize = 4 << 10;
/// What is too long for that line.
const TRACE: &str = "exception.stacktrace";
/// Resource attributes that say something of the SDK and nothing of the incident.
const QUIET: [&str; 4] = ["service.name", "telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version"];

/// The records of a request, and how many were left out because there were too many.
pub(super) fn records(request: Request, source: &SourceId, now: Timestamp) -> (Vec<LogRecord>, u64) {
    let (mut records, mut left_out) = (Vec::new(), 0);
    for logs in request.resource_logs {
        let resource = pairs(logs.resource.map(|resource| resource.attributes).unwrap_or_default());
        let service = resource.iter().find(|(name, _)| name == "service.name").map(|(_, value)| value.clone());
        for scope in logs.scope_logs {
            let name = scope.scope.map(|scope| lossy(&scope.name)).unwrap_or_default();
            for one in scope.log_records {
                if records.len() == MOST {
                    left_out += 1;
                    continue;
                }
                records.push(convert(one, service.as_deref(), &name, &resource, source, now));
            }
        }
    }
    (records, left_out)
}

fn convert(
    one: Record,
    service: Option<&str>,
    scope: &str,
    resource: &[(String, String)],
    source: &SourceId,
    now: Timestamp,
) -> LogRecord {
    let (event, body) = (lossy(&one.event_name), one.body.as_ref().map(words).unwrap_or_default());
    let (message, event) = if body.is_empty() { (event, String::new()) } else { (body, event) };
    let (at, severity, trace_id, span_id) = (time(&one), severity(&one), id(&one.trace_id), id(&one.span_id));
    let dropped = Some(one.dropped_attributes_count).filter(|count| *count > 0).map(|count| count.to_string());
    let mut attributes = pairs(one.attributes);
    let mut raw = message.clone();
    if let Some((_, trace)) = attributes.iter().find(|(name, _)| name == TRACE) {
        raw = format!("{raw}\n{trace}");
    }
    let line = line_of(&message, &attributes);
    let more = [
        ("event_name", event),
        ("span_id", span_id.unwrap_or_default()),
        ("otel.scope.name", scope.to_owned()),
        ("otel.dropped_attributes", dropped.unwrap_or_default()),
    ];
    let more = more.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.to_owned(), value));
    let of_resource = resource.iter().filter(|(name, _)| !QUIET.contains(&name.as_str())).cloned();
    attributes.extend(more.chain(of_resource));
    attributes.truncate(ATTRIBUTES);
    let clean = |(name, value): &(String, String)| (CleanText::line(name), CleanText::line(value));
    let mut made = LogRecord {
        id: RecordId::default(),
        time: at,
        observed: now,
        severity: severity.unwrap_or(Severity::Unset),
        service: CleanText::line(service.filter(|name| !name.is_empty()).unwrap_or(source.as_str())),
        source: source.clone(),
        body: CleanText::line(&line),
        raw: CleanText::block(&raw),
        attributes: attributes.iter().map(clean).collect(),
        trace_id: trace_id.as_deref().map(CleanText::line),
    };
    if made.severity == Severity::Unset {
        let context = Context { source: source.clone(), service: CleanText::default(), observed: now, at: None };
        read_message(&mut made, &message, &context);
    }
    made
}

/// One line for the pane: the message, then what the record itself says beside it.
fn line_of(message: &str, attributes: &[(String, String)]) -> String {
    let mut line = message.replace('\n', " ");
    for (name, value) in attributes.iter().filter(|(name, _)| name != TRACE) {
        if line.len() + name.len() + value.len() > BODY {
            break;
        }
        let quote = if value.contains([' ', '\n']) { "\"" } else { "" };
        line.push_str(&format!(" {name}={quote}{}{quote}", value.replace('\n', " ")));
    }
    line
}

/// When it happened, else when the sender saw it.
fn time(one: &Record) -> Option<Timestamp> {
    let nanos = [one.time_unix_nano, one.observed_time_unix_nano].into_iter().find(|nanos| *nanos > 0)?;
    Timestamp::from_nanosecond(i128::from(nanos)).ok()
}

fn severity(one: &Record) -> Option<Severity> {
    match one.severity_number {
        1..=4 => Some(Severity::Trace),
        5..=8 => Some(Severity::Debug),
        9..=12 => Some(Severity::Info),
        13..=16 => Some(Severity::Warn),
        17..=20 => Some(Severity::Error),
        21..=24 => Some(Severity::Fatal),
        _ => Severity::from_word(&lossy(&one.severity_text)),
    }
}

fn pairs(attributes: Vec<KeyValue>) -> Vec<(String, String)> {
    let text = |pair: &KeyValue| pair.value.as_ref().map(words).unwrap_or_default();
    let pair = |pair: KeyValue| (lossy(&pair.key), clipped(text(&pair)));
    attributes
        .into_iter()
        .take(ATTRIBUTES)
        .map(pair)
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
        .collect()
}

/// A value as text: a text as it is, everything else as JSON.
fn words(value: &AnyValue) -> String {
    match &value.value {
        None => String::new(),
        Some(Value::Text(text)) => lossy(text),
        Some(other) => json(other).to_string(),
    }
}

fn json(value: &Value) -> Json {
    let inner = |value: &AnyValue| value.value.as_ref().map_or(Json::Null, json);
    match value {
        Value::Text(text) => Json::String(lossy(text)),
        Value::Bool(is) => Json::Bool(*is),
        Value::Int(number) => Json::from(*number),
        Value::Double(number) => {
            serde_json::Number::from_f64(*number).map_or_else(|| Json::String(number.to_string()), Json::Number)
        }
        Value::Bytes(bytes) => Json::String(hex(bytes)),
        Value::Array(array) => Json::Array(array.values.iter().map(inner).collect()),
        Value::Pairs(list) => {
            let pair = |pair: &KeyValue| (lossy(&pair.key), pair.value.as_ref().map_or(Json::Null, inner));
            Json::Object(list.values.iter().map(pair).collect::<Map<_, _>>())
        }
    }
}

/// A trace or span id in hex; none where all its bytes are zero.
fn id(bytes: &[u8]) -> Option<String> {
    (matches!(bytes.len(), 8 | 16) && bytes.iter().any(|byte| *byte != 0)).then(|| hex(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn clipped(mut text: String) -> String {
    if text.len() > VALUE {
        let end = (0..=VALUE).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let left = text.len() - end;
        text.truncate(end);
        text.push_str(&format!("… [+{left} bytes]"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::*;

    /// The example of the specification's repository, with every kind of value.
    const EXAMPLE: &str = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my.service"}},
        {"key":"host.name","value":{"stringValue":"h1"}}]},
        "scopeLogs":[{"scope":{"name":"my.library","version":"1.0.0"},"logRecords":[
        {"timeUnixNano":"1544712660300000000","observedTimeUnixNano":"1544712660300000000","severityNumber":10,
         "severityText":"Information","traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174",
         "body":{"stringValue":"Example log record"},"attributes":[
         {"key":"string.attribute","value":{"stringValue":"some string"}},{"key":"boolean.attribute","value":{"boolValue":true}},
         {"key":"int.attribute","value":{"intValue":"10"}},{"key":"double.attribute","value":{"doubleValue":637.704}},
         {"key":"array.attribute","value":{"arrayValue":{"values":[{"stringValue":"many"},{"stringValue":"values"}]}}},
         {"key":"map.attribute","value":{"kvlistValue":{"values":[{"key":"some.map.key","value":{"stringValue":"some value"}}]}}}]},
        {"severityText":"WARN","body":{"kvlistValue":{"values":[{"key":"a","value":{"intValue":1}}]}}},
        {"timeUnixNano":"yesterday"}]}]}]}"#;

    fn example() -> Vec<LogRecord> {
        let read = json::request(EXAMPLE).unwrap();
        assert_eq!((read.rejected, read.why.as_str()), (1, "`timeUnixNano` is no number"));
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        records(read.request, &SourceId::new("otlp"), now).0
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let found = example();
        let first = &found[0];
        assert_eq!((first.service.as_str(), first.severity), ("my.service", Severity::Info));
        assert_eq!(first.trace_id.as_deref(), Some("5b8efff798038103d269b633813fc60c"));
        assert_eq!(first.at().as_millisecond(), 1_544_712_660_300);
        for (name, value) in [
            ("string.attribute", "some string"),
            ("boolean.attribute", "true"),
            ("int.attribute", "10"),
            ("double.attribute", "637.704"),
            ("array.attribute", r#"["many","values"]"#),
            ("map.attribute", r#"{"some.map.key":"some value"}"#),
            ("span_id", "eee19b7ec3c1b174"),
            ("otel.scope.name", "my.library"),
            ("host.name", "h1"),
        ] {
            assert_eq!(first.attribute(name).map(|value| value.as_str()), Some(value), "{name}");
        }
        assert!(first.body.starts_with("Example log record string.attribute="), "{}", first.body);
        assert!(!first.body.contains("h1"), "{}", first.body);
    }

    #[test]
    fn a_record_with_little_is_a_record() {
        let found = example();
        assert_eq!((found[1].severity, found[1].body.as_str()), (Severity::Warn, r#"{"a":1}"#));
        assert_eq!(found[1].at().as_second(), 1_800_000_000);
    }
}
