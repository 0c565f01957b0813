//! What is usual of a series, from the samples before the window. Called by [`find`](super::find).

use super::super::robust::{DayShape, centre_and_spread, quantile};

/// Neighbours that are looked at together: 2, 4, 8, ..., at most a sixth of what is before the window.
const LONGEST: usize = 6;
/// A value counts at most so many spreads in a mean.
pub(super) const CLIP: f64 = 8.0;
/// The share of means and medians that make the tail.
const FEW: f64 = 0.05;
/// The mean log excess of a normal distribution's twentieth.
const LIGHTEST: f64 = 0.17;
/// Degrees of freedom for each independent stretch before the window.
const FREE: f64 = 0.6;
/// A line explains a series when it leaves less than this share of its spread.
const EXPLAINS: f64 = 0.4;

/// The usual range of a series.
#[derive(Clone, Debug)]
pub(super) struct Usual {
    centre: f64,
    spread: f64,
    shape: Option<DayShape>,
    drift: Option<Drift>,
    /// Samples that are one witness.
    pub(super) witness: f64,
    /// How neighbours wander together.
    pub(super) scales: Vec<Scale>,
    /// Whether it never moved.
    pub(super) is_still: bool,
    /// Spreads beyond which one in twenty samples or fewer lie.
    high: f64,
}

/// A series that has been growing or falling: it may go on or stop.
#[derive(Clone, Copy, Debug)]
struct Drift {
    slope: f64,
    end: f64,
    level: f64,
}

/// How `length` neighbours together wander.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// How many.
    pub length: usize,
    /// Of their means.
    pub means: Tail,
    /// Of their medians.
    pub medians: Tail,
}

/// How far something is from its centre, by what it was before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail {
    /// One in twenty is farther.
    pub far: f64,
    /// The mean logarithm of how many times as far those are: Hill's estimator ("A simple general approach to inference
    /// about the tail of a distribution", Annals of Statistics 1975).
    weight: f64,
}

impl Usual {
    /// Of points in time order; `range` is the time in seconds that one sample tells of.
    pub(super) fn of(points: &[(f64, f64)], range: f64) -> Option<Self> {
        let shape = DayShape::of(points);
        let at = |seconds: f64| shape.as_ref().map_or(0.0, |shape| shape.at(seconds));
        let rest: Vec<(f64, f64)> = points.iter().map(|(seconds, value)| (*seconds, value - at(*seconds))).collect();
        let values: Vec<f64> = rest.iter().map(|(_, value)| *value).collect();
        let (centre, spread) = centre_and_spread(&values)?;
        let (drift, spread) = match Drift::of(&rest, spread) {
            Some((drift, left)) => (Some(drift), left),
            None => (None, spread),
        };
        let moved = values.iter().any(|value| (value - centre).abs() > 1e-9 * centre.abs());
        let mut usual = Self {
            centre,
            spread: if spread > 0.0 { spread } else { f64::MIN_POSITIVE },
            shape,
            drift,
            witness: 1.0,
            scales: Vec::new(),
            is_still: !moved,
            high: 0.0,
        };
        let off: Vec<f64> = points.iter().map(|(seconds, value)| usual.off_before(*seconds, *value)).collect();
        let step = (points.last()?.0 - points.first()?.0) / (points.len() - 1).max(1) as f64;
        usual.witness = witness(&off).max(if step > 0.0 { range / step } else { 1.0 }).max(1.0);
        usual.high = quantile(&mut off.iter().map(|z| z.abs()).collect::<Vec<_>>(), 1.0 - FEW).unwrap_or(0.0);
        let mut length = 2;
        while length * LONGEST <= points.len() {
            usual.scales.push(Scale::of(&off, length, usual.witness));
            length *= 2;
        }
        Some(usual)
    }

    /// The usual value at a time.
    pub(super) fn centre_at(&self, seconds: f64) -> f64 {
        let season = self.shape.as_ref().map_or(0.0, |shape| shape.at(seconds));
        season + self.drift.map_or(self.centre, |drift| drift.level)
    }

    /// How far a value lies from what is usual, in spreads.
    pub(super) fn off(&self, seconds: f64, value: f64) -> f64 {
        let rest = value - self.shape.as_ref().map_or(0.0, |shape| shape.at(seconds));
        let away = match self.drift {
            None => rest - self.centre,
            Some(drift) => {
                let on = drift.level + drift.slope * (seconds - drift.end).max(0.0);
                rest - rest.clamp(drift.level.min(on), drift.level.max(on))
            }
        };
        (away / self.spread).clamp(-1e6, 1e6)
    }

    fn off_before(&self, seconds: f64, value: f64) -> f64 {
        match self.drift {
            None => self.off(seconds, value),
            Some(drift) => {
                let rest = value - self.shape.as_ref().map_or(0.0, |shape| shape.at(seconds));
                ((rest - drift.level - drift.slope * (seconds - drift.end)) / self.spread).clamp(-1e6, 1e6)
            }
        }
    }

    /// Whether most of it is nothing at all.
    pub(super) fn is_rare(&self) -> bool {
        self.centre == 0.0 && self.drift.is_none() && self.shape.is_none()
    }

    /// Spreads within which a value is taken for usual.
    pub(super) fn edge(&self) -> f64 {
        3.0_f64.max(1.5 * self.high)
    }
}

impl Drift {
    /// A line through the medians of the thirds, if it explains most of the spread; and the spread that it leaves.
    fn of(points: &[(f64, f64)], spread: f64) -> Option<(Self, f64)> {
        let third = points.len() / 3;
        let middle = |part: &[(f64, f64)]| {
            let seconds = part.iter().map(|(seconds, _)| seconds / part.len() as f64).sum::<f64>();
            let value = quantile(&mut part.iter().map(|(_, value)| *value).collect::<Vec<_>>(), 0.5)?;
            Some((seconds, value))
        };
        let (first, last) = (middle(&points[..third])?, middle(&points[points.len() - third..])?);
        let between = middle(&points[third..points.len() - third])?;
        let slope = (last.1 - first.1) / (last.0 - first.0);
        if !slope.is_finite() || slope == 0.0 {
            return None;
        }
        // The middle third must lie between the others, or it is no line.
        let on = first.1 + slope * (between.0 - first.0);
        if (between.1 - on).abs() > 0.25 * (last.1 - first.1).abs() {
            return None;
        }
        let end = points.last()?.0;
        let rests: Vec<f64> = points.iter().map(|(seconds, value)| value - slope * (seconds - end)).collect();
        let (level, left) = centre_and_spread(&rests)?;
        (left < EXPLAINS * spread).then_some((Self { slope, end, level }, left))
    }
}

impl Scale {
    fn of(off: &[f64], length: usize, witness: f64) -> Self {
        let stride = (length / 2).max(1);
        let blocks = || (0..=off.len() - length).step_by(stride).map(|from| &off[from..from + length]);
        let mut buffer = Vec::with_capacity(length);
        let mut means: Vec<f64> = blocks().map(|block| mean(block).abs()).collect();
        let mut medians: Vec<f64> = blocks().map(|block| nearest(block, &mut buffer).abs()).collect();
        let count = off.len() as f64 / witness.max(length as f64);
        // Less than what independent values leave is luck.
        let least = 1.0 / (length as f64 / witness).max(1.0).sqrt();
        let means = Tail::of(&mut means, count, least);
        let medians = Tail::of(&mut medians, count, least);
        // Medians of what mostly rests have seen nothing of what now and then happens; the means have.
        let medians = Tail { far: medians.far.max(means.far), weight: medians.weight.max(means.weight) };
        Self { length, means, medians }
    }
}

impl Tail {
    /// Of `sizes`, of which `count` are independent, whose spread is at least `least`.
    fn of(sizes: &mut [f64], count: f64, least: f64) -> Self {
        let far = quantile(sizes, 1.0 - FEW).unwrap_or(0.0).max(1.96 * least);
        let (mut sum, mut beyond) = (0.0, 0.0);
        for size in sizes.iter().filter(|size| **size > far) {
            sum += (size / far).ln();
            beyond += 1.0;
        }
        // A normal distribution's, and Student's with as many degrees of freedom: few witnesses have not seen much.
        let weight = LIGHTEST.max(1.0 / (FREE * count).max(1.0));
        Self { far, weight: if beyond > 0.0 { weight.max(sum / beyond) } else { weight } }
    }

    /// How often one is as far as this.
    pub(super) fn beyond(&self, size: f64) -> f64 {
        if size <= self.far { 1.0 } else { FEW * (size / self.far).powf(-1.0 / self.weight) }
    }
}

/// The mean of neighbours, wild ones held back.
pub(super) fn mean(block: &[f64]) -> f64 {
    block.iter().map(|z| z.clamp(-CLIP, CLIP)).sum::<f64>() / block.len() as f64
}

/// The median of neighbours; of the two in the middle the one nearer to the centre, so that half of them are beyond it.
pub(super) fn nearest(block: &[f64], buffer: &mut Vec<f64>) -> f64 {
    buffer.clear();
    buffer.extend_from_slice(block);
    let high = block.len() / 2;
    let (below, at, _) = buffer.select_nth_unstable_by(high, f64::total_cmp);
    let at = *at;
    if block.len() % 2 == 1 {
        return at;
    }
    let low = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low > 0.0 {
        low
    } else if at < 0.0 {
        at
    } else {
        0.0
    }
}

/// Samples that are one witness: `(1 + c) / (1 - c)` of an autoregression, whose neighbours carry `c`.
fn witness(off: &[f64]) -> f64 {
    let n = off.len() as f64;
    let clipped: Vec<f64> = off.iter().map(|z| z.clamp(-4.0, 4.0)).collect();
    let middle = clipped.iter().sum::<f64>() / n;
    let squares: f64 = clipped.iter().map(|z| (z - middle) * (z - middle)).sum();
    let products: f64 = clipped.windows(2).map(|pair| (pair[0] - middle) * (pair[1] - middle)).sum();
    let carry = if squares > 0.0 { products / squares } else { 0.0 };
    // What a short stretch shows of a long memory is less than there is (Kendall, "Note on bias in the estimation of
    // autocorrelation", Biometrika 1954).
    let carry = (carry + (1.0 + 4.0 * carry.max(0.0)) / n).clamp(0.0, 1.0 - 4.0 / n);
    (1.0 + carry) / (1.0 - carry)
}
