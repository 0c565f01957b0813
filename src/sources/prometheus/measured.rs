//! What the alerts that went off measure, as panels: their rules' expressions without the threshold, from the server's
//! own rules. Called by the source, so that what pages is on the screen and can be watched after a change also where no
//! panel was configured for it.

use std::collections::BTreeSet;

use super::polled::Polled;
use super::rules::Rules;
use crate::config::schema::{Panel, PanelUnit};
use crate::domain::{CleanText, PanelOrigin};
use crate::promql;

/// Panels added for alerts, at most.
const MOST: usize = 8;
/// Longer expressions are for machines.
const LONGEST: usize = 400;

/// Panels for the alerts of these names, but those that a configured panel shows already. Only expressions that the
/// server evaluates anyway: an alert's own words name a rule and never a query.
pub fn panels(rules: &Rules, alerts: &BTreeSet<CleanText>, configured: &[Panel]) -> Vec<Polled> {
    let mut added: Vec<Polled> = Vec::new();
    for rule in rules.alerting.iter().filter(|rule| alerts.contains(&rule.name)) {
        let query = promql::one_line(promql::measured(&rule.query));
        let own = configured.iter().map(|panel| (&panel.title, &panel.query));
        let all: Vec<_> = own.chain(added.iter().map(|polled| (&polled.title, &polled.query))).collect();
        let held = |(_, other): &(&String, &String)| promql::one_line(other) == query;
        if added.len() == MOST || !says_something(&query) || all.iter().any(held) {
            continue;
        }
        let taken = |title: &str| all.iter().any(|(other, _)| *other == title);
        let numbered = (2..).map(|number| format!("{} {number}", rule.name));
        let title = std::iter::once(rule.name.to_string()).chain(numbered).find(|title| !taken(title));
        let panel = Panel { title: title.unwrap_or_default(), query, unit: PanelUnit::Auto };
        added.push(Polled::new(&panel, PanelOrigin::Alert(rule.name.clone())));
    }
    added
}

/// `absent(..)` and constants draw nothing while all is well; alerts about alerts are on the screen already.
pub fn says_something(query: &str) -> bool {
    let idle = ["absent(", "absent_over_time(", "vector(", "ALERTS"];
    query.len() <= LONGEST
        && query.contains(|c: char| c.is_ascii_alphabetic())
        && !idle.iter().any(|word| query.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::prometheus::AlertingRule;

    #[test]
    fn what_fires_and_no_panel_shows_is_added_without_its_threshold() {
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
            ],
        };
        let panel =
            |title: &str, query: &str| Panel { title: title.into(), query: query.into(), unit: PanelUnit::Auto };
        let firing = ["Errors", "Slow", "Gone", "Elsewhere"].map(CleanText::line).into();
        let added = panels(&rules, &firing, &[panel("mine", "errors:ratio"), panel("Slow", "up")]);
        let added: Vec<(&str, &str)> = added.iter().map(|one| (one.title.as_str(), one.query.as_str())).collect();
        assert_eq!(added, [("Slow 2", "rate(slow[1m])"), ("Slow 3", "rate(slower[1m])")]);
    }
}
