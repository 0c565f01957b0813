//! Which bytes of a command line are what, for its colours on the card: from the parser's own words, not from a guess.

use std::ops::Range;

use brush_parser::{Token, uncached_tokenize_str};

use crate::actions::tables::Tables;

use super::walk::{options, walk};
use super::{guard, isolate};

/// What a stretch of a command line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SyntaxKind {
    /// The name of what runs.
    Command,
    /// `if`, `for`, `done`, ...
    Keyword,
    /// A word that is given to a command.
    Literal,
    /// `|`, `&&`, `;`, ...
    Operator,
    /// A redirection and its target.
    Redirect,
    /// Anything else: blanks, and a text that is not understood.
    Text,
}

const KEYWORDS: [&str; 19] = [
    "if", "then", "else", "elif", "fi", "for", "in", "do", "done", "while", "until", "case", "esac", "{", "}", "!",
    "function", "time", "coproc",
];

/// Covers the whole text with spans in order. A text that is not understood is one [`SyntaxKind::Text`].
pub fn spans(text: &str) -> Vec<(Range<usize>, SyntaxKind)> {
    let whole = vec![(0..text.len(), SyntaxKind::Text)];
    if guard::inspect(text).is_err() {
        return if text.is_empty() { Vec::new() } else { whole };
    }
    let owned = text.to_owned();
    isolate::bounded(move || paint(&owned)).ok().flatten().unwrap_or(whole)
}

fn paint(text: &str) -> Option<Vec<(Range<usize>, SyntaxKind)>> {
    let no_tables = Tables::empty();
    let calls = walk(text, &no_tables).calls;
    let names: Vec<Range<usize>> = calls.iter().filter_map(|words| Some(words.first()?.span.clone())).collect();
    let words: Vec<Range<usize>> = calls.iter().flatten().map(|word| word.span.clone()).collect();
    let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut spans: Vec<(Range<usize>, SyntaxKind)> = Vec::new();
    let mut after_redirect = false;
    for token in uncached_tokenize_str(text, &options().tokenizer_options()).ok()? {
        let location = token.location();
        let at = |index: usize| offsets.get(index).copied();
        let (start, end) = (at(location.start.index)?, at(location.end.index)?);
        let kind = match &token {
            Token::Operator(sign, _) if sign.contains(['<', '>']) => SyntaxKind::Redirect,
            Token::Operator(_, _) => SyntaxKind::Operator,
            Token::Word(_, _) if after_redirect => SyntaxKind::Redirect,
            Token::Word(_, _) if names.contains(&(start..end)) => SyntaxKind::Command,
            Token::Word(word, _) if KEYWORDS.contains(&word.as_str()) && !words.contains(&(start..end)) => {
                SyntaxKind::Keyword
            }
            Token::Word(_, _) => SyntaxKind::Literal,
        };
        after_redirect = kind == SyntaxKind::Redirect && matches!(token, Token::Operator(_, _));
        let covered = spans.last().map_or(0, |(span, _)| span.end);
        if start < covered || end <= start {
            // Line ends and here-documents come as tokens that overlap; what was painted stays.
            continue;
        }
        if start > covered {
            spans.push((covered..start, SyntaxKind::Text));
        }
        spans.push((start..end, kind));
    }
    let covered = spans.last().map_or(0, |(span, _)| span.end);
    if covered < text.len() {
        spans.push((covered..text.len(), SyntaxKind::Text));
    }
    Some(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(&str, SyntaxKind)> {
        let all = spans(text);
        let joined: String = all.iter().map(|(span, _)| &text[span.clone()]).collect();
        assert_eq!(joined, text, "the spans cover the text");
        all.into_iter().map(|(span, kind)| (&text[span], kind)).filter(|(part, _)| !part.trim().is_empty()).collect()
    }

    #[test]
    fn parts_are_told_apart_by_the_tree() {
        use SyntaxKind::{Command, Keyword, Literal, Operator, Redirect};
        assert_eq!(
            kinds("if grep -q größe f; then echo if >x; fi"),
            [
                ("if", Keyword),
                ("grep", Command),
                ("-q", Literal),
                ("größe", Literal),
                ("f", Literal),
                (";", Operator),
                ("then", Keyword),
                ("echo", Command),
                ("if", Literal),
                (">", Redirect),
                ("x", Redirect),
                (";", Operator),
                ("fi", Keyword),
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_plain_text() {
        for text in ["", "echo 'open", "((((((((((", "ls \u{202e}"] {
            let all = spans(text);
            assert!(all.iter().all(|(_, kind)| *kind == SyntaxKind::Text), "{text}: {all:?}");
        }
    }
}
