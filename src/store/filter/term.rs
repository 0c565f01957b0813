//! One term of a filter: what it asks of a record, and how it is written.

use std::cmp::Ordering;
use std::fmt;

use regex::{Regex, RegexBuilder};

use crate::domain::quantity::Quantity;
use crate::domain::{LogRecord, Severity};

/// Bytes a compiled regular expression may take.
const REGEX_SIZE: usize = 1 << 20;

/// A test and whether it must fail.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub(super) negated: bool,
    pub(super) test: Test,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// The text is in the record.
    Text(Needle),
    /// The regular expression finds something.
    Regex(Needle),
    /// The severity compares so.
    Level(Compare, Severity),
    /// The field is, or is not, or contains the text.
    Field(Field, Match, Needle),
    /// The field is a number that compares so.
    Number(Field, Compare, String, Quantity),
}

/// A text to find with its compiled form.
#[derive(Clone)]
pub(super) struct Needle {
    pub(super) text: String,
    regex: Regex,
}

/// A part of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Service,
    Source,
    Trace,
    Body,
    Attribute(String),
}

/// How numbers and levels are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    Equal,
    NotEqual,
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// How texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Is,
    IsNot,
    Contains,
    ContainsNot,
}

impl Term {
    pub(super) fn holds(&self, record: &LogRecord) -> bool {
        self.test.holds(record) != self.negated
    }
}

impl Test {
    fn holds(&self, record: &LogRecord) -> bool {
        match self {
            Test::Text(needle) | Test::Regex(needle) => {
                let found = |text: &str| needle.regex.is_match(text);
                found(&record.raw) || found(&record.body) || found(&record.service)
            }
            Test::Level(compare, level) => compare.holds(record.severity.cmp(level)),
            Test::Field(field, how, needle) => how.holds(field, needle, field.value(record)),
            Test::Number(field, compare, _, quantity) => {
                quantity.compare(field.name(), field.value(record)).is_some_and(|order| compare.holds(order))
            }
        }
    }
}

impl Field {
    fn value<'a>(&self, record: &'a LogRecord) -> &'a str {
        match self {
            Field::Service => &record.service,
            Field::Source => record.source.as_str(),
            Field::Trace => record.trace_id.as_deref().unwrap_or(""),
            Field::Body => &record.body,
            Field::Attribute(name) => record
                .attributes
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map_or("", |(_, value)| value.as_str()),
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Field::Service => "service",
            Field::Source => "source",
            Field::Trace => "trace",
            Field::Body => "body",
            Field::Attribute(name) => name,
        }
    }
}

impl Compare {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Compare::Equal => order.is_eq(),
            Compare::NotEqual => order.is_ne(),
            Compare::Above => order.is_gt(),
            Compare::AtLeast => order.is_ge(),
            Compare::Below => order.is_lt(),
            Compare::AtMost => order.is_le(),
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Compare::Equal => "=",
            Compare::NotEqual => "!=",
            Compare::Above => ">",
            Compare::AtLeast => ">=",
            Compare::Below => "<",
            Compare::AtMost => "<=",
        }
    }
}

impl Match {
    fn holds(self, field: &Field, needle: &Needle, value: &str) -> bool {
        match self {
            Match::Is => needle.is(field, value),
            Match::IsNot => !needle.is(field, value),
            Match::Contains => needle.regex.is_match(value),
            Match::ContainsNot => !needle.regex.is_match(value),
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Match::Is => "=",
            Match::IsNot => "!=",
            Match::Contains => "~",
            Match::ContainsNot => "!~",
        }
    }
}

impl Needle {
    /// A text; without capitals it is found in any case.
    pub(super) fn text(text: String) -> Result<Self, regex::Error> {
        let any_case = !text.chars().any(char::is_uppercase);
        let regex =
            RegexBuilder::new(&regex::escape(&text)).case_insensitive(any_case).size_limit(REGEX_SIZE).build()?;
        Ok(Self { text, regex })
    }

    /// A regular expression, its delimiters taken off.
    pub(super) fn regex(text: String) -> Result<Self, regex::Error> {
        let regex = RegexBuilder::new(&text).size_limit(REGEX_SIZE).build()?;
        Ok(Self { text, regex })
    }

    fn is(&self, field: &Field, value: &str) -> bool {
        if *field == Field::Trace && !self.text.is_empty() {
            return value.get(..self.text.len()).is_some_and(|head| head.eq_ignore_ascii_case(&self.text));
        }
        // A find that spans the whole value is equality in the needle's own case rule.
        if self.regex.find(value).is_some_and(|found| found.len() == value.len()) {
            return true;
        }
        // Long digits are identifiers, which a float would confuse.
        let short = self.text.len() <= 15 && value.len() <= 15;
        short
            && Quantity::parse(&self.text)
                .and_then(|quantity| quantity.compare(field.name(), value))
                .is_some_and(Ordering::is_eq)
    }
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for Needle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        match &self.test {
            Test::Text(needle) => f.write_str(&super::parse::write_word(&needle.text)),
            Test::Regex(needle) => write!(f, "/{}/", needle.text),
            Test::Level(compare, level) => write!(f, "level{}{}", compare.sign(), level_word(*level)),
            Test::Field(field, how, needle) => {
                write!(f, "{}{}{}", field.name(), how.sign(), super::parse::write_value(&needle.text))
            }
            Test::Number(field, compare, text, _) => {
                write!(f, "{}{}{}", field.name(), compare.sign(), super::parse::write_value(text))
            }
        }
    }
}

/// The word of a level as the language writes it.
pub(super) fn level_word(level: Severity) -> &'static str {
    match level {
        Severity::Unset => "unset",
        Severity::Trace => "trace",
        Severity::Debug => "debug",
        Severity::Info => "info",
        Severity::Warn => "warn",
        Severity::Error => "error",
        Severity::Fatal => "fatal",
    }
}
