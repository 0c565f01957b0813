//! One term of a filter: what it asks of a record, and how it is written.

use std::cmp::Ordering;
use std::fmt;

use regex::{Regex, RegexBuilder};

use super::when::When;
use crate::domain::quantity::Quantity;
use crate::domain::{LogRecord, Severity};

/// Bytes a compiled regular expression may take.
const REGEX_SIZE: usize = 1 << 20;

/// A test and whether it must fail.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Whether the test must fail.
    pub negated: bool,
    /// The test.
    pub test: Test,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
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
    /// The time compares so.
    Time(Compare, String, When),
    /// The pattern's name begins so.
    Pattern(PatternPrefix),
}

/// The beginning of a pattern's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternPrefix {
    value: u64,
    digits: u32,
}

/// What is known of a record beside itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aside<'a> {
    /// The number of its pattern.
    pub pattern: Option<u64>,
    /// The name of its file.
    pub file: Option<&'a str>,
}

/// A text to find with its compiled form.
#[derive(Clone)]
pub struct Needle {
    text: String,
    pattern: String,
    any_case: bool,
    regex: Regex,
}

/// A part of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// The service.
    Service,
    /// The source it came through.
    Source,
    /// The trace id.
    Trace,
    /// The line for the pane.
    Body,
    /// The name of its file; empty for live sources.
    File,
    /// Any other by its name.
    Attribute(String),
}

/// How numbers and levels are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

/// How texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// `=`
    Is,
    /// `!=`
    IsNot,
    /// `~`
    Contains,
    /// `!~`
    ContainsNot,
}

impl Term {
    /// Whether it holds for the record.
    pub fn holds(&self, record: &LogRecord, aside: &Aside<'_>) -> bool {
        self.test.holds(record, aside) != self.negated
    }
}

impl Test {
    fn holds(&self, record: &LogRecord, aside: &Aside<'_>) -> bool {
        match self {
            Test::Text(needle) | Test::Regex(needle) => needle.is_in(&record.raw) || needle.is_in(&record.service),
            Test::Level(compare, level) => compare.holds(record.severity.cmp(level)),
            Test::Field(field, _, _) | Test::Number(field, _, _, _) => self.holds_for(field.value(record, aside)),
            Test::Time(compare, _, when) => {
                let at = i64::try_from(record.at().as_nanosecond()).unwrap_or(i64::MAX);
                compare.holds(when.compare(at))
            }
            Test::Pattern(prefix) => aside.pattern.is_some_and(|pattern| prefix.holds(pattern)),
        }
    }

    /// Whether a test of a field holds for a value of it; `false` for tests of other things.
    pub fn holds_for(&self, value: &str) -> bool {
        match self {
            Test::Field(field, how, needle) => how.holds(field, needle, value),
            Test::Number(field, compare, _, quantity) => {
                quantity.compare(field.name(), value).is_some_and(|order| compare.holds(order))
            }
            Test::Text(_) | Test::Regex(_) | Test::Level(..) | Test::Time(..) | Test::Pattern(_) => false,
        }
    }
}

impl Field {
    /// The field of this name, as the language reads it.
    pub fn named(name: &str) -> Self {
        match name {
            "service" => Field::Service,
            "source" => Field::Source,
            "trace" | "trace_id" => Field::Trace,
            "body" => Field::Body,
            "file" => Field::File,
            _ => Field::Attribute(name.to_owned()),
        }
    }

    /// Its value in a record; empty when it has none.
    pub fn value<'a>(&self, record: &'a LogRecord, aside: &Aside<'a>) -> &'a str {
        match self {
            Field::Service => &record.service,
            Field::Source => record.source.as_str(),
            Field::Trace => record.trace_id.as_deref().unwrap_or(""),
            Field::Body => &record.body,
            Field::File => aside.file.unwrap_or(""),
            Field::Attribute(name) => record
                .attributes
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map_or("", |(_, value)| value.as_str()),
        }
    }

    /// Its name in the language.
    pub fn name(&self) -> &str {
        match self {
            Field::Service => "service",
            Field::Source => "source",
            Field::Trace => "trace",
            Field::Body => "body",
            Field::File => "file",
            Field::Attribute(name) => name,
        }
    }
}

impl Compare {
    /// Whether an ordering passes.
    pub fn holds(self, order: Ordering) -> bool {
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
    /// A value of a field; without capitals it is found in any case.
    pub(super) fn text(text: String) -> Result<Self, regex::Error> {
        let pattern = regex::escape(&text);
        Self::of(text, pattern)
    }

    /// A text in a record; as JSON writes it too, where that is another way.
    pub(super) fn phrase(text: String) -> Result<Self, regex::Error> {
        let mut pattern = regex::escape(&text);
        if text.contains(['"', '\\']) {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            pattern = format!("{pattern}|{}", regex::escape(&escaped));
        }
        Self::of(text, pattern)
    }

    fn of(text: String, pattern: String) -> Result<Self, regex::Error> {
        let any_case = !text.chars().any(char::is_uppercase);
        let regex = RegexBuilder::new(&pattern).case_insensitive(any_case).size_limit(REGEX_SIZE).build()?;
        Ok(Self { text, pattern, any_case, regex })
    }

    /// A regular expression, its delimiters taken off.
    pub(super) fn regex(text: String) -> Result<Self, regex::Error> {
        let regex = RegexBuilder::new(&text).size_limit(REGEX_SIZE).build()?;
        Ok(Self { pattern: text.clone(), text, any_case: false, regex })
    }

    /// What was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is found in a text.
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The bytes to look for, when that is all there is to it: no second writing, no other case.
    pub fn literal(&self) -> Option<&[u8]> {
        let plain = self.pattern == regex::escape(&self.text);
        let no_case = !self.text.chars().any(char::is_alphabetic);
        (plain && (!self.any_case || no_case)).then_some(self.text.as_bytes())
    }

    /// The same search over bytes.
    pub fn over_bytes(&self) -> Result<regex::bytes::Regex, regex::Error> {
        regex::bytes::RegexBuilder::new(&self.pattern)
            .case_insensitive(self.any_case)
            .size_limit(2 * REGEX_SIZE)
            .build()
    }

    /// Where it is found in a text.
    pub(super) fn places(&self, text: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
        self.regex.find_iter(text).map(|found| found.range())
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

impl PatternPrefix {
    /// Reads `p` and up to sixteen hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('p')?;
        let sound = (1..=16).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = u64::from_str_radix(digits, 16).ok()?;
        sound.then_some(Self { value, digits: digits.len() as u32 })
    }

    /// Whether a pattern's number begins so.
    pub fn holds(self, pattern: u64) -> bool {
        pattern >> (64 - 4 * self.digits) == self.value
    }

    /// The number, when all its digits are there.
    pub fn whole(self) -> Option<u64> {
        (self.digits == 16).then_some(self.value)
    }
}

impl fmt::Display for PatternPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{:0width$x}", self.value, width = self.digits as usize)
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
            Test::Time(compare, text, _) => {
                write!(f, "time{}{}", compare.sign(), super::parse::write_value(text))
            }
            Test::Pattern(prefix) => write!(f, "pattern={prefix}"),
        }
    }
}

/// The word of a level as the language writes it.
pub fn level_word(level: Severity) -> &'static str {
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
