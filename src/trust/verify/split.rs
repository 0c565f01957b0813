//! Cuts a Markdown answer into sentences: lists, tables, headings and wrapped lines, with citations after the full stop
//! kept with the sentence before. Fenced blocks are no sentences. One pass, never panics. `copilot::reply` uses it too.

use std::ops::Range;

use super::cite;
use super::marks::marks;

/// An opening fence of a code block.
#[derive(Clone, Debug, PartialEq)]
pub struct Fence<'a> {
    mark: char,
    length: usize,
    indent: usize,
    /// What stands behind the marks, trimmed.
    pub info: &'a str,
}

impl<'a> Fence<'a> {
    /// The fence that the line opens, if it opens one.
    pub fn opening(line: &'a str) -> Option<Self> {
        let bare = line.trim_start_matches([' ', '>']);
        let mark = bare.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = bare.len() - bare.trim_start_matches(mark).len();
        let info = bare[length..].trim();
        let valid = length >= 3 && !(mark == '`' && info.contains('`'));
        valid.then_some(Self { mark, length, indent: line.len() - bare.len(), info })
    }

    /// Whether the line closes this fence.
    pub fn closes(&self, line: &str) -> bool {
        let bare = line.trim_matches([' ', '>']);
        bare.len() >= self.length && bare.chars().all(|c| c == self.mark)
    }

    /// A line of the block without the indentation that the fence itself has.
    pub fn unindent<'l>(&self, line: &'l str) -> &'l str {
        let indent = line.bytes().take(self.indent).take_while(|byte| *byte == b' ').count();
        &line[indent..]
    }
}

/// The sentences of an answer as byte ranges, in order, none overlapping, none empty.
pub fn sentences(answer: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for block in blocks(answer) {
        cut(answer, block, &mut found);
    }
    found
}

/// Ranges of text that belong together: a paragraph, a list item, a heading, a table row.
fn blocks(answer: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    let mut fence: Option<Fence<'_>> = None;
    let mut at = 0;
    for line in answer.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        if let Some(within) = &fence {
            if within.closes(line) {
                fence = None;
            }
            continue;
        }
        fence = Fence::opening(line);
        let (marker, begins) = marker(line);
        let content = start + marker..start + line.len();
        if fence.is_some() || content.is_empty() || is_rule(&answer[content.clone()]) {
            open = false;
            continue;
        }
        match found.last_mut() {
            Some(block) if open && !begins => block.end = content.end,
            Some(_) | None => found.push(content),
        }
        // A heading or table row is complete with its line.
        open = !line.trim_start().starts_with(['#', '|']);
    }
    found
}

/// How many bytes before the content of a line are Markdown, and whether they begin something new.
fn marker(line: &str) -> (usize, bool) {
    let bare = line.trim_start_matches([' ', '\t', '>']);
    let lead = line.len() - bare.len();
    let hashes = bare.len() - bare.trim_start_matches('#').len();
    if (1..=6).contains(&hashes) && bare[hashes..].starts_with(' ') {
        return (lead + hashes + blanks(&bare[hashes..]), true);
    }
    if let Some(rest) = bare.strip_prefix('|') {
        return (lead + 1 + blanks(rest), true);
    }
    let bullet = ["- ", "* ", "+ ", "• "].iter().find(|mark| bare.starts_with(**mark)).map(|mark| mark.len());
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let number = (1..=3).contains(&digits) && (bare[digits..].starts_with(". ") || bare[digits..].starts_with(") "));
    match bullet.or(number.then_some(digits + 2)) {
        Some(mark) => {
            let rest = &bare[mark..];
            let task =
                ["[ ] ", "[x] "].iter().find(|task| rest.trim_start().starts_with(**task)).map_or(0, |t| t.len());
            (lead + mark + blanks(rest) + task, true)
        }
        None => (lead, false),
    }
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// A line that draws: `---`, `***`, `|---|:--|`.
fn is_rule(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '-' | '*' | '_' | '=' | '|' | ':' | ' '))
}

/// Cuts one block at its full stops.
fn cut(answer: &str, block: Range<usize>, found: &mut Vec<Range<usize>>) {
    let text = &answer[block.clone()];
    let marks = marks(text);
    let mut next_mark = marks.iter().peekable();
    let mut start = 0;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if let Some(mark) = next_mark.next_if(|mark| mark.span.start <= at) {
            at = mark.span.end.max(at);
            let stopped = !mark.code && text[mark.inner.clone()].ends_with(['.', '!', '?']);
            if stopped && text[at..].starts_with([' ', '\n']) && starts_upper(&text[at..]) {
                at = with_citations(text, start, at);
                push(answer, &block, start..at, found);
                start = at;
            }
            continue;
        }
        let after = at + c.len_utf8();
        if !matches!(c, '.' | '!' | '?' | '…') {
            at = after;
            continue;
        }
        let stop =
            text.len() - text[after..].trim_start_matches(['.', '!', '?', '…', '"', '”', ')', '*', '_', '\'']).len();
        // A mark may begin inside the run of closing characters: the mark wins.
        let stop = next_mark.peek().map_or(stop, |mark| stop.min(mark.span.start.max(after)));
        if is_end(text, start, at, stop) {
            at = with_citations(text, start, stop);
            push(answer, &block, start..at, found);
            start = at;
        } else {
            at = stop;
        }
    }
    push(answer, &block, start..text.len(), found);
}

fn push(answer: &str, block: &Range<usize>, part: Range<usize>, found: &mut Vec<Range<usize>>) {
    let text = &answer[block.start + part.start..block.start + part.end];
    let trimmed = text.trim_end_matches(|c: char| c.is_whitespace() || c == '|');
    let start = block.start + part.start + blanks(trimmed);
    let end = block.start + part.start + trimmed.len();
    if start < end {
        found.push(start..end);
    }
}

/// Whether the sentence that began at `start` ends with the run of stops at `at..stop`.
fn is_end(text: &str, start: usize, at: usize, stop: usize) -> bool {
    let rest = &text[stop..];
    if rest.is_empty() || cite::bracket_at(text, stop).is_some() {
        return true;
    }
    if !rest.starts_with(char::is_whitespace) {
        return false;
    }
    let run = &text[at..stop];
    if run.contains(['!', '?']) {
        return true;
    }
    if run.starts_with("...") || run.starts_with('…') {
        return starts_upper(rest);
    }
    !is_abbreviation(&text[start..at], rest)
}

/// Whether the next word begins with a capital letter, a digit or a mark.
fn starts_upper(rest: &str) -> bool {
    rest.trim_start().chars().next().is_none_or(|c| !c.is_lowercase())
}

/// Whether a full stop after `before` belongs to an abbreviation, given what follows.
fn is_abbreviation(before: &str, rest: &str) -> bool {
    let word_start =
        before.char_indices().rev().find(|(_, c)| c.is_whitespace() || *c == '(').map_or(0, |(i, c)| i + c.len_utf8());
    let word = &before[word_start..];
    if word.len() > 8 {
        return false;
    }
    let next = rest.trim_start().chars().next();
    match word.to_ascii_lowercase().as_str() {
        "e.g" | "i.e" | "cf" | "vs" | "approx" | "ca" | "resp" | "incl" | "dr" | "mr" | "mrs" => true,
        "etc" | "al" | "min" | "max" | "sec" | "hrs" | "avg" | "a.m" | "p.m" => next.is_some_and(char::is_lowercase),
        "no" | "fig" | "nr" | "p" => next.is_some_and(|c| c.is_ascii_digit()),
        // The number of a list item that stands inside a line.
        other => before.trim() == word && !other.is_empty() && other.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// The end of a sentence that stops at `stop`, moved past the citations that follow it.
fn with_citations(text: &str, start: usize, stop: usize) -> usize {
    let mut end = stop;
    loop {
        let next = end + blanks(&text[end..]);
        match cite::bracket_at(text, next) {
            Some(close) => end = close,
            None => break,
        }
    }
    if end == stop {
        return stop;
    }
    // `It fails [E1]. [E3] shows why.`: the sentence before has its citation, and the next one begins with a verb.
    let next_is_lower = text[end..].trim_start().starts_with(char::is_lowercase);
    if next_is_lower && text[end..].starts_with(' ') && has_citation(&text[start..stop]) {
        return stop;
    }
    let rest = &text[end..];
    end + rest.len() - rest.strip_prefix('.').unwrap_or(rest).len()
}

fn has_citation(text: &str) -> bool {
    text.match_indices("[E").any(|(at, _)| cite::bracket_at(text, at).is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(answer: &str) -> Vec<&str> {
        sentences(answer).into_iter().map(|span| &answer[span]).collect()
    }

    #[test]
    fn citations_after_the_full_stop_belong_to_the_sentence_before() {
        assert_eq!(split("It fails. [E3] It is down [E1]."), ["It fails. [E3]", "It is down [E1]."]);
        assert_eq!(split("It took 5 ms. It fell."), ["It took 5 ms.", "It fell."]);
        assert_eq!(split("It fails.[E3][E4:1] payments is down."), ["It fails.[E3][E4:1]", "payments is down."]);
        assert_eq!(split("It fails [E1]. [E3] shows why."), ["It fails [E1].", "[E3] shows why."]);
    }

    #[test]
    fn numbers_times_versions_and_abbreviations_do_not_end_a_sentence() {
        for whole in [
            "Payments 2.3.1 went out at 02:05:12.5 and took 1.9 s.",
            "Some tools, e.g. psql, approx. 14.2 req/s vs. 3.1 before, etc. and so on.",
            "It waited ... and then failed.",
            "See `a. B. c` and \"Done. Next. x\" here.",
            "10.20.2.61 answers no. 5 only",
        ] {
            assert_eq!(split(whole), [whole]);
        }
    }

    #[test]
    fn lists_headings_tables_and_wrapped_lines() {
        let answer = "# What is known\n\n- First one [E1]. Second\n  goes on here.\n- [ ] Third!\n1. Fourth\n\n> quoted line\n\n| a | 5 |\n|---|---|\n| b | 6 |\n\n---\nLast? Yes";
        assert_eq!(
            split(answer),
            [
                "What is known",
                "First one [E1].",
                "Second\n  goes on here.",
                "Third!",
                "Fourth",
                "quoted line",
                "a | 5",
                "b | 6",
                "Last?",
                "Yes"
            ]
        );
    }

    #[test]
    fn fenced_blocks_are_no_sentences_even_unclosed() {
        assert_eq!(split("Do this:\n```sh\nrm -rf. /x\n```\nThen that.\n~~~\nopen. end"), ["Do this:", "Then that."]);
    }

    #[test]
    fn a_quote_that_ends_with_a_stop_ends_the_sentence() {
        assert_eq!(split("It says \"no route.\" Then it stops."), ["It says \"no route.\"", "Then it stops."]);
    }

    proptest! {
        #[test]
        fn sentences_are_ordered_and_inside(answer in "([a-zE0-9 .!?`\"\n\\[\\]:|#>~“”é…-]|\\[E1\\]|```){0,120}") {
            let mut last = 0;
            for span in sentences(&answer) {
                prop_assert!(span.start >= last && span.start < span.end && span.end <= answer.len());
                prop_assert!(answer.get(span.clone()).is_some());
                last = span.end;
            }
        }
    }

    #[test]
    fn a_hostile_answer_of_a_quarter_megabyte_is_cut_in_one_pass() {
        for piece in ["`", "\"", "[E1", "a. ", "e.g. ", "`` ` ", "“", "...", "> - # | ", "x.[E1]"] {
            sentences(&piece.repeat((256 << 10) / piece.len()));
        }
    }
}
