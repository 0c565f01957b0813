//! A line through the recent past, and how far it is to be trusted. Called by [`predict`](super::predict).

use super::paths::Jitter;
use crate::analysis::robust::{centre_and_spread, median};

/// Medians that a line is laid through, at most: the slopes of all their pairs are looked at.
const SPANS: usize = 300;
/// Medians without which a shorter stretch is not tried.
const FEWEST: usize = 24;
/// A slope that is so many standard errors less than before has become less.
const SLOWS: f64 = 2.5;
/// Spreads beyond which what is left of a value is taken for wild.
const WILD: f64 = 4.0;

/// A line over times in seconds from the last sample, which are not positive.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Units a second.
    pub slope: f64,
    /// The value at the last sample.
    pub level: f64,
    /// Standard error of the slope.
    pub error: f64,
    /// Where the stretch begins.
    pub from: f64,
    /// Seconds between two points of the stretch, on average.
    pub step: f64,
    /// What is left at the last point.
    pub rest: f64,
    /// How much of what is left stays until the next point.
    pub carry: f64,
    /// What came new at each point.
    pub innovations: Vec<f64>,
}

/// Slope and level alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bare {
    slope: f64,
    level: f64,
}

impl Bare {
    /// The value at a time.
    pub(super) fn at(&self, seconds: f64) -> f64 {
        self.level + self.slope * seconds
    }
}

/// How the samples lie about the spans that they went into.
pub(super) fn jitter(points: &[(f64, f64)], spans: &[(f64, f64)]) -> Jitter {
    let each = points.len() as f64 / spans.len().max(1) as f64;
    if points.len() <= spans.len() {
        return Jitter { off: Vec::new(), each };
    }
    let mut off: Vec<f64> = points
        .iter()
        .map(|(seconds, value)| {
            let next = spans.partition_point(|(middle, _)| middle < seconds).min(spans.len() - 1);
            let before = next.saturating_sub(1);
            let near = if (spans[next].0 - seconds).abs() < (seconds - spans[before].0).abs() { next } else { before };
            value - spans[near].1
        })
        .collect();
    let bound = centre_and_spread(&off).map_or(0.0, |(_, spread)| WILD * spread);
    off.iter_mut().for_each(|off| *off = off.clamp(-bound, bound));
    off.sort_by(f64::total_cmp);
    Jitter { off, each }
}

/// Medians of equal spans of time, at the mean times of what they hold. Spans without a point are left out.
pub(super) fn spans(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    if points.len() <= SPANS || last.0 <= first.0 {
        return points.to_vec();
    }
    let width = (last.0 - first.0) / SPANS as f64;
    let span = |seconds: f64| (((seconds - first.0) / width) as usize).min(SPANS - 1);
    points
        .chunk_by(|a, b| span(a.0) == span(b.0))
        .filter_map(|chunk| {
            let middle = chunk.iter().map(|(seconds, _)| seconds / chunk.len() as f64).sum();
            let mut values: Vec<f64> = chunk.iter().map(|(_, value)| *value).collect();
            Some((middle, median(&mut values)?))
        })
        .collect()
}

impl Line {
    /// The slope and level over all the points.
    pub(super) fn over(points: &[(f64, f64)]) -> Option<Bare> {
        let slope = theil_sen(points)?;
        let level = median(&mut points.iter().map(|(seconds, value)| value - slope * seconds).collect::<Vec<_>>())?;
        Some(Bare { slope, level })
    }

    /// A line through the longest recent stretch that a line fits: as long as the last eighth lies off the line of the
    /// rest by more than three of its standard errors, the older half is left out.
    pub(super) fn through(points: &[(f64, f64)]) -> Option<Self> {
        let line = Self::of(points)?;
        if points.len() < 2 * FEWEST {
            return Some(line);
        }
        let (older, newest) = points.split_at(points.len() - points.len() / 8);
        let Some(past) = Self::of(older) else { return Some(line) };
        let bare = Bare { slope: past.slope, level: past.level };
        let off: Vec<f64> = newest.iter().map(|(seconds, value)| value - bare.at(*seconds)).collect();
        let mean = off.iter().sum::<f64>() / off.len() as f64;
        let ahead = (newest.last()?.0 - older.first()?.0) / 2.0;
        if mean.abs() <= 3.0 * past.error.hypot(past.mean_error(off.len()) / ahead) * ahead {
            return Some(line);
        }
        Self::through(&points[points.len() / 2..])
    }

    /// How much farther a series gets that goes on slowing down as it does; `None` where it does not slow down.
    ///
    /// Its slope is that of the newer half by that of the older one, `r`, in each half as long as the last: the sum of
    /// the series is `r / (1 - r)` times the newer half's rise. It slows down only if the newer half does so too: one
    /// bend is no end.
    pub(super) fn reach(points: &[(f64, f64)]) -> Option<f64> {
        if points.len() < 2 * FEWEST {
            return None;
        }
        let slows = |points: &[(f64, f64)]| {
            let (older, newer) = points.split_at(points.len() / 2);
            let (older, newer) = (Self::of(older)?, Self::of(newer)?);
            let (before, after) = (older.slope.abs(), newer.slope * older.slope.signum());
            let error = older.error.hypot(newer.error);
            (after >= 0.0 && before - after > SLOWS * error).then(|| (after + newer.error) / before)
        };
        let (_, newer) = points.split_at(points.len() / 2);
        slows(newer)?;
        let ratio = slows(points).filter(|ratio| *ratio < 1.0)?;
        let rise = Self::of(newer)?.slope.abs() * (newer.last()?.0 - newer.first()?.0);
        Some(rise * ratio / (1.0 - ratio))
    }

    fn of(points: &[(f64, f64)]) -> Option<Self> {
        let Bare { slope, level } = Self::over(points)?;
        let mut rests: Vec<f64> = points.iter().map(|(seconds, value)| value - level - slope * seconds).collect();
        // The line ignores wild values, so its error must not be made of them.
        let bound = centre_and_spread(&rests).map_or(0.0, |(_, spread)| WILD * spread);
        rests.iter_mut().for_each(|rest| *rest = rest.clamp(-bound, bound));
        let n = rests.len() as f64;
        let squares: f64 = rests.iter().map(|rest| rest * rest).sum();
        let products: f64 = rests.windows(2).map(|pair| pair[0] * pair[1]).sum();
        let seen = if squares > 0.0 { products / squares } else { 0.0 };
        // A line takes some of the persistence with it. What a random walk could show as well (Dickey and Fuller 1979: at
        // least 1 - 18 / n about a line, in nine of ten) is taken for one: else it would be said to return.
        let carry =
            if n * (1.0 - seen) < 18.0 { 1.0 } else { (seen + (2.0 + 8.0 * seen.max(0.0)) / n).clamp(0.0, 1.0) };
        let innovations: Vec<f64> = rests.windows(2).map(|pair| pair[1] - carry * pair[0]).collect();
        let count = (n - 2.0).max(1.0);
        let new = (innovations.iter().map(|new| new * new).sum::<f64>() / count).sqrt();
        let (from, last) = (points.first()?.0, points.last()?.0);
        let step = (last - from) / (n - 1.0).max(1.0);
        Some(Self {
            slope,
            level,
            error: slope_error(new, carry, n) / step,
            from,
            step,
            rest: *rests.last()?,
            carry,
            innovations,
        })
    }

    /// Standard error of the mean of what is left over `count` points.
    fn mean_error(&self, count: usize) -> f64 {
        let squares: f64 = self.innovations.iter().map(|new| new * new).sum();
        let new = (squares / self.innovations.len().max(1) as f64).sqrt();
        let count = count.max(1) as f64;
        (new / ((1.0 - self.carry).max(1e-9) * count.sqrt())).min(new * count.sqrt())
    }
}

/// Standard error of a slope per point. For an autoregression it is that of independent points times `1 / (1 - carry)`;
/// for a random walk, where that has no end, the variance of the least-squares slope is `6/5 new^2 / n`. The smaller of
/// the two holds.
fn slope_error(new: f64, carry: f64, n: f64) -> f64 {
    let steady = 12.0 / ((1.0 - carry).max(1e-9).powi(2) * n.powi(3));
    new * steady.min(1.2 / n).sqrt()
}

/// The median of the slopes of all pairs; `None` where all points are at one time.
fn theil_sen(points: &[(f64, f64)]) -> Option<f64> {
    let mut slopes = Vec::with_capacity(points.len() * points.len().saturating_sub(1) / 2);
    for (k, (from, before)) in points.iter().enumerate() {
        for (seconds, value) in &points[k + 1..] {
            if seconds > from {
                slopes.push((value - before) / (seconds - from));
            }
        }
    }
    median(&mut slopes)
}
