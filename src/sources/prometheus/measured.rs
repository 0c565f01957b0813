//! What the alerts that went off measure, as panels: their rules' expressions without the threshold, from the server's
//! own rules. Called by the source, so that what pages is on the screen and can be watched after a change also where no
//! panel was configured for it.

use std::collections::BTreeSet;

use super::polled::Polled;
use super::rules::Rules;
use crate::config::schema::{Panel, PanelUnit};
use crate::domain::{CleanText, PanelOrigin, Threshold};
use crate::promql::{self, alert};

/// Panels added for alerts, at most.
const MOST: usize = 8;
/// Thresholds drawn into one panel, at most.
const THRESHOLDS: usize = 4;
/// Longer expressions are for machines.
const LONGEST: usize = 400;

/// What a server's rules say of panels.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct OfRules {
    /// Panels for what fires and no configured panel shows.
    pub(super) panels: Vec<Polled>,
    /// Queries on one line, and a value at which an alert on them fires.
    thresholds: Vec<(String, Threshold)>,
}

impl OfRules {
    /// What is said for the alerts of these names, beside the configured panels. Only expressions that the server
    /// evaluates anyway become panels: an alert's own words name a rule and never a query.
    pub(super) fn new(rules: &Rules, alerts: &BTreeSet<CleanText>, configured: &[Panel]) -> Self {
        let mut all = Self { panels: Vec::new(), thresholds: thresholds(rules) };
        for rule in rules.alerting.iter().filter(|rule| alerts.contains(&rule.name)) {
            for measured in alert::apart(&rule.query) {
                all.add(&rule.name, measured.query, configured);
            }
        }
        all
    }

    fn add(&mut self, rule: &CleanText, query: String, configured: &[Panel]) {
        let own = configured.iter().map(|panel| (&panel.title, &panel.query));
        let all: Vec<_> = own.chain(self.panels.iter().map(|polled| (&polled.title, &polled.query))).collect();
        let held = all.iter().any(|(_, other)| promql::one_line(other) == query);
        if self.panels.len() == MOST || query.len() > LONGEST || !alert::says_something(&query) || held {
            return;
        }
        let taken = |title: &str| all.iter().any(|(other, _)| *other == title);
        let numbered = (2..).map(|number| format!("{rule} {number}"));
        let title = std::iter::once(rule.to_string()).chain(numbered).find(|title| !taken(title));
        let panel = Panel { title: title.unwrap_or_default(), query, unit: PanelUnit::Auto };
        let polled = Polled::new(&panel, PanelOrigin::Alert(rule.clone()));
        self.panels.push(self.marked(polled));
    }

    /// A panel with the values at which alerts on its query fire.
    pub(super) fn marked(&self, mut polled: Polled) -> Polled {
        let query = promql::one_line(&polled.query);
        let of = self.thresholds.iter().filter(|(of, _)| *of == query).map(|(_, threshold)| threshold.clone());
        polled.thresholds = of.take(THRESHOLDS).collect();
        polled
    }
}

/// The thresholds of all alerts. Those of a mere condition are none: nobody is paged when only it holds.
fn thresholds(rules: &Rules) -> Vec<(String, Threshold)> {
    let mut found: Vec<(String, Threshold)> = Vec::new();
    for rule in &rules.alerting {
        for measured in alert::apart(&rule.query).into_iter().filter(|measured| !measured.is_condition) {
            for (value, side) in measured.thresholds {
                let same = |(query, known): &(String, Threshold)| {
                    *query == measured.query && known.value == value && known.side == side
                };
                if !found.iter().any(same) {
                    found.push((measured.query.clone(), Threshold { value, side, alert: rule.name.clone() }));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::panel::Side;
    use crate::sources::prometheus::AlertingRule;

    #[test]
    fn what_fires_and_no_panel_shows_is_added_with_its_thresholds_beside_it() {
        let rule = |name: &str, query: &str| AlertingRule {
            name: CleanText::line(name),
            query: query.to_owned(),
            severity: CleanText::default(),
        };
        let rules = Rules {
            recorded: Vec::new(),
            alerting: vec![
                rule("Errors", "errors:ratio > 0.05"),
                rule("Slow", "rate(slow[1m])  > 1"),
                rule("Slow", "rate(slower[1m]) > 2"),
                rule("Quiet", "quiet > 1"),
                rule("Gone", "absent(up)"),
                rule("Both", "a < 3 and b > 1"),
                rule("Other", "a > 9 or a < 3"),
            ],
        };
        let panel =
            |title: &str, query: &str| Panel { title: title.into(), query: query.into(), unit: PanelUnit::Auto };
        let firing = ["Errors", "Slow", "Gone", "Both", "Elsewhere"].map(CleanText::line).into();
        let mine = panel("mine", "errors:ratio");
        let of = OfRules::new(&rules, &firing, &[mine.clone(), panel("Slow", "up")]);
        let added: Vec<(&str, &str)> = of.panels.iter().map(|one| (one.title.as_str(), one.query.as_str())).collect();
        assert_eq!(
            added,
            [("Slow 2", "rate(slow[1m])"), ("Slow 3", "rate(slower[1m])"), ("Both", "a"), ("Both 2", "b")]
        );
        let drawn = |polled: &Polled| -> Vec<(f64, Side)> {
            polled.thresholds.iter().map(|threshold| (threshold.value, threshold.side)).collect()
        };
        assert_eq!(drawn(&of.panels[0]), [(1.0, Side::Above)]);
        assert_eq!(drawn(&of.panels[2]), [(3.0, Side::Below), (9.0, Side::Above)]);
        assert_eq!(drawn(&of.panels[3]), [], "a condition pages nobody by itself");
        let marked = of.marked(Polled::new(&mine, PanelOrigin::Configured));
        assert_eq!((drawn(&marked), marked.thresholds[0].alert.as_str()), (vec![(0.05, Side::Above)], "Errors"));
    }
}
