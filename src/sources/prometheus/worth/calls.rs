//! Who calls whom, from series that bear the names of two services: `client` and `server`, `service` and `peer`,
//! `source_workload` and `destination_workload`. A label names services when its values do; which side calls, its words
//! say, or what its metric counts.

use std::collections::BTreeSet;

use crate::analysis::propose::{names_services, surety};
use crate::domain::graph::Known;
use crate::domain::{CleanText, MetricCatalog, ServiceGraph, TimeWindow};
use crate::sources::prometheus::{Client, Labels};

/// Labels whose values are taken for the names of services, at most.
const SERVICE_LABELS: usize = 6;
/// Other labels whose values are compared with those names, at most.
const COMPARED: usize = 60;
/// Values asked for of one label.
const VALUES: usize = 1_000;
/// Series asked for of one label.
const SERIES: usize = 3_000;
/// Labels of which series are asked for, at most.
const FOLLOWED: usize = 8;

/// Words of labels that name who calls.
const CALLER: &[&str] = &["client", "source", "src", "caller", "from", "downstream", "origin", "requester"];
/// Words of labels that name who is called.
const CALLEE: &[&str] = &[
    "server",
    "destination",
    "dest",
    "dst",
    "callee",
    "to",
    "upstream",
    "peer",
    "target",
    "remote",
    "dependency",
    "backend",
];
/// Words of metrics that count calls from the caller's side.
const OUTGOING: &[&str] = &["client", "outgoing", "outbound", "upstream", "egress"];
/// Labels that never name services, whatever their values.
const NEVER: &[&str] = &["__name__", "le", "quantile", "instance", "alertname", "severity", "prometheus", "replica"];

/// What a label's name says of the service it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The one that is measured.
    Own,
    /// The one that calls.
    Caller,
    /// The one that is called.
    Callee,
    /// Another, which is not said.
    Other,
}

/// The side that a label's words tell.
pub(super) fn side(label: &str) -> Side {
    let has = |list: &[&str]| label.split('_').any(|word| list.contains(&word));
    match (has(CALLER), has(CALLEE)) {
        (true, false) => Side::Caller,
        (false, true) => Side::Callee,
        (_, _) if names_services(label) => Side::Own,
        (_, _) => Side::Other,
    }
}

/// The calls that the labels of a server's series tell of; what could not be asked is left out.
pub(super) async fn learn(client: &Client, catalog: &MetricCatalog, window: TimeWindow) -> ServiceGraph {
    let mut graph = ServiceGraph::default();
    let labels = || catalog.labels.iter().map(CleanText::as_str).filter(|label| !NEVER.contains(label));
    let mut own: Vec<&str> = labels().filter(|label| side(label) == Side::Own).collect();
    own.sort_by_key(|label| surety(label));
    own.truncate(SERVICE_LABELS);
    let mut services: BTreeSet<CleanText> = BTreeSet::new();
    for label in &own {
        if let Ok(values) = client.label_values(label, &[], window, VALUES).await {
            services.extend(values.items.into_iter().filter(|value| !value.is_empty()));
        }
    }
    let mut naming: Vec<&str> = Vec::new();
    for label in labels().filter(|label| !own.contains(label)).take(COMPARED) {
        if let Ok(values) = client.label_values(label, &[], window, VALUES).await
            && names_some(label, &values.items, &services)
        {
            naming.push(label);
        }
    }
    for label in naming.iter().take(FOLLOWED) {
        let others = own.iter().chain(naming.iter().filter(|other| *other != label));
        let matchers: Vec<String> = others.map(|other| format!("{{{label}!=\"\",{other}!=\"\"}}")).collect();
        let matchers: Vec<&str> = matchers.iter().map(String::as_str).collect();
        if let Ok(series) = client.series_of(&matchers, window, SERIES).await {
            let families = |metric: &str| catalog.get(metric).map_or(metric, |info| info.family()).to_owned();
            series.items.iter().for_each(|labels| follow(labels, &own, &naming, &services, &families, &mut graph));
        }
    }
    graph
}

/// Whether a label's values are names of services: at least half of them, or, where its name says so too, any.
fn names_some(label: &str, values: &[CleanText], services: &BTreeSet<CleanText>) -> bool {
    let known = values.iter().filter(|value| services.contains(*value)).count();
    match side(label) {
        Side::Caller | Side::Callee => known >= 1,
        Side::Own | Side::Other => known >= 2 && known * 2 >= values.len(),
    }
}

/// Adds the call that one series tells of.
pub(super) fn follow(
    labels: &Labels,
    own: &[&str],
    naming: &[&str],
    services: &BTreeSet<CleanText>,
    families: &dyn Fn(&str) -> String,
    graph: &mut ServiceGraph,
) {
    // What alerts say of themselves is no measurement.
    let Some(metric) = labels.get("__name__").filter(|name| !name.starts_with("ALERTS")) else { return };
    let find = |names: &[&str], wanted: Side| {
        let of = |label: &&&str| wanted == Side::Own || side(label) == wanted;
        names.iter().filter(of).find_map(|label| labels.get(*label)).filter(|value| is_name(value, services))
    };
    let own = find(own, Side::Own).filter(|service| services.contains(*service));
    let (caller, callee, other) = (find(naming, Side::Caller), find(naming, Side::Callee), find(naming, Side::Other));
    let outgoing = metric.split('_').any(|word| OUTGOING.contains(&word));
    let call = match (caller, callee, own, other) {
        (Some(caller), Some(callee), _, _) => Some((caller, callee)),
        (None, Some(callee), Some(own), _) => Some((own, callee)),
        (Some(caller), None, Some(own), _) => Some((caller, own)),
        (None, None, Some(own), Some(other)) if outgoing => Some((own, other)),
        (_, _, _, _) => None,
    };
    if let Some((caller, callee)) =
        call.filter(|(caller, callee)| services.contains(*caller) || services.contains(*callee))
    {
        graph.call(caller, callee, Known::Metric(CleanText::line(&families(metric))));
    }
}

/// A known service, or what may be the name of one that is not measured itself: no address, no path, no number.
fn is_name(value: &CleanText, services: &BTreeSet<CleanText>) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    services.contains(value)
        || (value.len() <= 60 && value.starts_with(|c: char| c.is_ascii_alphabetic()) && value.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(series: &[&[(&str, &str)]]) -> Vec<String> {
        let services = ["shop", "pay", "cart"].map(CleanText::line).into();
        let mut graph = ServiceGraph::default();
        for pairs in series {
            let labels = pairs.iter().map(|(label, value)| ((*label).into(), (*value).into())).collect();
            follow(
                &labels,
                &["service", "job"],
                &["client", "server", "peer", "zone"],
                &services,
                &str::to_owned,
                &mut graph,
            );
        }
        graph.calls().map(|call| format!("{} > {}", call.caller, call.callee)).collect()
    }

    #[test]
    fn labels_tell_who_calls_whom() {
        let told = told(&[
            &[("__name__", "traces_total"), ("client", "shop"), ("server", "pay")],
            &[("__name__", "http_requests_total"), ("service", "cart"), ("peer", "redis")],
            &[("__name__", "rpc_client_total"), ("service", "pay"), ("zone", "bank")],
            &[("__name__", "rpc_total"), ("service", "pay"), ("zone", "cart")],
            &[("__name__", "x"), ("service", "pay"), ("client", "cart")],
            &[("__name__", "x"), ("service", "pay"), ("peer", "10.0.0.1:5432")],
            &[("__name__", "x"), ("service", "pay"), ("peer", "pay")],
        ]);
        assert_eq!(told, ["cart > pay", "cart > redis", "pay > bank", "shop > pay"]);
    }

    #[test]
    fn a_label_names_services_when_its_values_do() {
        let services = ["shop", "pay", "cart"].map(CleanText::line).into();
        let values = |all: &[&str]| all.iter().map(|value| CleanText::line(value)).collect::<Vec<_>>();
        assert!(names_some("peer", &values(&["pay", "postgres", "redis", "smtp"]), &services));
        assert!(!names_some("peer", &values(&["10.0.0.1"]), &services));
        assert!(names_some("zone", &values(&["pay", "cart", "x"]), &services));
        assert!(!names_some("zone", &values(&["pay", "a", "b"]), &services));
    }
}
