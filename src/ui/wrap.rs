//! Breaks a line into rows: at blanks where it can, inside a word where it must. Called through [`Line::wrap`].

use unicode_segmentation::UnicodeSegmentation;

use super::line::{Line, Span, fit, width};
use super::theme::Role;

/// Rows being filled.
struct Rows {
    rows: Vec<Line>,
    used: usize,
    columns: usize,
    indent: usize,
}

/// The rows of a line; every row but the first begins with `indent` blanks. Nothing but blanks at a break is lost, and
/// a grapheme wider than a row is shown as `…`.
pub(super) fn wrap(line: &Line, columns: usize, indent: usize) -> Vec<Line> {
    let indent = indent.min(columns.saturating_sub(2));
    let mut rows = Rows { rows: vec![Line::new()], used: 0, columns, indent };
    let mut word: Vec<(&str, Role)> = Vec::new();
    for Span { text, role } in line.spans() {
        for piece in text.split_inclusive(' ') {
            let body = piece.trim_end_matches(' ');
            if !body.is_empty() {
                word.push((body, *role));
            }
            if body.len() < piece.len() {
                rows.word(&mut word);
                rows.blank(*role);
            }
        }
    }
    rows.word(&mut word);
    rows.rows
}

impl Rows {
    /// Puts a word, which may change its role inside, on this row or on the next.
    fn word(&mut self, word: &mut Vec<(&str, Role)>) {
        let wide: usize = word.iter().map(|(text, _)| width(text)).sum();
        let started = self.used > if self.rows.len() > 1 { self.indent } else { 0 };
        if started && self.used + wide > self.columns && wide <= self.columns - self.indent {
            self.next();
        }
        for (text, role) in word.drain(..) {
            self.text(text, role);
        }
    }

    /// A blank, unless the row ends here.
    fn blank(&mut self, role: Role) {
        if self.used < self.columns {
            self.push(" ", role, 1);
        }
    }

    fn text(&mut self, text: &str, role: Role) {
        let mut rest = text;
        while !rest.is_empty() {
            let (head, wide) = fit(rest, self.columns.saturating_sub(self.used));
            if !head.is_empty() {
                self.push(head, role, wide);
                rest = &rest[head.len()..];
            } else if self.used > self.indent || (self.used > 0 && self.rows.len() == 1) {
                self.next();
            } else {
                // Wider than any row.
                self.push("…", role, 1);
                let first = rest.graphemes(true).next().map_or(rest.len(), str::len);
                rest = &rest[first..];
            }
        }
    }

    fn push(&mut self, text: &str, role: Role, wide: usize) {
        if let Some(row) = self.rows.last_mut() {
            row.push(text, role);
        }
        self.used += wide;
    }

    fn next(&mut self) {
        let indent = " ".repeat(self.indent);
        self.rows.push(if self.indent > 0 { Line::of(indent, Role::Text) } else { Line::new() });
        self.used = self.indent;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(line: &Line, columns: usize, indent: usize) -> Vec<String> {
        line.wrap(columns, indent).iter().map(Line::text).collect()
    }

    #[test]
    fn a_word_that_changes_its_role_inside_stays_whole() {
        let line =
            Line::of("{\"status\": 502, \"", Role::Operator).with("reason", Role::Literal).with("\"", Role::Operator);
        assert_eq!(rows(&line, 18, 0), ["{\"status\": 502, ", "\"reason\""]);
    }

    #[test]
    fn a_long_word_is_broken_and_rows_are_indented() {
        assert_eq!(rows(&Line::of("ab cdefghij", Role::Text), 5, 2), ["ab cd", "  efg", "  hij"]);
        assert_eq!(rows(&Line::of("検索", Role::Text), 1, 0), ["…", "…"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_row_is_too_wide(text in "[a-z検é \\-]{0,80}", columns in 2usize..30, indent in 0usize..8) {
            let wrapped = Line::of(text.as_str(), Role::Text).wrap(columns, indent);
            prop_assert!(wrapped.iter().all(|row| row.width() <= columns));
            let solid = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            let all: String = wrapped.iter().map(Line::text).collect();
            prop_assert_eq!(solid(&all), solid(&text));
        }
    }
}
