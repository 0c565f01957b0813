//! Search in the log pane: where the hits are, found step by step from the cursor.

use super::Logs;
use crate::app::{Ctx, Intent};
use crate::domain::{CleanText, LogRecord};

/// Records looked at for one step; further than that the search says so instead of making the screen wait.
const REACH: usize = 100_000;

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

    fn matches(&self, record: &LogRecord) -> bool {
        self.is_in(&record.raw) || self.is_in(&record.body) || self.is_in(&record.service)
    }
}

fn contains_folded(text: &str, small: &str) -> bool {
    if text.is_ascii() && small.is_ascii() {
        let small = small.as_bytes();
        return text.as_bytes().windows(small.len()).any(|part| part.eq_ignore_ascii_case(small));
    }
    text.to_lowercase().contains(small)
}

impl Logs {
    /// Starts a search, or ends it with an empty text.
    pub fn search(&mut self, text: &str) {
        self.search = Search::new(text);
    }

    /// Ends the search; whether there was one.
    pub fn clear_search(&mut self) -> bool {
        self.search.take().is_some()
    }

    /// Goes to the next (newer) or previous (older) hit, around the ends.
    pub fn search_step(&mut self, forward: bool, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        let search = self.search.clone()?;
        let keys = self.keys(ctx.window);
        let len = keys.len();
        let here = self.current(ctx).map(|key| keys.position(key))?;
        let hit = (1..=len.min(REACH))
            .map(|by| if forward { (here + by) % len } else { (here + len - by % len) % len })
            .filter_map(|at| keys.get(at))
            .find(|key| ctx.stores.logs.get(*key).is_some_and(|record| search.matches(record)))?;
        self.selected = Some(hit);
        Some(self.select(ctx))
    }
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
