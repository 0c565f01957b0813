//! Instants and windows. Everything is UTC; local time exists only where a person asks for it.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// An instant in UTC with nanosecond precision.
pub type Timestamp = jiff::Timestamp;

/// A half-open span of time, `start <= t < end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeWindow {
    /// First instant inside.
    pub start: Timestamp,
    /// First instant after.
    pub end: Timestamp,
}

impl TimeWindow {
    /// A window from one instant to another; the two are swapped if they come in the wrong order.
    pub fn new(a: Timestamp, b: Timestamp) -> Self {
        Self { start: a.min(b), end: a.max(b) }
    }

    /// The window of the given length that ends at `end`, cut at the limits of the calendar.
    pub fn ending(end: Timestamp, length: SignedDuration) -> Self {
        Self { start: minus(end, length), end }
    }

    /// How long the window is.
    pub fn length(&self) -> SignedDuration {
        self.start.duration_until(self.end)
    }

    /// Whether the instant lies inside.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// The same length, moved by `by` (negative: into the past).
    pub fn shifted(&self, by: SignedDuration) -> Self {
        Self { start: plus(self.start, by), end: plus(self.end, by) }
    }
}

/// `at + by`, held inside the calendar's limits.
pub fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

/// `at - by`, held inside the calendar's limits.
pub fn minus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(if by.is_negative() { Timestamp::MAX } else { Timestamp::MIN })
}

/// Seconds since the epoch as Prometheus writes them; `None` when not finite or outside the calendar.
pub fn from_seconds(seconds: f64) -> Option<Timestamp> {
    if !seconds.is_finite() || seconds.abs() > 1e12 {
        return None;
    }
    Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}

/// Seconds since the epoch, to the millisecond.
pub fn to_seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// `02:17:09`, UTC.
pub fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

/// `02:17:09.113`, UTC.
pub fn clock_millis(at: Timestamp) -> String {
    at.strftime("%H:%M:%S.%3f").to_string()
}

/// `2026-11-20 02:17:09Z`.
pub fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// A length of time as people say it: `9s`, `12m04s`, `3h05m`, `3d02h`. Negative lengths read as zero.
pub fn short(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    let (m, h, d) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{m}m{:02}s", seconds % 60),
        3600..86_400 => format!("{h}h{:02}m", m % 60),
        _ => format!("{d}d{:02}h", h % 24),
    }
}

/// The same in one unit, for narrow columns: `9s`, `12m`, `3h`, `3d`.
pub fn coarse(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_holds_its_start_and_not_its_end() {
        let w = TimeWindow::new(at("2026-11-20T02:10:00Z"), at("2026-11-20T02:00:00Z"));
        assert!(w.contains(at("2026-11-20T02:00:00Z")));
        assert!(!w.contains(at("2026-11-20T02:10:00Z")));
    }

    #[test]
    fn lengths_read_as_people_say_them() {
        for (seconds, short_form, coarse_form) in [
            (-5, "0s", "0s"),
            (59, "59s", "59s"),
            (724, "12m04s", "12m"),
            (11_100, "3h05m", "3h"),
            (266_400, "3d02h", "3d"),
        ] {
            let length = SignedDuration::from_secs(seconds);
            assert_eq!((short(length).as_str(), coarse(length).as_str()), (short_form, coarse_form));
        }
    }

    #[test]
    fn seconds_that_no_calendar_holds_are_refused() {
        for bad in [f64::NAN, f64::INFINITY, 1e308, -1e308, 1e13] {
            assert_eq!(from_seconds(bad), None);
        }
        assert_eq!(from_seconds(1.5).map(to_seconds), Some(1.5));
    }
}
