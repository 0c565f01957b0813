//! Finds what is quoted and what is code in a sentence. `split` does not cut inside it, `quote` looks it up. One pass.

use std::collections::HashMap;
use std::ops::Range;

/// Longest text between quotation marks that is taken as a quote, in bytes.
const LONGEST_QUOTE: usize = 600;

/// A part of a text that is not prose.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// All of it with its delimiters.
    pub span: Range<usize>,
    /// What is between them.
    pub inner: Range<usize>,
    /// Whether it is a code span; else it is a quote.
    pub code: bool,
}

/// The code spans and quotes of a text, in order, none overlapping.
pub fn marks(text: &str) -> Vec<Mark> {
    let runs = backtick_runs(text);
    let mut found: Vec<Mark> = Vec::new();
    let mut quote: Option<(usize, usize, char)> = None;
    let mut run = runs.iter().peekable();
    let mut before = ' ';
    let mut skip = 0;
    for (at, c) in text.char_indices() {
        if at < skip {
            before = c;
            continue;
        }
        if let Some((start, length, close)) = run.next_if(|(start, _, _)| *start == at).copied() {
            skip = start + length;
            if let (Some(close), true) = (close, quote.is_none()) {
                found.push(Mark { span: start..close + length, inner: start + length..close, code: true });
                skip = close + length;
                while run.next_if(|(start, _, _)| *start < skip).is_some() {}
            }
        } else if let Some((open, inner, closing)) = quote {
            if c == closing {
                found.push(Mark { span: open..at + c.len_utf8(), inner: inner..at, code: false });
                quote = None;
            } else if at - open > LONGEST_QUOTE {
                quote = None;
            }
        } else if c == '“' || (c == '"' && !before.is_alphanumeric()) {
            quote = Some((at, at + c.len_utf8(), if c == '"' { '"' } else { '”' }));
        }
        before = c;
    }
    found
}

/// Runs of backticks: start, length, and the start of the run that closes each.
fn backtick_runs(text: &str) -> Vec<(usize, usize, Option<usize>)> {
    let mut runs: Vec<(usize, usize, Option<usize>)> = Vec::new();
    for (at, _) in text.match_indices('`') {
        match runs.last_mut() {
            Some((start, length, _)) if *start + *length == at => *length += 1,
            Some(_) | None => runs.push((at, 1, None)),
        }
    }
    let mut next_of_length = HashMap::new();
    for (start, length, close) in runs.iter_mut().rev() {
        *close = next_of_length.insert(*length, *start);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_quotes_and_code() {
        let text = "a `b\"c` \"d `e` f\" “g” 5\" x ``h ` i``";
        let found: Vec<_> = marks(text).into_iter().map(|mark| (&text[mark.inner], mark.code)).collect();
        assert_eq!(found, [("b\"c", true), ("d `e` f", false), ("g", false), ("h ` i", true)]);
    }
}
