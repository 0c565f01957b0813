//! The figures beside a sparkline: the last value and what it was before. Called by the metrics pane and by what gathers
//! evidence for a question.

use jiff::SignedDuration;

use crate::domain::{Sample, TimeWindow};

/// How a series stands against its own past.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Trend {
    /// The newest finite value inside the window.
    pub last: Option<f64>,
    /// The mean over the hour before the window, or over the same length before it where that hour holds nothing.
    pub before: Option<f64>,
    /// `last / before`; `None` where `before` is zero or absent, or where the quotient is not finite.
    pub ratio: Option<f64>,
}

/// Compares the newest value in `window` with the mean before the window. Values that are not finite count as absent.
pub fn compare(samples: &[Sample], window: TimeWindow) -> Trend {
    let inside = samples.iter().filter(|sample| window.contains(sample.at) && sample.value.is_finite());
    let last = inside.max_by_key(|sample| sample.at).map(|sample| sample.value);
    let back = |length: SignedDuration| mean(samples, TimeWindow::ending(window.start, length));
    let before = back(SignedDuration::from_hours(1)).or_else(|| back(window.length()));
    let ratio = last.zip(before).map(|(last, before)| last / before).filter(|ratio| ratio.is_finite());
    Trend { last, before, ratio }
}

fn mean(samples: &[Sample], window: TimeWindow) -> Option<f64> {
    let mut mean = Mean::default();
    samples.iter().filter(|sample| window.contains(sample.at)).for_each(|sample| mean.add(sample.value));
    mean.get()
}

/// A running mean, so that a sum of values near the largest float stays finite.
#[derive(Clone, Copy, Default)]
struct Mean {
    count: f64,
    mean: f64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        if value.is_finite() {
            self.count += 1.0;
            // Divided one by one: the difference of two huge values of opposite sign would overflow.
            self.mean += value / self.count - self.mean / self.count;
        }
    }

    fn get(&self) -> Option<f64> {
        (self.count > 0.0 && self.mean.is_finite()).then_some(self.mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + second).unwrap()
    }

    fn samples(values: &[(i64, f64)]) -> Vec<Sample> {
        values.iter().map(|(second, value)| Sample { at: at(*second), value: *value }).collect()
    }

    fn window(start: i64, end: i64) -> TimeWindow {
        TimeWindow::new(at(start), at(end))
    }

    #[test]
    fn the_last_value_stands_against_the_hour_before() {
        let series =
            samples(&[(-3700, 99.0), (-3000, 1.0), (-10, 3.0), (0, 7.0), (50, 8.0), (60, f64::NAN), (100, 9.0)]);
        let trend = compare(&series, window(0, 100));
        assert_eq!(trend, Trend { last: Some(8.0), before: Some(2.0), ratio: Some(4.0) });
    }

    #[test]
    fn a_long_window_falls_back_to_the_same_length_before() {
        let series = samples(&[(-9000, 2.0), (10, 3.0)]);
        assert_eq!(compare(&series, window(0, 10_000)).before, Some(2.0));
        assert_eq!(compare(&series, window(0, 100)), Trend { last: Some(3.0), ..Trend::default() });
    }

    #[test]
    fn a_zero_before_gives_no_ratio() {
        let trend = compare(&samples(&[(-5, 0.0), (5, 3.0)]), window(0, 10));
        assert_eq!((trend.before, trend.ratio), (Some(0.0), None));
    }

    fn any_value() -> impl Strategy<Value = f64> {
        prop_oneof![any::<f64>(), Just(1e308), Just(-1e308), Just(f64::NAN), -5.0..5.0f64]
    }

    proptest! {
        #[test]
        fn any_samples_give_finite_figures_inside_their_range(
            values in prop::collection::vec((-4000i64..4000, any_value()), 0..50), length in 0i64..5000,
        ) {
            let series = samples(&values);
            let trend = compare(&series, window(0, length));
            prop_assert!([trend.last, trend.before, trend.ratio].into_iter().flatten().all(f64::is_finite));
            let finite = || series.iter().map(|sample| sample.value).filter(|value| value.is_finite());
            let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
            let slack = 1e-9 * low.abs().max(high.abs());
            prop_assert!(trend.before.is_none_or(|mean| low - slack <= mean && mean <= high + slack));
        }
    }
}
