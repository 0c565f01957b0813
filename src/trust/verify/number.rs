//! Numbers, times, versions and long identifiers of a sentence, and whether the cited lines hold them.

use std::sync::LazyLock;

use regex::Regex;

use super::facts::Facts;

/// Something in a sentence that the cited lines must hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// A time of day in seconds, `first..=last`; a minute without seconds is any of its seconds.
    Clock {
        /// First second that it may mean.
        first: i64,
        /// Last.
        last: i64,
    },
    /// A version, an address, a date, an identifier: stands there as it is, in any case.
    Word(String),
    /// A number with its unit, lower case, and the word after it.
    Number {
        /// Its value.
        value: f64,
        /// Digits shown after the point.
        decimals: i32,
        /// `ms`, `%`, `seconds`, ..., or empty.
        unit: String,
    },
}

/// A figure and how it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// As written.
    pub text: String,
    /// What it is.
    pub figure: Figure,
}

/// Words after a number that count cited lines.
const COUNTED: &[&str] = &[
    "line", "lines", "record", "records", "sample", "samples", "entry", "entries", "event", "events", "time", "times",
];

/// The figures of a sentence from which citations, quotes and code were blanked out.
pub fn figures(prose: &str) -> Vec<Found> {
    let tokens: Vec<&str> = prose
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ';' | '"' | '“' | '”' | '|'))
        .map(|token| {
            token.trim_matches([
                '*', '_', ',', '.', ':', '!', '?', '\'', '~', '≈', '×', '<', '>', '=', '≥', '≤', '$', '€',
            ])
        })
        .filter(|token| !token.is_empty())
        .collect();
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.bytes().any(|byte| byte.is_ascii_digit()) {
            figure(token, tokens.get(index + 1).copied().unwrap_or_default(), &mut found);
        }
    }
    found
}

/// Whether the cited lines hold the figure, exactly or rounded to the digits shown.
pub fn held(found: &Found, facts: &[&Facts]) -> bool {
    match &found.figure {
        Figure::Clock { first, last } => facts.iter().any(|facts| facts.holds_time_of_day(*first, *last)),
        Figure::Word(word) => facts.iter().any(|facts| facts.lower.contains(word.as_str())),
        Figure::Number { value, decimals, unit } => {
            number_held(*value, *decimals, unit, facts) || span_held(*value, *decimals, unit, facts)
        }
    }
}

fn number_held(value: f64, decimals: i32, unit: &str, facts: &[&Facts]) -> bool {
    let counted = COUNTED.contains(&unit) && facts.iter().map(|facts| facts.lines).sum::<usize>() as f64 == value;
    let half = 0.5 * 10f64.powi(-decimals) * (1.0 + 1e-9);
    let within =
        |factor: f64| facts.iter().any(|facts| facts.holds_number((value - half) / factor, (value + half) / factor));
    counted || within(1.0) || factors(unit).iter().any(|factor| within(*factor))
}

/// Whether the number is the time between two instants of the citations: `9 s before the first error`.
fn span_held(value: f64, decimals: i32, unit: &str, facts: &[&Facts]) -> bool {
    let Some(scale) = seconds_of(unit) else { return false };
    let tolerance = if scale > 1.0 { (scale * 0.5 * 10f64.powi(-decimals)).max(1.0) } else { 1.0 };
    let wanted = value * scale;
    if !(0.0..1e9).contains(&wanted) || wanted < 1.0 {
        return false;
    }
    let mut instants: Vec<i64> = facts.iter().flat_map(|facts| facts.instants().iter().copied()).collect();
    instants.sort_unstable();
    let (low, high) = ((wanted - tolerance).ceil() as i64, (wanted + tolerance).floor() as i64);
    instants.iter().any(|at| {
        let first = instants.partition_point(|other| *other < at.saturating_add(low));
        instants.get(first).is_some_and(|other| *other <= at.saturating_add(high))
    })
}

/// By what a number in the evidence is multiplied to be shown in this unit.
fn factors(unit: &str) -> &'static [f64] {
    const KIBI: f64 = 1024.0;
    match unit {
        "%" | "percent" => &[100.0],
        "ms" | "millisecond" | "milliseconds" => &[1e3, 1e-3, 1e-6],
        "s" | "sec" | "second" | "seconds" => &[1e-3, 1e-6, 1e-9],
        "min" | "mins" | "minute" | "minutes" => &[1.0 / 60.0, 1.0 / 60e3],
        "h" | "hour" | "hours" => &[1.0 / 3600.0],
        "k" | "kb" | "kib" => &[1e-3, 1.0 / KIBI],
        "m" | "mb" | "mib" => &[1e-6, 1e-3, 1.0 / (KIBI * KIBI), 1.0 / KIBI],
        "g" | "gb" | "gib" => &[1e-9, 1e-6, 1.0 / (KIBI * KIBI * KIBI), 1.0 / (KIBI * KIBI)],
        "t" | "tb" | "tib" => &[1e-12, 1.0 / (KIBI * KIBI * KIBI * KIBI)],
        _ => &[],
    }
}

fn seconds_of(unit: &str) -> Option<f64> {
    match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1.0),
        "min" | "mins" | "minute" | "minutes" => Some(60.0),
        "h" | "hour" | "hours" => Some(3600.0),
        _ => None,
    }
}

fn figure(token: &str, next: &str, found: &mut Vec<Found>) {
    let mut add = |figure| found.push(Found { text: token.to_owned(), figure });
    let Some(shape) = shapes().captures(token) else {
        // Short names such as `p99`, `5xx`, `SEV2` say too little to be looked up; `payments-7c9f` does not.
        let letters = token.bytes().any(|byte| byte.is_ascii_alphabetic());
        if token.len() >= 6 || !letters {
            add(Figure::Word(token.to_lowercase()));
        }
        return;
    };
    if let Some(hours) = shape.name("h") {
        let part = |name| shape.name(name).and_then(|part| part.as_str().parse::<i64>().ok());
        if shape.name("date").is_some_and(|date| date.as_str().len() >= 10) {
            add(Figure::Word(token[..10].to_owned()));
        }
        let minute = hours.as_str().parse::<i64>().unwrap_or(0) * 3600 + part("m").unwrap_or(0) * 60;
        match part("s") {
            Some(second) => add(Figure::Clock { first: minute + second, last: minute + second }),
            None => add(Figure::Clock { first: minute, last: minute + 59 }),
        }
    } else if shape.name("ordinal").is_none() {
        for side in ["n1", "n2"] {
            let Some(number) = shape.name(side) else { continue };
            let attached = shape.name("unit").map(|unit| unit.as_str()).unwrap_or_default();
            let unit = if attached.is_empty() { next } else { attached };
            let digits = number.as_str().replace(',', "");
            let decimals = digits.split_once('.').map_or(0, |(_, after)| after.len()) as i32;
            if let Ok(value) = digits.parse::<f64>() {
                add(Figure::Number { value, decimals: decimals.min(15), unit: unit.to_lowercase() });
            }
        }
    }
}

/// The shapes a token with digits can have; what fits none is a word.
fn shapes() -> &'static Regex {
    static SHAPES: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant pattern; the tests compile it")]
        Regex::new(concat!(
            r"^(?:",
            r"(?P<date>\d{4}-\d{2}-\d{2}T)?(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?(?:Z|UTC)?",
            r"|(?P<ordinal>\d+(?:st|nd|rd|th))",
            r"|(?P<n1>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)",
            r"(?:[-–/](?P<n2>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?))?",
            r"(?P<unit>%|ms|s|min|h|[kKMGT]i?B?|/s|x|×)?(?:/s)?",
            r")$"
        ))
        .expect("the pattern is valid")
    });
    &SHAPES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CleanText, Evidence, EvidenceId, EvidenceKind, Locator, Timestamp};

    fn facts(text: &str) -> Facts {
        let evidence = Evidence {
            id: EvidenceId(1),
            kind: EvidenceKind::Metric,
            source: "prom".into(),
            query: "histogram_quantile(0.99, x{app=\"pricing\"})".into(),
            window: None,
            captured_at: Timestamp::UNIX_EPOCH,
            text: CleanText::block(text),
            cut: None,
        };
        Facts::read(&evidence, &Locator { id: EvidenceId(1), lines: None }).unwrap()
    }

    fn missing(prose: &str, text: &str) -> Vec<String> {
        let facts = facts(text);
        figures(prose).into_iter().filter(|found| !held(found, &[&facts])).map(|found| found.text).collect()
    }

    #[test]
    fn exact_rounded_and_scaled_numbers_are_held() {
        let text = "2026-11-20T02:05:21Z 14.2371\n2026-11-20T02:05:36Z 0.8725 requests=1187 free=13048904595";
        for held in [
            "14.2 req/s",
            "14",
            "14.24",
            "1,187 requests",
            "1187",
            "87 %",
            "87.3%",
            "872 ms",
            "13.0 GB",
            "12.15 GiB",
            "about 14.2371",
        ] {
            assert_eq!(missing(held, text), Vec::<String>::new(), "{held}");
        }
        for absent in ["14.3", "15", "1188", "41.2", "88 %", "20"] {
            assert_eq!(missing(absent, text).len(), 1, "{absent}");
        }
    }

    #[test]
    fn times_match_by_minute_or_by_second() {
        let text = "1795140321 1\n2026-11-20T02:07:00Z";
        for held in ["02:05", "02:05:21", "02:05:21.5Z", "2026-11-20T02:07:00Z"] {
            assert_eq!(missing(held, text), Vec::<String>::new(), "{held}");
        }
        assert_eq!(missing("02:06 02:05:22", text).len(), 2);
    }

    #[test]
    fn spans_between_two_instants_are_held() {
        let text = "2026-11-20T02:05:12Z deploy\n2026-11-20T02:05:21Z ERROR\n2026-11-20T02:17:10Z";
        assert_eq!(missing("9 s and 12 minutes", text), Vec::<String>::new());
        assert_eq!(missing("15 s and 20 minutes", text).len(), 2);
    }

    #[test]
    fn versions_addresses_and_long_names_must_stand_there_and_short_ones_need_not() {
        let text = "deploy payments 2.3.1 pod payments-7c9f4 at 10.20.2.61:8080";
        assert_eq!(missing("2.3.1 v99 p99 5xx payments-7c9f4 10.20.2.61:8080 3rd", text), Vec::<String>::new());
        assert_eq!(missing("2.3.0 payments-7c9f5 10.20.2.62", text).len(), 3);
    }

    #[test]
    fn a_count_of_cited_lines_is_held() {
        assert_eq!(missing("3 lines", "a\nb\nc"), Vec::<String>::new());
        assert_eq!(missing("4 lines", "a\nb\nc"), ["4"]);
    }
}
