//! Worlds of metrics as different clients and exporters name them, and what is proposed in each.

use proptest::prelude::*;

use super::*;
use crate::domain::catalog::Described;
use crate::domain::{Signal, SourceId, Timestamp};

/// A world: series as PromQL writes them, and the types of their families.
struct World {
    series: Vec<Labels>,
    described: Vec<Described>,
    recorded: Vec<Recorded>,
    measured: Vec<String>,
    polled: Vec<String>,
    parts: Vec<Part>,
}

/// `name{a="b",c="d"}`.
fn series(text: &str) -> Labels {
    let (name, rest) = text.split_once('{').unwrap_or((text, "}"));
    let pairs = rest.trim_end_matches('}').split(',').filter(|pair| !pair.is_empty());
    let pair = |pair: &str| {
        let (label, value) = pair.split_once('=').unwrap();
        (CleanText::line(label), CleanText::line(value.trim_matches('"')))
    };
    std::iter::once((CleanText::line("__name__"), CleanText::line(name))).chain(pairs.map(pair)).collect()
}

impl World {
    fn new(all: &[&str]) -> Self {
        Self {
            series: all.iter().map(|text| series(text)).collect(),
            described: Vec::new(),
            recorded: Vec::new(),
            measured: Vec::new(),
            polled: Vec::new(),
            parts: Vec::new(),
        }
    }

    fn typed(mut self, types: &[(&str, &str)]) -> Self {
        let described = |(name, kind): &(&str, &str)| Described {
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            ..Described::default()
        };
        self.described = types.iter().map(described).collect();
        self
    }

    fn subject(&self, name: &str, label: &str, place: Place) -> Subject {
        let selector = (CleanText::line(label), CleanText::line(name));
        let borne = |labels: &&Labels| labels.get(label).is_some_and(|value| value.as_str() == name);
        let series = self.series.iter().filter(borne).cloned().collect();
        Subject { name: selector.1.clone(), place, selectors: vec![selector], series }
    }

    fn ideas(&self, subjects: &[Subject]) -> Vec<QueryIdea> {
        let names = self.series.iter().map(|labels| labels["__name__"].to_string()).collect();
        let (source, at) = (SourceId::new("p"), Timestamp::UNIX_EPOCH);
        let catalog = MetricCatalog::assemble(source, names, self.described.clone(), Vec::new(), at);
        let case = Case {
            measured: &self.measured,
            parts: &self.parts,
            catalog: &catalog,
            recorded: &self.recorded,
            subjects,
            polled: &self.polled,
            range: "1m",
        };
        let ideas = propose(&case);
        for idea in &ideas {
            promql_parser::parser::parse(&idea.query).unwrap_or_else(|error| panic!("{}: {error}", idea.query));
        }
        ideas
    }

    /// What is proposed for one subject: signals with queries.
    fn about(&self, name: &str, label: &str, place: Place) -> Vec<(Signal, String)> {
        let ideas = self.ideas(&[self.subject(name, label, place)]);
        ideas.into_iter().map(|idea| (idea.signal, idea.query)).collect()
    }
}

fn of(found: &[(Signal, String)], signal: Signal) -> Vec<&str> {
    found.iter().filter(|(of, _)| *of == signal).map(|(_, query)| query.as_str()).collect()
}

#[test]
fn a_service_of_a_prometheus_client_without_metadata() {
    let world = World::new(&[
        "http_requests_total{service=\"pay\",code=\"200\",instance=\"a:1\"}",
        "http_requests_total{service=\"pay\",code=\"503\",instance=\"a:1\"}",
        "http_request_duration_seconds_bucket{service=\"pay\",le=\"0.1\"}",
        "http_request_duration_seconds_count{service=\"pay\"}",
        "http_request_duration_seconds_sum{service=\"pay\"}",
        "process_cpu_seconds_total{service=\"pay\",instance=\"a:1\"}",
        "process_resident_memory_bytes{service=\"pay\",instance=\"a:1\"}",
        "process_open_fds{service=\"pay\",instance=\"a:1\"}",
        "process_max_fds{service=\"pay\",instance=\"a:1\"}",
        "go_gc_duration_seconds{service=\"pay\",quantile=\"0.5\"}",
        "go_goroutines{service=\"pay\"}",
        "db_pool_in_use{service=\"pay\"}",
        "db_pool_max{service=\"pay\"}",
        "job_queue_length{service=\"pay\"}",
    ]);
    let found = world.about("pay", "service", Place::Own);
    assert_eq!(
        of(&found, Signal::Errors),
        [
            "sum(rate(http_requests_total{service=\"pay\",code=~\"5..\"}[1m])) / sum(rate(http_requests_total{service=\"pay\"}[1m]))"
        ]
    );
    assert_eq!(
        of(&found, Signal::Duration),
        ["histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{service=\"pay\"}[1m])))"]
    );
    assert!(
        of(&found, Signal::Utilisation)
            .contains(&"db_pool_in_use{service=\"pay\"} / (db_pool_max{service=\"pay\"} > 0)")
    );
    assert!(
        of(&found, Signal::Utilisation)
            .contains(&"process_open_fds{service=\"pay\"} / (process_max_fds{service=\"pay\"} > 0)")
    );
    assert_eq!(of(&found, Signal::Saturation), ["job_queue_length{service=\"pay\"}"]);
    assert!(found.iter().all(|(_, query)| !query.contains("go_")), "{found:?}");
}

#[test]
fn a_service_measured_by_opentelemetry() {
    let world = World::new(&[
        "http_server_request_duration_seconds_bucket{service_name=\"cart\",http_response_status_code=\"200\",le=\"1\"}",
        "http_server_request_duration_seconds_count{service_name=\"cart\",http_response_status_code=\"200\"}",
        "http_server_request_duration_seconds_count{service_name=\"cart\",http_response_status_code=\"500\"}",
        "http_server_request_duration_seconds_sum{service_name=\"cart\",http_response_status_code=\"200\"}",
        "http_server_active_requests{service_name=\"cart\"}",
        "db_client_connections_usage{service_name=\"cart\",state=\"used\"}",
        "db_client_connections_max{service_name=\"cart\"}",
        "jvm_memory_used_bytes{service_name=\"cart\",jvm_memory_type=\"heap\"}",
        "jvm_memory_limit_bytes{service_name=\"cart\",jvm_memory_type=\"heap\"}",
        "target_info{service_name=\"cart\"}",
    ])
    .typed(&[("http_server_request_duration_seconds", "histogram"), ("http_server_active_requests", "gauge")]);
    let found = world.about("cart", "service_name", Place::Own);
    let errors = of(&found, Signal::Errors);
    assert!(
        errors[0].contains("request_duration_seconds_count{service_name=\"cart\",http_response_status_code=~\"5..\"}")
    );
    assert!(of(&found, Signal::Duration)[0].starts_with("histogram_quantile(0.95, sum by (le)"));
    assert!(
        of(&found, Signal::Utilisation).iter().any(|query| query.contains("db_client_connections_max")),
        "{found:?}"
    );
    assert!(of(&found, Signal::Utilisation).iter().any(|query| query.contains("jvm_memory_limit_bytes")), "{found:?}");
    assert!(found.iter().all(|(_, query)| !query.contains("target_info")));
}

#[test]
fn a_service_of_micrometer() {
    let world = World::new(&[
        "http_server_requests_seconds_count{application=\"shop\",outcome=\"SUCCESS\",status=\"200\",exception=\"None\"}",
        "http_server_requests_seconds_count{application=\"shop\",outcome=\"SERVER_ERROR\",status=\"500\",exception=\"IOException\"}",
        "http_server_requests_seconds_sum{application=\"shop\",outcome=\"SUCCESS\"}",
        "http_server_requests_seconds_max{application=\"shop\",outcome=\"SUCCESS\"}",
        "hikaricp_connections_active{application=\"shop\",pool=\"main\"}",
        "hikaricp_connections_max{application=\"shop\",pool=\"main\"}",
        "hikaricp_connections_pending{application=\"shop\",pool=\"main\"}",
        "jvm_memory_used_bytes{application=\"shop\",area=\"heap\",id=\"eden\"}",
        "jvm_memory_max_bytes{application=\"shop\",area=\"heap\",id=\"eden\"}",
        "jvm_gc_pause_seconds_count{application=\"shop\"}",
        "jvm_gc_pause_seconds_sum{application=\"shop\"}",
    ]);
    let found = world.about("shop", "application", Place::Own);
    assert!(of(&found, Signal::Errors)[0].contains("status=~\"5..\""), "{found:?}");
    assert!(of(&found, Signal::Duration)[0].contains("http_server_requests_seconds_sum"), "{found:?}");
    let taken = of(&found, Signal::Utilisation);
    assert!(
        taken.iter().any(
            |query| query.contains("hikaricp_connections_active{application=\"shop\"} / (hikaricp_connections_max")
        )
    );
    assert!(of(&found, Signal::Saturation)[0].contains("hikaricp_connections_pending"), "{found:?}");
}

#[test]
fn a_service_of_dotnet() {
    let world = World::new(&[
        "http_requests_received_total{job=\"api\",code=\"200\",method=\"GET\"}",
        "http_requests_received_total{job=\"api\",code=\"502\",method=\"GET\"}",
        "http_requests_in_progress{job=\"api\"}",
        "http_request_duration_seconds_bucket{job=\"api\",le=\"1\",code=\"200\"}",
        "http_request_duration_seconds_count{job=\"api\",code=\"200\"}",
        "dotnet_collection_count_total{job=\"api\",generation=\"1\"}",
        "dotnet_total_memory_bytes{job=\"api\"}",
        "microsoft_aspnetcore_server_kestrel_connection_queue_length{job=\"api\"}",
    ]);
    let found = world.about("api", "job", Place::Own);
    assert!(of(&found, Signal::Errors)[0].contains("http_requests_received_total{job=\"api\",code=~\"5..\"}"));
    assert_eq!(of(&found, Signal::Duration).len(), 1);
    assert_eq!(of(&found, Signal::Saturation).len(), 2, "{found:?}");
}

#[test]
fn a_host_of_node_exporter() {
    let world = World::new(&[
        "node_cpu_seconds_total{instance=\"h1:9100\",cpu=\"0\",mode=\"idle\"}",
        "node_cpu_seconds_total{instance=\"h1:9100\",cpu=\"0\",mode=\"user\"}",
        "node_cpu_guest_seconds_total{instance=\"h1:9100\",cpu=\"0\",mode=\"user\"}",
        "node_memory_MemAvailable_bytes{instance=\"h1:9100\"}",
        "node_memory_MemFree_bytes{instance=\"h1:9100\"}",
        "node_memory_MemTotal_bytes{instance=\"h1:9100\"}",
        "node_memory_SwapFree_bytes{instance=\"h1:9100\"}",
        "node_memory_SwapTotal_bytes{instance=\"h1:9100\"}",
        "node_memory_HugePages_Free{instance=\"h1:9100\"}",
        "node_memory_HugePages_Total{instance=\"h1:9100\"}",
        "node_filesystem_avail_bytes{instance=\"h1:9100\",mountpoint=\"/\",fstype=\"ext4\"}",
        "node_filesystem_avail_bytes{instance=\"h1:9100\",mountpoint=\"/run\",fstype=\"tmpfs\"}",
        "node_filesystem_size_bytes{instance=\"h1:9100\",mountpoint=\"/\",fstype=\"ext4\"}",
        "node_filesystem_size_bytes{instance=\"h1:9100\",mountpoint=\"/run\",fstype=\"tmpfs\"}",
        "node_load1{instance=\"h1:9100\"}",
        "node_pressure_io_waiting_seconds_total{instance=\"h1:9100\"}",
        "node_scrape_collector_duration_seconds{instance=\"h1:9100\"}",
    ]);
    let found = world.about("h1:9100", "instance", Place::Own);
    let taken = of(&found, Signal::Utilisation);
    assert!(
        taken.contains(&"1 - avg(rate(node_cpu_seconds_total{instance=\"h1:9100\",mode=\"idle\"}[1m]))"),
        "{found:?}"
    );
    assert!(taken.contains(
        &"1 - node_memory_MemAvailable_bytes{instance=\"h1:9100\"} / (node_memory_MemTotal_bytes{instance=\"h1:9100\"} > 0)"
    ));
    assert!(
        taken
            .iter()
            .any(|query| query.starts_with("max(1 - node_filesystem_avail_bytes") && query.contains("fstype!~"))
    );
    let swap = taken.iter().position(|query| query.contains("Swap")).unwrap_or(taken.len());
    assert!(swap >= 3, "{taken:?}");
    assert!(of(&found, Signal::Saturation).iter().any(|query| query.contains("node_load1")), "{found:?}");
}

#[test]
fn a_workload_of_kube_state_metrics_and_cadvisor() {
    let world = World::new(&[
        "container_memory_working_set_bytes{container=\"pay\",pod=\"pay-1\",namespace=\"x\"}",
        "container_memory_working_set_bytes{container=\"pay\",pod=\"pay-2\",namespace=\"x\"}",
        "container_spec_memory_limit_bytes{container=\"pay\",pod=\"pay-1\",namespace=\"x\"}",
        "container_spec_memory_limit_bytes{container=\"pay\",pod=\"pay-2\",namespace=\"x\"}",
        "container_cpu_usage_seconds_total{container=\"pay\",pod=\"pay-1\",namespace=\"x\"}",
        "container_cpu_cfs_throttled_seconds_total{container=\"pay\",pod=\"pay-1\",namespace=\"x\"}",
        "kube_pod_container_status_restarts_total{container=\"pay\",pod=\"pay-1\",namespace=\"x\"}",
        "kube_pod_container_info{container=\"pay\",pod=\"pay-1\",namespace=\"x\"}",
    ]);
    let found = world.about("pay", "container", Place::Own);
    let taken = of(&found, Signal::Utilisation);
    assert!(taken.contains(
        &"max(container_memory_working_set_bytes{container=\"pay\"} / (container_spec_memory_limit_bytes{container=\"pay\"} > 0))"
    ), "{found:?}");
    assert!(taken.contains(&"sum(rate(container_cpu_usage_seconds_total{container=\"pay\"}[1m]))"));
    assert_eq!(of(&found, Signal::Saturation).len(), 2, "{found:?}");
}

#[test]
fn recorded_series_stand_in_for_what_they_are_made_of() {
    let mut world = World::new(&[
        "http_requests_total{service=\"pay\",code=\"200\"}",
        "http_requests_total{service=\"pay\",code=\"500\"}",
        "service:http_errors:ratio{service=\"pay\"}",
        "service:http_latency:p50{service=\"pay\"}",
        "service:http_latency:p95{service=\"pay\"}",
    ]);
    let rule = |name: &str, metric: &str| Recorded { name: name.into(), metrics: vec![metric.into()] };
    world.recorded = vec![
        rule("service:http_errors:ratio", "http_requests_total"),
        rule("service:http_latency:p50", "x_bucket"),
        rule("service:http_latency:p95", "x_bucket"),
    ];
    let found = world.about("pay", "service", Place::Own);
    assert_eq!(of(&found, Signal::Errors), ["service:http_errors:ratio{service=\"pay\"}"]);
    assert_eq!(of(&found, Signal::Duration), ["service:http_latency:p95{service=\"pay\"}"]);
    world.polled = vec!["service:http_errors:ratio{service = \"pay\"}".into()];
    assert!(of(&world.about("pay", "service", Place::Own), Signal::Errors).is_empty());
}

#[test]
fn what_a_service_calls_and_runs_on_follows_with_a_reason() {
    let mut world = World::new(&[
        "http_requests_total{service=\"shop\",code=\"200\"}",
        "http_requests_total{service=\"shop\",code=\"500\"}",
        "http_requests_total{service=\"pay\",code=\"200\"}",
        "http_requests_total{service=\"pay\",code=\"500\"}",
        "orders_total{service=\"shop\",outcome=\"failed\"}",
        "orders_total{service=\"shop\",outcome=\"placed\"}",
        "db_pool_timeouts_total{service=\"bank\"}",
        "node_cpu_seconds_total{instance=\"h1:9100\",mode=\"idle\"}",
    ]);
    world.measured = vec!["orders_total".into()];
    world.parts = vec![Part { title: "failed orders".into(), query: "sum(x)".into(), why: "a part".into() }];
    let way = |names: &[&str]| Place::Dependency(names.iter().map(|name| (*name).into()).collect());
    let ideas = world.ideas(&[
        world.subject("shop", "service", Place::Own),
        world.subject("pay", "service", way(&["shop", "pay"])),
        world.subject("bank", "service", way(&["shop", "pay", "bank"])),
        world.subject("h1:9100", "instance", Place::Host),
    ]);
    let told: Vec<(&str, &str)> = ideas.iter().map(|idea| (idea.about.as_str(), idea.title.as_str())).collect();
    assert_eq!(told[0], ("shop", "failed orders"));
    assert_eq!(told[1], ("shop", "shop orders failing"), "{told:?}");
    let of = |about: &str| ideas.iter().find(|idea| idea.about.as_str() == about).unwrap();
    assert!(of("pay").why.ends_with("; shop calls it"), "{}", of("pay").why);
    assert!(of("bank").why.ends_with("shop depends on it by way of pay"), "{}", of("bank").why);
    assert!(of("h1:9100").why.ends_with("it runs there"));
    assert!(ideas.len() <= MOST);
}

prop_compose! {
    fn any_series()(
        name in "(([a-z]{1,8}_){0,3}(total|bucket|count|sum|max|used|free|limit|seconds|cpu|memory|requests|errors|queue))|[\\PC]{0,12}",
        label in "(code|status|outcome|mode|le|quantile|error|grpc_code|success)|[\\PC]{0,6}",
        value in "(200|500|5xx|idle|error|true|0\\.5|None)|[\\PC]{0,8}",
    ) -> Labels {
        let pairs = [("__name__", name.as_str()), ("service", "s\"\\x"), (label.as_str(), value.as_str())];
        pairs.into_iter().map(|(label, value)| (CleanText::line(label), CleanText::line(value))).collect()
    }
}

proptest! {
    #[test]
    fn whatever_an_index_holds_every_proposal_is_valid_and_they_are_few(
        all in proptest::collection::vec(any_series(), 0..40),
        kinds in proptest::collection::vec("counter|gauge|histogram|summary|unknown", 40),
    ) {
        let mut world = World::new(&[]);
        let named = |(labels, kind): (&Labels, &String)| Described {
            name: labels["__name__"].to_string(), kind: kind.clone(), ..Described::default()
        };
        world.described = all.iter().zip(&kinds).map(named).collect();
        world.series = all;
        let ideas = world.ideas(&[world.subject("s\"\\x", "service", Place::Own), world.subject("s\"\\x", "service", Place::Host)]);
        prop_assert!(ideas.len() <= MOST);
        let titles: std::collections::BTreeSet<_> = ideas.iter().map(|idea| idea.title.clone()).collect();
        prop_assert_eq!(titles.len(), ideas.len());
    }
}
