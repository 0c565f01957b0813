//! Days and clocks to nanoseconds since the epoch, without building calendar values on the way: an index reads a time
//! per line.

/// Nanoseconds of a second.
pub(in crate::logfile) const SECOND: i64 = 1_000_000_000;
/// Nanoseconds of a day.
pub(in crate::logfile) const DAY: i64 = 86_400 * SECOND;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
}

impl Date {
    /// The start of the day in nanoseconds since the epoch; `None` for a day that no calendar has, and outside
    /// 1970 to 2261, where nanoseconds do not reach.
    pub(super) fn start(self) -> Option<i64> {
        let good = (1970..=2261).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=month_length(self.year, self.month)).contains(&self.day);
        good.then(|| days(self.year, self.month, self.day) * DAY)
    }

    /// The day that holds an instant.
    pub(super) fn of(nanos: i64) -> Self {
        // The inverse of `days`, from the same source.
        let z = nanos.div_euclid(DAY) + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        Self { year, month, day: doy - (153 * mp + 2) / 5 + 1 }
    }
}

/// Days since the epoch of a date: Howard Hinnant's `days_from_civil`.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The start of a day counted from the first of January, `1` to `366`.
pub(super) fn ordinal(year: i64, day: i64) -> Option<i64> {
    let first = Date { year, month: 1, day: 1 }.start()?;
    let length = 365 + i64::from(month_length(year, 2) == 29);
    (1..=length).contains(&day).then(|| first + (day - 1) * DAY)
}

/// The start of a day of an ISO 8601 week, Monday being 1.
pub(super) fn week_day(year: i64, week: i64, day: i64) -> Option<i64> {
    if !(1..=53).contains(&week) || !(1..=7).contains(&day) {
        return None;
    }
    // The fourth of January is always in week one; the epoch was a Thursday.
    let fourth = Date { year, month: 1, day: 4 }.start()?;
    let weekday = (fourth / DAY + 3).rem_euclid(7);
    Some(fourth + (day - 1 - weekday + (week - 1) * 7) * DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_comes_back() {
        for day in 0..106_000 {
            assert_eq!(Date::of(day * DAY).start(), Some(day * DAY));
        }
        assert_eq!(Date { year: 2026, month: 2, day: 29 }.start(), None);
        assert_eq!(ordinal(2026, 324), Date { year: 2026, month: 11, day: 20 }.start());
        assert_eq!(week_day(2026, 47, 5), Date { year: 2026, month: 11, day: 20 }.start());
        assert_eq!(week_day(2025, 1, 1), Date { year: 2024, month: 12, day: 30 }.start());
    }
}
