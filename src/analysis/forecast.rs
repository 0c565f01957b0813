//! When a series will cross a threshold, with an honest interval, or that nothing says it will. Called by `cli/metrics` and
//! by what warns of full disks and ending budgets.
//!
//! # Method
//! 1. A counter (it never falls but to near zero) is read through its resets; the shape of the day is taken off where two
//!    days or more show one (`DayShape`).
//! 2. The samples become at most 300 medians of equal spans (`line::spans`), and a line is laid through the longest
//!    recent stretch that a line fits (`line::Line::through`): the slope is the median of the slopes of all pairs (Theil 1950, Sen
//!    1968), which ignores up to 29 % of wild values.
//! 3. What is left moves slowly as a rule, so its neighbours are no independent witnesses. It is taken for an
//!    autoregression of the first order, or for a random walk, whose innovations give the standard error of the slope. A
//!    slope that is not two and a half standard errors from zero is no trend.
//! 4. A series that slows down, and slows down in its newer half too, is given no more room than it would have if each
//!    stretch rose by the same share of the one before: a line would run on where it ends.
//! 5. Futures are drawn (`paths`): a slope within its error, the present distance from the line, innovations drawn from
//!    those seen, the day's shape. The moments at which they first cross are the answer: their median, and the central 80 %
//!    as the interval. The draws are the same at every call, so the same samples give the same answer.

mod line;
mod paths;

use jiff::SignedDuration;

use super::robust::DayShape;
use crate::domain::time::{from_seconds, to_seconds};
use crate::domain::{Sample, Timestamp};
use line::Line;
use paths::Jitter;

/// The share of futures inside a stated interval.
pub const CONFIDENCE: f64 = 0.8;
/// Samples without which no trend is looked for.
pub const FEWEST: usize = 12;
/// A slope of so many standard errors is a trend.
const CERTAIN: f64 = 2.5;

/// What is to come of a series and a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Forecast {
    /// It is at the threshold already: a series that rises has come from below, one that falls from above.
    Crossed(Trend),
    /// It will cross.
    Crosses(Crossing),
    /// It moves, but away from the threshold.
    Away(Trend),
    /// It moves towards the threshold, but in most futures does not reach it within the time looked at, or it slows down
    /// so much that it ends before.
    NotWithin(Trend, SignedDuration),
    /// Nothing says that it moves anywhere.
    NoTrend(Trend),
    /// Too few samples, or all of them at once.
    TooLittle,
}

/// How a series moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// Units a second.
    pub slope: f64,
    /// Standard error of the slope.
    pub error: f64,
    /// The value of the line at the last sample, the day's shape included.
    pub level: f64,
    /// Since when a line fits.
    pub since: Timestamp,
    /// Whether the shape of the day was taken off.
    pub daily: bool,
}

/// When a threshold is crossed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// The trend that leads there.
    pub trend: Trend,
    /// Half of the futures have crossed by then.
    pub at: Timestamp,
    /// One in ten has.
    pub earliest: Timestamp,
    /// Nine in ten have; `None` if more than one in ten does not within the time looked at.
    pub latest: Option<Timestamp>,
}

/// Looks ahead `within` from the last sample. Samples are in time order; values that are not finite are ignored.
pub fn predict(samples: &[Sample], threshold: f64, within: SignedDuration) -> Forecast {
    let mut points: Vec<(f64, f64)> = samples
        .iter()
        .filter(|sample| sample.value.is_finite() && sample.value.abs() < 1e150)
        .map(|sample| (to_seconds(sample.at), sample.value))
        .collect();
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else {
        return Forecast::TooLittle;
    };
    if points.len() < FEWEST || last.0 <= first.0 || !threshold.is_finite() {
        return Forecast::TooLittle;
    }
    // Times from the last sample, so that the line's level is the present one.
    let now = last.0;
    unwind(&mut points);
    let Some(Fit { shape, line, jitter, reach }) = fit(&points, now) else { return Forecast::TooLittle };
    let season = |ahead: f64| shape.as_ref().map_or(0.0, |shape| shape.at(now + ahead));
    let trend = Trend {
        slope: line.slope,
        error: line.error,
        level: line.level + season(0.0),
        since: from_seconds(now + line.from).unwrap_or(Timestamp::MIN),
        daily: shape.is_some(),
    };
    if line.slope.abs() <= CERTAIN * line.error {
        return Forecast::NoTrend(trend);
    }
    let rising = line.slope > 0.0;
    let beyond = |value: f64| if rising { value >= threshold } else { value <= threshold };
    if beyond(last.1) && beyond(trend.level) {
        let came = if rising { first.1 < threshold } else { first.1 > threshold };
        return if came { Forecast::Crossed(trend) } else { Forecast::Away(trend) };
    }
    let wild = jitter.off.last().copied().unwrap_or(0.0).abs();
    if reach.is_some_and(|reach| (threshold - trend.level).abs() > reach + wild) {
        return Forecast::NotWithin(trend, within);
    }
    let ahead = within.as_secs_f64().max(1.0);
    let crossings = paths::crossings(&line, &jitter, threshold, ahead, season);
    let at = |share: f64| crossings.by(share).and_then(|ahead| from_seconds(now + ahead));
    let edge = (1.0 - CONFIDENCE) / 2.0;
    match (at(0.5), at(edge)) {
        (Some(middle), Some(earliest)) => {
            Forecast::Crosses(Crossing { trend, at: middle, earliest, latest: at(1.0 - edge) })
        }
        _ => Forecast::NotWithin(trend, within),
    }
}

/// What is known of a series.
struct Fit {
    shape: Option<DayShape>,
    line: Line,
    jitter: Jitter,
    /// How much farther it gets if it goes on slowing down.
    reach: Option<f64>,
}

/// The day's shape and the line, each taken with the other off: the shape of a series that grows is not seen before its
/// growth is taken off, nor the growth before the shape.
fn fit(points: &[(f64, f64)], now: f64) -> Option<Fit> {
    let ahead: Vec<(f64, f64)> = points.iter().map(|(seconds, value)| (seconds - now, *value)).collect();
    let without = |shape: &Option<DayShape>| -> Vec<(f64, f64)> {
        let season = |ahead: f64| shape.as_ref().map_or(0.0, |shape| shape.at(now + ahead));
        ahead.iter().map(|(ahead, value)| (*ahead, value - season(*ahead))).collect()
    };
    let mut shape = None;
    for _ in 0..3 {
        let bare = Line::over(&line::spans(&without(&shape)))?;
        let flat = |(seconds, value): &(f64, f64)| (*seconds, value - bare.at(seconds - now));
        shape = DayShape::of(&points.iter().map(flat).collect::<Vec<_>>());
        if shape.is_none() {
            break;
        }
    }
    let rest = without(&shape);
    let spans = line::spans(&rest);
    let line = Line::through(&spans)?;
    Some(Fit { reach: Line::reach(&spans), jitter: line::jitter(&rest, &spans), shape, line })
}

/// Reads a counter through its resets: what was counted before one is added to what comes after, and the whole is moved so
/// that the last value stands as it is. A series that falls otherwise is left alone.
fn unwind(points: &mut [(f64, f64)]) {
    let falls = || points.windows(2).filter(|pair| pair[1].1 < pair[0].1);
    let to_zero = |pair: &[(f64, f64)]| pair[1].1 >= 0.0 && pair[1].1 <= 0.1 * pair[0].1;
    let count = falls().count();
    if count == 0 || count * 10 > points.len() || !falls().all(to_zero) {
        return;
    }
    let mut lost = 0.0;
    let mut before = points[0].1;
    for (_, value) in points.iter_mut() {
        let raw = *value;
        if raw < before {
            lost += before;
        }
        before = raw;
        *value = raw + lost;
    }
    points.iter_mut().for_each(|(_, value)| *value -= lost);
}

#[cfg(test)]
mod tests;
