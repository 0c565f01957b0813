//! Joins shapes that differ in a phrase: several words between two signs, as many as it takes. Called by [`super::merge`].
//!
//! `query "red shoes" matched` and `query "one lamp" matched` can have different lengths and agree in all but what stands
//! between the quotes. Where such a phrase takes many forms, all else being equal, it is a parameter, by the same
//! reasoning as for single words (see [`super::parameter`]).

use super::book::{ANY, Book, Token, mix};

/// So many different phrases between the same signs, all else being equal, are values.
const VARIETY: usize = 4;
/// A longer phrase is not looked at.
const WORDS: usize = 12;
/// So many words must be the same.
const CONSTANT: usize = 2;

/// What a sign says of the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// What stands between two of them was quoted.
    Quote,
    /// What stands before it is the name of what follows.
    Names,
    /// It divides.
    Divides,
}

/// The sign that this token is.
pub(super) fn sign(text: &[u8]) -> Option<Sign> {
    match text {
        b"\"" | b"'" => Some(Sign::Quote),
        b"=" | b":" => Some(Sign::Names),
        b"(" | b")" | b"[" | b"]" | b"{" | b"}" | b"," | b";" | b"|" => Some(Sign::Divides),
        _ => None,
    }
}

/// A phrase of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Phrase {
    /// The index of the item.
    pub(super) item: usize,
    /// Its first token.
    pub(super) from: usize,
    /// The token after its last.
    pub(super) to: usize,
}

/// Finds groups of items that are one event, each with the phrase that is a value in it. The largest come first, and an
/// item may be in several.
pub(super) fn phrases(items: &[&[Token]], book: &Book<'_>) -> Vec<Vec<Phrase>> {
    let mut keys: Vec<(u64, Phrase)> = Vec::new();
    for (item, tokens) in items.iter().enumerate() {
        let whole = book.words(tokens);
        for (from, to) in spans(tokens, book) {
            let quoted = book.facts(tokens[from - 1]).sign == Some(Sign::Quote);
            let inner = &tokens[from..to];
            let telling = !quoted && inner.iter().any(|token| book.facts(*token).tells());
            if !telling && whole - book.words(inner) >= CONSTANT {
                keys.push((around(tokens, from, to), Phrase { item, from, to }));
            }
        }
    }
    keys.sort_unstable();
    let mut found: Vec<Vec<Phrase>> = keys
        .chunk_by(|one, other| one.0 == other.0)
        .filter(|run| {
            let long = run.iter().any(|(_, phrase)| phrase.to - phrase.from > 1);
            let valued = run.iter().any(|(_, phrase)| items[phrase.item][phrase.from..phrase.to] == [ANY]);
            long && (run.len() >= VARIETY || valued && run.len() > 2)
        })
        .map(|run| run.iter().map(|(_, phrase)| *phrase).collect())
        .collect();
    found.sort_by_key(|group| (std::cmp::Reverse(group.len()), group[0]));
    found
}

/// A number for what stands around a phrase: places before it are counted from the start, those behind it from the end.
fn around(tokens: &[Token], from: usize, to: usize) -> u64 {
    let before = tokens[..from].iter().enumerate().map(|(place, token)| mix(place, *token));
    let behind = tokens[to..].iter().rev().enumerate().map(|(place, token)| mix(place + (1 << 20), *token));
    before.chain(behind).fold(from as u64, u64::wrapping_add)
}

/// The phrases of an item: what stands between a sign and a sign or the end, without signs in it.
fn spans(tokens: &[Token], book: &Book<'_>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = None;
    for (at, token) in tokens.iter().enumerate() {
        if let Some(sign) = book.facts(*token).sign {
            if let Some(from) = from.filter(|from| sign != Sign::Names && at > *from && at - from <= WORDS) {
                found.push((from, at));
            }
            from = Some(at + 1);
        }
    }
    if let Some(from) = from.filter(|from| tokens.len() > *from && tokens.len() - from <= WORDS) {
        found.push((from, tokens.len()));
    }
    found
}
