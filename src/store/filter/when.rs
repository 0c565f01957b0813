//! Times in filters: an instant, or a time of the day that comes round every day. Read by the parser, asked by terms and by
//! whoever compares times without records.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use crate::domain::Timestamp;

const DAY: i64 = 86_400_000_000_000;

/// A time to compare with; everything is UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Nanoseconds since the epoch.
    Instant(i64),
    /// Nanoseconds since midnight, of every day.
    Clock(i64),
}

impl When {
    /// Reads `02:05`, `02:05:17.3`, `2026-01-15`, `2026-01-15T02:05`, with `Z` or an offset or without; `None` for all else.
    pub fn parse(text: &str) -> Option<Self> {
        let instant = |at: Timestamp| i64::try_from(at.as_nanosecond()).ok().map(Self::Instant);
        let is_clock = text.as_bytes().iter().take(3).any(|byte| *byte == b':');
        if is_clock {
            let clock = text.strip_suffix(['Z', 'z']).unwrap_or(text);
            let time: Time = clock.parse().ok()?;
            return Some(Self::Clock(time.duration_since(Time::midnight()).as_nanos().try_into().ok()?));
        }
        // A bare number is a duration or a count, never a date.
        if !text.contains('-') || !text.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        if let Ok(at) = text.parse::<Timestamp>() {
            return instant(at);
        }
        let civil = text.parse::<DateTime>().ok().or_else(|| Some(text.parse::<Date>().ok()?.at(0, 0, 0, 0)))?;
        instant(TimeZone::UTC.to_timestamp(civil).ok()?)
    }

    /// How an instant, in nanoseconds since the epoch, stands to this one.
    pub fn compare(self, at: i64) -> std::cmp::Ordering {
        match self {
            Self::Instant(then) => at.cmp(&then),
            Self::Clock(then) => at.rem_euclid(DAY).cmp(&then),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let midnight = "2026-01-15T00:00:00Z".parse::<Timestamp>().unwrap().as_nanosecond() as i64;
        for (text, expected) in [
            ("02:05", Some(When::Clock(7500 * 1_000_000_000))),
            ("02:05:00.5Z", Some(When::Clock(7500 * 1_000_000_000 + 500_000_000))),
            ("2026-01-15", Some(When::Instant(midnight))),
            ("2026-01-15T00:00", Some(When::Instant(midnight))),
            ("2026-01-15 00:00:00", Some(When::Instant(midnight))),
            ("2026-01-15T01:00:00+01:00", Some(When::Instant(midnight))),
            ("25:00", None),
            ("500ms", None),
            ("0.25", None),
            ("20260115", None),
            ("-5", None),
            ("", None),
        ] {
            assert_eq!(When::parse(text), expected, "{text}");
        }
    }
}
