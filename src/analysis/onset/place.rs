//! Where between the usual and the alarm a series began to leave. Called by [`find`](super::find).

use super::Way;
use super::leave::Alarm;
use super::usual::{CLIP, Usual};

/// Log likelihood that a point may lack and still be the onset: the 95 % set of a likelihood ratio with one free place.
const LACK: f64 = 2.0;
/// So many neighbours whose mean is within a spread are usual still; the beginning lies after them, or up to twice as many
/// witnesses before, since a slow rise begins inside the usual range.
const CALM: usize = 8;

/// Sums over samples from some place to the alarm.
#[derive(Clone, Copy, Default)]
struct Sums {
    n: f64,
    z: f64,
    t: f64,
    tt: f64,
    zt: f64,
}

/// From when to when, in seconds, the series may have begun to leave, and the first sample that is likely outside.
pub(super) fn between(points: &[(f64, f64)], off: &[f64], usual: &Usual, alarm: &Alarm) -> (f64, f64, usize) {
    let turned = |k: usize| (if alarm.way == Way::Up { off[k] } else { -off[k] }).clamp(-CLIP, CLIP);
    let calm = |last: &usize| (*last - CALM..*last).map(turned).sum::<f64>() < CALM as f64;
    let still = (CALM..=alarm.from.max(CALM)).rev().find(calm).unwrap_or(CALM);
    let from = still.saturating_sub(CALM + (2.0 * CALM as f64 * usual.witness.min(4.0)) as usize).max(1);
    let end = points[alarm.to].0;
    let mut sums = Sums::default();
    let mut gains = vec![0.0; alarm.to + 1 - from];
    for k in (from..=alarm.to).rev() {
        // Times back from the alarm.
        sums.add(end - points[k].0, turned(k));
        let begin = end - (points[k - 1].0 + points[k].0) / 2.0;
        gains[k - from] = sums.jump().max(sums.rise(begin)) / usual.witness.min(6.0);
    }
    let best = gains.iter().copied().fold(0.0, f64::max);
    let good = |gain: &f64| *gain >= best - LACK;
    let earliest = from + gains.iter().position(good).unwrap_or(0);
    let latest = from + gains.iter().rposition(good).unwrap_or(0);
    let likely = from + gains.iter().position(|gain| *gain >= best).unwrap_or(0);
    (points[earliest - 1].0, points[latest].0, likely)
}

impl Sums {
    fn add(&mut self, back: f64, z: f64) {
        self.n += 1.0;
        self.z += z;
        self.t += back;
        self.tt += back * back;
        self.zt += z * back;
    }

    /// What a mean other than nothing explains.
    fn jump(&self) -> f64 {
        if self.z > 0.0 { self.z * self.z / self.n / 2.0 } else { 0.0 }
    }

    /// What a line explains that rises from nothing, `begin` seconds before the alarm.
    fn rise(&self, begin: f64) -> f64 {
        let products = begin * self.z - self.zt;
        let squares = self.n * begin * begin - 2.0 * begin * self.t + self.tt;
        if products > 0.0 && squares > 0.0 { products * products / squares / 2.0 } else { 0.0 }
    }
}
