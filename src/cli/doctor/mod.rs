//! `midwatch doctor`: what is reachable, what is not, and what to do about it. Changes nothing and creates nothing.

mod local;
mod log_stores;
mod model;
mod programs;
mod report;
mod servers;
mod terminal;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::task::JoinSet;

use super::args::Common;
use super::open::{ReadFile, configuration};
use super::{Outcome, print, secrets};
use crate::config::Loaded;
use report::{Group, Report, Row};

/// Longest time one thing may take to answer, whatever its own timeout.
const PATIENCE: Duration = Duration::from_secs(5);

/// Arguments of `midwatch doctor`.
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// Print a JSON object for each thing that was looked at
    #[arg(long)]
    json: bool,
}

/// Looks at everything at once and prints what it found; status 1 if something is down.
pub(super) fn run(common: &Common, doctor: Doctor) -> Outcome {
    let loaded = configuration(common, ReadFile::Yes)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("starting the network")?;
    let report = runtime.block_on(examine(loaded));
    // A program or name look-up that hangs must not hold the answer back.
    runtime.shutdown_background();
    print::print(&if doctor.json { report.json() } else { report.text() })?;
    Ok(if report.is_well() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Every check; those that ask the network run side by side, and the report keeps the configuration's order.
async fn examine(loaded: Loaded) -> Report {
    let secrets = secrets::store();
    let config = Arc::new(loaded.config.clone());
    let mut checks = Checks::default();
    checks.now(local::configuration(&loaded));
    local::policy(&config).into_iter().for_each(|row| checks.now(row));
    for server in config.alertmanager.clone() {
        let secrets = Arc::clone(&secrets);
        checks.later(async move { servers::alertmanager(&server, secrets).await });
    }
    if let Some(webhook) = config.webhook.clone() {
        checks.later(async move { servers::webhook(&webhook) });
    }
    for server in config.prometheus.clone() {
        let secrets = Arc::clone(&secrets);
        checks.later(async move { servers::prometheus(&server, secrets).await });
    }
    for server in config.loki.clone() {
        let secrets = Arc::clone(&secrets);
        checks.later(async move { log_stores::loki(&server, secrets).await });
    }
    for server in config.elasticsearch.clone() {
        let secrets = Arc::clone(&secrets);
        checks.later(async move { log_stores::elasticsearch(&server, secrets).await });
    }
    for server in config.victorialogs.clone() {
        let secrets = Arc::clone(&secrets);
        checks.later(async move { log_stores::victorialogs(&server, secrets).await });
    }
    for journal in config.journald.clone() {
        checks.later(async move { log_stores::journald(&journal).await });
    }
    for pods in config.kubectl.clone() {
        checks.later(async move { log_stores::kubectl(&pods).await });
    }
    for containers in config.docker.clone() {
        checks.later(async move { log_stores::docker(&containers).await });
    }
    for otlp in config.otlp.clone() {
        checks.later(async move { servers::listening(&otlp.name, &otlp.listen) });
    }
    for row in config.files.iter().map(local::files).chain(config.changes.iter().map(local::changes)) {
        checks.now(row);
    }
    for git in config.git.clone() {
        checks.later(async move { programs::git(&git).await });
    }
    for command in &config.command {
        checks.now(programs::command(command));
    }
    let model = config.model.clone();
    checks.later(async move { model::model(&model, secrets).await });
    local::places(&config).into_iter().for_each(|row| checks.now(row));
    checks.later(programs::kubectl());
    checks.now(terminal::terminal());
    checks.later(terminal::clipboard());
    checks.finish().await
}

/// Rows in the order in which they were asked for, whenever they arrive.
#[derive(Default)]
struct Checks {
    rows: Vec<(usize, Row)>,
    running: JoinSet<(usize, Row)>,
    count: usize,
}

impl Checks {
    fn now(&mut self, row: Row) {
        self.rows.push((self.count, row));
        self.count += 1;
    }

    fn later(&mut self, check: impl Future<Output = Row> + Send + 'static) {
        let place = self.count;
        self.count += 1;
        self.running.spawn(async move { (place, check.await) });
    }

    async fn finish(mut self) -> Report {
        while let Some(ended) = self.running.join_next().await {
            let failed = || Row::down(Group::Program, "midwatch", "a check failed", "report it with the log file");
            self.rows.push(ended.unwrap_or_else(|_| (usize::MAX, failed())));
        }
        self.rows.sort_by_key(|(place, _)| *place);
        Report { rows: self.rows.into_iter().map(|(_, row)| row).collect() }
    }
}
