//! Command text as the confirm card shows it: nothing hidden, nothing lost, nothing that layout could push out of sight.

use std::ops::Range;

use super::line::{Line, fit, width};
use super::theme::Role;
use crate::domain::CleanText;

/// Blanks in a row that are shown as they are.
const PLAIN_BLANKS: usize = 4;

/// A piece of a command and what is shown for it. The spans of all parts cover the command without gap or overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevealPart {
    /// What is shown: the bytes themselves, or what stands for them.
    pub text: CleanText,
    /// Whether `text` stands for something that would not show or could be taken for something else: `\u{..}` for what
    /// is not printable ASCII, `·×N` for a run of blanks, `⏎` for the end of a line.
    pub hidden: bool,
    /// Bytes of the command.
    pub span: Range<usize>,
}

/// One row of the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevealRow {
    /// Number of the command's line, from 1; nothing where a line goes on from the row above.
    pub number: Option<usize>,
    /// What is drawn.
    pub line: Line,
    /// Bytes of the command that the row shows.
    pub span: Range<usize>,
}

/// A command in parts.
pub fn reveal(text: &str) -> Vec<RevealPart> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let blanks = rest.bytes().take_while(|b| *b == b' ').count();
        let plain = plain_length(rest);
        let (length, shown, hidden) = match c {
            _ if blanks > PLAIN_BLANKS => (blanks, format!("·×{blanks}"), true),
            '\n' => (1, "⏎".to_owned(), true),
            _ if plain > 0 => (plain, rest[..plain].to_owned(), false),
            _ => (c.len_utf8(), format!("\\u{{{:x}}}", u32::from(c)), true),
        };
        parts.push(RevealPart { text: CleanText::line(&shown), hidden, span: at..at + length });
        at += length;
    }
    parts
}

/// Length of the printable ASCII before anything that must be revealed; short, so that no part is cut as a long line.
fn plain_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let end = bytes.iter().take(4096).position(|b| !(0x20..0x7f).contains(b)).unwrap_or(bytes.len().min(4096));
    let run = [b' '; PLAIN_BLANKS + 1];
    bytes[..end].windows(run.len()).position(|window| *window == run).unwrap_or(end)
}

/// A command in rows of at most `columns`, wrapped and never cut. `role` says what the byte at a position means; what
/// had to be revealed is drawn as [`Role::Highlight`].
pub fn rows(text: &str, columns: usize, role: &dyn Fn(usize) -> Role) -> Vec<RevealRow> {
    let mut rows = vec![RevealRow { number: Some(1), line: Line::new(), span: 0..0 }];
    let columns = columns.max(10);
    let mut lines = 1;
    for part in reveal(text) {
        let ends_line = text[part.span.clone()] == *"\n";
        if part.hidden {
            add(&mut rows, &part.text, Role::Highlight, part.span.clone(), columns);
        } else {
            for (from, to) in same_role(part.span.clone(), role) {
                add(&mut rows, &text[from..to], role(from), from..to, columns);
            }
        }
        if ends_line && part.span.end < text.len() {
            lines += 1;
            let at = part.span.end;
            rows.push(RevealRow { number: Some(lines), line: Line::new(), span: at..at });
        }
    }
    rows
}

/// Adds shown text to the last row, going on in new rows where it does not fit. What stands for something hidden is not
/// torn apart if it fits into a row.
fn add(rows: &mut Vec<RevealRow>, shown: &str, role: Role, span: Range<usize>, columns: usize) {
    let mut rest = shown;
    let whole = shown.len() == span.len();
    let mut at = span.start;
    while let Some(row) = rows.last_mut() {
        let room = columns.saturating_sub(row.line.width());
        let (head, _) = if whole || width(rest) <= room { fit(rest, room) } else { ("", 0) };
        row.line.push(head, role);
        rest = &rest[head.len()..];
        at = if whole {
            at + head.len()
        } else if rest.is_empty() {
            span.end
        } else {
            at
        };
        row.span.end = at;
        if rest.is_empty() {
            return;
        }
        rows.push(RevealRow { number: None, line: Line::new(), span: at..at });
    }
}

fn same_role(span: Range<usize>, role: &dyn Fn(usize) -> Role) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for at in span {
        match runs.last_mut() {
            Some((from, to)) if role(*from) == role(at) => *to = at + 1,
            Some(_) | None => runs.push((at, at + 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        reveal(text).iter().map(|part| part.text.as_str()).collect()
    }

    #[test]
    fn what_hides_in_a_command_is_shown() {
        assert_eq!(shown("kub\u{435}ctl get pods"), "kub\\u{435}ctl get pods");
        assert_eq!(shown("ls\u{200b}\u{a0}-l\r"), "ls\\u{200b}\\u{a0}-l\\u{d}");
        assert_eq!(shown(&format!("ls{}&& rm -rf /", " ".repeat(200))), "ls·×200&& rm -rf /");
        assert_eq!(shown("a     b"), "a·×5b");
        assert_eq!(shown("a    b\tc"), "a    b\\u{9}c");
        assert_eq!(shown("a\nb\n"), "a⏎b⏎");
    }

    #[test]
    fn text_that_only_looks_revealed_is_not_marked() {
        assert!(reveal("echo '\\u{435} ok'").iter().all(|part| !part.hidden));
    }

    #[test]
    fn lines_are_numbered_and_wrapped() {
        let rows = rows("echo one two three\nls", 10, &|at| if at < 4 { Role::Keyword } else { Role::Text });
        let seen: Vec<_> = rows.iter().map(|row| (row.number, row.line.text())).collect();
        let expected = [(Some(1), "echo one t"), (None, "wo three⏎"), (Some(2), "ls")];
        assert_eq!(seen, expected.map(|(number, text)| (number, text.to_owned())));
        assert_eq!(rows[0].line.spans()[0].role, Role::Keyword);
        assert_eq!(rows[1].span, 10..19);
    }

    fn original(part: &RevealPart) -> String {
        let text = part.text.as_str();
        if !part.hidden {
            return text.to_owned();
        }
        if let Some(n) = text.strip_prefix("·×") {
            return " ".repeat(n.parse().unwrap());
        }
        let hex = text.strip_prefix("\\u{").and_then(|rest| rest.strip_suffix('}'));
        hex.map_or("\n".to_owned(), |hex| char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap().to_string())
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in prop_oneof![any::<String>(), "[a-c \n\t\u{202e}]{0,80}"], columns in 0usize..40) {
            let parts = reveal(&text);
            prop_assert_eq!(parts.iter().map(original).collect::<String>(), text.clone());
            let mut at = 0;
            for part in &parts {
                prop_assert_eq!(part.span.start, at);
                prop_assert!(part.text.bytes().all(|b| b >= b' '));
                at = part.span.end;
            }
            prop_assert_eq!(at, text.len());
            let rows = rows(&text, columns, &|_| Role::Text);
            prop_assert_eq!(rows.iter().map(|row| row.line.text()).collect::<String>(), shown(&text));
            prop_assert!(rows.iter().all(|row| row.line.width() <= columns.max(10)));
            let mut at = 0;
            for row in &rows {
                prop_assert_eq!(row.span.start, at);
                at = row.span.end;
            }
            prop_assert_eq!(at, text.len());
        }
    }
}
