//! A shape while it is built: its tokens one after the other in room that is used again for each message. Filled by
//! [`super::tokens`].

use super::LONGEST;
use super::mask::VALUE;

/// The mark of a token that a blank precedes.
pub const SPACED: u8 = b' ';
/// The mark of a token that follows the one before directly.
pub const GLUED: u8 = 0x1f;
/// Tokens that a shape has at most; the next is a value for all of the rest.
pub const TOKENS: usize = 120;
/// One step of the tokeniser adds no more than these.
const STEP: usize = 8;
/// A token's text is part of the message; its mark and a value are not.
const ROOM: usize = LONGEST + 2 * (TOKENS + STEP) + SHORT;
/// Most tokens are not longer: so much is copied at once.
const SHORT: usize = 16;

/// The tokens so far.
#[derive(Debug, Clone)]
pub struct Shape {
    text: Box<[u8; ROOM]>,
    length: usize,
    starts: [u32; TOKENS + STEP],
    count: usize,
    /// Whether a blank came since the last token.
    pub spaced: bool,
    /// Whether the last token is a value and nothing else.
    valued: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            text: Box::new([0; ROOM]),
            length: 0,
            starts: [0; TOKENS + STEP],
            count: 0,
            spaced: false,
            valued: false,
        }
    }
}

impl Shape {
    /// Forgets all tokens.
    pub fn clear(&mut self) {
        (self.length, self.count, self.spaced, self.valued) = (0, 0, false, false);
    }

    /// The shape as a key.
    pub fn key(&self) -> &[u8] {
        &self.text[..self.length]
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether no more tokens than one should come.
    pub fn is_full(&self) -> bool {
        self.count >= TOKENS
    }

    /// Whether the last token is a value.
    pub fn ends_in_value(&self) -> bool {
        self.valued
    }

    /// Adds the first `length` bytes of `rest` as a token.
    pub fn token(&mut self, rest: &[u8], length: usize) {
        self.begin();
        match (rest.first_chunk::<SHORT>(), self.text.get_mut(self.length..self.length + SHORT)) {
            (Some(from), Some(to)) if length <= SHORT => to.copy_from_slice(from),
            _ => self.text[self.length..self.length + length].copy_from_slice(&rest[..length]),
        }
        self.length += length;
    }

    /// Adds a sign as a token.
    pub fn sign(&mut self, sign: u8) {
        self.begin();
        self.text[self.length] = sign;
        self.length += 1;
    }

    /// A value; values in a row, or with a comma, colon, slash or dash between them, are one.
    pub fn value(&mut self) {
        if self.valued {
            self.spaced = false;
            return;
        }
        let joins = matches!(self.last(), b"," | b":" | b";" | b"/" | b"-" | b"|");
        if joins && self.nth_last(1) == [VALUE] {
            self.drop_last(1);
            return;
        }
        self.sign(VALUE);
        self.valued = true;
    }

    /// A value with a constant beginning; equal ones in a list are one.
    pub fn named_value(&mut self, name: &[u8]) {
        let is_same = |token: &[u8]| token.strip_suffix(&[VALUE]) == Some(name);
        if is_same(self.last()) {
            self.spaced = false;
            return;
        }
        if matches!(self.last(), b",") && is_same(self.nth_last(1)) {
            self.drop_last(1);
            return;
        }
        self.token(name, name.len());
        self.text[self.length] = VALUE;
        self.length += 1;
    }

    /// Takes the last tokens back.
    pub fn drop_last(&mut self, tokens: usize) {
        self.count = self.count.saturating_sub(tokens);
        if let Some(start) = self.starts.get(self.count) {
            self.length = *start as usize;
        }
        self.valued = self.last() == [VALUE];
        self.spaced = false;
    }

    /// The last token.
    pub fn last(&self) -> &[u8] {
        self.nth_last(0)
    }

    /// The token so many before the last; empty when there is none.
    pub fn nth_last(&self, back: usize) -> &[u8] {
        let Some(index) = self.count.checked_sub(back + 1) else { return &[] };
        let end = if back == 0 { self.length } else { self.starts[index + 1] as usize };
        &self.text[self.starts[index] as usize + 1..end]
    }

    fn begin(&mut self) {
        self.starts[self.count] = self.length as u32;
        self.count += 1;
        self.text[self.length] = if self.spaced { SPACED } else { GLUED };
        self.length += 1;
        self.spaced = false;
        self.valued = false;
    }
}
