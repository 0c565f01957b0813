//! The colours of a command's text on the card: the shell's own words by its tree, and what stands quoted inside them,
//! SQL or JSON, by that language. Colours only help to read; nothing is decided by them.

use std::ops::Range;

use crate::actions::{SyntaxKind, spans};
use crate::domain::Language;
use crate::ui::{Role, highlight};

/// Longest quoted text that is painted, in bytes.
const LONGEST: usize = 4096;
/// First words of SQL.
const SQL: [&str; 14] = [
    "select", "update", "delete", "insert", "with", "explain", "create", "alter", "drop", "truncate", "show", "begin",
    "copy", "grant",
];

/// What each stretch of a text means, in order; what is in none is plain.
pub fn roles(text: &str, language: Language) -> Vec<(Range<usize>, Role)> {
    match language {
        Language::Sh => spans(text).into_iter().flat_map(|(span, kind)| of_span(text, span, kind)).collect(),
        Language::Promql | Language::Logs | Language::Fetch => {
            painted(text, language.word(), 0, Role::Text).unwrap_or_default()
        }
    }
}

fn of_span(text: &str, span: Range<usize>, kind: SyntaxKind) -> Vec<(Range<usize>, Role)> {
    let role = role_of(kind);
    let whole = vec![(span.clone(), role)];
    let Some(word) = text.get(span.clone()).filter(|word| kind == SyntaxKind::Literal && word.len() <= LONGEST) else {
        return whole;
    };
    let quote = word.chars().next().filter(|quote| matches!(quote, '\'' | '"'));
    let inner = quote.and_then(|quote| word.strip_prefix(quote)?.strip_suffix(quote));
    let Some((inner, name)) = inner.and_then(|inner| Some((inner, language_of(inner)?))) else { return whole };
    let Some(inside) = painted(inner, name, span.start + 1, role) else { return whole };
    let ends = (span.start..span.start + 1, span.end - 1..span.end);
    std::iter::once((ends.0, role)).chain(inside).chain([(ends.1, role)]).collect()
}

/// The parts of a text in a language, which begins at a byte of the whole; nothing when the painter shows something else
/// than what stands there.
fn painted(text: &str, name: &str, start: usize, between: Role) -> Option<Vec<(Range<usize>, Role)>> {
    let lines = highlight::code(text, name);
    let shown: Vec<String> = lines.iter().map(|line| line.text().to_owned()).collect();
    if shown.join("\n") != text.strip_suffix('\n').unwrap_or(text) {
        return None;
    }
    let (mut parts, mut at) = (Vec::new(), start);
    for line in &lines {
        for part in line.spans() {
            parts.push((at..at + part.text.len(), part.role));
            at += part.text.len();
        }
        if at < start + text.len() {
            parts.push((at..at + 1, between));
            at += 1;
        }
    }
    Some(parts)
}

fn language_of(text: &str) -> Option<&'static str> {
    let first = text.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty())?.to_ascii_lowercase();
    let is_json = text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<serde_json::Value>(text).is_ok();
    match (is_json, SQL.contains(&first.as_str()) && text.contains(' ')) {
        (true, _) => Some("json"),
        (false, true) => Some("sql"),
        (false, false) => None,
    }
}

fn role_of(kind: SyntaxKind) -> Role {
    match kind {
        SyntaxKind::Command => Role::Strong,
        SyntaxKind::Keyword => Role::Keyword,
        SyntaxKind::Literal => Role::Literal,
        SyntaxKind::Operator | SyntaxKind::Redirect => Role::Operator,
        SyntaxKind::Text => Role::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(text: &str) -> Vec<(Range<usize>, Role)> {
        let parts = roles(text, Language::Sh);
        let mut at = 0;
        for (span, _) in &parts {
            assert!(span.start == at && span.end >= at && text.get(span.clone()).is_some(), "{text}: {parts:?}");
            at = span.end;
        }
        assert_eq!(at, text.len(), "{text}");
        parts
    }

    #[test]
    fn quoted_sql_and_json_are_painted_and_every_byte_has_its_place() {
        let role_at = |text: &str, word: &str| {
            let at = text.find(word).unwrap();
            covered(text).into_iter().find(|(span, _)| span.contains(&at)).unwrap().1
        };
        assert_eq!(role_at("psql -c 'SELECT 1 FROM t'", "SELECT"), Role::Keyword);
        assert_eq!(role_at("psql -c \"SELECT 1\nFROM t\" -x", "FROM"), Role::Keyword);
        assert_eq!(role_at("curl -d '{\"a\": true}' http://x", "true"), Role::Literal);
        assert_eq!(role_at("echo 'select' it", "select"), Role::Literal);
    }

    #[test]
    fn whatever_is_quoted_every_byte_has_its_place() {
        for text in [
            "psql -c 'SELECT \u{202e}x'",
            "psql -c 'SELECT 1\n'",
            "psql -c 'SELECT\tö'",
            "echo 'with '",
            "a 'select \r x'",
            "x '{}' '[1,\n2]'",
            "echo 'show \n\n me'",
        ] {
            covered(text);
        }
    }
}
