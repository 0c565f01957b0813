//! Series of our own making, whose trouble is known.

use super::*;
use crate::domain::Timestamp;
use proptest::prelude::*;

const START: i64 = 1_795_000_000;

fn sample(seconds: i64, value: f64) -> Sample {
    Sample { at: Timestamp::from_second(START + seconds).unwrap(), value }
}

fn normal(random: &mut fastrand::Rng) -> f64 {
    (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
}

fn noise(seed: u64, count: usize) -> Vec<f64> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..count).map(|_| 100.0 + normal(&mut random)).collect()
}

/// Scores at a step of so many seconds.
fn scores(values: &[f64], step: i64) -> Vec<Scored> {
    let mut detector = Detector::default();
    values.iter().enumerate().map(|(k, value)| detector.push(sample(step * k as i64, *value))).collect()
}

fn alerts(scored: &[Scored]) -> Vec<usize> {
    (0..scored.len()).filter(|k| scored[*k].score >= ALERT).collect()
}

/// Whether the trouble at 2000 was seen within so many points, and with which sign.
fn seen(values: &[f64], within: usize) -> Option<Sign> {
    let scored = scores(values, 60);
    alerts(&scored).into_iter().find(|k| (2000..2000 + within).contains(k)).and_then(|k| scored[k].sign)
}

#[test]
fn spikes_shifts_and_flat_lines_are_seen() {
    let (mut spikes, mut hangs) = (0, 0);
    for seed in 0..10 {
        let calm = noise(seed, 2500);
        let with = |change: &dyn Fn(usize, f64) -> f64| -> Vec<f64> {
            calm.iter().enumerate().map(|(k, value)| change(k, *value)).collect()
        };
        let spike = with(&|k, value| if k == 2000 { value + 15.0 } else { value });
        spikes += usize::from(seen(&spike, 1) == Some(Sign::Spike));
        let drop = with(&|k, value| if k == 2000 { value - 15.0 } else { value });
        spikes += usize::from(seen(&drop, 1) == Some(Sign::Drop));
        let shift = with(&|k, value| if k >= 2000 { value + 5.0 } else { value });
        assert!(seen(&shift, 20).is_some(), "seed {seed}");
        let flat = with(&|k, value| if k >= 2000 { 100.0 } else { value });
        hangs += usize::from(seen(&flat, 12) == Some(Sign::Quiet));
    }
    assert!(hangs >= 9, "{hangs} of 10 flat lines");
    // One point alone can still be missed after a louder one.
    assert!(spikes >= 18, "{spikes} of 20 leaps of one point");
}

#[test]
fn noise_is_calm() {
    let false_alerts: usize = (0..20).map(|seed| alerts(&scores(&noise(seed, 5000), 15)).len()).sum();
    assert!(false_alerts <= 150, "{false_alerts} alerts in 100,000 points of noise");
}

#[test]
fn an_alert_tells_the_onset_and_does_not_stay() {
    let mut values = noise(1, 2500);
    values[2000..].iter_mut().for_each(|value| *value += 20.0);
    let scored = scores(&values, 60);
    let after = alerts(&scored).into_iter().filter(|k| *k >= 2000).count();
    assert!((1..=3).contains(&after), "{after} alerts for one shift");
    assert!(scored[2000].score > 0.9 && scored[2100..].iter().all(|one| one.score < 0.9));
}

#[test]
fn the_first_errors_of_a_quiet_service_are_seen() {
    let values: Vec<f64> = (0..1000).map(|k| if k >= 900 { 5.0 } else { 0.0 }).collect();
    assert_eq!(alerts(&scores(&values, 15)).first(), Some(&900));
    assert!(alerts(&scores(&[7.0; 3000], 15)).is_empty());
}

#[test]
fn a_day_without_its_peak_is_seen_and_a_usual_day_is_not() {
    let mut random = fastrand::Rng::with_seed(5);
    let usual = |k: usize| if (96..192).contains(&(k % 288)) { 80.0 } else { 20.0 };
    let values: Vec<f64> =
        (0..288 * 12).map(|k| if k / 288 == 10 { 20.0 } else { usual(k) } + normal(&mut random)).collect();
    let found = alerts(&scores(&values, 300));
    let (before, on_the_day): (Vec<usize>, Vec<usize>) =
        found.iter().filter(|k| **k >= 288 * 4 && **k < 288 * 11).partition(|k| **k < 288 * 10);
    assert!(before.len() <= 3, "{before:?}");
    assert!(on_the_day.iter().any(|k| (288 * 10 + 96..288 * 10 + 120).contains(k)), "{on_the_day:?}");
}

#[test]
fn a_counter_may_reset_but_not_race() {
    let mut random = fastrand::Rng::with_seed(6);
    let mut count = 1e6;
    let values: Vec<f64> = (0..3000)
        .map(|k| {
            let pace = if k >= 2500 { 60.0 } else { 10.0 };
            count = if k == 1500 { 0.0 } else { count + pace + normal(&mut random) };
            count
        })
        .collect();
    let found = alerts(&scores(&values, 15));
    assert!(!found.iter().any(|k| (1495..1530).contains(k)), "{found:?}");
    assert!(found.iter().any(|k| (2500..2510).contains(k)), "{found:?}");
}

#[test]
fn a_gap_is_seen_and_a_missed_scrape_is_not() {
    let mut detector = Detector::default();
    let (mut seconds, mut told) = (0, Vec::new());
    for (k, value) in noise(7, 1500).into_iter().enumerate() {
        seconds += match k {
            700 => 30,
            1000 => 3600,
            _ => 15,
        };
        let scored = detector.push(sample(seconds, value));
        if scored.score >= ALERT {
            told.push((k, scored.sign));
        }
    }
    assert!(told.contains(&(1000, Some(Sign::Gap))), "{told:?}");
    assert!(!told.iter().any(|(k, _)| *k == 700), "{told:?}");
}

#[test]
fn the_scale_does_not_matter() {
    let mut values = noise(8, 2500);
    values[2000] += 15.0;
    let here = scores(&values, 60);
    for scale in [1e-250, 1e-9, 1e9, 1e250] {
        let there = scores(&values.iter().map(|value| value * scale).collect::<Vec<_>>(), 60);
        let far = here.iter().zip(&there).map(|(a, b)| (a.score - b.score).abs()).fold(0.0, f64::max);
        assert!(far < 1e-3, "{scale}: {far}");
    }
}

#[test]
fn a_score_depends_on_nothing_later() {
    let mut values = noise(9, 1200);
    values[700] = 130.0;
    let whole = scores(&values, 60);
    assert_eq!(whole[..800], scores(&values[..800], 60));
}

#[test]
fn a_detector_is_small() {
    // Beside itself it owns the two profiles: four bytes a mean and one a count of visits.
    let size = size_of::<Detector>() + (288 + 336) * 5;
    assert!(size < 5000, "{size} bytes");
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), Just(0.0), Just(1e308), Just(-1e308), Just(f64::NAN), -5.0..5.0f64]
}

proptest! {
    #[test]
    fn any_samples_give_scores_from_0_to_1(
        values in prop::collection::vec((any_value(), -100_000i64..1_000_000), 0..600),
    ) {
        let mut detector = Detector::with(Settings { warm: 0.0, ..Settings::default() });
        let mut seconds = 0;
        for (value, step) in values {
            seconds += step;
            let score = detector.push(sample(seconds, value)).score;
            prop_assert!((0.0..=1.0).contains(&score), "{score}");
        }
    }
}
