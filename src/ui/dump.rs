//! What stands on a screen, as text: the grid, then the looks, so that a snapshot fails when a colour changes. Also the
//! one way for tests elsewhere to get a canvas without the screen library.

use std::collections::BTreeMap;

pub use ratatui::buffer::Buffer;
use ratatui::buffer::Cell;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use super::canvas::Canvas;
use super::line::width;
use super::theme::Theme;

/// Draws on a fresh buffer of the given size.
pub fn draw_to_buffer(columns: u16, rows: u16, theme: &Theme, draw: impl FnOnce(&mut Canvas)) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    draw(&mut Canvas::over(&mut buffer, theme));
    buffer
}

/// The text alone: a line per row without the blanks at its end.
pub fn grid(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let row: String = row_cells(buffer, y).map(|(_, cell)| cell.symbol()).collect();
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

/// The text, an empty line, the look that most cells have if it is not plain, then a line per run of another look:
/// `row columns words`, counted from 0.
pub fn dump(buffer: &Buffer) -> String {
    let rows: Vec<Vec<Run>> = (buffer.area.top()..buffer.area.bottom()).map(|y| runs(buffer, y)).collect();
    let mut cells: BTreeMap<&str, usize> = BTreeMap::new();
    for run in rows.iter().flatten() {
        *cells.entry(&run.words).or_default() += usize::from(run.to - run.from) + 1;
    }
    let most = cells.iter().max_by_key(|(_, count)| **count).map_or("", |(words, _)| *words);
    let mut out = grid(buffer);
    out.push('\n');
    if !most.is_empty() {
        out.push_str(&format!("else {most}\n"));
    }
    for (y, row) in rows.iter().enumerate() {
        for run in row.iter().filter(|run| run.words != most) {
            let words = if run.words.is_empty() { "plain" } else { &run.words };
            out.push_str(&format!("{y} {}-{} {words}\n", run.from, run.to));
        }
    }
    out
}

/// Neighbouring cells of one look.
struct Run {
    from: u16,
    to: u16,
    words: String,
}

fn runs(buffer: &Buffer, y: u16) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    for (x, cell) in row_cells(buffer, y) {
        let words = look(cell);
        let to = x + (width(cell.symbol()).max(1) - 1) as u16;
        match out.last_mut() {
            Some(run) if run.words == words => run.to = to,
            Some(_) | None => out.push(Run { from: x, to, words }),
        }
    }
    out
}

/// The cells of a row that hold a symbol: the second half of a wide one is left out.
pub(super) fn row_cells(buffer: &Buffer, y: u16) -> impl Iterator<Item = (u16, &Cell)> {
    let mut skip_to = 0;
    (buffer.area.left()..buffer.area.right()).filter_map(move |x| {
        let cell = buffer.cell((x, y))?;
        if x < skip_to {
            return None;
        }
        skip_to = x + width(cell.symbol()).max(1) as u16;
        Some((x, cell))
    })
}

fn look(cell: &Cell) -> String {
    let mut words = Vec::new();
    for (colour, name) in [(cell.fg, ""), (cell.bg, "on ")] {
        match colour {
            Color::Reset => {}
            Color::Rgb(r, g, b) => words.push(format!("{name}#{r:02x}{g:02x}{b:02x}")),
            other => words.push(format!("{name}{}", other.to_string().to_lowercase())),
        }
    }
    for (modifier, name) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underline"),
        (Modifier::REVERSED, "reverse"),
    ] {
        if cell.modifier.contains(modifier) {
            words.push(name.to_owned());
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::{Line, Role};

    #[test]
    fn looks_are_listed_by_run_with_wide_characters_counted() {
        let buffer = draw_to_buffer(12, 2, &Theme::plain(), |canvas| {
            canvas.line(0, &Line::of("a ", Role::Text).with("検索", Role::Strong).with(" x", Role::Dim));
        });
        assert_eq!(dump(&buffer), "a 検索 x\n\n\n0 2-5 bold\n0 6-7 dim\n");
    }
}
