//! What time it is for the panes: now, or the recording's own.

use std::time::Duration;

use crate::domain::Timestamp;
use crate::sources::replay::ReplayClock;

/// The incident's clock.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's.
    Live,
    /// A recording's.
    Replay(ReplayClock),
}

impl Clock {
    /// The instant the panes live in.
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::Live => Timestamp::now(),
            Clock::Replay(clock) => clock.now(),
        }
    }

    /// How long until the screen's clock should be looked at again: the next full second, or often enough for a
    /// recording at its speed.
    pub fn until_next_look(&self) -> Duration {
        match self {
            Clock::Live => {
                let past = Timestamp::now().subsec_nanosecond();
                Duration::from_nanos(u64::try_from(1_000_000_000 - past).unwrap_or(1_000_000_000))
            }
            Clock::Replay(clock) if clock.is_paused() || clock.holding() => Duration::from_millis(500),
            Clock::Replay(clock) => Duration::from_secs_f64((1.0 / clock.speed().max(1.0)).clamp(0.1, 1.0)),
        }
    }

    /// The recording's clock, where one plays.
    pub fn replay(&self) -> Option<&ReplayClock> {
        match self {
            Clock::Live => None,
            Clock::Replay(clock) => Some(clock),
        }
    }

    /// The machine's own time, whatever the panes live in: what approvals expire by.
    pub fn wall() -> Timestamp {
        Timestamp::now()
    }
}
