//! The cells of a chart while it is drawn: lines as dots (two by four in a cell, or one letter in ASCII), strokes and
//! words where no line runs. What was drawn later lies over what was drawn before.

use super::scale::Scale;
use super::trace::Trace;
use crate::ui::line::{Line, width};
use crate::ui::theme::Role;

/// Bits of the dots of a braille cell, by row and column.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// How a cell is divided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grain {
    pub(super) across: usize,
    pub(super) down: usize,
}

/// What a cell shows.
#[derive(Clone, Copy, Debug)]
struct Cell {
    shown: char,
    role: Role,
    bits: u8,
}

/// The cells of a plot.
pub(super) struct Raster {
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) grain: Grain,
    ascii: bool,
    cells: Vec<Cell>,
}

impl Grain {
    pub(super) fn of(ascii: bool) -> Self {
        if ascii { Self { across: 1, down: 1 } } else { Self { across: 2, down: 4 } }
    }
}

impl Raster {
    pub(super) fn new(columns: usize, rows: usize, ascii: bool) -> Self {
        let blank = Cell { shown: ' ', role: Role::Text, bits: 0 };
        Self { columns, rows, grain: Grain::of(ascii), ascii, cells: vec![blank; columns * rows] }
    }

    /// Draws a series; in ASCII with this sign.
    pub(super) fn trace(&mut self, trace: &Trace, scale: &Scale, role: Role, sign: char) {
        let top = (self.rows * self.grain.down).saturating_sub(1);
        let up = |v: f64| ((scale.share(v) * top as f64).round() as usize).min(top);
        let mut before: Option<(usize, usize)> = None;
        for column in &trace.columns {
            if let Some((x, y)) = before.filter(|_| column.joined) {
                self.join((x, y), (column.x, up(column.first)), top, role, sign);
            }
            self.stroke(column.x, up(column.low), up(column.high), top, role, sign);
            before = Some((column.x, up(column.last)));
        }
    }

    /// A line between two columns; the ends themselves are the columns' own.
    fn join(&mut self, from: (usize, usize), to: (usize, usize), top: usize, role: Role, sign: char) {
        let across = to.0.saturating_sub(from.0);
        let mut last = from.1;
        for x in 1..=across {
            let share = x as f64 / across as f64;
            let y = (from.1 as f64 + (to.1 as f64 - from.1 as f64) * share).round() as usize;
            // From beside the last dot, so that neighbours touch.
            let (low, high) = if last < y { (last + 1, y) } else { (y, y.max(last.saturating_sub(1))) };
            self.stroke(from.0 + x, low, high, top, role, sign);
            last = y;
        }
    }

    fn stroke(&mut self, x: usize, low: usize, high: usize, top: usize, role: Role, sign: char) {
        for y in low..=high.min(top) {
            self.dot(x, top - y, role, sign);
        }
    }

    fn dot(&mut self, x: usize, y: usize, role: Role, sign: char) {
        let (across, down) = (self.grain.across, self.grain.down);
        if let Some(cell) = self.cell(x / across, y / down) {
            cell.bits |= DOTS[y % down][x % across];
            cell.role = role;
            cell.shown = sign;
        }
    }

    fn cell(&mut self, column: usize, row: usize) -> Option<&mut Cell> {
        if column >= self.columns || row >= self.rows {
            return None;
        }
        self.cells.get_mut(row * self.columns + column)
    }

    fn is_free(&self, column: usize, row: usize) -> bool {
        column < self.columns && self.cells.get(row * self.columns + column).is_some_and(|cell| cell.bits == 0)
    }

    /// A sign in a cell, over a line or only where none runs.
    pub(super) fn sign(&mut self, column: usize, row: usize, shown: char, role: Role, over: bool) {
        if let Some(cell) = self.cell(column, row).filter(|cell| over || cell.bits == 0) {
            *cell = Cell { shown, role, bits: if over { 0 } else { cell.bits } };
        }
    }

    /// A sign in every cell of a column that no line runs through.
    pub(super) fn upright(&mut self, column: usize, shown: char, role: Role) {
        (0..self.rows).for_each(|row| self.sign(column, row, shown, role, false));
    }

    /// A sign in every cell of a row that no line runs through.
    pub(super) fn level(&mut self, row: usize, shown: char, role: Role) {
        (0..self.columns).for_each(|column| self.sign(column, row, shown, role, false));
    }

    /// Words on a row where no line runs: in the first stretch that is long enough, else over the left end.
    pub(super) fn words(&mut self, row: usize, text: &str, role: Role) {
        let wide = width(text);
        if wide + 2 > self.columns || row >= self.rows || wide != text.chars().count() {
            return;
        }
        let fits = |from: &usize| (*from..from + wide + 2).all(|column| self.is_free(column, row));
        let from = (2..self.columns.saturating_sub(wide + 1)).find(fits).unwrap_or(0);
        for (at, shown) in [' '].into_iter().chain(text.chars()).chain([' ']).enumerate() {
            self.sign(from + at, row, shown, role, true);
        }
    }

    /// A row as it is drawn.
    pub(super) fn row(&self, row: usize) -> Line {
        let mut line = Line::new();
        let mut run = String::new();
        let mut role = Role::Text;
        for cell in &self.cells[row * self.columns..(row + 1) * self.columns] {
            if cell.role != role && !run.is_empty() {
                line.push(std::mem::take(&mut run), role);
            }
            role = cell.role;
            run.push(match (cell.bits, self.ascii) {
                (0, _) | (_, true) => cell.shown,
                (bits, false) => char::from_u32(0x2800 + u32::from(bits)).unwrap_or('•'),
            });
        }
        line.push(run, role);
        line
    }
}
