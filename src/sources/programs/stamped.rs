//! Lines with a time in front, as `docker logs --timestamps` and `kubectl logs --timestamps` write them.

use crate::domain::Timestamp;

/// The time at the beginning of a line and what follows it after one blank.
pub(super) fn stamped(line: &str) -> Option<(Timestamp, &str)> {
    let (time, rest) = line.split_once(' ').unwrap_or((line, ""));
    // A word that is no time with a date would be read as part of the message.
    let is_dated = time.len() >= 20 && time.as_bytes().get(10) == Some(&b'T');
    let at = if is_dated { time.parse::<Timestamp>().ok()? } else { return None };
    Some((at, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_with_a_date_is_taken_off_and_nothing_else() {
        let (at, rest) = stamped("2026-11-20T02:00:00.123456789Z   at x.Y").unwrap();
        assert_eq!((at.subsec_nanosecond(), rest), (123_456_789, "  at x.Y"));
        assert_eq!(stamped("2026-11-20T02:00:00.1+01:00 x").unwrap().0.to_string(), "2026-11-20T01:00:00.1Z");
        assert_eq!(stamped("2026-11-20T02:00:00Z").map(|(_, rest)| rest), Some(""));
        for line in ["", "Error response from daemon", "2026-11-20 02:00:00 x", "12:00:00 x"] {
            assert_eq!(stamped(line), None, "{line}");
        }
    }
}
