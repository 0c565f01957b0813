//! What is to come of a series: which limit it will cross, and when. Called by `judge`.
//!
//! A limit is a threshold of an alert, or lies in the nature of the values: a share that has come half the way to one, a
//! time that will come. A forecast costs milliseconds, so it is made only where a look at the ends of the series says that
//! it moves towards a limit.

use jiff::SignedDuration;

use super::picture::{Due, Outlook};
use crate::analysis::forecast::{self, Forecast};
use crate::domain::panel::Side;
use crate::domain::series::Unit;
use crate::domain::time::{from_seconds, to_seconds};
use crate::domain::{CleanText, Panel, Sample, Threshold};

/// A forecast looks so many times as far ahead as the samples look back.
const AHEAD: i32 = 10;
/// Shares below this are not on their way to one.
const HALF: f64 = 0.5;
/// How exactly what is left until a time falls: by a second each second, within this share.
const EXACT: f64 = 0.01;
/// Seconds between 2001 and 2100, within which a value may be a time.
const TIMES: std::ops::Range<f64> = 1e9..4.1e9;

/// Something that should not be crossed.
struct Limit {
    value: f64,
    side: Side,
    name: CleanText,
}

/// The limit that is crossed first, if any is.
pub(super) fn of(panel: &Panel, samples: &[Sample]) -> Option<Outlook> {
    let finite = || samples.iter().filter(|sample| sample.value.is_finite());
    let (first, last) = (finite().next()?, finite().next_back()?);
    if let Some(due) = a_time(panel, samples, *last) {
        return Some(due);
    }
    let mut limits: Vec<Limit> = panel.thresholds.iter().map(Limit::of).collect();
    let is_share =
        panel.unit == Unit::Ratio && last.value >= HALF && finite().all(|one| (0.0..=1.0).contains(&one.value));
    if is_share && limits.iter().all(|limit| limit.side == Side::Below) {
        limits.push(Limit { value: 1.0, side: Side::Above, name: "full".into() });
    }
    let within = first.at.duration_until(last.at).saturating_mul(AHEAD);
    let outlooks = limits.into_iter().filter_map(|limit| limit.outlook(samples, *last, within));
    outlooks.min_by(|a, b| soonest(&a.due).total_cmp(&soonest(&b.due)))
}

fn soonest(due: &Due) -> f64 {
    match due {
        Due::Crossed => f64::NEG_INFINITY,
        Due::Trend(crossing) => to_seconds(crossing.at),
        Due::At(at) => to_seconds(*at),
    }
}

/// A value that is a time to come, or what is left until one.
fn a_time(panel: &Panel, samples: &[Sample], last: Sample) -> Option<Outlook> {
    let now = to_seconds(last.at);
    let is_time = panel.unit == Unit::Seconds || panel.query.as_str().contains("timestamp");
    let name = || CleanText::from("over");
    if is_time && TIMES.contains(&last.value) && last.value > now {
        return Some(Outlook { limit: last.value, name: name(), due: Due::At(from_seconds(last.value)?) });
    }
    let first = samples.iter().find(|sample| sample.value.is_finite())?;
    let (passed, fell) = (now - to_seconds(first.at), first.value - last.value);
    let falls = passed >= 60.0 && (fell / passed - 1.0).abs() < EXACT && last.value > 0.0;
    (panel.unit == Unit::Seconds && falls && panel.thresholds.is_empty())
        .then(|| from_seconds(now + last.value))
        .flatten()
        .map(|at| Outlook { limit: 0.0, name: name(), due: Due::At(at) })
}

impl Limit {
    fn of(threshold: &Threshold) -> Self {
        Self { value: threshold.value, side: threshold.side, name: threshold.alert.clone() }
    }

    fn outlook(self, samples: &[Sample], last: Sample, within: SignedDuration) -> Option<Outlook> {
        let is_beyond = match self.side {
            Side::Above => last.value > self.value,
            Side::Below => last.value < self.value,
        };
        if is_beyond {
            return Some(Outlook { limit: self.value, name: self.name, due: Due::Crossed });
        }
        if !self.nears(samples, last, within) {
            return None;
        }
        match forecast::predict(samples, self.value, within) {
            Forecast::Crosses(crossing) => {
                Some(Outlook { limit: self.value, name: self.name, due: Due::Trend(crossing) })
            }
            Forecast::Crossed(_)
            | Forecast::Away(_)
            | Forecast::NotWithin(..)
            | Forecast::NoTrend(_)
            | Forecast::TooLittle => None,
        }
    }

    /// Whether the ends of the last half say that it may get there: a look that costs nothing and lets pass whatever a
    /// forecast could find.
    fn nears(&self, samples: &[Sample], last: Sample, within: SignedDuration) -> bool {
        let finite: Vec<&Sample> = samples.iter().filter(|sample| sample.value.is_finite()).collect();
        if finite.len() < forecast::FEWEST {
            return false;
        }
        let towards = |from: usize| {
            let quarter = &finite[from..(from + finite.len() / 8).max(from + 1).min(finite.len())];
            quarter.iter().map(|sample| sample.value / quarter.len() as f64).sum::<f64>()
        };
        let (start, middle, end) =
            (towards(0), towards(finite.len() / 2), towards(finite.len() - finite.len() / 8 - 1));
        let passed = |from: usize| finite[from].at.duration_until(last.at).as_secs_f64().max(1.0);
        let pace = |before: f64, from: usize| (end - before) / passed(from);
        let need = (self.value - last.value) / within.as_secs_f64().max(1.0);
        // Half the pace is let pass: the ends of a noisy series say little.
        let paces = [pace(start, 0), pace(middle, finite.len() / 2)];
        match self.side {
            Side::Above => paces.iter().any(|pace| *pace > 0.0 && *pace >= need / 2.0),
            Side::Below => paces.iter().any(|pace| *pace < 0.0 && *pace <= need / 2.0),
        }
    }
}
