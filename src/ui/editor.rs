//! A multi-line input with the habits of a shell's line editor. The Copilot input, the command editor and the note
//! field each keep one.
//!
//! The text is kept exactly as typed or pasted; only the drawing makes control and invisible characters visible.

use tui_textarea::{CursorMove, TextArea};
use unicode_segmentation::UnicodeSegmentation;

use super::canvas::Canvas;
use super::key::{Code, Key};
use super::line::{Line, width};
use super::theme::Role;
use crate::domain::CleanText;

/// Most bytes an input holds; what would go beyond is not taken.
pub const MAX_BYTES: usize = 64 * 1024;

/// A multi-line input.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    area: TextArea<'static>,
}

/// One grapheme as it is drawn.
struct Cell {
    shown: CleanText,
    cursor: bool,
    /// Where it begins in the text, in bytes.
    at: usize,
}

/// A row of the input as it is drawn, for owners that mark parts of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What is drawn.
    pub line: Line,
    /// Of every grapheme where it begins in the text, in bytes, and its column.
    pub places: Vec<(usize, usize)>,
    /// Whether the cursor is in it.
    pub cursor: bool,
}

impl Editor {
    /// An empty input.
    pub fn new() -> Self {
        Self::default()
    }

    /// The text, lines joined with `\n`.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Where the cursor stands in the text, in bytes.
    pub fn cursor(&self) -> usize {
        let at = self.area.cursor();
        let (row, column) = (at.0, at.1);
        let before: usize = self.area.lines().iter().take(row).map(|line| line.len() + 1).sum();
        let line = self.area.lines().get(row).map_or("", String::as_str);
        before + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
    }

    /// Replaces the text and puts the cursor at a byte of it, or at the character's start that holds it. Answers whether
    /// it was taken; undo does not reach behind it.
    pub fn replace(&mut self, text: &str, cursor: usize) -> bool {
        if text.len() > MAX_BYTES {
            return false;
        }
        self.clear();
        self.insert_str(text);
        let mut cursor = cursor.min(text.len());
        while !text.is_char_boundary(cursor) {
            cursor -= 1;
        }
        let head = text.get(..cursor).unwrap_or_default();
        let row = head.matches('\n').count();
        let column = head.rsplit('\n').next().unwrap_or_default().chars().count();
        let clamp = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(clamp(row), clamp(column)));
        true
    }

    /// The rows at that width, each byte of the text in the role that it is given; the cursor is shown.
    pub fn drawn(&self, columns: usize, role: &dyn Fn(usize) -> Role) -> Vec<Row> {
        let draw = |cells: Vec<Cell>| {
            let (mut line, mut places, mut column) = (Line::new(), Vec::new(), 0);
            let cursor = cells.iter().any(|cell| cell.cursor);
            for cell in cells {
                places.push((cell.at, column));
                column += width(&cell.shown);
                line.push(cell.shown, if cell.cursor { Role::Cursor } else { role(cell.at) });
            }
            Row { line, places, cursor }
        };
        self.wrapped(columns.max(1)).into_iter().map(draw).collect()
    }

    /// Replaces the text; the cursor goes to its end. Undo does not reach behind it.
    pub fn set_text(&mut self, text: &str) {
        self.clear();
        self.insert_str(text);
    }

    /// Empties the input and its undo history.
    pub fn clear(&mut self) {
        self.area = TextArea::default();
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Inserts typed or pasted text at the cursor; every form of line end becomes `\n`. Answers whether it was taken:
    /// text that would exceed [`MAX_BYTES`] is refused whole.
    pub fn insert_str(&mut self, text: &str) -> bool {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let held: usize = self.area.lines().iter().map(|line| line.len() + 1).sum();
        if held.saturating_add(text.len()) > MAX_BYTES {
            return false;
        }
        self.area.insert_str(text);
        true
    }

    /// Takes a key; answers whether it was one of the editor's own.
    ///
    /// Not taken, so that the owner decides: Enter, Tab, Esc, page keys, function keys, Up on the first line and Down on
    /// the last. A new line is alt-Enter, shift-Enter or ctrl-j.
    pub fn key(&mut self, key: Key) -> bool {
        if let Some(c) = key.typed() {
            return self.insert_str(c.encode_utf8(&mut [0; 4]));
        }
        match (key.ctrl, key.alt, key.code) {
            (false, false, Code::Enter) if key.shift => self.insert_str("\n"),
            (false, true, Code::Enter) | (true, false, Code::Char('j')) => self.insert_str("\n"),
            _ => self.edit(key) || self.go(key),
        }
    }

    fn edit(&mut self, key: Key) -> bool {
        let area = &mut self.area;
        match (key.ctrl, key.alt, key.code) {
            (false, false, Code::Backspace) | (true, false, Code::Char('h')) => area.delete_char(),
            (false, false, Code::Delete) | (true, false, Code::Char('d')) => area.delete_next_char(),
            (true, false, Code::Char('w')) | (_, true, Code::Backspace) | (true, false, Code::Backspace) => {
                area.delete_word()
            }
            (false, true, Code::Char('d')) | (true, false, Code::Delete) => area.delete_next_word(),
            (true, false, Code::Char('u')) => area.delete_line_by_head(),
            (true, false, Code::Char('k')) => area.delete_line_by_end(),
            (true, false, Code::Char('y')) => area.paste(),
            (true, false, Code::Char('z' | '_')) => area.undo(),
            (true, false, Code::Char('r')) | (false, true, Code::Char('z')) => area.redo(),
            _ => return false,
        };
        true
    }

    fn go(&mut self, key: Key) -> bool {
        let row = self.area.cursor().0;
        let to = match (key.ctrl, key.alt, key.code) {
            (false, false, Code::Left) | (true, false, Code::Char('b')) => CursorMove::Back,
            (false, false, Code::Right) | (true, false, Code::Char('f')) => CursorMove::Forward,
            (true, false, Code::Left) | (false, true, Code::Left | Code::Char('b')) => CursorMove::WordBack,
            (true, false, Code::Right) | (false, true, Code::Right | Code::Char('f')) => CursorMove::WordForward,
            (false, false, Code::Home) | (true, false, Code::Char('a')) => CursorMove::Head,
            (false, false, Code::End) | (true, false, Code::Char('e')) => CursorMove::End,
            (true, false, Code::Home) => CursorMove::Top,
            (true, false, Code::End) => CursorMove::Bottom,
            (false, false, Code::Up) if row > 0 => CursorMove::Up,
            (false, false, Code::Down) if row + 1 < self.area.lines().len() => CursorMove::Down,
            _ => return false,
        };
        self.area.move_cursor(to);
        true
    }

    /// Rows the text takes when drawn that wide, at least one; for an owner that grows with its input.
    pub fn rows(&self, columns: usize) -> usize {
        self.wrapped(columns.max(1)).len()
    }

    /// Draws the text, wrapped, with the row of the cursor in view; an empty one shows the placeholder.
    pub fn draw(&self, canvas: &mut Canvas, focused: bool, placeholder: &str) {
        let (columns, height) = (canvas.width(), canvas.height());
        if columns == 0 || height == 0 {
            return;
        }
        if self.is_empty() {
            let mut first = placeholder.graphemes(true);
            let under = first.next().unwrap_or(" ");
            let cursor = if focused { Role::Cursor } else { Role::Dim };
            canvas.line(0, &Line::of(under, cursor).with(first.as_str(), Role::Dim));
            return;
        }
        let rows = self.wrapped(columns);
        let at = rows.iter().position(|row| row.iter().any(|cell| cell.cursor)).unwrap_or(0);
        let first = (at + 1).saturating_sub(height);
        for (place, row) in rows.iter().skip(first).take(height).enumerate() {
            let mut line = Line::new();
            for cell in row {
                line.push(cell.shown.clone(), if cell.cursor && focused { Role::Cursor } else { Role::Text });
            }
            canvas.line(place, &line);
        }
    }

    /// The text in rows of at most `columns`; a cell for the cursor behind a line's end.
    fn wrapped(&self, columns: usize) -> Vec<Vec<Cell>> {
        let cursor = self.area.cursor();
        let (mut rows, mut start) = (Vec::new(), 0);
        for (number, line) in self.area.lines().iter().enumerate() {
            let cursor_at = (number == cursor.0).then_some(cursor.1);
            let mut row: Vec<Cell> = Vec::new();
            let (mut used, mut chars, mut at) = (0, 0, start);
            start += line.len() + 1;
            let ending = cursor_at.is_some_and(|at| at >= line.chars().count()).then_some(" ");
            for grapheme in line.graphemes(true).chain(ending) {
                let shown = CleanText::line(grapheme);
                let count = grapheme.chars().count();
                let under = cursor_at.is_some_and(|at| (chars..chars + count).contains(&at));
                chars += count;
                let wide = width(&shown);
                if used > 0 && used + wide > columns {
                    rows.push(std::mem::take(&mut row));
                    used = 0;
                }
                used += wide;
                row.push(Cell { shown, cursor: under, at });
                at += grapheme.len();
            }
            rows.push(row);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::Modifier;

    use super::*;
    use crate::ui::dump::{draw_to_buffer, grid};
    use crate::ui::theme::Theme;

    fn press(editor: &mut Editor, keys: &str) {
        for key in crate::ui::key::keys(keys).unwrap() {
            editor.key(key);
        }
    }

    fn drawn(editor: &Editor, columns: u16, rows: u16) -> String {
        let buffer = draw_to_buffer(columns, rows, &Theme::plain(), |canvas| {
            editor.draw(canvas, true, "ask, or ! for a command")
        });
        grid(&buffer)
    }

    #[test]
    fn words_are_moved_over_and_deleted_as_in_a_shell() {
        let mut editor = Editor::new();
        press(&mut editor, "why does checkout<ctrl-w>payments<alt-b>X<end><ctrl-left><ctrl-k>!");
        assert_eq!(editor.text(), "why does !");
        press(&mut editor, "<ctrl-u>");
        assert!(editor.is_empty());
        press(&mut editor, "<ctrl-z>");
        assert_eq!(editor.text(), "why does !");
        press(&mut editor, "<ctrl-r>");
        assert!(editor.is_empty());
    }

    #[test]
    fn enter_and_the_edges_belong_to_the_owner() {
        let mut editor = Editor::new();
        for name in ["<enter>", "<tab>", "<esc>", "<up>", "<down>", "<pgup>", "<f1>"] {
            assert!(!editor.key(name.parse().unwrap()), "{name} is not the editor's");
        }
        press(&mut editor, "a<alt-enter>b<ctrl-j>c");
        assert_eq!(editor.text(), "a\nb\nc");
        assert!(editor.key("<up>".parse().unwrap()) && editor.key("<up>".parse().unwrap()));
        assert!(!editor.key("<up>".parse().unwrap()));
    }

    #[test]
    fn a_paste_keeps_every_byte_and_only_shows() {
        let mut editor = Editor::new();
        assert!(editor.insert_str("a\r\nb\u{1b}[2Jc\u{202e}d"));
        assert_eq!(editor.text(), "a\nb\u{1b}[2Jc\u{202e}d");
        assert_eq!(drawn(&editor, 20, 2), "a\nb␛[2Jc\\u{202e}d\n");
        assert!(!editor.insert_str(&"x".repeat(MAX_BYTES)), "beyond the bound nothing is taken");
    }

    #[test]
    fn long_input_wraps_and_the_cursor_stays_in_view() {
        let mut editor = Editor::new();
        editor.set_text("0123456789abcdef検検");
        assert_eq!(drawn(&editor, 6, 9), "012345\n6789ab\ncdef検\n検\n\n\n\n\n\n");
        assert_eq!(drawn(&editor, 6, 2), "cdef検\n検\n");
        press(&mut editor, "<home>");
        assert_eq!(drawn(&editor, 6, 2), "012345\n6789ab\n");
        editor.set_text("012345");
        assert_eq!(editor.rows(6), 2, "the cursor behind a full row has a row");
        press(&mut editor, "<home>");
        assert_eq!(editor.rows(6), 1);
    }

    #[test]
    fn the_cursor_has_a_place_in_the_text_and_parts_have_theirs_on_the_screen() {
        let mut editor = Editor::new();
        assert!(editor.replace("aé\nbc検d", 7));
        assert_eq!(editor.cursor(), 6, "inside a character counts as its start");
        let rows = editor.drawn(3, &|_| Role::Text);
        let shown: Vec<_> = rows.iter().map(|row| (row.line.text(), row.places.clone(), row.cursor)).collect();
        assert_eq!(shown[0], ("aé".to_owned(), vec![(0, 0), (1, 1)], false));
        assert_eq!(shown[1], ("bc".to_owned(), vec![(4, 0), (5, 1)], false));
        assert_eq!(shown[2], ("検d".to_owned(), vec![(6, 0), (9, 2)], true));
        press(&mut editor, "<end>");
        assert_eq!(editor.cursor(), editor.text().len());
    }

    #[test]
    fn the_placeholder_shows_while_there_is_nothing() {
        assert_eq!(drawn(&Editor::new(), 12, 1), "ask, or ! f…\n");
    }

    proptest! {
        #[test]
        fn any_keys_leave_an_input_that_draws(
            events in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(vec![
                        "<left>", "<right>", "<up>", "<down>", "<home>", "<end>", "<ctrl-left>", "<alt-f>", "<ctrl-w>",
                        "<ctrl-u>", "<ctrl-k>", "<ctrl-y>", "<ctrl-z>", "<ctrl-r>", "<backspace>", "<del>", "<alt-d>",
                        "<alt-enter>", "x", "<space>", "検",
                    ])
                    .prop_map(|keys| (keys.to_owned(), String::new())),
                    "\\PC{0,6}[\n\r\t\u{1b}]?".prop_map(|paste| (String::new(), paste)),
                ],
                0..40,
            ),
            columns in 1u16..30,
            rows in 1u16..5,
        ) {
            let mut editor = Editor::new();
            for (keys, paste) in events {
                press(&mut editor, &keys);
                editor.insert_str(&paste);
                let buffer = draw_to_buffer(columns, rows, &Theme::plain(), |canvas| editor.draw(canvas, true, ""));
                let cursors = buffer.content.iter().filter(|cell| cell.modifier.contains(Modifier::REVERSED)).count();
                prop_assert!(cursors >= 1 || columns < 12, "the cursor is in view");
            }
            let text = editor.text();
            let mut copy = Editor::new();
            copy.set_text(&text);
            prop_assert_eq!(copy.text(), text);
        }
    }
}
