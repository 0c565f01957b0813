//! What stands between a level and a message: threads, process ids, loggers, and what names a service.

use std::ops::Range;

use super::Header;
use super::words::{Word, balanced, is_name, is_place, word};
use crate::logfile::parse::pairs::aside;
use crate::logfile::parse::parts::Fields;
use crate::logfile::parse::stamp::cursor::Cursor;

/// Groups after a level.
pub(super) const MAX_GROUPS: usize = 5;

/// What stands after the level, up to the message.
pub(super) fn after_level(line: &[u8], at: usize, header: &mut Header, out: &mut impl Fields) {
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
pub(super) fn group<F: Fields>(line: &[u8], inside: Range<usize>, may_name: bool, header: &mut Header, out: &mut F) {
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
    if let Some(number) = text.strip_suffix(b":").filter(|text| text.contains(&b'#'))
        && number.iter().all(|b| b.is_ascii_digit() || *b == b'#')
    {
        out.field(b"pid", number);
        c.skip(b" ");
        return c.at;
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
