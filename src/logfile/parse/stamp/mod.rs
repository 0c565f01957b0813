//! Times as logs write them, in nanoseconds since the epoch. A time without a zone is taken as UTC, which servers mostly
//! are set to; one without a year or a day takes those that bring it nearest to what the stream said last.

pub(in crate::logfile) mod civil;
pub(in crate::logfile) mod cursor;
mod forms;
mod zone;

use crate::domain::Timestamp;

pub(in crate::logfile) use civil::SECOND;
use cursor::Cursor;
use zone::{half_day, zone};

/// What the times of a stream have in common.
#[derive(Clone, Debug)]
pub(in crate::logfile) struct Clock {
    /// The latest time of the stream, or the time of reading: dates that lack a part are nearest to it.
    pub(in crate::logfile) near: i64,
    /// Whether a time was found, so that `near` is of the stream itself.
    pub(in crate::logfile) seen: bool,
    /// No date that lacks its year lies after this.
    limit: i64,
    /// The last date and minute as written, and the nanoseconds they stand for: most lines repeat them.
    last: [u8; 16],
    minute: i64,
    /// The same for dates without a year, `Nov 20 21:04`.
    last_worded: [u8; 12],
    worded_minute: i64,
}

impl Clock {
    pub(in crate::logfile) fn new(near: Timestamp) -> Self {
        let near = i64::try_from(near.as_nanosecond()).unwrap_or(0);
        Self { limit: near.saturating_add(civil::DAY), ..Self::at(near) }
    }

    pub(in crate::logfile) fn at(near: i64) -> Self {
        Self { near, seen: false, limit: i64::MAX, last: [0; 16], minute: 0, last_worded: [0; 12], worded_minute: 0 }
    }

    /// Remembers a time that a record stated.
    #[inline]
    pub(in crate::logfile) fn saw(&mut self, time: i64) {
        self.near = time;
        self.seen = true;
    }

    /// A time at the start of the bytes, and how many bytes it takes.
    #[inline]
    pub(in crate::logfile) fn leading(&mut self, text: &[u8]) -> Option<(i64, usize)> {
        match text.first()? {
            b'0'..=b'9' => match self.repeated(text) {
                Some(found) => Some(found),
                None => self.numeric(text),
            },
            b'A'..=b'Z' => match self.repeated_worded(text) {
                Some(found) => Some(found),
                None => self.worded(text),
            },
            _ => None,
        }
    }

    /// `2026-11-20T21:04` as in the line before, then seconds, a fraction, and `Z` or nothing.
    #[inline]
    fn repeated(&self, text: &[u8]) -> Option<(i64, usize)> {
        let head: &[u8; 20] = text.first_chunk()?;
        if head[..16] != self.last || head[16] != b':' {
            return None;
        }
        let (tens, ones) = (head[17].wrapping_sub(b'0'), head[18].wrapping_sub(b'0'));
        if tens > 5 || ones > 9 {
            return None;
        }
        let mut nanos = self.minute + (i64::from(tens) * 10 + i64::from(ones)) * SECOND;
        let mut at = 19;
        if matches!(head[19], b'.' | b',') {
            let mut unit = SECOND / 10;
            at = 20;
            while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9) {
                nanos += i64::from(digit) * unit;
                unit /= 10;
                at += 1;
            }
            if at == 20 {
                at = 19;
            }
        }
        match text.get(at) {
            Some(b'Z') if !text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => Some((nanos, at + 1)),
            // A zone or half a day may follow: the slow way knows them.
            Some(b'Z' | b'z' | b'+' | b'-' | b':' | b'A' | b'P') => None,
            Some(b' ') if zone_like(text.get(at + 1..).unwrap_or(&[])) => None,
            Some(_) | None => Some((nanos, at)),
        }
    }

    /// `Nov 20 21:04` as in the line before, then whole seconds.
    #[inline]
    fn repeated_worded(&self, text: &[u8]) -> Option<(i64, usize)> {
        let head: &[u8; 17] = text.first_chunk()?;
        let (tens, ones) = (head[13].wrapping_sub(b'0'), head[14].wrapping_sub(b'0'));
        let same = head[..12] == self.last_worded && head[12] == b':' && tens <= 5 && ones <= 9;
        // A year or a zone may follow.
        let ends = head[15] == b' ' && head[16].is_ascii_lowercase();
        (same && ends).then(|| (self.worded_minute + (i64::from(tens) * 10 + i64::from(ones)) * SECOND, 15))
    }

    /// A whole value: any of the written forms, or a number since the epoch.
    pub(in crate::logfile) fn value(&mut self, text: &[u8]) -> Option<i64> {
        let text = text.trim_ascii();
        let (time, length) = self.leading(text).or_else(|| Some((epoch(text)?, text.len())))?;
        text.get(length..)?.trim_ascii().is_empty().then_some(time)
    }

    /// The date, clock, half day and zone put together.
    fn finish(&mut self, c: &mut Cursor<'_>, date: i64, clock: i64) -> Option<i64> {
        let clock = half_day(c, clock);
        let local = date.checked_add(clock)?;
        local.checked_add(zone(c, local))
    }
}

/// Whether the bytes might be a zone or half a day: `+02`, `-05`, `UTC`, `PM`, `Europe/`; level words are none of these.
#[inline]
fn zone_like(text: &[u8]) -> bool {
    match text {
        [b'+' | b'-', second, ..] => second.is_ascii_digit(),
        [b'A'..=b'Z', second, ..] if second.is_ascii_lowercase() => true,
        [first @ b'A'..=b'Z', second, ..] => matches!(
            &[*first, *second],
            b"UT"
                | b"GM"
                | b"WE"
                | b"BS"
                | b"CE"
                | b"EE"
                | b"MS"
                | b"JS"
                | b"ES"
                | b"ED"
                | b"PS"
                | b"PD"
                | b"AE"
                | b"AM"
                | b"PM"
        ),
        _ => false,
    }
}

/// Digits since the epoch with or without a fraction; how many there are tells the unit. Only 2001 to 2100: other
/// numbers of that length are numbers.
pub(in crate::logfile) fn epoch(text: &[u8]) -> Option<i64> {
    let dot = text.iter().position(|byte| *byte == b'.').unwrap_or(text.len());
    let (whole, fraction) = text.split_at(dot);
    let scale: i64 = match whole.len() {
        10 => SECOND,
        13 => 1_000_000,
        16 => 1000,
        19 => 1,
        _ => return None,
    };
    let mut nanos: i64 = 0;
    for byte in whole {
        nanos = nanos.checked_mul(10)?.checked_add(digit(*byte)?)?;
    }
    nanos = nanos.checked_mul(scale)?;
    let mut unit = scale;
    for byte in fraction.iter().skip(1) {
        unit /= 10;
        nanos += digit(*byte)? * unit;
    }
    (SECOND * 978_307_200..SECOND * 4_102_444_800).contains(&nanos).then_some(nanos)
}

fn digit(byte: u8) -> Option<i64> {
    byte.is_ascii_digit().then(|| i64::from(byte - b'0'))
}

/// Reads a value that is a time in any form that logs write: text with a date, or digits since the epoch.
pub(in crate::logfile) fn value(text: &str) -> Option<Timestamp> {
    let nanos = Clock::at(0).dated(text.as_bytes())?;
    Timestamp::from_nanosecond(nanos.into()).ok()
}
