//! Which labels of an alert say what it is about, and where a service runs. Called by the source before it asks the index.

use std::collections::BTreeSet;

use super::Labels;
use super::words::words;
use super::write::is_label;
use crate::domain::CleanText;

/// Labels that name a service, the surest first.
const SERVICE: &[&str] = &[
    "service",
    "service_name",
    "app",
    "application",
    "app_kubernetes_io_name",
    "component",
    "workload",
    "deployment",
    "statefulset",
    "microservice",
    "container",
    "container_name",
    "job",
    "job_name",
];
/// Labels that name a machine.
const MACHINE: &[&str] =
    &["node", "instance", "host", "hostname", "nodename", "kubernetes_node", "node_name", "exported_instance"];
/// Selectors asked about, at most.
const ASKED: usize = 6;

/// A label by which the series of what an alert is about may be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The label.
    pub label: CleanText,
    /// Its value: the service or host.
    pub value: CleanText,
    /// Whether it names a machine.
    pub machine: bool,
}

/// The labels to look for an alert's subject by, the surest first: its own labels that name a service, other labels of
/// the server that may name the same one, else those that name a machine. `known` are the server's labels.
pub fn candidates(alert: &Labels, known: &[CleanText]) -> Vec<Candidate> {
    let usable = |label: &str| is_label(label) && (known.is_empty() || known.iter().any(|one| one.as_str() == label));
    let of = |names: &[&str], machine: bool| -> Vec<Candidate> {
        let borne = names.iter().filter_map(|name| alert.get_key_value(*name)).filter(|(_, value)| !value.is_empty());
        borne.map(|(label, value)| Candidate { label: label.clone(), value: value.clone(), machine }).collect()
    };
    let services = of(SERVICE, false);
    let machines = of(MACHINE, true);
    // A job is as often a kind of exporter as a service: where a machine is named, that is what it is about.
    let vague = services.iter().all(|it| it.label.starts_with("job"));
    let first = if vague && !machines.is_empty() { machines } else { services };
    let Some(best) = first.first().cloned() else { return Vec::new() };
    let aliases = SERVICE.iter().filter(|_| !best.machine).map(|label| Candidate {
        label: CleanText::line(label),
        value: best.value.clone(),
        machine: false,
    });
    let mut found: Vec<Candidate> = Vec::new();
    for one in std::iter::once(best.clone()).chain(first.into_iter().filter(|it| it.value == best.value)).chain(aliases)
    {
        if found.len() < ASKED && usable(&one.label) && !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

/// The labels by which a service of this name may be found, the surest first.
pub fn of_service(name: &CleanText, known: &[CleanText]) -> Vec<Candidate> {
    candidates(&Labels::from([("service".into(), name.clone())]), known)
}

/// The machines that a service's series name: the values of labels for machines, of addresses without their port.
pub fn places(series: &[Labels]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for labels in series {
        for (label, value) in labels {
            if MACHINE.contains(&label.as_str()) || matches!(label.as_str(), "host_ip" | "internal_ip") {
                found.insert(without_port(value).to_owned());
            }
        }
    }
    found.retain(|place| !place.is_empty());
    found
}

/// An address without its port.
fn without_port(address: &str) -> &str {
    match address.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) && !host.contains(':') => host,
        _ => address,
    }
}

/// How surely a label names the service itself: the lowest first, what names only a part of one or nothing last.
pub fn surety(label: &str) -> usize {
    SERVICE.iter().position(|known| *known == label).unwrap_or(SERVICE.len())
}

/// Whether a label's name says that it names a service or part of one.
pub fn names_services(label: &str) -> bool {
    SERVICE.contains(&label) || words(label).iter().any(|word| word == "service" || word == "workload" || word == "app")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(alert: &[(&str, &str)], known: &[&str]) -> Vec<String> {
        let alert: Labels = alert.iter().map(|(label, value)| ((*label).into(), (*value).into())).collect();
        let known: Vec<CleanText> = known.iter().map(|label| (*label).into()).collect();
        candidates(&alert, &known).into_iter().map(|it| format!("{}={}", it.label, it.value)).collect()
    }

    #[test]
    fn a_service_is_looked_for_by_every_label_that_may_name_it() {
        let known = ["service", "job", "instance", "severity", "container"];
        assert_eq!(
            found(&[("alertname", "A"), ("service", "pay"), ("severity", "page"), ("instance", "x:1")], &known),
            ["service=pay", "container=pay", "job=pay"]
        );
        assert_eq!(found(&[("job", "node"), ("instance", "10.0.0.1:9100")], &known), ["instance=10.0.0.1:9100"]);
        assert_eq!(found(&[("job", "api")], &known), ["job=api", "service=api", "container=api"]);
        assert!(found(&[("severity", "page"), ("team", "x")], &known).is_empty());
    }

    #[test]
    fn places_are_machines_without_ports() {
        let series = [("instance", "10.0.0.1:9100"), ("node", "n1"), ("pod", "x"), ("instance", "[::1]:9")];
        let series: Vec<Labels> = series.iter().map(|(a, b)| Labels::from([((*a).into(), (*b).into())])).collect();
        assert_eq!(places(&series).into_iter().collect::<Vec<_>>(), ["10.0.0.1", "[::1]:9", "n1"]);
    }
}
