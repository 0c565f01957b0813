//! What happens to the signals after a write: which ones are watched, how each went, and when the watch is over. Pure:
//! `app` feeds it the series and alerts it holds and draws what it says; nothing here asks a source or starts anything.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::analysis::recovery::{Course, Judgement, Phases, judge};
use crate::domain::time::{TimeWindow, minus, plus};
use crate::domain::{Alert, CleanText, ProposalId, Sample, Series, SourceId, Timestamp};

/// Signals of one watch, those most off their calm level first.
const MOST: usize = 5;
/// Signals of one panel.
const OF_ONE: usize = 2;
/// How long before the incident counts as calm.
const CALM: SignedDuration = SignedDuration::from_mins(30);
/// What lies between the onset and the first alert belongs to the incident, not to the calm before it.
const ONSET: SignedDuration = SignedDuration::from_mins(3);
/// How long before the action a level is taken.
const BEFORE: SignedDuration = SignedDuration::from_mins(5);
/// Words of a series' name by which it tells how a service does.
const TELLING: [&str; 16] = [
    "error",
    "fail",
    "5xx",
    "4xx",
    "latency",
    "duration",
    "p99",
    "p95",
    "p90",
    "p50",
    "orders",
    "timeout",
    "queue",
    "saturation",
    "availability",
    "success",
];

/// Those that count what goes wrong.
const WRONG: [&str; 5] = ["error", "fail", "5xx", "timeout", "refused"];

/// A series that is watched, by what does not change when it is asked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Who answers.
    pub source: SourceId,
    /// The panel.
    pub title: CleanText,
    /// Its labels, as [`Series::label_text`] writes them.
    pub labels: CleanText,
}

/// One watched signal and how it went so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Which.
    pub signal: Signal,
    /// Its unit.
    pub unit: crate::domain::series::Unit,
    /// Its levels and where it goes.
    pub judged: Judgement,
}

/// What a watch was begun for.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The proposal that ran.
    pub of: ProposalId,
    /// Its text in one line.
    pub text: CleanText,
    /// The command that would undo it.
    pub undo: Option<CleanText>,
    /// What to watch.
    pub signals: Vec<Signal>,
    /// When the action ended.
    pub at: Timestamp,
    /// When the incident began, if one is open.
    pub incident: Option<Timestamp>,
    /// How long to watch.
    pub length: SignedDuration,
}

/// A watch under way, or its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    plan: Plan,
    fired_before: BTreeSet<CleanText>,
    readings: Vec<Reading>,
    stopped: usize,
    began: usize,
    over: Option<(Timestamp, End)>,
}

/// Why a watch is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its time is up.
    Elapsed,
    /// A person ended it.
    Stopped,
    /// The recording holds nothing more.
    RecordingEnds,
}

impl Signal {
    /// The identity of a series.
    pub fn of(series: &Series) -> Self {
        Self { source: series.source.clone(), title: series.title.clone(), labels: series.label_text() }
    }

    /// The name people read: `errors checkout`.
    pub fn name(&self) -> String {
        let values: Vec<&str> =
            self.labels.split_whitespace().map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value)).collect();
        match values.is_empty() {
            true => self.title.to_string(),
            false => format!("{} {}", self.title, values.join(" ")),
        }
    }
}

/// Which series tell whether an action helped. `named` is what the proposal or its tool's table names; without a match,
/// the telling series of the services that the command names, else of those whose alerts fire, else any telling series.
pub fn choose(
    named: &[CleanText],
    text: &str,
    series: &[&Series],
    firing: &[&Alert],
    at: Timestamp,
    incident: Option<Timestamp>,
) -> Vec<Signal> {
    let by_name: Vec<&Series> =
        series.iter().copied().filter(|one| named.iter().any(|name| is_named(one, name))).collect();
    let words: Vec<String> = words(text);
    let subjects: Vec<String> = firing.iter().map(|alert| alert.subject().to_lowercase()).collect();
    let of = |services: &[String]| -> Vec<&Series> {
        let tells = |one: &Series| is_telling(one) && labels_any(one, services);
        series.iter().copied().filter(|one| tells(one) || measures_any(one, services, firing)).collect()
    };
    let phases = phases(at, incident, at);
    let off = |one: &Series| judge(&filled(one, series, phases), phases).off();
    let named = !by_name.is_empty();
    let pick = [by_name, of(&words), of(&subjects), series.iter().copied().filter(|one| is_telling(one)).collect()];
    let mut chosen = pick.into_iter().find(|found: &Vec<&Series>| !found.is_empty()).unwrap_or_default();
    // Of what somebody named, the service that the command names comes first.
    let theirs = |one: &Series| !labels_any(one, &words);
    chosen.sort_by(|a, b| theirs(a).cmp(&theirs(b)).then(off(b).total_cmp(&off(a))));
    // What nobody named and what is as calm as ever has nothing to recover from.
    if !named && chosen.iter().any(|one| off(one) > 1.0) {
        chosen.retain(|one| off(one) > 1.0);
    }
    let mut signals: Vec<Signal> = Vec::new();
    for signal in chosen.into_iter().map(Signal::of) {
        let of_one = signals.iter().filter(|other| other.title == signal.title).count();
        if of_one < OF_ONE && signals.len() < MOST {
            signals.push(signal);
        }
    }
    signals
}

/// The samples of a series; of one that counts what goes wrong and was not there in the calm time, although other series
/// were, zeros for that time: where nothing failed, nothing was counted.
fn filled(series: &Series, held: &[&Series], phases: Phases) -> Vec<Sample> {
    let own = format!("{} {}", series.title, series.query).to_lowercase();
    let in_calm = |one: &Series| one.samples.iter().any(|sample| phases.calm.contains(sample.at));
    let mut samples = series.samples.clone();
    if WRONG.iter().any(|word| own.contains(word)) && !in_calm(series) && held.iter().any(|one| in_calm(one)) {
        let zero = Sample { at: phases.calm.start, value: 0.0 };
        samples.splice(0..0, [zero; 3]);
    }
    samples
}

/// Whether a proposal's name for a signal means this series: its panel, or words that all stand in its name and labels.
fn is_named(series: &Series, name: &CleanText) -> bool {
    let name = name.trim().to_lowercase();
    let own = format!("{} {} {}", series.title, series.label_text(), series.query).to_lowercase();
    let title = series.title.to_lowercase();
    !name.is_empty()
        && (title == name
            || own.contains(&name)
            || (name.contains(' ') && name.split_whitespace().all(|word| own.contains(word))))
}

/// Whether a series is what an alert of one of these services measures, and of no other service.
fn measures_any(series: &Series, services: &[String], firing: &[&Alert]) -> bool {
    let theirs = |alert: &&Alert| services.contains(&alert.subject().to_lowercase());
    let foreign = series.labels.contains_key("service") && !labels_any(series, services);
    !foreign && firing.iter().copied().filter(theirs).any(|alert| series.title == alert.name())
}

fn is_telling(series: &Series) -> bool {
    let own = format!("{} {}", series.title, series.query).to_lowercase();
    TELLING.iter().any(|word| own.contains(word))
}

fn labels_any(series: &Series, services: &[String]) -> bool {
    series.labels.values().any(|value| services.iter().any(|service| value.to_lowercase() == *service))
}

/// The words of a command that can be names of services: `deploy/payments` holds two.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_' && c != '.');
    parts.filter(|part| !part.is_empty() && !part.starts_with('-')).map(str::to_lowercase).collect()
}

fn phases(at: Timestamp, incident: Option<Timestamp>, now: Timestamp) -> Phases {
    let onset = minus(incident.unwrap_or(minus(at, BEFORE)).min(at), ONSET);
    // An alert goes off some time after its cause: the last minutes before it are neither calm nor surely bad.
    let before = minus(at, BEFORE).max(incident.unwrap_or(Timestamp::MIN)).min(at);
    Phases {
        calm: TimeWindow::new(minus(onset, CALM), onset),
        before: TimeWindow::new(before, at),
        after: TimeWindow::new(settled(at, now), now),
    }
}

/// The later half of the time since the action: the first of it still shows what was.
fn settled(at: Timestamp, now: Timestamp) -> Timestamp {
    plus(at, at.duration_until(now) / 2)
}

impl Watch {
    /// Begins a watch; `firing` are the alerts that fire at the action.
    pub fn begin(plan: Plan, firing: &[&Alert]) -> Self {
        let fired_before = firing.iter().map(|alert| alert.fingerprint.clone()).collect();
        Self { plan, fired_before, readings: Vec::new(), stopped: 0, began: 0, over: None }
    }

    /// What it was begun for.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Looks again. When the time is up the watch is over, and this says so once.
    pub fn look(&mut self, now: Timestamp, series: &[&Series], firing: &[&Alert]) -> Option<End> {
        if self.over.is_some() {
            return None;
        }
        let until = now.min(self.until());
        let phases = phases(self.plan.at, self.plan.incident, until);
        self.readings =
            self.plan.signals.iter().filter_map(|signal| read(signal, series, self.plan.at, phases)).collect();
        let fires: BTreeSet<&CleanText> = firing.iter().map(|alert| &alert.fingerprint).collect();
        self.stopped = self.fired_before.iter().filter(|was| !fires.contains(was)).count();
        self.began = fires.iter().filter(|is| !self.fired_before.contains(**is)).count();
        (now >= self.until()).then(|| self.end(now, End::Elapsed))
    }

    /// Ends it before its time.
    pub fn end(&mut self, now: Timestamp, why: End) -> End {
        self.over.get_or_insert((now, why));
        why
    }

    /// When its time is up.
    pub fn until(&self) -> Timestamp {
        plus(self.plan.at, self.plan.length)
    }

    /// Whether it still goes on.
    pub fn is_on(&self) -> bool {
        self.over.is_none()
    }

    /// The signals as they stand.
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// Alerts that stopped and alerts that began since the action.
    pub fn alerts(&self) -> (usize, usize) {
        (self.stopped, self.began)
    }

    /// The whole: signals that recover and alerts that stopped against signals that got worse and alerts that began; the
    /// greater number says it, and equal numbers are no change.
    pub fn course(&self) -> Course {
        let count = |course| self.readings.iter().filter(|reading| reading.judged.course == course).count();
        let good = count(Course::Recovering) + self.stopped;
        let bad = count(Course::Worse) + self.began;
        let judged = self.readings.iter().any(|reading| reading.judged.course != Course::Unknown);
        match good.cmp(&bad) {
            std::cmp::Ordering::Greater => Course::Recovering,
            std::cmp::Ordering::Less => Course::Worse,
            std::cmp::Ordering::Equal if judged => Course::Unchanged,
            std::cmp::Ordering::Equal => Course::Unknown,
        }
    }
}

fn read(signal: &Signal, series: &[&Series], at: Timestamp, phases: Phases) -> Option<Reading> {
    let one = series.iter().find(|one| Signal::of(one) == *signal)?;
    let samples = filled(one, series, phases);
    let mut judged = judge(&samples, phases);
    if judged.after.is_none() {
        // Few samples so far: all since the action tell more than none.
        judged = judge(&samples, Phases { after: TimeWindow::new(at, phases.after.end), ..phases });
    }
    Some(Reading { signal: signal.clone(), unit: one.unit, judged })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::series::Unit;
    use crate::testing::build::{ago, alert, now, series};

    /// Two and a half hours at one sample per 15 s, `low` until `onset` seconds ago, then `high`, and since `action`
    /// seconds ago `after`.
    fn told(title: &str, service: &str, levels: (f64, f64, f64), onset: i64, action: i64) -> Series {
        let values: Vec<f64> = (0..600)
            .map(|n| {
                let age = (599 - n) * 15;
                let level = if age > onset {
                    levels.0
                } else if age > action {
                    levels.1
                } else {
                    levels.2
                };
                level * (1.0 + f64::from(n as i32 % 3) / 100.0)
            })
            .collect();
        series(title, Unit::PerSecond, &[("service", service)], &values)
    }

    fn plan(signals: Vec<Signal>) -> Plan {
        Plan {
            of: ProposalId(3),
            text: "labctl rollback payments".into(),
            undo: None,
            signals,
            at: ago(300),
            incident: Some(ago(1_500)),
            length: SignedDuration::from_mins(5),
        }
    }

    #[test]
    fn a_watch_ends_by_itself_with_the_numbers() {
        let one = told("errors", "payments", (0.5, 14.0, 0.5), 1_500, 300);
        let (fired, mut watch) = (alert("A", "payments", "critical", ago(1_500), &[]), plan(vec![Signal::of(&one)]));
        watch.at = ago(300);
        let mut watch = Watch::begin(watch, &[&fired]);
        assert_eq!(watch.look(ago(299), &[&one], &[&fired]), None);
        assert_eq!(watch.course(), Course::Unknown, "nothing can be said yet");
        assert_eq!(watch.look(now(), &[&one], &[]), Some(End::Elapsed));
        assert_eq!(watch.look(now(), &[&one], &[&fired]), None, "it says so once");
        assert_eq!((watch.course(), watch.alerts()), (Course::Recovering, (1, 0)));
        let judged = watch.readings()[0].judged;
        assert!(judged.before.unwrap() > 13.0 && judged.after.unwrap() < 1.0, "{judged:?}");
    }

    #[test]
    fn more_that_got_worse_than_better_is_worse_and_an_alert_counts_as_a_signal() {
        let better = told("errors", "payments", (0.5, 14.0, 0.5), 1_500, 300);
        let worse = told("latency", "payments", (0.5, 2.0, 9.0), 1_500, 300);
        let same = told("errors", "cart", (0.5, 14.0, 14.0), 1_500, 300);
        let new = alert("B", "payments", "critical", ago(100), &[]);
        let course = |held: &[&Series], firing: &[&Alert]| {
            let mut watch = Watch::begin(plan(held.iter().map(|one| Signal::of(one)).collect()), &[]);
            watch.look(now(), held, firing);
            watch.course()
        };
        assert_eq!(course(&[&worse, &same], &[]), Course::Worse);
        assert_eq!(course(&[&worse, &better], &[]), Course::Unchanged);
        assert_eq!(course(&[&same], &[]), Course::Unchanged);
        assert_eq!(course(&[&better, &worse], &[&new]), Course::Worse);
        assert_eq!(course(&[], &[]), Course::Unknown);
    }

    #[test]
    fn what_is_named_is_watched_else_what_tells_of_the_service_the_command_names() {
        let held = [
            told("errors", "payments", (0.5, 14.0, 14.0), 1_500, 0),
            told("errors", "cart", (0.5, 0.5, 0.5), 1_500, 0),
            told("memory", "payments", (1.0, 1.0, 1.0), 1_500, 0),
            told("p99", "checkout", (0.2, 4.0, 4.0), 1_500, 0),
        ];
        let held: Vec<&Series> = held.iter().collect();
        let fired = alert("A", "checkout", "critical", ago(1_500), &[]);
        let names = |named: &[&str], text: &str, firing: &[&Alert]| -> Vec<String> {
            let named: Vec<CleanText> = named.iter().map(|name| CleanText::line(name)).collect();
            choose(&named, text, &held, firing, now(), Some(ago(1_500))).iter().map(Signal::name).collect()
        };
        assert_eq!(names(&[], "kubectl rollout undo deploy/payments", &[&fired]), ["errors payments"]);
        assert_eq!(names(&["memory"], "kubectl rollout undo deploy/payments", &[]), ["memory payments"]);
        assert_eq!(names(&["errors cart"], "true", &[]), ["errors cart"]);
        assert_eq!(names(&["errors"], "restart cart", &[]), ["errors cart", "errors payments"], "its own first");
        let mut slow = [told("Slow", "", (0.2, 4.0, 4.0), 1_500, 0)];
        slow[0].labels.clear();
        let by_rule = alert("Slow", "payments", "critical", ago(1_500), &[]);
        let held: Vec<&Series> = slow.iter().collect();
        let chosen = choose(&[], "restart payments", &held, &[&by_rule], now(), Some(ago(1_500)));
        assert_eq!(
            chosen.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(),
            ["Slow"],
            "what its alert measures"
        );
        assert_eq!(names(&["no such"], "systemctl restart x", &[&fired]), ["p99 checkout"], "what fires");
        assert_eq!(names(&[], "reboot", &[]), ["errors payments", "p99 checkout"], "those that are off");
    }
}
