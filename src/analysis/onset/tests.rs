//! Series with known onsets.

use super::*;

const START: i64 = 1_795_000_000;

/// Noise of spread about 1 that is the same on every run.
struct Noise(fastrand::Rng);

impl Noise {
    fn next(&mut self) -> f64 {
        (0..12).map(|_| self.0.f64()).sum::<f64>() - 6.0
    }
}

fn noise(seed: u64) -> Noise {
    Noise(fastrand::Rng::with_seed(seed))
}

/// Samples every `step` seconds, `before` of them ahead of `START`.
fn series(seed: u64, step: i64, before: i64, after: i64, shift: impl Fn(f64) -> f64) -> Vec<Sample> {
    let mut noise = noise(seed);
    (-before..after)
        .map(|k| {
            let at = Timestamp::from_second(START + k * step).unwrap();
            Sample { at, value: 100.0 + 2.0 * noise.next() + shift((k * step) as f64) }
        })
        .collect()
}

fn window(seconds: i64) -> TimeWindow {
    let at = |second| Timestamp::from_second(START + second).unwrap();
    TimeWindow::new(at(0), at(seconds))
}

fn found(samples: &[Sample]) -> Onset {
    match find(samples, window(3600)) {
        Left::At(onset) => onset,
        other => panic!("{other:?}"),
    }
}

fn off(onset: &Onset, truth: f64) -> f64 {
    (to_seconds(onset.at) - START as f64 - truth).abs()
}

#[test]
fn a_step_is_found_within_its_own_error_bars() {
    let mut inside = 0;
    for seed in 0..200 {
        let onset = found(&series(seed, 15, 240, 240, |t| if t >= 1000.0 { 8.0 } else { 0.0 }));
        assert_eq!(onset.way, Way::Up);
        assert!(off(&onset, 1000.0) < 120.0, "seed {seed}: {onset:?}");
        inside += i32::from(off(&onset, 1000.0) <= onset.within.as_secs_f64() + 0.001);
    }
    assert!(inside >= 180, "{inside} of 200 inside the error bars");
}

#[test]
fn a_series_that_stays_did_not_leave() {
    let left =
        (0..200).filter(|seed| find(&series(*seed, 15, 240, 240, |_| 0.0), window(3600)) != Left::DidNot).count();
    assert!(left <= 4, "{left} of 200 series of noise were said to have left");
}

#[test]
fn one_wild_value_is_no_onset() {
    let samples = series(1, 15, 240, 240, |t| if t == 900.0 { 1e9 } else { 0.0 });
    assert_eq!(find(&samples, window(3600)), Left::DidNot);
}

#[test]
fn a_fall_and_a_ramp_are_found() {
    let fall = found(&series(2, 15, 240, 240, |t| if t >= 2000.0 { -10.0 } else { 0.0 }));
    assert_eq!(fall.way, Way::Down);
    assert!(off(&fall, 2000.0) < 60.0, "{fall:?}");
    let ramp = found(&series(3, 15, 240, 240, |t| (t - 1200.0).max(0.0) / 60.0));
    // A ramp is seen when it leaves the noise, two spreads or some minutes later.
    assert!(off(&ramp, 1200.0 + 180.0) < 240.0, "{ramp:?}");
}

#[test]
fn what_was_not_sampled_widens_the_bars() {
    let whole = series(4, 15, 240, 240, |t| if t >= 1000.0 { 10.0 } else { 0.0 });
    let hole = |sample: &&Sample| !(700.0..1300.0).contains(&(to_seconds(sample.at) - START as f64));
    let holed: Vec<Sample> = whole.iter().filter(hole).copied().collect();
    let onset = found(&holed);
    assert!(onset.within.as_secs_f64() >= 300.0 && off(&onset, 1000.0) <= onset.within.as_secs_f64(), "{onset:?}");
    assert!(found(&whole).within < onset.within);
}

#[test]
fn a_habit_of_the_day_is_no_onset() {
    let daily = |t: f64| 40.0 * ((t + START as f64) / 86_400.0 * std::f64::consts::TAU).sin();
    let calm = series(5, 300, 1152, 12, daily);
    assert_eq!(find(&calm, window(3600)), Left::DidNot);
    let left = series(5, 300, 1152, 12, |t| daily(t) + if t >= 900.0 { 30.0 } else { 0.0 });
    assert!(off(&found(&left), 900.0) <= 600.0);
}

#[test]
fn a_line_that_never_moved_leaves_at_its_first_moves() {
    let flat = |t: f64| Sample {
        at: Timestamp::from_second(START + t as i64).unwrap(),
        value: if t >= 600.0 { 1.0 } else { 0.0 },
    };
    let samples: Vec<Sample> = (-60..60).map(|k| flat(f64::from(k) * 30.0)).collect();
    let onset = found(&samples);
    assert!(off(&onset, 600.0) <= onset.within.as_secs_f64() && onset.within.as_secs() <= 60, "{onset:?}");
}

#[test]
fn too_little_is_said_to_be_too_little() {
    assert_eq!(find(&[], window(60)), Left::Unknown);
    assert_eq!(find(&series(1, 15, 5, 100, |_| 0.0), window(3600)), Left::Unknown);
    assert_eq!(find(&series(1, 15, 100, 0, |_| 0.0), window(3600)), Left::Unknown);
}

#[test]
fn overlapping_error_bars_are_ties() {
    let onset = |at: i64, within: i64| Onset {
        at: Timestamp::from_second(START + at).unwrap(),
        within: SignedDuration::from_secs(within),
        way: Way::Up,
        spreads: 3.0,
    };
    assert_eq!(order(&[onset(0, 10), onset(15, 10), onset(60, 5), onset(64, 5), onset(200, 1)]), [1, 1, 3, 3, 5]);
    assert_eq!(order(&[]), [0; 0]);
}
