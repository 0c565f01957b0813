//! The JSON lines of VictoriaLogs: `_time`, `_msg`, the fields of the stream and all others, every value a text.

use serde_json::{Map, Value};

use crate::domain::Timestamp;
use crate::sources::stores::Entry;

/// What stands in `_msg` where a record has none.
const NO_MESSAGE: &str = "missing _msg field";

/// What a line is.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    /// A record.
    Entry(Entry),
    /// Nothing: lines of blanks keep connections alive.
    Blank,
    /// Neither.
    Unreadable,
}

/// Reads a line.
pub(super) fn line(bytes: &[u8]) -> Line {
    let text = String::from_utf8_lossy(bytes);
    if text.trim().is_empty() {
        return Line::Blank;
    }
    let Ok(mut fields) = serde_json::from_str::<Map<String, Value>>(&text) else { return Line::Unreadable };
    let mut taken = |name: &str| fields.shift_remove(name).map(|value| words(&value)).unwrap_or_default();
    let (time, message, stream, stream_id) = (taken("_time"), taken("_msg"), taken("_stream"), taken("_stream_id"));
    let Ok(at) = time.parse::<Timestamp>() else { return Line::Unreadable };
    let line = match message {
        message if message.is_empty() || message.starts_with(NO_MESSAGE) => Value::Object(fields.clone()).to_string(),
        message => message,
    };
    let all = fields.iter().map(|(name, value)| (name.clone(), words(value)));
    let (mut labels, fields): (Vec<_>, Vec<_>) = all.partition(|(name, _)| is_of_stream(&stream, name));
    if labels.is_empty() && !stream_id.is_empty() {
        // The query left the stream's fields out; its id still keeps apart what belongs apart.
        labels.push(("_stream_id".to_owned(), stream_id));
    }
    Line::Entry(Entry { labels: labels.into(), at, line, fields })
}

/// Whether `{app="payments",pod="p-1"}` names the field.
fn is_of_stream(stream: &str, name: &str) -> bool {
    ['{', ','].iter().any(|before| stream.contains(&format!("{before}{name}=\"")))
}

fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(json: &str) -> Entry {
        match line(json.as_bytes()) {
            Line::Entry(entry) => entry,
            other => panic!("{json}: {other:?}"),
        }
    }

    #[test]
    fn fields_of_the_stream_are_told_from_the_others() {
        let entry = entry(
            r#"{"_msg":"disconnect","_stream":"{app=\"ssh\",pod=\"p-1\"}","_stream_id":"00","_time":"2023-01-01T13:32:13.000000001Z",
                "app":"ssh","pod":"p-1","level":"error"}"#,
        );
        assert_eq!(entry.labels.len(), 2);
        assert_eq!(entry.fields, [("level".to_owned(), "error".to_owned())]);
        assert_eq!((entry.line.as_str(), entry.at.subsec_nanosecond()), ("disconnect", 1));
    }

    #[test]
    fn a_record_without_message_is_all_its_fields() {
        let entry = entry(r#"{"_time":"2023-01-01T13:32:13Z","_stream":"{}","_stream_id":"7","level":"warn","a":"b"}"#);
        assert_eq!(entry.line, r#"{"level":"warn","a":"b"}"#);
        assert_eq!(entry.labels[0].0, "_stream_id");
    }

    #[test]
    fn what_is_no_record_is_told_from_silence() {
        assert_eq!(line(b" \r"), Line::Blank);
        for bad in ["[]", "{\"_msg\":\"x\"}", "{\"_time\":\"soon\"}", "<html>"] {
            assert_eq!(line(bad.as_bytes()), Line::Unreadable, "{bad}");
        }
    }
}
