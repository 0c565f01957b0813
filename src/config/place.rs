//! Finds where a key stands in the text of a configuration, so that a message can show its line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use unicode_width::UnicodeWidthStr;

use super::problem::{Place, masked};
use crate::domain::CleanText;

/// One step of a path: a key or a position.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// A table's key.
    Key(&'a str),
    /// An array's element, from 0.
    At(usize),
}

/// The steps of `prometheus[0].url`.
pub(super) fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (name, rest) = part.split_once('[').unwrap_or((part, ""));
        if let (true, Ok(position)) = (rest.is_empty(), name.parse()) {
            steps.push(Step::At(position));
            continue;
        }
        if !name.is_empty() {
            steps.push(Step::Key(name));
        }
        steps.extend(rest.split(['[', ']']).filter_map(|digits| digits.parse().ok()).map(Step::At));
    }
    steps
}

/// The last key of a path.
pub(super) fn last_key(path: &str) -> Option<&str> {
    steps(path).into_iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key),
        Step::At(_) => None,
    })
}

/// Which part of an entry to point at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The key's name.
    Key,
    /// The value.
    Value,
}

/// Where the key stands, or the nearest table around it that does; `None` where nothing of it is in the text.
pub(super) fn find(text: &str, path: &str, part: Part) -> Option<Place> {
    let document = DeTable::parse_recoverable(text).0;
    span(document.get_ref(), &steps(path), part).map(|span| at(text, span))
}

fn span(root: &DeTable<'_>, steps: &[Step<'_>], part: Part) -> Option<Range<usize>> {
    let (Step::Key(first), rest) = steps.split_first()? else { return None };
    let (key, mut value) = entry(root, first)?;
    let mut found = if rest.is_empty() && part == Part::Key { key.span() } else { value.span() };
    for (index, step) in rest.iter().enumerate() {
        let last = index + 1 == rest.len();
        match (step, value.get_ref()) {
            (Step::Key(name), DeValue::Table(table)) => {
                let Some((key, inner)) = entry(table, name) else { break };
                found = if last && part == Part::Key { key.span() } else { inner.span() };
                value = inner;
            }
            (Step::At(position), DeValue::Array(array)) => {
                let Some(inner) = array.get(*position) else { break };
                found = inner.span();
                value = inner;
            }
            _ => break,
        }
    }
    Some(found)
}

fn entry<'a, 'i>(
    table: &'a DeTable<'i>,
    name: &str,
) -> Option<(&'a Spanned<toml::de::DeString<'i>>, &'a Spanned<DeValue<'i>>)> {
    table.iter().find(|(key, _)| key.get_ref().as_ref() == name)
}

/// The line, column and text of a span of bytes.
pub(super) fn at(text: &str, span: Range<usize>) -> Place {
    let start = floor(text, span.start);
    let end = floor(text, span.end.max(start));
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |offset| start + offset);
    let raw = text[line_start..line_end].trim_end_matches('\r');
    let shown = CleanText::line(&masked(raw));
    let column = text[line_start..start].chars().count() + 1;
    let cells = |text: &str| CleanText::line(text).width();
    let indent = cells(&text[line_start..start]).min(shown.width());
    let length = cells(&text[start..end.min(line_end).max(start)]).clamp(1, (shown.width() - indent).max(1));
    Place { line: text[..start].matches('\n').count() + 1, column, indent, length, text: shown }
}

/// The last boundary of a character at or before the byte.
fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "theme = \"dark\"\n[[prometheus]]\nname = \"a\"\n[[prometheus]]\nname = \"b\"\nurl = \"x\"\n";

    #[test]
    fn a_key_in_the_second_table_of_an_array_is_found() {
        let place = find(TEXT, "prometheus[1].url", Part::Value).unwrap();
        assert_eq!((place.line, place.column, place.length, place.text.as_str()), (6, 7, 3, "url = \"x\""));
        assert_eq!(find(TEXT, "prometheus.1.url", Part::Key).map(|place| (place.line, place.column)), Some((6, 1)));
    }

    #[test]
    fn a_key_that_is_not_there_points_at_its_table() {
        assert_eq!(find(TEXT, "prometheus[1].step", Part::Value).map(|place| place.line), Some(4));
        assert_eq!(find(TEXT, "model.url", Part::Value), None);
    }

    #[test]
    fn spans_outside_the_text_or_inside_a_character_do_no_harm() {
        for span in [0..0, 3..900, 900..901, 1..2] {
            let place = at("é = 1\n", span);
            assert!(place.length >= 1 && place.column >= 1);
        }
    }
}
