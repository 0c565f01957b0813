//! When a log pattern began to come more often, or came for the first time. Called by `room`.

use jiff::SignedDuration;

use super::ask::{Look, PatternTrend};
use super::judge::Moving;
use super::picture::{Moved, Mover, What};
use crate::analysis::onset::{self, FARTHEST, Left, Onset, Sight, Way};
use crate::domain::series::Unit;
use crate::domain::time::{from_seconds, to_seconds};
use crate::domain::{Sample, TimeWindow, Timestamp};

/// Records of a pattern never seen before without which nothing is said of it.
const FEWEST: u64 = 3;

/// How a pattern moved, if it did.
pub(super) fn moving(trend: &PatternTrend, look: &Look) -> Option<Moving> {
    let parts = trend.counts.len();
    let length = trend.window.length().as_secs_f64() / parts.max(1) as f64;
    if parts == 0 || length <= 0.0 {
        return None;
    }
    let start = to_seconds(trend.window.start);
    // A part's count is known at its end.
    let end = |k: usize| from_seconds(start + (k + 1) as f64 * length);
    let rate = |count: &u32| f64::from(*count) / length;
    // Of a part in which it was not listened to all the time, the count is no count.
    let silent = trend.heard.map_or(0, |heard| ((to_seconds(heard) - start) / length).max(0.0).ceil() as usize);
    let silent = silent.min(parts);
    let counts = &trend.counts[silent..];
    let sample = |(k, count): (usize, &u32)| Some(Sample { at: end(silent + k)?, value: rate(count) });
    let samples: Vec<Sample> = counts.iter().enumerate().filter_map(sample).collect();
    let hunt = look.hunt_in(&samples);
    let split = samples.partition_point(|sample| sample.at <= hunt.start);
    let onset = match trend.first.filter(|first| *first >= hunt.start && split > 0) {
        // What never came before and stopped coming is news only while it comes; of others, that they stop is news.
        Some(_) if look.noticed().is_some_and(|noticed| is_over(&samples, noticed)) => return None,
        Some(first) => new(counts, first, split, length)?,
        None => match risen(&samples, TimeWindow { end: Timestamp::MAX, ..hunt }, look.noticed()) {
            Left::At(onset) => onset,
            Left::DidNot | Left::Unknown => return None,
        },
    };
    let moved = Moved {
        way: onset.way,
        spreads: onset.spreads,
        before: onset.before,
        after: onset.after,
        unit: Unit::PerSecond,
        is_back: onset.is_back,
        chance: onset.chance,
        is_symptom: false,
    };
    let mover = Mover {
        place: None,
        what: What::Pattern { id: trend.id, sample: trend.sample },
        service: trend.service.clone(),
        name: trend.template.clone(),
        at: onset.at,
        within: onset.within,
        moved: Some(moved),
        also: Vec::new(),
        more: 0,
    };
    Some(Moving { mover, moved })
}

/// When it began to come more or less often.
fn risen(samples: &[Sample], hunt: TimeWindow, noticed: Option<Timestamp>) -> Left {
    match noticed {
        Some(noticed) => onset::find_about(samples, hunt, Sight::default(), noticed),
        None => onset::find(samples, hunt, Sight::default()),
    }
}

/// Whether it had stopped coming for a while when trouble was noticed, and never came again: another story.
fn is_over(samples: &[Sample], noticed: Timestamp) -> bool {
    let known = samples.partition_point(|sample| sample.at <= noticed);
    let came = |sample: &Sample| sample.value > 0.0;
    let before = &samples[known.saturating_sub(onset::CALM)..];
    known > onset::CALM && !before.iter().any(came) && samples[..known].iter().any(came)
}

/// A pattern that came for the first time: exactly when its first record was written.
fn new(counts: &[u32], first: Timestamp, split: usize, length: f64) -> Option<Onset> {
    let since = &counts[split.min(counts.len())..];
    let count: u64 = since.iter().map(|count| u64::from(*count)).sum();
    if count < FEWEST || counts[..split.min(counts.len())].iter().any(|count| *count > 0) {
        return None;
    }
    let from = since.iter().position(|count| *count > 0).unwrap_or(0);
    let after = count as f64 / ((since.len() - from).max(1) as f64 * length);
    let last = since.len().div_ceil(3);
    let is_back = since[since.len() - last..].iter().all(|count| *count == 0);
    // So long without it, and then so often.
    let chance = (1.0 / (split as f64 + 1.0)) * 0.5_f64.powf(count.min(60) as f64);
    Some(Onset {
        at: first,
        within: SignedDuration::ZERO,
        way: Way::Up,
        spreads: FARTHEST,
        chance: chance.min(onset::CHANCE),
        before: 0.0,
        after,
        is_back,
    })
}
