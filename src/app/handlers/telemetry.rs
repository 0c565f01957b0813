//! What sources say goes into the stores and, where it matters to the incident, onto the timeline.

use super::{ideas, incident, logs};
use crate::app::model::State;
use crate::app::{Effect, Model};
use crate::domain::incident::EntryKind;
use crate::domain::slo::SloReading;
use crate::domain::{Alert, Batch, Change, Fired, Health, SourceId, Telemetry};
use crate::signals::Ask;
use crate::store::AlertEvent;

/// A source spoke.
pub fn on_batch(model: &mut Model, batch: Batch, effects: &mut Vec<Effect>) {
    let now = model.state.now;
    let source = model.state.stores.source_mut(&batch.source);
    source.dropped += batch.dropped;
    // That a source does not answer is no word from it.
    let silent = |item: &Telemetry| matches!(item, Telemetry::Health(Health::Down { .. } | Health::Starting));
    if batch.items.iter().any(|item| !silent(item)) {
        source.heard = Some(now);
    }
    let mut records = Vec::new();
    for item in batch.items {
        match item {
            Telemetry::Log(record) => records.push(record),
            Telemetry::AlertSnapshot(alerts) => {
                let events = model.state.stores.alerts.apply_snapshot(&batch.source, alerts, now);
                on_alerts(model, events, effects);
            }
            Telemetry::AlertUpdate(alerts) => {
                let events = model.state.stores.alerts.apply_update(&batch.source, alerts, now);
                on_alerts(model, events, effects);
            }
            Telemetry::SeriesSet { panel, shift: None, series } => {
                model.state.stores.series.replace(&batch.source, panel, series);
            }
            Telemetry::SeriesSet { panel, shift: Some(shift), series } => {
                // The answer to a comparison that is not wanted any more is late, not news.
                if model.state.wanted.compare == Some(shift) {
                    model.state.stores.series.compare(&batch.source, &panel, shift, series);
                }
            }
            Telemetry::Catalog(catalog) => {
                model.state.stores.catalogs.insert(batch.source.clone(), catalog);
            }
            Telemetry::Graph(graph) => ideas::on_graph(&mut model.state, &batch.source, graph, effects),
            Telemetry::Slos(readings) => {
                let slos = &mut model.state.stores.slos;
                slos.insert(batch.source.clone(), readings);
                let all: Vec<SloReading> = slos.values().flat_map(|held| held.iter().cloned()).collect();
                effects.push(Effect::Signals(Ask::Slos(all.into())));
            }
            Telemetry::Ideas(found) => ideas::on_ideas(model, &batch.source, found, effects),
            Telemetry::Change(change) => on_change(model, change, effects),
            Telemetry::Health(health) => on_health(model, &batch.source, health, effects),
        }
    }
    logs::hold(records, effects);
}

/// Alerts that came together and get a line each on the timeline, the loudest first; of the others there is a count.
const LINES_AT_ONCE: usize = 200;

fn on_alerts(model: &mut Model, mut events: Vec<AlertEvent>, effects: &mut Vec<Effect>) {
    let mut left_out: [(EntryKind, usize); 2] = [(EntryKind::Fired, 0), (EntryKind::Resolved, 0)];
    let mut lines = 0;
    // An incident is named after the loudest alert of those that came together.
    events.sort_by_key(|event| model.state.stores.alerts.get(event.key()).map(Alert::urgency));
    for event in events {
        let (key, kind) = match event {
            AlertEvent::Fired(key) => (key, EntryKind::Fired),
            AlertEvent::Resolved(key) => (key, EntryKind::Resolved),
            AlertEvent::Changed(_) => continue,
        };
        let Some(alert) = model.state.stores.alerts.get(&key).cloned() else { continue };
        if alert.urgency() == crate::domain::Urgency::Heartbeat {
            continue;
        }
        if kind == EntryKind::Fired && alert.asks_for_attention() {
            incident::open_for(&mut model.state, &alert, effects);
            note_fired(&mut model.state, &alert, effects);
        }
        lines += 1;
        if lines > LINES_AT_ONCE {
            left_out.iter_mut().filter(|(of, _)| *of == kind).for_each(|(_, count)| *count += 1);
            continue;
        }
        let at = match kind {
            EntryKind::Fired => alert.starts_at,
            _ => model.state.now,
        };
        incident::add(&mut model.state, at, kind, alert_words(&alert), Vec::new(), effects);
    }
    for (kind, count) in left_out.into_iter().filter(|(_, count)| *count > 0) {
        let now = model.state.now;
        incident::add(
            &mut model.state,
            now,
            kind,
            format!("{count} further alerts at the same time"),
            Vec::new(),
            effects,
        );
    }
}

/// Alerts whose labels are told to sources of metrics, at most; of more of one name the first tell enough.
const FIRED: usize = 200;

fn note_fired(state: &mut State, alert: &Alert, effects: &mut Vec<Effect>) {
    let fired = Fired { name: alert.name(), labels: alert.labels.clone() };
    if state.wanted.fired.len() < FIRED && state.wanted.fired.insert(fired) {
        effects.push(Effect::Wanted(state.wanted.clone()));
    }
}

/// An alert in one line: name, subject, summary.
pub fn alert_words(alert: &Alert) -> String {
    format!("{} {} {}: {}", alert.urgency().word(), alert.name(), alert.subject(), alert.summary())
}

fn on_change(model: &mut Model, change: Change, effects: &mut Vec<Effect>) {
    if model.state.stores.changes.insert(change.clone()).is_some() {
        incident::changed(&mut model.state, &change, effects);
    }
}

/// A change in one line: kind, service, summary.
pub fn change_words(change: &Change) -> String {
    let service = if change.service.is_empty() { String::new() } else { format!(" {}", change.service) };
    format!("{}{service}: {}", change.kind, change.summary)
}

fn on_health(model: &mut Model, source: &SourceId, health: Health, effects: &mut Vec<Effect>) {
    let now = model.state.now;
    let was_down = matches!(model.state.stores.source_mut(source).health, Health::Down { .. });
    match &health {
        Health::Down { why, .. } => {
            model.state.problem(format!("{source} is down: {why}"));
            let text = format!("{source} went down: {why}");
            incident::add(&mut model.state, now, EntryKind::System, text, Vec::new(), effects);
        }
        Health::Up { .. } if was_down => {
            model.state.done(format!("{source} is back"));
            incident::add(&mut model.state, now, EntryKind::System, format!("{source} is back"), Vec::new(), effects);
        }
        Health::Up { .. } | Health::Starting | Health::Degraded { .. } | Health::Ended { .. } => {}
    }
    model.state.stores.source_mut(source).health = health;
}
