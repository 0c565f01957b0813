//! The time window that every pane shares.

use jiff::SignedDuration;

use crate::domain::time::{TimeWindow, Timestamp, minus, plus};

/// Shortest window that can be asked for.
const SHORTEST: SignedDuration = SignedDuration::from_secs(60);
/// Longest window that can be asked for.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How far past the clock a following window reaches, so that sources with a fast clock are seen.
const AHEAD: SignedDuration = SignedDuration::from_secs(5);

/// A window that follows the clock, or stands still.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// How long it is.
    pub length: SignedDuration,
    /// Where it ends; `None` follows the clock.
    pub end: Option<Timestamp>,
}

impl Window {
    /// A window of this length that follows the clock.
    pub fn following(length: SignedDuration) -> Self {
        Self { length: length.clamp(SHORTEST, LONGEST), end: None }
    }

    /// The span of time it covers when the clock says `now`.
    pub fn at(&self, now: Timestamp) -> TimeWindow {
        match self.end {
            None => TimeWindow { start: minus(now, self.length), end: plus(now, AHEAD) },
            Some(end) => TimeWindow::ending(end, self.length),
        }
    }

    /// Whether it follows the clock.
    pub fn follows(&self) -> bool {
        self.end.is_none()
    }

    /// Moves it by half its length; moving past the clock makes it follow again.
    pub fn shift(&mut self, later: bool, now: Timestamp) {
        let half = self.length / 2;
        let end = self.end.unwrap_or(now);
        let moved = if later { plus(end, half) } else { minus(end, half) };
        self.end = if moved >= now { None } else { Some(moved) };
    }

    /// Doubles or halves its length and keeps an instant where it is in it; it stands still from then on, unless it would
    /// reach past the clock.
    pub fn scale_around(&mut self, at: Timestamp, wider: bool, now: Timestamp) {
        let before = self.at(now);
        let ahead = at.duration_until(self.end.unwrap_or(now));
        let old = before.length().as_secs_f64().max(1.0);
        self.scale(wider);
        let ahead = ahead.as_secs_f64().max(0.0) * self.length.as_secs_f64() / old;
        let end = plus(at, SignedDuration::try_from_secs_f64(ahead).unwrap_or_default());
        self.end = if end >= now { None } else { Some(end) };
    }

    /// Doubles or halves its length.
    pub fn scale(&mut self, wider: bool) {
        let length = if wider { self.length * 2 } else { self.length / 2 };
        self.length = length.clamp(SHORTEST, LONGEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn moving_back_holds_and_moving_past_the_clock_follows_again() {
        let now = at("2026-11-20T02:30:00Z");
        let mut window = Window::following(SignedDuration::from_mins(30));
        window.shift(false, now);
        assert_eq!(window.at(now).end, at("2026-11-20T02:15:00Z"));
        assert_eq!(window.at(at("2026-11-20T02:40:00Z")).end, at("2026-11-20T02:15:00Z"));
        window.shift(true, now);
        assert!(window.follows());
    }

    #[test]
    fn an_instant_that_is_looked_at_stays_where_it_is() {
        let now = at("2026-11-20T02:30:00Z");
        let mut window = Window::following(SignedDuration::from_mins(60));
        window.scale_around(at("2026-11-20T01:45:00Z"), false, now);
        let seen = window.at(now);
        assert_eq!(seen.length(), SignedDuration::from_mins(30));
        let ahead = at("2026-11-20T01:45:00Z").duration_until(seen.end).as_secs();
        assert!((ahead - 22 * 60).abs() <= 60, "a quarter from the left before and after: {ahead}");
        window.scale_around(now, true, now);
        assert!(window.follows(), "a window that would reach past the clock follows it");
    }

    #[test]
    fn the_length_stays_between_a_minute_and_a_week() {
        let mut window = Window::following(SignedDuration::from_secs(1));
        assert_eq!(window.length, SHORTEST);
        (0..20).for_each(|_| window.scale(true));
        assert_eq!(window.length, LONGEST);
        (0..20).for_each(|_| window.scale(false));
        assert!(window.length >= SHORTEST);
    }
}
