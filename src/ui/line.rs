//! A line of clean text in roles, with the one width that measuring and drawing share.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::theme::Role;
use crate::domain::CleanText;

/// Text with one meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// What is drawn.
    pub text: CleanText,
    /// What it means.
    pub role: Role,
}

/// One line of a screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    spans: Vec<Span>,
}

/// Columns the text takes on the screen: those of its graphemes, one by one, for so they are drawn. Measured as a whole,
/// some scripts are narrower (lam and alef make one column), and what follows would be drawn over their end.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.width() } else { text.graphemes(true).map(UnicodeWidthStr::width).sum() }
}

/// The longest head of `text` that fits into `columns`, at a grapheme's end, and the columns it takes.
pub fn fit(text: &str, columns: usize) -> (&str, usize) {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        let wide = grapheme.width();
        if used + wide > columns {
            return (&text[..at], used);
        }
        used += wide;
    }
    (text, used)
}

/// The text in exactly `columns`: cut with `…` or padded with blanks.
pub fn cell(text: &str, columns: usize) -> String {
    let full = width(text);
    if full <= columns {
        return format!("{text}{}", " ".repeat(columns - full));
    }
    if columns == 0 {
        return String::new();
    }
    let (head, used) = fit(text, columns - 1);
    format!("{head}…{}", " ".repeat(columns - 1 - used))
}

/// The same, right-aligned, for numbers.
pub fn cell_right(text: &str, columns: usize) -> String {
    let full = width(text);
    if full <= columns { format!("{}{text}", " ".repeat(columns - full)) } else { cell(text, columns) }
}

impl Line {
    /// An empty line.
    pub fn new() -> Self {
        Self::default()
    }

    /// A line of one span.
    pub fn of(text: impl Into<CleanText>, role: Role) -> Self {
        Self::new().with(text, role)
    }

    /// Adds a span.
    pub fn push(&mut self, text: impl Into<CleanText>, role: Role) {
        let text = text.into();
        if !text.is_empty() {
            self.spans.push(Span { text, role });
        }
    }

    /// The line with one more span.
    #[must_use]
    pub fn with(mut self, text: impl Into<CleanText>, role: Role) -> Self {
        self.push(text, role);
        self
    }

    /// Adds the spans of another line.
    pub fn append(&mut self, other: Line) {
        self.spans.extend(other.spans);
    }

    /// The spans in order.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Columns it takes.
    pub fn width(&self) -> usize {
        self.spans.iter().map(|span| width(&span.text)).sum()
    }

    /// The text without its roles.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }

    /// The line with every span in one role.
    #[must_use]
    pub fn all_in(mut self, role: Role) -> Self {
        for span in &mut self.spans {
            span.role = role;
        }
        self
    }

    /// Whether nothing is on it.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The line cut to `columns`, ending in `…` if anything was cut.
    #[must_use]
    pub fn cut(self, columns: usize) -> Line {
        if self.width() <= columns {
            return self;
        }
        let mut left = columns.saturating_sub(1);
        let mut out = Line::new();
        let mut last = Role::Text;
        for span in self.spans {
            last = span.role;
            let (head, used) = fit(&span.text, left);
            out.push(head, span.role);
            left -= used;
            if head.len() < span.text.len() {
                break;
            }
        }
        if columns > 0 {
            out.push("…", last);
        }
        out
    }

    /// The line in rows of at most `columns`, broken at blanks where it can, with `indent` blanks before every row but
    /// the first. Nothing is lost.
    pub fn wrap(&self, columns: usize, indent: usize) -> Vec<Line> {
        super::wrap::wrap(self, columns.max(1), indent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_their_columns_with_wide_characters() {
        for text in ["", "abc", "検索結果です", "e\u{301}clair au chocolat", "a検b"] {
            for columns in 0..10 {
                assert_eq!(width(&cell(text, columns)), columns, "{text} in {columns}");
                assert_eq!(width(&cell_right(text, columns)), columns, "{text} in {columns}");
            }
        }
    }

    #[test]
    fn a_cut_line_says_so() {
        let line = Line::of("payments ", Role::Strong).with("failed", Role::Critical);
        assert_eq!(line.clone().cut(12).text(), "payments fa…");
        assert_eq!(line.cut(15).text(), "payments failed");
    }
}
