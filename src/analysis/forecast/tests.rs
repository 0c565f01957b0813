//! Series whose future is known, and a count of how often the interval holds it.

use super::*;

const START: i64 = 1_795_000_000;
const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);

fn sample(seconds: f64, value: f64) -> Sample {
    Sample { at: Timestamp::from_millisecond(START * 1000 + (seconds * 1000.0) as i64).unwrap(), value }
}

fn normal(random: &mut fastrand::Rng) -> f64 {
    (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
}

/// A line with what is left following `carry`, a minute a step.
fn drifting(random: &mut fastrand::Rng, slope: f64, carry: f64, noise: f64, count: usize) -> Vec<Sample> {
    let mut rest = 0.0;
    (0..count)
        .map(|k| {
            rest = carry * rest + noise * normal(random);
            sample(60.0 * k as f64, slope * 60.0 * k as f64 + rest)
        })
        .collect()
}

#[test]
fn a_line_crosses_when_it_must() {
    let samples: Vec<Sample> = (0..120).map(|k| sample(60.0 * f64::from(k), f64::from(k))).collect();
    let Forecast::Crosses(crossing) = predict(&samples, 239.0, WEEK) else { panic!() };
    let due = to_seconds(crossing.at) - START as f64;
    assert!((due - 239.0 * 60.0).abs() < 61.0, "{due}");
    assert!(crossing.earliest <= crossing.at && crossing.latest.is_some_and(|latest| crossing.at <= latest));
    let falling: Vec<Sample> = (0..120).map(|k| sample(60.0 * f64::from(k), 200.0 - f64::from(k))).collect();
    let Forecast::Crosses(crossing) = predict(&falling, 0.0, WEEK) else { panic!() };
    assert!((to_seconds(crossing.at) - START as f64 - 200.0 * 60.0).abs() < 61.0);
}

/// The share of worlds whose first crossing lies in the stated interval.
fn coverage(carry: f64, noise: f64, worlds: usize) -> (f64, usize) {
    let (mut held, mut stated) = (0, 0);
    for seed in 0..worlds {
        let mut random = fastrand::Rng::with_seed(seed as u64 + 1);
        let all = drifting(&mut random, 0.01, carry, noise, 3000);
        let (past, future) = all.split_at(300);
        // Two and a half times as far as the past has come.
        let threshold = 0.01 * 60.0 * 300.0 * 2.5;
        let Forecast::Crosses(crossing) = predict(past, threshold, WEEK) else { continue };
        let Some(truth) = future.iter().find(|sample| sample.value >= threshold) else { continue };
        stated += 1;
        let late = crossing.latest.is_none_or(|latest| truth.at <= latest);
        held += usize::from(crossing.earliest <= truth.at && late);
    }
    (held as f64 / stated as f64, stated)
}

#[test]
fn four_in_five_intervals_hold_the_truth() {
    for (carry, noise) in [(0.0, 10.0), (0.7, 6.0), (0.9, 3.0), (1.0, 1.5)] {
        let (share, stated) = coverage(carry, noise, 150);
        assert!(stated > 75, "carry {carry}: {stated} forecasts");
        assert!((0.70..=0.90).contains(&share), "carry {carry}: {share} of {stated}");
    }
}

#[test]
fn noise_and_wandering_have_no_trend() {
    for (carry, noise) in [(0.0, 5.0), (0.9, 2.0), (1.0, 1.0)] {
        let trends = (0..100)
            .filter(|seed| {
                let samples = drifting(&mut fastrand::Rng::with_seed(*seed), 0.0, carry, noise, 300);
                !matches!(predict(&samples, 1e4, WEEK), Forecast::NoTrend(_))
            })
            .count();
        assert!(trends <= 12, "carry {carry}: {trends} trends in 100 series without one");
    }
}

#[test]
fn wild_values_do_not_bend_the_line() {
    let mut random = fastrand::Rng::with_seed(3);
    let mut samples = drifting(&mut random, 0.01, 0.0, 1.0, 300);
    for k in (0..300).step_by(7) {
        samples[k].value = if k % 2 == 0 { 1e9 } else { -1e9 };
    }
    let Forecast::Crosses(crossing) = predict(&samples, 360.0, WEEK) else {
        panic!("{:?}", predict(&samples, 360.0, WEEK))
    };
    let slope = crossing.trend.slope;
    assert!((slope / 0.01 - 1.0).abs() < 0.05, "{slope}");
}

#[test]
fn the_day_is_taken_off() {
    let mut random = fastrand::Rng::with_seed(4);
    let day = |t: f64| 50.0 * (t / 86_400.0 * std::f64::consts::TAU).sin();
    let value = |t: f64| 100.0 + t / 86_400.0 * 10.0 + day(t);
    let samples: Vec<Sample> =
        (0..2016).map(|k| 300.0 * f64::from(k)).map(|t| sample(t, value(t) + normal(&mut random))).collect();
    let Forecast::Crosses(crossing) = predict(&samples, 300.0, SignedDuration::from_hours(24 * 60)) else { panic!() };
    assert!(crossing.trend.daily && (crossing.trend.slope * 86_400.0 - 10.0).abs() < 1.0, "{crossing:?}");
    let truth = (0..).map(|k| 300.0 * f64::from(k)).find(|t| value(*t) >= 300.0).unwrap();
    let late = crossing.latest.unwrap();
    let (from, to) = (to_seconds(crossing.earliest) - START as f64, to_seconds(late) - START as f64);
    assert!(from - 7200.0 <= truth && truth <= to + 7200.0, "{from} {truth} {to}");
}

#[test]
fn a_counter_is_read_through_its_resets() {
    let count = |k: u32| f64::from(if k < 100 { k * 10 } else { (k - 100) * 10 });
    let samples: Vec<Sample> = (0..200).map(|k| sample(60.0 * f64::from(k), count(k))).collect();
    let Forecast::Crosses(crossing) = predict(&samples, 1990.0, WEEK) else { panic!() };
    assert!((to_seconds(crossing.at) - START as f64 - 60.0 * 299.0).abs() < 130.0, "{crossing:?}");
}

#[test]
fn a_bend_leaves_the_older_past_out() {
    let mut random = fastrand::Rng::with_seed(6);
    let value = |k: f64| if k < 600.0 { 50.0 } else { 50.0 + (k - 600.0) * 0.5 };
    let samples: Vec<Sample> =
        (0..800).map(|k| sample(60.0 * f64::from(k), value(f64::from(k)) + normal(&mut random))).collect();
    let Forecast::Crosses(crossing) = predict(&samples, 250.0, WEEK) else { panic!() };
    assert!((crossing.trend.slope * 60.0 / 0.5 - 1.0).abs() < 0.1, "{crossing:?}");
    assert!(to_seconds(crossing.trend.since) >= START as f64 + 60.0 * 580.0);
}

#[test]
fn what_slows_down_does_not_run_on() {
    let mut crossed = 0;
    for seed in 0..20 {
        let mut random = fastrand::Rng::with_seed(seed);
        let value = |t: f64| 100.0 * (1.0 - (-t / 4500.0).exp());
        let samples: Vec<Sample> =
            (0..360).map(|k| 15.0 * f64::from(k)).map(|t| sample(t, value(t) + 0.5 * normal(&mut random))).collect();
        crossed += usize::from(matches!(predict(&samples, 150.0, WEEK), Forecast::Crosses(_)));
        assert!(matches!(predict(&samples, 75.0, WEEK), Forecast::Crosses(_)), "it gets there");
    }
    assert!(crossed <= 1, "{crossed} of 20 were said to cross what they do not reach");
}

#[test]
fn what_cannot_be_said_is_not_said() {
    assert_eq!(predict(&[], 1.0, WEEK), Forecast::TooLittle);
    let one_time: Vec<Sample> = (0..50).map(|k| sample(0.0, f64::from(k))).collect();
    assert_eq!(predict(&one_time, 100.0, WEEK), Forecast::TooLittle);
    let wrong: Vec<Sample> = (0..50).map(|k| sample(f64::from(k), f64::NAN)).collect();
    assert_eq!(predict(&wrong, 1.0, WEEK), Forecast::TooLittle);
    let flat: Vec<Sample> = (0..50).map(|k| sample(f64::from(k), 7.0)).collect();
    assert!(matches!(predict(&flat, 100.0, WEEK), Forecast::NoTrend(_)));
    let away: Vec<Sample> = (0..50).map(|k| sample(60.0 * f64::from(k), 100.0 + f64::from(k))).collect();
    assert!(matches!(predict(&away, 50.0, WEEK), Forecast::Away(_)));
    assert!(matches!(predict(&away, 120.0, WEEK), Forecast::Crossed(_)));
    assert!(matches!(predict(&away, 1e9, WEEK), Forecast::NotWithin(..)));
}
