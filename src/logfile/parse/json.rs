//! A JSON object per line. Read by position: values that nobody asks for are stepped over, and reading ends when time,
//! level, service and message are found under their best names. A line that breaks off is read as far as it goes.

use std::ops::Range;

use super::parts::{Fields, Parts, Stream};
use super::pick::Pick;
use super::roles::below;
use super::{Format, escape};

/// How deep objects are flattened; deeper ones stay JSON text.
pub(in crate::logfile) const DEPTH: usize = 4;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::logfile) enum Kind {
    /// A string; the range is without its quotes, escapes as written.
    Text,
    /// A number.
    Number,
    /// `true`, `false`, a list, or an object that is too deep.
    Other,
    /// `null`.
    Null,
}

/// Reads a line that is one JSON object.
pub(in crate::logfile) fn read<F: Fields>(line: &[u8], stream: &mut Stream<'_>, out: &mut F) -> Option<Parts> {
    let mut walk = Walk { line, at: 0, pairs: 0, names: [const { 0..0 }; DEPTH + 1] };
    let mut pick = Pick::new(&stream.layout.roles, stream.clock, F::WANTED);
    walk.blanks();
    if walk.peek() != Some(b'{') {
        return None;
    }
    let end = walk.object(0, 0, &mut pick);
    let whole = end.is_some() && (pick.done || walk.ends());
    if !whole && walk.pairs == 0 {
        return None;
    }
    let unknown = pick.unknown;
    for (path, kind, range) in pick.left(line) {
        emit(path, kind, &line[range], out);
    }
    let parts = pick.parts(Format::Json);
    stream.unknown |= unknown;
    Some(parts)
}

/// Hands a field on, its text unescaped.
fn emit(path: &[u8], kind: Kind, value: &[u8], out: &mut impl Fields) {
    let path = path.strip_prefix(b"attributes.").unwrap_or(path);
    match kind {
        Kind::Text => out.field(path, &escape::plain(value)),
        Kind::Number | Kind::Other => out.field(path, value),
        Kind::Null => {}
    }
}

/// Takes the values of an object in turn.
pub(in crate::logfile) trait Visit {
    /// A value at a path; whether to go on. The names are places in the line.
    fn value(&mut self, line: &[u8], path: Path<'_>, kind: Kind, value: Range<usize>) -> bool;

    /// Whether to look into an object.
    fn enters(&mut self, line: &[u8], path: Path<'_>) -> bool;
}

/// Where in an object a value stands.
#[derive(Clone, Copy, Debug)]
pub(in crate::logfile) struct Path<'p> {
    pub(in crate::logfile) hash: u64,
    pub(in crate::logfile) names: &'p [Range<usize>],
}

impl Path<'_> {
    /// The names joined.
    pub(in crate::logfile) fn joined(&self, line: &[u8], by: char) -> String {
        let mut path = String::new();
        for (index, name) in self.names.iter().enumerate() {
            if index > 0 {
                path.push(by);
            }
            path.push_str(&String::from_utf8_lossy(&escape::plain(&line[name.clone()])));
        }
        path
    }

    /// The last name.
    #[inline]
    pub(in crate::logfile) fn last<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        self.names.last().map_or(&[], |name| &line[name.clone()])
    }
}

/// A reader of JSON text.
#[derive(Debug)]
pub(in crate::logfile) struct Walk<'a> {
    line: &'a [u8],
    at: usize,
    /// Pairs of the outermost object read so far.
    pub(in crate::logfile) pairs: usize,
    names: [Range<usize>; DEPTH + 1],
}

impl<'a> Walk<'a> {
    /// Walks over all values of a line that is an object; whether it is whole.
    pub(in crate::logfile) fn over(line: &'a [u8], visit: &mut impl Visit) -> bool {
        let mut walk = Walk { line, at: 0, pairs: 0, names: [const { 0..0 }; DEPTH + 1] };
        walk.blanks();
        walk.peek() == Some(b'{') && walk.object(0, 0, visit).is_some() && walk.ends()
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    #[inline]
    fn blanks(&mut self) {
        while self.peek().is_some_and(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Nothing but blanks is left.
    fn ends(&mut self) -> bool {
        self.blanks();
        self.at == self.line.len()
    }

    /// Reads the object at the place. `None` when it breaks off; `Some(false)` when the visitor had enough.
    fn object(&mut self, parent: u64, depth: usize, visit: &mut impl Visit) -> Option<bool> {
        self.at += 1;
        self.blanks();
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(true);
        }
        loop {
            let name = self.text()?;
            let hash = below(parent, &self.line[name.clone()]);
            self.names[depth] = name;
            if self.peek()? != b':' {
                self.blanks();
                if self.peek()? != b':' {
                    return None;
                }
            }
            self.at += 1;
            self.blanks();
            if !self.member(hash, depth, visit)? {
                return Some(false);
            }
            self.pairs += usize::from(depth == 0);
            if self.peek()? != b',' {
                self.blanks();
            }
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(true);
                }
                _ => return None,
            }
            self.blanks();
        }
    }

    /// Reads the value of a name.
    #[inline]
    fn member(&mut self, hash: u64, depth: usize, visit: &mut impl Visit) -> Option<bool> {
        let start = self.at;
        let (kind, range) = match self.peek()? {
            b'"' => (Kind::Text, self.text()?),
            b'{' if depth < DEPTH => {
                let path = Path { hash, names: self.names.get(..=depth)? };
                if visit.enters(self.line, path)
                    && let Some(on) = self.object(hash, depth + 1, visit)
                {
                    return Some(on);
                }
                // What is broken inside is stepped over, whether it was looked into or not.
                self.at = start;
                self.nested()?;
                return Some(true);
            }
            b'{' | b'[' => {
                self.nested()?;
                (Kind::Other, start..self.at)
            }
            first => {
                self.scalar();
                if self.at == start {
                    return None;
                }
                let kind = match first {
                    b'n' => Kind::Null,
                    b'-' | b'0'..=b'9' => Kind::Number,
                    _ => Kind::Other,
                };
                (kind, start..self.at)
            }
        };
        let path = Path { hash, names: self.names.get(..=depth)? };
        Some(visit.value(self.line, path, kind, range))
    }

    /// The string at the place without its quotes.
    #[inline]
    fn text(&mut self) -> Option<Range<usize>> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at + 1;
        let mut at = start;
        loop {
            at += memchr::memchr2(b'"', b'\\', self.line.get(at..)?)?;
            if self.line[at] == b'"' {
                self.at = at + 1;
                return Some(start..at);
            }
            at += 2;
        }
    }

    #[inline]
    fn scalar(&mut self) {
        while self.peek().is_some_and(|b| !matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'"' | b'{' | b'[' | b':')) {
            self.at += 1;
        }
    }

    /// Steps over an object or a list, however deep.
    fn nested(&mut self) -> Option<()> {
        let mut depth = 0usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.text()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }
}
