//! Made-up incidents whose order is known.

use std::sync::Arc;

use jiff::SignedDuration;

use super::picture::{Due, Mover, Picture, Unjudged, What};
use super::*;
use crate::analysis::burn::Urgency;
use crate::analysis::templates::{Miner, PatternId, Patterns};
use crate::domain::graph::Known;
use crate::domain::panel::{PanelOrigin, Side};
use crate::domain::series::Unit;
use crate::domain::slo::SloReading;
use crate::domain::{
    Change, ChangeId, CleanText, Panel, Sample, Series, ServiceGraph, SourceId, Threshold, TimeWindow, Timestamp,
};

const START: i64 = 1_795_000_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(START + second).unwrap()
}

/// The window is the half hour from 0; an hour before it is known.
fn look() -> Look {
    Look { window: TimeWindow::new(at(0), at(1800)), onset: None }
}

/// Noise of spread about 1.
fn noise(random: &mut fastrand::Rng) -> f64 {
    (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
}

fn series(seed: u64, service: &str, value: impl Fn(i64, f64) -> f64) -> Series {
    let mut random = fastrand::Rng::with_seed(seed);
    Series {
        source: SourceId::new("prom"),
        query: "x".into(),
        title: "t".into(),
        unit: Unit::Number,
        labels: [("service".into(), CleanText::line(service))].into_iter().filter(|_| !service.is_empty()).collect(),
        samples: (-240..120).map(|k| Sample { at: at(15 * k), value: value(15 * k, noise(&mut random)) }).collect(),
    }
}

/// A hundred, give or take one, and `by` more from an instant on.
fn step(seed: u64, service: &str, from: i64, by: f64) -> Series {
    series(seed, service, |second, noise| 100.0 + noise + if second >= from { by } else { 0.0 })
}

fn panel(title: &str, series: Vec<Series>) -> PanelAsk {
    let panel = Panel::plain(CleanText::line(title), "x".into(), Unit::Number);
    PanelAsk { source: SourceId::new("prom"), panel: Arc::new(panel), series: series.into() }
}

fn change(id: u32, second: i64, service: &str) -> Change {
    Change {
        id: ChangeId(id),
        at: at(second),
        kind: "deploy".into(),
        service: service.into(),
        summary: "new".into(),
        version: Some("2.0".into()),
        author: None,
        commit: None,
        source: SourceId::new("changes"),
        raw: CleanText::default(),
    }
}

fn picture(signals: &mut Signals) -> Arc<Picture> {
    let mut last = None;
    while signals.is_busy() {
        for Answer::Picture(picture) in signals.work(Slice::default()) {
            last = Some(picture);
        }
    }
    last.expect("a picture")
}

fn looked(asks: impl IntoIterator<Item = Ask>) -> Arc<Picture> {
    let mut signals = Signals::default();
    signals.ask(Ask::Look(look()));
    asks.into_iter().for_each(|ask| signals.ask(ask));
    picture(&mut signals)
}

fn services(picture: &Picture) -> Vec<&str> {
    picture.first.iter().map(|mover| mover.service.as_str()).collect()
}

#[test]
fn what_moved_first_stands_first_and_noise_does_not_stand() {
    let mut quiet: Vec<Series> = (0..200).map(|seed| step(seed, &format!("quiet{seed}"), 0, 0.0)).collect();
    quiet.push(step(900, "late", 1200, 30.0));
    quiet.push(step(901, "early", 600, -12.0));
    let picture = looked([Ask::Panel(panel("load", quiet))]);
    assert_eq!(services(&picture), ["early", "late"]);
    let places: Vec<_> = picture.first.iter().map(|mover| mover.place).collect();
    assert_eq!(places, [Some(1), Some(2)]);
    let early = &picture.first[0];
    let off = (early.at.as_second() - START - 600).abs();
    assert!(off as f64 <= early.within.as_secs_f64() && early.within.as_secs() <= 60, "{early:?}");
    assert_eq!(picture.counts.series, 202);
}

#[test]
fn many_series_of_one_service_are_one_story() {
    let mut held: Vec<Series> = (0..10).map(|seed| step(seed, "payments", 600, 10.0 + seed as f64)).collect();
    held.push(step(50, "cart", 600, 9.0));
    let picture = looked([Ask::Panel(panel("load", held))]);
    assert_eq!(services(&picture), ["payments", "cart"]);
    let payments = &picture.first[0];
    assert_eq!(1 + payments.also.len() + payments.more, 10);
    assert_eq!(payments.place, picture.first[1].place, "their error bars overlap");
}

#[test]
fn what_stayed_is_told_before_a_blip_and_a_symptom_after_what_may_have_caused_it() {
    let blip = series(1, "blip", |second, noise| 100.0 + noise + if (600..720).contains(&second) { 40.0 } else { 0.0 });
    let mut symptom = panel("HighErrorRate", vec![step(2, "shop", 600, 90.0)]);
    let mut measured = (*symptom.panel).clone();
    measured.origin = PanelOrigin::Alert("HighErrorRate".into());
    symptom.panel = Arc::new(measured);
    let picture = looked([Ask::Panel(symptom), Ask::Panel(panel("load", vec![blip, step(3, "payments", 600, 15.0)]))]);
    assert_eq!(services(&picture), ["payments", "blip", "shop"]);
    let back: Vec<bool> = picture.first.iter().map(|mover| mover.moved.unwrap().is_back).collect();
    assert_eq!(back, [false, true, false]);
}

#[test]
fn of_those_at_the_same_time_the_one_that_is_called_comes_first() {
    let held = || vec![step(1, "shop", 600, 60.0), step(2, "payments", 600, 40.0), step(3, "cart", 600, 50.0)];
    let picture = looked([Ask::Panel(panel("load", held()))]);
    assert_eq!(services(&picture), ["shop", "cart", "payments"], "the farthest without a graph");
    let mut graph = ServiceGraph::default();
    graph.call(&"shop".into(), &"payments".into(), Known::Configured);
    graph.call(&"cart".into(), &"payments".into(), Known::Configured);
    let picture = looked([Ask::Panel(panel("load", held())), Ask::Graph(Arc::new(graph))]);
    assert_eq!(services(&picture)[0], "payments");
}

#[test]
fn a_change_stands_at_its_time_and_long_before_it_is_no_suspect() {
    let changes = vec![change(1, -3000, "old"), change(2, 480, "payments"), change(3, 1000, "cart")];
    let picture = looked([
        Ask::Changes(changes.into()),
        Ask::Panel(panel("load", vec![step(1, "payments", 600, 30.0), step(2, "shop", 1200, 30.0)])),
    ]);
    let kinds: Vec<(&str, bool)> =
        picture.first.iter().map(|mover| (mover.service.as_str(), matches!(mover.what, What::Change(_)))).collect();
    assert_eq!(kinds, [("payments", true), ("payments", false), ("cart", true), ("shop", false)]);
    assert_eq!(picture.first[0].place, None, "a change is no signal");
    assert_eq!(picture.first[1].place, Some(1));
}

fn pattern(text: &str) -> PatternId {
    let mut miner = Miner::default();
    miner.take(text.as_bytes());
    let known = Patterns::default();
    known.updated(&miner.tally(&known)).all()[0].id
}

fn trend(service: &str, counts: Vec<u32>, first: Option<i64>) -> PatternTrend {
    PatternTrend {
        id: pattern(service),
        template: "failed <*>".into(),
        service: service.into(),
        is_error: true,
        first: first.map(at),
        sample: None,
        heard: None,
        window: TimeWindow::new(at(-3600), at(1800)),
        counts,
    }
}

#[test]
fn a_new_pattern_began_with_its_first_record_and_a_rising_one_in_its_part() {
    // Parts of 30 s.
    let new = (0..180).map(|part| if part >= 140 { 3 } else { 0 }).collect();
    let rising = (0..180).map(|part| if part >= 150 { 60 } else { 4 + part % 3 }).collect();
    let quiet = (0..180).map(|part| 4 + part % 3).collect();
    let trends = vec![trend("payments", new, Some(607)), trend("cart", rising, None), trend("shop", quiet, None)];
    let picture = looked([Ask::Patterns(trends.into())]);
    assert_eq!(services(&picture), ["payments", "cart"]);
    assert_eq!((picture.first[0].at, picture.first[0].within), (at(607), SignedDuration::ZERO));
    let rising: &Mover = &picture.first[1];
    assert!((rising.at.as_second() - START - 900).abs() as f64 <= rising.within.as_secs_f64() + 1.0, "{rising:?}");
    let moved = picture.first[0].moved.unwrap();
    assert_eq!((moved.before, moved.after, moved.unit), (0.0, 0.1, Unit::PerSecond));
}

#[test]
fn a_pattern_that_had_stopped_before_the_trouble_is_another_story() {
    let between = |from: i32, to: i32| (0..180).map(|part| if (from..to).contains(&part) { 3 } else { 0 }).collect();
    let about = |counts: Vec<u32>| {
        let mut signals = Signals::default();
        signals.ask(Ask::Patterns(vec![trend("payments", counts, Some(607))].into()));
        signals.ask(Ask::Look(Look { onset: Some(at(1200)), ..look() }));
        picture(&mut signals)
    };
    assert!(about(between(140, 150)).first.is_empty(), "it stopped five minutes before");
    assert_eq!(services(&about(between(140, 180))), ["payments"]);
}

#[test]
fn a_pattern_of_what_was_not_listened_to_before_is_not_new() {
    let counts: Vec<u32> = (0..180).map(|part| if part >= 140 { 3 } else { 0 }).collect();
    let heard = |since| PatternTrend { heard: Some(at(since)), ..trend("payments", counts.clone(), Some(607)) };
    assert!(looked([Ask::Patterns(vec![heard(600)].into())]).first.is_empty(), "nobody knows what was before");
    assert_eq!(services(&looked([Ask::Patterns(vec![heard(-1800)].into())])), ["payments"]);
}

#[test]
fn onsets_are_looked_for_around_the_incident_even_before_the_window() {
    let mut signals = Signals::default();
    signals.ask(Ask::Panel(panel("load", vec![step(1, "payments", -300, 30.0)])));
    signals.ask(Ask::Look(look()));
    assert!(picture(&mut signals).first.is_empty(), "it left before the window");
    signals.ask(Ask::Look(Look { onset: Some(at(0)), ..look() }));
    assert_eq!(services(&picture(&mut signals)), ["payments"]);
    let old = Look { onset: Some(at(-86_400)), ..look() };
    assert_eq!(old.hunt(), look().window, "an incident of yesterday leaves the window");
}

#[test]
fn where_history_is_short_its_first_half_tells_what_is_usual() {
    let short = |begins: i64| {
        let mut series = step(1, "payments", 1200, 30.0);
        series.samples.retain(|sample| sample.at >= at(begins));
        let mut signals = Signals::default();
        signals.ask(Ask::Panel(panel("load", vec![series])));
        signals.ask(Ask::Look(Look { onset: Some(at(1230)), ..look() }));
        picture(&mut signals)
    };
    assert_eq!(services(&short(600)), ["payments"], "ten minutes of history");
    assert!(short(1180).first.is_empty(), "too little to say anything");
}

#[test]
fn what_did_not_change_is_not_looked_at_again() {
    let mut signals = Signals::default();
    signals.ask(Ask::Look(look()));
    let (one, other) = (panel("a", vec![step(1, "a", 600, 30.0)]), panel("b", vec![step(2, "b", 700, 30.0)]));
    signals.ask(Ask::Panel(one.clone()));
    signals.ask(Ask::Panel(other));
    let before = picture(&mut signals);
    signals.ask(Ask::Panel(panel("b", vec![step(3, "b", 800, 30.0)])));
    signals.ask(Ask::Panel(one));
    let after = picture(&mut signals);
    assert!(Arc::ptr_eq(&before.panels[0], &after.panels[0]), "the same samples");
    assert!(!Arc::ptr_eq(&before.panels[1], &after.panels[1]));
    // A step of the window is a sixtieth of it: less than that is nothing new.
    signals.ask(Ask::Look(Look { window: TimeWindow::new(at(1), at(1799)), onset: None }));
    assert!(signals.is_busy() || Look { window: TimeWindow::new(at(1), at(1799)), onset: None }.in_steps() == look());
    signals.ask(Ask::Drop(PanelKey { source: SourceId::new("prom"), title: "a".into() }));
    assert_eq!(picture(&mut signals).panels.len(), 1);
}

#[test]
fn what_cannot_be_judged_is_counted_with_its_reason() {
    let late = series(1, "late", |_, noise| noise);
    let young = Series { samples: late.samples[345..].to_vec(), ..late.clone() };
    let gone = Series { samples: late.samples[..200].to_vec(), ..late.clone() };
    let wrong = series(2, "wrong", |_, _| f64::NAN);
    let many = (0..4100).map(|_| gone.clone()).collect();
    let picture = looked([Ask::Panel(panel("a", vec![young, gone, wrong])), Ask::Panel(panel("b", many))]);
    let counts = picture.counts;
    assert_eq!((counts.too_young, counts.absent, counts.too_many), (1, 2 + 3997, 103));
    let first = &picture.panels[0];
    assert_eq!(first.series[0].unjudged, Some(Unjudged::TooYoung));
    assert_eq!(first.find(&first.of[1].clone(), 1).and_then(|one| one.unjudged), Some(Unjudged::Absent));
}

fn with(unit: Unit, thresholds: Vec<Threshold>, series: Series) -> PanelAsk {
    let mut ask = panel("disk", vec![series]);
    let panel = Panel { unit, thresholds, ..(*ask.panel).clone() };
    ask.panel = Arc::new(panel);
    ask
}

fn due(ask: PanelAsk) -> Option<Due> {
    let picture = looked([Ask::Panel(ask)]);
    picture.panels[0].series[0].outlook.as_ref().map(|outlook| outlook.due)
}

#[test]
fn a_limit_ahead_is_told_with_its_interval_and_noise_has_none() {
    let threshold = |value, side| vec![Threshold { value, side, alert: "DiskFull".into() }];
    // 0.001 a second from 0: at 10 after 10,000 s.
    let rising = series(1, "a", |second, noise| second as f64 / 1000.0 + 0.01 * noise);
    let Some(Due::Trend(crossing)) = due(with(Unit::Number, threshold(10.0, Side::Above), rising.clone())) else {
        panic!("no crossing")
    };
    let truth = at(10_000);
    assert!(crossing.earliest <= truth && crossing.latest.is_some_and(|latest| truth <= latest), "{crossing:?}");
    assert_eq!(due(with(Unit::Number, threshold(1.0, Side::Above), rising.clone())), Some(Due::Crossed));
    assert_eq!(due(with(Unit::Number, threshold(-10.0, Side::Below), rising)), None);
    let flat = series(2, "a", |_, noise| 5.0 + noise);
    assert_eq!(due(with(Unit::Number, threshold(10.0, Side::Above), flat)), None);
    let share = series(3, "a", |second, noise| 0.7 + second as f64 / 20_000.0 + 0.001 * noise);
    assert!(matches!(due(with(Unit::Ratio, Vec::new(), share)), Some(Due::Trend(_))), "a share on its way to one");
}

#[test]
fn a_value_that_is_a_time_is_due_exactly_then() {
    let expires = START as f64 + 86_400.0;
    let stamp = series(1, "a", |_, _| expires);
    assert_eq!(due(with(Unit::Seconds, Vec::new(), stamp)), Some(Due::At(at(86_400))));
    let left = series(1, "a", |second, _| 86_400.0 - second as f64);
    assert_eq!(due(with(Unit::Seconds, Vec::new(), left)), Some(Due::At(at(86_400))));
    let latency = series(1, "a", |_, noise| 0.2 + 0.01 * noise);
    assert_eq!(due(with(Unit::Seconds, Vec::new(), latency)), None);
}

#[test]
fn promises_burn_as_the_workbook_says() {
    let hours = |hours| SignedDuration::from_hours(hours);
    let windows = |long, short| {
        vec![
            (hours(1), Some(long)),
            (SignedDuration::from_mins(5), Some(short)),
            (hours(6), Some(0.001)),
            (SignedDuration::from_mins(30), Some(0.02)),
            (hours(720), Some(0.0004)),
        ]
    };
    let reading = |service: &str, long, short| SloReading {
        service: service.into(),
        name: "availability".into(),
        target: 0.999,
        period: hours(720),
        at: at(0),
        windows: windows(long, short),
    };
    let wrong = SloReading { target: 1.0, ..reading("wrong", 0.5, 0.5) };
    let slos = vec![reading("calm", 0.001, 0.001), wrong, reading("burning", 0.02, 0.03)];
    let picture = looked([Ask::Slos(slos.into())]);
    let burns: Vec<_> = picture.burns.iter().map(|burn| (burn.service.as_str(), burn.urgency)).collect();
    assert_eq!(burns, [("burning", Some(Urgency::Page)), ("calm", None)]);
    let burning = &picture.burns[0];
    assert!((burning.left.unwrap() - 0.6).abs() < 1e-9);
    // 0.6 of 720 h at 20 times the pace.
    assert_eq!(burning.lasts.unwrap().as_mins(), 1296);
}
