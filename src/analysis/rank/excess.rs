//! How much more than usual a service took or failed, row by row, and how unusual that is for it.
//!
//! The quantity is *extra calls' worth*: calls times (latency - usual latency), in seconds of waiting, and calls times
//! (share of failures - usual share), in failed calls. Unlike a z-score it has the same unit at every service and is
//! handed on along calls: a callee's extra second is an extra second of a caller that waits for it. (Queueing theory's
//! view of a service as time held: Little, *A proof for the queuing formula L = λW*, 1961.)
//!
//! "Usual" is the baseline's median, or the lower quartile of the rows looked at if that is lower: the days before may
//! have been slower than today, and what matters is the step up. Where the whole system is slower, the median is
//! raised by that much (`weather`). Strength is the total against totals of stretches of the same length in the
//! baseline, in robust standard deviations (1.4826 times the median absolute deviation: Hampel, *The influence curve
//! and its role in robust estimation*, 1974). A series that never moved has a deviation of nothing, so the scale has a
//! floor: half a failed call or the spread that counting alone gives, and a hundredth of the usual time.

use super::telemetry::{Columns, Measure};

/// At most so many stretches of the baseline are looked at.
const STRETCHES: usize = 2_000;
/// Fewer stretches than this say nothing about spread.
const FEWEST: usize = 8;
/// Calls in a row where nobody counted them, so that a share is a percentage.
const UNCOUNTED: f64 = 100.0;
/// Normal consistency of the median absolute deviation.
const TO_SIGMA: f64 = 1.4826;

/// What a service did beyond its usual.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Excess {
    /// Extra seconds or extra failed calls in each row; below zero where it did better than usual.
    pub rows: Vec<f64>,
    /// Robust standard deviations of the total above the baseline's totals; `None` without a baseline.
    pub strength: Option<f64>,
    /// The usual latency in seconds, or share of failures.
    pub usual: f64,
    /// The same in the row with the greatest excess.
    pub worst: f64,
}

/// A service's values and calls in one stretch.
struct Stretch<'a> {
    values: &'a [f64],
    calls: &'a [f64],
}

/// The excess of one measure, or `None` where the incident has no figure. A service that the baseline does not know
/// has no usual: all its time and all its failures are new.
pub(super) fn excess(measure: Measure, incident: &Columns, baseline: Option<&Columns>, weather: f64) -> Option<Excess> {
    let now = values(measure, incident)?;
    let calls = calls_of(incident, now.len());
    let present: Vec<f64> = now.iter().copied().filter(|it| it.is_finite()).collect();
    let low = quantile(present.clone(), 0.25)?;
    let before = baseline.and_then(|columns| Some((values(measure, columns)?, columns)));
    let median = before
        .as_ref()
        .and_then(|(values, _)| quantile(values.iter().copied().filter(|it| it.is_finite()).collect(), 0.5));
    let usual = median.map_or(0.0, |median| (weather * median).min(low));
    let rows = Stretch { values: &now, calls: &calls }.rows(usual);
    let worst = (0..rows.len()).max_by(|a, b| rows[*a].total_cmp(&rows[*b])).map_or(usual, |row| now[row]);
    let worst = if worst.is_finite() { worst } else { usual };
    let strength = match (median, before) {
        (Some(median), Some((values, columns))) => {
            let all = calls_of(columns, values.len());
            let history = Stretch { values: &values, calls: &all };
            let busier = match (traffic(incident), traffic(columns)) {
                (Some(now), Some(before)) if now > 0.0 && before > 0.0 => now / before,
                _ => 1.0,
            };
            let total = rows.iter().sum::<f64>();
            history.spread(measure, median, rows.len(), busier).map(|(centre, scale)| (total - centre) / scale)
        }
        _ => None,
    };
    Some(Excess { rows, strength, usual, worst })
}

/// How many times their usual time the services took that wait for nobody: what three quarters of them have in common
/// is the day, not a cause. 1 for fewer than four of them, or where they are faster.
pub(super) fn weather(leaves: &[(&Columns, &Columns)]) -> f64 {
    let middle = |columns: &Columns| {
        quantile(columns.latency.iter().copied().filter(|it| it.is_finite()).collect(), 0.5).filter(|it| *it > 0.0)
    };
    let slower: Vec<f64> = leaves.iter().filter_map(|(now, before)| Some(middle(now)? / middle(before)?)).collect();
    if slower.len() < 4 { 1.0 } else { quantile(slower, 0.25).unwrap_or(1.0).max(1.0) }
}

/// Calls of a service in a stretch, and the median in a row; `None` where nobody counted.
pub(super) fn traffic(columns: &Columns) -> Option<f64> {
    quantile(columns.requests.iter().copied().filter(|it| it.is_finite()).collect(), 0.5)
}

/// A column as seconds or as a share of failures; `None` if it holds nothing.
fn values(measure: Measure, columns: &Columns) -> Option<Vec<f64>> {
    let values: Vec<f64> = match measure {
        Measure::Latency => columns.latency.clone(),
        Measure::Availability => columns.availability.iter().map(|percent| 1.0 - percent / 100.0).collect(),
        Measure::Requests => return None,
    };
    values.iter().any(|it| it.is_finite()).then_some(values)
}

/// The calls of each row. Negative and absent counts are none.
fn calls_of(columns: &Columns, rows: usize) -> Vec<f64> {
    if columns.requests.is_empty() {
        return vec![UNCOUNTED; rows];
    }
    let count = |row: usize| columns.requests.get(row).copied().filter(|it| it.is_finite()).unwrap_or(0.0);
    (0..rows).map(|row| count(row).max(0.0)).collect()
}

impl Stretch<'_> {
    fn rows(&self, usual: f64) -> Vec<f64> {
        let row = |(value, calls): (&f64, &f64)| if value.is_finite() { calls * (value - usual) } else { 0.0 };
        self.values.iter().zip(self.calls).map(row).collect()
    }

    /// Centre and scale of the totals of stretches of this length, each measured against the lower of the median and
    /// its own lower quartile, as the incident is, and as they would be with `busier` times the calls.
    fn spread(&self, measure: Measure, median: f64, wanted: usize, busier: f64) -> Option<(f64, f64)> {
        let length = wanted.min(self.values.len() / 2).max(1);
        let starts = self.values.len() + 1 - length;
        let step = starts.div_ceil(STRETCHES).max(1);
        let total = |start: usize| {
            let part =
                Stretch { values: &self.values[start..start + length], calls: &self.calls[start..start + length] };
            let present: Vec<f64> = part.values.iter().copied().filter(|it| it.is_finite()).collect();
            let low = quantile(present, 0.25)?;
            Some(part.rows(median.min(low)).iter().sum::<f64>())
        };
        let totals: Vec<f64> = (0..starts).step_by(step).filter_map(total).collect();
        if totals.len() < FEWEST {
            return None;
        }
        let centre = quantile(totals.clone(), 0.5)?;
        let deviation = quantile(totals.iter().map(|it| (it - centre).abs()).collect(), 0.5)?;
        // Extra seconds grow with the calls; failures are counted, and their spread with the root of the calls.
        let growth = if measure == Measure::Latency { busier } else { busier.sqrt() };
        let floor = match measure {
            Measure::Latency => {
                let calls = quantile(self.calls.to_vec(), 0.5)?.max(1.0);
                0.01 * median.abs() * calls * length as f64
            }
            Measure::Availability => {
                let failed = self.rows(0.0).iter().sum::<f64>() * length as f64 / self.values.len() as f64;
                failed.max(0.25).sqrt()
            }
            Measure::Requests => return None,
        };
        // A baseline shorter than twice the incident has only shorter stretches.
        let longer = wanted as f64 / length as f64;
        let scale = (TO_SIGMA * deviation).max(floor) * growth * longer;
        Some((centre * busier * longer, scale.max(f64::MIN_POSITIVE)))
    }
}

/// The value below which this share lies; the lower of two neighbours' for a quartile, their middle for a median.
pub(super) fn quantile(mut values: Vec<f64>, share: f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    values.sort_by(f64::total_cmp);
    if share == 0.5 && values.len().is_multiple_of(2) {
        let half = values.len() / 2;
        return Some(values[half - 1] / 2.0 + values[half] / 2.0);
    }
    let place = (share * values.len() as f64) as usize;
    values.get(place.min(values.len() - 1)).copied()
}
