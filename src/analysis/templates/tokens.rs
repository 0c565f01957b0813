//! Turns a message into its shape: tokens, values masked, blanks made one. Called by [`super::Miner`] for each line, in
//! one pass over the bytes.
//!
//! A shape is a byte string: each token with a mark before it, that of a blank or of none; a value is [`mask::VALUE`].

use super::LONGEST;
use super::bytes::{self, Bits, is_blank, is_mark};
use super::mask::{self, Kind, VALUE};
use super::shape::Shape;
use super::times;

/// A JSON object longer than this is read as text.
const OBJECT: usize = 4096;
/// Quotes further apart than this are not a pair.
const QUOTED: usize = 2048;

/// Room to build shapes in, used again for each line.
#[derive(Debug, Clone, Default)]
pub struct Shaper {
    shape: Shape,
}

impl Shaper {
    /// The shape of a message, as far as it is looked at.
    pub fn shape(&mut self, message: &[u8]) -> &[u8] {
        let message = &message[..message.len().min(LONGEST)];
        self.shape.clear();
        let mut at = 0;
        while let Some(&byte) = message.get(at) {
            if is_blank(byte) {
                self.shape.spaced = true;
                at += 1;
            } else if self.shape.is_full() {
                self.shape.value();
                break;
            } else {
                at += self.step(message, at);
            }
        }
        self.shape.key()
    }

    /// Takes one token and says how long it was.
    fn step(&mut self, message: &[u8], at: usize) -> usize {
        let rest = &message[at..];
        let byte = rest[0];
        if !is_mark(byte) {
            return match byte {
                b'~' if compares(rest) => 1,
                b'a' if self.shape.is_empty() && is_frame(rest) => {
                    self.shape.token(b"at", 2);
                    self.shape.spaced = true;
                    self.shape.value();
                    rest.len()
                }
                _ => self.word(rest),
            };
        }
        match byte {
            b'"' | b'\'' => return self.quote(message, at, byte),
            b'=' => return self.equals(rest),
            b'{' => {
                if let Some(length) = object(rest) {
                    self.shape.value();
                    return length;
                }
            }
            b'<' | b'>' if compares(rest) => return 1,
            b'(' | b'[' => return self.open(rest),
            b')' if self.is_aside() => {
                self.shape.drop_last(2);
                return 1;
            }
            _ => {}
        }
        self.shape.sign(byte);
        1
    }

    /// An opening bracket; nothing between it and its partner is an empty value.
    fn open(&mut self, rest: &[u8]) -> usize {
        let loose = self.shape.spaced || self.shape.is_empty() || self.shape.last() == b"=";
        self.shape.sign(rest[0]);
        let close = if rest[0] == b'(' { b')' } else { b']' };
        if loose && rest.get(1) == Some(&close) {
            self.shape.value();
        }
        1
    }

    /// `name=`: with nothing behind it, its value is the empty one.
    fn equals(&mut self, rest: &[u8]) -> usize {
        let glued = !self.shape.spaced && self.shape.last().last().is_some_and(u8::is_ascii_alphanumeric);
        self.shape.sign(b'=');
        if glued && rest.get(1).is_none_or(|next| is_blank(*next) || matches!(next, b',' | b';' | b')' | b']')) {
            self.shape.value();
        }
        1
    }

    /// A quoted name is a value; a quoted request keeps its method; a quoted sentence is text like any other.
    fn quote(&mut self, message: &[u8], at: usize, quote: u8) -> usize {
        let opens = at == 0 || is_blank(message[at - 1]) || is_mark(message[at - 1]);
        let inner = &message[at + 1..];
        let close = inner.iter().take(QUOTED).position(|b| *b == quote);
        let (assigned, loose) = (self.is_assigned(), self.shape.spaced);
        self.shape.sign(quote);
        let Some(close) = close.filter(|_| opens) else { return 1 };
        let closed = inner.get(close + 1).is_none_or(|next| !next.is_ascii_alphanumeric());
        let content = &inner[..close];
        if !closed {
            return 1;
        }
        if let Some(method) = request(content) {
            self.shape.token(method, method.len());
            self.shape.spaced = true;
        } else if (loose || !assigned) && content.iter().any(|b| is_blank(*b)) {
            return 1;
        }
        self.shape.value();
        self.shape.sign(quote);
        close + 2
    }

    fn word(&mut self, rest: &[u8]) -> usize {
        let (length, bits) = bytes::word(rest);
        let colon = rest.get(length) == Some(&b':');
        let plain = !colon && !self.shape.ends_in_value() && bits == Bits::LETTER;
        if plain && !times::begins_name(rest) && !self.may_be_literal(rest[0]) {
            self.shape.token(rest, length);
            return length;
        }
        if !colon && bits == Bits::DIGIT {
            self.shape.value();
            return length;
        }
        // Without a sign between its digits a word that begins with one is no moment.
        let signs = colon || !rest[0].is_ascii_digit() || !bits.only(Bits::LETTER.with(Bits::DIGIT));
        let moment = if signs { times::moment(rest).filter(|end| !goes_on(rest, *end)) } else { None };
        if let Some(length) = moment.or_else(|| whole(rest, length)) {
            self.shape.value();
            return length;
        }
        let stop = if bits.has(Bits::STOP) {
            rest[..length].iter().rev().take_while(|b| matches!(b, b'.' | b'!' | b'?')).count()
        } else {
            0
        };
        if stop == length {
            self.shape.token(rest, length);
            return length;
        }
        self.spoken(&rest[..length - stop], bits, &rest[length..]);
        if stop > 0 {
            self.shape.token(&rest[length - stop..], stop);
        }
        length
    }

    /// A word that is not a moment or an address, without the stop at its end.
    fn spoken(&mut self, word: &[u8], bits: Bits, after: &[u8]) {
        if self.shape.ends_in_value() && (mask::is_unit(word) || mask::continues_time(word)) {
            self.shape.spaced = false;
            return;
        }
        match mask::kind(word, bits) {
            Kind::Value => self.shape.value(),
            Kind::Text if self.is_literal(word, after) || has_port(word, after) => self.shape.value(),
            Kind::Text => self.shape.token(word, word.len()),
            Kind::Prefix(kept) => self.shape.named_value(&word[..kept]),
        }
    }

    /// Whether a word that begins so may be a value by [`Self::is_literal`].
    fn may_be_literal(&self, first: u8) -> bool {
        matches!(first | 0x20, b't' | b'f') || matches!(self.shape.last(), b"=" | b":")
    }

    /// Whether a word such as `none` is all that stands behind a name's sign (behind `name= ` an empty value was taken
    /// already), or is a truth value, which is a value anywhere.
    fn is_literal(&self, word: &[u8], after: &[u8]) -> bool {
        let behind = |sign: &[u8]| self.shape.last() == sign;
        let assigned = behind(b"=") || self.shape.last() == [VALUE] && self.shape.nth_last(1) == b"=";
        mask::is_truth(word)
            || mask::is_literal(word)
                && (assigned && !self.shape.spaced
                    || (assigned || behind(b":")) && after.first().is_none_or(|next| is_mark(*next)))
    }

    /// Whether the next quote holds the value of a name; what says why something happened is text.
    fn is_assigned(&self) -> bool {
        const TELLING: [&[u8]; 8] = [b"msg", b"message", b"error", b"err", b"reason", b"cause", b"event", b"status"];
        self.shape.last() == b"=" && !TELLING.iter().any(|name| self.shape.nth_last(1).eq_ignore_ascii_case(name))
    }

    /// A value in parentheses behind a value says the same in other units or names: `1190 bytes (1.16 KB)`.
    fn is_aside(&self) -> bool {
        self.shape.last() == [VALUE] && self.shape.nth_last(1) == b"(" && self.shape.nth_last(2) == [VALUE]
    }
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
    let hexadecimal = |at: usize| rest.get(at).is_some_and(u8::is_ascii_hexdigit);
    rest.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'/'))
        || rest.get(end) == Some(&b':') && hexadecimal(end + 1) && hexadecimal(end + 2)
}

/// What must not be cut at its colons: an address of a scheme, a drive's path, an IPv6 or hardware address.
fn whole(rest: &[u8], word: usize) -> Option<usize> {
    if rest.get(word) != Some(&b':') {
        return None;
    }
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
