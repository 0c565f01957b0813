//! Reading single values out of JSON that others wrote: instants in any usual form, texts that may be numbers.

use serde_json::Value;

use super::gaps::Object;
use crate::domain::time::from_seconds;
use crate::domain::{CleanText, Timestamp};

/// An instant: RFC 3339 text, or a number of seconds, milliseconds, microseconds or nanoseconds since 1970. The year 1,
/// which stands for "not set" in Alertmanager's answers, is none.
pub(super) fn instant(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => {
            let at: Timestamp = text.trim().parse().ok()?;
            (at.as_second() > -62_000_000_000).then_some(at)
        }
        Value::Number(number) => {
            let number = number.as_f64()?;
            let scale = match number.abs() {
                size if size < 1e11 => 1.0,
                size if size < 1e14 => 1e3,
                size if size < 1e17 => 1e6,
                _ => 1e9,
            };
            from_seconds(number / scale)
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// An instant under a key.
pub(super) fn instant_at(object: &Object, key: &str) -> Option<Timestamp> {
    object.get(key).and_then(instant)
}

/// A value as text: a string as it is, anything else as JSON writes it, null as nothing.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// A non-empty text under a key.
pub(super) fn text_at(object: &Object, key: &str) -> Option<CleanText> {
    object.get(key).map(text).filter(|text| !text.is_empty()).map(|text| CleanText::line(&text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn instants_come_in_many_forms() {
        let wanted: Timestamp = "2026-11-20T02:00:00Z".parse().unwrap();
        let seconds = wanted.as_second();
        for value in [
            json!("2026-11-20T02:00:00Z"),
            json!("2026-11-20T03:00:00+01:00"),
            json!(seconds),
            json!(seconds as f64),
            json!(seconds * 1000),
            json!(seconds * 1_000_000),
            json!(seconds * 1_000_000_000),
        ] {
            assert_eq!(instant(&value), Some(wanted), "{value}");
        }
        for value in [json!("0001-01-01T00:00:00Z"), json!("yesterday"), json!(1e308), json!(null), json!([1])] {
            assert_eq!(instant(&value), None, "{value}");
        }
    }
}
