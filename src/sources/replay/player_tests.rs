//! What the player promises: nothing early, everything once, the hold holds.

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::*;
use crate::domain::series::Unit;
use crate::domain::{Batch, Change, ChangeId, Health, LogRecord, RecordId, Sample, Severity};
use crate::sources::Source;
use crate::sources::replay::ReplaySource;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + second).unwrap()
}

fn log(second: i64) -> LogRecord {
    LogRecord {
        id: RecordId(0),
        time: Some(at(second)),
        observed: at(second),
        severity: Severity::Info,
        service: CleanText::line("payments"),
        source: SourceId::new("elsewhere"),
        body: CleanText::line(&format!("line {second}")),
        raw: CleanText::line(&format!("line {second}")),
        attributes: Box::default(),
        trace_id: None,
    }
}

fn alert(second: i64, name: &str, state: AlertState) -> (Timestamp, Alert) {
    let alert = Alert {
        fingerprint: CleanText::line(name),
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        state,
        starts_at: at(second),
        ends_at: None,
        generator_url: CleanText::default(),
        source: SourceId::new("elsewhere"),
        raw: CleanText::default(),
    };
    (at(second), alert)
}

fn change(second: i64) -> Change {
    Change {
        id: ChangeId(0),
        at: at(second),
        kind: CleanText::line("deploy"),
        service: CleanText::line("payments"),
        summary: CleanText::line(&format!("change {second}")),
        version: None,
        author: None,
        commit: None,
        source: SourceId::new("elsewhere"),
        raw: CleanText::default(),
    }
}

fn recording(holds_at: Option<i64>) -> Recording {
    let samples = (-20..12).map(|i| Sample { at: at(i * 5), value: i as f64 }).collect();
    let series = Series {
        source: SourceId::new("elsewhere"),
        query: CleanText::line("up"),
        title: CleanText::line("up"),
        unit: Unit::Number,
        labels: BTreeMap::new(),
        samples,
    };
    Recording {
        opens_at: Some(at(0)),
        holds_at: holds_at.map(at),
        logs: (-1000..50).map(log).collect(),
        changes: vec![change(-500), change(10), change(45)],
        alerts: vec![
            alert(12, "A", AlertState::Firing),
            alert(14, "B", AlertState::Firing),
            alert(40, "A", AlertState::Resolved),
            alert(44, "B", AlertState::Resolved),
        ],
        series: vec![series],
        ..Recording::default()
    }
}

struct Play {
    clock: ReplayClock,
    batches: mpsc::Receiver<Batch>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

fn play(recording: Recording) -> Play {
    let clock = ReplayClock::of(&recording);
    let (out, batches) = mpsc::channel(256);
    let (stop, told) = watch::channel(false);
    let source = ReplaySource::new(Arc::new(recording), clock.clone());
    let outlet = Outlet::new(source.id().clone(), out);
    let task = tokio::spawn(Box::new(source).run(outlet, told));
    Play { clock, batches, stop, task }
}

/// Everything that arrived, sorted by kind.
#[derive(Default)]
struct Heard {
    logs: Vec<i64>,
    changes: Vec<i64>,
    firing: Vec<Vec<String>>,
    newest_sample: Option<Timestamp>,
    health: Vec<&'static str>,
}

impl Play {
    /// Lets the incident's clock run for `seconds` and checks on the way that nothing comes early.
    async fn hear(&mut self, seconds: u64, heard: &mut Heard) {
        let until = tokio::time::Instant::now() + Duration::from_secs(seconds);
        loop {
            let batch = tokio::time::timeout_at(until, self.batches.recv()).await;
            let now = self.clock.now();
            let Ok(Some(batch)) = batch else { return };
            assert_eq!(batch.dropped, 0);
            for item in batch.items {
                heard.take(item, now);
            }
        }
    }
}

impl Heard {
    fn take(&mut self, item: Telemetry, now: Timestamp) {
        let second = |at: Timestamp| at.as_second() - 1_000_000;
        match item {
            Telemetry::Log(record) => {
                assert!(record.at() <= now, "{} before {now}", record.body);
                assert_eq!(record.source.as_str(), "recording");
                self.logs.push(second(record.at()));
            }
            Telemetry::Change(change) => {
                assert!(change.at <= now);
                self.changes.push(second(change.at));
            }
            Telemetry::AlertSnapshot(alerts) => {
                self.firing.push(alerts.iter().map(|alert| alert.fingerprint.to_string()).collect());
            }
            Telemetry::SeriesSet { series, .. } => {
                let newest = series.iter().filter_map(Series::last).map(|sample| sample.at).max();
                assert!(newest <= Some(now), "a sample came before its time");
                assert!(newest >= self.newest_sample);
                self.newest_sample = newest;
            }
            Telemetry::Health(health) => self.health.push(match health {
                Health::Up { .. } => "up",
                Health::Ended { .. } => "ended",
                Health::Starting | Health::Degraded { .. } | Health::Down { .. } => "other",
            }),
            Telemetry::AlertUpdate(_) => panic!("a recording sends snapshots"),
            Telemetry::Catalog(_) | Telemetry::Graph(_) | Telemetry::Ideas(_) | Telemetry::Slos(_) => {
                panic!("a recording has no index")
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn history_is_there_at_once_and_everything_else_comes_at_its_time_and_once() {
    let (mut play, mut heard) = (play(recording(None)), Heard::default());
    play.hear(1, &mut heard).await;
    assert_eq!(heard.logs, (-1000..=1).collect::<Vec<_>>()[..heard.logs.len()]);
    assert!(heard.logs.len() >= 1001, "{}", heard.logs.len());
    assert_eq!(heard.changes, [-500]);
    assert_eq!(heard.newest_sample, Some(at(0)));
    play.hear(120, &mut heard).await;
    assert_eq!(heard.logs, (-1000..50).collect::<Vec<_>>());
    assert_eq!(heard.changes, [-500, 10, 45]);
    let none: Vec<String> = Vec::new();
    assert_eq!(heard.firing, [none.clone(), vec!["A".into()], vec!["A".into(), "B".into()], vec!["B".into()], none]);
    assert_eq!(heard.newest_sample, Some(at(55)));
    assert_eq!(heard.health, ["up", "ended"]);
}

#[tokio::test(start_paused = true)]
async fn the_hold_holds_and_a_release_lets_the_rest_come() {
    let (mut play, mut heard) = (play(recording(Some(20))), Heard::default());
    play.hear(3600, &mut heard).await;
    assert_eq!(heard.logs.last(), Some(&20));
    assert_eq!(heard.firing.last().map(Vec::len), Some(2));
    assert!(play.clock.holding());
    play.clock.release(at(30));
    play.hear(1, &mut heard).await;
    assert_eq!(heard.logs, (-1000..=31).collect::<Vec<_>>()[..heard.logs.len()]);
    assert!(heard.logs.len() >= 1031);
    play.hear(60, &mut heard).await;
    assert_eq!(heard.logs.len(), 1050);
    assert_eq!(heard.firing.last().map(Vec::len), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_pause_lets_nothing_through_and_a_jump_sends_what_lies_between() {
    let (mut play, mut heard) = (play(recording(None)), Heard::default());
    play.clock.pause();
    play.hear(30, &mut heard).await;
    assert_eq!(heard.logs.last(), Some(&0));
    play.clock.jump_to(at(13)).unwrap();
    play.hear(1, &mut heard).await;
    assert_eq!(heard.logs, (-1000..=13).collect::<Vec<_>>());
    assert_eq!(heard.firing.last(), Some(&vec!["A".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn stop_is_prompt_even_when_nobody_reads() {
    let play = play(Recording { logs: (0..500_000).map(|_| log(-1)).collect(), ..recording(None) });
    tokio::task::yield_now().await;
    play.stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(1), play.task).await.unwrap().unwrap();
    drop(play.batches);
}
