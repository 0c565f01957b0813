//! Lines that begin with a word: which of the formats that do so they are in; and lines inside a container runtime's.

use super::parts::{Fields, Parts, Stream};
use super::stamp::cursor::Cursor;
use super::wrap::Inner;
use super::{Format, access, klog, level, logfmt, plain, syslog, text};
use crate::domain::Severity;

/// Reads a line whose first byte is none that decides by itself.
pub(super) fn read(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let first = *line.first()?;
    if matches!(first, b'#' | b'=') {
        return headed(line, stream);
    }
    if first.is_ascii_uppercase() {
        if let Some(parts) = klog::read(line, stream, out) {
            return Some(parts);
        }
        if let Some((time, length)) = stream.clock.leading(line) {
            return worded_time(line, time, length, out);
        }
    }
    let word = line.iter().take(256).position(|b| matches!(b, b' ' | b'\t' | b'=' | b'[' | b':')).unwrap_or(line.len());
    match line.get(word) {
        Some(b'=') => audit(line, stream, out).or_else(|| journal(line)).or_else(|| logfmt::read(line, 0, stream, out)),
        _ => access::balancer(line, stream, out)
            .or_else(|| access::read(line, stream, out))
            .or_else(|| text::prefixed(line, stream, out)),
    }
}

/// What follows `Nov 20 21:04:25` or `Fri Nov 20 21:04:25 2026`.
fn worded_time(line: &[u8], time: i64, at: usize, out: &mut impl Fields) -> Option<Parts> {
    let tag = at + usize::from(line.get(at) == Some(&b' '));
    let mut parts = match syslog::tagged(line, tag, true, out) {
        Some(parts) => parts,
        None => text::said(line, at, out),
    };
    parts.time = Some(time);
    Some(parts)
}

/// `# Time: ...` of MySQL's slow log, `=ERROR REPORT==== 20-Nov-2026::21:04:25 ===` of Erlang.
fn headed(line: &[u8], stream: &mut Stream<'_>) -> Option<Parts> {
    let (at, severity) = match line.strip_prefix(b"=") {
        Some(rest) => {
            let word = rest.split(|b| *b == b' ').next()?;
            (memchr::memmem::find(line, b"==== ")? + 5, Some(level::word(word).unwrap_or(Severity::Info)))
        }
        None => (line.strip_prefix(b"# Time: ").map(|_| 8)?, None),
    };
    let (time, _) = stream.clock.leading(line.get(at..)?)?;
    let mut parts = Parts::new(Format::Text, 0..line.len());
    parts.time = Some(time);
    parts.severity = severity;
    Some(parts)
}

/// `type=SYSCALL msg=audit(1795208660.105:24287): ...`, with or without the node before it.
fn audit(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    if !(line.starts_with(b"type=") || line.starts_with(b"node=")) {
        return None;
    }
    let at = memchr::memmem::find(&line[..line.len().min(256)], b" msg=audit(")? + 11;
    let (time, length) = stream.clock.leading(&line[at..])?;
    let close = at + length + line.get(at + length..)?.iter().take(24).position(|b| *b == b')')?;
    let mut parts = Parts::new(Format::Audit, 0..line.len());
    parts.time = Some(time);
    out.field(b"event", line.get(at + length + 1..close).unwrap_or(&[]));
    super::pairs::aside(&line[..at - 11], out);
    super::pairs::aside(line.get(close + 2..).unwrap_or(&[]), out);
    Some(parts)
}

/// The first field of a record in the journal's export format: its cursor, whose `t=` are microseconds since the epoch
/// in hexadecimal digits.
fn journal(line: &[u8]) -> Option<Parts> {
    let cursor = line.strip_prefix(b"__CURSOR=")?;
    let mut parts = Parts::new(Format::Journal, 0..0);
    let time = cursor.split(|b| *b == b';').find_map(|part| part.strip_prefix(b"t="));
    let micros = time.and_then(|time| i64::from_str_radix(std::str::from_utf8(time).ok()?, 16).ok());
    parts.time = micros.and_then(|micros| micros.checked_mul(1000));
    Some(parts)
}

/// A line inside a CRI line.
pub(super) fn container(line: &[u8], inner: Inner, stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let time = inner.time(line, stream.clock)?;
    let at = inner.range.start;
    // Times inside that lack a part are near the one outside.
    let text = &line[inner.range];
    // One wrapping is enough: a line may name itself without end.
    let parts = if super::wrap::cri(text).is_some() { None } else { super::read(text, stream, out) };
    let mut parts = parts.unwrap_or_else(|| plain::read(text, out));
    parts.wrapped = true;
    parts.time = parts.time.or(Some(time));
    parts.message = parts.message.start + at..parts.message.end + at;
    parts.service = parts.service.map(|service| service.start + at..service.end + at);
    Some(parts)
}

/// `2719:M 20 Nov 2026 21:33:18.012 * Ready to accept connections`.
pub(super) fn redis(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let mut c = Cursor { line, at: 0 };
    let pid = c.run();
    c.at = pid;
    if !c.eat(b':') {
        return None;
    }
    let role = c.rest().iter().take(16).position(|b| *b == b' ')?;
    if !matches!(&c.rest()[..role], b"C" | b"M" | b"S" | b"X" | b"signal-handler") {
        return None;
    }
    c.at += role + 1;
    let (time, length) = stream.clock.leading(c.rest().strip_prefix(b"(").unwrap_or(c.rest()))?;
    c.at += length;
    c.skip(b" )");
    let severity = match c.peek()? {
        b'.' | b'-' => Severity::Debug,
        b'*' => Severity::Info,
        b'#' => Severity::Warn,
        _ => return None,
    };
    if c.ahead(1) != Some(b' ') {
        return None;
    }
    out.field(b"pid", &line[..pid]);
    let mut parts = Parts::new(Format::Text, c.at + 2..line.len());
    parts.time = Some(time);
    parts.severity = Some(severity);
    Some(parts)
}
