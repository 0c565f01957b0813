//! A subject's metrics, with the parts of a histogram put together and the values of their labels.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{self, words};
use super::write::{is_label, is_metric};
use super::{Labels, Subject};
use crate::domain::catalog::Part;
use crate::domain::{CleanText, MetricCatalog, MetricInfo, MetricKind};

/// Values of one label that are looked at, at most.
const VALUES: usize = 60;

/// The metrics of one thing that is measured.
#[derive(Debug)]
pub(super) struct Family<'a> {
    /// Its name without the endings of parts.
    pub(super) name: String,
    /// The words of that name.
    pub(super) words: Vec<String>,
    /// What it is, as told or as its name and labels say.
    pub(super) kind: MetricKind,
    /// The metrics by the part they are.
    pub(super) parts: BTreeMap<&'static str, &'a str>,
    /// The label by which its series belong to the subject.
    pub(super) selector: &'a (CleanText, CleanText),
    /// Its labels with their values.
    pub(super) labels: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Series of its largest part.
    pub(super) series: usize,
    /// Its unit as the server says it, or empty.
    pub(super) unit: &'a str,
    /// Whether the alert's expression reads it.
    pub(super) measured: bool,
}

/// The families of a subject in the order of their names.
pub(super) fn families<'a>(subject: &'a Subject, catalog: &'a MetricCatalog, measured: &[String]) -> Vec<Family<'a>> {
    let mut metrics: BTreeMap<&str, Vec<&Labels>> = BTreeMap::new();
    for series in &subject.series {
        if let Some(name) = series.get("__name__").map(CleanText::as_str).filter(|name| is_metric(name)) {
            metrics.entry(name).or_default().push(series);
        }
    }
    let mut families: BTreeMap<String, Family<'a>> = BTreeMap::new();
    for (name, series) in metrics {
        let Some(selector) = subject.selectors.iter().find(|(label, value)| {
            is_label(label) && series.iter().any(|labels| labels.get(label.as_str()) == Some(value))
        }) else {
            continue;
        };
        let info = catalog.get(name);
        let (kind, part, family) = told(name, info, &series);
        let entry = families.entry(family.clone()).or_insert_with(|| Family {
            words: words(&family),
            name: family,
            kind,
            parts: BTreeMap::new(),
            selector,
            labels: BTreeMap::new(),
            series: 0,
            unit: info.map_or("", |info| info.unit.as_str()),
            measured: false,
        });
        if entry.kind == MetricKind::Unknown {
            entry.kind = kind;
        }
        entry.parts.insert(part, name);
        entry.measured |= measured.iter().any(|one| one == name);
        entry.series = entry.series.max(series.len());
        for (label, value) in series.iter().flat_map(|labels| labels.iter()) {
            let values = entry.labels.entry(label.as_str()).or_default();
            if values.len() < VALUES {
                values.insert(value.as_str());
            }
        }
    }
    families.into_values().collect()
}

/// What a metric is, which part of what family: told by the server, else by its name and labels.
fn told(name: &str, info: Option<&MetricInfo>, series: &[&Labels]) -> (MetricKind, &'static str, String) {
    let has = |label: &str| series.iter().any(|labels| labels.contains_key(label));
    let known = info.filter(|info| info.kind != MetricKind::Unknown);
    if let Some(info) = known {
        let part = match info.part() {
            Part::Bucket => "bucket",
            Part::Sum => "sum",
            Part::Count => "count",
            Part::Whole => "",
        };
        return (info.kind, part, info.family().to_owned());
    }
    if let Some(family) = name.strip_suffix("_bucket").filter(|_| has("le") || has("vmrange")) {
        return (MetricKind::Histogram, "bucket", family.to_owned());
    }
    if has("quantile") {
        return (MetricKind::Summary, "", name.to_owned());
    }
    match name.strip_suffix("_total") {
        Some(family) => (MetricKind::Counter, "", family.to_owned()),
        None => (MetricKind::Gauge, "", name.to_owned()),
    }
}

impl<'a> Family<'a> {
    /// The metric that is the whole of it: the counter, the gauge, the native histogram.
    pub(super) fn whole(&self) -> Option<&'a str> {
        self.parts.get("").copied()
    }

    /// The metric whose rate is how often it happens.
    pub(super) fn counted(&self) -> Option<&'a str> {
        match self.kind {
            MetricKind::Counter => self.whole(),
            MetricKind::Histogram | MetricKind::Summary => self.parts.get("count").copied(),
            MetricKind::Gauge
            | MetricKind::GaugeHistogram
            | MetricKind::Info
            | MetricKind::StateSet
            | MetricKind::Unknown => None,
        }
    }

    /// Whether it goes up and down.
    pub(super) fn is_gauge(&self) -> bool {
        matches!(self.kind, MetricKind::Gauge) && self.whole().is_some()
    }

    /// Whether its values are seconds or parts of them.
    pub(super) fn is_time(&self) -> bool {
        words::says(&self.words, words::TIME) || matches!(self.unit, "seconds" | "s" | "ms" | "milliseconds")
    }

    /// Whether any of its words is one of these.
    pub(super) fn says(&self, any: &[&str]) -> bool {
        words::says(&self.words, any)
    }

    /// Whether it tells of a runtime or of the measuring itself.
    pub(super) fn is_runtime(&self) -> bool {
        let first = self.words.first().map_or("", String::as_str);
        words::RUNTIME.contains(&first)
            || self.says(&["memstats", "scrape", "promhttp", "gc", "goroutine", "conntrack"])
    }

    /// How much its name and labels promise to say about what is served.
    pub(super) fn worth(&self) -> i32 {
        let points = [
            (self.measured, 8),
            (self.says(words::WORK), 3),
            (super::outcome::of(self).is_some(), 4),
            (self.is_runtime(), -9),
            (self.says(words::OUTGOING), -1),
            (self.name.contains("created"), -9),
        ];
        points.iter().filter(|(holds, _)| *holds).map(|(_, points)| points).sum()
    }

    /// What is measured, for a person: the name's words without units and without the subject's own name.
    pub(super) fn spoken(&self, subject: &str) -> String {
        let own = words(subject);
        let kept: Vec<&str> = self
            .words
            .iter()
            .map(String::as_str)
            .filter(|word| !words::UNITS.contains(word) && !own.iter().any(|one| one == word))
            .collect();
        if kept.is_empty() { self.name.replace('_', " ") } else { kept.join(" ") }
    }
}
