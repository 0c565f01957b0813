//! What the cited lines hold, made ready for comparison: their text, their numbers, their times. Built once per citation
//! by `verify::check`.

use std::sync::LazyLock;

use regex::Regex;

use crate::domain::{Evidence, Locator, Timestamp, time};

/// Instants kept of one citation; series are sampled more rarely than this allows.
const MOST_INSTANTS: usize = 20_000;

/// Everything checkable in one citation.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The lines, blanks folded, then source, kind and query.
    pub text: String,
    /// The same with JSON escapes of quotes undone.
    unescaped: Option<String>,
    /// The same in lower case.
    pub lower: String,
    /// Numbers outside dates and times, sorted.
    numbers: Vec<f64>,
    /// Instants: seconds since the epoch, or of the day where no date stands beside the time; sorted.
    instants: Vec<i64>,
    /// Lines cited.
    pub lines: usize,
}

/// Words that any two texts may share.
const COMMON: [&str; 24] = [
    "about", "after", "again", "also", "and", "because", "been", "before", "from", "have", "into", "since", "than",
    "that", "then", "there", "these", "they", "this", "were", "what", "when", "which", "with",
];

impl Facts {
    /// Reads the lines that the locator names; `None` when they are not there.
    pub fn read(evidence: &Evidence, locator: &Locator) -> Option<Self> {
        let lines = evidence.slice(locator)?;
        let mut facts = Facts { lines: lines.len(), ..Facts::default() };
        for line in &lines {
            facts.scan(line);
        }
        facts.scan(&evidence.query);
        if let Some(window) = &evidence.window {
            facts.instants.extend([seconds(window.start), seconds(window.end)]);
        }
        let dates: Vec<String> =
            evidence.window.iter().flat_map(|w| [time::stamp(w.start), time::stamp(w.end)]).collect();
        let words = lines.iter().copied().chain([&*evidence.source, evidence.kind.word(), &*evidence.query]);
        facts.text = fold(words.chain(dates.iter().map(String::as_str)));
        facts.unescaped = facts.text.contains('\\').then(|| facts.text.replace("\\\"", "\"").replace("\\\\", "\\"));
        facts.lower = facts.text.to_lowercase();
        facts.numbers.sort_by(f64::total_cmp);
        facts.numbers.dedup();
        facts.instants.sort_unstable();
        facts.instants.dedup();
        facts.instants.truncate(MOST_INSTANTS);
        Some(facts)
    }

    /// Whether any word of some length in `prose` begins a word there, or as good as: endings are left off, so that
    /// `failing` meets `failed`. A sentence that shares no word with what it cites cites something else.
    pub fn shares_a_word(&self, prose: &str) -> bool {
        let words = prose.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
        words.map(str::to_lowercase).any(|word| {
            let stem: String = word.chars().take(5).collect();
            !COMMON.contains(&word.as_str()) && self.lower.contains(&stem)
        })
    }

    /// Whether the text stands there word for word, blanks folded.
    pub fn holds_text(&self, folded: &str) -> bool {
        self.text.contains(folded) || self.unescaped.as_ref().is_some_and(|text| text.contains(folded))
    }

    /// Whether a number within `low..=high` stands there.
    pub fn holds_number(&self, low: f64, high: f64) -> bool {
        let first = self.numbers.partition_point(|number| *number < low);
        self.numbers.get(first).is_some_and(|number| *number <= high)
    }

    /// Whether an instant within this span of the day stands there, in seconds since midnight UTC.
    pub fn holds_time_of_day(&self, first: i64, last: i64) -> bool {
        self.instants.iter().any(|at| (first..=last).contains(&at.rem_euclid(86_400)))
    }

    /// The instants, sorted.
    pub fn instants(&self) -> &[i64] {
        &self.instants
    }

    fn scan(&mut self, line: &str) {
        for found in pattern().captures_iter(line) {
            let group = |name| found.name(name).map(|part| part.as_str());
            if let Some(date) = group("date") {
                self.instants.extend(instant(&date.replace('/', "-"), group("dclock"), group("zone")));
            } else if let Some(clock) = group("clock") {
                let day = group("day").and_then(day_of_log);
                self.instants.extend(instant(day.as_deref().unwrap_or("1970-01-01"), Some(clock), group("czone")));
            } else if let Some(number) = group("number") {
                self.number(number);
            }
        }
    }

    fn number(&mut self, text: &str) {
        let Some(value) = text.replace(',', "").parse::<f64>().ok().filter(|value| value.is_finite()) else { return };
        self.numbers.push(value);
        if text.starts_with('-') {
            self.numbers.push(-value);
        }
        let whole = text.split('.').next().unwrap_or_default().len();
        if whole == 10 || whole == 13 {
            let value = if whole == 13 { value / 1000.0 } else { value };
            self.instants.extend(time::from_seconds(value).map(seconds));
        }
    }
}

/// Words with single blanks between them.
pub fn fold<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let mut folded = String::new();
    for word in parts.flat_map(str::split_whitespace) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

fn seconds(at: Timestamp) -> i64 {
    at.as_second()
}

/// The instant that a date, a clock and an offset name; midnight of no use is not one.
fn instant(date: &str, clock: Option<&str>, zone: Option<&str>) -> Option<i64> {
    let clock = clock?;
    let clock = if clock.len() == 5 { format!("{clock}:00") } else { clock.to_owned() };
    let zone = match zone {
        None | Some("Z" | "") => "Z".to_owned(),
        Some(offset) if offset.contains(':') => offset.to_owned(),
        Some(offset) => format!("{}:{}", offset.get(..3)?, offset.get(3..)?),
    };
    format!("{date}T{clock}{zone}").parse().ok().map(seconds)
}

/// `20/Nov/2026` as `2026-11-20`.
fn day_of_log(day: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = day.split('/');
    let (number, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    Some(format!("{year}-{month:02}-{number}"))
}

/// Dates with times, times, dotted numbers (versions, addresses), numbers: the first that fits, from the left.
fn pattern() -> &'static Regex {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant pattern; the tests compile it")]
        Regex::new(concat!(
            r"(?P<date>\d{4}[-/]\d{2}[-/]\d{2})(?:[T ](?P<dclock>\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)? ?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
            r"|(?:(?P<day>\d{2}/[A-Z][a-z]{2}/\d{4}):)?\b(?P<clock>\d{2}:\d{2}(?::\d{2})?)\b(?:[.,]\d+)?(?: (?P<czone>[+-]\d{4})\b)?",
            r"|\d+(?:\.\d+){2,}",
            r"|(?P<number>-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))",
        ))
        .expect("the pattern is valid")
    });
    &PATTERN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CleanText, EvidenceId, EvidenceKind};

    fn facts(text: &str) -> Facts {
        let evidence = Evidence {
            id: EvidenceId(1),
            kind: EvidenceKind::Logs,
            source: "prom".into(),
            query: "up".into(),
            window: None,
            captured_at: Timestamp::UNIX_EPOCH,
            text: CleanText::block(text),
            cut: None,
        };
        Facts::read(&evidence, &Locator { id: EvidenceId(1), lines: None }).unwrap()
    }

    fn clock(hours: i64, minutes: i64, seconds: i64) -> i64 {
        hours * 3600 + minutes * 60 + seconds
    }

    #[test]
    fn times_are_found_in_every_shape_and_as_utc() {
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
            "at 02:05:21",
        ] {
            let at = clock(2, 5, 21);
            assert!(facts(text).holds_time_of_day(at, at), "{text}: {:?}", facts(text).instants);
        }
    }

    #[test]
    fn parts_of_dates_and_versions_are_no_numbers() {
        let facts = facts("2026-11-20T02:05:21Z v2.3.1 10.20.2.61 cost 1,234.5 and -7 1e3");
        for (number, there) in [(20.0, false), (5.0, false), (2.3, false), (1234.5, true), (7.0, true), (1000.0, true)]
        {
            assert_eq!(facts.holds_number(number, number), there, "{number}");
        }
    }

    #[test]
    fn absurd_numbers_are_skipped() {
        assert!(facts("1e999 99999999999999999999999 9999-99-99T99:99:99Z NaN").instants().is_empty());
    }
}
