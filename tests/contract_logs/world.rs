//! Sources at work and what they say, with a deadline instead of sleeps.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use midwatch::domain::ports::SecretStore;
use midwatch::domain::{Batch, Health, LogRecord, Telemetry};
use midwatch::sources::Source;
use midwatch::sources::registry::{Running, start_sources};
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

/// Running sources and their channel.
pub struct World {
    batches: mpsc::Receiver<Batch>,
    pub stop: watch::Sender<bool>,
    pub running: Running,
    /// What was said about health and not asked for yet.
    said: Vec<Health>,
    records: Vec<LogRecord>,
}

impl World {
    pub fn of(sources: Vec<Box<dyn Source>>) -> Self {
        let (out, batches) = mpsc::channel(64);
        let (stop, stopped) = watch::channel(false);
        let running = start_sources(sources, out, stopped);
        Self { batches, stop, running, said: Vec::new(), records: Vec::new() }
    }

    async fn hear(&mut self) {
        let batch = match tokio::time::timeout(DEADLINE, self.batches.recv()).await {
            Ok(Some(batch)) => batch,
            Ok(None) => panic!("every source ended"),
            Err(_) => panic!("no source said anything within {DEADLINE:?}"),
        };
        assert_eq!(batch.dropped, 0, "a source dropped records");
        for item in batch.items {
            match item {
                Telemetry::Log(record) => self.records.push(record),
                Telemetry::Health(health) => self.said.push(health),
                other => panic!("{other:?}"),
            }
        }
    }

    /// The words of the next trouble; what was said before it is forgotten.
    pub async fn trouble(&mut self) -> (&'static str, String) {
        loop {
            while !self.said.is_empty() {
                let health = self.said.remove(0);
                if let Some(why) = health.why() {
                    return (health.word(), why.to_string());
                }
            }
            self.hear().await;
        }
    }

    /// The next trouble that says this word of state.
    pub async fn trouble_that_is(&mut self, state: &str) -> String {
        loop {
            let (found, why) = self.trouble().await;
            if found == state {
                return why;
            }
        }
    }

    pub async fn up(&mut self) {
        loop {
            while !self.said.is_empty() {
                if matches!(self.said.remove(0), Health::Up { .. }) {
                    return;
                }
            }
            self.hear().await;
        }
    }

    /// Stops the sources; fails where that takes long.
    pub async fn end(self) {
        self.stop.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(30), self.running.ended()).await.unwrap();
    }

    /// Records that arrived and were not asked for.
    pub fn left(&mut self) -> Vec<LogRecord> {
        while let Ok(batch) = self.batches.try_recv() {
            self.records.extend(batch.items.into_iter().filter_map(|item| match item {
                Telemetry::Log(record) => Some(record),
                _ => None,
            }));
        }
        std::mem::take(&mut self.records)
    }
}

/// The next `count` records.
pub async fn records(world: &mut World, count: usize) -> Vec<LogRecord> {
    while world.records.len() < count {
        world.hear().await;
    }
    world.records.drain(..count).collect()
}

/// The field `n` of the next `count` records, sorted.
pub async fn numbers(world: &mut World, count: usize) -> Vec<usize> {
    let found = records(world, count).await;
    let mut numbers: Vec<usize> = found.iter().map(|r| r.attribute("n").unwrap().parse().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}
