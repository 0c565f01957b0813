//! A line without a time: its text, and a level where its first words give one away.

use crate::domain::Severity;

use super::parts::{Fields, Parts};
use super::{Format, header, level};

/// Beginnings that say how bad it is without a level word.
const BEGINNINGS: [(&[u8], Severity); 8] = [
    (b"panic:", Severity::Fatal),
    (b"fatal error:", Severity::Fatal),
    (b"Traceback (most recent call last)", Severity::Error),
    (b"Exception in thread", Severity::Error),
    (b"Unhandled exception", Severity::Error),
    (b"Uncaught ", Severity::Error),
    (b"Segmentation fault", Severity::Fatal),
    (b"Out of memory", Severity::Fatal),
];

/// Reads any line.
pub(super) fn read(line: &[u8], out: &mut impl Fields) -> Parts {
    let start = line.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(line.len());
    let mut parts = Parts::new(Format::Plain, start..line.len());
    if let Some(uptime) = uptime(&line[start..]) {
        parts.message.start += uptime;
        parts.severity = severity(&line[parts.message.clone()]);
    } else if let Some(found) = beginning(&line[start..]) {
        parts.severity = Some(found);
    } else if let Some((severity, end)) = marked_level(line, start) {
        let header = header::after(line, python_name(line, end), out);
        parts.severity = Some(severity);
        parts.message.start = header.message.clamp(end, line.len());
        parts.service = header.service;
    } else {
        parts.severity = severity(&line[start..]);
    }
    super::message_pairs(line, &parts, out);
    parts
}

fn beginning(text: &[u8]) -> Option<Severity> {
    if text.starts_with(b"thread '") && memchr::memmem::find(&text[..text.len().min(256)], b"panicked at").is_some() {
        return Some(Severity::Error);
    }
    BEGINNINGS.iter().find(|(beginning, _)| text.starts_with(beginning)).map(|(_, severity)| *severity)
}

/// `INFO:root:started`: past the logger's name.
fn python_name(line: &[u8], at: usize) -> usize {
    let name = match line.get(at..) {
        Some([b':', rest @ ..]) => {
            rest.iter().take(64).position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_')))
        }
        Some(_) | None => None,
    };
    match name {
        Some(length) if length > 0 && line[at + 1 + length] == b':' => at + length + 2,
        Some(_) | None => at,
    }
}

/// A level as the very first word, in capitals, in brackets or before a colon, and where it ends.
fn marked_level(line: &[u8], at: usize) -> Option<(Severity, usize)> {
    let (inside, end, group) = header::token(line, at)?;
    let text = &line[inside];
    let bare = text.split(|b| *b == b':').next()?;
    let marked = group || text.contains(&b':') || (bare.len() > 2 && bare.iter().all(u8::is_ascii_uppercase));
    let severity = level::word(bare.trim_ascii()).filter(|_| marked)?;
    Some((severity, if group { end } else { at + bare.len() }))
}

/// Whether a line says its level first, as one that is a record of its own does: `[WARN] ...`, `INFO: ...`.
pub(super) fn speaks(line: &[u8]) -> bool {
    let Some((_, end)) = marked_level(line, 0) else { return false };
    let start = usize::from(line[0] == b'[');
    let word = line[start..end].split(|b| !b.is_ascii_alphabetic()).next().unwrap_or(&[]);
    let sure = matches!(
        word.to_ascii_lowercase().as_slice(),
        b"note" | b"hint" | b"detail" | b"statement" | b"log" | b"system"
    );
    !sure && (start == 1 || matches!(line.get(end), Some(b':' | b'[')))
}

/// The level that the first two words give away: in capitals, in brackets or before a colon.
pub(super) fn severity(text: &[u8]) -> Option<Severity> {
    if let Some(found) = beginning(text) {
        return Some(found);
    }
    let words = text.split(|b| matches!(b, b' ' | b'\t')).filter(|word| !word.is_empty());
    words.take(2).find_map(|word| {
        let marked = matches!(word[0], b'[' | b'<' | b'(') || word.ends_with(b":");
        let bare = bare(word);
        let capitals = bare.len() > 2 && bare.iter().all(u8::is_ascii_uppercase);
        if marked || capitals { level::word(bare) } else { None }
    })
}

fn bare(mut word: &[u8]) -> &[u8] {
    while let [first, tail @ ..] = word
        && !first.is_ascii_alphanumeric()
    {
        word = tail;
    }
    while let [head @ .., last] = word
        && !last.is_ascii_alphanumeric()
    {
        word = head;
    }
    word
}

/// `[12345.678901] `, seconds since the start: how long it is.
fn uptime(text: &[u8]) -> Option<usize> {
    let inside = text.strip_prefix(b"[")?;
    let close = inside.iter().take(24).position(|b| *b == b']')?;
    let number = inside[..close].trim_ascii();
    let digits = number.contains(&b'.') && number.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    (digits && inside.get(close + 1) == Some(&b' ')).then_some(close + 3)
}
