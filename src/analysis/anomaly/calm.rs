//! From evidence to a score that a person can bear: it peaks when something begins and does not stay high. Called by the
//! [`Detector`](super::Detector).

use super::tail::Tail;
use super::{ALERT, Settings};

/// What the series' own past says about its evidence.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Calm {
    /// The tail of the evidence itself: a series that is often a little odd must be odder.
    own: Tail,
    /// The greatest evidence, fading.
    record: f64,
    fade: f64,
    hold: u32,
}

impl Calm {
    pub(super) fn score(&mut self, evidence: f64, n: f64, settings: &Settings) -> f64 {
        if self.fade == 0.0 {
            self.fade = 0.5_f64.powf(1.0 / settings.memory);
        }
        let evidence = EVIDENCE_UNIT * evidence;
        let odd = if evidence > 0.0 { evidence.min(50.0).exp() } else { 1.0 };
        let evidence = settings.own * self.own.push(odd, n, settings) + (1.0 - settings.own) * evidence;
        self.record *= self.fade;
        self.hold = self.hold.saturating_sub(1);
        let gate = if self.hold > 0 { HELD } else { settings.gate };
        let beyond = evidence - gate * self.record;
        self.record = self.record.max(evidence);
        if n <= settings.warm {
            return 0.0;
        }
        let score = 1.0 / (1.0 + (settings.margin - beyond).exp());
        if score >= ALERT && self.hold == 0 {
            self.hold = settings.hold;
        }
        score
    }
}

/// What the evidence of the signs weighs: they see the same event more than once, but not always.
const EVIDENCE_UNIT: f64 = 2.0;
/// The gate while an alert is held: only what is much more than the cause of the alert is another.
const HELD: f64 = 1.5;
