//! `alerts.jsonl`: an Alertmanager v2 alert object a line, with `seenAt` where the recording knows when it stood so.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::gaps::Object;
use super::values::{instant_at, text, text_at};
use crate::domain::evidence::sha256_hex;
use crate::domain::{Alert, AlertState, CleanText, SourceId, TimeWindow, Timestamp};

/// Reads one line into the states it tells of. A line with `seenAt` tells of one; a line without, as other tools export
/// them, tells when the alert began and, where that lies inside the window, when it ended.
pub(super) fn read(
    object: Object,
    source: &SourceId,
    window: Option<TimeWindow>,
) -> Result<Vec<(Timestamp, Alert)>, String> {
    let Some(Value::Object(labels)) = object.get("labels") else {
        return Err("not an alert: it has no `labels`".to_owned());
    };
    let labels = texts(labels);
    let annotations = object.get("annotations").and_then(Value::as_object).map(texts).unwrap_or_default();
    let seen = instant_at(&object, "seenAt");
    let starts_at = instant_at(&object, "startsAt").or(seen).or(window.map(|window| window.start));
    let Some(starts_at) = starts_at else { return Err("not an alert: it has no `startsAt`".to_owned()) };
    let alert = Alert {
        fingerprint: text_at(&object, "fingerprint").unwrap_or_else(|| fingerprint(&labels)),
        labels,
        annotations,
        state: state(&object),
        starts_at,
        ends_at: instant_at(&object, "endsAt"),
        generator_url: text_at(&object, "generatorURL").unwrap_or_default(),
        source: source.clone(),
        raw: CleanText::block(&format!("{:#}", Value::Object(object))),
    };
    Ok(match seen {
        Some(seen) => vec![(seen, alert)],
        None => span(alert, window),
    })
}

/// The beginning and, where it is over, the end of an alert.
fn span(alert: Alert, window: Option<TimeWindow>) -> Vec<(Timestamp, Alert)> {
    let over = alert.ends_at.filter(|ends_at| {
        *ends_at > alert.starts_at
            && (alert.state == AlertState::Resolved || window.is_some_and(|window| *ends_at < window.end))
    });
    let began = if alert.state == AlertState::Resolved { AlertState::Firing } else { alert.state };
    let resolved = over.map(|ends_at| (ends_at, Alert { state: AlertState::Resolved, ..alert.clone() }));
    if alert.state == AlertState::Resolved && resolved.is_none() {
        return vec![(alert.starts_at, alert)];
    }
    let first = (alert.starts_at, Alert { state: began, ..alert });
    [Some(first), resolved].into_iter().flatten().collect()
}

/// The line for one state of an alert; reads back equal but for `raw` and `source`.
pub(super) fn write(alert: &Alert, seen: Timestamp) -> Value {
    let state = match alert.state {
        AlertState::Firing => "active",
        AlertState::Suppressed => "suppressed",
        AlertState::Resolved => "resolved",
    };
    let texts = |texts: &BTreeMap<CleanText, CleanText>| -> Object {
        texts.iter().map(|(name, value)| (name.to_string(), json!(value))).collect()
    };
    let mut line = json!({
        "seenAt": seen,
        "fingerprint": alert.fingerprint,
        "status": {"state": state},
        "labels": texts(&alert.labels),
        "annotations": texts(&alert.annotations),
        "startsAt": alert.starts_at,
        "generatorURL": alert.generator_url,
    });
    if let (Some(ends_at), Some(line)) = (alert.ends_at, line.as_object_mut()) {
        line.insert("endsAt".to_owned(), json!(ends_at));
    }
    line
}

fn state(object: &Object) -> AlertState {
    let word = match object.get("status") {
        Some(Value::Object(status)) => status.get("state").map(text).unwrap_or_default(),
        Some(other) => text(other),
        None => String::new(),
    };
    match word.as_str() {
        "resolved" | "inactive" | "expired" => AlertState::Resolved,
        "suppressed" | "silenced" | "inhibited" => AlertState::Suppressed,
        _ => AlertState::Firing,
    }
}

fn texts(object: &Object) -> BTreeMap<CleanText, CleanText> {
    object.iter().map(|(name, value)| (CleanText::line(name), CleanText::block(&text(value)))).collect()
}

fn fingerprint(labels: &BTreeMap<CleanText, CleanText>) -> CleanText {
    let all: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={:?}", value.as_str())).collect();
    CleanText::line(sha256_hex(all.join(",").as_bytes()).get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn parsed(value: Value) -> Result<Vec<(Timestamp, Alert)>, String> {
        let Value::Object(object) = value else { panic!("an object") };
        let window = TimeWindow::new(at("2026-11-20T02:00:00Z"), at("2026-11-20T03:00:00Z"));
        read(object, &SourceId::new("recording"), Some(window))
    }

    fn states(value: Value) -> Vec<(String, AlertState)> {
        parsed(value).unwrap().into_iter().map(|(seen, alert)| (seen.to_string(), alert.state)).collect()
    }

    #[test]
    fn a_line_without_seen_at_tells_of_beginning_and_end() {
        let line = |ends: &str, state: &str| {
            json!({"labels": {"alertname": "A"}, "startsAt": "2026-11-20T02:10:00Z", "endsAt": ends,
                   "status": {"state": state}})
        };
        let (start, end) = ("2026-11-20T02:10:00Z".to_owned(), "2026-11-20T02:20:00Z".to_owned());
        let both = vec![(start.clone(), AlertState::Firing), (end.clone(), AlertState::Resolved)];
        assert_eq!(states(line(&end, "active")), both);
        assert_eq!(states(line(&end, "resolved")), both);
        assert_eq!(states(line("0001-01-01T00:00:00Z", "active")), [(start.clone(), AlertState::Firing)]);
        assert_eq!(states(line("2026-11-20T04:00:00Z", "suppressed")), [(start, AlertState::Suppressed)]);
    }

    #[test]
    fn what_is_written_reads_back() {
        let line = json!({"labels": {"alertname": "A", "n": 3}, "annotations": {"summary": "x"}, "fingerprint": "ab",
                          "startsAt": "2026-11-20T02:10:00Z", "status": {"state": "suppressed"}});
        let (seen, alert) = parsed(line).unwrap().remove(0);
        let (again_seen, again) = parsed(write(&alert, seen)).unwrap().remove(0);
        assert_eq!((again_seen, Alert { raw: alert.raw.clone(), ..again }), (seen, alert));
    }

    #[test]
    fn a_thing_without_labels_or_time_is_no_alert() {
        assert!(parsed(json!({"startsAt": "2026-11-20T02:10:00Z"})).is_err());
        assert!(parsed(json!({"labels": []})).is_err());
        let Value::Object(object) = json!({"labels": {}}) else { panic!("an object") };
        assert!(read(object, &SourceId::new("recording"), None).is_err());
    }
}
