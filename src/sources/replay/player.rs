//! Walks through a recording in time order and sends what the clock has passed: each record once, none before its time.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::{Duration, Instant};

use super::ReplayClock;
use crate::domain::recording::Recording;
use crate::domain::{Alert, AlertState, CleanText, Panel, Series, SourceId, Telemetry, Timestamp};
use crate::sources::Outlet;

/// Records in one batch.
const BATCH: usize = 512;
/// Shortest sleep: what falls due within it travels together.
const GRAIN: Duration = Duration::from_millis(15);
/// Longest sleep, so that a clock which was wrong about the future is noticed.
const LONGEST: Duration = Duration::from_secs(1);
/// Series travel at most this often however fast the clock runs; they replace each other, so nothing is lost.
const SERIES_EVERY: Duration = Duration::from_millis(250);

/// The reading place in every part of a recording.
pub(super) struct Player {
    id: SourceId,
    recording: Arc<Recording>,
    clock: ReplayClock,
    logs: usize,
    changes: usize,
    alerts: usize,
    held: BTreeMap<CleanText, Alert>,
    panels: Vec<Row>,
    /// When a snapshot of the alerts, and when series, were last sent.
    alerts_sent: Option<Instant>,
    series_sent: Option<Instant>,
}

/// One title's series and how many of their samples were sent.
struct Row {
    title: CleanText,
    series: Vec<usize>,
    sent: Option<usize>,
}

impl Player {
    pub(super) fn new(id: SourceId, recording: Arc<Recording>, clock: ReplayClock) -> Self {
        let mut panels: Vec<Row> = Vec::new();
        let mut places: BTreeMap<CleanText, usize> = BTreeMap::new();
        for (index, series) in recording.series.iter().enumerate() {
            let place = *places.entry(series.title.clone()).or_insert_with(|| {
                panels.push(Row { title: series.title.clone(), series: Vec::new(), sent: None });
                panels.len() - 1
            });
            if let Some(panel) = panels.get_mut(place) {
                panel.series.push(index);
            }
        }
        Self {
            id,
            recording,
            clock,
            logs: 0,
            changes: 0,
            alerts: 0,
            held: BTreeMap::new(),
            panels,
            alerts_sent: None,
            series_sent: None,
        }
    }

    /// Plays until `stop` turns true or nobody is left to turn it.
    pub(super) async fn play(mut self, mut outlet: Outlet, mut stop: watch::Receiver<bool>) {
        let mut turns = self.clock.turns();
        outlet.up(self.clock.now()).await;
        loop {
            turns.mark_unchanged();
            let sent = async {
                self.send_due(&mut outlet).await;
                if self.clock.ended() {
                    outlet.ended(self.clock.now()).await;
                }
            };
            let told = tokio::select! {
                biased;
                told = stopped(&mut stop) => told,
                () = sent => false,
            };
            if told {
                return;
            }
            let nap = self.nap();
            let told = tokio::select! {
                biased;
                told = stopped(&mut stop) => told,
                _ = turns.changed() => false,
                () = rest(nap) => false,
            };
            if told {
                return;
            }
        }
    }

    /// Sends everything the clock has passed and that was not sent.
    async fn send_due(&mut self, outlet: &mut Outlet) {
        let now = self.clock.now();
        if let Some(alerts) = self.alerts_at(now) {
            outlet.send(vec![Telemetry::AlertSnapshot(alerts)]).await;
        }
        while let Some(batch) = self.next_changes(now) {
            outlet.send(batch).await;
        }
        while let Some(batch) = self.next_logs(now) {
            outlet.send(batch).await;
        }
        let due = self.series_sent.is_none_or(|sent| sent.elapsed() >= SERIES_EVERY);
        if due {
            let sets = self.panels_at(now);
            if !sets.is_empty() {
                self.series_sent = Some(Instant::now());
                outlet.send(sets).await;
            }
        }
    }

    /// All alerts that fire at `now`, when any state changed since the last time or nothing was said yet.
    fn alerts_at(&mut self, now: Timestamp) -> Option<Vec<Alert>> {
        let before = self.alerts;
        while let Some((_, alert)) = self.recording.alerts.get(self.alerts).filter(|(seen, _)| *seen <= now) {
            match alert.state {
                AlertState::Firing | AlertState::Suppressed => {
                    let alert = Alert { source: self.id.clone(), ..alert.clone() };
                    self.held.insert(alert.fingerprint.clone(), alert);
                }
                AlertState::Resolved => {
                    self.held.remove(&alert.fingerprint);
                }
            }
            self.alerts += 1;
        }
        if self.alerts == before && self.alerts_sent.is_some() {
            return None;
        }
        self.alerts_sent = Some(Instant::now());
        Some(self.held.values().cloned().collect())
    }

    fn next_changes(&mut self, now: Timestamp) -> Option<Vec<Telemetry>> {
        let rest = self.recording.changes.get(self.changes..)?;
        let batch: Vec<Telemetry> = rest
            .iter()
            .take_while(|change| change.at <= now)
            .take(BATCH)
            .map(|change| {
                let mut change = change.clone();
                change.source = self.id.clone();
                Telemetry::Change(change)
            })
            .collect();
        self.changes += batch.len();
        (!batch.is_empty()).then_some(batch)
    }

    fn next_logs(&mut self, now: Timestamp) -> Option<Vec<Telemetry>> {
        let rest = self.recording.logs.get(self.logs..)?;
        let batch: Vec<Telemetry> = rest
            .iter()
            .take_while(|record| record.at() <= now)
            .take(BATCH)
            .map(|record| {
                let mut record = record.clone();
                record.source = self.id.clone();
                Telemetry::Log(record)
            })
            .collect();
        self.logs += batch.len();
        (!batch.is_empty()).then_some(batch)
    }

    /// The panels whose series grew since they were last sent, cut to `now`.
    fn panels_at(&mut self, now: Timestamp) -> Vec<Telemetry> {
        let all = &self.recording.series;
        let mut sets = Vec::new();
        for panel in &mut self.panels {
            let passed = |series: &Series| series.samples.partition_point(|sample| sample.at <= now);
            let members = || panel.series.iter().filter_map(|index| all.get(*index));
            let count: usize = members().map(passed).sum();
            if panel.sent == Some(count) {
                continue;
            }
            let cut = |series: &Series| Series {
                source: self.id.clone(),
                query: series.query.clone(),
                title: series.title.clone(),
                unit: series.unit,
                labels: series.labels.clone(),
                samples: series.samples.get(..passed(series)).unwrap_or_default().to_vec(),
            };
            // A series that has not begun is no series yet: Prometheus would not answer with it either.
            let series: Vec<Series> = members().filter(|series| passed(series) > 0).map(cut).collect();
            let asked = members().next().map(|first| (first.query.clone(), first.unit)).unwrap_or_default();
            let told = Panel::plain(panel.title.clone(), asked.0, asked.1);
            sets.push(Telemetry::SeriesSet { panel: Arc::new(told), shift: None, series });
            panel.sent = Some(count);
        }
        sets
    }

    /// How long nothing falls due; `None` when nothing will until somebody touches the clock.
    fn nap(&self) -> Option<Duration> {
        let now = self.clock.now();
        let log = self.recording.logs.get(self.logs).map(crate::domain::LogRecord::at);
        let change = self.recording.changes.get(self.changes).map(|change| change.at);
        let alert = self.recording.alerts.get(self.alerts).map(|(seen, _)| *seen);
        let sample = self.recording.series.iter().filter_map(|series| {
            series.samples.get(series.samples.partition_point(|sample| sample.at <= now)).map(|sample| sample.at)
        });
        let owed = self.series_sent.map(|sent| SERIES_EVERY.saturating_sub(sent.elapsed()));
        let next = [log, change, alert].into_iter().flatten().filter_map(|at| self.clock.wait_until(at)).min();
        let next_sample =
            sample.min().and_then(|at| self.clock.wait_until(at)).map(|wait| wait.max(owed.unwrap_or_default()));
        let unsent = self.unsent(now).then(|| owed.unwrap_or_default());
        let end = if self.clock.ended() { None } else { self.clock.wait_until(self.clock.end()) };
        let next = [next, next_sample, unsent, end].into_iter().flatten().min();
        next.map(|wait| wait.clamp(GRAIN, LONGEST))
    }

    /// Whether samples the clock has passed wait for their turn.
    fn unsent(&self, now: Timestamp) -> bool {
        self.panels.iter().any(|panel| {
            let members = panel.series.iter().filter_map(|index| self.recording.series.get(*index));
            let count: usize = members.map(|series| series.samples.partition_point(|sample| sample.at <= now)).sum();
            panel.sent != Some(count)
        })
    }
}

/// Ends when the source is told to stop, or when nobody is left to tell it.
async fn stopped(stop: &mut watch::Receiver<bool>) -> bool {
    let _ = stop.wait_for(|stop| *stop).await;
    true
}

async fn rest(nap: Option<Duration>) {
    match nap {
        Some(nap) => tokio::time::sleep(nap).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
#[path = "player_tests.rs"]
mod tests;
