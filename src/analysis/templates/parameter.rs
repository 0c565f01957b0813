//! Tells a parameter from a constant: whether the words that stand in one place, all else being equal, are values.
//! Called by [`super::merge`].

use std::collections::{BTreeMap, BTreeSet};

use super::book::{ANY, Book, Token};
use super::mask::VALUE;
use super::merge::Open;
use super::outcome;

/// So many different words in one place, all else being equal, make the place a parameter.
const VARIETY: usize = 4;
/// The same for words in capitals: states, kinds and methods, that programs have several of.
const VARIETY_OF_STATES: usize = 16;
/// The same where an argument stands: behind a preposition or a sign of assignment.
const VARIETY_OF_ARGUMENTS: usize = 4;
/// What decides whether a place is a parameter.
pub(super) struct View<'a> {
    /// The texts.
    pub(super) book: &'a Book<'a>,
    /// Words that were values of a parameter elsewhere.
    pub(super) values: &'a BTreeSet<Token>,
    /// How many words the items have in common.
    pub(super) constant: usize,
    /// How many places differ.
    pub(super) open: Open,
    /// An argument stands there.
    pub(super) argument: bool,
}

impl View<'_> {
    /// Those of the items whose words in one place are values of one parameter, or `None`.
    pub(super) fn joinable(&self, column: &BTreeMap<usize, Token>) -> Option<Vec<usize>> {
        let mut seen: [BTreeSet<Token>; 5] = Default::default();
        let series = self.series(column);
        for token in column.values() {
            if let Some(nature) = self.nature(*token, &series) {
                seen[nature as usize].insert(*token);
            }
        }
        let [marked, known, names, plain, states] = seen.map(|tokens| tokens.len());
        let (one, variety) = match (self.open, self.constant) {
            (Open::One, 0) | (Open::Two, 0..=2) => return None,
            (Open::One, 1) => (2, VARIETY * 4),
            (Open::One, 2) => (2, VARIETY * 2),
            (Open::One, _) => (2, VARIETY),
            (Open::Two, _) => (VARIETY, VARIETY),
        };
        let all = marked + known + names + plain;
        let beside_value = self.open == Open::One && self.constant >= 3 && column.values().any(|token| *token == ANY);
        let join_plain = all >= variety || beside_value && all >= 2;
        let pair = self.constant >= 3 && self.open == Open::One && marked + names >= 2;
        let many = join_plain || marked + known + names >= variety - 1;
        let join_names = many || pair;
        let of_states = if self.argument && self.constant >= 3 { VARIETY_OF_ARGUMENTS } else { VARIETY_OF_STATES };
        let join_states = states >= of_states || all >= variety * 3 && states * 4 <= all || beside_value;
        let join_known = many || marked > 0 && marked + known >= one;
        let join_marked = join_names || join_known || marked >= one;
        let rest: Vec<usize> = column
            .iter()
            .filter(|(_, token)| match self.nature(**token, &series) {
                Some(Nature::Marked) => join_marked,
                Some(Nature::Known) => join_known,
                Some(Nature::Name) => join_names,
                Some(Nature::Plain) => join_plain,
                Some(Nature::State) => join_states,
                // Among so many values a word that says what happened is one of them.
                None => all >= variety * 4,
            })
            .map(|(at, _)| *at)
            .collect();
        (rest.len() >= 2).then_some(rest)
    }

    /// Names that are numbered in this place: `eth0`, `eth1`.
    fn series(&self, column: &BTreeMap<usize, Token>) -> BTreeSet<&[u8]> {
        let tokens: BTreeSet<Token> = column.values().copied().collect();
        let mut stems: BTreeMap<&[u8], usize> = BTreeMap::new();
        for token in tokens {
            if let Some(stem) = stem(self.book.text(token)) {
                *stems.entry(stem).or_default() += 1;
            }
        }
        stems.into_iter().filter(|(_, times)| *times >= 2).map(|(stem, _)| stem).collect()
    }

    /// How this word speaks for being a value here; `None` for a word that says what happened.
    fn nature(&self, token: Token, series: &BTreeSet<&[u8]>) -> Option<Nature> {
        if !series.is_empty() && stem(self.book.text(token)).is_some_and(|stem| series.contains(stem)) {
            return Some(Nature::Marked);
        }
        match self.book.facts(token).nature {
            None => None,
            Some(Nature::Marked) => Some(Nature::Marked),
            Some(Nature::Known | Nature::Name | Nature::Plain | Nature::State) if self.values.contains(&token) => {
                Some(Nature::Known)
            }
            nature @ Some(Nature::Known | Nature::Name | Nature::Plain | Nature::State) => nature,
        }
    }
}

/// How a token speaks for being a value, by its text alone; `None` for a word that says what happened.
pub(super) fn nature(text: &[u8]) -> Option<Nature> {
    if text.contains(&VALUE) {
        Some(Nature::Marked)
    } else if outcome::is_outcome(text) {
        None
    } else if text.len() >= 2 && text.iter().all(|b| b.is_ascii_uppercase() || *b == b'_') {
        Some(Nature::State)
    } else if is_name(text) {
        Some(Nature::Name)
    } else {
        Some(Nature::Plain)
    }
}

/// What stands before the number in a numbered name.
fn stem(text: &[u8]) -> Option<&[u8]> {
    text.iter().position(|b| b.is_ascii_digit() || *b == VALUE).filter(|at| *at > 0).map(|at| &text[..at])
}

/// A word that programs make and people do not write: parts joined by dots, dashes, underscores, or by capitals inside.
fn is_name(text: &[u8]) -> bool {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    inner.iter().any(|b| matches!(b, b'.' | b'_' | b'-' | b'$'))
        || text.windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

/// How a word speaks for being a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// It holds a value.
    Marked,
    /// It was a value of a parameter elsewhere; where a value stands beside it, it is one here.
    Known,
    /// A made-up name.
    Name,
    /// A word.
    Plain,
    /// A word in capitals.
    State,
}

/// Whether this token comes before an argument.
pub(super) fn announces(text: &[u8]) -> bool {
    const PREPOSITIONS: [&[u8]; 21] = [
        b"from", b"for", b"to", b"by", b"in", b"on", b"of", b"at", b"via", b"with", b"after", b"before", b"into",
        b"using", b"user", b"client", b"named", b"called", b"type", b"through", b"against",
    ];
    PREPOSITIONS.contains(&text)
}
