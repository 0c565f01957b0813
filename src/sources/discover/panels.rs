//! Chooses what the metrics pane shows for a server nobody described: what its alerts measure, then what its recording
//! rules write, then a few well-known metrics.

use std::collections::BTreeSet;

use crate::config::schema::{Panel, PanelUnit};
use crate::promql::{self, alert::says_something};
use crate::sources::prometheus::{AlertingRule, Client, Rules};

/// Panels of one server at most.
const MOST: usize = 16;

/// Metrics worth a panel wherever they are, with the query that shows them.
const WELL_KNOWN: [(&str, &str, &str); 6] = [
    ("http_requests_total", "requests", "sum by (job) (rate(http_requests_total[1m]))"),
    ("nginx_http_requests_total", "nginx requests", "sum by (instance) (rate(nginx_http_requests_total[1m]))"),
    ("node_load1", "load", "node_load1"),
    ("node_memory_MemAvailable_bytes", "memory available", "node_memory_MemAvailable_bytes"),
    ("process_resident_memory_bytes", "memory by job", "sum by (job) (process_resident_memory_bytes)"),
    ("up", "targets up", "sum by (job) (up)"),
];

/// The panels for a server, from what it tells of itself. What it does not tell leaves panels out.
pub(super) async fn of(client: &Client) -> Vec<Panel> {
    let rules = client.rules().await.unwrap_or_default();
    let mut panels = from_rules(&rules);
    if panels.is_empty() {
        panels = from_names(&client.names().await.unwrap_or_default());
    }
    panels
}

fn from_rules(rules: &Rules) -> Vec<Panel> {
    let mut chosen = Chosen::default();
    let mut alerting: Vec<&AlertingRule> = rules.alerting.iter().collect();
    alerting.sort_by_key(|rule| !matches!(rule.severity.as_str(), "critical" | "page"));
    for rule in alerting {
        let query = promql::one_line(promql::measured(&rule.query));
        let recorded = rules.recorded.iter().any(|recorded| recorded.name == query);
        let title = if recorded { spoken(&query) } else { rule.name.to_string() };
        if says_something(&query) {
            chosen.add(title, query);
        }
    }
    for rule in rules.recorded.iter().filter(|rule| rule.name.contains(':')) {
        chosen.add(spoken(&rule.name), rule.name.clone());
    }
    chosen.panels
}

fn from_names(names: &[String]) -> Vec<Panel> {
    let mut chosen = Chosen::default();
    for name in names.iter().filter(|name| name.contains(':')) {
        chosen.add(spoken(name), name.clone());
    }
    for (name, title, query) in WELL_KNOWN {
        if names.iter().any(|known| known == name) {
            chosen.add(title.to_owned(), query.to_owned());
        }
    }
    chosen.panels
}

/// `service:http_errors:ratio` as `http errors ratio`: without the aggregation level before the first colon.
fn spoken(name: &str) -> String {
    let words = name.split_once(':').map_or(name, |(_, rest)| rest);
    words.replace([':', '_'], " ").trim().to_owned()
}

/// Panels so far, no query and no title twice.
#[derive(Default)]
struct Chosen {
    panels: Vec<Panel>,
    titles: BTreeSet<String>,
}

impl Chosen {
    fn add(&mut self, title: String, query: String) {
        if self.panels.len() >= MOST || self.panels.iter().any(|panel| panel.query == query) {
            return;
        }
        let numbered = (2..).map(|number| format!("{title} {number}"));
        let title = std::iter::once(title.clone()).chain(numbered).find(|title| !self.titles.contains(title));
        let title = title.unwrap_or_default();
        self.titles.insert(title.clone());
        self.panels.push(Panel { title, query, unit: PanelUnit::Auto });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CleanText;
    use crate::sources::prometheus::RecordedRule;

    fn alerting(name: &str, query: &str, severity: &str) -> AlertingRule {
        AlertingRule { name: CleanText::line(name), query: query.to_owned(), severity: CleanText::line(severity) }
    }

    fn pairs(panels: &[Panel]) -> Vec<(&str, &str)> {
        panels.iter().map(|panel| (panel.title.as_str(), panel.query.as_str())).collect()
    }

    #[test]
    fn what_pages_comes_first_and_nothing_twice() {
        let rules = Rules {
            recorded: ["service:http_errors:ratio", "plain_name", "job:up:sum"]
                .map(|name| RecordedRule { name: name.to_owned(), query: "x".to_owned() })
                .into(),
            alerting: vec![
                alerting("Slow", "rate(slow[1m])  > 1", "warning"),
                alerting("HighErrorRate", "service:http_errors:ratio > 0.05", "critical"),
                alerting("HighErrorRate", "service:http_errors:ratio > 0.5", "page"),
                alerting("Watchdog", "vector(1)", "none"),
                alerting("Gone", "absent(up)", "critical"),
                alerting("Slow", "rate(slower[1m]) > 1", "warning"),
            ],
        };
        let expected = [
            ("http errors ratio", "service:http_errors:ratio"),
            ("Slow", "rate(slow[1m])"),
            ("Slow 2", "rate(slower[1m])"),
            ("up sum", "job:up:sum"),
        ];
        assert_eq!(pairs(&from_rules(&rules)), expected);
    }

    #[test]
    fn a_server_without_rules_shows_what_is_known_everywhere() {
        let names = ["a:b:c", "up", "go_info", "http_requests_total"].map(str::to_owned);
        let panels = from_names(&names);
        let queries: Vec<&str> = panels.iter().map(|panel| panel.query.as_str()).collect();
        assert_eq!(queries, ["a:b:c", "sum by (job) (rate(http_requests_total[1m]))", "sum by (job) (up)"]);
    }

    #[test]
    fn there_are_never_too_many() {
        let names: Vec<String> = (0..100).map(|number| format!("a:b{number}:c")).collect();
        assert_eq!(from_names(&names).len(), MOST);
    }
}
