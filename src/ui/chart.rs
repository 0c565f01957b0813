//! One zoomed chart with its axis, in braille dots, or in ASCII where the font has none. The Metrics pane draws it.

use super::canvas::Canvas;
use super::line::{Line, cell_right, width};
use super::spark::Scale;
use super::theme::Role;

/// Columns of the axis at the left, with the stroke that ends it.
const AXIS: usize = 10;

/// Bits of the dots of a braille cell, by row and column.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// How a cell is divided and shown.
#[derive(Clone, Copy)]
struct Grain {
    across: usize,
    down: usize,
    ascii: bool,
}

/// The cells of the plot: the dots set in each and whose they are.
struct Plot {
    columns: usize,
    rows: usize,
    grain: Grain,
    dots: Vec<(u8, Role)>,
}

/// Draws series over one scale. The values of a series are spread evenly over the width, a gap stays a gap; `marks` are
/// positions in the longest series, drawn as vertical strokes. The last row holds the labels of the two ends in time.
///
/// Draws nothing on fewer than three rows or fourteen columns.
pub fn chart(
    canvas: &mut Canvas,
    series: &[(&[Option<f64>], Role)],
    y_label: &dyn Fn(f64) -> String,
    x_labels: (&str, &str),
    marks: &[usize],
) {
    let (columns, rows) = (canvas.width().saturating_sub(AXIS), canvas.height().saturating_sub(1));
    if columns < 4 || rows < 2 {
        return;
    }
    let ascii = canvas.ascii();
    let values = series.iter().flat_map(|(values, _)| values.iter().copied().flatten());
    let Some(scale) = Scale::of(values) else {
        canvas.line(rows / 2, &Line::of(" no values in this window", Role::Dim));
        return;
    };
    let grain = if ascii { Grain { across: 1, down: 1, ascii } } else { Grain { across: 2, down: 4, ascii } };
    let mut plot = Plot { columns, rows, grain, dots: vec![(0, Role::Trend); columns * rows] };
    for (values, role) in series {
        plot.draw(values, scale, *role);
    }
    let longest = series.iter().map(|(values, _)| values.len()).max().unwrap_or(0);
    let marked: Vec<usize> = marks.iter().filter(|at| **at < longest).map(|at| at * columns / longest.max(1)).collect();
    for row in 0..rows {
        canvas.line(row, &axis(row, rows, scale, y_label, ascii));
        canvas.line_at(AXIS, row, &plot.row(row, &marked));
    }
    let (left, right) = x_labels;
    let gap = columns.saturating_sub(width(left) + width(right)).max(1);
    canvas.line_at(AXIS, rows, &Line::of(format!("{left}{}{right}", " ".repeat(gap)), Role::Dim));
}

/// The labels of the top, the middle and the bottom, each before the stroke of the axis.
fn axis(row: usize, rows: usize, scale: Scale, y_label: &dyn Fn(f64) -> String, ascii: bool) -> Line {
    let middle = rows / 2;
    let share = match row {
        0 => Some(1.0),
        _ if row == rows - 1 => Some(0.0),
        _ if row == middle && rows >= 5 => Some(1.0 - middle as f64 / (rows - 1) as f64),
        _ => None,
    };
    let at = |share: f64| y_label(scale.low * (1.0 - share) + scale.high * share);
    let label = share.map(at).unwrap_or_default();
    let stroke = match (ascii, label.is_empty()) {
        (true, _) => "|",
        (false, true) => "│",
        (false, false) => "┤",
    };
    Line::of(cell_right(&label, AXIS - 2), Role::Dim).with(format!(" {stroke}"), Role::Frame)
}

impl Plot {
    fn draw(&mut self, values: &[Option<f64>], scale: Scale, role: Role) {
        let across = self.columns * self.grain.across;
        let top = self.rows * self.grain.down - 1;
        let mut before: Option<usize> = None;
        for x in 0..across {
            let level = value_at(values, x, across).map(|v| (scale.share(v) * top as f64).round() as usize);
            if let Some(level) = level {
                let from = before.unwrap_or(level);
                // A jump is a stroke from beside the last dot, so that neighbours touch.
                let (low, high) =
                    if from < level { (from + 1, level) } else { (level, level.max(from.saturating_sub(1))) };
                for y in low..=high.max(low) {
                    self.set(x, top - y, role);
                }
            }
            before = level;
        }
    }

    fn set(&mut self, x: usize, y: usize, role: Role) {
        let at = y / self.grain.down * self.columns + x / self.grain.across;
        if let Some(cell) = self.dots.get_mut(at) {
            cell.0 |= if self.grain.ascii { 1 } else { DOTS[y % 4][x % 2] };
            cell.1 = role;
        }
    }

    fn row(&self, row: usize, marked: &[usize]) -> Line {
        let mut line = Line::new();
        for column in 0..self.columns {
            let (bits, role) = self.dots[row * self.columns + column];
            let (shown, role) = match (bits, self.grain.ascii) {
                (0, ascii) if marked.contains(&column) => (if ascii { ':' } else { '┊' }, Role::Change),
                (0, _) => (' ', Role::Text),
                (_, true) => ('*', role),
                (bits, false) => (char::from_u32(0x2800 + u32::from(bits)).unwrap_or('•'), role),
            };
            line.push(shown.encode_utf8(&mut [0; 4]) as &str, role);
        }
        line
    }
}

/// The value for a dot: of several that fall on it the largest, so that a short peak is never lost.
fn value_at(values: &[Option<f64>], x: usize, across: usize) -> Option<f64> {
    let from = x * values.len() / across;
    let to = ((x + 1) * values.len() / across).max(from + 1).min(values.len());
    let held = values.get(from..to)?.iter().copied().flatten().filter(|v| !v.is_nan());
    held.reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::dump::{draw_to_buffer, grid};
    use crate::ui::theme::Theme;

    fn drawn(values: &[Option<f64>], ascii: bool, marks: &[usize]) -> String {
        let mut theme = Theme::plain();
        theme.ascii = ascii;
        let buffer = draw_to_buffer(26, 6, &theme, |canvas| {
            chart(canvas, &[(values, Role::Trend)], &|v| format!("{v:.0}/s"), ("01:47", "02:17"), marks);
        });
        grid(&buffer)
    }

    #[test]
    fn a_step_with_a_gap_and_a_mark_is_drawn() {
        let value = |i: usize| if (4..6).contains(&i) { None } else { Some(if i < 8 { 0.0 } else { 8.0 }) };
        let values: Vec<Option<f64>> = (0..16).map(value).collect();
        let braille = [
            "     8/s ┤       ┊⡏⠉⠉⠉⠉⠉⠉⠉",
            "         │       ┊⡇",
            "     4/s ┤       ┊⡇",
            "         │       ┊⡇",
            "     0/s ┤⣀⣀⣀⣀  ⣀⣀⠇",
            "          01:47      02:17",
        ];
        assert_eq!(drawn(&values, false, &[7]).lines().map(str::trim_end).collect::<Vec<_>>(), braille);
        let ascii = [
            "     8/s |       :********",
            "         |       :*",
            "     4/s |       :*",
            "         |       :*",
            "     0/s |****  **",
            "          01:47      02:17",
        ];
        assert_eq!(drawn(&values, true, &[7]).lines().map(str::trim_end).collect::<Vec<_>>(), ascii);
    }

    #[test]
    fn no_values_are_said() {
        assert!(drawn(&[None, Some(f64::NAN)], false, &[]).contains("no values in this window"));
    }

    #[test]
    fn extremes_and_small_canvases_do_not_panic() {
        let values = [Some(1e308), Some(-1e308), Some(f64::INFINITY), Some(f64::NAN), None, Some(0.0)];
        for (columns, rows) in [(0, 0), (9, 3), (14, 3), (60, 12)] {
            draw_to_buffer(columns, rows, &Theme::plain(), |canvas| {
                chart(canvas, &[(&values, Role::Trend), (&[], Role::Good)], &|v| v.to_string(), ("", ""), &[0, 5, 99]);
            });
        }
    }
}
