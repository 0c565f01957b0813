//! The written forms of a date and a clock.

use super::civil::{DAY, Date, SECOND, ordinal, week_day};
use super::cursor::Cursor;
use super::{Clock, epoch};

const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
const DAYS: [&[u8; 3]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];

impl Clock {
    /// A whole value that states its date.
    pub(super) fn dated(&mut self, text: &[u8]) -> Option<i64> {
        let time_only = text.iter().take(3).any(|byte| *byte == b':');
        let month = text.first().is_some_and(u8::is_ascii_uppercase) && !text.windows(4).any(year_in);
        if time_only || month { None } else { self.value(text) }
    }

    /// Forms that begin with a digit.
    pub(super) fn numeric(&mut self, text: &[u8]) -> Option<(i64, usize)> {
        let mut c = Cursor { line: text, at: 0 };
        let run = c.run();
        let next = c.ahead(run);
        let time = match (run, next) {
            (4, Some(b'-' | b'/' | b'.')) => self.year_first(&mut c)?,
            (8, Some(b'T' | b'-' | b'_' | b' ')) => self.run_together(&mut c, 4)?,
            (6, Some(b' ' | b'-')) => self.run_together(&mut c, 2)?,
            (10 | 13 | 16 | 19, _) => since_epoch(&mut c, run)?,
            (1 | 2, Some(b':')) => {
                let clock = clock(&mut c)?;
                let clock = super::half_day(&mut c, clock);
                self.nearest_day(clock)
            }
            (1 | 2, Some(b'/' | b'-' | b'.' | b' ')) => self.day_first(&mut c, run)?,
            _ => return None,
        };
        Some((time, c.at))
    }

    /// `2026-11-20T21:04:25`, with `/` or `.`, and the week and day counts of ISO 8601.
    fn year_first(&mut self, c: &mut Cursor<'_>) -> Option<i64> {
        let start = c.at;
        let year = c.digits(4)?;
        let separator = c.eat_any(b"-/.")?;
        let date = if c.eat(b'W') {
            let week = c.digits(2)?;
            c.eat(b'-');
            week_day(year, week, c.digits(1)?)?
        } else if c.run() == 3 {
            ordinal(year, c.digits(3)?)?
        } else {
            let month = c.digits(2)?;
            if !c.eat(separator) {
                return None;
            }
            Date { year, month, day: c.digits(2)? }.start()?
        };
        c.eat(b',');
        between(c)?;
        let clock = clock(c)?;
        if let Some(head) = c.line.get(start..start + 17).filter(|head| head[13] == b':' && head[16] == b':') {
            self.last.copy_from_slice(&head[..16]);
            self.minute = date + clock - clock % (60 * SECOND);
        }
        self.finish(c, date, clock)
    }

    /// `20261120T210425`, `20261120-21:04:25:606`, `261120 21:04:25`, `261120 210425`.
    fn run_together(&mut self, c: &mut Cursor<'_>, year: usize) -> Option<i64> {
        let year = if year == 4 { c.digits(4)? } else { 2000 + c.digits(2)? };
        let date = Date { year, month: c.digits(2)?, day: c.digits(2)? }.start()?;
        c.eat_any(b"T-_ ")?;
        c.skip(b" ");
        let clock = if c.run() == 6 { packed_clock(c)? } else { clock(c)? };
        self.finish(c, date, clock)
    }

    /// Forms that begin with a day or a month: `20/Nov/2026:21:04:25`, `20 Nov 2026 21:04:25`, `11/20/2026 9:04 PM`,
    /// `20.11.2026`, `11-20 21:04:25.123`, `26/11/20 21:04:25`.
    fn day_first(&mut self, c: &mut Cursor<'_>, run: usize) -> Option<i64> {
        let first = c.digits(run)?;
        let separator = c.eat_any(b"/-. ")?;
        if let Some(month) = month(c) {
            c.eat_any(b"/- ")?;
            let year = short_year(c)?;
            let date = Date { year, month, day: first }.start()?;
            c.eat(b',');
            between(c)?;
            // Erlang writes two colons.
            c.eat(b':');
            let clock = clock(c)?;
            return self.finish(c, date, clock);
        }
        if separator == b' ' {
            return None;
        }
        let second = c.digits(c.run().min(2)).filter(|_| matches!(c.peek(), Some(b'/' | b'-' | b'.' | b' ')))?;
        if !c.eat(separator) {
            c.eat(b' ');
            let clock = clock(c)?;
            return self.nearest_year(first, second, clock);
        }
        let dates = match c.run() {
            4 => {
                let year = c.digits(4)?;
                [Some((year, first, second)).filter(|_| separator != b'.'), Some((year, second, first)), None]
            }
            2 => {
                let third = c.digits(2)?;
                [
                    Some((2000 + first, second, third)),
                    Some((2000 + third, second, first)),
                    Some((2000 + third, first, second)),
                ]
            }
            _ => return None,
        };
        c.eat(b',');
        between(c)?;
        let clock = clock(c)?;
        let starts = dates.into_iter().flatten().filter_map(|(year, month, day)| Date { year, month, day }.start());
        let date = starts.min_by_key(|start| (start - self.near).abs())?;
        self.finish(c, date, clock)
    }

    /// Forms that begin with a name: `Nov 20 21:04:25`, `Fri Nov 20 21:04:25.123 2026`, `Nov 20, 2026 9:04:25 PM`.
    pub(super) fn worded(&mut self, text: &[u8]) -> Option<(i64, usize)> {
        let mut c = Cursor { line: text, at: 0 };
        if DAYS.iter().any(|day| text.starts_with(*day)) {
            c.at = 3;
            c.skip(b", ");
            if c.peek()?.is_ascii_digit() {
                let (time, length) = self.numeric(c.rest())?;
                return Some((time, c.at + length));
            }
        }
        let month = month(&mut c)?;
        if !c.eat(b' ') {
            return None;
        }
        c.skip(b" ");
        let day = c.digits(c.run().clamp(1, 2))?;
        c.eat(b',');
        if !c.eat(b' ') {
            return None;
        }
        if c.run() == 4 {
            let year = c.digits(4)?;
            c.eat(b',');
            c.eat(b' ');
            let clock = clock(&mut c)?;
            let date = Date { year, month, day }.start()?;
            return Some((self.finish(&mut c, date, clock)?, c.at));
        }
        let clock = clock(&mut c)?;
        // `Fri Nov 20 21:04:25 CET 2026`: the year comes last, and a zone before it.
        let mut ahead = c;
        let shift = super::zone(&mut ahead, self.near);
        ahead.eat(b' ');
        let year = ahead.digits(4).filter(|_| !ahead.peek().is_some_and(|b| b.is_ascii_alphanumeric()));
        if let Some(date) = year.and_then(|year| Date { year, month, day }.start()) {
            return Some((date + clock + shift, ahead.at));
        }
        let time = self.nearest_year(month, day, clock)?;
        if let Some(head) = text.get(..13).filter(|head| head[12] == b':') {
            self.last_worded.copy_from_slice(&head[..12]);
            self.worded_minute = time - clock % (60 * SECOND);
        }
        Some((time + super::zone(&mut c, time), c.at))
    }

    /// `1120 21:04:25.123456` or with a year before it: month and day run together, as klog writes them.
    pub(in crate::logfile) fn klog(&mut self, text: &[u8]) -> Option<(i64, usize)> {
        let mut c = Cursor { line: text, at: 0 };
        let year = match c.run() {
            8 => Some(c.digits(4)?),
            6 => Some(2000 + c.digits(2)?),
            _ => None,
        };
        let (month, day) = (c.digits(2)?, c.digits(2)?);
        if !c.eat(b' ') {
            return None;
        }
        let clock = clock(&mut c)?;
        let time = match year {
            Some(year) => Date { year, month, day }.start()? + clock,
            None => self.nearest_year(month, day, clock)?,
        };
        Some((time, c.at))
    }

    /// The year that brings the date nearest to the stream's last time; before there is one, the latest year that does
    /// not put it more than a day after the time of reading.
    pub(in crate::logfile) fn nearest_year(&self, month: i64, day: i64, clock: i64) -> Option<i64> {
        let near = self.near.min(self.limit);
        let this = Date::of(near).year;
        let years = [this, this - 1, if self.seen { this + 1 } else { this - 2 }, this - 3, this - 4];
        let times = years.into_iter().filter_map(|year| Some(Date { year, month, day }.start()? + clock));
        if self.seen {
            times.filter(|time| *time <= self.limit).min_by_key(|time| (time - near).abs())
        } else {
            times.filter(|time| *time <= near.saturating_add(DAY)).max()
        }
    }

    /// The day that brings the clock nearest to the stream's last time; before there is one, the latest day that does
    /// not put it more than an hour after the time of reading.
    pub(in crate::logfile) fn nearest_day(&self, clock: i64) -> i64 {
        let today = self.near - self.near.rem_euclid(DAY);
        let times = [today + clock, today - DAY + clock, today + DAY + clock];
        if self.seen {
            times.into_iter().min_by_key(|time| (time - self.near).abs()).unwrap_or(today)
        } else {
            times.into_iter().filter(|time| *time <= self.near + 3600 * SECOND).max().unwrap_or(today)
        }
    }
}

/// What stands between a date and its clock.
fn between(c: &mut Cursor<'_>) -> Option<()> {
    c.eat_any(b"T \t_:-")?;
    c.skip(b" ");
    // `2026/11/20 - 21:04:25`
    if c.peek() == Some(b'-') && c.ahead(1) == Some(b' ') {
        c.at += 2;
    }
    Some(())
}

/// `21:04:25.123`, `21:04:25,123`, `21:04:25:123`, `9:04` where half a day is named after it; nanoseconds of the day.
fn clock(c: &mut Cursor<'_>) -> Option<i64> {
    let hour = c.digits(c.run().clamp(1, 2))?;
    if !c.eat(b':') {
        return None;
    }
    let minute = c.digits(2)?;
    let minutes = (hour * 60 + minute) * 60 * SECOND;
    if hour > 23 || minute > 59 {
        return None;
    }
    if !(c.peek() == Some(b':') && c.ahead(1).is_some_and(|b| b.is_ascii_digit())) {
        // Without seconds it is a time only beside a date or half a day.
        let space = usize::from(c.peek() == Some(b' '));
        let half = matches!((c.ahead(space), c.ahead(space + 1)), (Some(b'A' | b'P' | b'a' | b'p'), Some(b'M' | b'm')));
        return (half || c.at > 8 && matches!(c.peek(), None | Some(b' ' | b'Z' | b']' | b'+'))).then_some(minutes);
    }
    c.at += 1;
    let second = c.digits(2).filter(|second| *second <= 60)?;
    // A leap second has no place in the calendar; its last neighbour stands for it.
    Some(minutes + second.min(59) * SECOND + fraction(c))
}

fn fraction(c: &mut Cursor<'_>) -> i64 {
    if !matches!(c.peek(), Some(b'.' | b',' | b':')) || !c.ahead(1).is_some_and(|b| b.is_ascii_digit()) {
        return 0;
    }
    c.at += 1;
    let (mut nanos, mut unit) = (0, SECOND);
    while let Some(digit) = c.peek().filter(u8::is_ascii_digit) {
        unit /= 10;
        nanos += i64::from(digit - b'0') * unit;
        c.at += 1;
    }
    nanos
}

/// `210425`
fn packed_clock(c: &mut Cursor<'_>) -> Option<i64> {
    let (hour, minute, second) = (c.digits(2)?, c.digits(2)?, c.digits(2)?);
    (hour < 24 && minute < 60 && second < 61)
        .then(|| ((hour * 60 + minute) * 60 + second.min(59)) * SECOND + fraction(c))
}

fn since_epoch(c: &mut Cursor<'_>, run: usize) -> Option<i64> {
    let mut end = c.at + run;
    if c.line.get(end) == Some(&b'.') {
        end += 1 + c.line.get(end + 1..)?.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    }
    let time = epoch(c.line.get(c.at..end)?.trim_suffix_dot())?;
    c.at = end;
    (!c.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'-')).then_some(time)
}

/// Bytes without a dot at their end.
trait TrimDot {
    fn trim_suffix_dot(&self) -> &Self;
}

impl TrimDot for [u8] {
    fn trim_suffix_dot(&self) -> &Self {
        self.strip_suffix(b".").unwrap_or(self)
    }
}

fn month(c: &mut Cursor<'_>) -> Option<i64> {
    let name = c.rest().first_chunk::<3>()?;
    let index = MONTHS.iter().position(|known| *known == name)?;
    c.at += 3;
    i64::try_from(index + 1).ok()
}

/// A year of four digits, or of two.
fn short_year(c: &mut Cursor<'_>) -> Option<i64> {
    match c.run() {
        4 => c.digits(4),
        2 => Some(2000 + c.digits(2)?),
        _ => None,
    }
}

fn year_in(window: &[u8]) -> bool {
    window.iter().all(u8::is_ascii_digit)
}
