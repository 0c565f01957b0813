//! The one setting of the detector. The same for every series; nothing here is for a file, a unit or a name.

/// Constants of the method, and what is computed from them once.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The quantile of a sign's deviations beyond which they begin to count.
    pub quantile: f64,
    /// Step of the quantile's stochastic approximation, in logarithms.
    pub step: f64,
    /// How many deviations beyond the quantile the tail remembers.
    pub tail_memory: f64,
    /// The mean log excess expected before any was seen.
    pub usual_excess: f64,
    /// How many seen deviations that expectation weighs.
    pub prior: f64,
    /// Ratio of one span of a mean to the next.
    pub ratio: f64,
    /// Points after which the memory of the greatest evidence has fallen to a half.
    pub memory: f64,
    /// The share of the remembered evidence that new evidence must exceed.
    pub gate: f64,
    /// Evidence beyond the gate at which the score is one half.
    pub margin: f64,
    /// The share of the evidence measured against the series' own past evidence.
    pub own: f64,
    /// Points after an alert in which there is no other.
    pub hold: u32,
    /// A seasonal profile learns from a residual of at most so many mean residuals.
    pub profile_clip: f64,
    /// A reference mean learns from a deviation of at most so many mean deviations.
    pub reference_clip: f64,
    /// Points before which there is no alert.
    pub warm: f64,
    /// Smallest share of a new visit in a profile's slot.
    pub profile_share: f64,
    /// Share of a new residual in the skill of a profile.
    pub skill_share: f64,
    /// `exp(step * quantile)`.
    pub(super) rise: f64,
    /// `exp(-step * (1 - quantile))`.
    pub(super) sink: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            quantile: 0.994,
            step: 0.01,
            tail_memory: 140.0,
            usual_excess: 1.25,
            prior: 8.0,
            ratio: 3.0,
            memory: 800.0,
            gate: 0.4,
            margin: 2.2,
            own: 0.3,
            hold: 30,
            profile_clip: 3.0,
            reference_clip: 5.0,
            warm: 150.0,
            profile_share: 0.05,
            skill_share: 0.004,
            rise: 0.0,
            sink: 0.0,
        }
        .derived()
    }
}

impl Settings {
    /// Fills in what follows from the rest.
    pub fn derived(mut self) -> Self {
        self.rise = (self.step * self.quantile).exp();
        self.sink = (-self.step * (1.0 - self.quantile)).exp();
        self
    }

    /// The factor of a quantile that was exceeded at the `n`-th point: larger steps at first.
    pub(super) fn rise(&self, n: f64) -> f64 {
        if n * self.step < 1.0 { (self.quantile / n).exp() } else { self.rise }
    }

    /// The factor of a quantile that was not exceeded at the `n`-th point.
    pub(super) fn sink(&self, n: f64) -> f64 {
        if n * self.step < 1.0 { 1.0 - (1.0 - self.quantile) / n } else { self.sink }
    }
}
