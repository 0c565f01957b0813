//! How surprising a deviation is among the deviations of its own kind. Called by the [`Detector`](super::Detector) for
//! each of its signs.

use super::Settings;

/// The upper tail of a stream of deviations that are not negative: a high quantile `u`, followed as the stream goes, and
/// the mean of `ln(f / u)` beyond it.
///
/// Peaks over a threshold, as in Siffer, Fouque, Termier, Largouet, "Anomaly Detection in Streams with Extreme Value
/// Theory" (KDD 2017), with two economies that need no stored peaks: the quantile is followed by stochastic
/// approximation (Robbins and Monro, 1951, on the logarithm), and the tail is Pareto, fitted by Hill's estimator (1975),
/// the mean log excess. Working on ratios makes the result free of scale and unit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tail {
    /// The quantile followed. Zero until a deviation was seen.
    u: f64,
    /// Mean of `ln(f / u)` over the deviations beyond `u`.
    mean: f64,
    /// Deviations beyond `u`, counted up to the memory of `mean`.
    beyond: f64,
}

impl Tail {
    /// Takes the `n`-th deviation and gives `-ln` of its probability among those beyond the quantile: zero for what is
    /// usual, one for each factor `e` of rarity beyond it.
    pub(super) fn push(&mut self, f: f64, n: f64, settings: &Settings) -> f64 {
        if self.u <= f64::MIN_POSITIVE {
            return self.first(f, n, settings);
        }
        if f <= self.u {
            self.u *= settings.sink(n);
            return 0.0;
        }
        let excess = (f / self.u).ln().min(50.0);
        let mean = (self.mean * self.beyond + settings.usual_excess * settings.prior) / (self.beyond + settings.prior);
        self.beyond = (self.beyond + 1.0).min(settings.tail_memory);
        // One enormous peak must not widen the tail for long.
        self.mean += (excess.min(8.0 * mean) - self.mean) / self.beyond;
        self.u *= settings.rise(n);
        excess / mean.max(0.02)
    }

    /// The first deviation after nothing but zeros: a rank, since there is no tail yet to measure by.
    fn first(&mut self, f: f64, n: f64, settings: &Settings) -> f64 {
        if f <= 0.0 {
            return 0.0;
        }
        self.u = f;
        Self::rank(n, settings)
    }

    /// The surprise of something never seen in `n` points: one in `n`, against the quantile's share.
    pub(super) fn rank(n: f64, settings: &Settings) -> f64 {
        (n * (1.0 - settings.quantile)).ln().max(0.0)
    }
}
