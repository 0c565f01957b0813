//! How unusual each point of a metric is, as the points come: a score from 0 to 1, of which 0.5 is an alert. Called by
//! `cli/metrics`, and by whatever marks spans of a chart or ranks what moved.
//!
//! The score is causal: it depends on the point and on those before it alone, so it never changes afterwards. One setting
//! serves every series. A detector holds about 4 KB and takes some 75 ns a point.
//!
//! # Method
//! 1. A counter becomes its rate (`counter`); the point of a reset says nothing.
//! 2. What the time of day and of week explain is taken off, as far as each profile has proven right (`season`).
//! 3. Of the rest, differences of exponential means over growing spans are signs: the shortest sees spikes and drops, the
//!    longer ones shifts; the ratio of the activity now to that of long ago sees restlessness and calm. Up and down are
//!    apart (`bands`). A run of equal values and a gap in time are signs too.
//! 4. Each sign is measured against its own past: `ln(f / u) / m`, where `u` is a high quantile of the sign and `m` the
//!    mean log excess beyond it, which is minus the logarithm of a tail probability (`tail`: peaks over threshold, Siffer
//!    and others, KDD 2017; Hill's estimator, 1975). The sum over the signs is the evidence `E`, as Fisher (1925) adds
//!    logarithms of probabilities. Part of it is measured once more in the same way against the series' own `E`.
//! 5. The memory `R` of the greatest evidence halves every 800 points. `score = 1 / (1 + exp(margin + gate R - E))`: what
//!    is much less surprising than what was seen lately stays below one half. For 30 points after an alert the gate is
//!    higher than one, so that only something much greater is another alert: the score tells the onset of an incident, not
//!    its length (`calm`).
//!
//! Noise of any shape raises one or two alerts in a thousand points: where thousands of series are looked at, the score
//! ranks, and 0.5 is where a person who looks at one series would look up.
//!
//! # What it does not see
//! Trouble that begins within the first 150 points, a drift slower than about a thousand points, whatever returns every
//! day at the same time, and one time in ten a leap of a single point soon after a louder one.

mod bands;
mod calm;
mod counter;
mod season;
mod settings;
mod spans;
mod tail;
mod usual;

use bands::{Bands, DEVIATIONS, Deviation, sign_of};
use calm::Calm;
use counter::{Kind, Reading};
use season::Season;
pub use settings::Settings;
pub use spans::{Span, spans};
use tail::Tail;

use crate::domain::Sample;

/// The score from which a point raises an alert.
pub const ALERT: f64 = 0.5;

/// What most of the evidence is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A leap up.
    Spike,
    /// A leap down.
    Drop,
    /// A higher level.
    ShiftUp,
    /// A lower level.
    ShiftDown,
    /// More movement than usual.
    Restless,
    /// Less movement than usual: a flat line.
    Quiet,
    /// No points for longer than usual before this one.
    Gap,
}

impl Sign {
    /// As a person reads it.
    pub fn text(self) -> &'static str {
        match self {
            Sign::Spike => "leap up",
            Sign::Drop => "leap down",
            Sign::ShiftUp => "higher level",
            Sign::ShiftDown => "lower level",
            Sign::Restless => "restless",
            Sign::Quiet => "flat",
            Sign::Gap => "no data before",
        }
    }
}

/// What a point comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// 0 to 1, never anything else; [`ALERT`] or more raises an alert.
    pub score: f64,
    /// The sign with the most evidence, if any has some.
    pub sign: Option<Sign>,
}

/// The state of one series. Its size is fixed.
#[derive(Clone, Debug)]
pub struct Detector {
    settings: Settings,
    shares: [f64; 7],
    kind: Kind,
    /// What values are divided by, so that profiles in single precision hold any scale.
    unit: f64,
    points: f64,
    seconds: f64,
    /// The usual step in seconds.
    step: f64,
    history: Option<History>,
    tails: [Tail; DEVIATIONS],
    still: Still,
    calm: Calm,
}

/// What begins anew when a series turns out to be a counter.
#[derive(Clone, Debug)]
struct History {
    season: Season,
    bands: Bands,
}

/// How long a series has not moved at all: a sensor that hangs repeats its last value, noise or none.
#[derive(Clone, Copy, Debug, Default)]
struct Still {
    last: f64,
    run: f64,
    tail: Tail,
}

impl Still {
    /// A few equal values in a row happen.
    const FEW: f64 = 5.0;

    fn push(&mut self, value: f64, n: f64, settings: &Settings) -> f64 {
        self.run = if value == self.last { self.run + 1.0 } else { 0.0 };
        self.last = value;
        self.tail.push((self.run - Self::FEW).max(0.0), n, settings)
    }
}

impl Default for Detector {
    fn default() -> Self {
        Self::with(Settings::default())
    }
}

impl Detector {
    /// A detector with other constants; for measuring what they do.
    pub fn with(settings: Settings) -> Self {
        let mut shares = [1.0; 7];
        for k in 1..shares.len() {
            shares[k] = shares[k - 1] / settings.ratio;
        }
        Self {
            settings,
            shares,
            kind: Kind::default(),
            unit: 0.0,
            points: 0.0,
            seconds: 0.0,
            step: 0.0,
            history: None,
            tails: [Tail::default(); DEVIATIONS],
            still: Still::default(),
            calm: Calm::default(),
        }
    }

    /// Scores the next point. A value that is not finite scores 0 and is treated as missing; a time before the last
    /// point's counts as the last point's.
    pub fn push(&mut self, sample: Sample) -> Scored {
        let value = sample.value.clamp(-1e300, 1e300);
        if value.is_nan() || sample.value.is_infinite() {
            return Scored { score: 0.0, sign: None };
        }
        let seconds = sample.at.as_millisecond() as f64 / 1000.0;
        let first = self.points == 0.0;
        let elapsed = if first { 0.0 } else { (seconds - self.seconds).max(0.0) };
        self.seconds = if first { seconds } else { self.seconds.max(seconds) };
        if self.unit == 0.0 && value != 0.0 {
            self.unit = 1.0 / value.abs().max(1e-290);
        }
        let value = match self.kind.read(value * self.unit, elapsed, first) {
            Reading::Gauge(value) => value,
            Reading::Reset => return Scored { score: 0.0, sign: None },
            Reading::Rate { rate, first } => {
                if first {
                    self.history = None;
                    self.tails = [Tail::default(); DEVIATIONS];
                    self.points = 0.0;
                }
                rate
            }
        };
        self.points += 1.0;
        let (evidence, sign) = self.evidence(value, elapsed);
        let score = self.calm.score(evidence, self.points, &self.settings);
        Scored { score, sign }
    }

    fn evidence(&mut self, value: f64, elapsed: f64) -> (f64, Option<Sign>) {
        let seconds = self.seconds as i64;
        let (n, settings) = (self.points, &self.settings);
        let history = self
            .history
            .get_or_insert_with(|| History { season: Season::new(seconds, value), bands: Bands::new(value) });
        let rest = value - history.season.push(seconds, elapsed, value, n, settings);
        let (mut sum, mut most, mut sign) = (0.0, 0.0, None);
        match history.bands.push(rest, n, &self.shares, settings) {
            Deviation::Still => {}
            Deviation::FirstMove(first) => {
                sum = 3.0 * Tail::rank(n, settings);
                sign = Some(first);
            }
            Deviation::By(by) => {
                for (k, (f, tail)) in by.into_iter().zip(&mut self.tails).enumerate() {
                    let part = tail.push(f, n, settings);
                    sum += part;
                    // Every leap is restless too; it is called so only where nothing else says more.
                    let name = sign_of(k);
                    let weight = if name == Sign::Restless { part.min(1.0) } else { part };
                    if weight > most {
                        (most, sign) = (weight, Some(name));
                    }
                }
            }
        }
        let still = self.still.push(value, n, settings);
        if still > most {
            (most, sign) = (still, Some(Sign::Quiet));
        }
        let gap = self.gap(elapsed);
        if gap > most {
            sign = Some(Sign::Gap);
        }
        (sum + still + gap, sign)
    }

    /// Evidence of a gap: one for each factor `e` beyond five times the usual step.
    fn gap(&mut self, elapsed: f64) -> f64 {
        let usual = 5.0 * self.step;
        let gap = if self.step > 0.0 && elapsed > usual { (elapsed / usual).ln() } else { 0.0 };
        let share = 0.05_f64.max(1.0 / self.points);
        let elapsed = if self.step > 0.0 { elapsed.min(2.0 * self.step) } else { elapsed };
        self.step += (elapsed - self.step) * share;
        gap
    }
}

#[cfg(test)]
mod tests;
