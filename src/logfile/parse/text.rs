//! Lines that begin with a time: what stands after it decides which of the formats they are in.

use crate::domain::Severity;

use super::header::Header;
use super::parts::{Fields, Parts, Stream};
use super::stamp::cursor::Cursor;
use super::{Format, access, columns, header, json, logfmt, mixed, syslog, wrap};

/// Reads a line whose first byte is a digit or the capital of a month's or day's name.
#[inline]
pub(super) fn timed(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let (time, at) = stream.clock.leading(line)?;
    let next = line.get(at).copied();
    if !matches!(next, None | Some(b' ' | b'\t' | b':' | b'|' | b',' | b'-' | b'[' | b']')) {
        return None;
    }
    after_time(line, time, at, stream, out)
}

/// Reads what follows a time.
fn after_time(line: &[u8], time: i64, at: usize, stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let mut c = Cursor { line, at };
    c.skip(b" \t");
    // By far most lines say their level right after the time.
    if let Some(header) = header::level_first(line, c.at, out) {
        let mut parts = with_header(line, header, out);
        parts.time = Some(time);
        return Some(parts);
    }
    let mut parts = match c.peek() {
        Some(b's') => match wrap::cri(line) {
            Some(inner) => mixed::container(line, inner, stream, out),
            None => worded(line, c.at, at, stream, out),
        },
        Some(b'{') => inner_json(line, c.at, stream, out),
        Some(b',') => columns::postgres(line, c.at, out),
        Some(byte) if byte.is_ascii_alphanumeric() => worded(line, c.at, at, stream, out),
        Some(_) | None => None,
    }
    .unwrap_or_else(|| said(line, at, out));
    parts.time = parts.time.or(Some(time));
    Some(parts)
}

/// JSON behind a time, as a program that adds times to another's lines writes it.
fn inner_json(line: &[u8], at: usize, stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let mut parts = json::read(line.get(at..)?, stream, out)?;
    parts.message = parts.message.start + at..parts.message.end + at;
    parts.service = parts.service.map(|service| service.start + at..service.end + at);
    Some(parts)
}

/// What may follow a time and begins with a letter or a digit.
fn worded(line: &[u8], at: usize, time_end: usize, stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    if let Some(columns) = stream.layout.columns.as_deref()
        && let Some(parts) = columns.read(line, out)
    {
        return Some(parts);
    }
    let end =
        at + line[at..].iter().position(|b| matches!(b, b' ' | b'\t' | b'=' | b':' | b'[')).unwrap_or(line.len() - at);
    let first = &line[at..end];
    if super::level::word(first).is_some() {
        return None;
    }
    if line.get(end) == Some(&b'=') {
        return logfmt::read(line, at, stream, out).filter(|parts| parts.severity.is_some());
    }
    syslog::tagged(line, at, line.get(time_end) == Some(&b' ') && stands_close(line, time_end), out)
}

/// Whether date and clock are not apart: `2026-11-20T21:04:25` or `Nov 20 21:04:25`. Syslog writes no other.
fn stands_close(line: &[u8], end: usize) -> bool {
    line.first().is_some_and(u8::is_ascii_uppercase) || !line[..end.min(11)].contains(&b' ')
}

/// A header and a message.
#[inline]
pub(super) fn said(line: &[u8], at: usize, out: &mut impl Fields) -> Parts {
    let header = header::read(line, at, out);
    with_header(line, header, out)
}

#[inline]
fn with_header(line: &[u8], header: Header, out: &mut impl Fields) -> Parts {
    let mut parts = Parts::new(Format::Text, header.message..line.len());
    parts.severity = header.severity;
    parts.service = header.service;
    if parts.severity.is_none() {
        gin(line, &mut parts);
    }
    super::message_pairs(line, &parts, out);
    parts
}

/// A header whose level came before the time. Ruby says it a second time.
fn levelled(line: &[u8], at: usize, severity: Severity, out: &mut impl Fields) -> Parts {
    let again = said(line, at, out);
    if again.severity == Some(severity) {
        return again;
    }
    let header = header::after(line, at, out);
    let mut parts = Parts::new(Format::Text, header.message..line.len());
    parts.service = header.service;
    parts.severity = Some(severity);
    super::message_pairs(line, &parts, out);
    parts
}

/// `| 500 |     1.2ms |  10.0.0.9 | GET      "/api"`: a status in the first of columns made with bars.
fn gin(line: &[u8], parts: &mut Parts) {
    let rest = &line[parts.message.clone()];
    if rest.len() < 5 || !rest[..3].iter().all(u8::is_ascii_digit) || &rest[3..5] != b" |" {
        return;
    }
    parts.severity = super::level::status(&rest[..3]);
    if let Some(bar) = memchr::memmem::rfind(rest, b"| ") {
        parts.message.start += bar + 2;
    }
}

/// Reads a line that begins with a bracket: `[time] ...`, `[time level logger] message`, Envoy's access log.
pub(super) fn bracketed(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let (time, length) = stream.clock.leading(line.get(1..)?)?;
    let at = 1 + length;
    if line.get(at) == Some(&b']') {
        let mut c = Cursor { line, at: at + 1 };
        if c.rest().starts_with(b" \"")
            && let Some(mut parts) = access::request(line, c.at + 1, out)
        {
            parts.time = Some(time);
            return Some(parts);
        }
        c.skip(b" ");
        let mut parts = said(line, c.at, out);
        parts.time = Some(time);
        return Some(parts);
    }
    // The bracket closes behind the level: `[time LEVEL target] message`.
    let close = at + memchr::memchr(b']', line.get(at..at + 256.min(line.len() - at))?)?;
    let inner = header::read(&line[..close], at, out);
    if inner.severity.is_none() && !matches!(line[at], b' ' | b':' | b',') {
        return None;
    }
    let mut parts = said(line, close + 1, out);
    if inner.severity.is_some() {
        parts.severity = inner.severity;
    }
    parts.time = Some(time);
    Some(parts)
}

/// Reads a line whose time comes after a level or a few groups: `INFO  [main] 2026-...`, `WARN[2026-...]`,
/// `E, [2026-... #812]`, `[GIN] 2026/...`.
pub(super) fn prefixed(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let mut c = Cursor { line, at: 0 };
    let mut severity: Option<Severity> = None;
    for index in 0..4 {
        c.skip(b" \t-,:|");
        let open = usize::from(c.peek() == Some(b'['));
        if index > 0
            && let Some((time, length)) =
                stream.clock.leading(line.get(c.at + open..)?).filter(|(_, length)| *length >= 15)
        {
            let at = c.at + open + length;
            let end = match open {
                1 => at + memchr::memchr(b']', line.get(at..)?).filter(|length| *length < 64)? + 1,
                _ => at,
            };
            let mut parts = match severity {
                Some(severity) => levelled(line, end, severity, out),
                None => said(line, end, out),
            };
            parts.time = Some(time);
            return Some(parts);
        }
        let (inside, end, group) = header::token(line, c.at)?;
        let text = &line[inside];
        let letter = matches!(text, [_, b',']).then(|| super::level::letter(text[0])).flatten();
        let level = header::level(text).or(letter.filter(|_| index == 0));
        severity = severity.or(level);
        let is_word = text.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'\'' | b'.' | b','));
        if level.is_none() && !group && is_word {
            return None;
        }
        c.at = end;
    }
    None
}
