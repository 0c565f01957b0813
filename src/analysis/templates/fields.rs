//! Cuts the start of a line into fields and says what each could be in a header. Called by [`super::header`].

use super::recent::Recent;
use super::times;

/// What a field looks like, by its own text alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// A moment or a part of one.
    Time,
    /// Digits, as of a process, thread or priority.
    Number,
    /// The name of a severity.
    Level,
    /// Something in square or angle brackets.
    Bracket,
    /// A lone dash, bar, colon or star.
    Separator,
    /// A name that ends in a colon.
    Tag,
    /// Names joined by dots, as of a class or module.
    Dotted,
    /// Anything else.
    Word,
}

/// How many classes there are.
pub const CLASSES: usize = 8;
/// How many fields of a line are looked at. Headers of more columns are not known to exist.
pub const WINDOW: usize = 14;

/// A field: its class and where the rest of the line starts after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// What it looks like.
    pub class: Class,
    /// Where it begins.
    pub start: usize,
    /// More than one blank, or a tab, follows it.
    pub padded: bool,
    /// The offset of the first byte that belongs to the next field.
    pub end: usize,
}

/// The first fields of a line, no more than so many; moments that follow each other are one field.
pub fn cut(line: &[u8], into: &mut Vec<Field>, recent: &mut Recent, most: usize) {
    into.clear();
    let at = skip(line, 0);
    more(line, at, into, recent, most);
}

/// As many more fields, after those that were cut.
pub fn cut_on(line: &[u8], into: &mut Vec<Field>, recent: &mut Recent, most: usize) {
    let at = into.last().map_or_else(|| skip(line, 0), |last| last.end);
    more(line, at, into, recent, most);
}

fn more(line: &[u8], mut at: usize, into: &mut Vec<Field>, recent: &mut Recent, most: usize) {
    while at < line.len() {
        let rest = &line[at..];
        let last = into.last().map(|last| last.class);
        // What follows a moment may belong to it.
        if into.len() >= most.min(WINDOW) && !(last == Some(Class::Time) && may_go_on(rest)) {
            break;
        }
        let named = last == Some(Class::Level) && line[..at].ends_with(b":");
        let (class, length) = match named.then(|| glued_name(rest)).flatten() {
            Some(length) => (Class::Tag, length),
            None => recent.get(into.len(), rest).unwrap_or_else(|| {
                let (class, length) = field(rest);
                recent.put(into.len(), rest, class, length);
                (class, length)
            }),
        };
        let end = skip(line, at + length);
        let padded = end > at + length + 1 || line.get(at + length) == Some(&b'\t');
        let full = into.len() >= most.min(WINDOW);
        match into.last_mut() {
            Some(last) if last.class == Class::Time && (class == Class::Time || is_zone(&line[at..at + length])) => {
                last.end = end;
            }
            _ if full => break,
            _ => into.push(Field { class, start: at, padded, end }),
        }
        at = end;
    }
}

/// Whether a moment or a zone may begin so.
fn may_go_on(rest: &[u8]) -> bool {
    rest[0].is_ascii_alphanumeric() || matches!(rest[0], b'[' | b'(' | b'<')
}

fn is_zone(word: &[u8]) -> bool {
    times::is_zone(word)
}

/// The logger's name in `LEVEL:name:text`, with its colon.
fn glued_name(text: &[u8]) -> Option<usize> {
    let length = text.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')).count();
    (length > 0 && text.get(length) == Some(&b':')).then_some(length + 1)
}

fn skip(line: &[u8], from: usize) -> usize {
    from + line[from..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// The class of the field that begins `text`, and its length.
fn field(text: &[u8]) -> (Class, usize) {
    if let Some(length) = times::moment(text) {
        let end = &text[length..];
        let loose = end.iter().take_while(|b| matches!(b, b',' | b']' | b':' | b'|' | b';')).count();
        if end.is_empty() || loose > 0 || matches!(end[0], b' ' | b'\t') {
            return (Class::Time, length + loose);
        }
    }
    match text[0] {
        b'[' => bracket(text, b'[', b']'),
        b'<' => bracket(text, b'<', b'>'),
        b'(' => bracket(text, b'(', b')'),
        b'|' => (Class::Separator, 1),
        _ => plain(text),
    }
}

/// A bracket to its partner; one that has none within reach is a word.
fn bracket(text: &[u8], open: u8, close: u8) -> (Class, usize) {
    const REACH: usize = 200;
    let mut depth = 0;
    for (at, &byte) in text.iter().take(REACH).enumerate() {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                let class = inside(text[1..at].trim_ascii());
                return match (text.get(at + 1), class) {
                    (Some(b':'), Class::Bracket) => (Class::Tag, at + 2),
                    (Some(b':'), _) => (class, at + 2),
                    _ => (class, at + 1),
                };
            }
        }
    }
    plain(text)
}

fn inside(inner: &[u8]) -> Class {
    let timed = inner.split(|b| *b == b' ').take(4).any(|part| times::moment(part).is_some());
    match times::moment(inner) {
        Some(_) => Class::Time,
        None if timed && inner.iter().filter(|b| b.is_ascii_digit()).count() * 2 > inner.len() => Class::Time,
        None if is_level(inner)
            || inner.iter().any(u8::is_ascii_lowercase) && is_level(&inner.to_ascii_uppercase()) =>
        {
            Class::Level
        }
        None => Class::Bracket,
    }
}

fn plain(text: &[u8]) -> (Class, usize) {
    let length = text.iter().take_while(|b| !matches!(b, b' ' | b'\t' | b'|')).count().max(1);
    let word = &text[..length];
    if let Some(colon) = word.iter().position(|b| *b == b':').filter(|at| is_level(&word[..*at]) && *at > 1) {
        return (Class::Level, colon + 1);
    }
    let class = of_word(word);
    match (text.get(length), class) {
        (Some(b'|'), Class::Time | Class::Level) => (class, length + 1),
        (Some(b'|'), _) => (Class::Bracket, length + 1),
        _ => (class, length),
    }
}

fn of_word(word: &[u8]) -> Class {
    let bare = word.strip_suffix(b",").or_else(|| word.strip_suffix(b":")).unwrap_or(word);
    let rule = word.iter().all(|byte| may_separate(*byte));
    if rule {
        Class::Separator
    } else if is_level(bare) || (word.len() > bare.len() && is_level(&bare.to_ascii_uppercase())) {
        Class::Level
    } else if !bare.is_empty() && bare.iter().all(u8::is_ascii_digit) {
        if times::is_epoch(bare) { Class::Time } else { Class::Number }
    } else if is_file_with_time(bare) {
        Class::Bracket
    } else if is_name(bare) && (word.ends_with(b":") || word.ends_with(b"]") && !word.contains(&b'[')) {
        Class::Tag
    } else if is_dotted(word) {
        Class::Dotted
    } else {
        Class::Word
    }
}

/// Whether a separator may hold this byte.
pub fn may_separate(byte: u8) -> bool {
    matches!(byte, b'-' | b'=' | b':' | b'*' | b'#' | b'|' | b'>')
}

/// A name as tags have: letters first, and nothing that a sentence or a value would hold.
fn is_name(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii_alphabetic)
        && !word.iter().any(|b| matches!(b, b'"' | b'\'' | b'=' | b',' | b';' | b'{' | b'}' | b'!' | b'?'))
}

/// `a.b.c`: at least two names, each beginning with a letter, and at least one dot.
fn is_dotted(word: &[u8]) -> bool {
    word.contains(&b'.')
        && word.split(|b| *b == b'.').all(|part| {
            part.first().is_some_and(u8::is_ascii_alphabetic)
                && part.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'-'))
        })
}

/// A file's name that holds a date, as collectors put in front of lines: many digits after a letter and a dot.
fn is_file_with_time(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_alphabetic)
        && word.contains(&b'.')
        && word.contains(&b':')
        && word.iter().filter(|b| b.is_ascii_digit()).count() >= 8
}

/// The severities of syslog, log4j, Python, Go, Rust, Java, Windows and the single letters of klog and Android.
pub fn is_level(word: &[u8]) -> bool {
    const NAMES: [&[u8]; 23] = [
        b"TRACE",
        b"DEBUG",
        b"INFO",
        b"NOTICE",
        b"WARN",
        b"WARNING",
        b"ERROR",
        b"ERR",
        b"CRIT",
        b"CRITICAL",
        b"ALERT",
        b"EMERG",
        b"FATAL",
        b"SEVERE",
        b"FINE",
        b"FINER",
        b"FINEST",
        b"CONFIG",
        b"PANIC",
        b"VERBOSE",
        b"LOG",
        b"INFORMATION",
        b"FAILURE",
    ];
    match word {
        [b'V' | b'D' | b'I' | b'W' | b'E' | b'F'] => true,
        [b'I' | b'W' | b'E' | b'F', digits @ ..] if digits.len() == 4 && digits.iter().all(u8::is_ascii_digit) => true,
        [first, rest @ ..] if first.is_ascii_uppercase() => {
            let title = rest.iter().all(u8::is_ascii_lowercase);
            let upper = rest.iter().all(u8::is_ascii_uppercase);
            (title || upper) && NAMES.iter().any(|name| word.eq_ignore_ascii_case(name))
        }
        _ => false,
    }
}
