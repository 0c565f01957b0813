//! The signs of trouble in a series without its seasons: leaps, shifts over several spans, restlessness. Called by the
//! [`Detector`](super::Detector).

use super::{Settings, Sign};

/// Exponential means over spans of 1, r, r^2 ... r^6 points.
const SPANS: usize = 7;
/// Differences of means that are looked at.
const BANDS: usize = 5;
/// Deviations that one point gives: each band up and down, and activity up and down.
pub(super) const DEVIATIONS: usize = 2 * BANDS + 2;

/// Means of the values over growing spans, and of their steps over two.
///
/// A band is the mean over one span now against the mean over a span about ten times as long a point before: a
/// difference of exponential averages, a causal band-pass filter (as the moving average convergence/divergence of
/// finance, or a Haar wavelet). The shortest band sees spikes, the longest slow shifts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bands {
    means: [f64; SPANS],
    /// Mean distance from the mean over the fifth span: the scale of the series now.
    spread: f64,
    /// Mean absolute step over the fourth and the sixth span.
    steps: [f64; 2],
    last: f64,
}

/// What one point deviates by.
pub(super) enum Deviation {
    /// The series has never moved and does not.
    Still,
    /// It never moved, and now it does.
    FirstMove(Sign),
    /// By kind: see [`sign_of`].
    By([f64; DEVIATIONS]),
}

impl Bands {
    pub(super) fn new(value: f64) -> Self {
        Self { means: [value; SPANS], spread: 0.0, steps: [0.0; 2], last: value }
    }

    pub(super) fn push(&mut self, value: f64, n: f64, shares: &[f64; SPANS], settings: &Settings) -> Deviation {
        let before = self.means;
        let spread = self.spread;
        let least = 1.0 / n;
        // References learn from a clipped deviation: a spike must not make the return to normal look like a fall.
        let clip = if spread > 0.0 { settings.reference_clip * spread } else { f64::INFINITY };
        self.means[0] = value;
        for k in 1..SPANS {
            self.means[k] += (value - before[k]).clamp(-clip, clip) * shares[k].max(least);
        }
        self.spread += ((value - before[4]).abs() - spread) * shares[5].max(least);
        let step = (value - self.last).abs();
        self.last = value;
        self.steps[0] += (step - self.steps[0]) * shares[3].max(least);
        self.steps[1] += (step - self.steps[1]) * shares[5].max(least);
        if spread <= 0.0 {
            return match value.total_cmp(&before[1]) {
                _ if step == 0.0 => Deviation::Still,
                std::cmp::Ordering::Less => Deviation::FirstMove(Sign::Drop),
                std::cmp::Ordering::Equal | std::cmp::Ordering::Greater => Deviation::FirstMove(Sign::Spike),
            };
        }
        Deviation::By(self.deviations(&before, 1.0 / spread.sqrt(), n))
    }

    fn deviations(&self, before: &[f64; SPANS], scale: f64, n: f64) -> [f64; DEVIATIONS] {
        let mut by = [0.0; DEVIATIONS];
        for band in 0..BANDS {
            // Halfway between absolute and relative to the scale of now: a noisy hour neither drowns nor is drowned.
            let reference = before[if band == 0 { 1 } else { (band + 2).min(SPANS - 1) }];
            let d = (self.means[band] - reference) * scale;
            by[2 * band] = d.max(0.0);
            by[2 * band + 1] = (-d).max(0.0);
        }
        if n > 50.0 && self.steps[1] > 0.0 {
            let activity = ((self.steps[0] / self.steps[1] + 0.1) / 1.1).ln();
            by[2 * BANDS] = activity.max(0.0);
            by[2 * BANDS + 1] = (-activity).max(0.0);
        }
        by
    }
}

/// What a deviation is called.
pub(super) fn sign_of(deviation: usize) -> Sign {
    match deviation {
        0 => Sign::Spike,
        1 => Sign::Drop,
        10 => Sign::Restless,
        11 => Sign::Quiet,
        odd if odd % 2 == 1 => Sign::ShiftDown,
        _ => Sign::ShiftUp,
    }
}
