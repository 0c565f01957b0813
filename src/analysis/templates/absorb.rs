//! Lets patterns take the stragglers: shapes that are instances of a pattern that many shapes made, but differ from it in
//! more than one parameter at a time, so that nothing else could compare them. Called by [`super::merge`] at the end.
//!
//! Pattern and shape must have the same signs; between two signs they must agree word for word, where a value stands for
//! one word, or a value alone for all of the words there. No value stands for a word that says what happened.

use std::collections::HashMap;

use super::book::{ANY, Book, Token, mix};

/// A pattern that takes others was made of at least so many shapes.
const SUPPORT: usize = 8;
/// And has so many words of its own.
const CONSTANT: usize = 3;
/// So many patterns are tried for a shape, those of the most shapes first.
const TRIED: usize = 32;

/// For each item the one that takes it, if there is one. `support` is of how many shapes each was made.
pub(super) fn absorb(items: &[&[Token]], support: &[usize], book: &Book<'_>) -> Vec<Option<usize>> {
    let mut takers: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, tokens) in items.iter().enumerate() {
        if support[at] >= SUPPORT && tokens.contains(&ANY) && book.words(tokens) >= CONSTANT {
            takers.entry(signs(tokens, book)).or_default().push(at);
        }
    }
    for takers in takers.values_mut() {
        takers.sort_by_key(|at| (std::cmp::Reverse(support[*at]), *at));
        takers.truncate(TRIED);
    }
    let taken = |(at, tokens): (usize, &&[Token])| {
        let takers = takers.get(&signs(tokens, book))?;
        takers.iter().copied().find(|by| *by != at && support[*by] > support[at] && takes(items[*by], tokens, book))
    };
    items.iter().enumerate().map(taken).collect()
}

/// A number for the signs of an item in their order.
fn signs(tokens: &[Token], book: &Book<'_>) -> u64 {
    let signs = tokens.iter().filter(|token| book.facts(**token).sign.is_some());
    signs.enumerate().fold(1, |sum, (place, token)| sum.wrapping_add(mix(place, *token)))
}

fn takes(pattern: &[Token], shape: &[Token], book: &Book<'_>) -> bool {
    let is_sign = |token: &Token| book.facts(*token).sign.is_some();
    let mut ours = pattern.split(is_sign);
    let mut theirs = shape.split(is_sign);
    let value = |token: &Token| *token == ANY || !book.facts(*token).tells();
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return true,
            (Some([ANY]), Some(words)) if !words.is_empty() && words.iter().all(value) => {}
            (Some(one), Some(other)) if one.len() == other.len() => {
                if !one.iter().zip(other).all(|(own, word)| own == word || *own == ANY && value(word)) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}
