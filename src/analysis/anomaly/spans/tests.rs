//! What a person would mark, on series of our own making.

use super::*;
use crate::domain::time::from_seconds;
use proptest::prelude::*;

const STEP: i64 = 15;
const START: i64 = 1_795_000_000;

fn at(k: usize) -> Timestamp {
    Timestamp::from_second(START + STEP * k as i64).unwrap()
}

fn series(values: &[f64]) -> Vec<Sample> {
    values.iter().enumerate().map(|(k, value)| Sample { at: at(k), value: *value }).collect()
}

fn everything() -> TimeWindow {
    TimeWindow::new(Timestamp::MIN, Timestamp::MAX)
}

/// First and last place, with the sign.
fn marked(values: &[f64]) -> Vec<(usize, usize, Sign)> {
    let place = |time: Timestamp| ((time.as_second() - START) / STEP) as usize;
    spans(&series(values), everything())
        .into_iter()
        .map(|span| (place(span.start), place(span.end), span.sign))
        .collect()
}

fn normal(random: &mut fastrand::Rng) -> f64 {
    (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
}

fn noise(seed: u64, change: impl Fn(usize, f64) -> f64) -> Vec<f64> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..400).map(|k| change(k, 100.0 + normal(&mut random))).collect()
}

#[test]
fn a_step_up_and_back_is_marked_from_here_to_here() {
    for seed in 0..20 {
        let values = noise(seed, |k, value| if (200..250).contains(&k) { value + 10.0 } else { value });
        assert_eq!(marked(&values), [(200, 249, Sign::ShiftUp)], "seed {seed}");
        let values = noise(seed, |k, value| if (200..250).contains(&k) { value - 10.0 } else { value });
        assert_eq!(marked(&values), [(200, 249, Sign::ShiftDown)], "seed {seed}");
    }
}

#[test]
fn a_small_lasting_shift_is_marked_about_where_it_is() {
    for seed in 0..20 {
        let values = noise(seed, |k, value| if (200..300).contains(&k) { value + 3.0 } else { value });
        let spans = marked(&values);
        assert_eq!(spans.len(), 1, "seed {seed}: {spans:?}");
        let (from, to, sign) = spans[0];
        assert!(from.abs_diff(200) <= 5 && to.abs_diff(299) <= 6 && sign == Sign::ShiftUp, "seed {seed}: {spans:?}");
    }
}

#[test]
fn one_wild_value_is_a_span_of_one() {
    let values = noise(1, |k, value| if k == 300 { value + 20.0 } else { value });
    assert_eq!(marked(&values), [(300, 300, Sign::Spike)]);
    let values = noise(1, |k, value| if k == 300 { value - 20.0 } else { value });
    assert_eq!(marked(&values), [(300, 300, Sign::Drop)]);
}

#[test]
fn a_level_that_lasted_as_long_as_the_past_is_usual() {
    let values = noise(2, |k, value| if k >= 130 { value + 10.0 } else { value });
    let spans = marked(&values);
    assert_eq!(spans.len(), 1, "{spans:?}");
    assert!(spans[0].0 == 130 && (250..270).contains(&spans[0].1), "{spans:?}");
}

#[test]
fn what_goes_on_ends_at_the_last_sample() {
    let values = noise(3, |k, value| if k >= 350 { value + 10.0 } else { value });
    assert_eq!(marked(&values), [(350, 399, Sign::ShiftUp)]);
}

#[test]
fn noise_climbs_waves_and_walks_are_not_marked() {
    let count = |make: &dyn Fn(u64) -> Vec<f64>| (0..100).map(|seed| marked(&make(seed)).len()).sum::<usize>();
    assert!(count(&|seed| noise(seed, |_, value| value)) <= 2);
    assert!(count(&|seed| noise(seed, |k, value| value + k as f64)) <= 2);
    assert!(count(&|seed| noise(seed, |k, value| value + 20.0 * (k as f64 / 12.0).sin())) <= 2);
    assert!(count(&|_| vec![7.0; 400]) == 0);
    let walk = |seed| {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut level = 0.0;
        let step = |_| {
            level += normal(&mut random);
            level
        };
        (0..400).map(step).collect::<Vec<f64>>()
    };
    let walks = count(&walk);
    assert!(walks <= 60, "{walks} spans in 100 walks");
}

#[test]
fn a_flat_line_and_a_gap_are_marked() {
    let values = noise(4, |k, value| if (300..340).contains(&k) { 100.0 } else { value });
    assert_eq!(marked(&values), [(300, 339, Sign::Quiet)]);
    let mut samples = series(&noise(5, |_, value| value));
    samples.drain(200..250);
    let spans = spans(&samples, everything());
    assert_eq!(
        spans.iter().map(|span| (span.start, span.end, span.sign)).collect::<Vec<_>>(),
        [(at(199), at(250), Sign::Gap)]
    );
}

#[test]
fn the_first_errors_of_a_quiet_service_are_marked() {
    let values: Vec<f64> = (0..400).map(|k| if (300..310).contains(&k) { 0.2 } else { 0.0 }).collect();
    assert_eq!(marked(&values), [(300, 309, Sign::ShiftUp)]);
}

#[test]
fn a_counter_is_looked_at_as_its_rate() {
    let mut random = fastrand::Rng::with_seed(6);
    let mut count = 1e6;
    let values: Vec<f64> = (0..400)
        .map(|k| {
            let pace = if (300..320).contains(&k) { 40.0 } else { 10.0 };
            count = if k == 200 { 0.0 } else { count + pace + normal(&mut random) };
            count
        })
        .collect();
    assert_eq!(marked(&values), [(300, 319, Sign::ShiftUp)]);
}

#[test]
fn only_spans_that_touch_the_window_are_given_and_nothing_after_it_is_looked_at() {
    let values = noise(7, |k, value| match k {
        150..160 | 200..210 | 300..310 => value + 15.0,
        _ => value,
    });
    let samples = series(&values);
    let window = TimeWindow::new(at(205), at(305));
    let starts: Vec<Timestamp> = spans(&samples, window).into_iter().map(|span| span.start).collect();
    assert_eq!(starts, [at(200), at(300)]);
    let quarter_as_before = spans(&samples[..305], window);
    assert_eq!(spans(&samples, window), quarter_as_before);
}

proptest! {
    #[test]
    fn any_samples_give_spans_in_order(
        values in prop::collection::vec(
            (prop_oneof![any::<f64>(), Just(0.0), Just(1e308), Just(-1e308), Just(f64::NAN), -5.0..5.0f64], 0_i64..1_000),
            0..600,
        ),
    ) {
        let mut seconds = 1e9;
        let samples: Vec<Sample> = values
            .into_iter()
            .map(|(value, step)| {
                seconds += step as f64;
                Sample { at: from_seconds(seconds).unwrap(), value }
            })
            .collect();
        let spans = spans(&samples, everything());
        prop_assert!(spans.iter().all(|span| span.start <= span.end && (0.5..=1.0).contains(&span.score)), "{spans:?}");
        prop_assert!(spans.windows(2).all(|pair| pair[0].start <= pair[1].start));
    }
}
