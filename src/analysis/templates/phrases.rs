//! Joins shapes that differ in a phrase: several words between two signs, as many as it takes. Called by [`super::merge`].
//!
//! `query "red shoes" matched` and `query "case" matched` have different lengths and agree in all but what stands between
//! the quotes. Where such a phrase takes many forms, all else being equal, it is a parameter, by the same reasoning as for
//! single words (see [`super::parameter`]).

use std::collections::BTreeMap;

use super::merge::{ANY, Book, Token};
use super::parameter;

/// So many different phrases between the same signs, all else being equal, are values.
const VARIETY: usize = 4;
/// A longer phrase is not looked at.
const WORDS: usize = 12;
/// So many words must be the same.
const CONSTANT: usize = 2;

/// Items that are one event, each with the phrase that is a value in it.
pub(super) struct Same {
    /// The place of an item, and where its phrase begins and ends.
    pub(super) members: Vec<(usize, usize, usize)>,
}

/// Finds them. The largest groups come first, and an item may be in several.
pub(super) fn phrases(items: &[&[Token]], book: &Book<'_>) -> Vec<Same> {
    let mut groups: BTreeMap<(Vec<Token>, usize), Vec<(usize, usize, usize)>> = BTreeMap::new();
    for (at, tokens) in items.iter().enumerate() {
        for (from, to) in spans(tokens, book) {
            let quoted = is_quote(book.texts[tokens[from - 1] as usize]);
            if !quoted && tokens[from..to].iter().any(|token| parameter::tells(book.texts[*token as usize])) {
                continue;
            }
            let words = |part: &[Token]| part.iter().filter(|token| is_text(**token, book)).count();
            if words(&tokens[..from]) + words(&tokens[to..]) < CONSTANT {
                continue;
            }
            let mut key = Vec::with_capacity(tokens.len());
            key.extend_from_slice(&tokens[..from]);
            key.extend_from_slice(&tokens[to..]);
            groups.entry((key, from)).or_default().push((at, from, to));
        }
    }
    let mut found: Vec<Same> = groups
        .into_values()
        .filter(|members| {
            let long = members.iter().any(|(_, from, to)| to - from > 1);
            let valued = members.iter().any(|(at, from, to)| items[*at][*from..*to] == [ANY]);
            long && (members.len() >= VARIETY || valued && members.len() > 2)
        })
        .map(|members| Same { members })
        .collect();
    found.sort_by_key(|same| (std::cmp::Reverse(same.members.len()), same.members[0]));
    found
}

/// The phrases of an item: what stands between a sign and a sign or the end, without signs in it.
fn spans(tokens: &[Token], book: &Book<'_>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = None;
    for (at, token) in tokens.iter().enumerate() {
        let text = book.texts[*token as usize];
        if *token != ANY && is_sign(text) {
            // What stands before these signs is the name of what follows.
            let names = matches!(text, b"=" | b":");
            if let Some(from) = from.filter(|from| !names && at > *from && at - from <= WORDS) {
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

fn is_text(token: Token, book: &Book<'_>) -> bool {
    token != ANY && super::merge::is_word(book.texts[token as usize])
}

fn is_sign(text: &[u8]) -> bool {
    matches!(text, b"(" | b")" | b"[" | b"]" | b"{" | b"}" | b"," | b";" | b":" | b"=" | b"|") || is_quote(text)
}

fn is_quote(text: &[u8]) -> bool {
    matches!(text, b"\"" | b"'")
}
