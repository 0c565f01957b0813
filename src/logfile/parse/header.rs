//! The words between a time and a message: level, threads, process ids, loggers. One grammar for the loggers of all
//! languages, by the looks of the words and not by a list of products.

use std::ops::Range;

use crate::domain::Severity;

use super::level;
use super::pairs::aside;
use super::parts::Fields;
use super::stamp::cursor::Cursor;

/// Words after the time among which a level is looked for.
const HEAD_WORDS: usize = 7;
/// Words of letters alone that may stand before a level: more is a sentence.
const PLAIN_WORDS: usize = 2;
/// Bytes in a pair of brackets.
const MAX_GROUP: usize = 256;
/// Groups after a level.
const MAX_GROUPS: usize = 5;

/// What the header says.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    pub(super) severity: Option<Severity>,
    pub(super) service: Option<Range<usize>>,
    /// Where the message begins.
    pub(super) message: usize,
}

/// A word of the header.
#[derive(Clone, Debug)]
struct Word {
    /// Without brackets.
    inside: Range<usize>,
    /// The byte that opened its brackets, or zero.
    open: u8,
    /// Past the word and its brackets.
    end: usize,
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

/// What stands after the level, up to the message.
fn after_level(line: &[u8], at: usize, header: &mut Header, out: &mut impl Fields) {
    let mut c = Cursor { line, at };
    c.skip(b": \t|,]");
    if c.rest().starts_with(b"- ") {
        c.at += 1;
        c.skip(b" ");
    }
    let mut groups = 0;
    let first = header.service.is_none();
    let mut component = None;
    while groups < MAX_GROUPS {
        let here = c.at;
        let Some(word) = word(line, here).filter(|word| opens(line, word, groups)) else { break };
        groups += 1;
        c.at = word.end;
        c.skip(b" \t:");
        if c.peek() == Some(b'-') && matches!(c.ahead(1), Some(b' ' | b'-')) && groups > 0 {
            c.skip(b"-");
            c.skip(b" :");
        }
        if first && groups == 1 && is_component(&line[word.inside.clone()]) {
            component = Some(word.inside.clone());
        } else {
            group(line, word.inside, first, header, out);
        }
    }
    header.message = named(line, c.at, header, out);
    match component {
        // A logger after it says that it was a thread.
        Some(inside) if header.message == c.at && header.service.is_none() => header.service = Some(inside),
        Some(inside) => group(line, inside, false, header, out),
        None => {}
    }
}

fn opens(line: &[u8], word: &Word, groups: usize) -> bool {
    match word.open {
        b'[' | b'<' | b'{' => true,
        b'(' => {
            let inside = &line[word.inside.clone()];
            groups > 0 || inside.iter().all(is_name) && inside.iter().any(u8::is_ascii_digit)
        }
        _ => false,
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

/// The word that begins at the place: up to a blank or a bar, or a group in brackets with all that is nested in it.
#[inline]
fn word(line: &[u8], at: usize) -> Option<Word> {
    let rest = line.get(at..)?;
    let open = *rest.first()?;
    let close = match open {
        b'[' => b']',
        b'(' => b')',
        b'<' => b'>',
        b'{' => b'}',
        _ => 0,
    };
    if close != 0
        && let Some(length) = balanced(rest, open, close)
    {
        return Some(Word { inside: at + 1..at + length, open, end: at + length + 1 });
    }
    let length =
        rest.iter().position(|b| matches!(b, b' ' | b'\t' | b'|') || (*b == b'[' && close == 0)).unwrap_or(rest.len());
    (length > 0).then(|| Word { inside: at..at + length, open: 0, end: at + length })
}

/// Where the bracket that opens at the start closes.
#[inline]
fn balanced(rest: &[u8], open: u8, close: u8) -> Option<usize> {
    let mut depth = 0usize;
    for (index, byte) in rest.iter().take(MAX_GROUP).enumerate() {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(index);
            }
        }
    }
    None
}

/// A name that is neither a thread nor a class: `cart`, `user-service`.
fn is_component(inside: &[u8]) -> bool {
    let good = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    (2..=40).contains(&inside.len())
        && inside[0].is_ascii_lowercase()
        && inside.iter().all(good)
        && inside != b"main"
        && !numbered(inside)
        && ![b"thread".as_slice(), b"pool", b"exec", b"worker"]
            .iter()
            .any(|part| inside.starts_with(part) || inside.ends_with(part))
}

/// `worker-1`, `conn7`: one of its kind.
fn numbered(name: &[u8]) -> bool {
    name.last().is_some_and(u8::is_ascii_digit)
}

/// What a group in brackets says.
fn group<F: Fields>(line: &[u8], inside: Range<usize>, may_name: bool, header: &mut Header, out: &mut F) {
    let start = inside.start;
    let text = &line[inside];
    // Spring's tracing: `[service,trace,span]`.
    if may_name
        && header.service.is_none()
        && let Some(comma) = text.iter().position(|b| *b == b',')
        && is_component(&text[..comma])
        && text.get(comma + 1..).is_some_and(|ids| ids.iter().all(|b| b.is_ascii_hexdigit() || *b == b','))
    {
        header.service = Some(start..start + comma);
        out.field(b"trace_id", text[comma + 1..].split(|b| *b == b',').next().unwrap_or(&[]));
        return;
    }
    if !F::WANTED {
        return;
    }
    let text = text.trim_ascii();
    if text.contains(&b'=') {
        aside(text, out);
    } else if !text.is_empty() && text.iter().all(u8::is_ascii_digit) {
        out.field(b"pid", text);
    } else if text.contains(&b'.') && !text.contains(&b' ') {
        out.field(b"logger", text);
    } else {
        out.field(b"thread", text);
    }
}

/// What names the writer at the start of a message, and where the message goes on: `shop.http - `, `c.e.App : `,
/// `12345 --- [main] c.e.App : `, `31#31: `, `request{id=7}: shop::api: `, `server/main.go:52<tab>`, `-- : `.
fn named(line: &[u8], at: usize, header: &mut Header, out: &mut impl Fields) -> usize {
    let c = &mut Cursor { line, at };
    if c.peek() == Some(b'-') {
        return dashed(line, at, header);
    }
    if is_prose(&line[at.min(line.len())..]) {
        return at;
    }
    let Some(word) = word(line, at).filter(|word| word.open == 0) else { return at };
    let text = &line[word.inside.clone()];
    c.at = word.end;
    if text.iter().all(|b| b.is_ascii_digit()) && c.rest().starts_with(b" --- ") {
        out.field(b"pid", text);
        c.at += 5;
        return spring(line, c.at, header, out);
    }
    if let Some(number) = text.strip_suffix(b":").filter(|text| text.contains(&b'#')) {
        if number.iter().all(|b| b.is_ascii_digit() || *b == b'#') {
            out.field(b"pid", number);
            c.skip(b" ");
            return c.at;
        }
    }
    if let Some(open) =
        text.iter().position(|b| *b == b'{').filter(|open| *open > 0 && text[..*open].iter().all(is_name))
    {
        return spans(line, at, open, header, out).unwrap_or(at);
    }
    logger(line, at, word.end, header, out)
}

/// Whether a message begins with a word of letters and digits, a blank, and another word: no name of any kind.
#[inline]
fn is_prose(rest: &[u8]) -> bool {
    let length = rest.iter().take(32).position(|b| !b.is_ascii_alphanumeric()).unwrap_or(0);
    match rest.get(length..length + 2) {
        Some([b' ', next]) => length > 0 && !matches!(next, b' ' | b'-' | b':' | b'|' | b'['),
        Some(_) | None => false,
    }
}

/// `-- : message`, `-- cart: message`, `- message`.
fn dashed(line: &[u8], at: usize, header: &mut Header) -> usize {
    let mut c = Cursor { line, at };
    c.skip(b"-");
    let two = c.at - at == 2;
    if !c.eat(b' ') {
        return at;
    }
    let start = c.at;
    if two && let Some(colon) = c.rest().iter().take(64).position(|b| *b == b':') {
        let name = line[start..start + colon].trim_ascii();
        if name.iter().all(is_name) {
            if !name.is_empty() {
                header.service = Some(start..start + name.len());
            }
            c.at = start + colon + 1;
            c.skip(b" ");
        }
    }
    c.at
}

/// After `pid --- `: groups, of which the first but the last is the application, then the class.
fn spring(line: &[u8], at: usize, header: &mut Header, out: &mut impl Fields) -> usize {
    let mut c = Cursor { line, at };
    let mut groups: [Option<Range<usize>>; 2] = [None, None];
    for slot in &mut groups {
        let Some(word) = word(line, c.at).filter(|word| word.open == b'[') else { break };
        c.at = word.end;
        c.skip(b" ");
        *slot = Some(word.inside);
    }
    let [first, second] = groups;
    if let (Some(name), Some(_), None) = (&first, &second, &header.service) {
        header.service = Some(name.clone());
    }
    if let Some(thread) = second.or(first) {
        out.field(b"thread", line[thread].trim_ascii());
    }
    let Some(word) = word(line, c.at).filter(|word| word.open == 0) else { return c.at };
    logger(line, c.at, word.end, header, out)
}

/// `request{id=7 method=GET}:db{n=1}: shop::api: message`.
fn spans(line: &[u8], at: usize, open: usize, header: &mut Header, out: &mut impl Fields) -> Option<usize> {
    let mut c = Cursor { line, at: at + open };
    loop {
        let length = balanced(c.rest(), b'{', b'}')?;
        aside(&line[c.at + 1..c.at + length], out);
        c.at += length + 1;
        if !c.eat(b':') {
            return None;
        }
        let name = c.rest().iter().take(64).take_while(|b| is_name(b)).count();
        if name == 0 || c.ahead(name) != Some(b'{') {
            break;
        }
        c.at += name;
    }
    c.skip(b" ");
    let end = word(line, c.at).filter(|word| word.open == 0).map(|word| word.end);
    Some(end.map_or(c.at, |end| logger(line, c.at, end, header, out)))
}

/// A logger's name and the sign that ends it.
fn logger(line: &[u8], at: usize, end: usize, header: &mut Header, out: &mut impl Fields) -> usize {
    let text = &line[at..end];
    let mut c = Cursor { line, at: end };
    let name = text.strip_suffix(b":").unwrap_or(text);
    let is_named = !name.is_empty() && name.iter().all(is_name) && !name[0].is_ascii_digit();
    if !is_named {
        return at;
    }
    let colon = name.len() < text.len();
    let qualified = name.contains(&b'.') || name.contains(&b'$') || memchr::memmem::find(name, b"::").is_some();
    // Columns by tabs: the next one says whether this is one.
    if c.peek() == Some(b'\t') {
        let next = c.rest()[1..].split(|b| *b == b'\t').next().unwrap_or(&[]);
        if qualified || name.contains(&b'/') {
            out.field(b"logger", name);
            return tabbed(line, end + 1, out);
        }
        if next.len() < c.rest().len() - 1 && is_place(next) {
            out.field(b"logger", name);
            return tabbed(line, end + 1, out);
        }
        return at;
    }
    // A column that is filled up with blanks.
    if !colon && c.rest().starts_with(b"  ") && name.iter().all(u8::is_ascii_alphanumeric) && name.len() <= 16 {
        c.skip(b" ");
        if header.service.is_none() && !matches!(c.peek(), Some(b':' | b'-' | b'|')) {
            header.service = Some(at..end);
            return c.at;
        }
    }
    c.skip(b" ");
    let sign = matches!(c.peek(), Some(b'-' | b':' | b'|')) && c.ahead(1) == Some(b' ');
    let bar = c.peek() == Some(b'|') && end == c.at;
    if !colon && (sign || bar) {
        c.at += 1;
        c.skip(b" ");
    } else if colon && qualified && c.at > end {
    } else if !colon && qualified && c.peek() == Some(b'[') && c.at > end && memchr::memchr(b'/', name).is_none() {
        let Some(length) = balanced(c.rest(), b'[', b']') else { return at };
        group(line, c.at + 1..c.at + length, false, header, out);
        c.at += length + 1;
        c.skip(b" :");
        if c.rest().starts_with(b"- ") {
            c.at += 2;
        }
    } else {
        return at;
    }
    out.field(b"logger", name);
    c.at
}

/// The place in the source in a column of its own.
fn tabbed(line: &[u8], at: usize, out: &mut impl Fields) -> usize {
    let rest = &line[at.min(line.len())..];
    match rest.iter().position(|b| *b == b'\t') {
        Some(end) if is_place(&rest[..end]) => {
            out.field(b"caller", &rest[..end]);
            at + end + 1
        }
        Some(_) | None => at,
    }
}

/// `server/main.go:52`.
fn is_place(text: &[u8]) -> bool {
    let colon = text.iter().rposition(|b| *b == b':');
    colon.is_some_and(|colon| {
        colon > 0 && colon + 1 < text.len() && text[colon + 1..].iter().all(u8::is_ascii_digit) && !text.contains(&b' ')
    })
}

fn is_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'.' | b'_' | b'$' | b'-' | b'/' | b':' | b'@' | b'<' | b'>')
        || *byte >= 0x80
}

/// The word at the place: its inside, its end, and whether it is in brackets.
pub(super) fn token(line: &[u8], at: usize) -> Option<(Range<usize>, usize, bool)> {
    word(line, at).map(|word| (word.inside, word.end, word.open != 0))
}

/// The level that a word alone says.
pub(super) fn level(word: &[u8]) -> Option<Severity> {
    level_of(word.trim_ascii(), 0, false)
}

/// Looks of a word.
trait Looks {
    fn is_ascii_uppercase_word(&self) -> bool;
    fn trim_end_punctuation(&self) -> &Self;
}

impl Looks for [u8] {
    #[inline]
    fn is_ascii_uppercase_word(&self) -> bool {
        let bare = self.trim_end_punctuation();
        bare.len() > 1 && bare.iter().all(u8::is_ascii_uppercase)
    }

    #[inline]
    fn trim_end_punctuation(&self) -> &Self {
        let mut text = self;
        while let [head @ .., b':' | b',' | b']' | b'|' | b'-' | b'>' | b')'] = text {
            text = head;
        }
        text
    }
}
