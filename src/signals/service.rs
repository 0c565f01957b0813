//! Whose a series is: the service that its labels, or else its query, name. Called by `judge`.

use crate::domain::{CleanText, Series};

/// Labels that name what a person would call the service, the surest first.
const NAMES: [&str; 22] = [
    "service",
    "service_name",
    "app",
    "app_kubernetes_io_name",
    "application",
    "component",
    "deployment",
    "statefulset",
    "daemonset",
    "workload",
    "container",
    "job",
    "database",
    "datname",
    "pod",
    "vm",
    "node",
    "nodename",
    "host",
    "hostname",
    "instance",
    "server",
];

/// The service; empty where nothing names it.
pub(super) fn of(series: &Series, query: &str) -> CleanText {
    let labelled = NAMES.iter().find_map(|name| {
        let (_, value) = series.labels.iter().find(|(label, value)| label.as_str() == *name && !value.is_empty())?;
        Some(value.clone())
    });
    labelled.or_else(|| NAMES.iter().find_map(|name| selected(query, name))).unwrap_or_default()
}

/// What a selector of the query holds a label to, if all that name it hold it to the same.
fn selected(query: &str, label: &str) -> Option<CleanText> {
    let mut found: Option<&str> = None;
    for (at, _) in query.match_indices(label) {
        let before = query[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let Some(value) = query[at + label.len()..].trim_start().strip_prefix('=') else { continue };
        let Some(value) = value.trim_start().strip_prefix('"').and_then(|value| value.split('"').next()) else {
            continue;
        };
        if value.is_empty() || found.is_some_and(|known| known != value) {
            return None;
        }
        found = Some(value);
    }
    found.map(CleanText::line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SourceId;
    use crate::domain::series::Unit;

    fn service(labels: &[(&str, &str)], query: &str) -> String {
        let series = Series {
            source: SourceId::new("p"),
            query: CleanText::line(query),
            title: CleanText::line("t"),
            unit: Unit::Number,
            labels: labels.iter().map(|(name, value)| (CleanText::line(name), CleanText::line(value))).collect(),
            samples: Vec::new(),
        };
        of(&series, query).to_string()
    }

    #[test]
    fn labels_name_the_service_and_else_the_query() {
        assert_eq!(service(&[("instance", "10.0.0.1:9100"), ("service", "cart")], "x"), "cart");
        assert_eq!(service(&[("instance", "10.0.0.1:9100")], "x"), "10.0.0.1:9100");
        assert_eq!(service(&[("code", "500")], "sum(rate(x{service=\"cart\"}[1m]))"), "cart");
        assert_eq!(service(&[], "a{service=\"cart\"} / b{service = \"cart\"}"), "cart");
        assert_eq!(service(&[], "a{service=\"cart\"} / b{service=\"other\"}"), "");
        assert_eq!(service(&[], "a{my_service=\"cart\"}"), "");
        assert_eq!(service(&[], "a{service=~\"c.*\"}"), "");
    }
}
