//! A filter of the log pane asked of a store in the store's own language. What the store is asked must not leave out what
//! the filter would let pass; where its language cannot say a term, the term is left to the pane, and where it says it a
//! little differently, that is said. Each store has a file that writes its language; this one holds what they share. `app`
//! puts the question on a card, the sources ask it.

mod elastic;
mod fetch;
mod logql;
mod logsql;

use regex::escape;

use crate::domain::Severity;
use crate::domain::quantity::Quantity;
use crate::domain::query::Tongue;
use crate::store::Filter;
use crate::store::filter::{Compare, Field, Match, Needle, Term, Test};
pub use fetch::Fetch;

/// The question that brings what `filter` lets pass of what `base`, the source's configured query, selects.
pub fn translate(tongue: Tongue, filter: &Filter, base: &str) -> Pushed {
    match tongue {
        Tongue::Logql => logql::translate(filter, base),
        Tongue::Elastic => elastic::translate(filter, base),
        Tongue::Logsql => logsql::translate(filter, base),
    }
}

/// A question in a store's own language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    /// The whole question.
    pub native: String,
    /// Terms that are not in it, as they would be typed: the pane applies them to what comes.
    pub here: Vec<String>,
    /// How what is asked differs from what the filter says, in words.
    pub notes: Vec<String>,
}

/// A term as stores can be asked for it.
#[derive(Clone, Debug, PartialEq)]
enum Wanted {
    /// The line matches the regular expression, or does not.
    Line { pattern: Pattern, is_in: bool },
    /// The service is that, or is not.
    Service { pattern: Pattern, is: bool },
    /// The level is one of those words, or none is stated.
    Level(Vec<&'static str>),
    /// The trace id begins so.
    Trace(String),
    /// The field is that.
    Field { name: String, pattern: Pattern },
}

/// A text to be found, as a regular expression and as it was typed.
#[derive(Clone, Debug, PartialEq)]
struct Pattern {
    /// RE2 and Rust read it alike.
    regex: String,
    /// The text itself; `None` for what was typed as a regular expression.
    text: Option<String>,
    /// Whether case counts.
    exact_case: bool,
}

/// Words for each level, in the order of severity.
const LEVELS: [(Severity, &[&str]); 6] = [
    (Severity::Trace, &["trace"]),
    (Severity::Debug, &["debug"]),
    (Severity::Info, &["info", "information", "informational", "notice", "log"]),
    (Severity::Warn, &["warn", "warning"]),
    (Severity::Error, &["error", "err", "severe"]),
    (Severity::Fatal, &["fatal", "critical", "crit", "panic", "alert", "emerg", "emergency"]),
];

/// The term as a store can be asked for it; `None` where it cannot be said in general.
fn wanted(term: &Term) -> Option<Wanted> {
    let negated = term.negated;
    match &term.test {
        Test::Text(needle) => Some(Wanted::Line { pattern: Pattern::text(needle), is_in: !negated }),
        Test::Regex(needle) => Some(Wanted::Line { pattern: Pattern::regex(needle), is_in: !negated }),
        Test::Level(compare, level) => Some(Wanted::Level(levels(*compare, *level, negated))),
        Test::Field(field, how, needle) => field_wanted(field, *how, needle, negated),
        Test::Number(..) | Test::Time(..) | Test::Pattern(_) => None,
    }
}

fn field_wanted(field: &Field, how: Match, needle: &Needle, negated: bool) -> Option<Wanted> {
    let text = needle.as_str();
    if text.is_empty() {
        return None;
    }
    let (is, whole) = match how {
        Match::Is => (!negated, true),
        Match::IsNot => (negated, true),
        Match::Contains => (!negated, false),
        Match::ContainsNot => (negated, false),
    };
    let mut pattern = Pattern::text(needle);
    if !whole {
        pattern.regex = format!(".*{}.*", pattern.regex);
        pattern.text = None;
    }
    match field {
        Field::Service => Some(Wanted::Service { pattern, is }),
        Field::Body if !whole => Some(Wanted::Line { pattern: Pattern::text(needle), is_in: is }),
        Field::Trace if is && whole && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            Some(Wanted::Trace(text.to_ascii_lowercase()))
        }
        // `500ms` is also found as `0.5s`, and quotes are written with escapes inside a line.
        Field::Attribute(name) if is && whole && is_plain(text) => Some(Wanted::Field { name: name.clone(), pattern }),
        Field::Attribute(_) | Field::Trace | Field::Body | Field::Source | Field::File => None,
    }
}

fn is_plain(text: &str) -> bool {
    let is_number = Quantity::parse(text).is_some();
    (!is_number || text.bytes().all(|byte| byte.is_ascii_digit())) && !text.contains(['"', '\\', '\n'])
}

/// The words of the levels that pass.
fn levels(compare: Compare, level: Severity, negated: bool) -> Vec<&'static str> {
    let passes = |(severity, _): &&(Severity, &[&'static str])| compare.holds(severity.cmp(&level)) != negated;
    LEVELS.iter().filter(passes).flat_map(|(_, words)| words.iter().copied()).collect()
}

impl Pattern {
    fn text(needle: &Needle) -> Self {
        let text = needle.as_str();
        let exact_case = text.chars().any(char::is_uppercase);
        Self { regex: escape(text), text: Some(text.to_owned()), exact_case }
    }

    fn regex(needle: &Needle) -> Self {
        Self { regex: needle.as_str().to_owned(), text: None, exact_case: true }
    }

    /// The regular expression with its rule of case.
    fn cased(&self) -> String {
        if self.exact_case { self.regex.clone() } else { format!("(?i){}", self.regex) }
    }
}

impl Pushed {
    /// Says something once.
    fn note(&mut self, words: &str) {
        if !self.notes.iter().any(|note| note == words) {
            self.notes.push(words.to_owned());
        }
    }

    /// What differs, in one line; empty where nothing does.
    pub fn words(&self) -> String {
        let here = (!self.here.is_empty()).then(|| format!("applied here afterwards: {}", self.here.join(" ")));
        self.notes.iter().cloned().chain(here).collect::<Vec<_>>().join("; ")
    }
}
