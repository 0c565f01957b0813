//! Containers of this machine: `docker logs --follow --timestamps` for each, standard output and error as the container
//! wrote them. Each container is followed by itself; the source is as well as its worst.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::follow::{Begin, Following, Program, Said};
use super::stamped::stamped;
use crate::config::schema;
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;
use crate::domain::{Batch, Health, LogRecord, SourceId, Telemetry};
use crate::sources::files::delivery::{Condition, Stop, deliver_logs, report};
use crate::sources::stores::{Entry, followed};
use crate::sources::{Outlet, Source};

/// Batches of one container that wait to be given on.
const WAITING: usize = 4;

/// Containers, followed.
pub struct DockerSource {
    id: SourceId,
    config: schema::Docker,
    program: String,
}

struct Container {
    program: String,
    name: String,
}

impl DockerSource {
    /// A source for one `[[docker]]` entry.
    pub fn new(config: &schema::Docker) -> Self {
        Self { id: SourceId::new(&config.name), config: config.clone(), program: "docker".to_owned() }
    }

    /// The same with another program that behaves like `docker`.
    #[must_use]
    pub fn with_program(mut self, program: &str) -> Self {
        self.program = program.to_owned();
        self
    }

    async fn work(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let (out, mut heard) = mpsc::channel(WAITING);
        let mut containers = JoinSet::new();
        for name in &self.config.containers {
            let container = Container { program: self.program.clone(), name: name.clone() };
            let following = Following::new(&self.id, container, self.config.since.signed());
            // The name tells whose health it is; records carry the source's own.
            let own = Outlet::new(SourceId::new(name), out.clone());
            containers.spawn(following.keep_running(own, stop.clone()));
        }
        drop(out);
        let mut stop = Stop::new(stop);
        let mut states: BTreeMap<String, Health> = BTreeMap::new();
        loop {
            let batch = tokio::select! {
                biased;
                () = stop.wait() => break,
                batch = heard.recv() => batch,
            };
            let Some(Batch { source, items, .. }) = batch else { break };
            let mut records: Vec<LogRecord> = Vec::new();
            for item in items {
                match item {
                    Telemetry::Log(record) => records.push(record),
                    Telemetry::Health(health) => drop(states.insert(source.to_string(), health)),
                    Telemetry::AlertSnapshot(_)
                    | Telemetry::AlertUpdate(_)
                    | Telemetry::SeriesSet { .. }
                    | Telemetry::Catalog(_)
                    | Telemetry::Graph(_)
                    | Telemetry::Ideas(_)
                    | Telemetry::Slos(_)
                    | Telemetry::Change(_) => {}
                }
            }
            if !deliver_logs(&mut outlet, records, &mut stop).await {
                break;
            }
            if states.len() == self.config.containers.len() {
                report(&mut outlet, worst(&states), &mut stop).await;
            }
        }
        // Each kills its program; those that do not end in time are let go of with the set.
        while containers.join_next().await.is_some() {}
    }
}

/// One condition of many: down when all are.
fn worst(states: &BTreeMap<String, Health>) -> Condition {
    let troubles: Vec<String> =
        states.iter().filter_map(|(name, health)| Some(format!("{name}: {}", health.why()?))).collect();
    match troubles.len() {
        0 => Condition::Up,
        all if all == states.len() => Condition::Down(troubles.join("; ")),
        _ => Condition::Degraded(troubles.join("; ")),
    }
}

impl Source for DockerSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let line = |name: &String| followed(&self.id, &format!("docker logs --follow {name}"), Duration::ZERO);
        self.config.containers.iter().map(line).collect()
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.work(outlet, stop))
    }
}

impl Program for Container {
    fn argv(&self, from: &Begin) -> Vec<String> {
        let since = format!("--since={}", from.at);
        ["logs", "--follow", "--timestamps", &since, "--", &self.name]
            .into_iter()
            .fold(vec![self.program.clone()], |argv, word| [argv, vec![word.to_owned()]].concat())
    }

    fn read(&mut self, line: &str) -> Said {
        let Some((at, text)) = stamped(line) else { return Said::Aside };
        let labels = [("container".to_owned(), self.name.clone())].into();
        Said::Entry(Entry { labels, at, line: text.to_owned(), fields: Vec::new() }, None)
    }

    fn name(&self) -> String {
        format!("docker logs {}", self.name)
    }

    fn speaks_on_both(&self) -> bool {
        true
    }
}
