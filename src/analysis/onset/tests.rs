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
    match find(samples, window(3600), Sight::default()) {
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
        let onset = found(&series(seed, 15, 240, 240, |t| if t >= 1000.0 { 10.0 } else { 0.0 }));
        assert_eq!(onset.way, Way::Up);
        assert!(off(&onset, 1000.0) < 180.0, "seed {seed}: {onset:?}");
        inside += i32::from(off(&onset, 1000.0) <= onset.within.as_secs_f64() + 0.001);
    }
    assert!(inside >= 180, "{inside} of 200 inside the error bars");
}

#[test]
fn what_was_over_before_the_trouble_is_looked_past_and_what_began_before_it_is_not() {
    let at = |second| Timestamp::from_second(START + second).unwrap();
    let twice = |t: f64| if (600.0..900.0).contains(&t) || t >= 2000.0 { 14.0 } else { 0.0 };
    let samples = series(4, 15, 240, 240, twice);
    assert!(off(&found(&samples), 600.0) < 90.0, "without trouble the first of them");
    let about = |samples: &[Sample], noticed| find_about(samples, window(3600), Sight::default(), noticed);
    let Left::At(second) = about(&samples, at(2120)) else { panic!("the second is there") };
    assert!(off(&second, 2000.0) < 90.0, "{second:?}");
    let once = series(5, 15, 240, 240, |t| if (600.0..900.0).contains(&t) { 14.0 } else { 0.0 });
    assert_eq!(about(&once, at(2120)), Left::DidNot, "it was over long before");
    let long = series(6, 15, 240, 240, |t| if t >= 600.0 { 14.0 } else { 0.0 });
    let Left::At(still) = about(&long, at(2120)) else { panic!("it goes on") };
    assert!(off(&still, 600.0) < 90.0, "{still:?}");
}

#[test]
fn a_series_that_stays_did_not_leave() {
    let left = (0..200)
        .filter(|seed| find(&series(*seed, 15, 240, 240, |_| 0.0), window(3600), Sight::default()) != Left::DidNot)
        .count();
    assert!(left <= 4, "{left} of 200 series of noise were said to have left");
}

#[test]
fn one_wild_value_is_no_onset() {
    let samples = series(1, 15, 240, 240, |t| if t == 900.0 { 1e9 } else { 0.0 });
    assert_eq!(find(&samples, window(3600), Sight::default()), Left::DidNot);
}

#[test]
fn a_fall_and_a_ramp_are_found() {
    let fall = found(&series(2, 15, 240, 240, |t| if t >= 2000.0 { -10.0 } else { 0.0 }));
    assert_eq!(fall.way, Way::Down);
    assert!(off(&fall, 2000.0) < 60.0, "{fall:?}");
    let ramp = found(&series(3, 15, 240, 240, |t| (t - 1200.0).max(0.0) / 60.0));
    // Its beginning, not the time at which it has left the noise.
    assert!(off(&ramp, 1200.0) <= ramp.within.as_secs_f64() && ramp.within.as_secs() <= 180, "{ramp:?}");
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
    assert_eq!(find(&calm, window(3600), Sight::default()), Left::DidNot);
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
    assert_eq!(find(&[], window(60), Sight::default()), Left::Unknown);
    assert_eq!(find(&series(1, 15, 5, 100, |_| 0.0), window(3600), Sight::default()), Left::Unknown);
    assert_eq!(find(&series(1, 15, 100, 0, |_| 0.0), window(3600), Sight::default()), Left::Unknown);
}

#[test]
fn overlapping_error_bars_are_ties() {
    let onset = |at: i64, within: i64| (Timestamp::from_second(START + at).unwrap(), SignedDuration::from_secs(within));
    assert_eq!(order(&[onset(0, 10), onset(15, 10), onset(60, 5), onset(64, 5), onset(200, 1)]), [1, 1, 3, 3, 5]);
    assert_eq!(order(&[]), [0; 0]);
}

/// A rate over a minute, asked for every `step` seconds, of events that come `usual` times a second, and `more` from 1000.
fn rates(seed: u64, step: i64, usual: f64, more: f64) -> Vec<Sample> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut counted = 0.0;
    let counts: Vec<(i64, f64)> = (-4000..1800)
        .map(|second| {
            let rate = if second >= 1000 { usual + more } else { usual };
            counted += f64::from(u8::from(random.f64() < rate));
            (second, counted)
        })
        .collect();
    let at = |second: i64| counts[(second + 4000) as usize].1;
    (-3600 / step..1800 / step)
        .map(|k| k * step)
        .map(|second| Sample {
            at: Timestamp::from_second(START + second).unwrap(),
            value: (at(second) - at(second - 60)) / 60.0,
        })
        .collect()
}

#[test]
fn samples_that_share_a_range_are_not_so_many_witnesses() {
    let sight = Sight { range: SignedDuration::from_secs(60), delay: SignedDuration::ZERO };
    let quiet = (0..200).filter(|seed| find(&rates(*seed, 5, 0.2, 0.0), window(3600), sight) != Left::DidNot).count();
    assert!(quiet <= 2, "{quiet} of 200 quiet rates were said to have moved");
    let mut inside = 0;
    for seed in 0..100 {
        let Left::At(onset) = find(&rates(seed, 15, 0.1, 0.8), window(3600), sight) else { panic!("seed {seed}") };
        inside += i32::from(off(&onset, 1000.0) <= onset.within.as_secs_f64() + 0.001);
    }
    assert!(inside >= 90, "{inside} of 100 inside the error bars");
}

#[test]
fn one_event_in_a_quiet_hour_is_not_more_than_that() {
    let sight = Sight { range: SignedDuration::from_secs(60), delay: SignedDuration::ZERO };
    let one = |t: f64| if (600.0..660.0).contains(&t) { 1.0 / 60.0 } else { 0.0 };
    let sample = |k: i64| Sample { at: Timestamp::from_second(START + 15 * k).unwrap(), value: one(15.0 * k as f64) };
    let samples: Vec<Sample> = (-240..120).map(sample).collect();
    assert_eq!(find(&samples, window(3600), sight), Left::DidNot);
}

#[test]
fn what_wanders_or_grows_as_a_habit_did_not_leave() {
    let mut left = [0; 3];
    for seed in 0..100 {
        let mut noise = noise(seed);
        let mut level = 0.0;
        let kinds: [Vec<Sample>; 3] = [
            series(seed, 15, 240, 120, |_| 0.0)
                .into_iter()
                .map(|sample| {
                    level = 0.9 * level + noise.next();
                    Sample { value: level, ..sample }
                })
                .collect(),
            series(seed, 15, 240, 120, |t| t / 10.0),
            series(seed, 15, 240, 120, |_| 0.0)
                .into_iter()
                .map(|sample| Sample { value: (sample.value - 100.0).exp(), ..sample })
                .collect(),
        ];
        for (count, samples) in left.iter_mut().zip(&kinds) {
            *count += i32::from(find(samples, window(3600), Sight::default()) != Left::DidNot);
        }
    }
    assert!(left.iter().all(|left| *left <= 2), "{left:?} of 100 were said to have left");
}

#[test]
fn what_came_back_is_said_to_be_back() {
    let blip = found(&series(7, 15, 240, 240, |t| if (1000.0..1180.0).contains(&t) { 40.0 } else { 0.0 }));
    assert!(blip.is_back && off(&blip, 1000.0) <= 30.0, "{blip:?}");
    let stays = found(&series(7, 15, 240, 240, |t| if t >= 1000.0 { 40.0 } else { 0.0 }));
    assert!(!stays.is_back && (stays.after - 140.0).abs() < 2.0 && (stays.before - 100.0).abs() < 1.0, "{stays:?}");
}
