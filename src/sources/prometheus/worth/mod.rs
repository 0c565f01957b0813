//! Reads a server's index beside the polling of its panels: the catalog of its metrics, who calls whom by their labels, and
//! for alerts that go off the queries worth seeing. Names and labels only, one question at a time, and no values: those a
//! person lets be asked for. Run by the source.

mod calls;
mod catalog;
mod expression;
mod subject;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Client, Rules};
use crate::analysis::propose::{self, Case, Recorded};
use crate::config::schema;
use crate::domain::panel::Wanted;
use crate::domain::{
    CleanText, Fired, Ideas, MetricCatalog, QueryIdea, ServiceGraph, Telemetry, TimeWindow, Timestamp,
};
use crate::promql::{self, alert};
use crate::sources::Outlet;
use crate::sources::http::HttpError;
use crate::sources::poll::{rest, stopped};

/// How often the index is read anew.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// The wait after an index that could not be read.
const AGAIN: Duration = Duration::from_secs(60);
/// How long the panels go first.
const HEAD_START: Duration = Duration::from_secs(1);
/// Alerts looked into in a session, at most; more tell of the same incident.
const MOST_ALERTS: usize = 60;
/// How far back a series must have been written to be there.
const LATELY: SignedDuration = SignedDuration::from_mins(15);

/// Whether a reader looks for queries worth seeing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proposes {
    /// For every alert that goes off.
    Yes,
    /// It reads the catalog and the calls alone.
    No,
}

/// Reads the index of one server.
pub(super) struct Reader {
    client: Client,
    config: schema::Prometheus,
    wanted: watch::Receiver<Wanted>,
    proposes: Proposes,
    graph: ServiceGraph,
    done: BTreeSet<(CleanText, CleanText, CleanText)>,
}

impl Reader {
    pub(super) fn new(
        client: Client,
        config: schema::Prometheus,
        wanted: watch::Receiver<Wanted>,
        proposes: Proposes,
    ) -> Self {
        Self { client, config, wanted, proposes, graph: ServiceGraph::default(), done: BTreeSet::new() }
    }

    /// Works until told to stop. What fails is tried again later and disturbs nothing: the panels' health tells of servers
    /// that do not answer.
    pub(super) async fn run(mut self, mut outlet: Outlet, mut stop: watch::Receiver<bool>) {
        let mut stopping = stop.clone();
        tokio::select! {
            () = stopped(&mut stopping) => {}
            () = self.work(&mut outlet, &mut stop) => {}
        }
    }

    async fn work(&mut self, outlet: &mut Outlet, stop: &mut watch::Receiver<bool>) {
        if !rest(stop, HEAD_START).await {
            return;
        }
        let mut catalog: Option<Arc<MetricCatalog>> = None;
        let mut next = Instant::now();
        loop {
            if Instant::now() >= next {
                next = Instant::now()
                    + match self.learn(outlet).await {
                        Ok(learned) => {
                            catalog = Some(learned);
                            EVERY
                        }
                        Err(_) => AGAIN,
                    };
            }
            if let Some(catalog) = &catalog {
                self.look_into(catalog, outlet).await;
            }
            tokio::select! {
                () = tokio::time::sleep_until(next) => {}
                moved = self.wanted.changed() => if moved.is_err() { tokio::time::sleep_until(next).await },
            }
        }
    }

    /// The catalog, then who calls whom.
    async fn learn(&mut self, outlet: &mut Outlet) -> Result<Arc<MetricCatalog>, HttpError> {
        let learned = Arc::new(catalog::learn(&self.client, lately()).await?);
        outlet.send(vec![Telemetry::Catalog(Arc::clone(&learned))]).await;
        self.graph = calls::learn(&self.client, &learned, lately()).await;
        outlet.send(vec![Telemetry::Graph(Arc::new(self.graph.clone()))]).await;
        Ok(learned)
    }

    /// Looks for queries for the alerts that went off since the last time.
    async fn look_into(&mut self, catalog: &MetricCatalog, outlet: &mut Outlet) {
        let wanted = self.wanted.borrow_and_update().clone();
        if self.proposes == Proposes::No {
            return;
        }
        let new: Vec<(&Fired, (CleanText, CleanText, CleanText))> = wanted
            .fired
            .iter()
            .filter_map(|fired| Some((fired, key(fired, catalog)?)))
            .filter(|(_, key)| !self.done.contains(key))
            .collect();
        if new.is_empty() {
            return;
        }
        // Not every server has rules.
        let rules = match self.client.rules().await {
            Ok(rules) => rules,
            Err(error) if error.concerns_the_question() => Rules::default(),
            Err(_) => return,
        };
        for (fired, key) in new {
            if self.done.len() >= MOST_ALERTS || !self.done.insert(key.clone()) {
                continue;
            }
            match self.ideas(fired, catalog, &rules, &wanted).await {
                Ok(ideas) => outlet.send(vec![Telemetry::Ideas(Arc::new(ideas))]).await,
                Err(_) => drop(self.done.remove(&key)),
            }
        }
    }

    async fn ideas(
        &self,
        fired: &Fired,
        catalog: &MetricCatalog,
        rules: &Rules,
        wanted: &Wanted,
    ) -> Result<Ideas, HttpError> {
        let rule = rules.alerting.iter().find(|rule| rule.name == fired.name);
        let expression = rule.map_or("", |rule| rule.query.as_str());
        let mut subjects = subject::Subjects { client: &self.client, catalog, window: lately(), notices: Vec::new() };
        // What was learned here a moment ago may not have come back yet.
        let mut graph = wanted.graph.as_ref().clone();
        graph.merge(&self.graph);
        let found = subjects.of(fired, &graph).await?;
        let measured = expression::metrics_behind(expression, rules);
        let recorded: Vec<Recorded> = rules
            .recorded
            .iter()
            .map(|rule| Recorded { name: rule.name.clone(), metrics: expression::metrics(&rule.query) })
            .collect();
        let case = Case {
            measured: &measured,
            parts: &found.first().map(|own| expression::parts(expression, rules, own)).unwrap_or_default(),
            catalog,
            recorded: &recorded,
            subjects: &found,
            polled: &self.polled(rules, wanted),
            range: &expression::range(expression, rules, self.config.step.signed()),
        };
        let unit = |idea: QueryIdea| QueryIdea { unit: promql::guess_unit(&idea.query), ..idea };
        let ideas = propose::propose(&case).into_iter().map(unit).collect();
        Ok(Ideas { alert: fired.clone(), ideas, notices: subjects.notices })
    }

    /// What is asked already: the configured panels, what alerts measure, what a person confirmed.
    fn polled(&self, rules: &Rules, wanted: &Wanted) -> Vec<String> {
        let configured = self.config.panels.iter().map(|panel| panel.query.clone());
        let fired: BTreeSet<&CleanText> = wanted.fired.iter().map(|fired| &fired.name).collect();
        let measured = rules.alerting.iter().filter(|rule| fired.contains(&rule.name));
        let measured = measured.flat_map(|rule| alert::apart(&rule.query)).map(|measured| measured.query);
        configured.chain(measured).chain(wanted.panels.iter().map(|panel| panel.query.clone())).collect()
    }
}

/// What an alert is about, by which it is looked into once: its name and the label that tells.
fn key(fired: &Fired, catalog: &MetricCatalog) -> Option<(CleanText, CleanText, CleanText)> {
    let about = propose::candidates(&fired.labels, &catalog.labels).into_iter().next()?;
    Some((fired.name.clone(), about.label, about.value))
}

fn lately() -> TimeWindow {
    TimeWindow::ending(Timestamp::now(), LATELY)
}
