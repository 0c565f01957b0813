//! The PromQL input: wrong, doubted, accepted and completed, at several sizes and without colours.

use std::sync::Arc;

use midwatch::app::{Effect, Msg};
use midwatch::domain::catalog::Described;
use midwatch::domain::query::LabelAnswer;
use midwatch::domain::{MetricCatalog, SourceId, Telemetry};
use midwatch::testing::World;
use midwatch::testing::build::now;

use super::snap;
use super::worlds::busy;

fn with_catalog(mut world: World) -> World {
    let metrics = [
        ("http_requests", "counter", "Requests answered, by code and path."),
        ("http_request_duration_seconds", "histogram", "Time to answer a request."),
        ("queue_depth", "gauge", "Jobs that wait."),
        ("process_resident_memory_bytes", "gauge", "Resident memory."),
        ("up", "gauge", "Whether the target was scraped."),
    ];
    let described = metrics.map(|(name, kind, help)| Described {
        name: name.to_owned(),
        kind: kind.to_owned(),
        help: help.to_owned(),
        unit: String::new(),
    });
    let names = [
        "http_requests_total",
        "http_request_duration_seconds_bucket",
        "http_request_duration_seconds_count",
        "http_request_duration_seconds_sum",
        "queue_depth",
        "process_resident_memory_bytes",
        "up",
    ];
    let names = names.map(str::to_owned).into();
    let labels = ["code", "instance", "job", "path"].map(str::to_owned).into();
    let catalog = MetricCatalog::assemble(SourceId::new("prom"), names, described.into(), labels, now());
    world.hear("prom", vec![Telemetry::Catalog(Arc::new(catalog))]);
    world
}

#[test]
fn mistakes_doubts_and_hints_are_explained_below_the_text() {
    let mut world = with_catalog(busy());
    snap!("promql_empty", world, 80 x 24, "3e<ctrl-u>");
    snap!("promql_wrong", world, 80 x 24, "sum by (code) (rtae(http_requests_total[5m]))<esc>");
    snap!("promql_unclosed", world, 80 x 24, "<ctrl-u>rate(http_requests_total{code=~\"5..\"[5m<esc>");
    snap!("promql_doubted", world, 80 x 24, "<ctrl-u>rate(http_requests_total)<esc>");
    snap!("promql_hint", world, 80 x 24, "<ctrl-u>sum by (code) (http_requests_total)<esc>");
    snap!("promql_ok", world, 160 x 48, "<ctrl-u>histogram_quantile(0.9, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))<esc>");
}

#[test]
fn the_list_offers_what_may_follow() {
    let mut world = with_catalog(busy());
    snap!("promql_metrics", world, 80 x 24, "3e<ctrl-u>sum(rate(http");
    snap!("promql_chosen", world, 160 x 48, "<tab><tab>");
    snap!("promql_asking", world, 80 x 24, "<enter>{code=\"");
    let labels = |effect: &Effect| if let Effect::Labels(ask, _) = effect { Some(ask.clone()) } else { None };
    let ask = world.effects.iter().filter_map(labels).next_back().expect("values are asked for");
    let items = ["200", "404", "500", "503"].map(Into::into).into();
    world.tell(Msg::Labels(ask, Ok(LabelAnswer { items, cut: false })));
    snap!("promql_values", world, 80 x 24, "5");
}

#[test]
fn ascii_without_colours_and_long_text_lose_nothing() {
    let mut world = with_catalog(busy()).plain();
    let long = "sum by (job, instance) (rate(http_requests_total{code=~\"5..\",path=\"/checkout/confirm\"}[5m])) / ignoring (code) sum by (job, instance) (rate(http_requests_total[5m";
    snap!("promql_plain", world, 80 x 24, "3e<ctrl-u>");
    world.paste(long);
    snap!("promql_plain_long", world, 80 x 24, "");
    snap!("promql_plain_list", world, 80 x 24, "<ctrl-u>que");
    snap!("promql_small", world, 60 x 16, "<tab>");
}
