//! Whether a signal got better after something was done: its calm level before the incident, its level before the action
//! and its level after, compared by a stated rule. Called by `actions::watch`; pure, and defined for any samples.
//!
//! The rule: each level is the median of its window. The noise band is three times the scaled median absolute deviation
//! (MAD × 1.4826) of the calm samples; it is at least 5 % of the larger level. A signal that was off its calm level by
//! more than the band is *recovering* when it came nearer by more than the band, or by more than half of it into the
//! band; *worse* when it went further off by more than the band; else *unchanged*. A signal that was calm is *worse* when
//! it left the band, else *unchanged*.

use crate::domain::{Sample, TimeWindow};

/// Fewest finite samples by which a window can be judged.
const FEWEST: usize = 3;
/// From a median absolute deviation to a standard deviation, for normal noise.
const SCALE: f64 = 1.4826;
/// Standard deviations that still are noise.
const WIDTH: f64 = 3.0;
/// Smallest band as a share of the larger level.
const LEAST: f64 = 0.05;

/// The times that are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phases {
    /// Before the incident.
    pub calm: TimeWindow,
    /// During the incident, before the action.
    pub before: TimeWindow,
    /// Since the action.
    pub after: TimeWindow,
}

/// Where a signal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Nearer to its calm level.
    Recovering,
    /// Neither nearer nor further.
    Unchanged,
    /// Further off its calm level.
    Worse,
    /// Too few samples in one of the windows.
    Unknown,
}

/// A signal's levels and where it goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// Median before the incident.
    pub calm: Option<f64>,
    /// Median before the action.
    pub before: Option<f64>,
    /// Median since the action.
    pub after: Option<f64>,
    /// What counts as noise.
    pub band: f64,
    /// The verdict.
    pub course: Course,
}

impl Course {
    /// The word shown.
    pub fn word(self) -> &'static str {
        match self {
            Course::Recovering => "recovering",
            Course::Unchanged => "unchanged",
            Course::Worse => "worse",
            Course::Unknown => "too early",
        }
    }
}

impl Judgement {
    /// How far it was off its calm level before the action, in bands; 0 where that is not known.
    pub fn off(&self) -> f64 {
        match (self.calm, self.before) {
            (Some(calm), Some(before)) if self.band > 0.0 => ((before - calm) / self.band).abs(),
            _ => 0.0,
        }
    }
}

/// Judges one signal by the rule above. Values that are not finite count as absent.
pub fn judge(samples: &[Sample], phases: Phases) -> Judgement {
    let values = |window: TimeWindow| -> Vec<f64> {
        let inside = samples.iter().filter(|sample| window.contains(sample.at) && sample.value.is_finite());
        inside.map(|sample| sample.value).collect()
    };
    let (calm, before, after) = (values(phases.calm), values(phases.before), values(phases.after));
    let level = |values: &[f64]| if values.len() < FEWEST { None } else { median(values) };
    let levels = (level(&calm), level(&before), level(&after));
    let noise = levels.0.and_then(|level| deviation(&calm, level)).map_or(0.0, |noise| noise * SCALE * WIDTH);
    let largest = [levels.0, levels.1].into_iter().flatten().map(f64::abs).fold(0.0, f64::max);
    let band = noise.max(largest * LEAST);
    let course = match levels {
        (Some(calm), Some(before), Some(after)) => course(calm, before, after, band),
        _ => Course::Unknown,
    };
    Judgement { calm: levels.0, before: levels.1, after: levels.2, band, course }
}

fn course(calm: f64, before: f64, after: f64, band: f64) -> Course {
    let (was, is) = ((before - calm).abs(), (after - calm).abs());
    if was <= band {
        return if is > band { Course::Worse } else { Course::Unchanged };
    }
    match is - was {
        nearer if nearer < -band || (is <= band && nearer < -band / 2.0) => Course::Recovering,
        further if further > band => Course::Worse,
        _ => Course::Unchanged,
    }
}

/// The middle value; of an even number, the mean of the two in the middle.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let high = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(high);
    }
    let low = *sorted.get(middle.checked_sub(1)?)?;
    // Halved one by one: the sum of two huge values would overflow.
    Some(low / 2.0 + high / 2.0)
}

/// The median of the distances from a level.
fn deviation(values: &[f64], level: f64) -> Option<f64> {
    let distances: Vec<f64> = values.iter().map(|value| (value - level).abs()).collect();
    median(&distances).filter(|distance| distance.is_finite())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Timestamp;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + second).unwrap()
    }

    fn phases() -> Phases {
        let window = |from, to| TimeWindow::new(at(from), at(to));
        Phases { calm: window(0, 99), before: window(100, 199), after: window(200, 299) }
    }

    fn series(calm: &[f64], before: &[f64], after: &[f64]) -> Vec<Sample> {
        let part = |start: i64, values: &[f64]| -> Vec<Sample> {
            values.iter().enumerate().map(|(n, value)| Sample { at: at(start + n as i64), value: *value }).collect()
        };
        [part(0, calm), part(100, before), part(200, after)].concat()
    }

    fn course_of(calm: &[f64], before: &[f64], after: &[f64]) -> Course {
        judge(&series(calm, before, after), phases()).course
    }

    const CALM: [f64; 5] = [0.4, 0.5, 0.6, 0.5, 0.5];
    const HIGH: [f64; 5] = [14.0, 13.5, 14.2, 14.1, 13.9];

    #[test]
    fn a_signal_is_judged_against_its_calm_level() {
        assert_eq!(course_of(&CALM, &HIGH, &[0.5, 0.6, 0.4]), Course::Recovering);
        assert_eq!(course_of(&CALM, &HIGH, &[7.0, 6.0, 5.0]), Course::Recovering, "on its way");
        assert_eq!(course_of(&CALM, &HIGH, &[14.1, 13.8, 14.0]), Course::Unchanged);
        assert_eq!(course_of(&CALM, &HIGH, &[28.0, 30.0, 29.0]), Course::Worse);
        assert_eq!(course_of(&CALM, &CALM, &[0.5, 0.4, 0.6]), Course::Unchanged, "it was calm and is");
        assert_eq!(course_of(&CALM, &CALM, &HIGH), Course::Worse, "it was calm and is not");
    }

    #[test]
    fn what_should_be_high_recovers_upwards() {
        let (up, down) = ([20.0, 21.0, 20.0, 19.0], [8.0, 8.0, 7.0, 8.0]);
        assert_eq!(course_of(&up, &down, &[15.0, 18.0, 20.0]), Course::Recovering);
        assert_eq!(course_of(&up, &down, &[0.0, 0.0, 0.0]), Course::Worse);
    }

    #[test]
    fn too_few_samples_are_no_verdict() {
        assert_eq!(course_of(&CALM, &HIGH, &[0.5, f64::NAN, 0.5]), Course::Unknown);
        assert_eq!(course_of(&[], &HIGH, &[0.5, 0.5, 0.5]), Course::Unknown);
        assert_eq!(course_of(&CALM, &[], &[0.5, 0.5, 0.5]), Course::Unknown);
    }

    #[test]
    fn a_flat_signal_has_a_band_of_its_own() {
        assert_eq!(course_of(&[100.0; 4], &[100.0; 4], &[102.0; 4]), Course::Unchanged);
        assert_eq!(course_of(&[100.0; 4], &[100.0; 4], &[110.0; 4]), Course::Worse);
        assert_eq!(course_of(&[0.0; 4], &[0.0; 4], &[0.0; 4]), Course::Unchanged);
        assert_eq!(course_of(&[0.0; 4], &[5.0; 4], &[0.0; 4]), Course::Recovering);
    }

    proptest! {
        #[test]
        fn any_samples_are_judged_without_a_panic(values in prop::collection::vec((0i64..300, any::<f64>()), 0..60)) {
            let samples: Vec<Sample> = values.iter().map(|(n, value)| Sample { at: at(*n), value: *value }).collect();
            let judged = judge(&samples, phases());
            prop_assert!([judged.calm, judged.before, judged.after].into_iter().flatten().all(f64::is_finite));
            prop_assert_eq!(judged, judge(&samples, phases()));
        }

        #[test]
        fn the_other_way_up_is_judged_alike(
            calm in -50.0..50.0f64, before in -50.0..50.0f64, after in -50.0..50.0f64,
        ) {
            let up = course_of(&[calm; 3], &[before; 3], &[after; 3]);
            prop_assert_eq!(up, course_of(&[-calm; 3], &[-before; 3], &[-after; 3]));
        }
    }
}
