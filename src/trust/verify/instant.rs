//! Instants in evidence, in the shapes that logs, tools and servers write, and the offsets of zones. Used for records and
//! series (`read`) and for the times of a sentence (`token`).

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil;
use regex::{Captures, Regex};

/// An instant as it stands in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Instant {
    /// Where, in bytes.
    pub span: Range<usize>,
    /// Seconds since the epoch; of the day of 1970-01-01 when no date stands beside the time.
    pub second: i64,
    /// Whether a date stands beside it.
    pub dated: bool,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// All instants of a line. `year` completes dates without one, as syslog writes them.
pub fn instants(line: &str, year: i16) -> Vec<Instant> {
    let found = pattern().captures_iter(line);
    found.filter_map(|found| read(&found, year)).take(MOST_OF_LINE).collect()
}

/// Instants read from one line.
const MOST_OF_LINE: usize = 64;

fn read(found: &Captures<'_>, year: i16) -> Option<Instant> {
    let span = found.get(0)?.range();
    let text = |name: &str| found.name(name).map(|part| part.as_str());
    if let Some(epoch) = text("epoch") {
        let whole: i64 = epoch.parse().ok()?;
        let second = if epoch.len() == 13 { whole / 1000 } else { whole };
        return Some(Instant { span, second, dated: true });
    }
    let number = |name: &str| text(name).and_then(|part| part.trim().parse::<i16>().ok());
    let clock = text("clock")?;
    let mut parts = clock.split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().flatten().unwrap_or(0).min(59);
    let month = number("month").or_else(|| month_named(text("mon")?)).or_else(|| month_named(text("mon2")?));
    let day = number("day").or_else(|| number("day2")).or_else(|| number("day3"));
    let dated = month.is_some() && day.is_some();
    let (month, day) = month.zip(day).unwrap_or((1, 1));
    let year = match number("year").or_else(|| number("year2")).or_else(|| number("year3")) {
        Some(year) => year,
        None if dated => year,
        None => 1970,
    };
    let date = civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let at = date.to_datetime(civil::Time::new(hour, minute, second, 0).ok()?);
    let offset = text("zone").and_then(offset_minutes).unwrap_or(0);
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    Some(Instant { span, second: at - i64::from(offset) * 60, dated })
}

fn month_named(name: &str) -> Option<i16> {
    let at = MONTHS.iter().position(|month| name.to_ascii_lowercase().starts_with(month))?;
    i16::try_from(at + 1).ok()
}

/// Minutes east of UTC of a zone: `Z`, `+02:00`, `-0500`, `UTC+9`, `CEST`. `None` when it is none that is known.
pub fn offset_minutes(zone: &str) -> Option<i32> {
    let zone = zone.trim().trim_matches(['(', ')']);
    let bare = zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT")).unwrap_or(zone).trim();
    if bare.is_empty() || bare == "Z" {
        return Some(0);
    }
    if let Some(rest) = bare.strip_prefix(['+', '-', '−', '–', '±']) {
        let (hours, minutes) = match rest.split_once(':') {
            Some((hours, minutes)) => (hours, minutes),
            None if rest.len() == 4 => rest.split_at_checked(2)?,
            None => (rest, "0"),
        };
        let east = hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?;
        return (east <= 14 * 60).then_some(if bare.starts_with(['+', '±']) { east } else { -east });
    }
    Some(match bare {
        "UT" | "WET" => 0,
        "CET" | "WEST" | "BST" => 60,
        "CEST" | "EET" | "SAST" => 120,
        "EEST" | "MSK" => 180,
        "IST" => 330,
        "SGT" | "AWST" | "HKT" => 480,
        "JST" | "KST" => 540,
        "AEST" => 600,
        "AEDT" => 660,
        "NZST" => 720,
        "NZDT" => 780,
        "BRT" => -180,
        "EDT" => -240,
        "EST" | "CDT" => -300,
        "CST" | "MDT" => -360,
        "MST" | "PDT" => -420,
        "PST" => -480,
        _ => return None,
    })
}

fn pattern() -> &'static Regex {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant pattern; the tests compile it")]
        Regex::new(concat!(
            r"(?:\b(?P<year>\d{4})[-/](?P<month>\d{2})[-/](?P<day>\d{2})[T ]+",
            r"|\b(?P<day2>\d{1,2})[/ -](?P<mon>[A-Za-z]{3,9})[/ -](?P<year2>\d{4})[: ]+",
            r"|\b(?P<mon2>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(?P<day3>\d{1,2}) +",
            r"|\b)",
            r"(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?(?: (?P<year3>\d{4})\b)?",
            r"(?:\s?(?P<zone>Z|[+-]\d{2}:?\d{2}|UTC(?:[+-]\d{1,2}(?::?\d{2})?)?|GMT|[A-Z]{1,3}[SD]?T))?\b",
            r"|\b(?P<epoch>1\d{9}(?:\d{3})?)\b",
        ))
        .expect("the pattern is valid")
    });
    &PATTERN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_the_same_instant_is_read() {
        let at = 1_795_140_321;
        for text in [
            "2026-11-20T02:05:21.113Z x",
            "2026-11-20 02:05:21,113 ERROR",
            "2026/11/20 02:05:21 [error]",
            "2026-11-20T04:05:21+02:00",
            "[20/Nov/2026:02:05:21 +0000]",
            "[20/Nov/2026:04:05:21 +0200]",
            "1795140321 14.2",
            "1795140321.113 14.2",
            "1795140321113",
            "Nov 20 02:05:21 host",
            "notAfter=Nov 20 02:05:21 2026 GMT",
            "20 Nov 2026 03:05:21 CET",
            "2026-11-20 02:05:21.113 UTC [7]",
        ] {
            assert_eq!(instants(text, 2026).first().map(|it| it.second), Some(at), "{text}");
        }
        assert_eq!(instants("at 02:05:21 it", 2026)[0].second, 7521);
        assert!(instants("client.go and 14.2 or 99:99", 2026).is_empty());
    }

    #[test]
    fn zones_are_minutes_east() {
        for (zone, east) in [("Z", 0), ("UTC+5:30", 330), ("(UTC-5)", -300), ("+0200", 120), ("CEST", 120)] {
            assert_eq!(offset_minutes(zone), Some(east), "{zone}");
        }
        assert_eq!(offset_minutes("XYZ"), None);
    }
}
