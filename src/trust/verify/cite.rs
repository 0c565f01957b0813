//! Reads citations: `[E3]`, `[E3:4]`, `[E3:4-7]`, and the lists that models write, `[E3, E5:1]`. Linear, never panics.

use std::ops::Range;

use crate::domain::{EvidenceId, Locator};

/// A citation as it stands in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Cited {
    /// Where, brackets included; items of one list share it.
    pub span: Range<usize>,
    /// What it names; `None` when it looks like a citation and is none (`[E0]`, `[E3:x]`).
    pub locator: Option<Locator>,
}

/// Longest citation read, brackets included.
const LONGEST: usize = 120;

/// All citations of a text, in order.
pub fn citations(text: &str) -> Vec<Cited> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('[')) {
        let start = at + open;
        match bracket_at(text, start) {
            Some(end) => {
                items(&text[start + 1..end - 1], start..end, &mut found);
                at = end;
            }
            None => at = start + 1,
        }
    }
    found
}

/// The end of the citation that begins at `start`, if one does.
pub fn bracket_at(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.get(start) != Some(&b'[') || bytes.get(start + 1) != Some(&b'E') || !bytes.get(start + 2)?.is_ascii_digit()
    {
        return None;
    }
    let window = &bytes[start..bytes.len().min(start + LONGEST)];
    let close = window.iter().position(|byte| *byte == b']')?;
    Some(start + close + 1)
}

/// The text without its citations, blanks folded.
pub fn without(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for cited in citations(text) {
        if cited.span.start >= at {
            kept.push_str(&text[at..cited.span.start]);
            at = cited.span.end;
        }
    }
    kept.push_str(&text[at..]);
    let folded = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    [" .", " ,", " :", " ;"].iter().fold(folded, |text, gap| text.replace(gap, &gap[1..]))
}

fn items(inner: &str, span: Range<usize>, found: &mut Vec<Cited>) {
    let mut last: Option<EvidenceId> = None;
    for item in inner.split([',', ';']) {
        let item = item.trim();
        let locator = match last {
            Some(id) if item.starts_with(|c: char| c.is_ascii_digit()) => {
                lines(item).map(|lines| Locator { id, lines: Some(lines) })
            }
            Some(_) | None => locator(item),
        };
        last = locator.map(|locator| locator.id).or(last);
        found.push(Cited { span: span.clone(), locator });
    }
}

fn locator(item: &str) -> Option<Locator> {
    match item.split_once(':') {
        None => Some(Locator { id: item.parse().ok()?, lines: None }),
        Some((id, range)) => Some(Locator { id: id.trim().parse().ok()?, lines: Some(lines(range.trim())?) }),
    }
}

fn lines(range: &str) -> Option<(u32, u32)> {
    match range.split_once(['-', '–']) {
        None => range.parse().ok().map(|line| (line, line)),
        Some((first, last)) => Some((first.trim().parse().ok()?, last.trim().parse().ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<String> {
        citations(text)
            .iter()
            .map(|cited| cited.locator.map_or("?".to_owned(), |locator| locator.to_string()))
            .collect()
    }

    #[test]
    fn single_citations_ranges_rows_and_lists() {
        assert_eq!(read("a [E3] b [E3:4] c [E3:4-7]."), ["[E3]", "[E3:4]", "[E3:4-7]"]);
        assert_eq!(read("[E1][E3] [E12:1–2]"), ["[E1]", "[E3]", "[E12:1-2]"]);
        assert_eq!(read("[E1, E3:2; E4]"), ["[E1]", "[E3:2]", "[E4]"]);
        assert_eq!(read("[E3:4, 7-9]"), ["[E3:4]", "[E3:7-9]"]);
    }

    #[test]
    fn what_looks_like_a_citation_and_is_none_is_said_and_other_brackets_are_not() {
        assert_eq!(read("[E0] [E3:x] [E99999999999]"), ["?", "?", "?"]);
        assert!(read("[x] [ERROR] [payments-1] [E [] E3 [3]").is_empty());
    }

    #[test]
    fn a_text_without_its_citations_reads_well() {
        assert_eq!(without("It fails [E3] [E4:1], since then [E5]."), "It fails, since then.");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[\\[\\]E0-9:, é–-]{0,80}") {
            citations(&text);
            without(&text);
        }
    }
}
