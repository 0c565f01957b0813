//! Every alert known of, by source and fingerprint, with what changed since the last look. `app` applies what sources
//! send; the alerts pane, the incident and the analyst read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::SignedDuration;

use crate::domain::time::minus;
use crate::domain::{Alert, AlertState, CleanText, SourceId, Timestamp};

/// How long a resolved alert is still shown.
const RESOLVED_KEPT: SignedDuration = SignedDuration::from_hours(1);

/// What tells one alert from another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AlertKey {
    /// Where it was heard from.
    pub source: SourceId,
    /// Its fingerprint there.
    pub fingerprint: CleanText,
}

/// What became of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AlertEvent {
    /// It began to fire, or fires again.
    Fired(AlertKey),
    /// It ended.
    Resolved(AlertKey),
    /// It still fires, but its labels, annotations or silence changed.
    Changed(AlertKey),
}

/// Alerts, bounded in number. Resolved ones make room first; what then finds none is counted.
#[derive(Debug)]
pub struct AlertStore {
    alerts: HashMap<AlertKey, Alert>,
    firing: Vec<AlertKey>,
    limit: usize,
    left_out: BTreeMap<SourceId, u64>,
    fired: HashMap<AlertKey, u32>,
    revision: u64,
}

impl AlertStore {
    /// An empty store for `limit` alerts.
    pub fn new(limit: usize) -> Self {
        Self {
            alerts: HashMap::new(),
            firing: Vec::new(),
            limit,
            left_out: BTreeMap::new(),
            fired: HashMap::new(),
            revision: 0,
        }
    }

    /// Takes all alerts that a source knows of; those of that source which are missing have resolved at `now`.
    pub fn apply_snapshot(&mut self, source: &SourceId, alerts: Vec<Alert>, now: Timestamp) -> Vec<AlertEvent> {
        let named: HashSet<CleanText> = alerts.iter().map(|alert| alert.fingerprint.clone()).collect();
        let mut events = Vec::new();
        for (key, alert) in &mut self.alerts {
            if key.source == *source && alert.state != AlertState::Resolved && !named.contains(&key.fingerprint) {
                alert.state = AlertState::Resolved;
                alert.ends_at = Some(now);
                events.push(AlertEvent::Resolved(key.clone()));
            }
        }
        events.sort_by(|a, b| a.key().cmp(b.key()));
        self.left_out.insert(source.clone(), 0);
        events.extend(self.take(source, alerts, now));
        events
    }

    /// Takes alerts that changed and leaves the others as they are.
    pub fn apply_update(&mut self, source: &SourceId, alerts: Vec<Alert>, now: Timestamp) -> Vec<AlertEvent> {
        self.take(source, alerts, now)
    }

    /// The alert with this key.
    pub fn get(&self, key: &AlertKey) -> Option<&Alert> {
        self.alerts.get(key)
    }

    /// Firing and suppressed alerts: by urgency, then the newest first. An alert that two sources tell of stands once.
    pub fn firing(&self) -> impl Iterator<Item = (&AlertKey, &Alert)> {
        self.firing.iter().filter_map(|key| self.alerts.get(key).map(|alert| (key, alert)))
    }

    /// How many [`AlertStore::firing`] yields.
    pub fn firing_count(&self) -> usize {
        self.firing.len()
    }

    /// Alerts that ended within the last hour, the latest first.
    pub fn resolved(&self) -> Vec<(&AlertKey, &Alert)> {
        let mut resolved: Vec<_> =
            self.alerts.iter().filter(|(_, alert)| alert.state == AlertState::Resolved).collect();
        resolved.sort_by_key(|(key, alert)| (Reverse(alert.ends_at), *key));
        resolved
    }

    /// How often an alert began to fire since midwatch first heard of it: more than once is flapping.
    pub fn times_fired(&self, key: &AlertKey) -> u32 {
        self.fired.get(key).copied().unwrap_or(0)
    }

    /// Counts every change of what is held, so that a view knows when to order itself again.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Alerts held, resolved ones among them.
    pub fn len(&self) -> usize {
        self.alerts.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.alerts.is_empty()
    }

    /// Firing alerts that found no room.
    pub fn left_out(&self) -> u64 {
        self.left_out.values().sum()
    }

    fn take(&mut self, source: &SourceId, mut alerts: Vec<Alert>, now: Timestamp) -> Vec<AlertEvent> {
        self.forget_old(now);
        if self.alerts.len() + alerts.len() > self.limit {
            // Not all may fit: the ones a person must see go first.
            alerts.sort_by_cached_key(rank);
        }
        let mut events = Vec::new();
        let mut resolved_tried = false;
        for mut alert in alerts {
            alert.source = source.clone();
            if alert.state == AlertState::Resolved && alert.ends_at.is_none() {
                alert.ends_at = Some(now);
            }
            let key = AlertKey { source: source.clone(), fingerprint: alert.fingerprint.clone() };
            if !self.alerts.contains_key(&key) && self.alerts.len() >= self.limit {
                if !resolved_tried {
                    resolved_tried = true;
                    self.alerts.retain(|_, held| held.state != AlertState::Resolved);
                }
                if self.alerts.len() >= self.limit {
                    *self.left_out.entry(source.clone()).or_default() += 1;
                    continue;
                }
            }
            let before = self.alerts.insert(key.clone(), alert);
            if let Some(event) = self.alerts.get(&key).and_then(|after| event(key, before.as_ref(), after)) {
                events.push(event);
            }
        }
        for event in &events {
            if let AlertEvent::Fired(key) = event {
                *self.fired.entry(key.clone()).or_default() += 1;
            }
        }
        if self.fired.len() > self.limit * 2 {
            self.fired.retain(|key, _| self.alerts.contains_key(key));
        }
        self.order();
        self.revision += 1;
        events
    }

    fn forget_old(&mut self, now: Timestamp) {
        let oldest = minus(now, RESOLVED_KEPT);
        self.alerts
            .retain(|_, alert| alert.state != AlertState::Resolved || alert.ends_at.is_none_or(|end| end >= oldest));
    }

    fn order(&mut self) {
        let mut firing: Vec<_> = self
            .alerts
            .iter()
            .filter(|(_, alert)| alert.state != AlertState::Resolved)
            .map(|(key, alert)| (rank(alert), key))
            .collect();
        firing.sort_unstable();
        let mut seen = HashSet::new();
        self.firing =
            firing.into_iter().filter(|(_, key)| seen.insert(&key.fingerprint)).map(|(_, key)| key.clone()).collect();
    }
}

impl AlertEvent {
    /// Which alert.
    pub fn key(&self) -> &AlertKey {
        match self {
            AlertEvent::Fired(key) | AlertEvent::Resolved(key) | AlertEvent::Changed(key) => key,
        }
    }
}

fn rank(alert: &Alert) -> (crate::domain::Urgency, Reverse<Timestamp>) {
    (alert.urgency(), Reverse(alert.starts_at))
}

/// What the step from one look to the next means. Alertmanager moves the expiry of a firing alert at every look, which
/// is no news.
fn event(key: AlertKey, before: Option<&Alert>, after: &Alert) -> Option<AlertEvent> {
    let was = before.map(|alert| alert.state).filter(|state| *state != AlertState::Resolved);
    match (was, after.state) {
        (None, AlertState::Resolved) => None,
        (Some(_), AlertState::Resolved) => Some(AlertEvent::Resolved(key)),
        (None, AlertState::Firing | AlertState::Suppressed) => Some(AlertEvent::Fired(key)),
        (Some(state), AlertState::Firing | AlertState::Suppressed) => {
            let same = before.is_some_and(|alert| {
                state == after.state && alert.labels == after.labels && alert.annotations == after.annotations
            });
            (!same).then_some(AlertEvent::Changed(key))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn alert(fingerprint: &str, severity: &str, starts: i64) -> Alert {
        let text = |t: &str| CleanText::line(t);
        Alert {
            fingerprint: text(fingerprint),
            labels: [(text("alertname"), text("HighErrorRate")), (text("severity"), text(severity))].into(),
            annotations: BTreeMap::new(),
            state: AlertState::Firing,
            starts_at: at(starts),
            ends_at: Some(at(starts + 300)),
            generator_url: text(""),
            source: SourceId::new("am"),
            raw: text("{}"),
        }
    }

    fn names(store: &AlertStore) -> Vec<&str> {
        store.firing().map(|(key, _)| key.fingerprint.as_str()).collect()
    }

    fn key(fingerprint: &str) -> AlertKey {
        AlertKey { source: SourceId::new("am"), fingerprint: CleanText::line(fingerprint) }
    }

    #[test]
    fn what_a_snapshot_no_longer_names_has_resolved() {
        let am = SourceId::new("am");
        let mut store = AlertStore::new(100);
        let first = store.apply_snapshot(&am, vec![alert("a", "critical", 1), alert("b", "warning", 2)], at(10));
        assert_eq!(first, [AlertEvent::Fired(key("a")), AlertEvent::Fired(key("b"))]);
        let mut moved = alert("a", "critical", 1);
        moved.ends_at = Some(at(9999));
        assert_eq!(store.apply_snapshot(&am, vec![moved], at(20)), [AlertEvent::Resolved(key("b"))]);
        assert_eq!(names(&store), ["a"]);
        assert_eq!(store.resolved()[0].1.ends_at, Some(at(20)));
        let mut silenced = alert("a", "critical", 1);
        silenced.state = AlertState::Suppressed;
        assert_eq!(store.apply_snapshot(&am, vec![silenced], at(30)), [AlertEvent::Changed(key("a"))]);
        store.apply_snapshot(&am, vec![], at(20 + 3601 + 10));
        assert_eq!(store.resolved().len(), 1, "b is forgotten after an hour, a just resolved");
    }

    #[test]
    fn one_source_never_resolves_the_alerts_of_another_and_doubles_stand_once() {
        let (am, hook) = (SourceId::new("am"), SourceId::new("hook"));
        let mut store = AlertStore::new(100);
        store.apply_snapshot(&am, vec![alert("a", "critical", 1)], at(10));
        store.apply_update(&hook, vec![alert("a", "critical", 1), alert("c", "warning", 1)], at(10));
        assert_eq!(names(&store), ["a", "c"]);
        store.apply_snapshot(&am, vec![], at(20));
        assert_eq!(names(&store), ["a", "c"]);
        let mut ended = alert("a", "critical", 1);
        ended.state = AlertState::Resolved;
        assert_eq!(store.apply_update(&hook, vec![ended], at(30)).len(), 1);
        assert_eq!(names(&store), ["c"]);
    }

    #[test]
    fn the_urgent_and_the_new_stand_first() {
        let mut store = AlertStore::new(100);
        let alerts = vec![alert("old", "critical", 1), alert("warn", "warning", 9), alert("new", "page", 5)];
        store.apply_snapshot(&SourceId::new("am"), alerts, at(10));
        assert_eq!(names(&store), ["new", "old", "warn"]);
    }

    #[test]
    fn without_room_the_urgent_stay_and_the_rest_is_counted_once_per_look() {
        let am = SourceId::new("am");
        let mut store = AlertStore::new(2);
        let all = || vec![alert("info", "info", 1), alert("warn", "warning", 1), alert("crit", "critical", 1)];
        for second in [10, 20] {
            store.apply_snapshot(&am, all(), at(second));
            assert_eq!((names(&store), store.left_out()), (vec!["crit", "warn"], 1));
        }
    }

    #[test]
    fn fifty_thousand_alerts_are_taken_and_resolved() {
        let am = SourceId::new("am");
        let mut store = AlertStore::new(50_000);
        let many = (0..50_000).map(|n| alert(&format!("{n:x}"), "critical", n)).collect();
        assert_eq!(store.apply_snapshot(&am, many, at(10)).len(), 50_000);
        assert_eq!(store.firing_count(), 50_000);
        assert_eq!(store.apply_snapshot(&am, Vec::new(), at(20)).len(), 50_000);
    }
}
