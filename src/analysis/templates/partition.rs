//! Joins shapes that differ in several places at once. Called by [`super::merge`] after places were opened one and two at a time.
//!
//! After IPLoM (see [`super`]): shapes of the same length and the same signs are first taken as one event with every word
//! open. As long as too little is constant, or a word varies too little to be a parameter, they are divided by the words
//! of the place that varies least. What is left are groups in which every open place takes many words.

use std::collections::{BTreeMap, BTreeSet};

use super::book::{Book, Token, mix};

/// A place with fewer different words is not a parameter when several are open.
const VARIETY: usize = 4;
/// Groups are not divided deeper than this: one place each time.
const DEPTH: usize = 24;

/// Items that are one event, and the places that are its parameters.
pub(super) struct Joined {
    /// Indices of items.
    pub(super) members: Vec<usize>,
    /// Places in them.
    pub(super) open: Vec<usize>,
}

/// Finds them; no item is in two.
pub(super) fn partition(items: &[&[Token]], book: &Book<'_>) -> Vec<Joined> {
    let signs = |tokens: &[Token]| {
        tokens.iter().enumerate().fold(tokens.len() as u64, |sum, (place, token)| {
            sum.wrapping_add(mix(place, if book.is_word(*token) { Token::MAX } else { *token }))
        })
    };
    let mut groups: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (at, tokens) in items.iter().enumerate() {
        groups.entry(signs(tokens)).or_default().push(at);
    }
    let mut joined = Vec::new();
    for members in groups.into_values() {
        let tokens = items[members[0]];
        let places: Vec<usize> = (0..tokens.len()).filter(|place| book.is_word(tokens[*place])).collect();
        divide(items, &places, members, book, DEPTH, &mut joined);
    }
    joined
}

fn divide(
    items: &[&[Token]],
    places: &[usize],
    members: Vec<usize>,
    book: &Book<'_>,
    depth: usize,
    joined: &mut Vec<Joined>,
) {
    if members.len() < VARIETY || depth == 0 {
        return;
    }
    let varying: Vec<(usize, usize)> = places
        .iter()
        .map(|place| {
            let words: BTreeSet<Token> = members.iter().map(|at| items[*at][*place]).collect();
            (words.len(), *place)
        })
        .filter(|(words, _)| *words > 1)
        .collect();
    let Some(least) = varying.iter().min().copied() else { return };
    let constant = places.len() - varying.len();
    let telling: Vec<(usize, usize)> = varying
        .iter()
        .copied()
        .filter(|(_, place)| members.iter().any(|at| book.facts(items[*at][*place]).tells()))
        .collect();
    if varying.len() >= 2 && least.0 >= VARIETY && constant > varying.len() && telling.is_empty() {
        joined.push(Joined { members, open: varying.into_iter().map(|(_, place)| place).collect() });
        return;
    }
    // A place with a word that says what happened divides first.
    let (_, by) = telling.iter().min().copied().unwrap_or(least);
    let mut parts: BTreeMap<Token, Vec<usize>> = BTreeMap::new();
    for at in members {
        parts.entry(items[at][by]).or_default().push(at);
    }
    for part in parts.into_values() {
        divide(items, places, part, book, depth - 1, joined);
    }
}
