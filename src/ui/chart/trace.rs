//! Samples squeezed into the dot columns of a chart. Several samples in one column keep their lowest and highest, so that
//! a peak is never lost; columns are joined unless the samples are too far apart.

use super::scale::Reach;
use crate::domain::Sample;
use crate::domain::time::{TimeWindow, to_seconds};

/// Distances that are looked at to learn the usual one.
const LOOKED_AT: usize = 256;
/// Two samples farther apart than so many usual distances have a gap between them.
const GAP: f64 = 2.0;

/// What fell on one column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) x: usize,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) first: f64,
    pub(super) last: f64,
    /// Whether a line leads here from the column before.
    pub(super) joined: bool,
}

/// One series over the dot columns of a window.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Trace {
    pub(super) columns: Vec<Column>,
    pub(super) reach: Reach,
    /// Samples inside the window, those that are no number among them.
    pub(super) samples: usize,
    /// The usual distance of two samples in seconds; 0 when there are fewer.
    pub(super) step: f64,
}

/// The samples of a window, which are in time order.
pub fn inside(samples: &[Sample], window: TimeWindow) -> &[Sample] {
    let from = samples.partition_point(|sample| sample.at < window.start);
    let to = samples.partition_point(|sample| sample.at < window.end).max(from);
    &samples[from..to]
}

impl Trace {
    /// Squeezes samples in time order into `across` columns. NaN is a gap; the infinities lie at the edges.
    pub(super) fn of(samples: &[Sample], window: TimeWindow, across: usize) -> Self {
        let samples = inside(samples, window);
        let step = usual_distance(samples);
        let mut trace = Self { samples: samples.len(), step, ..Self::default() };
        let (start, length) = (to_seconds(window.start), to_seconds(window.end) - to_seconds(window.start));
        if across == 0 || length <= 0.0 {
            return trace;
        }
        let per_second = across as f64 / length;
        let mut before: Option<f64> = None;
        for sample in samples {
            if sample.value.is_nan() {
                before = None;
                continue;
            }
            let at = to_seconds(sample.at);
            let x = (((at - start) * per_second) as usize).min(across - 1);
            trace.reach.add(sample.value);
            let joined = before.is_some_and(|before| at - before <= step * GAP + 0.001);
            before = Some(at);
            match trace.columns.last_mut() {
                Some(column) if column.x == x => column.add(sample.value),
                Some(_) | None => trace.columns.push(Column::new(x, sample.value, joined)),
            }
        }
        trace
    }
}

impl Column {
    fn new(x: usize, value: f64, joined: bool) -> Self {
        Self { x, low: value, high: value, first: value, last: value, joined }
    }

    fn add(&mut self, value: f64) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        self.last = value;
    }
}

/// The median of some distances of neighbouring samples, spread over all of them.
pub fn usual_distance(samples: &[Sample]) -> f64 {
    let stride = (samples.len() / LOOKED_AT).max(1);
    let mut distances: Vec<f64> = (1..samples.len())
        .step_by(stride)
        .map(|at| to_seconds(samples[at].at) - to_seconds(samples[at - 1].at))
        .collect();
    if distances.is_empty() {
        return 0.0;
    }
    let middle = distances.len() / 2;
    *distances.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn samples(values: &[(i64, f64)]) -> Vec<Sample> {
        values.iter().map(|(s, value)| Sample { at: Timestamp::from_second(*s).unwrap(), value: *value }).collect()
    }

    fn trace(values: &[(i64, f64)], seconds: i64, across: usize) -> Trace {
        let window = TimeWindow::new(Timestamp::from_second(0).unwrap(), Timestamp::from_second(seconds).unwrap());
        Trace::of(&samples(values), window, across)
    }

    #[test]
    fn both_ends_of_what_falls_on_a_column_are_kept() {
        let trace = trace(&[(0, 5.0), (1, 9.0), (2, -3.0), (3, 5.0), (10, 5.0)], 20, 2);
        let ends: Vec<_> = trace.columns.iter().map(|column| (column.x, column.low, column.high)).collect();
        assert_eq!(ends, [(0, -3.0, 9.0), (1, 5.0, 5.0)]);
        assert_eq!(trace.reach.ends(), Some((-3.0, 9.0)));
    }

    #[test]
    fn an_outage_and_a_value_that_is_none_are_gaps() {
        let joined = |values: &[(i64, f64)]| -> Vec<bool> {
            trace(values, 100, 100).columns.iter().map(|column| column.joined).collect()
        };
        assert_eq!(joined(&[(0, 1.0), (10, 1.0), (20, 1.0), (60, 1.0), (70, 1.0)]), [false, true, true, false, true]);
        assert_eq!(joined(&[(0, 1.0), (10, f64::NAN), (20, 1.0), (30, 1.0)]), [false, false, true]);
    }

    #[test]
    fn what_lies_outside_the_window_is_left_out() {
        assert_eq!(trace(&[(-5, 1.0), (5, 2.0), (30, 3.0)], 20, 10).samples, 1);
    }
}
