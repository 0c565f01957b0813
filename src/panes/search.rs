//! A text that is searched for in a pane, and its hits in a line. Logs and Evidence share it.

use crate::domain::CleanText;
use crate::ui::{Line, Role};

/// A text that is searched for. Lower-case text matches any case; one capital makes it exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    text: CleanText,
    exact: bool,
}

impl Search {
    /// A search for this text; `None` for an empty one.
    pub fn new(text: &str) -> Option<Self> {
        let exact = text.chars().any(char::is_uppercase);
        (!text.is_empty()).then(|| Self { text: CleanText::line(text), exact })
    }

    /// The text.
    pub fn text(&self) -> &CleanText {
        &self.text
    }

    /// Byte ranges of the hits in a line.
    pub fn hits(&self, line: &str) -> Vec<std::ops::Range<usize>> {
        let found = |hay: &str| hay.match_indices(self.text.as_str()).map(|(at, hit)| at..at + hit.len()).collect();
        if self.exact || !line.is_ascii() { found(line) } else { found(&line.to_ascii_lowercase()) }
    }

    /// Whether a text holds a hit.
    pub fn is_in(&self, text: &str) -> bool {
        if self.exact { text.contains(self.text.as_str()) } else { contains_folded(text, &self.text) }
    }
}

/// Adds text with the hits of a search highlighted.
pub fn push_hits(line: &mut Line, text: &str, role: Role, search: Option<&Search>) {
    let Some(search) = search else { return line.push(text, role) };
    let mut at = 0;
    for hit in search.hits(text) {
        line.push(&text[at..hit.start], role);
        line.push(&text[hit.clone()], Role::Highlight);
        at = hit.end;
    }
    line.push(&text[at..], role);
}

fn contains_folded(text: &str, small: &str) -> bool {
    if text.is_ascii() && small.is_ascii() {
        let small = small.as_bytes();
        return text.as_bytes().windows(small.len()).any(|part| part.eq_ignore_ascii_case(small));
    }
    text.to_lowercase().contains(small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_letters_match_any_case_and_a_capital_is_exact() {
        let any = Search::new("keyerror").unwrap();
        assert!(any.is_in("raise KeyError(x)") && any.is_in("keyerror"));
        assert_eq!(any.hits("KeyError, keyerror"), vec![0..8, 10..18]);
        let exact = Search::new("KeyError").unwrap();
        assert!(exact.is_in("KeyError") && !exact.is_in("keyerror"));
        assert!(Search::new("é").unwrap().is_in("É"));
        assert_eq!(Search::new(""), None);
    }
}
