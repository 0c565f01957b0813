//! Plays an embedded recording into a world up to an instant, in the order in which it happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::copilot::providers::recorded::Recorded;
use crate::domain::Panel;
use crate::domain::recording::Recording;
use crate::domain::{Alert, AlertState, Batch, CleanText, Health, LogRecord, Series, SourceId, Telemetry, Timestamp};
use crate::sources::replay::{Commands, NAME, RecordedEngine, ReplayClock};

/// A recording, how far it was told, and what answers from it.
pub(super) struct Played {
    pub recording: Arc<Recording>,
    pub clock: ReplayClock,
    pub commands: Commands,
    pub engine: RecordedEngine,
    pub model: Recorded,
    told: Option<Timestamp>,
    held: BTreeMap<CleanText, Alert>,
}

impl Played {
    /// The drill of that name, its clock stopped where it opens.
    pub fn drill(name: &str) -> Self {
        let recording = Arc::new(crate::bundle::drill(name).expect("the drill is embedded"));
        let clock = ReplayClock::of(&recording);
        clock.pause();
        Self {
            commands: Commands::new(Arc::clone(&recording), clock.clone()),
            engine: RecordedEngine::new(Arc::clone(&recording), clock.clone()),
            model: Recorded::new(CleanText::line(name), recording.answers.clone()),
            clock,
            recording,
            told: None,
            held: BTreeMap::new(),
        }
    }

    /// The instants up to the clock at which something is to be told: the opening, every change of an alert, and now.
    pub fn instants(&self) -> Vec<Timestamp> {
        let now = self.clock.now();
        let mut instants: Vec<Timestamp> = match self.told {
            Some(told) => {
                let seen = self.recording.alerts.iter().map(|(seen, _)| *seen);
                seen.filter(|seen| *seen > told && *seen <= now).collect()
            }
            None => Vec::new(),
        };
        instants.push(now);
        instants.dedup();
        instants
    }

    /// Everything from the instant that was told last up to this one.
    pub fn until(&mut self, at: Timestamp) -> Batch {
        let from = self.told.replace(at);
        let due = |time: Timestamp| time <= at && from.is_none_or(|from| time > from);
        let recording = Arc::clone(&self.recording);
        let source = SourceId::new(NAME);
        let mut items = Vec::new();
        if from.is_none() {
            items.push(Telemetry::Health(Health::Up { since: at }));
        }
        for (_, alert) in recording.alerts.iter().filter(|(seen, _)| due(*seen)) {
            let alert = Alert { source: source.clone(), ..alert.clone() };
            match alert.state {
                AlertState::Firing | AlertState::Suppressed => self.held.insert(alert.fingerprint.clone(), alert),
                AlertState::Resolved => self.held.remove(&alert.fingerprint),
            };
        }
        items.push(Telemetry::AlertSnapshot(self.held.values().cloned().collect()));
        items.extend(recording.changes.iter().filter(|change| due(change.at)).cloned().map(Telemetry::Change));
        let records = recording.logs.iter().filter(|record| due(record.at()));
        items.extend(records.map(|record| Telemetry::Log(LogRecord { source: source.clone(), ..record.clone() })));
        items.extend(panels(&recording.series, &source, at));
        Batch { source, items, dropped: 0 }
    }
}

fn panels(all: &[Series], source: &SourceId, at: Timestamp) -> Vec<Telemetry> {
    let mut panels: Vec<(CleanText, Vec<Series>)> = Vec::new();
    for series in all {
        let passed = series.samples.partition_point(|sample| sample.at <= at);
        let cut = Series { source: source.clone(), samples: series.samples[..passed].to_vec(), ..series.clone() };
        let place = panels.iter().position(|(title, _)| *title == series.title).unwrap_or_else(|| {
            panels.push((series.title.clone(), Vec::new()));
            panels.len() - 1
        });
        if passed > 0 {
            panels[place].1.push(cut);
        }
    }
    let told = |title: CleanText, series: &[Series]| {
        let (query, unit) = series.first().map(|first| (first.query.clone(), first.unit)).unwrap_or_default();
        Arc::new(Panel::plain(title, query, unit))
    };
    let set = |(title, series): (CleanText, Vec<Series>)| Telemetry::SeriesSet {
        panel: told(title, &series),
        shift: None,
        series,
    };
    panels.into_iter().map(set).collect()
}
