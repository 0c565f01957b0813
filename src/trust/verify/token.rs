//! A sentence as typed tokens: words, code, quotations, identifiers, times, quantities with their units. `clause` builds
//! its claims on them. One pass over the text; number words and composed durations are joined afterwards.

use std::sync::LazyLock;

use regex::Regex;

use super::instant::offset_minutes;
use super::marks::marks;
use super::unit::{Dim, Unit};

/// Tokens read from one sentence; the rest of a longer one is not checked.
const MOST: usize = 600;

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// Between backticks.
    Code(String),
    /// Between quotation marks.
    Quote(String),
    /// A bare name with digits or marks in it: a version, an address, a pod.
    Ident(String),
    /// A word in lower case, and whether it began with a capital.
    Word(String, bool),
    /// A time of day.
    Clock(Clock),
    /// A number.
    Number(Quantity),
    /// A comma, a semicolon, a colon, a bracket.
    Stop(char),
}

/// A time of day in seconds UTC, `first..=last`: a minute without seconds is any of its seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// First second it may mean.
    pub first: i64,
    /// Last.
    pub last: i64,
    /// As written.
    pub written: String,
    /// `2026-11-20` if a date stands before it.
    pub date: Option<String>,
    /// Whether it says its zone.
    pub zoned: bool,
}

/// A number with its unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// In the unit shown.
    pub value: f64,
    /// Half of the last digit shown.
    pub half: f64,
    /// Its unit.
    pub unit: Unit,
    /// `about`, `roughly`, `around`.
    pub about: bool,
    /// As written.
    pub written: String,
    /// Written as a word.
    pub word: bool,
}

impl Quantity {
    /// The whole number it is, when it is one without a unit.
    pub fn whole(&self) -> Option<usize> {
        let plain = self.unit.dim == Dim::Plain && self.value >= 0.0 && self.value.fract() == 0.0;
        (plain && self.value < 1e9).then_some(self.value as usize)
    }

    /// In the base unit.
    pub fn base(&self) -> f64 {
        self.value * self.unit.factor
    }

    /// How far a value in the unit shown may be away.
    pub fn room(&self) -> f64 {
        let about = if self.about { self.value.abs() * 0.05 } else { 0.0 };
        self.half.max(about) * (1.0 + 1e-9) + 1e-12
    }
}

impl Clock {
    /// Whether the instant may be meant.
    pub fn holds(&self, second: i64) -> bool {
        (self.first..=self.last).contains(&second.rem_euclid(86_400))
    }
}

/// The tokens of a sentence without its citations.
pub fn tokens(prose: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    for mark in marks(prose) {
        chunk_all(&prose[at..mark.span.start], &mut found);
        let inner = prose[mark.inner.clone()].to_owned();
        found.push(if mark.code { Token::Code(inner) } else { Token::Quote(inner) });
        at = mark.span.end;
    }
    chunk_all(&prose[at..], &mut found);
    found.truncate(MOST);
    let found = zones(found);
    shares(durations(units(found)))
}

fn chunk_all(text: &str, found: &mut Vec<Token>) {
    for chunk in text.split(|c: char| c.is_whitespace() || c == '|') {
        if found.len() > MOST {
            return;
        }
        let bare = chunk.trim_start_matches(['*', '_', '(', '[', '\'', '’', '~', '≈', '$', '€']);
        if bare.len() < chunk.len() && chunk.starts_with('(') {
            found.push(Token::Stop('('));
        }
        if chunk.starts_with(['~', '≈']) {
            found.push(Token::Word("about".to_owned(), false));
        }
        let inner = bare.trim_end_matches(['*', '_', ')', ']', '\'', '’', ',', ';', ':', '.', '!', '?', '…']);
        if !inner.is_empty() {
            piece(inner, found);
        }
        let tail = &bare[inner.len()..];
        found.extend(tail.chars().filter(|c| matches!(c, ',' | ';' | ':' | ')')).map(Token::Stop));
    }
}

fn piece(text: &str, found: &mut Vec<Token>) {
    if let Some((left, right)) = text.split_once(['–', '—', '→']).filter(|(l, r)| !l.is_empty() && !r.is_empty())
    {
        piece(left, found);
        found.push(Token::Word(if text.contains('→') { "to" } else { "–" }.to_owned(), false));
        return piece(right, found);
    }
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return word(text, found);
    }
    let Some(shape) = shapes().captures(text) else {
        return bare_name(text, found);
    };
    if shape.name("h").is_some() {
        return found.extend(clock(text, &shape).map(Token::Clock));
    }
    if !shape.name("unit").is_none_or(|unit| is_unit(unit.as_str())) {
        return bare_name(text, found);
    }
    for (number, sign) in [("n1", ""), ("n2", "to")] {
        let Some(digits) = shape.name(number) else { continue };
        if !sign.is_empty() {
            found.push(Token::Word("–".to_owned(), false));
        }
        let unit = shape.name("unit").map(|unit| unit.as_str()).unwrap_or_default();
        found.extend(quantity(digits.as_str(), unit).map(Token::Number));
        if matches!(unit, "x" | "×" | "-fold" | "fold") {
            found.push(Token::Word("times".to_owned(), false));
        }
    }
}

/// Whether the letters behind a number are a unit, a magnitude or a factor; in `5xx` and `2nd` they are not.
fn is_unit(text: &str) -> bool {
    let bare = text.trim_start_matches('-');
    matches!(bare, "k" | "K" | "M" | "m" | "mn" | "bn" | "x" | "×" | "fold" | "/s") || Unit::named(bare).is_some()
}

fn word(text: &str, found: &mut Vec<Token>) {
    let capital = text.starts_with(char::is_uppercase);
    let mark = |c: char| matches!(c, '_' | '/' | '.' | '=' | ':' | '@' | '\\');
    if text.trim_matches(mark).contains(mark) && text.chars().any(char::is_alphabetic) && !text.contains("/s") {
        let abbreviation = text.split('.').all(|part| part.chars().count() <= 1);
        if !abbreviation && !is_alternative(text) {
            found.push(Token::Ident(text.to_owned()));
            return;
        }
    }
    let lower = text.trim_end_matches("'s").trim_end_matches("’s").to_lowercase();
    if let Some((value, rest)) = hyphened(&lower) {
        found.push(Token::Number(Quantity { word: true, ..plain(value, &lower) }));
        return found.push(Token::Word(rest, false));
    }
    found.push(Token::Word(lower, capital));
}

/// `and/or`, `read/write`: two words, not a path.
fn is_alternative(text: &str) -> bool {
    let mut parts = text.split('/');
    let word = |part: Option<&str>| part.is_some_and(|it| it.chars().all(char::is_alphabetic) && !it.is_empty());
    word(parts.next()) && word(parts.next()) && parts.next().is_none()
}

/// `three-minute` as a number and a word.
fn hyphened(word: &str) -> Option<(f64, String)> {
    let (first, rest) = word.split_once('-')?;
    Unit::named(rest)?;
    Some((number_word(first)?, rest.to_owned()))
}

fn bare_name(text: &str, found: &mut Vec<Token>) {
    let letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    let marks = text.bytes().any(|byte| !byte.is_ascii_alphanumeric());
    if text.len() >= 6 || marks || !letters {
        found.push(Token::Ident(text.to_owned()));
    } else {
        found.push(Token::Word(text.to_lowercase(), text.starts_with(char::is_uppercase)));
    }
}

fn clock(text: &str, shape: &regex::Captures<'_>) -> Option<Clock> {
    let part = |name| shape.name(name).and_then(|part| part.as_str().parse::<i64>().ok());
    let (mut hour, minute) = (part("h")?, part("m")?);
    match shape.name("half").map(|half| half.as_str().to_ascii_lowercase()).as_deref() {
        Some("pm") if hour < 12 => hour += 12,
        Some("am") if hour == 12 => hour = 0,
        Some(_) | None => {}
    }
    if hour > 24 || minute > 59 {
        return None;
    }
    let start = hour * 3600 + minute * 60;
    let (first, last) = part("s").map_or((start, start + 59), |second| (start + second, start + second));
    let date = shape.name("date").map(|date| date.as_str()[..10].to_owned());
    let clock = Clock { first, last, written: text.to_owned(), date, zoned: false };
    Some(match shape.name("zone").and_then(|zone| offset_minutes(zone.as_str())) {
        Some(east) => zoned(clock, east),
        None => clock,
    })
}

fn zoned(clock: Clock, east: i32) -> Clock {
    let first = (clock.first - i64::from(east) * 60).rem_euclid(86_400);
    Clock { last: first + (clock.last - clock.first), first, zoned: true, ..clock }
}

fn quantity(digits: &str, unit: &str) -> Option<Quantity> {
    let bare = digits.replace(',', "").replace('−', "-");
    let decimals = bare.split_once('.').map_or(0, |(_, after)| after.len());
    let mut value = bare.parse::<f64>().ok().filter(|value| value.is_finite())?;
    let mut half = 0.5 * 10f64.powi(-i32::try_from(decimals.min(15)).unwrap_or(15));
    let unit = unit.trim_start_matches('-');
    let scale = match unit {
        "k" | "K" => 1e3,
        "M" | "mn" => 1e6,
        "bn" => 1e9,
        _ => 1.0,
    };
    value *= scale;
    half *= scale;
    let unit = match unit {
        _ if scale > 1.0 => Unit::PLAIN,
        "m" => Unit { dim: Dim::Time, factor: 60.0 },
        unit => Unit::named(unit).unwrap_or(Unit::PLAIN),
    };
    Some(Quantity { value, half, unit, about: false, written: digits.to_owned(), word: false })
}

fn plain(value: f64, written: &str) -> Quantity {
    Quantity { value, half: 0.5, unit: Unit::PLAIN, about: false, written: written.to_owned(), word: true }
}

/// The value of a number written as a word.
pub fn number_word(word: &str) -> Option<f64> {
    const SMALL: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    if let Some(at) = SMALL.iter().position(|small| *small == word) {
        return Some(at as f64);
    }
    if let Some((tens, ones)) = word.split_once('-') {
        return Some(number_word(tens).filter(|tens| *tens >= 20.0)? + number_word(ones).filter(|it| *it < 10.0)?);
    }
    Some(match word {
        "thirty" => 30.0,
        "forty" => 40.0,
        "fifty" => 50.0,
        "sixty" => 60.0,
        "seventy" => 70.0,
        "eighty" => 80.0,
        "ninety" => 90.0,
        "hundred" => 100.0,
        "dozen" => 12.0,
        _ => return None,
    })
}

/// Joins a time with the zone that follows it: `10:59 (UTC+9)`, `07:30 UTC`.
fn zones(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let Token::Clock(mut clock) = token else {
            joined.push(token);
            continue;
        };
        let bracket = rest.next_if(|next| *next == Token::Stop('(')).is_some();
        if let Some(Token::Word(half, _)) = rest.next_if(|next| matches!(next, Token::Word(half, _) if half == "pm")) {
            let noon = if half == "pm" && clock.first < 43_200 { 43_200 } else { 0 };
            clock = Clock { first: clock.first + noon, last: clock.last + noon, ..clock };
        }
        let east = match rest.peek() {
            Some(Token::Word(zone, true)) => offset_minutes(&zone.to_uppercase()),
            Some(Token::Ident(zone)) => offset_minutes(zone),
            Some(_) | None => None,
        };
        if let Some(east) = east.filter(|_| !clock.zoned) {
            rest.next();
            clock = zoned(clock, east);
        }
        if bracket {
            rest.next_if(|next| *next == Token::Stop(')'));
        }
        joined.push(Token::Clock(clock));
    }
    joined
}

/// Turns number words into numbers and takes the unit or magnitude behind each number.
fn units(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let mut number = match token {
            Token::Number(number) => number,
            Token::Word(word, capital) => match spelled(&word, joined.last(), rest.peek()) {
                Some(number) => {
                    if word == "half" || word == "quarter" {
                        rest.next_if(|next| matches!(next, Token::Word(of, _) if of == "of"));
                        rest.next_if(|next| matches!(next, Token::Word(a, _) if a == "a" || a == "an"));
                    }
                    number
                }
                None => {
                    joined.push(Token::Word(word, capital));
                    continue;
                }
            },
            other => {
                joined.push(other);
                continue;
            }
        };
        if let Some(Token::Word(next, capital)) = rest.peek() {
            let scale = match next.as_str() {
                "hundred" if number.word => 100.0,
                "thousand" | "k" => 1e3,
                "million" => 1e6,
                "billion" => 1e9,
                _ => 1.0,
            };
            let named = if *capital || next.len() <= 3 || next.contains("bit") {
                Unit::named(&cased(next))
            } else {
                Unit::named(next)
            };
            if scale > 1.0 {
                number.value *= scale;
                number.half *= scale;
                rest.next();
            } else if let (Dim::Plain, Some(unit)) = (number.unit.dim, named) {
                number.unit = unit;
                number.written = format!("{} {next}", number.written);
                rest.next();
            }
        }
        number.about |= matches!(joined.last(), Some(Token::Word(word, _)) if ABOUT.contains(&word.as_str()));
        joined.push(Token::Number(number));
    }
    joined
}

/// Words before a number that is not exact.
pub const ABOUT: [&str; 9] =
    ["about", "around", "roughly", "approximately", "nearly", "almost", "some", "circa", "approx"];

/// The usual spelling of a unit that was lowered with its word.
fn cased(word: &str) -> String {
    match word {
        "kib" => "KiB",
        "mib" | "mi" => "MiB",
        "gib" | "gi" => "GiB",
        "tib" => "TiB",
        "kb" => "KB",
        "mb" => "MB",
        "gb" => "GB",
        "tb" => "TB",
        "b" => "B",
        "kbit" | "kbit/s" => "kbit",
        "mbit" | "mbit/s" => "Mbit",
        "gbit" | "gbit/s" => "Gbit",
        other => other,
    }
    .to_owned()
}

/// A number written as a word here: `three`, `half a minute`, `a second` where it is a length of time.
fn spelled(word: &str, before: Option<&Token>, next: Option<&Token>) -> Option<Quantity> {
    let next_word = match next {
        Some(Token::Word(next, _)) => next.as_str(),
        Some(_) | None => "",
    };
    let before = match before {
        Some(Token::Word(before, _)) => before.as_str(),
        Some(_) | None => "",
    };
    match word {
        "half" | "quarter" if matches!(next_word, "a" | "an" | "of") && before != "in" && before != "by" => {
            let value = if word == "half" { 0.5 } else { 0.25 };
            // `half of the rows` is a share and stays a word; `half a minute` is a length.
            (next_word != "of" || word == "quarter").then(|| Quantity { half: 0.005, ..plain(value, word) })
        }
        "a" | "an" if matches!(next_word, "minute" | "hour" | "day" | "week" | "millisecond") => {
            // `402 parcels a minute` is a rate; `after a minute` is a length.
            const LENGTH: &str = " for in within after about than over under by every lasts lasted took takes nearly almost exactly only ";
            Some(plain(1.0, word)).filter(|_| !before.is_empty() && LENGTH.contains(&format!(" {before} ")))
        }
        "one" if matches!(next_word, "minute" | "hour" | "day" | "week" | "millisecond") => Some(plain(1.0, word)),
        "a" | "one"
            if next_word == "second" && matches!(before, "than" | "exceeded" | "about" | "within" | "every") =>
        {
            Some(plain(1.0, word))
        }
        "one" => Some(plain(1.0, word)).filter(|_| !matches!(before, "this" | "that" | "the" | "no" | "each")),
        word => number_word(word).map(|value| plain(value, word)),
    }
}

/// Joins `5 min 25 s` into one length of time.
fn durations(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if let Token::Number(part) = &token {
            let and = matches!(joined.last(), Some(Token::Word(and, _)) if and == "and");
            let at = joined.len().checked_sub(if and { 2 } else { 1 });
            if let Some(Token::Number(whole)) = at.and_then(|at| joined.get_mut(at)) {
                let times = whole.unit.dim == Dim::Time && part.unit.dim == Dim::Time;
                if times && part.unit.factor < whole.unit.factor && part.base() < whole.unit.factor {
                    whole.value = (whole.base() + part.base()) / part.unit.factor;
                    whole.unit = part.unit;
                    whole.half = part.half;
                    whole.written = format!("{} {}", whole.written, part.written);
                    joined.truncate(at.map_or(0, |at| at + 1));
                    continue;
                }
            }
        }
        joined.push(token);
    }
    joined
}

/// Gives the first number of `8 of the 8.4 seconds` the unit of the second.
fn shares(mut tokens: Vec<Token>) -> Vec<Token> {
    for at in 0..tokens.len() {
        let of = |at: usize| matches!(tokens.get(at), Some(Token::Word(of, _)) if of == "of");
        let the = |at: usize| matches!(tokens.get(at), Some(Token::Word(the, _)) if the == "the" || the == "its");
        let next = if of(at + 1) && the(at + 2) { at + 3 } else { at + 2 };
        let unit = match tokens.get(next) {
            Some(Token::Number(whole)) if of(at + 1) && matches!(whole.unit.dim, Dim::Time | Dim::Bytes) => whole.unit,
            Some(_) | None => continue,
        };
        if let Some(Token::Number(part)) = tokens.get_mut(at)
            && part.unit.dim == Dim::Plain
            && !part.word
        {
            part.unit = unit;
        }
    }
    tokens
}

/// The shapes a piece with digits can have; what fits none is a name.
fn shapes() -> &'static Regex {
    static SHAPES: LazyLock<Regex> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "a constant pattern; the tests compile it")]
        Regex::new(concat!(
            r"^(?:",
            r"(?P<date>\d{4}-\d{2}-\d{2}[T_])?(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?",
            r"(?P<half>[aApP][mM])?(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?",
            r"|[<>=≥≤±]*(?P<n1>[+−-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)",
            r"(?:[-/](?P<n2>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?))?",
            r"(?P<unit>%|-?[a-zA-Zµμ]{1,12}|x|×|/s)?(?:/s)?",
            r")$"
        ))
        .expect("the pattern is valid")
    });
    &SHAPES
}
