//! Turns a message into its shape: tokens, values masked, blanks made one. Called by [`super::Miner`] for each line, in
//! one pass over the bytes.
//!
//! A shape is a byte string: each token with a mark before it, [`SPACED`] or [`GLUED`]; a value is [`mask::VALUE`].

use super::mask::{self, Kind, VALUE};
use super::times;

/// The mark of a token that a blank precedes.
pub const SPACED: u8 = b' ';
/// The mark of a token that follows the one before directly.
pub const GLUED: u8 = 0x1f;
/// More tokens than this are one value: the tail of a very long message says nothing about which event it is.
const TOKENS: usize = 120;
/// A JSON object longer than this is read as text.
const OBJECT: usize = 4096;
/// Quotes further apart than this are not a pair.
const QUOTED: usize = 2048;

/// Room to build shapes in, used again for each line.
#[derive(Debug, Clone, Default)]
pub struct Shaper {
    out: Vec<u8>,
    starts: Vec<usize>,
    spaced: bool,
}

impl Shaper {
    /// The shape of a message.
    pub fn shape(&mut self, message: &[u8]) -> &[u8] {
        self.out.clear();
        self.starts.clear();
        self.spaced = false;
        let mut at = 0;
        while at < message.len() {
            if self.starts.len() >= TOKENS {
                self.value();
                break;
            }
            at += self.step(message, at);
        }
        &self.out
    }

    /// Takes one token, or a blank, and says how long it was.
    fn step(&mut self, message: &[u8], at: usize) -> usize {
        let rest = &message[at..];
        match rest[0] {
            byte if is_blank(byte) => {
                self.spaced = true;
                1
            }
            quote @ (b'"' | b'\'') => self.quote(message, at, quote),
            b'=' => self.equals(rest),
            b'{' if let Some(length) = object(rest) => {
                self.value();
                length
            }
            b'<' | b'>' | b'~' if compares(rest) => 1,
            open @ (b'(' | b'[') => {
                let loose = self.spaced || self.starts.is_empty() || self.last() == b"=";
                self.token(&[open]);
                let close = if open == b'(' { b')' } else { b']' };
                if loose && rest.get(1) == Some(&close) {
                    self.value();
                }
                1
            }
            b')' if self.is_aside() => {
                self.drop_last(2);
                1
            }
            byte if is_mark(byte) => {
                self.token(&[byte]);
                1
            }
            b'a' if self.starts.is_empty() && is_frame(rest) => {
                self.token(b"at");
                self.spaced = true;
                self.value();
                rest.len()
            }
            _ => self.word(rest),
        }
    }

    /// `name=`: with nothing behind it, its value is the empty one.
    fn equals(&mut self, rest: &[u8]) -> usize {
        let glued = !self.spaced && self.last().last().is_some_and(u8::is_ascii_alphanumeric);
        self.token(b"=");
        if glued && rest.get(1).is_none_or(|next| is_blank(*next) || matches!(next, b',' | b';' | b')' | b']')) {
            self.value();
        }
        1
    }

    /// A quoted name is a value; a quoted request keeps its method; a quoted sentence is text like any other.
    fn quote(&mut self, message: &[u8], at: usize, quote: u8) -> usize {
        let opens = at == 0 || is_blank(message[at - 1]) || is_mark(message[at - 1]);
        let inner = &message[at + 1..];
        let close = inner.iter().take(QUOTED).position(|b| *b == quote);
        let (assigned, loose) = (self.is_assigned(), self.spaced);
        self.token(&[quote]);
        let Some(close) = close.filter(|_| opens) else { return 1 };
        let closed = inner.get(close + 1).is_none_or(|next| !next.is_ascii_alphanumeric());
        let content = &inner[..close];
        if !closed {
            return 1;
        }
        if let Some(method) = request(content) {
            self.token(method);
            self.spaced = true;
        } else if !(assigned && !loose) && content.iter().any(|b| is_blank(*b)) {
            return 1;
        }
        self.value();
        self.token(&[quote]);
        close + 2
    }

    fn word(&mut self, rest: &[u8]) -> usize {
        if let Some(length) = times::moment(rest).filter(|end| !goes_on(rest, *end)).or_else(|| whole(rest)) {
            self.value();
            return length;
        }
        let length = rest.iter().take_while(|b| !is_blank(**b) && !is_mark(**b)).count();
        let word = &rest[..length];
        let stop = word.iter().rev().take_while(|b| matches!(b, b'.' | b'!' | b'?')).count();
        if stop == length {
            self.token(word);
            return length;
        }
        let (word, stop) = word.split_at(length - stop);
        let after_value = self.last() == [VALUE];
        if after_value && (mask::is_unit(word) || mask::continues_time(word)) {
            self.spaced = false;
        } else {
            match mask::kind(word) {
                Kind::Value => self.value(),
                Kind::Text
                    if self.is_literal(word)
                        || has_port(word, &rest[length..]) =>
                {
                    self.value();
                }
                Kind::Text => self.token(word),
                Kind::Prefix(kept) => self.named_value(&word[..kept]),
            }
        }
        if !stop.is_empty() {
            self.token(stop);
        }
        length
    }

    fn token(&mut self, text: &[u8]) {
        self.starts.push(self.out.len());
        self.out.push(if self.spaced { SPACED } else { GLUED });
        self.out.extend_from_slice(text);
        self.spaced = false;
    }

    /// A value; values in a row, or with a comma, colon, slash or dash between them, are one.
    fn value(&mut self) {
        if self.last() == [VALUE] {
            self.spaced = false;
            return;
        }
        let joins = matches!(self.last(), b"," | b":" | b";" | b"/" | b"-" | b"|");
        if joins && self.nth_last(1) == [VALUE] {
            if let Some(start) = self.starts.pop() {
                self.out.truncate(start);
            }
            self.spaced = false;
            return;
        }
        self.token(&[VALUE]);
    }

    /// A value with a constant beginning; equal ones in a list are one.
    fn named_value(&mut self, name: &[u8]) {
        let is_same = |token: &[u8]| token.strip_suffix(&[VALUE]) == Some(name);
        if is_same(self.last()) {
            self.spaced = false;
            return;
        }
        if matches!(self.last(), b",") && is_same(self.nth_last(1)) {
            if let Some(start) = self.starts.pop() {
                self.out.truncate(start);
            }
            self.spaced = false;
            return;
        }
        self.token(name);
        self.out.push(VALUE);
    }

    /// Whether a word such as `true` stands behind a name's sign; behind `name= ` an empty value was taken already.
    fn is_literal(&self, word: &[u8]) -> bool {
        let behind = |back: usize| matches!(self.nth_last(back), b"=" | b":");
        mask::is_truth(word) || mask::is_literal(word) && (behind(0) || self.last() == [VALUE] && self.nth_last(1) == b"=")
    }

    /// Whether the next quote holds the value of a name; what says why something happened is text.
    fn is_assigned(&self) -> bool {
        const TELLING: [&[u8]; 8] = [b"msg", b"message", b"error", b"err", b"reason", b"cause", b"event", b"status"];
        self.last() == b"=" && !TELLING.iter().any(|name| self.nth_last(1).eq_ignore_ascii_case(name))
    }

    /// A value in parentheses behind a value says the same in other units or names: `1190 bytes (1.16 KB)`.
    fn is_aside(&self) -> bool {
        self.last() == [VALUE] && self.nth_last(1) == b"(" && self.nth_last(2) == [VALUE]
    }

    fn drop_last(&mut self, tokens: usize) {
        for _ in 0..tokens {
            if let Some(start) = self.starts.pop() {
                self.out.truncate(start);
            }
        }
        self.spaced = false;
    }

    fn last(&self) -> &[u8] {
        self.nth_last(0)
    }

    fn nth_last(&self, back: usize) -> &[u8] {
        let Some(index) = self.starts.len().checked_sub(back + 1) else { return &[] };
        let end = self.starts.get(index + 1).copied().unwrap_or(self.out.len());
        &self.out[self.starts[index] + 1..end]
    }
}

fn is_blank(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f
}

fn is_mark(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b',' | b';' | b':' | b'=' | b'|' | b'"' | b'\''
    )
}

/// `<1 sec`, `>90%`, `~5`: a sign of comparison belongs to its number. `<1>` is a bracket.
fn compares(rest: &[u8]) -> bool {
    let digits = rest[1..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    digits > 0 && rest[1].is_ascii_digit() && !rest[1..].iter().take_while(|b| !is_blank(**b)).any(|b| *b == b'>')
}

/// The length of a JSON object with at least one member, or `None`.
fn object(rest: &[u8]) -> Option<usize> {
    if rest[1..].trim_ascii_start().first() != Some(&b'"') {
        return None;
    }
    let (mut depth, mut quoted, mut members, mut at) = (0_usize, false, false, 0);
    while let Some(&byte) = rest.get(at).filter(|_| at < OBJECT) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b':' => members = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return members.then_some(at);
        }
    }
    None
}

/// A frame of a stack as Java and JavaScript write it: the frames of all stacks are one event.
fn is_frame(rest: &[u8]) -> bool {
    rest.strip_prefix(b"at ").is_some_and(|frame| {
        let name = frame.iter().take_while(|b| !is_blank(**b) && **b != b'(').count();
        frame.trim_ascii_end().ends_with(b")") && frame[..name].contains(&b'.')
    })
}

/// A name with dots, a colon and a number: a host's port, a file's line.
fn has_port(word: &[u8], after: &[u8]) -> bool {
    word.contains(&b'.') && after.first() == Some(&b':') && after.get(1).is_some_and(u8::is_ascii_digit)
}

fn goes_on(rest: &[u8], end: usize) -> bool {
    rest.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'/'))
}

/// What must not be cut at its colons: an address of a scheme, a drive's path, an IPv6 or hardware address.
fn whole(rest: &[u8]) -> Option<usize> {
    let scheme =
        rest.iter().take(16).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-')).count();
    if scheme >= 1 && rest[scheme..].starts_with(b"://")
        || scheme == 1 && rest.get(1) == Some(&b':') && rest.get(2) == Some(&b'\\')
    {
        let ends = |b: &u8| is_blank(*b) || matches!(b, b'"' | b'\'' | b'<' | b'>' | b')' | b']' | b',' | b';');
        let length = rest.iter().take_while(|b| !ends(b)).count();
        let stop = rest[..length].iter().rev().take_while(|b| matches!(b, b'.' | b':')).count();
        return Some(length - stop);
    }
    let length = rest.iter().take(64).take_while(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'%')).count();
    let address = &rest[..length];
    let colons = address.iter().filter(|b| **b == b':').count();
    let ended = !rest.get(length).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let digit = address.iter().any(u8::is_ascii_digit);
    (colons >= 2 && ended && digit && !address.ends_with(b":")).then_some(length)
}

/// The method of an HTTP request line.
fn request(content: &[u8]) -> Option<&[u8]> {
    let method = content.split(|b| *b == b' ').next()?;
    let target = content.get(method.len() + 1..)?;
    let upper = (3..=7).contains(&method.len()) && method.iter().all(u8::is_ascii_uppercase);
    let web = content.windows(5).any(|part| part == b"HTTP/") || target.starts_with(b"/");
    (upper && web).then_some(method)
}
