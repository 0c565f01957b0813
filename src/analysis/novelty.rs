//! What is new: which patterns of log lines appeared, burst, became rarer or stopped around an onset. Asked by the desk and
//! by `midwatch logs new`; pure, and defined for any counts.
//!
//! # The statistic
//!
//! A pattern has `n0` lines in `t0` seconds before the onset and `n1` in `t1` seconds after it. Lines come in bursts, so
//! both counts are divided by the pattern's dispersion `φ`, the variance of the counts of its buckets before the onset over
//! their mean (Pearson's estimate, at least 1; McCullagh and Nelder, *Generalized Linear Models*, 1989, 4.5): an hourly job
//! of 500 lines counts as one event an hour.
//!
//! Given `n0 + n1`, the later count of two Poisson processes is binomial with `p = λ1·t1 / (λ0·t0 + λ1·t1)` (Przyborowski
//! and Wilenski, Biometrika 1940). With Jeffreys' prior, `p` is distributed as `Beta(n1 + ½, n0 + ½)` (Brown, Cai and
//! DasGupta, "Interval Estimation for a Binomial Proportion", 2001), and the ratio of the rates is `p / (1 − p) · t0 / t1`.
//! The chance that the rate did *not* change in the direction seen is the tail of that distribution beyond
//! `t1 / (t0 + t1)`; twice the smaller tail is treated as the p-value.
//!
//! Of all patterns, those are told whose p-values pass Benjamini and Hochberg's step-up rule at a false discovery rate of
//! [`RATE`] (1995). Their rank is the lower bound of the ratio of rates (of its inverse for those that became rarer) in
//! bits, from an interval of the level that Benjamini and Yekutieli give for parameters selected that way ("False Discovery
//! Rate-Adjusted Multiple Confidence Intervals", 2005): `1 − RATE · told / patterns`. A pattern that is ten times as frequent
//! for certain stands above one that is a fifth more frequent in a million lines.
//!
//! A pattern that was never seen before is new even when it came once, which no test of rates can show, if there was time
//! to see it: at least [`UNSEEN`] seconds and at least as long before the onset as after it. Patterns that hold errors get
//! [`SEVERE`] bits more, as if their rate had grown so much more.

pub(super) mod beta;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

/// The false discovery rate: the share of wrong ones among those told.
pub const RATE: f64 = 0.01;
/// So many seconds must have passed without a pattern before it can be new.
pub const UNSEEN: f64 = 60.0;
/// What a pattern of errors is ahead of another, in bits.
pub const SEVERE: f64 = 3.0;

/// For how long records could be seen, in seconds. Gaps in which a source was away do not count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Covered {
    /// Before the onset.
    pub before: f64,
    /// Since the onset.
    pub after: f64,
}

/// What was seen of one pattern.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its counts in equal buckets of the time before the onset; one bucket is enough, more show how bursty it is.
    pub before: &'a [u32],
    /// How many lines since the onset.
    pub after: u64,
    /// It was also seen before the time of those buckets.
    pub earlier: bool,
    /// It holds errors or worse.
    pub severe: bool,
}

/// What happened to a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It was never seen before the onset.
    New,
    /// It became more frequent.
    Burst,
    /// It became less frequent.
    Rarer,
    /// It was not seen since the onset, where it should have been.
    Stopped,
}

/// One piece of news.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct News {
    /// The index of the pattern.
    pub pattern: usize,
    /// What happened.
    pub kind: Kind,
    /// The rate after over the rate before; infinite for what was never seen before, 0 for what stopped.
    pub ratio: f64,
    /// What it is ranked by, in bits: the lower bound of the growth (or decline) of the rate, and [`SEVERE`] for errors.
    pub score: f64,
    /// The chance to see so much by accident, for this pattern alone.
    pub chance: f64,
}

/// The news of all patterns, the most remarkable first; equal ones in the order of the patterns.
pub fn news(covered: Covered, patterns: &[Seen<'_>]) -> Vec<News> {
    let ordinary = |seconds: f64| seconds.is_finite() && seconds > 0.0;
    if !ordinary(covered.before) || !ordinary(covered.after) {
        return Vec::new();
    }
    let rates: Vec<Rates> = patterns.iter().map(|seen| Rates::of(covered, *seen)).collect();
    let chances: Vec<f64> = rates.iter().map(|rates| rates.chance()).collect();
    let limit = step_up(&chances);
    let told = chances.iter().filter(|chance| **chance <= limit).count().max(1);
    let level = RATE * told as f64 / patterns.len().max(1) as f64;
    let long = covered.before >= UNSEEN.max(covered.after);
    let mut all: Vec<News> = (0..patterns.len())
        .filter(|at| patterns[*at].after > 0 || rates[*at].before > 0.0)
        .filter_map(|pattern| {
            let (seen, rates) = (patterns[pattern], rates[pattern]);
            let unseen = rates.before == 0.0 && !seen.earlier;
            let kind = match (unseen && long, rates.grows()) {
                (true, _) => Kind::New,
                _ if chances[pattern] > limit => return None,
                (false, true) => Kind::Burst,
                (false, false) if seen.after == 0 => Kind::Stopped,
                (false, false) => Kind::Rarer,
            };
            let score = rates.bound(level) + if seen.severe { SEVERE } else { 0.0 };
            Some(News { pattern, kind, ratio: rates.ratio(), score, chance: chances[pattern] })
        })
        .collect();
    all.sort_by(|one, other| {
        other.score.total_cmp(&one.score).then_with(|| one.pattern.cmp(&other.pattern)).then(Ordering::Equal)
    });
    all
}

/// The largest p-value that Benjamini and Hochberg's rule lets pass; negative when none does.
fn step_up(chances: &[f64]) -> f64 {
    let mut sorted = chances.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    (1..)
        .zip(&sorted)
        .filter(|(rank, chance)| **chance <= RATE * f64::from(*rank) / count)
        .map(|(_, chance)| *chance)
        .last()
        .unwrap_or(-1.0)
}

/// One pattern's counts before and after, in events of its own size.
#[derive(Clone, Copy, Debug)]
struct Rates {
    covered: Covered,
    before: f64,
    after: f64,
}

impl Rates {
    fn of(covered: Covered, seen: Seen<'_>) -> Self {
        let size = dispersion(seen.before);
        let before: f64 = seen.before.iter().map(|count| f64::from(*count)).sum();
        Self { covered, before: before / size, after: seen.after as f64 / size }
    }

    /// The share of the time that is after the onset.
    fn share(&self) -> f64 {
        self.covered.after / (self.covered.before + self.covered.after)
    }

    fn grows(&self) -> bool {
        self.after * self.covered.before > self.before * self.covered.after
    }

    fn ratio(&self) -> f64 {
        if self.before == 0.0 {
            f64::INFINITY
        } else {
            self.after / self.before * (self.covered.before / self.covered.after)
        }
    }

    fn chance(&self) -> f64 {
        let below = beta::below(self.share(), self.after + 0.5, self.before + 0.5);
        (2.0 * below.min(1.0 - below)).clamp(0.0, 1.0)
    }

    /// The bits by which the rate grew (declined) at least, at this level.
    fn bound(&self, level: f64) -> f64 {
        let odds = if self.grows() {
            beta::log_odds(level / 2.0, self.after + 0.5, self.before + 0.5)
        } else {
            beta::log_odds(level / 2.0, self.before + 0.5, self.after + 0.5)
        };
        let time = (self.covered.before / self.covered.after).ln();
        (odds + if self.grows() { time } else { -time }) / std::f64::consts::LN_2
    }
}

/// How many lines of a pattern come together: the variance of its buckets over their mean, at least 1.
fn dispersion(buckets: &[u32]) -> f64 {
    if buckets.len() < 2 {
        return 1.0;
    }
    let count = buckets.len() as f64;
    let mean = buckets.iter().map(|bucket| f64::from(*bucket)).sum::<f64>() / count;
    if mean == 0.0 {
        return 1.0;
    }
    let squares: f64 = buckets.iter().map(|bucket| (f64::from(*bucket) - mean).powi(2)).sum();
    (squares / (count - 1.0) / mean).max(1.0)
}
