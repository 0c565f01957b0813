//! The clock of a recording: the incident's own time, which a person may pause, hurry or jump forward in. `runtime` reads
//! it in place of the wall clock during a replay or drill; the player and the recorded answers obey it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;
use tokio::sync::watch;
use tokio::time::{Duration, Instant};

use crate::domain::recording::Recording;
use crate::domain::time::{clock, plus};
use crate::domain::{CleanText, Timestamp};

/// The speeds a person can choose, slowest first.
pub const SPEEDS: [f64; 6] = [0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// A clock shared by everything that takes part in a replay. It never goes back, and stops at its hold and at the end.
#[derive(Clone, Debug)]
pub struct ReplayClock {
    state: Arc<Mutex<State>>,
    turned: Arc<watch::Sender<u64>>,
}

/// Where the clock stood when it was last touched, and how it goes on from there.
#[derive(Debug)]
struct State {
    at: Timestamp,
    since: Instant,
    speed: f64,
    paused: bool,
    hold: Option<Timestamp>,
    end: Timestamp,
}

impl ReplayClock {
    /// A running clock at speed 1 from `opens_at` that stops at `hold` until it is released, and at `end` for good.
    pub fn new(opens_at: Timestamp, hold: Option<Timestamp>, end: Timestamp) -> Self {
        let state = State {
            at: opens_at.min(end),
            since: Instant::now(),
            speed: 1.0,
            paused: false,
            hold: hold.filter(|hold| *hold >= opens_at && *hold < end),
            end,
        };
        Self { state: Arc::new(Mutex::new(state)), turned: Arc::new(watch::channel(0).0) }
    }

    /// The clock a recording asks for: from where it opens to the end of what it holds.
    pub fn of(recording: &Recording) -> Self {
        let (first, last) = super::extent(recording);
        let start = recording.window.map_or(first, |window| window.start);
        let end = recording.window.map_or(last, |window| window.end.max(last));
        Self::new(recording.opens_at.unwrap_or(start), recording.holds_at, end)
    }

    /// The incident's time now.
    pub fn now(&self) -> Timestamp {
        self.lock().now()
    }

    /// Whether a person stopped it.
    pub fn is_paused(&self) -> bool {
        self.lock().paused
    }

    /// How many seconds of the incident pass in a second.
    pub fn speed(&self) -> f64 {
        self.lock().speed
    }

    /// Whether it waits at its hold for a recorded command to be run.
    pub fn holding(&self) -> bool {
        let state = self.lock();
        state.hold.is_some_and(|hold| state.now() >= hold)
    }

    /// Where it stops for good.
    pub fn end(&self) -> Timestamp {
        self.lock().end
    }

    /// Whether the recording is over.
    pub fn ended(&self) -> bool {
        let state = self.lock();
        state.now() >= state.end
    }

    /// Stops the clock where it stands.
    pub fn pause(&self) {
        self.turn(|state| state.paused = true);
    }

    /// Lets it run again.
    pub fn resume(&self) {
        self.turn(|state| state.paused = false);
    }

    /// Runs at the one of [`SPEEDS`] nearest to `speed`; a speed that is no number changes nothing.
    pub fn set_speed(&self, speed: f64) {
        let wanted = speed.clamp(0.0, 100.0);
        let nearest = SPEEDS.into_iter().min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()));
        if let Some(nearest) = nearest.filter(|_| !speed.is_nan()) {
            self.turn(|state| state.speed = nearest);
        }
    }

    /// Goes forward to `to`, or as far as the hold and the end allow, and says where it is now.
    ///
    /// # Errors
    /// In words when `to` lies in the past: what was shown cannot be unseen; opening the recording again starts it over.
    pub fn jump_to(&self, to: Timestamp) -> Result<Timestamp, CleanText> {
        let now = self.now();
        if to < now {
            return Err(CleanText::line(&format!(
                "the recording stands at {}Z and cannot go back to {}Z; open it again to start over",
                clock(now),
                clock(to)
            )));
        }
        self.turn(|state| state.at = to.min(state.limit()));
        Ok(self.now())
    }

    /// Goes to `to` (not back) and on past the hold: a recorded command that changed the incident was run.
    pub fn release(&self, to: Timestamp) {
        self.turn(|state| {
            state.hold = state.hold.filter(|hold| *hold > to);
            state.at = state.at.max(to).min(state.limit());
        });
    }

    /// Seen by the player: turns whenever a person touches the clock.
    pub(super) fn turns(&self) -> watch::Receiver<u64> {
        self.turned.subscribe()
    }

    /// How long until the clock reaches `at`; `None` when it does not get there as it stands.
    pub(super) fn wait_until(&self, at: Timestamp) -> Option<Duration> {
        let state = self.lock();
        if state.paused || at > state.limit() {
            return None;
        }
        let left = state.now().duration_until(at).as_secs_f64().max(0.0) / state.speed;
        Some(Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX).min(Duration::from_secs(3600)))
    }

    fn turn(&self, change: impl FnOnce(&mut State)) {
        {
            let mut state = self.lock();
            state.at = state.now();
            state.since = Instant::now();
            change(&mut state);
        }
        self.turned.send_modify(|turns| *turns += 1);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn now(&self) -> Timestamp {
        if self.paused {
            return self.at;
        }
        let passed = self.since.elapsed().as_secs_f64() * self.speed;
        let passed = SignedDuration::try_from_secs_f64(passed).unwrap_or(SignedDuration::MAX);
        plus(self.at, passed).min(self.limit()).max(self.at)
    }

    /// The latest instant it may show.
    fn limit(&self) -> Timestamp {
        self.hold.map_or(self.end, |hold| hold.min(self.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    async fn wait(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn it_runs_pauses_and_hurries() {
        let clock = ReplayClock::new(at(0), None, at(1000));
        wait(3).await;
        assert_eq!(clock.now(), at(3));
        clock.pause();
        wait(60).await;
        assert_eq!((clock.now(), clock.is_paused()), (at(3), true));
        clock.resume();
        clock.set_speed(10.0);
        wait(4).await;
        assert_eq!((clock.now(), clock.speed()), (at(43), 10.0));
    }

    #[tokio::test(start_paused = true)]
    async fn an_odd_speed_becomes_the_nearest_offered() {
        let clock = ReplayClock::new(at(0), None, at(1000));
        for (asked, got) in [(0.0, 0.5), (-3.0, 0.5), (4.0, 5.0), (1e308, 30.0), (f64::NAN, 30.0)] {
            clock.set_speed(asked);
            assert_eq!(clock.speed(), got, "{asked}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_waits_at_the_hold_until_released_and_stops_at_the_end() {
        let clock = ReplayClock::new(at(0), Some(at(10)), at(50));
        assert_eq!(clock.jump_to(at(30)), Ok(at(10)));
        wait(100).await;
        assert_eq!((clock.now(), clock.holding(), clock.ended()), (at(10), true, false));
        clock.release(at(12));
        assert_eq!((clock.now(), clock.holding()), (at(12), false));
        wait(100).await;
        assert_eq!((clock.now(), clock.ended()), (at(50), true));
    }

    #[tokio::test(start_paused = true)]
    async fn it_never_goes_back() {
        let clock = ReplayClock::new(at(20), None, at(50));
        let refusal = clock.jump_to(at(5)).unwrap_err();
        assert!(refusal.contains("cannot go back"), "{refusal}");
        clock.release(at(1));
        assert_eq!(clock.now(), at(20));
    }
}
