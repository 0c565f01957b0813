//! A line in no known format: its text, and a level where its first words give one away.

use crate::domain::Severity;

use super::fields::Parsed;

/// Beginnings that say how bad it is without a level word.
const BEGINNINGS: [(&str, Severity); 7] = [
    ("panic:", Severity::Fatal),
    ("fatal error:", Severity::Fatal),
    ("Traceback (most recent call last)", Severity::Error),
    ("Exception in thread", Severity::Error),
    ("Unhandled exception", Severity::Error),
    ("Segmentation fault", Severity::Fatal),
    ("Out of memory", Severity::Fatal),
];

/// Reads any line.
pub(super) fn parse(line: &str) -> Parsed {
    let mut parsed =
        Parsed { message: line.trim().to_owned(), severity: level_of(line.trim_start()), ..Parsed::default() };
    parsed.inline_pairs();
    parsed
}

/// The level that the first two words give away: in capitals, in brackets or before a colon.
pub(super) fn level_of(text: &str) -> Option<Severity> {
    if let Some((_, severity)) = BEGINNINGS.iter().find(|(beginning, _)| text.starts_with(beginning)) {
        return Some(*severity);
    }
    if text.starts_with("thread '") && text.contains("panicked at") {
        return Some(Severity::Error);
    }
    text.split_whitespace().take(2).find_map(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let marked = word.starts_with(['[', '<', '(']) || word.ends_with(':');
        let capitals = bare.len() > 2 && bare.chars().all(|c| c.is_ascii_uppercase());
        if marked || capitals { Severity::from_word(bare) } else { None }
    })
}
