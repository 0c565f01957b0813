//! Reads filter text into terms, and writes words so that they read back the same.

use crate::domain::Severity;
use crate::domain::quantity::Quantity;

use super::FilterError;
use super::term::{Compare, Field, Match, Needle, PatternPrefix, Term, Test};
use super::when::When;

/// Bytes of filter text.
const MAX_TEXT: usize = 4096;
/// Terms of a filter.
const MAX_TERMS: usize = 64;

/// The signs, longer ones first.
const SIGNS: [(&str, Sign); 8] = [
    ("!=", Sign::Equality(Compare::NotEqual, Match::IsNot)),
    ("!~", Sign::Text(Match::ContainsNot)),
    (">=", Sign::Order(Compare::AtLeast)),
    ("<=", Sign::Order(Compare::AtMost)),
    ("=", Sign::Equality(Compare::Equal, Match::Is)),
    ("~", Sign::Text(Match::Contains)),
    (">", Sign::Order(Compare::Above)),
    ("<", Sign::Order(Compare::Below)),
];

#[derive(Clone, Copy)]
enum Sign {
    /// For texts and levels alike.
    Equality(Compare, Match),
    /// For texts.
    Text(Match),
    /// For numbers and levels.
    Order(Compare),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// Reads all terms.
pub(super) fn terms(text: &str) -> Result<Vec<Term>, FilterError> {
    let mut reader = Reader { text, at: 0 };
    if text.len() > MAX_TEXT {
        return Err(reader.error(0, format!("a filter may have {MAX_TEXT} bytes, this has {}", text.len())));
    }
    let mut terms = Vec::new();
    while reader.skip_blanks() {
        if terms.len() == MAX_TERMS {
            return Err(reader.error(reader.at, format!("a filter may have {MAX_TERMS} terms")));
        }
        terms.push(reader.term()?);
    }
    Ok(terms)
}

/// A word or phrase, quoted where it would read as something else.
pub(super) fn write_word(text: &str) -> String {
    let plain = !text.is_empty()
        && !text.starts_with(['"', '-', '/'])
        && !text.contains(char::is_whitespace)
        && split_field(text).is_none();
    if plain { text.to_owned() } else { quote(text) }
}

/// A field's value, quoted where it would end early or join the sign before it.
pub(super) fn write_value(text: &str) -> String {
    let plain = !text.is_empty() && !text.starts_with(['"', '=', '~']) && !text.contains(char::is_whitespace);
    if plain { text.to_owned() } else { quote(text) }
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `name`, sign and the rest, when the text begins with a field and a sign.
fn split_field(text: &str) -> Option<(&str, Sign, usize)> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@')))?;
    let name = text.get(..end).filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '@'))?;
    let rest = text.get(end..)?;
    SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)).map(|(text, sign)| (name, *sign, end + text.len()))
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn error(&self, at: usize, message: impl Into<String>) -> FilterError {
        let before = self.text.get(..at).unwrap_or("");
        FilterError { column: before.chars().count() + 1, message: message.into() }
    }

    fn skip_blanks(&mut self) -> bool {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.at < self.text.len()
    }

    fn term(&mut self) -> Result<Term, FilterError> {
        let minus = self.rest().strip_prefix('-');
        let negated = minus.is_some_and(|rest| rest.starts_with(|c: char| !c.is_whitespace()));
        self.at += usize::from(negated);
        Ok(Term { negated, test: self.test()? })
    }

    fn test(&mut self) -> Result<Test, FilterError> {
        let start = self.at;
        if self.rest().starts_with('"') {
            let phrase = self.quoted()?;
            if phrase.is_empty() {
                return Err(self.error(start, "an empty phrase finds everything; leave it out"));
            }
            return self.phrase(start, phrase);
        }
        if let Some(length) = regex_length(self.rest()) {
            let pattern = self.rest().get(1..length - 1).unwrap_or("").to_owned();
            self.at += length;
            return Needle::regex(pattern).map(Test::Regex).map_err(|e| self.error(start, explain(&e)));
        }
        let Some((name, sign, length)) = split_field(self.rest()) else {
            let word = self.word();
            return self.phrase(start, word);
        };
        let name = name.to_owned();
        self.at += length;
        let value_at = self.at;
        let value = if self.rest().starts_with('"') { self.quoted()? } else { self.word() };
        self.field(&name, sign, value, start, value_at)
    }

    fn field(&self, name: &str, sign: Sign, value: String, start: usize, value_at: usize) -> Result<Test, FilterError> {
        let field = match name {
            "level" | "severity" => return self.level(sign, &value, start, value_at),
            "pattern" => return self.pattern(sign, &value, start, value_at),
            // A service may write a field of that name, in seconds.
            "time" if When::parse(&value).is_some() => return self.time(sign, value, start),
            name => Field::named(name),
        };
        match sign {
            Sign::Equality(_, how) => self.needle(value_at, value).map(|needle| Test::Field(field, how, needle)),
            Sign::Text(_) if value.is_empty() => {
                Err(self.error(value_at, format!("write the text, as {name}~timeout")))
            }
            Sign::Text(how) => self.needle(value_at, value).map(|needle| Test::Field(field, how, needle)),
            Sign::Order(compare) => match Quantity::parse(&value) {
                Some(quantity) => Ok(Test::Number(field, compare, value, quantity)),
                None => Err(self.error(
                    value_at,
                    format!("`{value}` is no number to compare with; write {name}>=500 or {name}>1.5s or {name}<4KiB"),
                )),
            },
        }
    }

    fn level(&self, sign: Sign, value: &str, start: usize, value_at: usize) -> Result<Test, FilterError> {
        let compare = match sign {
            Sign::Equality(compare, _) | Sign::Order(compare) => compare,
            Sign::Text(_) => return Err(self.error(start, "a level is compared, as level>=error or level=warn")),
        };
        let level = match value.to_ascii_lowercase().as_str() {
            "unset" | "none" | "-" => Some(Severity::Unset),
            word => Severity::from_word(word),
        };
        level.map(|level| Test::Level(compare, level)).ok_or_else(|| {
            self.error(
                value_at,
                format!("`{value}` is no level; write trace, debug, info, warn, error, fatal or unset"),
            )
        })
    }

    fn pattern(&self, sign: Sign, value: &str, start: usize, value_at: usize) -> Result<Test, FilterError> {
        if !matches!(sign, Sign::Equality(Compare::Equal, _)) {
            return Err(self.error(start, "a pattern is named, as pattern=p3f9a or -pattern=p3f9a"));
        }
        PatternPrefix::parse(value)
            .map(Test::Pattern)
            .ok_or_else(|| self.error(value_at, format!("`{value}` names no pattern; write p and hexadecimal digits")))
    }

    fn time(&self, sign: Sign, value: String, start: usize) -> Result<Test, FilterError> {
        match (sign, When::parse(&value)) {
            (Sign::Order(compare), Some(when)) => Ok(Test::Time(compare, value, when)),
            (Sign::Order(_) | Sign::Equality(..) | Sign::Text(_), _) => {
                Err(self.error(start, "a time is compared, as time>=02:05 or time<2026-01-15T02:20"))
            }
        }
    }

    fn phrase(&self, at: usize, text: String) -> Result<Test, FilterError> {
        Needle::phrase(text).map(Test::Text).map_err(|e| self.error(at, explain(&e)))
    }

    fn needle(&self, at: usize, text: String) -> Result<Needle, FilterError> {
        Needle::text(text).map_err(|e| self.error(at, explain(&e)))
    }

    /// Up to the next blank.
    fn word(&mut self) -> String {
        let rest = self.rest();
        let word = rest.split(char::is_whitespace).next().unwrap_or(rest).to_owned();
        self.at += word.len();
        word
    }

    /// A quoted text; `\"` and `\\` stand for the characters themselves.
    fn quoted(&mut self) -> Result<String, FilterError> {
        let start = self.at;
        let mut out = String::new();
        let mut escaped = false;
        let mut end = None;
        for (index, c) in self.rest().char_indices().skip(1) {
            match c {
                _ if escaped => {
                    if !matches!(c, '"' | '\\') {
                        out.push('\\');
                    }
                    out.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => {
                    end = Some(index + 1);
                    break;
                }
                _ => out.push(c),
            }
        }
        let Some(length) = end else {
            return Err(self.error(start, "the quote is not closed; end the phrase with \""));
        };
        self.at += length;
        if self.rest().starts_with(|c: char| !c.is_whitespace()) {
            return Err(self.error(self.at, "a blank belongs after the closing quote"));
        }
        Ok(out)
    }
}

/// The length of `/.../` when the text begins with one that ends at a blank or at the end; a path is none.
fn regex_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (index, c) in text.strip_prefix('/')?.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '/' => {
                let after = text.get(index + 2..)?;
                let ends = index > 0 && !after.starts_with(|c: char| !c.is_whitespace());
                return ends.then_some(index + 2);
            }
            _ => {}
        }
    }
    None
}

/// The last line of the error says what is wrong; the lines before draw the place.
fn explain(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "the regular expression is too large".to_owned(),
        other => {
            let text = other.to_string();
            let reason = text.lines().last().unwrap_or("").trim().trim_start_matches("error: ");
            format!("no regular expression: {reason}; put plain text in quotes")
        }
    }
}
