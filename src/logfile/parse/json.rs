//! A JSON object per line, nested objects flattened; also the envelope that Docker puts around a line.

use serde_json::{Map, Value};

use crate::domain::{Severity, Timestamp};

use super::fields::{Parsed, otel_level};

/// How deep objects are flattened; deeper ones stay JSON text.
const DEPTH: usize = 4;

/// Reads a line that is one JSON object.
pub(super) fn parse(line: &str, observed: Timestamp) -> Option<Parsed> {
    let line = line.trim();
    if !line.starts_with('{') || !line.ends_with('}') {
        return None;
    }
    let object: Map<String, Value> = serde_json::from_str(line).ok()?;
    if let Some(inner) = docker(&object, observed) {
        return Some(inner);
    }
    let mut parsed = Parsed::default();
    flatten("", &object, DEPTH, &mut parsed);
    if parsed.severity.is_none() {
        parsed.severity = kubernetes_event(&object);
    }
    Some(parsed)
}

fn flatten(prefix: &str, object: &Map<String, Value>, depth: usize, parsed: &mut Parsed) {
    for (name, value) in object {
        let full = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        // What OpenTelemetry nests under these names are fields like any other.
        let full = full.strip_prefix("attributes.").unwrap_or(&full);
        match value {
            Value::Null => {}
            Value::Object(inner) if depth > 0 => flatten(full, inner, depth - 1, parsed),
            Value::String(text) => parsed.field(full, text),
            Value::Number(number) => number_field(full, number, parsed),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => parsed.field(full, &value.to_string()),
        }
    }
}

fn number_field(name: &str, number: &serde_json::Number, parsed: &mut Parsed) {
    if matches!(name, "severityNumber" | "severity_number" | "SeverityNumber") {
        parsed.severity = parsed.severity.or_else(|| number.as_i64().and_then(otel_level));
        return;
    }
    // A float such as 1.7e9 must read as the digits of a time, not in exponent form.
    let text = match number.as_f64() {
        Some(float) if number.is_f64() && float.abs() >= 1e15 => format!("{float:.0}"),
        Some(_) | None => number.to_string(),
    };
    parsed.field(name, &text);
}

/// `{"log":"line\n","stream":"stderr","time":"..."}`: the line inside is what was written.
fn docker(object: &Map<String, Value>, observed: Timestamp) -> Option<Parsed> {
    let Some(Value::String(log)) = object.get("log") else { return None };
    let mut envelope = object.keys();
    if !envelope.all(|key| matches!(key.as_str(), "log" | "stream" | "time" | "attrs"))
        || !object.contains_key("stream")
    {
        return None;
    }
    let inner = super::parse(log.trim_end(), None, observed).map(|(_, parsed)| parsed);
    let mut parsed = inner.unwrap_or_else(|| super::plain::parse(log.trim_end()));
    if let (None, Some(Value::String(time))) = (parsed.time, object.get("time")) {
        parsed.time = super::stamp::value(time);
    }
    Some(parsed)
}

/// Events say `type: Normal` or `type: Warning`.
fn kubernetes_event(object: &Map<String, Value>) -> Option<Severity> {
    match object.get("type")?.as_str()? {
        "Normal" => Some(Severity::Info),
        "Warning" => Some(Severity::Warn),
        _ => None,
    }
}
