//! When a series left its usual range, how sure that is, and which of several left first. Called by what ranks "what moved
//! first".
//!
//! # Method
//! The samples before the window tell the usual range: median and median distance, after the day's shape is taken off
//! where there is one. Inside the window two cumulative sums (Page, "Continuous Inspection Schemes", Biometrika 1954), one
//! up, one down, add what each sample is beyond one spread; a sample counts at most four, so one wild value is no onset.
//! The limit is 8, or one and a half times the greatest sum that the baseline itself reaches: a series that wanders as a
//! habit must wander farther. From the sum's last zero to its alarm the onset is the most likely point at which a mean
//! changed (Hinkley, "Inference about the change-point in a sequence of random variables", Biometrika 1970), and every
//! point whose log likelihood is at most 2 lower is as good: these give the uncertainty, with the gap to the sample
//! before, since nobody saw what happened between.

use jiff::SignedDuration;

use super::robust::{DayShape, centre_and_spread};
use crate::domain::time::{from_seconds, to_seconds};
use crate::domain::{Sample, TimeWindow, Timestamp};

/// Samples before the window without which nothing is usual.
pub const FEWEST: usize = 12;
/// The most that one sample counts, in spreads.
const MOST: f64 = 4.0;
/// What a sample must be off before it counts, in spreads.
const SLACK: f64 = 1.0;
/// The least sum that is an alarm.
const LIMIT: f64 = 8.0;
/// Log likelihood that a point may lack and still be the onset: the 95 % set of a likelihood ratio with one free place.
const LACK: f64 = 2.0;

/// Which way a series left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Above the usual range.
    Up,
    /// Below it.
    Down,
}

/// When a series left its usual range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Onset {
    /// The middle of what is possible.
    pub at: Timestamp,
    /// Half of what is possible: the onset lies in `at - within ..= at + within`.
    pub within: SignedDuration,
    /// Which way.
    pub way: Way,
    /// How far beyond the usual centre it then was, in spreads, by the mean up to the alarm. At least 1.
    pub spreads: f64,
}

/// What came of looking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Left {
    /// It left.
    At(Onset),
    /// It stayed in its usual range.
    DidNot,
    /// Too few samples before the window, or none in it: nothing can be said.
    Unknown,
}

/// Looks for the onset inside `window`. Samples are in time order; those before the window are the baseline, those after
/// it and values that are not finite are ignored.
pub fn find(samples: &[Sample], window: TimeWindow) -> Left {
    let points: Vec<(f64, f64)> = samples
        .iter()
        .filter(|sample| sample.value.is_finite() && sample.value.abs() < 1e150 && sample.at < window.end)
        .map(|sample| (to_seconds(sample.at), sample.value))
        .collect();
    let start = to_seconds(window.start);
    let split = points.partition_point(|(seconds, _)| *seconds < start);
    if split < FEWEST || split == points.len() {
        return Left::Unknown;
    }
    let shape = DayShape::of(&points[..split]);
    let rest = |(seconds, value): &(f64, f64)| value - shape.as_ref().map_or(0.0, |shape| shape.at(*seconds));
    let values: Vec<f64> = points.iter().map(rest).collect();
    let Some((centre, spread)) = centre_and_spread(&values[..split]) else { return Left::Unknown };
    // A baseline that never moved: any move is one.
    let spread = if spread > 0.0 { spread } else { f64::MIN_POSITIVE };
    let off: Vec<f64> = values.iter().map(|value| ((value - centre) / spread).clamp(-1e6, 1e6)).collect();
    let times: Vec<f64> = points.iter().map(|(seconds, _)| *seconds).collect();
    let up = first(&off, &times, split, Way::Up);
    let down = first(&off, &times, split, Way::Down);
    match (up, down) {
        (Some(up), Some(down)) => Left::At(if down.at < up.at { down } else { up }),
        (Some(one), None) | (None, Some(one)) => Left::At(one),
        (None, None) => Left::DidNot,
    }
}

/// The first onset one way.
fn first(off: &[f64], times: &[f64], split: usize, way: Way) -> Option<Onset> {
    let turned: Vec<f64> = off.iter().map(|z| if way == Way::Up { *z } else { -z }).collect();
    let clipped = |z: f64| z.clamp(-MOST, MOST);
    let mut sum = 0.0_f64;
    let mut highest = 0.0_f64;
    for z in &turned[..split] {
        sum = (sum + clipped(*z) - SLACK).max(0.0);
        highest = highest.max(sum);
    }
    let limit = LIMIT.max(1.5 * highest);
    let (mut sum, mut zero) = (0.0_f64, split);
    for (k, z) in turned.iter().enumerate().skip(split) {
        sum += clipped(*z) - SLACK;
        if sum <= 0.0 {
            (sum, zero) = (0.0, k + 1);
        } else if sum >= limit {
            return Some(place(&turned, times, zero, k, way));
        }
    }
    None
}

/// The likely places of the change between the sum's last zero and its alarm.
fn place(turned: &[f64], times: &[f64], zero: usize, alarm: usize, way: Way) -> Onset {
    let clipped = |k: usize| turned[k].clamp(-MOST, MOST);
    // A little before the zero too: a ramp begins inside the usual range.
    let from = zero.saturating_sub(3).max(1);
    let gain: Vec<f64> = (from..=alarm)
        .map(|k| {
            let count = (alarm + 1 - k) as f64;
            let mean = (k..=alarm).map(clipped).sum::<f64>() / count;
            if mean > 0.0 { count * mean * mean / 2.0 } else { 0.0 }
        })
        .collect();
    let best = gain.iter().copied().fold(0.0, f64::max);
    let good = |gain: &f64| *gain >= best - LACK;
    let earliest = from + gain.iter().position(good).unwrap_or(0);
    let latest = from + gain.iter().rposition(good).unwrap_or(0);
    let (low, high) = (times[earliest - 1], times[latest]);
    let likely = from + gain.iter().position(|gain| *gain >= best).unwrap_or(0);
    let spreads = (likely..=alarm).map(|k| turned[k]).sum::<f64>() / (alarm + 1 - likely) as f64;
    let within = SignedDuration::from_millis(((high - low) * 500.0).ceil() as i64);
    Onset { at: from_seconds((low + high) / 2.0).unwrap_or(Timestamp::MIN), within, way, spreads: spreads.max(1.0) }
}

/// The place of each onset in the order of time: 1 for what may have been first, and one more for each onset that was
/// certainly earlier. Equal places are ties: their error bars overlap.
pub fn order(onsets: &[Onset]) -> Vec<usize> {
    let bounds = |onset: &Onset| {
        let (at, within) = (to_seconds(onset.at), onset.within.as_secs_f64());
        (at - within, at + within)
    };
    let ends: Vec<(f64, f64)> = onsets.iter().map(bounds).collect();
    ends.iter().map(|(low, _)| 1 + ends.iter().filter(|(_, high)| high < low).count()).collect()
}

#[cfg(test)]
mod tests;
