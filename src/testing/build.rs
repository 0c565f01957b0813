//! Alerts, records, series, changes and suggestions for tests, in as few words as they differ.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::domain::series::Unit;
use crate::domain::time::minus;
use crate::domain::{
    Alert, AlertState, Change, ChangeId, CleanText, Language, LogRecord, Origin, RecordId, Sample, Series, Severity,
    SourceId, Suggestion, Timestamp,
};

/// The instant at which worlds without a recording stand.
pub const NOW: &str = "2026-11-20T02:17:09Z";

/// [`NOW`] as an instant.
pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// So many seconds before [`NOW`].
pub fn ago(seconds: i64) -> Timestamp {
    minus(now(), SignedDuration::from_secs(seconds))
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<CleanText, CleanText> {
    pairs.iter().map(|(name, value)| (CleanText::line(name), CleanText::line(value))).collect()
}

/// A firing alert; further labels tell it from its siblings.
pub fn alert(name: &str, service: &str, severity: &str, starts_at: Timestamp, more: &[(&str, &str)]) -> Alert {
    let mut labels = pairs(&[("alertname", name), ("service", service), ("severity", severity)]);
    labels.extend(pairs(more));
    let text: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Alert {
        fingerprint: CleanText::line(&crate::domain::evidence::sha256_hex(text.join(",").as_bytes())[..16]),
        labels,
        annotations: pairs(&[("summary", &format!("{service}: {name} for more than two minutes"))]),
        state: AlertState::Firing,
        starts_at,
        ends_at: None,
        generator_url: CleanText::line("http://prom.example/graph?g0.expr=up"),
        source: SourceId::new("am"),
        raw: CleanText::block(&format!("{{\n  \"labels\": \"{}\"\n}}", text.join(","))),
    }
}

/// A record of one line.
pub fn log(at: Timestamp, service: &str, severity: Severity, body: &str) -> LogRecord {
    LogRecord {
        id: RecordId(0),
        time: Some(at),
        observed: at,
        severity,
        service: CleanText::line(service),
        source: SourceId::new("logs"),
        body: CleanText::line(body),
        raw: CleanText::block(&format!("{at} {} {service} {body}", severity.word())),
        attributes: Box::default(),
        trace_id: None,
    }
}

/// A series whose last sample is at [`NOW`], one every 15 seconds.
pub fn series(title: &str, unit: Unit, labels: &[(&str, &str)], values: &[f64]) -> Series {
    let last = values.len() as i64 - 1;
    let at = |index: usize| ago((last - index as i64) * 15);
    Series {
        source: SourceId::new("prom"),
        query: CleanText::line(&format!("rate({}[1m])", title.replace(' ', "_"))),
        title: CleanText::line(title),
        unit,
        labels: pairs(labels),
        samples: values.iter().enumerate().map(|(index, value)| Sample { at: at(index), value: *value }).collect(),
    }
}

/// A change event.
pub fn change(at: Timestamp, kind: &str, service: &str, summary: &str) -> Change {
    Change {
        id: ChangeId(0),
        at,
        kind: CleanText::line(kind),
        service: CleanText::line(service),
        summary: CleanText::line(summary),
        version: None,
        author: None,
        commit: None,
        source: SourceId::new("changes"),
        raw: CleanText::line(&format!("{at} {kind} {service} {summary}")),
    }
}

/// A suggestion of a person.
pub fn suggestion(language: Language, text: &str) -> Suggestion {
    Suggestion {
        language,
        text: text.to_owned(),
        reason: CleanText::line("typed by hand"),
        because: Vec::new(),
        origin: Origin::Person,
        panel: None,
        watch: Vec::new(),
    }
}
