//! The tokens of all shapes, each once, with what can be said of it alone. Made by [`super::merge`] for a join.

use std::collections::HashMap;

use super::mask::VALUE;
use super::parameter::{self, Nature};
use super::phrases::{self, Sign};

/// The number of a token in a [`Book`].
pub(super) type Token = u32;

/// The number of a bare value.
pub(super) const ANY: Token = 0;

/// What can be said of a token alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// It holds letters of its own, and is not a bare value.
    pub(super) word: bool,
    /// How it speaks for being a value; `None` when it says what happened.
    pub(super) nature: Option<Nature>,
    /// It is a sign that begins or ends a phrase.
    pub(super) sign: Option<Sign>,
}

impl Facts {
    /// Whether a word can never be one of several values that vary together: it says what happened, or is a state.
    pub(super) fn tells(self) -> bool {
        matches!(self.nature, None | Some(Nature::State))
    }
}

/// All tokens.
pub(super) struct Book<'a> {
    ids: HashMap<&'a [u8], Token>,
    /// By number.
    texts: Vec<&'a [u8]>,
    facts: Vec<Facts>,
}

impl<'a> Book<'a> {
    /// A book in which [`ANY`] has its number.
    pub(super) fn new() -> Self {
        let mut book = Self { ids: HashMap::new(), texts: Vec::new(), facts: Vec::new() };
        book.id(&[VALUE]);
        book
    }

    /// The number of this text.
    pub(super) fn id(&mut self, text: &'a [u8]) -> Token {
        let next = self.texts.len() as Token;
        *self.ids.entry(text).or_insert_with(|| {
            let word = text != [VALUE] && text.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80);
            self.facts.push(Facts { word, nature: parameter::nature(text), sign: phrases::sign(text) });
            self.texts.push(text);
            next
        })
    }

    /// The number of this text, if it occurs.
    pub(super) fn known(&self, text: &[u8]) -> Option<Token> {
        self.ids.get(text).copied()
    }

    /// The text of a token.
    pub(super) fn text(&self, token: Token) -> &'a [u8] {
        self.texts[token as usize]
    }

    /// What can be said of it.
    pub(super) fn facts(&self, token: Token) -> Facts {
        self.facts[token as usize]
    }

    /// Whether it holds letters of its own.
    pub(super) fn is_word(&self, token: Token) -> bool {
        self.facts(token).word
    }

    /// How many of these do.
    pub(super) fn words(&self, tokens: &[Token]) -> usize {
        tokens.iter().filter(|token| self.is_word(**token)).count()
    }
}

/// A well-spread number for a token in a place.
pub(super) fn mix(place: usize, token: Token) -> u64 {
    let mut x = (place as u64) << 32 | u64::from(token);
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
