//! When a series left its usual course. Called by the metrics pane ("first to move") and by the analyst.
//!
//! A causal test: each sample is judged only against samples before it. The usual course is the median of what lies
//! before the window, or, where that is too little, of the window's first quarter; its spread the median absolute deviation times 1.4826, which estimates the standard deviation
//! of normal noise (Rousseeuw and Croux, "Alternatives to the Median Absolute Deviation", JASA 88, 1993). The
//! modified z-score and its usual limit of 3.5 follow Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993.
//! One outlier is no onset: the excess has to persist.

use jiff::SignedDuration;

use crate::domain::{Sample, TimeWindow, Timestamp};

/// When a series began to differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Onset {
    /// The first sample that differs.
    pub at: Timestamp,
    /// The change may lie this much before: the time back to the sample that did not differ.
    pub error: SignedDuration,
}

/// Samples needed to know the usual course.
const FEWEST: usize = 8;
/// One in so many of the window's samples is taken as its usual course where the past tells none.
const BASELINE_SHARE: usize = 4;
/// Modified z-score from which a sample differs.
const LIMIT: f64 = 3.5;
/// Samples in a row, on the same side, that make an onset; at most one between them may be back inside.
const PERSISTENCE: usize = 3;
/// The least spread, relative to the level: rounding noise in a constant series is no change.
const LEAST_SPREAD: f64 = 0.02;

/// The first lasting departure from the usual course inside `window`; samples before the window help to know that
/// course. `None` when there is none, or too little to judge by. Values that are not finite count as absent.
pub fn onset(samples: &[Sample], window: TimeWindow) -> Option<Onset> {
    let mut known: Vec<Sample> =
        samples.iter().filter(|sample| sample.at < window.end && sample.value.is_finite()).copied().collect();
    known.sort_by_key(|sample| sample.at);
    let before = known.partition_point(|sample| sample.at < window.start);
    // A past that is long enough is the only course; samples of the window join it only where it is not.
    let first = if before >= FEWEST { before } else { FEWEST.max(before + (known.len() - before) / BASELINE_SHARE) };
    if known.len() < first + PERSISTENCE {
        return None;
    }
    let usual = Usual::of(&known[..first])?;
    let sides: Vec<i8> = known[first..].iter().map(|sample| usual.side(sample.value)).collect();
    let start = (0..sides.len()).find(|start| persists(&sides[*start..]))?;
    let at = known[first + start].at;
    Some(Onset { at, error: known[first + start - 1].at.duration_until(at) })
}

/// The usual course: where it lies and how far it strays.
struct Usual {
    median: f64,
    spread: f64,
}

impl Usual {
    fn of(samples: &[Sample]) -> Option<Self> {
        let median = median(samples.iter().map(|sample| sample.value).collect())?;
        let deviation = median_of_deviations(samples, median)?;
        let spread = (1.4826 * deviation).max(LEAST_SPREAD * median.abs());
        let range = samples.iter().map(|sample| (sample.value - median).abs()).fold(0.0, f64::max);
        // A series that is constant but for a few values has no median deviation; its range then says how far it strays.
        let spread = if spread > 0.0 { spread } else { range.max(f64::MIN_POSITIVE) };
        spread.is_finite().then_some(Self { median, spread })
    }

    /// 1 above, -1 below, 0 inside the usual.
    fn side(&self, value: f64) -> i8 {
        let score = (value - self.median) / self.spread;
        match score {
            score if score > LIMIT => 1,
            score if score < -LIMIT => -1,
            _ => 0,
        }
    }
}

/// Whether the first sample differs and enough of those after it do on the same side.
fn persists(sides: &[i8]) -> bool {
    let side = sides[0];
    side != 0 && sides.iter().take(PERSISTENCE + 1).filter(|other| **other == side).count() >= PERSISTENCE
}

fn median_of_deviations(samples: &[Sample], median_value: f64) -> Option<f64> {
    median(samples.iter().map(|sample| (sample.value - median_value).abs()).collect())
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    let (_, median, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    median.is_finite().then_some(*median)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(index: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + 15 * index).unwrap()
    }

    fn series(values: impl IntoIterator<Item = f64>) -> Vec<Sample> {
        values.into_iter().zip(0..).map(|(value, index)| Sample { at: at(index), value }).collect()
    }

    fn all() -> TimeWindow {
        TimeWindow::new(at(0), at(10_000))
    }

    /// Noise that a test can repeat.
    fn noisy(index: usize) -> f64 {
        10.0 + ((index * 7919) % 13) as f64 / 13.0
    }

    #[test]
    fn a_step_is_found_at_its_first_sample() {
        let values = (0..60).map(|i| if i < 40 { noisy(i) } else { noisy(i) + 20.0 });
        let found = onset(&series(values), all()).unwrap();
        assert_eq!(found, Onset { at: at(40), error: SignedDuration::from_secs(15) });
    }

    #[test]
    fn a_fall_and_a_rise_from_nothing_are_found() {
        let fall = series((0..40).map(|i| if i < 30 { noisy(i) } else { 0.0 }));
        assert_eq!(onset(&fall, all()).unwrap().at, at(30));
        let rise = series((0..40).map(|i| if i < 30 { 0.0 } else { 0.4 }));
        assert_eq!(onset(&rise, all()).unwrap().at, at(30));
    }

    #[test]
    fn one_outlier_noise_and_constants_are_no_onset() {
        for values in [
            (0..60).map(|i| if i == 40 { 500.0 } else { noisy(i) }).collect::<Vec<_>>(),
            (0..60).map(noisy).collect(),
            vec![3.0; 60],
            vec![0.0; 60],
            vec![f64::NAN; 60],
            vec![7.0],
            vec![],
        ] {
            assert_eq!(onset(&series(values.clone()), all()), None, "{values:?}");
        }
    }

    #[test]
    fn the_past_before_the_window_is_the_usual_course() {
        let values = series((0..60).map(|i| if i < 42 { noisy(i) } else { 40.0 }));
        let found = onset(&values, TimeWindow::new(at(40), at(60))).unwrap();
        assert_eq!(found.at, at(42));
    }

    #[test]
    fn a_gap_before_the_change_widens_its_error() {
        let mut values = series((0..60).map(|i| if i < 40 { noisy(i) } else { 40.0 }));
        values.drain(36..40);
        assert_eq!(onset(&values, all()).unwrap().error, SignedDuration::from_secs(75));
    }

    fn any_value() -> impl Strategy<Value = f64> {
        prop_oneof![-3.0..3.0f64, 20.0..30.0f64, any::<f64>(), Just(1e308), Just(f64::NAN)]
    }

    proptest! {
        #[test]
        fn an_onset_is_a_real_sample_of_the_window(values in prop::collection::vec(any_value(), 0..80)) {
            let (whole, window) = (series(values), TimeWindow::new(at(20), at(80)));
            if let Some(found) = onset(&whole, window) {
                prop_assert!(window.contains(found.at) && found.error.is_positive());
                prop_assert!(whole.iter().any(|sample| sample.at == found.at && sample.value.is_finite()));
            }
        }

        #[test]
        fn what_comes_later_moves_no_onset(values in prop::collection::vec(-3.0..30.0f64, 20..80)) {
            let (whole, window) = (series(values), TimeWindow::new(at(20), at(80)));
            if let Some(found) = onset(&whole, window) {
                let known = whole.partition_point(|sample| sample.at <= found.at) + PERSISTENCE;
                prop_assert_eq!(onset(&whole[..known.min(whole.len())], window), Some(found));
            }
        }
    }
}
