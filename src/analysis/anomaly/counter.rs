//! Counters: a series that only grows is looked at as its rate, and a reset of it is no anomaly. Called by the
//! [`Detector`](super::Detector) before anything else.

/// Growing points in a row, without a fall, that make a counter.
const CERTAIN: u32 = 40;

/// Tells counters from gauges as the points come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kind {
    grown: u32,
    /// The series fell to something else than near zero: a gauge for good.
    gauge: bool,
    last: f64,
}

/// How a value is to be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reading {
    /// As it stands.
    Gauge(f64),
    /// Growth a second since the point before. The first one of a series begins its history anew.
    Rate { rate: f64, first: bool },
    /// The counter began anew: nothing can be said of this point.
    Reset,
}

impl Kind {
    /// Takes a value, `elapsed` seconds after the last.
    pub(super) fn read(&mut self, value: f64, elapsed: f64, first: bool) -> Reading {
        let before = std::mem::replace(&mut self.last, value);
        if first || self.gauge {
            return Reading::Gauge(value);
        }
        let was = self.is_counter();
        let growth = value - before;
        if growth < 0.0 {
            if !was || value < 0.0 || value > before / 2.0 {
                self.gauge = true;
                return Reading::Gauge(value);
            }
            // What was counted between the last point and the reset is not known.
            return Reading::Reset;
        } else if growth > 0.0 {
            self.grown = self.grown.saturating_add(1);
        }
        if !self.is_counter() {
            return Reading::Gauge(value);
        }
        Reading::Rate { rate: growth / elapsed.max(1e-3), first: !was }
    }

    /// A counter has grown often, and is not a constant with a few steps.
    fn is_counter(self) -> bool {
        self.grown >= CERTAIN && self.last >= 0.0
    }
}
