//! Findings in words and as filters, and the fields that a filter asks about, which are no finding about what it lets
//! pass.

use crate::analysis::correlate::{Part, Test};
use crate::domain::time::stamp;
use crate::domain::{CleanText, Timestamp};
use crate::store::Filter;
use crate::store::filter::Test as Term;

use super::super::ask::{ContrastAsk, Services};

/// Names under which records state their level.
const LEVELS: [&str; 10] = [
    "level",
    "severity",
    "lvl",
    "log.level",
    "log_level",
    "loglevel",
    "levelname",
    "severity_text",
    "severityText",
    "severity_number",
];

/// The filter for the records of a finding; `None` for a value that no filter can say.
pub fn filter_of(parts: &[Part]) -> Option<Filter> {
    let mut all = Filter::default();
    for part in parts {
        all = all.and(&of_part(part)?);
    }
    Some(all)
}

fn of_part(part: &Part) -> Option<Filter> {
    let field = &part.field;
    let filter = match &part.test {
        Test::Is(value) => Filter::equals(field, value),
        Test::Begins(value) => {
            // A term of equality, written with the sign for what is contained.
            let text = Filter::equals(field, value).ok()?.to_text();
            Filter::parse(&text.replacen('=', "~", 1))
        }
        Test::AtLeast(end) => Filter::parse(&format!("{field}>={end}")),
        Test::Below(end) => Filter::parse(&format!("{field}<{end}")),
        Test::Within(from, to) => Filter::parse(&format!("{field}>={from} {field}<{to}")),
        Test::Since { at, .. } => {
            let at = Timestamp::from_nanosecond(i128::from(*at)).ok()?;
            Filter::parse(&format!("time>={at}"))
        }
    };
    filter.ok()
}

/// A finding in words: `version=2.3 and region=eu`.
pub fn in_words(parts: &[Part]) -> CleanText {
    let word = |part: &Part| {
        let field = &part.field;
        match &part.test {
            Test::Is(value) => format!("{field}={value}"),
            Test::Begins(value) => format!("{field}={value}…"),
            Test::AtLeast(end) => format!("{field}>={end}"),
            Test::Below(end) => format!("{field}<{end}"),
            Test::Within(from, to) => format!("{from}<={field}<{to}"),
            Test::Since { at, what } => {
                let at = Timestamp::from_nanosecond(i128::from(*at)).unwrap_or_default();
                format!("after {what} ({})", stamp(at))
            }
        }
    };
    CleanText::line(&parts.iter().map(word).collect::<Vec<_>>().join(" and "))
}

/// A share as people read it: `92 %`, `4.1 %`, `0 %`.
pub fn percent(share: f64) -> String {
    let share = share * 100.0;
    if share > 0.0 && share < 9.95 { format!("{share:.1} %") } else { format!("{share:.0} %") }
}

/// The fields that are not compared: what the filter of the bad asks about, and what it follows from.
pub fn left_out(ask: &ContrastAsk) -> Vec<String> {
    let mut names: Vec<String> = ask.ignored.iter().map(ToString::to_string).collect();
    let mut also = |more: &[&str]| names.extend(more.iter().map(|name| (*name).to_owned()));
    for term in ask.look.filter.terms() {
        match &term.test {
            Term::Field(field, ..) | Term::Number(field, ..) => also(&[field.name()]),
            // What a record says decides its level, and a text stands in all records of a pattern or in none.
            Term::Level(..) => {
                also(&LEVELS);
                also(&["pattern"]);
            }
            Term::Text(_) | Term::Regex(_) | Term::Pattern(_) => also(&["pattern"]),
            Term::Time(..) => {}
        }
    }
    if ask.services == Services::Same {
        also(&["service"]);
    }
    names.sort();
    names.dedup();
    names
}
