//! Quantiles of numbers within a relative error, by DDSketch with a bound on its bins. Kept by [`super::Field`].
//!
//! A number `x > 0` falls into bin `⌈ln x / ln γ⌉` with `γ = (1 + α) / (1 − α)`; the middle of the bin is within `α` of all in
//! it. Negative numbers have bins of their own, zero a counter. When the bins span more than [`BINS`] (seventeen decades), the
//! smallest magnitudes share one, so that the upper quantiles stay good.

/// The relative error.
const ERROR: f64 = 0.01;
/// Bins of each sign.
const BINS: usize = 2048;

/// A sketch of finite numbers.
#[derive(Clone, Debug)]
pub struct Quantiles {
    below: Bins,
    zero: u64,
    above: Bins,
    min: f64,
    max: f64,
}

/// Counts of bins, the first of which has this index.
#[derive(Clone, Debug, Default)]
struct Bins {
    first: i32,
    counts: Vec<u64>,
    total: u64,
}

impl Default for Quantiles {
    fn default() -> Self {
        Self { below: Bins::default(), zero: 0, above: Bins::default(), min: f64::INFINITY, max: f64::NEG_INFINITY }
    }
}

impl Quantiles {
    /// Adds a number; what is not finite is left out.
    pub fn add(&mut self, number: f64) {
        if !number.is_finite() {
            return;
        }
        self.min = self.min.min(number);
        self.max = self.max.max(number);
        if number > 0.0 {
            self.above.add(bin(number));
        } else if number < 0.0 {
            self.below.add(bin(-number));
        } else {
            self.zero += 1;
        }
    }

    /// How many were added.
    pub fn count(&self) -> u64 {
        self.below.total + self.zero + self.above.total
    }

    /// The smallest; infinite when there is none.
    pub fn min(&self) -> f64 {
        self.min
    }

    /// The largest; negative infinite when there is none.
    pub fn max(&self) -> f64 {
        self.max
    }

    /// The number of rank `⌊share · (count − 1)⌋`, within the relative error.
    pub fn at(&self, share: f64) -> f64 {
        let rank = (share.clamp(0.0, 1.0) * self.count().saturating_sub(1) as f64).floor() as u64;
        let found = if rank < self.below.total {
            -middle(self.below.at(self.below.total - 1 - rank))
        } else if rank < self.below.total + self.zero {
            0.0
        } else {
            middle(self.above.at(rank - self.below.total - self.zero))
        };
        if self.count() == 0 { found } else { found.clamp(self.min, self.max) }
    }
}

impl Bins {
    fn add(&mut self, bin: i32) {
        self.total += 1;
        if self.counts.is_empty() {
            (self.first, self.counts) = (bin, vec![1]);
            return;
        }
        if bin < self.first {
            let room = BINS - self.counts.len();
            let more = usize::try_from(self.first - bin).unwrap_or(room).min(room);
            self.counts.splice(..0, std::iter::repeat_n(0, more));
            self.first -= more as i32;
        }
        let at = usize::try_from(bin - self.first).unwrap_or_default();
        if at >= self.counts.len() {
            self.grow(at);
        }
        let at = usize::try_from(bin - self.first).unwrap_or_default();
        self.counts[at] += 1;
    }

    /// Makes room for the bin at this place; the lowest bins become one if there are too many.
    fn grow(&mut self, at: usize) {
        let drop = (at + 1).saturating_sub(BINS);
        if drop > 0 {
            let dropped = drop.min(self.counts.len());
            let sum: u64 = self.counts.drain(..dropped).sum();
            self.first += drop as i32;
            match self.counts.first_mut() {
                Some(first) => *first += sum,
                None => self.counts.push(sum),
            }
        }
        self.counts.resize(at + 1 - drop, 0);
    }

    /// The bin of the number with this rank.
    fn at(&self, rank: u64) -> i32 {
        let mut seen = 0;
        for (bin, count) in (self.first..).zip(&self.counts) {
            seen += count;
            if seen > rank {
                return bin;
            }
        }
        self.first + self.counts.len() as i32 - 1
    }
}

fn gamma() -> f64 {
    (1.0 + ERROR) / (1.0 - ERROR)
}

fn bin(number: f64) -> i32 {
    (number.ln() / gamma().ln()).ceil() as i32
}

fn middle(bin: i32) -> f64 {
    2.0 * gamma().powi(bin) / (gamma() + 1.0)
}
