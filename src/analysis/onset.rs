//! When a series left its usual range, how sure that is, and which of several left first. Called by `signals`, which ranks
//! "what moved first".
//!
//! # Method
//! The samples before the window tell what is usual (`usual`): a centre and a spread that wild values do not move, after
//! the day's shape is taken off where there is one; a series that has been growing may go on or stop. They also tell how
//! far means and medians of 2, 4, 8, ... neighbours wander by themselves: neighbours are no independent witnesses, least
//! of all those of a rate over a minute that is asked for every few seconds.
//!
//! Inside the window (`leave`) the same means and medians are compared with that, by Student's t with as many degrees of
//! freedom as the time before the window has independent stretches. The least chance, times the number of stretches looked
//! at, is [`Onset::chance`]: what a series that never changes reaches so rarely. One wild value is no onset.
//!
//! Then the onset is placed (`place`): a mean that jumps or a line that begins to rise, whichever explains the way up to
//! the alarm. Every beginning whose log likelihood is at most 2 below the best is as good (Hinkley, "Inference about the
//! change-point in a sequence of random variables", Biometrika 1970), which gives the error bars, with the gap to the
//! sample before, since nobody saw what happened between.

//!
//! # How well
//! On made-up series with an hour before the window and half an hour in it, asked for every 5, 15 and 30 s, 200 of each of
//! 20 kinds (noise, autoregressions, walks, counts, rates over a minute of frequent and rare events, heavy tails, blips,
//! saw teeth, stairs, a part of a day): of 1,000 that do not change 6 are said to have left, most of them stairs and walks.
//! Of steps by 20 spreads 91 in 100 are found, and all but of what wanders by itself; the truth lies inside the error bars
//! of about 90 in 100, of ramps over five minutes in 70, of steps by 4 spreads in 70.
//! What it does not see is a rise that began long before the window and goes on.

mod leave;
mod place;
mod usual;

use jiff::SignedDuration;

use crate::domain::time::{from_seconds, to_seconds};
use crate::domain::{Sample, TimeWindow, Timestamp};
use leave::Alarm;
use usual::Usual;

/// Samples before the window without which nothing is usual.
pub const FEWEST: usize = 12;
/// What a series that never changes reaches at most so rarely.
pub const CHANCE: f64 = 1e-3;

/// Which way a series left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Above the usual range.
    Up,
    /// Below it.
    Down,
}

/// When a series left its usual range, and how far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Onset {
    /// The middle of what is possible.
    pub at: Timestamp,
    /// Half of what is possible: the onset lies in `at - within ..= at + within`.
    pub within: SignedDuration,
    /// Which way.
    pub way: Way,
    /// How far beyond the usual centre it has been since, in spreads. At least 1; at most [`FARTHEST`], which is also said
    /// of a series that had never moved before.
    pub spreads: f64,
    /// How often a series that does not change would seem to leave so clearly; from 0 to [`CHANCE`].
    pub chance: f64,
    /// The usual centre.
    pub before: f64,
    /// The median of what came since the onset and is not usual.
    pub after: f64,
    /// Whether it is back at the end of the window.
    pub is_back: bool,
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

/// The most spreads that are told.
pub const FARTHEST: f64 = 1000.0;

/// How the samples of a series come about, as far as its query tells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sight {
    /// Each sample tells of so much time before it, as `rate(x[1m])` tells of a minute: a change shows at once, but two
    /// samples closer than this are one witness.
    pub range: SignedDuration,
    /// A change may have happened so long before the first sample that could show it: the time between two scrapes, and
    /// what a quantile over the range takes to notice.
    pub delay: SignedDuration,
}

/// Excursions that are looked past at most, until one belongs to the trouble.
const EXCURSIONS: usize = 12;
/// So many samples in the usual range, one after the other, end an excursion.
pub const CALM: usize = 4;

/// Looks for the onset inside `window`. Samples are in time order; those before the window tell what is usual, those
/// after it and values that are not finite are ignored.
pub fn find(samples: &[Sample], window: TimeWindow, sight: Sight) -> Left {
    let points = points(samples, window);
    first(&points, window, sight).map_or_else(|left| left, |found| Left::At(found.onset))
}

/// The same for trouble that was noticed at an instant: what had left and was back before that is another story, and is
/// looked past.
pub fn find_about(samples: &[Sample], window: TimeWindow, sight: Sight, noticed: Timestamp) -> Left {
    let mut points = points(samples, window);
    for _ in 0..EXCURSIONS {
        let found = match first(&points, window, sight) {
            Ok(found) => found,
            Err(left) => return left,
        };
        match found.calm_from.filter(|calm| points[calm + CALM - 1].0 < to_seconds(noticed)) {
            Some(calm) => drop(points.drain(found.from..calm)),
            None => return Left::At(found.onset),
        }
    }
    Left::DidNot
}

fn points(samples: &[Sample], window: TimeWindow) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::with_capacity(samples.len());
    points.extend(
        samples
            .iter()
            .filter(|sample| sample.value.is_finite() && sample.value.abs() < 1e150 && sample.at < window.end)
            .map(|sample| (to_seconds(sample.at), sample.value)),
    );
    points
}

/// An onset and the excursion that began with it.
struct Found {
    onset: Onset,
    /// The first sample outside.
    from: usize,
    /// The first of [`CALM`] samples inside after it; at least one past `from`.
    calm_from: Option<usize>,
}

/// The first onset, or why there is none.
fn first(points: &[(f64, f64)], window: TimeWindow, sight: Sight) -> Result<Found, Left> {
    let start = to_seconds(window.start);
    let split = points.partition_point(|(seconds, _)| *seconds < start);
    if split < FEWEST || split == points.len() {
        return Err(Left::Unknown);
    }
    let usual = Usual::of(&points[..split], sight.range.as_secs_f64()).ok_or(Left::Unknown)?;
    let off: Vec<f64> = points.iter().map(|(seconds, value)| usual.off(*seconds, *value)).collect();
    let alarm = [Way::Up, Way::Down].into_iter().filter_map(|way| leave::first(&off, split, &usual, way));
    let alarm = alarm.min_by(|a, b| a.from.cmp(&b.from).then(a.chance.total_cmp(&b.chance))).ok_or(Left::DidNot)?;
    let (low, high, from) = place::between(points, &off, &usual, &alarm);
    let (spreads, after, is_back) = since(points, &off, from, &alarm, &usual);
    let range = sight.range.as_secs_f64();
    let mut chance = alarm.chance;
    if usual.is_still && after > 0.0 && range > 0.0 {
        // A rate that was nothing all the time: that many events are no slip.
        let lasted = points[off.len() - 1].0 - points[from].0;
        let events = after * lasted.max(range);
        chance = chance.min(0.5_f64.powf((events / 2.0).min(60.0)));
    }
    // The first of rare events comes a mean gap after they began to be possible.
    let gap = if usual.is_rare() && after > 0.0 { (1.0 / after).min(range) } else { 0.0 };
    let low = low - sight.delay.as_secs_f64() - gap;
    let within = SignedDuration::from_millis(((high - low) * 500.0).ceil() as i64);
    let outside = |z: &f64| if alarm.way == Way::Up { *z > usual.edge() } else { -*z > usual.edge() };
    let left = (from..off.len()).find(|k| outside(&off[*k]));
    let calm =
        left.and_then(|left| off[left..].windows(CALM).position(|run| !run.iter().any(outside)).map(|k| left + k));
    let onset = Onset {
        at: from_seconds((low + high) / 2.0).unwrap_or(Timestamp::MIN),
        within,
        way: alarm.way,
        spreads,
        chance,
        before: usual.centre_at(points[from].0),
        after,
        is_back,
    };
    Ok(Found { onset, from, calm_from: calm.filter(|calm| *calm > from) })
}

/// How far it has been since it left, the median value then, and whether it is back.
fn since(points: &[(f64, f64)], off: &[f64], from: usize, alarm: &Alarm, usual: &Usual) -> (f64, f64, bool) {
    let turned = |z: f64| if alarm.way == Way::Up { z } else { -z };
    let mut outside: Vec<(f64, f64)> =
        (from..off.len()).filter(|k| turned(off[*k]) > usual.edge()).map(|k| (turned(off[k]), points[k].1)).collect();
    let last = (off.len() - from).div_ceil(3).max(2).min(off.len() - from);
    let out = off[off.len() - last..].iter().filter(|z| turned(**z) > usual.edge()).count();
    let is_back = out * 2 < last;
    if outside.is_empty() {
        outside.push((alarm.far, points[from].1));
    }
    let middle = outside.len() / 2;
    let (_, median, _) = outside.select_nth_unstable_by(middle, |a, b| a.0.total_cmp(&b.0));
    (median.0.clamp(1.0, FARTHEST), median.1, is_back)
}

/// The place of each onset in the order of time: 1 for what may have been first, and one more for each onset that was
/// certainly earlier. Equal places are ties: their error bars overlap.
pub fn order(onsets: &[(Timestamp, SignedDuration)]) -> Vec<usize> {
    let bounds = |(at, within): &(Timestamp, SignedDuration)| {
        let (at, within) = (to_seconds(*at), within.as_secs_f64());
        (at - within, at + within)
    };
    let ends: Vec<(f64, f64)> = onsets.iter().map(bounds).collect();
    ends.iter().map(|(low, _)| 1 + ends.iter().filter(|(_, high)| high < low).count()).collect()
}

#[cfg(test)]
mod tests;
