//! The upright axis of a chart: from which value to which it reaches, how far up a value lies, and its round ticks.
//! The chart and the heat-map draw with it.

use super::tick::{self, Tick};
use crate::domain::series::Unit;

/// The least share of the largest value that the height of a chart stands for: noise of a percent stays low.
const LEAST_SPREAD: f64 = 0.02;
/// How much of the height the values keep when thresholds are taken in; a threshold farther off is only said.
const LEAST_SHARE: f64 = 0.25;
/// The quotient of largest and smallest value from which on powers are offered: three decades.
const DECADES: f64 = 1000.0;

/// How heights stand for values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ladder {
    /// Equal heights are equal differences.
    #[default]
    Even,
    /// Equal heights are equal quotients; what is not above zero lies at the foot.
    Powers,
}

/// The lowest and highest finite values that are to be drawn, and the lowest above zero.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reach {
    ends: Option<(f64, f64)>,
    above_zero: Option<f64>,
}

/// An upright axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    ladder: Ladder,
    /// The value at the foot.
    pub low: f64,
    /// The value at the top.
    pub high: f64,
    /// Round values within, from the lowest.
    pub ticks: Vec<Tick>,
}

impl Reach {
    /// Takes in a value; one that is not finite counts for nothing.
    pub fn add(&mut self, v: f64) {
        if v.is_finite() {
            self.ends = Some(self.ends.map_or((v, v), |(low, high)| (low.min(v), high.max(v))));
            if v > 0.0 {
                self.above_zero = Some(self.above_zero.map_or(v, |least| least.min(v)));
            }
        }
    }

    /// Lowest and highest; `None` when nothing finite was seen.
    pub fn ends(&self) -> Option<(f64, f64)> {
        self.ends
    }

    /// Whether the values above zero span three decades, so that powers show more of them.
    pub fn is_wide(&self) -> bool {
        self.above_zero.zip(self.ends).is_some_and(|(least, (_, high))| high / least >= DECADES)
    }
}

impl Scale {
    /// The axis for these values on so many rows, with the thresholds that can be taken in without pressing the values
    /// flat; `None` when nothing is finite.
    ///
    /// Powers are drawn only where a value is above zero; else the axis is an even one.
    pub fn of(reach: Reach, levels: &[f64], ladder: Ladder, unit: Unit, rows: usize) -> Option<Self> {
        let most = (rows / 3).clamp(2, 8);
        let (min, max) = reach.ends?;
        if let (Ladder::Powers, Some(least)) = (ladder, reach.above_zero) {
            let (low, high, ticks) = tick::powers(least, max, unit, most);
            return Some(Self { ladder, low, high, ticks });
        }
        let (low, high) = spread(min, max);
        let (low, high) = with_levels(low, high, levels);
        let (low, high, ticks) = tick::even(low, high, unit, most);
        Some(Self { ladder: Ladder::Even, low, high, ticks })
    }

    /// How far up a value lies, 0 to 1; what lies outside is at the edge.
    pub fn share(&self, v: f64) -> f64 {
        let v = v.clamp(self.low, self.high);
        let share = match self.ladder {
            // In halves, because the distance of two large numbers may be infinite.
            Ladder::Even => (v / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0),
            Ladder::Powers => (v.ln() - self.low.ln()) / (self.high.ln() - self.low.ln()),
        };
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
    }

    /// Whether a value lies between the foot and the top.
    pub fn holds(&self, v: f64) -> bool {
        self.low <= v && v <= self.high
    }

    /// The row that a value lies on, counted from the top.
    pub fn row(&self, v: f64, rows: usize, down: usize) -> usize {
        let top = (rows * down).saturating_sub(1);
        (top - ((self.share(v) * top as f64).round() as usize).min(top)) / down.max(1)
    }

    /// Which ladder it is.
    pub fn ladder(&self) -> Ladder {
        self.ladder
    }
}

/// From zero where the values reach down to less than half of the largest, else from the smallest; never less than a
/// small part of the largest.
fn spread(min: f64, max: f64) -> (f64, f64) {
    let low = if min >= 0.0 && min < max / 2.0 { 0.0 } else { min };
    let least = max.abs().max(low.abs()) * LEAST_SPREAD;
    if max / 2.0 - low / 2.0 > least / 2.0 {
        return (low, max);
    }
    if least == 0.0 {
        return (0.0, 1.0);
    }
    let middle = low / 2.0 + max / 2.0;
    ((middle - least / 2.0).max(-f64::MAX), (middle + least / 2.0).min(f64::MAX))
}

fn with_levels(low: f64, high: f64, levels: &[f64]) -> (f64, f64) {
    let mut ends = (low, high);
    for level in levels.iter().filter(|level| level.is_finite()) {
        let wider = (ends.0.min(*level), ends.1.max(*level));
        let share = (high / 2.0 - low / 2.0) / (wider.1 / 2.0 - wider.0 / 2.0);
        if share >= LEAST_SHARE {
            ends = wider;
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scale(values: &[f64], levels: &[f64], ladder: Ladder) -> Scale {
        let mut reach = Reach::default();
        values.iter().for_each(|v| reach.add(*v));
        Scale::of(reach, levels, ladder, Unit::Number, 15).unwrap()
    }

    #[test]
    fn a_threshold_near_by_is_taken_in_and_one_far_off_does_not_press_the_values_flat() {
        assert!(scale(&[1.0, 4.0], &[6.0], Ladder::Even).holds(6.0));
        assert!(!scale(&[1.0, 4.0], &[600.0], Ladder::Even).holds(600.0));
        assert!(scale(&[90.0, 91.0], &[92.0, -1e300], Ladder::Even).holds(92.0));
    }

    #[test]
    fn powers_give_every_decade_the_same_height() {
        let scale = scale(&[0.0, 0.01, 100.0], &[], Ladder::Powers);
        let shares: Vec<f64> = [0.01, 0.1, 1.0, 10.0, 100.0].iter().map(|v| scale.share(*v)).collect();
        assert!(shares.windows(2).all(|pair| (pair[1] - pair[0] - 0.25).abs() < 1e-9), "{shares:?}");
        assert_eq!(scale.share(0.0), 0.0);
    }

    #[test]
    fn three_decades_are_wide() {
        let mut reach = Reach::default();
        [0.0, 0.02, 19.0].iter().for_each(|v| reach.add(*v));
        assert!(!reach.is_wide());
        reach.add(20.0);
        assert!(reach.is_wide());
    }

    proptest! {
        #[test]
        fn any_values_lie_inside(
            values in prop::collection::vec(prop::num::f64::ANY, 1..12), levels in prop::collection::vec(prop::num::f64::ANY, 0..3),
            powers: bool, rows in 1usize..60,
        ) {
            let mut reach = Reach::default();
            values.iter().for_each(|v| reach.add(*v));
            let ladder = if powers { Ladder::Powers } else { Ladder::Even };
            let Some(scale) = Scale::of(reach, &levels, ladder, Unit::Number, rows) else {
                prop_assert!(values.iter().all(|v| !v.is_finite()));
                return Ok(());
            };
            prop_assert!(scale.low.is_finite() && scale.high.is_finite() && scale.low < scale.high, "{scale:?}");
            for v in values.iter().filter(|v| v.is_finite()) {
                let inside = scale.holds(*v) || (scale.ladder() == Ladder::Powers && *v < scale.low);
                prop_assert!(inside, "{v} in {scale:?}");
                prop_assert!((0.0..=1.0).contains(&scale.share(*v)));
                prop_assert!(scale.row(*v, rows, 4) < rows);
            }
        }
    }
}
