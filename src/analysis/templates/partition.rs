//! Joins shapes that differ in several places at once. Called by [`super::merge`] after places were opened one and two at a time.
//!
//! After IPLoM (see [`super`]): shapes of the same length and the same signs are first taken as one event with every word
//! open. As long as too little is constant, or a word varies too little to be a parameter, they are divided by the words
//! of the place that varies least. What is left are groups in which every open place takes many words.

use std::collections::{BTreeMap, BTreeSet};

use super::merge::{ANY, Book, Token};
use super::parameter;

/// A place with fewer different words is not a parameter when several are open.
const VARIETY: usize = 4;
/// Groups are not divided deeper than this: one place each time.
const DEPTH: usize = 24;

/// Groups of items, by their places in `items`, that are one event, with the places that are its parameters.
pub(super) struct Joined {
    pub(super) members: Vec<usize>,
    pub(super) open: Vec<usize>,
}

/// Finds them among items that were not joined before.
pub(super) fn partition(items: &[&[Token]], book: &Book<'_>) -> Vec<Joined> {
    let mut groups: BTreeMap<Vec<Token>, Vec<usize>> = BTreeMap::new();
    for (at, tokens) in items.iter().enumerate() {
        let signs = tokens.iter().map(|token| if is_open(*token, book) { Token::MAX } else { *token }).collect();
        groups.entry(signs).or_default().push(at);
    }
    let mut joined = Vec::new();
    for (signs, members) in groups {
        let places: Vec<usize> = (0..signs.len()).filter(|place| signs[*place] == Token::MAX).collect();
        divide(items, &places, members, book, DEPTH, &mut joined);
    }
    joined
}

fn is_open(token: Token, book: &Book<'_>) -> bool {
    token != ANY && super::merge::is_word(book.texts[token as usize])
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
    let free = |place: usize| members.iter().all(|at| !parameter::tells(book.texts[items[*at][place] as usize]));
    let good = varying.len() >= 2
        && least.0 >= VARIETY
        && constant > varying.len()
        && varying.iter().all(|(_, place)| free(*place));
    if good {
        joined.push(Joined { members, open: varying.into_iter().map(|(_, place)| place).collect() });
        return;
    }
    // A place with a word that says what happened divides first.
    let by = varying.iter().filter(|(_, place)| !free(*place)).min().map_or(least.1, |(_, place)| *place);
    let mut parts: BTreeMap<Token, Vec<usize>> = BTreeMap::new();
    for at in members {
        parts.entry(items[at][by]).or_default().push(at);
    }
    for (_, part) in parts {
        divide(items, places, part, book, depth - 1, joined);
    }
}
