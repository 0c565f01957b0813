//! The rules and metric descriptions a server tells of itself; discovery makes panels of them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::CleanText;

/// What a server evaluates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Recorded series.
    pub recorded: Vec<RecordedRule>,
    /// Alerting rules.
    pub alerting: Vec<AlertingRule>,
}

/// A series that a recording rule writes.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedRule {
    /// Its name, exact.
    pub name: String,
    /// The expression behind it, exact.
    pub query: String,
}

/// An expression that alerts.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertingRule {
    /// The alert's name.
    pub name: CleanText,
    /// The expression, exact.
    pub query: String,
    /// Its `severity` label, or empty.
    pub severity: CleanText,
}

/// What a server says of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    /// The metric.
    pub name: CleanText,
    /// `counter`, `gauge`, `histogram`, ...
    pub kind: CleanText,
    /// What it means.
    pub help: CleanText,
    /// Its unit as its exporter says it, or empty.
    pub unit: CleanText,
}

#[derive(Default, Deserialize)]
struct WireGroups {
    #[serde(default)]
    groups: Option<Vec<WireGroup>>,
}

#[derive(Deserialize)]
struct WireGroup {
    #[serde(default)]
    rules: Option<Vec<WireRule>>,
}

#[derive(Deserialize)]
struct WireRule {
    #[serde(default)]
    name: String,
    #[serde(default)]
    query: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct WireMetadata {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    help: String,
    #[serde(default)]
    unit: String,
}

pub(super) fn rules(data: &str) -> serde_json::Result<Rules> {
    let groups = serde_json::from_str::<Option<WireGroups>>(data)?.unwrap_or_default().groups.unwrap_or_default();
    let mut rules = Rules::default();
    for rule in groups.into_iter().flat_map(|group| group.rules.unwrap_or_default()) {
        match rule.kind.as_str() {
            "recording" => rules.recorded.push(RecordedRule { name: rule.name, query: rule.query }),
            "alerting" => {
                let severity = rule.labels.as_ref().and_then(|labels| labels.get("severity"));
                let severity = CleanText::line(severity.map_or("", String::as_str));
                rules.alerting.push(AlertingRule { name: CleanText::line(&rule.name), query: rule.query, severity });
            }
            _ => {}
        }
    }
    Ok(rules)
}

pub(super) fn metadata(data: &str) -> serde_json::Result<Vec<Metadata>> {
    let metrics: Option<BTreeMap<String, Vec<WireMetadata>>> = serde_json::from_str(data)?;
    let first = |(name, mut entries): (String, Vec<WireMetadata>)| {
        (!entries.is_empty()).then(|| entries.swap_remove(0)).map(|entry| Metadata {
            name: CleanText::line(&name),
            kind: CleanText::line(&entry.kind),
            help: CleanText::line(&entry.help),
            unit: CleanText::line(&entry.unit),
        })
    };
    Ok(metrics.unwrap_or_default().into_iter().filter_map(first).collect())
}
