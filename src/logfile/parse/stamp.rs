//! Times as logs write them. A time without a zone is taken as UTC, which servers mostly are set to.

use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::domain::Timestamp;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Zone names with their hours east of UTC; names with two meanings are left out.
const ZONES: [(&str, i32); 14] = [
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 1),
    ("CET", 1),
    ("CEST", 2),
    ("EET", 2),
    ("EEST", 3),
    ("EST", -5),
    ("EDT", -4),
    ("PST", -8),
    ("PDT", -7),
    ("JST", 9),
    ("MSK", 3),
];

/// A whole value: any of the written forms, or seconds, milliseconds, microseconds or nanoseconds since the epoch.
pub(super) fn value(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return epoch(text);
    }
    let (time, rest) = leading(text, None)?;
    rest.trim().is_empty().then_some(time)
}

/// Digits since the epoch; how many there are tells the unit.
pub(super) fn epoch(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let number: i128 = whole.parse().ok()?;
    let scale: i128 = match whole.len() {
        9 | 10 => 1_000_000_000,
        12 | 13 => 1_000_000,
        15 | 16 => 1_000,
        18 | 19 => 1,
        _ => return None,
    };
    let mut nanos = number * scale;
    let mut unit = scale;
    for digit in fraction.bytes().take(9) {
        unit /= 10;
        nanos += i128::from(digit.checked_sub(b'0').filter(|d| *d < 10)?) * unit;
    }
    Timestamp::from_nanosecond(nanos).ok()
}

/// A time at the start of the text, and the text after it. `observed` lends its year to forms that have none; without
/// it those are not read.
pub(super) fn leading(text: &str, observed: Option<Timestamp>) -> Option<(Timestamp, &str)> {
    let mut r = Reader { rest: text };
    let first = *text.as_bytes().first()?;
    let time = if first.is_ascii_digit() { r.numeric()? } else { r.worded(observed)? };
    Some((time, r.rest))
}

/// `1120 21:04:25.123456`: month and day run together, as klog writes them.
pub(super) fn klog(text: &str, observed: Timestamp) -> Option<(Timestamp, &str)> {
    let mut r = Reader { rest: text };
    let (month, day) = (r.digits(2)?, r.digits(2)?);
    r.eat(' ')?;
    let clock = r.clock()?;
    Some((yearless(month, day, clock, observed)?, r.rest))
}

/// Hours, minutes, seconds, nanoseconds.
type Clock = (i64, i64, i64, i64);

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Forms that begin with a digit: ISO 8601 and its cousins, and `20 Nov 2026 21:33:18.011`, `20/Nov/2026:21:04:25`.
    fn numeric(&mut self) -> Option<Timestamp> {
        let length = self.rest.find(|c: char| !c.is_ascii_digit())?;
        if length == 4 {
            let year = self.digits(4)?;
            let separator = self.next_of("-/")?;
            let month = self.digits(2)?;
            self.eat(separator)?;
            let day = self.digits(2)?;
            self.next_of("T _:")?;
            let clock = self.clock()?;
            return build(year, month, day, clock, self.zone());
        }
        let day = self.digits(length.min(2))?;
        let separator = self.next_of(" /-")?;
        let month = self.month()?;
        self.eat(separator)?;
        let year = self.digits(4)?;
        self.next_of(" :")?;
        let clock = self.clock()?;
        build(year, month, day, clock, self.zone())
    }

    /// Forms that begin with a name: `Nov 20 21:04:25`, `Fri Nov 20 21:04:25.123 2026`.
    fn worded(&mut self, observed: Option<Timestamp>) -> Option<Timestamp> {
        if DAYS.iter().any(|day| self.rest.starts_with(day)) {
            self.rest = self.rest.get(3..)?.trim_start_matches([',', ' ']);
            if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
                return self.numeric();
            }
        }
        let month = self.month()?;
        self.eat(' ')?;
        self.rest = self.rest.trim_start_matches(' ');
        let day = self.digits(if self.rest.as_bytes().get(1)?.is_ascii_digit() { 2 } else { 1 })?;
        self.eat(' ')?;
        if self.rest.as_bytes().get(4) == Some(&b' ') {
            let year = self.digits(4)?;
            self.eat(' ')?;
            let clock = self.clock()?;
            return build(year, month, day, clock, self.zone());
        }
        let clock = self.clock()?;
        let zone = self.zone();
        let mut ahead = Reader { rest: self.rest.strip_prefix(' ').unwrap_or("") };
        if let Some(year) = ahead.digits(4)
            && !ahead.rest.starts_with(|c: char| c.is_alphanumeric())
        {
            self.rest = ahead.rest;
            return build(year, month, day, clock, zone);
        }
        yearless(month, day, clock, observed?)
    }

    fn clock(&mut self) -> Option<Clock> {
        let hour = self.digits(2)?;
        self.eat(':')?;
        let minute = self.digits(2)?;
        self.eat(':')?;
        let second = self.digits(2)?;
        let mut nanos = 0;
        let fraction = self.rest.strip_prefix(['.', ',']).unwrap_or("");
        let length = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
        if length > 0 {
            let digits = fraction.get(..length.min(9))?;
            nanos = digits.parse::<i64>().ok()? * 10i64.pow(9 - digits.len() as u32);
            self.rest = fraction.get(length..)?;
        }
        // A leap second has no place in the calendar; its last neighbour stands for it.
        Some((hour, minute, second.min(59), nanos))
    }

    /// Seconds east of UTC; zero when no zone follows.
    fn zone(&mut self) -> i32 {
        if let Some(rest) = self.rest.strip_prefix(['Z', 'z'])
            && !rest.starts_with(|c: char| c.is_ascii_alphabetic())
        {
            self.rest = rest;
            return 0;
        }
        let spaced = self.rest.strip_prefix(' ').unwrap_or(self.rest);
        if let Some((seconds, rest)) = offset(spaced) {
            self.rest = rest;
            return seconds;
        }
        let word = spaced.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(spaced.len());
        let (name, rest) = spaced.split_at(word);
        if let Some((_, hours)) = ZONES.iter().find(|(known, _)| *known == name) {
            self.rest = rest;
            return hours * 3600;
        }
        0
    }

    fn month(&mut self) -> Option<i64> {
        let index = MONTHS.iter().position(|name| self.rest.starts_with(name))?;
        self.rest = self.rest.get(3..)?;
        i64::try_from(index + 1).ok()
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let (head, rest) = self.rest.split_at_checked(count)?;
        if !head.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.rest = rest;
        head.parse().ok()
    }

    fn eat(&mut self, c: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(c)?;
        Some(())
    }

    fn next_of(&mut self, any: &str) -> Option<char> {
        let c = self.rest.chars().next().filter(|c| any.contains(*c))?;
        self.eat(c)?;
        Some(c)
    }
}

/// `+02:00`, `-0500`, `+02`.
fn offset(text: &str) -> Option<(i32, &str)> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let mut r = Reader { rest: text.get(1..)? };
    let hours = i32::try_from(r.digits(2)?).ok()?;
    let colon = r.eat(':').is_some();
    let minutes = match r.digits(2) {
        Some(minutes) => i32::try_from(minutes).ok()?,
        None if colon => return None,
        None => 0,
    };
    let ends = !r.rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    (ends && hours <= 15 && minutes < 60).then_some((sign * (hours * 3600 + minutes * 60), r.rest))
}

fn build(year: i64, month: i64, day: i64, clock: Clock, zone: i32) -> Option<Timestamp> {
    let (hour, minute, second, nanos) = clock;
    let civil = DateTime::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        i8::try_from(hour).ok()?,
        i8::try_from(minute).ok()?,
        i8::try_from(second).ok()?,
        i32::try_from(nanos).ok()?,
    )
    .ok()?;
    Offset::from_seconds(zone).ok()?.to_timestamp(civil).ok()
}

/// The year of the reading, or the one before when that would lie more than a day ahead.
fn yearless(month: i64, day: i64, clock: Clock, observed: Timestamp) -> Option<Timestamp> {
    let year = i64::from(Offset::UTC.to_datetime(observed).year());
    let tomorrow = crate::domain::time::plus(observed, jiff::SignedDuration::from_hours(24));
    match build(year, month, day, clock, 0) {
        Some(time) if time <= tomorrow => Some(time),
        // The twenty-ninth of February may exist only in the year before.
        Some(_) | None => build(year - 1, month, day, clock, 0),
    }
}
