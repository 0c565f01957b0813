//! What the clock explains: a profile of the day and one of the week, each believed as far as it has proven right.
//! Called by the [`Detector`](super::Detector) before anything else looks at a value.

use super::Settings;

const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;
/// Five minutes a slot.
const DAY_SLOTS: usize = 288;
/// Half an hour a slot.
const WEEK_SLOTS: usize = 336;

/// Deviations from the slow level by the time of day and of week (UTC).
#[derive(Clone, Debug)]
pub(super) struct Season {
    day: Profile<DAY_SLOTS>,
    week: Profile<WEEK_SLOTS>,
    /// The level over about a day, from which the profiles are deviations, so that a shift of level is not one of shape.
    level: f64,
    first: i64,
    /// Mean absolute smoothed residual when nothing, the day or the week is taken off.
    errors: [f64; 3],
    smooth: [f64; 3],
    /// Mean absolute residual, by which what a profile learns is clipped.
    spread: f64,
}

impl Season {
    pub(super) fn new(seconds: i64, value: f64) -> Self {
        Self {
            day: Profile::new(DAY),
            week: Profile::new(WEEK),
            level: value,
            first: seconds,
            errors: [0.0; 3],
            smooth: [0.0; 3],
            spread: 0.0,
        }
    }

    /// Takes a value and gives the part of it that the clock explains. `n` counts the points, `elapsed` the seconds since
    /// the last one.
    pub(super) fn push(&mut self, seconds: i64, elapsed: f64, value: f64, n: f64, settings: &Settings) -> f64 {
        let days = (seconds - self.first) as f64 / DAY as f64;
        let deviation = value - self.level;
        let day = self.day.enter(seconds).unwrap_or(0.0);
        let week = self.week.enter(seconds).unwrap_or(day);
        let guesses = [0.0, day, week];
        let known = if days <= 1.0 {
            1
        } else if days < 7.0 {
            2
        } else {
            3
        };
        let explained = if known > 1 { self.believed(&guesses[..known]) } else { 0.0 };
        if known > 1 {
            self.judge(deviation, &guesses, known, settings.skill_share.max(1.0 / n));
        }
        let clip = if self.spread > 0.0 { settings.profile_clip * self.spread } else { f64::INFINITY };
        // A burst teaches little: else it would come back tomorrow as an expectation.
        self.day.learn((deviation - day).clamp(-clip, clip), settings.profile_share);
        self.week.learn((deviation - week).clamp(-clip, clip), settings.profile_share);
        let residual = (deviation - explained).abs().min(3.0 * clip);
        self.spread += (residual - self.spread) * 0.002_f64.max(1.0 / n);
        self.level += deviation * (elapsed / DAY as f64).clamp(0.0, 0.1);
        explained
    }

    /// The guesses weighed by the inverse square of their errors.
    fn believed(&self, guesses: &[f64]) -> f64 {
        let (mut sum, mut total) = (0.0, 0.0);
        for (guess, error) in guesses.iter().zip(&self.errors) {
            let ratio = self.errors[0] / (error + f64::MIN_POSITIVE);
            let weight = (ratio * ratio).min(1e12);
            sum += weight * guess;
            total += weight;
        }
        if total > 0.0 { sum / total } else { 0.0 }
    }

    fn judge(&mut self, deviation: f64, guesses: &[f64; 3], known: usize, share: f64) {
        for (k, guess) in guesses.iter().enumerate().take(known) {
            // Smoothed over a few points: noise that no profile can know would hide who is right.
            self.smooth[k] += (deviation - guess - self.smooth[k]) * 0.3;
            self.errors[k] += (self.smooth[k].abs() - self.errors[k]) * share;
        }
        if known < 3 {
            self.errors[2] = self.errors[1];
        }
    }
}

/// Means by slot of a cycle. Residuals are gathered while time is in a slot and learnt on leaving it, so that one visit
/// counts once whatever the step.
#[derive(Clone, Debug)]
struct Profile<const N: usize> {
    cycle: i64,
    means: Box<[f32; N]>,
    visits: Box<[u8; N]>,
    slot: usize,
    sum: f64,
    count: f64,
}

impl<const N: usize> Profile<N> {
    fn new(cycle: i64) -> Self {
        Self { cycle, means: Box::new([0.0; N]), visits: Box::new([0; N]), slot: N, sum: 0.0, count: 0.0 }
    }

    /// Moves to the slot of this second and says what is known of it.
    fn enter(&mut self, seconds: i64) -> Option<f64> {
        let slot = (seconds.rem_euclid(self.cycle) * N as i64 / self.cycle) as usize;
        if slot != self.slot {
            self.commit();
            self.slot = slot;
        }
        (self.visits[slot] > 0).then(|| f64::from(self.means[slot]))
    }

    fn learn(&mut self, residual: f64, share: f64) {
        // The share is applied on leaving; it is the same at every call.
        self.sum += residual * share.max(1.0 / (f64::from(self.visits[self.slot]) + 1.0));
        self.count += 1.0;
    }

    fn commit(&mut self) {
        if self.count > 0.0 {
            let mean = &mut self.means[self.slot];
            *mean = (f64::from(*mean) + self.sum / self.count).clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
            self.visits[self.slot] = self.visits[self.slot].saturating_add(1);
            (self.sum, self.count) = (0.0, 0.0);
        }
    }
}
