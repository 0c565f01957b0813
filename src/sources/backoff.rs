//! How long a source waits before it tries again.

use std::time::Duration;

/// Doubling waits with full jitter, from a quarter of a second to a ceiling; a success starts over.
#[derive(Clone, Debug)]
pub struct Backoff {
    next: Duration,
    ceiling: Duration,
}

/// The first wait at most.
const FIRST: Duration = Duration::from_millis(250);

impl Backoff {
    /// Waits that never exceed `ceiling`.
    pub fn new(ceiling: Duration) -> Self {
        Self { next: FIRST, ceiling }
    }

    /// The next wait: between half of the current step and all of it, so that many clients spread out.
    pub fn wait(&mut self) -> Duration {
        let step = self.next.min(self.ceiling);
        self.next = (step * 2).min(self.ceiling);
        step.mul_f64(0.5 + 0.5 * fastrand::f64())
    }

    /// A success: the next failure waits briefly again.
    pub fn reset(&mut self) {
        self.next = FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_ceiling_and_no_further() {
        let mut backoff = Backoff::new(Duration::from_secs(5));
        let waits: Vec<_> = (0..10).map(|_| backoff.wait()).collect();
        assert!(waits[0] <= FIRST);
        assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(5)));
        assert!(waits[9] >= Duration::from_millis(2500));
        backoff.reset();
        assert!(backoff.wait() <= FIRST);
    }
}
