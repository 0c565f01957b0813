//! `key=value` pairs inside running text.

use super::parts::Fields;

/// Hands on the pairs of a text.
pub(super) fn aside<F: Fields>(text: &[u8], out: &mut F) {
    if F::WANTED {
        pairs(text, |key, value| out.field(key, value));
    }
}

/// Finds `key=value` pairs in running text. An unquoted value ends where the next key begins.
pub(in crate::logfile) fn pairs<'a>(text: &'a [u8], mut each: impl FnMut(&'a [u8], &'a [u8])) {
    let mut open: Option<(&[u8], usize)> = None;
    let mut at = 0;
    while at < text.len() {
        if matches!(text[at], b' ' | b'\t' | b',') {
            at += 1;
            continue;
        }
        let Some(key) = key_length(&text[at..]) else {
            at += text[at..].iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(text.len() - at).max(1);
            continue;
        };
        if let Some((key, from)) = open.take() {
            each(key, trimmed(&text[from..at]));
        }
        let value = at + key + 1;
        match quoted(&text[value..]) {
            Some(length) => {
                each(&text[at..at + key], &text[value + 1..value + length - 1]);
                at = value + length;
            }
            None => {
                open = Some((&text[at..at + key], value));
                at = value
                    + text[value..].iter().position(|b| matches!(b, b' ' | b'\t' | b',')).unwrap_or(text.len() - value);
            }
        }
    }
    if let Some((key, from)) = open {
        each(key, trimmed(&text[from..]));
    }
}

fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [head @ .., b' ' | b'\t' | b','] = value {
        value = head;
    }
    value
}

/// `key=` at the start of the text: how long the key is.
fn key_length(text: &[u8]) -> Option<usize> {
    if !(text[0].is_ascii_alphabetic() || text[0] == b'_') {
        return None;
    }
    let length = text.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')))?;
    (text[length] == b'=' && text.get(length + 1) != Some(&b'=')).then_some(length)
}

/// A double-quoted value: its length with quotes. Escaped quotes do not end it.
pub(super) fn quoted(text: &[u8]) -> Option<usize> {
    if text.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}
