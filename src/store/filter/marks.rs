//! Where a filter's texts stand in a line, so that the pane can mark the hits of a search.

use std::ops::Range;

use super::Filter;
use super::term::{Field, Match, Test};

/// Places found in a text at most.
const MOST: usize = 256;

impl Filter {
    /// The byte ranges of a text in which words and expressions of the filter are found, in order, none over another.
    pub fn marks(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for term in self.terms.iter().filter(|term| !term.negated) {
            let needle = match &term.test {
                Test::Text(needle) | Test::Regex(needle) => needle,
                Test::Field(Field::Body, Match::Is | Match::Contains, needle) => needle,
                Test::Field(..) | Test::Level(..) | Test::Number(..) | Test::Time(..) | Test::Pattern(_) => continue,
            };
            found.extend(needle.places(text).take(MOST));
        }
        found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        let mut end = 0;
        found.retain(|range| {
            let apart = range.start >= end && !range.is_empty();
            end = if apart { range.end } else { end };
            apart
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_expressions_are_marked_once_and_fields_are_not() {
        let filter = Filter::parse("time /out|timeout/ service=time -upstream").unwrap();
        assert_eq!(filter.marks("upstream timeout, time out"), vec![9..16, 18..22, 23..26]);
        assert!(Filter::parse("Time").unwrap().marks("time").is_empty());
    }
}
