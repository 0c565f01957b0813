//! `level=info msg="request done" status=200`: pairs and nothing but pairs.

use std::ops::Range;

use super::json::{Kind, Path, Visit};
use super::parts::{Fields, Parts, Stream};
use super::pick::Pick;
use super::roles::below;
use super::{Format, escape, pairs};

/// Reads pairs from the place on. Two are the least, and every word must be one, so that prose with an `=` in it is not
/// taken for this; a line that has said everything is one whatever follows.
pub(super) fn read<F: Fields>(line: &[u8], at: usize, stream: &mut Stream<'_>, out: &mut F) -> Option<Parts> {
    let mut pick = Pick::new(&stream.layout.roles, stream.clock, F::WANTED);
    let mut count = 0;
    let whole = each(line, at, |name, value| {
        let path = Path { hash: below(0, &line[name.clone()]), names: std::slice::from_ref(&name) };
        count += 1;
        pick.value(line, path, Kind::Text, value)
    });
    if whole.is_none() && !pick.done || count < 2 {
        return None;
    }
    let unknown = pick.unknown;
    for (path, _, range) in pick.left(line) {
        out.field(path, &escape::plain(&line[range]));
    }
    let parts = pick.parts(Format::Logfmt);
    stream.unknown |= unknown;
    Some(parts)
}

/// Hands on each pair until the taker has enough; `None` when something else stands between.
pub(in crate::logfile) fn each(
    line: &[u8],
    at: usize,
    mut take: impl FnMut(Range<usize>, Range<usize>) -> bool,
) -> Option<()> {
    let mut at = at;
    loop {
        at += line.get(at..)?.iter().take_while(|b| b.is_ascii_whitespace()).count();
        if at == line.len() {
            return Some(());
        }
        let length = line[at..].iter().position(|b| !is_key(*b)).filter(|length| *length > 0)?;
        let name = at..at + length;
        if line[name.end] != b'=' {
            return None;
        }
        at = name.end + 1;
        let value = match pairs::quoted(line.get(at..)?) {
            Some(length) => {
                let inside = at + 1..at + length - 1;
                at += length;
                inside
            }
            None if line.get(at) == Some(&b'"') => return None,
            None => {
                let rest = &line[at..];
                let end = memchr::memchr2(b' ', b'\t', rest).unwrap_or(rest.len());
                at += end;
                at - end..at
            }
        };
        if line.get(at).is_some_and(|byte| !byte.is_ascii_whitespace()) {
            return None;
        }
        if !take(name, value) {
            return Some(());
        }
    }
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/' | b'@') || byte >= 0x80
}
