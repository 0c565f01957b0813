//! Lays pieces of text out in rows, broken at blanks, remembering which bytes of the source each row shows. Called by
//! the Markdown renderer.

use std::ops::Range;

use super::line::{Line, fit, width};
use super::theme::Role;
use crate::domain::CleanText;

/// Text with a meaning and a place in the source. `\n` in the text breaks the row.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) role: Role,
    pub(super) span: Range<usize>,
}

/// A word, or a part of one that changes its role inside.
struct Part {
    text: CleanText,
    role: Role,
    span: Range<usize>,
}

/// Rows being filled.
pub(super) struct Flow {
    columns: usize,
    rest: Line,
    rows: Vec<(Line, Option<Range<usize>>)>,
    used: usize,
    /// Nothing but the indent is on the row.
    fresh: bool,
    blank: Option<Part>,
    word: Vec<Part>,
}

impl Flow {
    pub(super) fn new(columns: usize, first: Line, rest: Line) -> Self {
        let used = first.width();
        Self { columns, rest, rows: vec![(first, None)], used, fresh: true, blank: None, word: Vec::new() }
    }

    pub(super) fn add(&mut self, piece: Piece) {
        // Where the shown text is the source itself, each word knows its own bytes; else all have those of the piece.
        let exact = piece.text.len() == piece.span.len();
        let mut at = 0;
        for run in runs(&piece.text) {
            let span =
                if exact { piece.span.start + at..piece.span.start + at + run.len() } else { piece.span.clone() };
            at += run.len();
            if run.starts_with('\n') {
                self.end_word();
                self.next_row();
                continue;
            }
            let blank = run.starts_with(' ');
            let part = Part { text: CleanText::line(run), role: piece.role, span };
            if blank {
                self.end_word();
                self.blank = Some(part);
            } else {
                self.word.push(part);
            }
        }
    }

    pub(super) fn finish(mut self) -> Vec<(Line, Range<usize>)> {
        self.end_word();
        // A line end at the end of a block opens no row.
        if self.fresh && self.rows.len() > 1 {
            self.rows.pop();
        }
        let mut end = 0;
        let mut out = Vec::with_capacity(self.rows.len());
        for (line, span) in self.rows {
            let span = span.unwrap_or(end..end);
            end = span.end;
            out.push((line, span));
        }
        out
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        let wide: usize = word.iter().map(|part| width(&part.text)).sum();
        if wide == 0 {
            return;
        }
        if let Some(blank) = self.blank.take() {
            let gap = width(&blank.text);
            if self.used + gap + wide > self.columns && !self.fresh {
                self.next_row();
            } else if !self.fresh {
                self.put(&blank);
            }
        } else if !self.fresh && self.used + wide > self.columns {
            self.next_row();
        }
        for part in &word {
            self.put(part);
        }
    }

    /// Puts a part on the row, going on in the next where it is wider than a row.
    fn put(&mut self, part: &Part) {
        let mut rest: &str = &part.text;
        while !rest.is_empty() {
            let (head, wide) = fit(rest, self.columns.saturating_sub(self.used));
            if head.is_empty() {
                if self.fresh {
                    // Not even one character fits: the indent gives way rather than the text.
                    self.force(rest, part);
                    return;
                }
                self.next_row();
                continue;
            }
            self.used += wide;
            self.write(head, part);
            rest = &rest[head.len()..];
        }
    }

    fn force(&mut self, text: &str, part: &Part) {
        self.used += width(text);
        self.write(text, part);
    }

    fn write(&mut self, text: &str, part: &Part) {
        self.fresh = false;
        if let Some((line, span)) = self.rows.last_mut() {
            line.push(text, part.role);
            *span = Some(match span.take() {
                Some(before) => before.start.min(part.span.start)..before.end.max(part.span.end),
                None => part.span.clone(),
            });
        }
    }

    fn next_row(&mut self) {
        self.blank = None;
        self.used = self.rest.width();
        self.fresh = true;
        self.rows.push((self.rest.clone(), None));
    }
}

/// Runs of blanks, single line ends, and words. Any other white space counts as part of a word and is drawn as such.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = match first {
            '\n' => 1,
            ' ' => rest.find(|c| c != ' ').unwrap_or(rest.len()),
            _ => rest.find([' ', '\n']).unwrap_or(rest.len()),
        };
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}
