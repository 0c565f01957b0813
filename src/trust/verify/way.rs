//! The way a clause says that something went, from which number to which, and above or below what. Used by the checks of
//! series, changes and records.

use super::clause::Clause;
use super::token::{Quantity, Token};
use super::unit::Dim;

/// Where a movement goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Up.
    Up,
    /// Down.
    Down,
    /// Neither.
    Flat,
}

const UP: &[&str] = &[
    "rise",
    "rises",
    "rose",
    "risen",
    "rising",
    "increase",
    "increases",
    "increased",
    "increasing",
    "climb",
    "climbs",
    "climbed",
    "climbing",
    "grow",
    "grows",
    "grew",
    "grown",
    "growing",
    "growth",
    "went up",
    "going up",
    "goes up",
    "gone up",
    "jumped",
    "jumps",
    "jump",
    "surged",
    "surge",
    "spiked",
    "spikes",
    "spike",
    "doubled",
    "tripled",
    "quadrupled",
    "doubling",
    "shot up",
    "soared",
    "ramped up",
    "crept up",
    "trended up",
    "upward",
    "upwards",
    "swelled",
    "mounted",
    "escalated",
];

const DOWN: &[&str] = &[
    "fall",
    "falls",
    "fell",
    "fallen",
    "falling",
    "drop",
    "drops",
    "dropped",
    "dropping",
    "decrease",
    "decreases",
    "decreased",
    "decreasing",
    "decline",
    "declines",
    "declined",
    "declining",
    "sank",
    "shrank",
    "shrunk",
    "shrinking",
    "went down",
    "going down",
    "goes down",
    "gone down",
    "dipped",
    "plunged",
    "plummeted",
    "halved",
    "collapsed",
    "slid",
    "crept down",
    "trended down",
    "downward",
    "downwards",
    "tumbled",
    "subsided",
    "eased",
    "halving",
];

/// Words of what does not move.
pub const FLAT: &[&str] = &[
    "flat",
    "stable",
    "steady",
    "constant",
    "unchanged",
    "level",
    "did not change",
    "hardly changed",
    "barely changed",
    "barely moved",
    "hardly moved",
];

/// The way that the clause's verbs say.
pub fn way(clause: &Clause<'_>) -> Option<Way> {
    let at = |words: &[&str]| clause.find(words);
    if at(FLAT).is_some() {
        return Some(Way::Flat);
    }
    match (at(UP), at(DOWN)) {
        (None, None) => None,
        (Some(_), None) => Some(Way::Up),
        (None, Some(_)) => Some(Way::Down),
        (Some(up), Some(down)) => Some(if up < down { Way::Up } else { Way::Down }),
    }
}

/// A number and the token it stands at.
pub type Placed<'c> = (usize, &'c Quantity);

/// The numbers after `from` and `to`, with their places.
pub fn from_to<'c>(clause: &'c Clause<'_>) -> Option<(Placed<'c>, Placed<'c>)> {
    let open = clause.open();
    let after = |word: &str, at: usize| {
        let reach = at.saturating_sub(5)..at;
        let near =
            reach.rev().take_while(|back| !matches!(clause.tokens[*back], Token::Number(_) | Token::Stop(',' | ';')));
        near.into_iter().any(|back| clause.word(back) == word)
    };
    let from = open.iter().position(|(at, _)| after("from", *at))?;
    let to = open.iter().skip(from + 1).position(|(at, _)| ["to", "–"].iter().any(|word| after(word, *at)))? + from + 1;
    let (from, to) = (open[from], open[to]);
    (from.1.unit.dim == to.1.unit.dim || from.1.unit.dim == Dim::Plain || to.1.unit.dim == Dim::Plain)
        .then_some((from, to))
}

/// The reason when a verb goes one way and the two numbers the other.
pub fn wrong_way(clause: &Clause<'_>, from: &Quantity, to: &Quantity) -> Option<String> {
    let (one, other) = if from.unit.dim == to.unit.dim { (from.base(), to.base()) } else { (from.value, to.value) };
    let upward = clause.says(&["raised", "lifted", "increased", "scaled up", "bumped"]) || way(clause) == Some(Way::Up);
    let downward = clause.says(&["lowered", "reduced", "cut", "shortened", "trimmed", "scaled down"])
        || way(clause) == Some(Way::Down);
    let wrong = (upward && !downward && other < one) || (downward && !upward && other > one);
    wrong.then(|| format!("from {} to {} is the other way", from.written, to.written))
}

/// The bound of a comparison with its place, and whether above is meant.
pub fn bound<'c>(clause: &'c Clause<'_>) -> Option<(usize, &'c Quantity, bool)> {
    clause.open().into_iter().find_map(|(at, number)| Some((at, number, side(clause, at)?)))
}

/// Whether the number at a place is compared with: true above, false below.
pub fn side(clause: &Clause<'_>, at: usize) -> Option<bool> {
    let mut back = at;
    for _ in 0..4 {
        back = back.checked_sub(1)?;
        match clause.word(back) {
            "above" | "over" | "exceeded" | "exceeds" | "exceeding" | "exceed" | "topped" | "beyond" | "surpassed"
            | "greater" | "higher" => return Some(true),
            "below" | "under" | "beneath" | "lower" | "fewer" => return Some(false),
            "than" => match back.checked_sub(1).map_or("", |at| clause.word(at)) {
                "more" | "greater" | "higher" | "longer" | "larger" | "slower" => return Some(true),
                "less" | "fewer" | "lower" | "smaller" | "shorter" => return Some(false),
                _ => return None,
            },
            "the" | "a" | "of" | "about" | "mark" | "threshold" | "its" => {}
            _ => return None,
        }
    }
    None
}
