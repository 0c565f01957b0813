//! Reads alerts as the v2 API and the webhook send them. What is missing or absurd is replaced and counted: a page
//! must not be lost because one field of it is odd.

use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::domain::evidence::sha256_hex;
use crate::domain::{Alert, AlertState, CleanText, SourceId, Timestamp};

/// Instants before this are no starts of alerts (2000-01-01).
const EARLIEST: i64 = 946_684_800;
/// Clocks may differ; a start further ahead than this is absurd.
const LATEST_AHEAD: i64 = 86_400;

/// What had to be replaced or left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Oddities {
    /// Entries that are no alerts at all; left out.
    pub unreadable: usize,
    /// Fingerprints that stood there twice; the newer stayed.
    pub duplicates: usize,
    /// Fields missing or of another type.
    pub fields: usize,
    /// Times that no alert begins at.
    pub times: usize,
}

impl Oddities {
    /// The oddities in words; `None` when there are none.
    pub fn words(&self) -> Option<String> {
        let parts = [
            (self.unreadable, "entries are no alerts and are left out"),
            (self.duplicates, "alerts are sent twice, the newer stays"),
            (self.fields, "fields are missing or odd"),
            (self.times, "start times are impossible and replaced"),
        ];
        let said: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        (!said.is_empty()).then(|| said.join("; "))
    }
}

/// A snapshot: the body of `GET /api/v2/alerts`.
pub(super) fn snapshot(text: &str, source: &SourceId, now: Timestamp) -> serde_json::Result<(Vec<Alert>, Oddities)> {
    // One alert at a time as a tree: fifty thousand of them at once would take ten times the memory of their text.
    let entries: Vec<&RawValue> = serde_json::from_str(text)?;
    let mut oddities = Oddities::default();
    let mut places: HashMap<CleanText, usize> = HashMap::with_capacity(entries.len());
    let mut alerts: Vec<Alert> = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(alert) =
            serde_json::from_str(entry.get()).ok().and_then(|value| alert(&value, source, now, &mut oddities))
        else {
            oddities.unreadable += 1;
            continue;
        };
        match places.get(&alert.fingerprint) {
            Some(&place) => {
                oddities.duplicates += 1;
                if alerts[place].starts_at <= alert.starts_at {
                    alerts[place] = alert;
                }
            }
            None => {
                places.insert(alert.fingerprint.clone(), alerts.len());
                alerts.push(alert);
            }
        }
    }
    Ok((alerts, oddities))
}

/// One alert of the API or of a webhook body; `None` when it is no object or has no labels to know it by.
pub fn alert(value: &Value, source: &SourceId, now: Timestamp, oddities: &mut Oddities) -> Option<Alert> {
    let object = value.as_object()?;
    let labels = texts(object.get("labels"), CleanText::line, oddities);
    if labels.is_empty() {
        return None;
    }
    let annotations = texts(object.get("annotations"), CleanText::block, oddities);
    let fingerprint = object.get("fingerprint").and_then(Value::as_str).filter(|text| !text.is_empty());
    oddities.fields += usize::from(fingerprint.is_none());
    let fingerprint = fingerprint.map_or_else(|| digest(&labels), CleanText::line);
    let state = state(object, oddities);
    Some(Alert {
        fingerprint,
        labels,
        annotations,
        state,
        starts_at: starts_at(object, now, oddities),
        ends_at: instant(object.get("endsAt")).filter(|at| at.as_second() >= EARLIEST),
        generator_url: CleanText::line(object.get("generatorURL").and_then(Value::as_str).unwrap_or_default()),
        source: source.clone(),
        raw: CleanText::block(&serde_json::to_string_pretty(value).unwrap_or_default()),
    })
}

/// The API says `{"status": {"state": "active"}}`, the webhook `{"status": "firing"}`.
fn state(object: &Map<String, Value>, oddities: &mut Oddities) -> AlertState {
    let status = object.get("status");
    let word = status.and_then(|status| status.as_str().or_else(|| status.get("state")?.as_str()));
    match word {
        Some("active" | "firing" | "unprocessed") => AlertState::Firing,
        Some("suppressed") => AlertState::Suppressed,
        Some("resolved") => AlertState::Resolved,
        Some(_) | None => {
            oddities.fields += 1;
            AlertState::Firing
        }
    }
}

fn starts_at(object: &Map<String, Value>, now: Timestamp, oddities: &mut Oddities) -> Timestamp {
    let sane = |at: &Timestamp| (EARLIEST..now.as_second() + LATEST_AHEAD).contains(&at.as_second());
    if let Some(at) = instant(object.get("startsAt")).filter(sane) {
        return at;
    }
    oddities.times += 1;
    instant(object.get("updatedAt")).filter(sane).unwrap_or(now)
}

fn instant(value: Option<&Value>) -> Option<Timestamp> {
    value?.as_str()?.parse().ok()
}

fn texts(
    value: Option<&Value>,
    clean: fn(&str) -> CleanText,
    oddities: &mut Oddities,
) -> BTreeMap<CleanText, CleanText> {
    let Some(object) = value.and_then(Value::as_object) else {
        oddities.fields += 1;
        return BTreeMap::new();
    };
    let mut texts = BTreeMap::new();
    for (name, value) in object {
        let text = match value {
            Value::String(text) => clean(text),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                oddities.fields += 1;
                CleanText::line(&value.to_string())
            }
        };
        texts.insert(CleanText::line(name), text);
    }
    texts
}

/// Names an alert without a fingerprint by its labels, so that it stays the same alert at the next poll.
fn digest(labels: &BTreeMap<CleanText, CleanText>) -> CleanText {
    let text: String = labels.iter().map(|(name, value)| format!("{name}\u{ff}{value}\u{ff}")).collect();
    CleanText::line(&sha256_hex(text.as_bytes())[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> (Option<Alert>, Oddities) {
        let mut oddities = Oddities::default();
        let now = "2026-11-20T22:00:00Z".parse().unwrap();
        (alert(value, &SourceId::new("am"), now, &mut oddities), oddities)
    }

    #[test]
    fn states_of_both_forms_are_read() {
        for (status, state) in [
            (json!({"state": "active"}), AlertState::Firing),
            (json!({"state": "unprocessed"}), AlertState::Firing),
            (json!({"state": "suppressed"}), AlertState::Suppressed),
            (json!("firing"), AlertState::Firing),
            (json!("resolved"), AlertState::Resolved),
            (json!(7), AlertState::Firing),
        ] {
            let (alert, _) = read(&json!({"labels": {"alertname": "A"}, "status": status}));
            assert_eq!(alert.unwrap().state, state, "{status}");
        }
    }

    #[test]
    fn an_odd_alert_is_kept_and_its_oddities_are_counted() {
        let odd = json!({"labels": {"alertname": "A", "shard": 7}, "startsAt": "9999-12-30T00:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z", "updatedAt": "2026-11-20T21:00:00Z", "status": {"state": "active"}});
        let (alert, oddities) = read(&odd);
        let alert = alert.unwrap();
        assert_eq!(alert.label("shard").unwrap().as_str(), "7");
        assert_eq!(alert.starts_at.to_string(), "2026-11-20T21:00:00Z");
        assert_eq!((alert.ends_at, alert.fingerprint.len()), (None, 16));
        assert_eq!(oddities, Oddities { fields: 3, times: 1, ..Oddities::default() });
        assert!(oddities.words().unwrap().contains("1 start times are impossible"));
    }

    #[test]
    fn what_is_no_alert_is_none() {
        for value in [json!(null), json!([]), json!({}), json!({"labels": []}), json!("x")] {
            assert_eq!(read(&value).0, None, "{value}");
        }
    }

    #[test]
    fn of_two_with_one_fingerprint_the_newer_stays() {
        let one = |at: &str| {
            format!(
                r#"{{"labels":{{"a":"b"}},"annotations":{{}},"fingerprint":"f","status":{{"state":"active"}},"startsAt":"{at}"}}"#
            )
        };
        let text = format!("[{},{},3]", one("2026-11-20T02:00:00Z"), one("2026-11-20T03:00:00Z"));
        let now = "2026-11-20T22:00:00Z".parse().unwrap();
        let (alerts, oddities) = snapshot(&text, &SourceId::new("am"), now).unwrap();
        assert_eq!((alerts.len(), alerts[0].starts_at.to_string().as_str()), (1, "2026-11-20T03:00:00Z"));
        assert_eq!(oddities, Oddities { duplicates: 1, unreadable: 1, ..Oddities::default() });
    }
}
