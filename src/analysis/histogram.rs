//! Histograms in series: the buckets of a classic Prometheus histogram (a series for each upper bound, `le`, that counts
//! everything up to it) become what fell into each bucket in each part of a window, and quantiles over time. The metrics
//! pane draws the heat-map from it.

use crate::domain::time::to_seconds;
use crate::domain::{CleanText, Series, TimeWindow};

/// The label that holds a bucket's upper bound.
const BOUND: &str = "le";
/// Samples farther apart than so many usual distances have a gap between them.
const GAP: f64 = 2.0;
/// The share of steps down that a counter may have: each is a restart of what counts.
const RESTARTS: f64 = 0.05;
/// Functions of PromQL that give what happened instead of what was counted.
const RATES: [&str; 3] = ["rate(", "increase(", "delta("];

/// What fell into each bucket over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Upper bounds of the buckets, ascending; the last one is infinite where the server has that bucket.
    pub uppers: Vec<f64>,
    /// Parts of the window.
    pub columns: usize,
    /// The largest value of a bucket in a part.
    pub most: f64,
    /// Bucket after bucket, a value for each part; NaN where nothing is known.
    cells: Vec<f64>,
}

/// The upper bound of a bucket; `None` for a series that is none.
pub fn bound(series: &Series) -> Option<f64> {
    let text = series.labels.get(BOUND as &str).map(CleanText::as_str)?;
    text.parse::<f64>().ok().filter(|bound| !bound.is_nan())
}

/// Whether series are the buckets of histograms: at least three bounds, and nothing that is none.
pub fn is_histogram(series: &[Series]) -> bool {
    let mut bounds = Vec::new();
    for one in series {
        match bound(one) {
            Some(bound) if !bounds.contains(&bound) && bounds.len() < 3 => bounds.push(bound),
            Some(_) => {}
            None => return false,
        }
    }
    bounds.len() >= 3
}

/// What fell into each bucket in each of `columns` parts of a window. Histograms that differ in other labels are added;
/// counters count by their rises. `None` for what is no histogram.
pub fn over(series: &[Series], window: TimeWindow, columns: usize) -> Option<Histogram> {
    if columns == 0 || !is_histogram(series) {
        return None;
    }
    let counters = are_counters(series);
    let mut bounds: Vec<f64> = series.iter().filter_map(bound).collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    let mut cells = vec![f64::NAN; bounds.len() * columns];
    for one in series {
        let Some(at) = bound(one).and_then(|bound| bounds.iter().position(|known| *known == bound)) else { continue };
        let row = &mut cells[at * columns..(at + 1) * columns];
        for (cell, value) in row.iter_mut().zip(parts(one, window, columns, counters)) {
            if let Some(value) = value {
                *cell = if cell.is_nan() { value } else { *cell + value };
            }
        }
    }
    // From everything up to a bound to what lies between two.
    for bucket in (1..bounds.len()).rev() {
        for column in 0..columns {
            let below = cells[(bucket - 1) * columns + column];
            let cell = &mut cells[bucket * columns + column];
            *cell = (*cell - if below.is_nan() { 0.0 } else { below }).max(0.0);
        }
    }
    // `max` above takes zero for a part that nothing is known of.
    for column in 0..columns {
        if cells[column].is_nan() {
            (0..bounds.len()).for_each(|bucket| cells[bucket * columns + column] = f64::NAN);
        }
    }
    let most = cells.iter().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
    Some(Histogram { uppers: bounds, columns, most, cells })
}

/// Whether the series only ever count up: no rate was asked for, and hardly any step leads down.
fn are_counters(series: &[Series]) -> bool {
    if series.iter().any(|one| RATES.iter().any(|name| one.query.as_str().contains(name))) {
        return false;
    }
    let steps = || series.iter().flat_map(|one| one.samples.windows(2)).map(|pair| pair[1].value - pair[0].value);
    let (up, down) = (steps().filter(|d| *d > 0.0).count(), steps().filter(|d| *d < 0.0).count());
    up > 0 && down as f64 <= RESTARTS * (up + down) as f64
}

/// The mean of the samples in each part; a part between two samples holds the one before.
fn parts(series: &Series, window: TimeWindow, columns: usize, counter: bool) -> Vec<Option<f64>> {
    let (start, length) = (to_seconds(window.start), to_seconds(window.end) - to_seconds(window.start));
    let mut sums = vec![(0.0, 0u32); columns];
    let mut before: Option<f64> = None;
    let mut at_before: Option<f64> = None;
    let mut step = 0.0_f64;
    for sample in series.samples.iter().filter(|sample| sample.value.is_finite()) {
        let value = match (counter, before) {
            (false, _) => Some(sample.value),
            (true, None) => None,
            // A counter that fell began again at zero.
            (true, Some(before)) if sample.value < before => Some(sample.value),
            (true, Some(before)) => Some(sample.value - before),
        };
        before = Some(sample.value);
        let at = to_seconds(sample.at);
        if let Some(before) = at_before.replace(at) {
            step = if step == 0.0 { at - before } else { step.min((at - before).max(0.001)) };
        }
        if let (Some(value), true) = (value, window.contains(sample.at) && length > 0.0) {
            let column = (((at - start) / length * columns as f64) as usize).min(columns - 1);
            sums[column].0 += value.max(0.0);
            sums[column].1 += 1;
        }
    }
    let reach = (step * GAP / (length / columns as f64).max(1e-9)) as usize;
    let mut last: Option<(usize, f64)> = None;
    sums.into_iter()
        .enumerate()
        .map(|(column, (sum, count))| match (count, last) {
            (0, Some((from, value))) if column - from < reach.max(1) => Some(value),
            (0, _) => None,
            (count, _) => {
                let mean = sum / f64::from(count);
                last = Some((column, mean));
                Some(mean)
            }
        })
        .collect()
}

impl Histogram {
    /// What fell into a bucket in a part of the window.
    pub fn cell(&self, bucket: usize, column: usize) -> Option<f64> {
        let at = bucket.checked_mul(self.columns)?.checked_add(column)?;
        self.cells.get(at).copied().filter(|value| column < self.columns && !value.is_nan())
    }

    /// The value below which a share `q` of what fell into a part lies, as Prometheus' `histogram_quantile` estimates it:
    /// evenly spread within a bucket; the highest bound where it lies beyond it. `None` where nothing fell.
    pub fn quantile(&self, column: usize, q: f64) -> Option<f64> {
        let total: f64 = (0..self.uppers.len()).filter_map(|bucket| self.cell(bucket, column)).sum();
        let rank = q * total;
        let mut below = 0.0;
        for (bucket, upper) in self.uppers.iter().enumerate() {
            let inside = self.cell(bucket, column)?;
            if inside > 0.0 && below + inside >= rank {
                let lower = match bucket.checked_sub(1) {
                    Some(before) => self.uppers[before],
                    None if *upper > 0.0 => 0.0,
                    None => return Some(*upper),
                };
                return Some(if upper.is_infinite() {
                    lower
                } else {
                    lower + (upper - lower) * ((rank - below) / inside).clamp(0.0, 1.0)
                });
            }
            below += inside;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::series::Unit;
    use crate::domain::{Sample, SourceId, Timestamp};

    fn bucket(le: &str, query: &str, values: &[f64]) -> Series {
        let at = |n: usize| Timestamp::from_second(n as i64 * 10).unwrap();
        Series {
            source: SourceId::new("prom"),
            query: query.into(),
            title: "latency".into(),
            unit: Unit::PerSecond,
            labels: [("le".into(), le.into())].into(),
            samples: values.iter().enumerate().map(|(n, value)| Sample { at: at(n), value: *value }).collect(),
        }
    }

    fn window(seconds: i64) -> TimeWindow {
        TimeWindow::new(Timestamp::from_second(0).unwrap(), Timestamp::from_second(seconds).unwrap())
    }

    #[test]
    fn what_is_counted_up_to_a_bound_becomes_what_lies_between_two() {
        let query = "sum by (le) (rate(latency_bucket[1m]))";
        let series =
            [bucket("0.1", query, &[1.0, 1.0]), bucket("0.5", query, &[4.0, 1.0]), bucket("+Inf", query, &[4.0, 3.0])];
        let histogram = over(&series, window(20), 2).unwrap();
        let column = |at| (0..3).map(|bucket| histogram.cell(bucket, at).unwrap()).collect::<Vec<_>>();
        assert_eq!((column(0), column(1)), (vec![1.0, 3.0, 0.0], vec![1.0, 0.0, 2.0]));
        assert_eq!(histogram.most, 3.0);
        assert_eq!(histogram.quantile(0, 0.5), Some(0.1 + 0.4 / 3.0));
        assert_eq!(histogram.quantile(1, 0.99), Some(0.5), "beyond the highest bound it is the bound");
    }

    #[test]
    fn counters_count_by_their_rises_and_begin_again() {
        let of = |le| bucket(le, "latency_bucket", &[10.0, 12.0, 15.0, 2.0, 4.0, 6.0, 8.0, 9.0]);
        let mut series = vec![of("0.1"), of("0.5"), of("+Inf")];
        // One fall in seven steps is too many for a counter that restarts once in a while.
        assert!(!are_counters(&series));
        for one in &mut series {
            let rising: Vec<Sample> = (0..40)
                .map(|n| Sample { at: Timestamp::from_second(80 + n * 10).unwrap(), value: 9.0 + n as f64 })
                .collect();
            one.samples.extend(rising);
        }
        let histogram = over(&series, window(80), 8).unwrap();
        let first: Vec<_> = (0..8).map(|column| histogram.cell(0, column)).collect();
        assert_eq!(first, [None, Some(2.0), Some(3.0), Some(2.0), Some(2.0), Some(2.0), Some(2.0), Some(1.0)]);
        assert_eq!(histogram.cell(2, 3), Some(0.0));
    }

    #[test]
    fn what_has_no_bounds_is_no_histogram() {
        let plain = [bucket("a", "x", &[1.0]), bucket("0.5", "x", &[1.0]), bucket("1", "x", &[1.0])];
        assert_eq!(over(&plain, window(10), 4), None);
        assert_eq!(over(&plain[1..], window(10), 4), None);
    }

    proptest! {
        #[test]
        fn any_numbers_give_quantiles_between_the_bounds(
            rows in prop::collection::vec(prop::collection::vec(prop::num::f64::ANY, 0..20), 3..8), columns in 1usize..40, q in 0.0..1.0f64, rate: bool,
        ) {
            let query = if rate { "rate(x[1m])" } else { "x" };
            let le = |n: usize| if n == 0 { "+Inf".to_owned() } else { (n as f64 / 4.0).to_string() };
            let series: Vec<Series> = rows.iter().enumerate().map(|(n, row)| bucket(&le(n), query, row)).collect();
            let histogram = over(&series, window(200), columns).unwrap();
            for column in 0..columns {
                if let Some(value) = histogram.quantile(column, q) {
                    prop_assert!((0.0..=2.0).contains(&value), "{value}");
                }
                for bucket in 0..rows.len() {
                    prop_assert!(histogram.cell(bucket, column).is_none_or(|value| value >= 0.0));
                }
            }
        }
    }
}
