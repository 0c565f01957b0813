//! Which names fit what was typed, and in which order.

use super::Item;

/// An item and how well it fits: smaller is better.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ranked {
    pub(super) score: u8,
    /// Among those that fit equally well.
    pub(super) order: u8,
    pub(super) item: Item,
}

/// How well a name fits: 0 begins so, 1 a word of it begins so, 2 holds it, 3 its words begin with the typed ones in
/// order, 4 has the letters in order.
pub(super) fn score(name: &str, typed: &str) -> Option<u8> {
    if typed.is_empty() {
        return Some(0);
    }
    let (name, typed) = (name.to_ascii_lowercase(), typed.to_ascii_lowercase());
    if name.starts_with(&typed) {
        return Some(0);
    }
    if let Some(at) = name.find(&typed) {
        let is_start = |at: usize| name.get(..at).is_some_and(|head| head.ends_with(|c: char| !c.is_alphanumeric()));
        let starts = name.match_indices(&typed).any(|(at, _)| is_start(at));
        return Some(if starts || is_start(at) { 1 } else { 2 });
    }
    if words_in_order(&name, &typed) {
        return Some(3);
    }
    let mut letters = name.chars();
    let spread = typed.len() >= 3 && typed.chars().all(|c| letters.any(|letter| letter == c));
    spread.then_some(4)
}

/// `http dur` in `http_request_duration_seconds`.
fn words_in_order(name: &str, typed: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let mut words = parts(name).into_iter();
    let typed = parts(typed);
    typed.len() > 1 && typed.iter().all(|piece| words.any(|word| word.starts_with(piece.as_str())))
}

/// The items that fit, best first.
pub(super) fn rank(items: Vec<Item>, typed: &str, order: u8) -> Vec<Ranked> {
    let fits = |item: Item| Some(Ranked { score: score(&item.text, typed)?, order, item });
    let mut ranked: Vec<Ranked> = items.into_iter().filter_map(fits).collect();
    // Short lists stand in an order that somebody chose.
    ranked.sort_by_key(|ranked| ranked.score);
    ranked
}

/// Best first; of those that fit alike the shorter, and then by name.
pub(super) fn sort(ranked: &mut [Ranked]) {
    ranked.sort_by(|a, b| {
        let key = |one: &Ranked| (one.score, one.order, one.item.text.len());
        key(a).cmp(&key(b)).then_with(|| a.item.text.cmp(&b.item.text))
    });
}
