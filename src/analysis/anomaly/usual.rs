//! What is usual for a series, as a range that a person would draw around its past with a pencil. Called by
//! [`spans`](super::spans()) for the values and for their short means.

/// No more of the past than this many samples counts.
pub(super) const MEMORY: usize = 512;
/// The part of the range's height by which it is widened, so that its own edge is usual.
const SLACK: f64 = 0.15;
/// One sample in so many may lie outside without widening the range, at each end.
const TRIM: usize = 100;
/// Extremes kept at each end.
const EXTREMES: usize = MEMORY / TRIM + 1;

/// The range of the past: without its most extreme hundredth at each end, and widened by as much as the newer half of
/// the past went beyond the older one, since what wanders or climbs as a habit may go on doing so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub low: f64,
    pub high: f64,
    /// What an excess is measured in: the height of the range before it was widened.
    pub height: f64,
}

impl Range {
    /// The range of at least one value, all finite.
    pub fn of(past: &[f64]) -> Self {
        let past = &past[past.len().saturating_sub(MEMORY)..];
        let (older, newer) = past.split_at(past.len() / 2);
        let first = Extremes::of(older.iter().copied());
        let second = Extremes::of(newer.iter().copied());
        let (low, high) = Extremes::of(past.iter().copied()).trimmed();
        let ((low_1, high_1), (low_2, high_2)) = (first.trimmed(), second.trimmed());
        // A constant has no height: a millionth of its size is what rounding may do.
        let height = (high - low).max(1e-6 * low.abs().max(high.abs())).max(f64::MIN_POSITIVE);
        let slack = SLACK * height;
        let (below, above) = if older.is_empty() { (0.0, 0.0) } else { (low_1 - low_2, high_2 - high_1) };
        Self { low: low - slack.max(below), high: high + slack.max(above), height }
    }

    /// How far outside a value lies, in heights, negative below; zero inside.
    pub fn excess(&self, value: f64) -> f64 {
        if value > self.high {
            (value - self.high) / self.height
        } else if value < self.low {
            (value - self.low) / self.height
        } else {
            0.0
        }
    }
}

/// The lowest and highest values of a set, the most extreme first.
struct Extremes {
    lowest: [f64; EXTREMES],
    highest: [f64; EXTREMES],
    count: usize,
}

impl Extremes {
    fn of(values: impl ExactSizeIterator<Item = f64>) -> Self {
        let count = values.len();
        let keep = count / TRIM;
        let mut extremes = Self { lowest: [f64::INFINITY; EXTREMES], highest: [f64::NEG_INFINITY; EXTREMES], count };
        for value in values {
            if value < extremes.lowest[keep] {
                insert(&mut extremes.lowest[..=keep], value, |a, b| a < b);
            }
            if value > extremes.highest[keep] {
                insert(&mut extremes.highest[..=keep], value, |a, b| a > b);
            }
        }
        extremes
    }

    fn trimmed(&self) -> (f64, f64) {
        let keep = self.count / TRIM;
        (self.lowest[keep], self.highest[keep])
    }
}

/// Puts a value that belongs before the last one into its place.
fn insert(sorted: &mut [f64], value: f64, before: impl Fn(f64, f64) -> bool) {
    let mut place = sorted.len() - 1;
    while place > 0 && before(value, sorted[place - 1]) {
        sorted[place] = sorted[place - 1];
        place -= 1;
    }
    sorted[place] = value;
}
