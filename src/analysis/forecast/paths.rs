//! Futures drawn from what is known of a line. Called by [`predict`](super::predict).

use super::line::Line;

/// Futures drawn.
const FUTURES: usize = 400;
/// Steps of a future, at most.
const STEPS: usize = 4000;

/// When the futures first cross, in seconds ahead; those that do not are not in it.
pub(super) struct Crossings {
    ahead: Vec<f64>,
}

impl Crossings {
    /// The time by which the share of all futures has crossed.
    pub(super) fn by(&self, share: f64) -> Option<f64> {
        let place = (share * FUTURES as f64).ceil() as usize;
        self.ahead.get(place.saturating_sub(1)).copied()
    }
}

/// How single samples lie about the median of their span, in order; empty where each sample is its own span. The first to
/// cross is a sample, not a median.
pub(super) struct Jitter {
    /// Distances, the lowest first.
    pub off: Vec<f64>,
    /// Samples in a span.
    pub each: f64,
}

impl Jitter {
    /// The farthest of the samples in so many spans, on the side of the threshold: the greatest of `m` draws has the
    /// distribution of one to the power `m`.
    fn farthest(&self, spans: usize, rising: bool, random: &mut fastrand::Rng) -> f64 {
        let Some(last) = self.off.len().checked_sub(1) else { return 0.0 };
        let share = random.f64().powf(1.0 / (self.each * spans as f64).max(1.0));
        let place = ((if rising { share } else { 1.0 - share }) * last as f64).round() as usize;
        self.off[place.min(last)]
    }
}

/// Draws futures until `ahead` seconds. `season` is what the time of day adds.
pub(super) fn crossings(
    line: &Line,
    jitter: &Jitter,
    threshold: f64,
    ahead: f64,
    season: impl Fn(f64) -> f64,
) -> Crossings {
    let mut random = fastrand::Rng::with_seed(0x6d69_6477_6174_6368);
    let rising = line.slope > 0.0;
    // No need to look far beyond where the line itself crosses.
    let due = ((threshold - line.level) / line.slope).max(0.0);
    let steps = ((ahead.min(4.0 * due + 86_400.0) / line.step).ceil() as usize).clamp(1, 1_000_000);
    let stride = steps.div_ceil(STEPS);
    // A longer stride carries less and gathers more.
    let carry = line.carry.powi(i32::try_from(stride).unwrap_or(i32::MAX));
    let gathered = (0..stride).map(|k| line.carry.powi(2 * i32::try_from(k).unwrap_or(i32::MAX))).sum::<f64>().sqrt();
    let pace = line.step * stride as f64;
    let mut found: Vec<f64> = (0..FUTURES)
        .filter_map(|future| {
            // Slopes at even shares of their distribution: fewer futures tell as much.
            let slope = line.slope + line.error * normal((future as f64 + 0.5) / FUTURES as f64);
            let mut rest = line.rest;
            let mut before = line.level + rest + season(0.0);
            for k in 1..=steps.div_ceil(stride) {
                let time = k as f64 * pace;
                let new = line.innovations.get(random.usize(0..line.innovations.len().max(1))).copied().unwrap_or(0.0);
                rest = carry * rest + gathered * new;
                let value =
                    line.level + slope * time + rest + season(time) + jitter.farthest(stride, rising, &mut random);
                if (rising && value >= threshold) || (!rising && value <= threshold) {
                    let part =
                        if value == before { 1.0 } else { ((threshold - before) / (value - before)).clamp(0.0, 1.0) };
                    let crossed = time - pace * (1.0 - part);
                    return (crossed <= ahead).then_some(crossed);
                }
                before = value;
            }
            None
        })
        .collect();
    found.sort_by(f64::total_cmp);
    Crossings { ahead: found }
}

/// The standard normal quantile to three digits: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.23.
fn normal(share: f64) -> f64 {
    let tail = share.min(1.0 - share).max(1e-12);
    let t = (-2.0 * tail.ln()).sqrt();
    let z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    if share < 0.5 { -z } else { z }
}
