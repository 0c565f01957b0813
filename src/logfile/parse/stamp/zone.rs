//! What follows a clock: half days and zones.

use super::civil::{DAY, SECOND};
use super::cursor::Cursor;

/// Zone names with their hours east of UTC; names with two meanings are left out.
const ZONES: [(&[u8], i64); 18] = [
    (b"UTC", 0),
    (b"GMT", 0),
    (b"WET", 0),
    (b"WEST", 1),
    (b"BST", 1),
    (b"CET", 1),
    (b"CEST", 2),
    (b"EET", 2),
    (b"EEST", 3),
    (b"MSK", 3),
    (b"JST", 9),
    (b"EST", -5),
    (b"EDT", -4),
    (b"MST", -7),
    (b"PST", -8),
    (b"PDT", -7),
    (b"AEST", 10),
    (b"AEDT", 11),
];

/// Nanoseconds to add for a zone at the cursor, which moves past it; zero, and no move, where there is none.
/// `local` is the time as written, for zones that are named by a place.
pub(super) fn zone(c: &mut Cursor<'_>, local: i64) -> i64 {
    match c.peek() {
        Some(b'Z' | b'z') if !c.ahead(1).is_some_and(|b| b.is_ascii_alphanumeric()) => {
            c.at += 1;
            return 0;
        }
        Some(b'+' | b'-') => return offset(c, false).unwrap_or(0),
        Some(b' ') => {}
        Some(_) | None => return 0,
    }
    let mut ahead = Cursor { line: c.line, at: c.at + 1 };
    let found = match ahead.peek() {
        Some(b'+' | b'-') => offset(&mut ahead, true),
        Some(b'A'..=b'Z') => named(&mut ahead, local),
        Some(_) | None => None,
    };
    if found.is_some() {
        c.at = ahead.at;
    }
    found.unwrap_or(0)
}

/// `+02:00`, `-0500`, and `+02` where it stands close to the clock.
fn offset(c: &mut Cursor<'_>, apart: bool) -> Option<i64> {
    let sign = if c.peek()? == b'+' { -1 } else { 1 };
    let mut ahead = Cursor { line: c.line, at: c.at + 1 };
    let hours = ahead.digits(2)?;
    let colon = ahead.eat(b':');
    let minutes = match ahead.digits(2) {
        Some(minutes) => minutes,
        None if colon || apart => return None,
        None => 0,
    };
    let ends = !ahead.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b == b':');
    if !ends || hours > 15 || minutes > 59 {
        return None;
    }
    c.at = ahead.at;
    Some(sign * (hours * 3600 + minutes * 60) * SECOND)
}

/// `UTC`, `CET`, or a place such as `Europe/Berlin`.
fn named(c: &mut Cursor<'_>, local: i64) -> Option<i64> {
    let rest = c.rest();
    let length = rest
        .iter()
        .take(40)
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_')))
        .unwrap_or(rest.len().min(40));
    let name = &rest[..length];
    let hours = match ZONES.iter().find(|(known, _)| *known == name) {
        Some((_, hours)) => -hours * 3600 * SECOND,
        None if name.contains(&b'/') && length < 40 => place(name, local)?,
        None => return None,
    };
    c.at += length;
    Some(hours)
}

fn place(name: &[u8], local: i64) -> Option<i64> {
    let zone = jiff::tz::TimeZone::get(std::str::from_utf8(name).ok()?).ok()?;
    // The offset an hour or two away is the same but for the night of the change.
    let about = jiff::Timestamp::from_nanosecond(i128::from(local)).ok()?;
    let info = zone.to_offset(about);
    Some(-i64::from(info.seconds()) * SECOND)
}

/// `AM` or `PM` at the cursor, with or without a space before: the clock with the half day in it.
pub(super) fn half_day(c: &mut Cursor<'_>, clock: i64) -> i64 {
    let space = usize::from(c.peek() == Some(b' '));
    let (Some(first), Some(b'M' | b'm')) = (c.ahead(space), c.ahead(space + 1)) else { return clock };
    if c.ahead(space + 2).is_some_and(|b| b.is_ascii_alphanumeric()) || clock >= 13 * 3600 * SECOND {
        return clock;
    }
    let noon = clock >= DAY / 2;
    let shifted = match (first, noon) {
        (b'A' | b'a', true) => clock - DAY / 2,
        (b'P' | b'p', false) => clock + DAY / 2,
        (b'A' | b'a' | b'P' | b'p', _) => clock,
        _ => return clock,
    };
    c.at += space + 2;
    shifted
}
