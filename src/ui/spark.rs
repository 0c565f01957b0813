//! One row of a trend: a series squeezed into a few cells, with its gaps, and a row of marks below it. Called by the
//! Metrics and Logs panes.

use crate::domain::Sample;
use crate::domain::time::{TimeWindow, to_seconds};

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 5] = ['_', '.', '-', '=', '#'];

/// The least share of the largest value that the height of a row stands for: noise of a percent stays flat.
const LEAST_SPREAD: f64 = 0.2;

/// The lower and upper end that a row of values is drawn between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A cell per value: a gap (`None` or NaN) is a blank, a series that does not move is flat, one that is zero lies at
/// the bottom. Each row has a scale of its own: from zero where the values reach down to less than half of the
/// largest, else from the smallest.
pub fn spark(values: &[Option<f64>], ascii: bool) -> String {
    let levels: &[char] = if ascii { &ASCII } else { &BLOCKS };
    let Some(scale) = Scale::of(values.iter().copied().flatten()) else {
        return values.iter().map(|v| infinite_level(*v, levels)).collect();
    };
    let top = levels.len() - 1;
    let level = |v: f64| levels[((scale.share(v) * top as f64).round() as usize).min(top)];
    values.iter().map(|v| v.filter(|v| !v.is_nan()).map_or(' ', level)).collect()
}

/// Where no value is finite there is no scale, but infinity is still up and down.
fn infinite_level(v: Option<f64>, levels: &[char]) -> char {
    match v {
        Some(v) if v == f64::INFINITY => levels.last().copied().unwrap_or(' '),
        Some(v) if v == f64::NEG_INFINITY => levels.first().copied().unwrap_or(' '),
        Some(_) | None => ' ',
    }
}

/// A row of blanks with a mark in some columns. Of two marks in one column the later in the list wins; marks outside
/// are left out.
pub fn mark_row(columns: usize, positions: &[(usize, char)]) -> String {
    let mut row = vec![' '; columns];
    for (column, mark) in positions {
        if let Some(cell) = row.get_mut(*column) {
            *cell = *mark;
        }
    }
    row.into_iter().collect()
}

/// The column of an instant in a window drawn over so many columns; nothing outside the window.
pub fn column_of(at: crate::domain::Timestamp, window: TimeWindow, columns: usize) -> Option<usize> {
    if !window.contains(at) || columns == 0 {
        return None;
    }
    let length = to_seconds(window.end) - to_seconds(window.start);
    let share = (to_seconds(at) - to_seconds(window.start)) / length.max(0.001);
    Some(((share * columns as f64) as usize).min(columns - 1))
}

/// Samples in time order as one value per column of the window.
///
/// The largest value of a column stands for it, so that a short peak is never lost. A column between two samples holds
/// the one before, unless the samples are further apart than twice their usual distance: that is a gap.
pub fn resample(samples: &[Sample], window: TimeWindow, columns: usize) -> Vec<Option<f64>> {
    let mut out: Vec<Option<f64>> = vec![None; columns];
    for sample in samples {
        if let Some(column) = column_of(sample.at, window, columns).filter(|_| !sample.value.is_nan()) {
            let held = &mut out[column];
            *held = Some(held.map_or(sample.value, |v| v.max(sample.value)));
        }
    }
    let length = to_seconds(window.end) - to_seconds(window.start);
    if columns == 0 || length <= 0.0 {
        return out;
    }
    let reach = (usual_distance(samples) * 2.0 / (length / columns as f64)) as usize;
    let mut last: Option<(usize, f64)> = None;
    for (column, held) in out.iter_mut().enumerate() {
        match (*held, last) {
            (Some(v), _) => last = Some((column, v)),
            (None, Some((from, v))) if column - from < reach => *held = Some(v),
            (None, _) => {}
        }
    }
    out
}

/// The median distance of neighbouring samples in seconds; 0 for fewer than two.
fn usual_distance(samples: &[Sample]) -> f64 {
    let mut distances: Vec<f64> =
        samples.windows(2).map(|pair| to_seconds(pair[1].at) - to_seconds(pair[0].at)).collect();
    let middle = distances.len() / 2;
    distances.sort_by(f64::total_cmp);
    distances.get(middle).copied().unwrap_or(0.0)
}

impl Scale {
    /// The scale of what is finite among the values; nothing if nothing is.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut ends: Option<(f64, f64)> = None;
        for v in values.filter(|v| v.is_finite()) {
            ends = Some(ends.map_or((v, v), |(low, high)| (low.min(v), high.max(v))));
        }
        let (min, high) = ends?;
        let low = if min >= 0.0 && min < high / 2.0 { 0.0 } else { min };
        let least = high.abs().max(low.abs()) * LEAST_SPREAD;
        // In halves, because the distance of two large numbers may be infinite.
        if high / 2.0 - low / 2.0 >= least / 2.0 {
            return Some(if high > low { Self { low, high } } else { Self { low, high: low + 1.0 } });
        }
        let middle = low / 2.0 + high / 2.0;
        Some(Self { low: middle - least / 2.0, high: middle + least / 2.0 })
    }

    /// How far up a value lies, 0 to 1.
    pub(super) fn share(self, v: f64) -> f64 {
        let height = self.high / 2.0 - self.low / 2.0;
        let share = (v.clamp(self.low, self.high) / 2.0 - self.low / 2.0) / height;
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn row(values: &[f64]) -> String {
        spark(&values.iter().map(|v| Some(*v)).collect::<Vec<_>>(), false)
    }

    #[test]
    fn a_rise_rises_and_a_gap_stays_a_gap() {
        assert_eq!(spark(&[Some(0.0), Some(7.0), None, Some(14.0), Some(f64::NAN)], false), "▁▅ █ ");
        assert_eq!(spark(&[Some(0.0), Some(7.0), None, Some(14.0)], true), "_- #");
    }

    #[test]
    fn what_does_not_move_is_flat() {
        assert_eq!(row(&[0.0, 0.0, 0.0]), "▁▁▁");
        assert_eq!(row(&[5.0, 5.0]), row(&[500.0, 500.0]));
        let noise = row(&[1000.0, 1003.0, 999.0, 1001.0]);
        assert!(noise.chars().all(|c| "▄▅".contains(c)), "noise of a percent is no mountain: {noise}");
    }

    #[test]
    fn numbers_at_the_edge_of_what_a_float_holds_are_drawn() {
        assert_eq!(row(&[-1e308, 1e308]), "▁█");
        assert_eq!(row(&[0.0, f64::INFINITY, 1.0]), "▁██");
        assert_eq!(row(&[f64::INFINITY, f64::NEG_INFINITY]), "█▁");
    }

    #[test]
    fn marks_stand_where_they_belong() {
        assert_eq!(mark_row(6, &[(1, '▲'), (9, 'x'), (4, '|')]), " ▲  | ");
    }

    fn every_15_s(values: &[Option<f64>]) -> Vec<Sample> {
        let at = |i: usize| Timestamp::from_second(i as i64 * 15).unwrap();
        values.iter().enumerate().filter_map(|(i, v)| v.map(|value| Sample { at: at(i), value })).collect()
    }

    fn window(seconds: i64) -> TimeWindow {
        TimeWindow::new(Timestamp::from_second(0).unwrap(), Timestamp::from_second(seconds).unwrap())
    }

    #[test]
    fn a_peak_is_kept_and_an_outage_is_a_gap() {
        let mut values = vec![Some(1.0); 40];
        values[3] = Some(9.0);
        values[20..30].fill(None);
        let columns = resample(&every_15_s(&values), window(600), 10);
        assert_eq!(columns[0], Some(9.0));
        assert_eq!(columns.iter().position(Option::is_none), Some(5));
        let fine = resample(&every_15_s(&values), window(600), 80);
        assert_eq!(fine[1], Some(1.0), "between two samples there is no gap");
        assert_eq!(fine[50], None);
    }

    proptest! {
        #[test]
        fn any_numbers_fill_the_row(values in prop::collection::vec(prop::option::of(prop::num::f64::ANY), 0..60), ascii: bool) {
            let row = spark(&values, ascii);
            prop_assert_eq!(row.chars().count(), values.len());
            for (c, v) in row.chars().zip(&values) {
                prop_assert_eq!(c == ' ', v.is_none_or(f64::is_nan));
            }
        }
    }
}
