//! The words between a time and a message: level, threads, process ids, loggers. One grammar for the loggers of all
//! languages, by the looks of the words and not by a list of products.

mod named;
mod words;

use std::ops::Range;

use crate::domain::Severity;

use super::level;
use super::pairs::aside;
use super::parts::Fields;
use super::stamp::cursor::Cursor;
use named::{MAX_GROUPS, after_level, group};
pub(super) use words::token;
use words::{Looks, is_name, word};

/// Words after the time among which a level is looked for.
const HEAD_WORDS: usize = 7;
/// Words of letters alone that may stand before a level: more is a sentence.
const PLAIN_WORDS: usize = 2;

/// What the header says.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    pub(super) severity: Option<Severity>,
    pub(super) service: Option<Range<usize>>,
    /// Where the message begins.
    pub(super) message: usize,
}

/// Reads the header at the place and gives what it says.
#[inline]
pub(super) fn read(line: &[u8], at: usize, out: &mut impl Fields) -> Header {
    if let Some(header) = level_first(line, at, out) {
        return header;
    }
    let mut header = Header { message: at, ..Header::default() };
    match find_level(line, at) {
        Some((severity, start, end)) => {
            header.severity = Some(severity);
            before_level(line, at..start, &mut header, out);
            after_level(line, end, &mut header, out);
        }
        None => without_level(line, at, &mut header, out),
    }
    header
}

/// The header of a line whose level is its first word; `None` when it is not.
#[inline]
pub(super) fn level_first(line: &[u8], at: usize, out: &mut impl Fields) -> Option<Header> {
    let (severity, end) = match common(line.get(at..)?) {
        Some((severity, length)) => (severity, at + length),
        None => first_level(line, at)?,
    };
    let mut header = Header { severity: Some(severity), service: None, message: end };
    after_level(line, end, &mut header, out);
    Some(header)
}

/// The commonest level words as they are mostly written.
#[inline]
fn common(rest: &[u8]) -> Option<(Severity, usize)> {
    let head: &[u8; 6] = rest.first_chunk()?;
    let four = match &head[..4] {
        b"INFO" => Some(Severity::Info),
        b"WARN" => Some(Severity::Warn),
        _ => None,
    };
    if let Some(severity) = four {
        return (head[4] == b' ').then_some((severity, 4));
    }
    let five = match &head[..5] {
        b"ERROR" => Severity::Error,
        b"DEBUG" => Severity::Debug,
        b"TRACE" => Severity::Trace,
        b"FATAL" => Severity::Fatal,
        _ => return None,
    };
    (head[5] == b' ').then_some((five, 5))
}

fn first_level(line: &[u8], at: usize) -> Option<(Severity, usize)> {
    let mut c = Cursor { line, at };
    c.skip(b" \t:|-,");
    let word = word(line, c.at)?;
    let inside = &line[word.inside.clone()];
    let marked = word.open != 0 || inside.ends_with(b":") || line.get(word.end) == Some(&b'\t');
    if !marked && !inside.is_ascii_uppercase_word() && !inside.contains(&b'/') {
        return None;
    }
    let severity = level_of(inside, word.open, marked)?;
    Some((severity, word.end))
}

/// Reads what stands after a level that was found before the time.
pub(super) fn after(line: &[u8], at: usize, out: &mut impl Fields) -> Header {
    let mut header = Header { message: at, ..Header::default() };
    after_level(line, at, &mut header, out);
    header
}

/// The first of the leading words that is a level: in capitals, in brackets, before a colon, or the very first.
fn find_level(line: &[u8], at: usize) -> Option<(Severity, usize, usize)> {
    let mut c = Cursor { line, at };
    let mut plain = 0;
    let mut fatal = false;
    for index in 0..HEAD_WORDS {
        c.skip(b" \t|,");
        let start = c.at;
        let word = word(line, start)?;
        let inside = &line[word.inside.clone()];
        // A column that is filled up with blanks is no part of a sentence.
        let column =
            index == 0 && inside.first().is_some_and(u8::is_ascii_uppercase) && line[word.end..].starts_with(b"  ");
        let marked = word.open != 0 || inside.ends_with(b":") || column;
        let bare = inside.trim_end_punctuation();
        let capitals = inside.is_ascii_uppercase_word() && (index == 0 || !is_weak(bare) || is_bar(line, word.end));
        if let Some(severity) = level_of(inside, word.open, marked).filter(|_| marked || capitals || index == 0) {
            // `Fatal error:` is one level; a first word in small letters is part of the sentence too.
            let severity = if fatal { Severity::Fatal } else { severity };
            // So is one behind plain words: `TLS Error: handshake failed`.
            if plain > 0 && !capitals && word.open == 0 {
                return Some((severity, at, at));
            }
            return Some((severity, start, if marked || capitals { word.end } else { start }));
        }
        if word.open == 0
            && inside.len() == 1
            && is_letter_end(&line[word.end..])
            && let Some(severity) = level::letter(inside[0])
        {
            return Some((severity, start, letter_end(line, word.end)));
        }
        if let ([letter, b'!'], 0) = (inside, index)
            && let Some(severity) = level::letter(*letter)
        {
            return Some((severity, start, word.end));
        }
        fatal = inside.eq_ignore_ascii_case(b"fatal");
        if word.open == 0 && inside.len() > 1 && inside.iter().all(u8::is_ascii_alphabetic) {
            plain += 1;
        }
        let quoted = word.open == 0 && inside.len() > 1 && matches!(inside[0], b'"' | b'\'' | b'*' | b'{');
        if plain > PLAIN_WORDS || quoted {
            return None;
        }
        c.at = word.end;
    }
    None
}

/// Level words that are words of sentences too, in capitals as well.
fn is_weak(word: &[u8]) -> bool {
    matches!(
        word,
        b"NORMAL"
            | b"SYSTEM"
            | b"DETAIL"
            | b"HINT"
            | b"NOTE"
            | b"SUCCESS"
            | b"LOG"
            | b"STATEMENT"
            | b"FAIL"
            | b"FINE"
            | b"ALERT"
            | b"PANIC"
    )
}

/// Whether a bar follows, behind blanks.
fn is_bar(line: &[u8], at: usize) -> bool {
    line[at..].iter().find(|byte| **byte != b' ') == Some(&b'|')
}

/// Past the bar that follows a letter, and past the name and colon behind it.
fn letter_end(line: &[u8], at: usize) -> usize {
    let mut c = Cursor { line, at };
    c.skip(b" |");
    if let Some(length) = component_column(c.rest()) {
        return c.at + length;
    }
    let length = c.rest().iter().take(64).position(|b| !is_name(b) || *b == b':').unwrap_or(0);
    let named = length > 0 && c.ahead(length) == Some(b':') && c.ahead(length + 1) == Some(b' ');
    if named { c.at + length + 1 } else { c.at }
}

/// `D WindowManager: `, `I | etcdserver: `: what follows a level of one letter.
fn is_letter_end(rest: &[u8]) -> bool {
    match rest {
        [b' ', b'|', ..] => true,
        [b' ', tail @ ..] => {
            let end = tail
                .iter()
                .take(64)
                .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/')));
            end.is_some_and(|end| end > 1 && tail[end] == b':') || component_column(tail).is_some()
        }
        _ => false,
    }
}

/// `NETWORK  [conn1] `: how long a name in capitals is that a bracket follows.
fn component_column(text: &[u8]) -> Option<usize> {
    let length = text.iter().take(24).position(|b| !b.is_ascii_uppercase()).filter(|length| *length > 2)?;
    let rest = &text[length..];
    (rest.starts_with(b" ") && rest.iter().find(|byte| **byte != b' ') == Some(&b'[')).then_some(length)
}

/// The level that a word says: `ERROR`, `ERROR:`, `core:error`, `production.ERROR`, `Server thread/INFO`, `info   `.
fn level_of(inside: &[u8], open: u8, marked: bool) -> Option<Severity> {
    let bare = inside.trim_ascii().trim_end_punctuation();
    if let Some(severity) = level::word(bare) {
        return Some(severity);
    }
    let slash =
        bare.iter().position(|b| *b == b'/').filter(|at| *at > 2 && bare[..*at].iter().all(u8::is_ascii_uppercase));
    if !(marked || slash.is_some()) || bare.len() < 4 {
        return None;
    }
    // `WARNING/MainProcess`, `ERROR][thread`: the level comes before; `core:error`, `a.ERROR`, `thread/INFO`: after.
    let parts = |by: fn(&u8) -> bool| (bare.split(by).next(), bare.rsplit(by).next());
    let (first, last) = parts(|b| matches!(b, b'/' | b':' | b'.'));
    let last = last.and_then(level::word).filter(|_| open == b'[' || inside.ends_with(b":"));
    last.or_else(|| first.filter(|_| bare.contains(&b'/') && open != b'(').and_then(level::word))
        .or_else(|| postgres(bare))
}

/// Words that Postgres writes where others write a level.
fn postgres(word: &[u8]) -> Option<Severity> {
    matches!(word, b"CONTEXT" | b"LOCATION" | b"QUERY").then_some(Severity::Info)
}

/// What stands before the level: process ids, threads, `user=shop,db=shop`.
fn before_level(line: &[u8], range: Range<usize>, header: &mut Header, out: &mut impl Fields) {
    let mut c = Cursor { line, at: range.start };
    let mut logger = 0..0;
    loop {
        c.skip(b" \t|-:,");
        let Some(word) = word(line, c.at).filter(|word| word.end <= range.end) else { break };
        c.at = word.end;
        let inside = &line[word.inside.clone()];
        match word.open {
            0 if inside.contains(&b'=') => aside(inside, out),
            0 => logger = word.inside,
            _ => group(line, word.inside, false, header, out),
        }
    }
    if !logger.is_empty() {
        out.field(b"logger", line[logger].trim_end_punctuation());
    }
}

/// No level: leading groups, and a caller's file, still are not the message.
fn without_level(line: &[u8], at: usize, header: &mut Header, out: &mut impl Fields) {
    let mut c = Cursor { line, at };
    for _ in 0..MAX_GROUPS {
        c.skip(b" \t:|");
        if c.peek() == Some(b'-') && c.ahead(1) == Some(b' ') {
            c.at += 2;
            continue;
        }
        let Some(word) = word(line, c.at).filter(|word| word.open == b'[') else { break };
        group(line, word.inside, false, header, out);
        c.at = word.end;
    }
    c.skip(b" \t:|");
    header.message = caller(line, c.at, out).unwrap_or(c.at);
}

/// `main.go:52: message`: where in the source it was written.
fn caller(line: &[u8], at: usize, out: &mut impl Fields) -> Option<usize> {
    let word = word(line, at).filter(|word| word.open == 0)?;
    let place = line[word.inside.clone()].strip_suffix(b":")?;
    let colon = place.iter().rposition(|b| *b == b':')?;
    let number = place.get(colon + 1..).filter(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit));
    number.filter(|_| place[..colon].contains(&b'.'))?;
    out.field(b"caller", place);
    Some(word.end + usize::from(line.get(word.end) == Some(&b' ')))
}

/// The level that a word alone says.
pub(super) fn level(word: &[u8]) -> Option<Severity> {
    level_of(word.trim_ascii(), 0, false)
}
