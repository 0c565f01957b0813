//! Sources beside each other: none delays, stops or breaks another.

use std::sync::Arc;

use midwatch::config::Config;
use midwatch::domain::ports::Pending;
use midwatch::domain::query::{PolledQuery, QueryRequest};
use midwatch::domain::{Language, SourceId, Telemetry, TimeWindow, Timestamp};
use midwatch::sources::registry::start;
use midwatch::sources::{Outlet, Source, Span};
use tokio::sync::{mpsc, watch};

use crate::hostile::{Answer, Hostile};
use crate::world::{World, alertmanager, alertmanager_config, fixture, no_secrets, prometheus, prometheus_config};

/// A source with a fault of its own.
struct Broken(SourceId);

impl Source for Broken {
    fn id(&self) -> &SourceId {
        &self.0
    }

    fn queries(&self) -> Vec<PolledQuery> {
        Vec::new()
    }

    fn run(self: Box<Self>, _: Outlet, _: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(async { panic!("a fault, as this test wants it") })
    }
}

#[tokio::test]
async fn a_source_that_hangs_delays_no_other() {
    let hanging = Hostile::answering(Answer::Hang).await;
    let good = Hostile::answering(Answer::json(fixture("prometheus-range.json"))).await;
    let mut slow = alertmanager_config(&hanging.url);
    slow.timeout = "1h".parse().unwrap();
    let quick = prometheus_config(&good.url, &[("a", "up")]);
    let mut world = World::of(vec![alertmanager(&slow), prometheus(&quick)]);
    for _ in 0..5 {
        let from = world
            .until("samples", |source, item| matches!(item, Telemetry::SeriesSet { .. }).then(|| source.to_owned()));
        assert_eq!(from.await, "prom");
    }
}

#[tokio::test]
async fn a_source_that_panics_is_down_with_words_and_the_others_go_on() {
    let good = Hostile::answering(Answer::json("[]")).await;
    let sources: Vec<Box<dyn Source>> =
        vec![Box::new(Broken(SourceId::new("broken"))), alertmanager(&alertmanager_config(&good.url))];
    let mut world = World::of(sources);
    let mut seen = (None, false);
    while seen.0.is_none() || !seen.1 {
        let batch = world.next().await;
        for item in batch.items {
            match item {
                Telemetry::Health(health) if batch.source.as_str() == "broken" => seen.0 = health.why().cloned(),
                Telemetry::AlertSnapshot(_) => seen.1 = true,
                _ => {}
            }
        }
    }
    assert!(seen.0.unwrap().contains("the others go on"));
}

#[tokio::test]
async fn every_source_ends_when_told_even_while_it_waits() {
    let hanging = Hostile::answering(Answer::Hang).await;
    let down = Hostile::answering(Answer::status(429, "text/plain", "").with("Retry-After", "300")).await;
    let sources = vec![
        alertmanager(&alertmanager_config(&hanging.url)),
        prometheus(&prometheus_config(&hanging.url, &[("a", "up"), ("b", "up")])),
        alertmanager(&alertmanager_config(&down.url)),
    ];
    let mut world = World::of(sources);
    world.trouble().await;
    world.stop.send(true).unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(30), world.running.ended()).await.unwrap();
}

#[tokio::test]
async fn a_configuration_starts_its_sources_and_routes_queries() {
    let prom = Hostile::answering(Answer::json(fixture("prometheus-range.json"))).await;
    let am = Hostile::answering(Answer::json("[]")).await;
    let config = Config {
        prometheus: vec![prometheus_config(&prom.url, &[("a", "up"), ("b", "down")])],
        alertmanager: vec![alertmanager_config(&am.url)],
        ..Config::default()
    };
    let (out, _batches) = mpsc::channel(64);
    let (_stop, stopped) = watch::channel(false);
    let (_span, span) = watch::channel(Span::default());
    let library = std::sync::Arc::new(midwatch::logfile::Library::new(Box::new(midwatch::logfile::Unmined)));
    let running = start(&config, no_secrets(), span, &library, out, stopped);
    assert_eq!(running.ids, ["prom", "am"].map(SourceId::new));
    let texts: Vec<&str> = running.queries.iter().map(|query| query.text.as_str()).collect();
    assert_eq!(texts, ["up", "down", "GET /api/v2/alerts"]);
    let ask = |language| {
        let window = TimeWindow::new(Timestamp::UNIX_EPOCH, Timestamp::from_second(60).unwrap());
        let engine = Arc::clone(&running.engine);
        async move { engine.ask(QueryRequest { language, text: "up".to_owned(), window, step: 15 }).await }
    };
    assert_eq!(ask(Language::Promql).await.unwrap().series.len(), 2);
    assert!(ask(Language::Logs).await.unwrap_err().why.contains("records held"));
}
