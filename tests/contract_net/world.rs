//! Sources at work and what they say, with a deadline instead of sleeps.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use midwatch::config::schema::{Alertmanager, Panel, PanelUnit, Prometheus};
use midwatch::domain::ports::SecretStore;
use midwatch::domain::{Batch, Health, Telemetry};
use midwatch::sources::alertmanager::AlertmanagerSource;
use midwatch::sources::prometheus::PrometheusSource;
use midwatch::sources::registry::{Running, start_sources};
use midwatch::sources::{Source, Span};
use tokio::sync::{mpsc, watch};

/// Long enough for the slowest machine; no test waits for it unless it fails.
const DEADLINE: Duration = Duration::from_secs(60);

/// Secrets by reference.
#[derive(Default)]
pub struct Secrets(pub BTreeMap<&'static str, &'static str>);

impl SecretStore for Secrets {
    fn get(&self, name: &str) -> Result<String, String> {
        self.0.get(name).map(|secret| (*secret).to_owned()).ok_or_else(|| format!("{name} is not set; export it"))
    }
}

pub fn no_secrets() -> Arc<dyn SecretStore> {
    Arc::new(Secrets::default())
}

pub fn fixture(name: &str) -> String {
    let path = format!("{}/tests/fixtures/net/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub fn prometheus_config(url: &str, panels: &[(&str, &str)]) -> Prometheus {
    let panel = |(title, query): &(&str, &str)| Panel {
        title: (*title).to_owned(),
        query: (*query).to_owned(),
        unit: PanelUnit::Auto,
    };
    Prometheus {
        every: "30ms".parse().unwrap(),
        timeout: "20s".parse().unwrap(),
        panels: panels.iter().map(panel).collect(),
        ..Prometheus::at("prom", url)
    }
}

pub fn alertmanager_config(url: &str) -> Alertmanager {
    Alertmanager { every: "30ms".parse().unwrap(), timeout: "20s".parse().unwrap(), ..Alertmanager::at("am", url) }
}

pub fn prometheus(config: &Prometheus) -> Box<dyn Source> {
    let (_, span) = watch::channel(Span::default());
    Box::new(PrometheusSource::new(config, no_secrets(), span))
}

pub fn alertmanager(config: &Alertmanager) -> Box<dyn Source> {
    Box::new(AlertmanagerSource::new(config, no_secrets()))
}

/// Running sources and their channel.
pub struct World {
    pub batches: mpsc::Receiver<Batch>,
    pub stop: watch::Sender<bool>,
    pub running: Running,
}

impl World {
    pub fn of(sources: Vec<Box<dyn Source>>) -> Self {
        let (out, batches) = mpsc::channel(64);
        let (stop, stopped) = watch::channel(false);
        Self { batches, stop, running: start_sources(sources, out, stopped) }
    }

    pub async fn next(&mut self) -> Batch {
        match tokio::time::timeout(DEADLINE, self.batches.recv()).await {
            Ok(Some(batch)) => batch,
            Ok(None) => panic!("every source ended"),
            Err(_) => panic!("no source said anything within {DEADLINE:?}"),
        }
    }

    /// The first thing said that `wanted` makes something of.
    pub async fn until<T>(&mut self, what: &str, mut wanted: impl FnMut(&str, &Telemetry) -> Option<T>) -> T {
        let begun = tokio::time::Instant::now();
        let mut heard = Vec::new();
        loop {
            let batch = self.next().await;
            for item in &batch.items {
                if let Some(found) = wanted(batch.source.as_str(), item) {
                    return found;
                }
                heard.push(format!("{}: {item:.200?}", batch.source));
            }
            assert!(
                begun.elapsed() < DEADLINE,
                "never heard {what}; last: {:#?}",
                &heard[heard.len().saturating_sub(5)..]
            );
        }
    }

    /// The words of the next trouble.
    pub async fn trouble(&mut self) -> (&'static str, String) {
        self.until("a source in trouble", |_, item| match item {
            Telemetry::Health(health) => health.why().map(|why| (health.word(), why.to_string())),
            _ => None,
        })
        .await
    }

    pub async fn up(&mut self) {
        self.until("a source that is up", |_, item| matches!(item, Telemetry::Health(Health::Up { .. })).then_some(()))
            .await;
    }
}
