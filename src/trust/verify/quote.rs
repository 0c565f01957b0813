//! Quoted text and code spans of a sentence, and whether the cited lines hold them word for word.

use super::facts::{Facts, fold};
use super::marks::{Mark, marks};

/// A quoted text of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote<'a> {
    /// Where it stands in the sentence.
    pub mark: Mark,
    /// Its text.
    pub text: &'a str,
}

/// The quotes and code spans of a sentence; citations in code are none.
pub fn quotes(sentence: &str) -> Vec<Quote<'_>> {
    marks(sentence)
        .into_iter()
        .map(|mark| Quote { text: &sentence[mark.inner.clone()], mark })
        .filter(|quote| {
            quote.text.chars().any(char::is_alphanumeric) && super::cite::bracket_at(quote.text, 0).is_none()
        })
        .collect()
}

/// Whether one of the citations holds the quote: each part between ellipses verbatim, blanks folded, the sentence's own
/// punctuation at its end aside.
pub fn held(quote: &str, facts: &[&Facts]) -> bool {
    facts.iter().any(|facts| quote.split("...").flat_map(|part| part.split('…')).all(|part| part_held(part, facts)))
}

fn part_held(part: &str, facts: &Facts) -> bool {
    let folded = fold(std::iter::once(part));
    let bare = folded.trim_end_matches(['.', ',', ';', ':', '!', '?']);
    facts.holds_text(&folded) || facts.holds_text(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Facts {
        let mut facts = Facts::default();
        facts.text = text.to_owned();
        facts
    }

    #[test]
    fn a_quote_is_held_word_for_word_or_not() {
        let line = facts("ERROR card gateway: invalid header x-idem order=8812");
        for (quote, there) in [
            ("card gateway:  invalid header", true),
            ("invalid header x-idem.", true),
            ("ERROR ... order=8812", true),
            ("Card gateway", false),
            ("invalid headers", false),
        ] {
            assert_eq!(held(quote, &[&line]), there, "{quote}");
        }
        assert!(held("x", &[&facts("y"), &facts("x")]));
    }

    #[test]
    fn quotes_are_both_sorts_and_no_citations() {
        let found: Vec<_> = quotes("the `cart` says \"no route\" `[E3]` \"...\"").iter().map(|q| q.text).collect();
        assert_eq!(found, ["cart", "no route"]);
    }
}
