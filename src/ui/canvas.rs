//! The part of the screen a pane may draw on. Nothing drawn on it reaches a cell outside.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::line::{Line, Span, fit, width};
use super::theme::{Role, Theme};

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// Column of the left edge.
    pub x: u16,
    /// Row of the upper edge.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// A rectangle to draw on, with the theme that says how roles look.
pub struct Canvas<'a> {
    buffer: &'a mut Buffer,
    area: Area,
    theme: &'a Theme,
}

impl Area {
    /// An area of the given place and size.
    pub fn new(x: u16, y: u16, width: u16, height: u16) -> Self {
        Self { x, y, width, height }
    }

    /// The area inside a frame.
    pub fn inner(self) -> Area {
        Area {
            x: self.x.saturating_add(1),
            y: self.y.saturating_add(1),
            width: self.width.saturating_sub(2),
            height: self.height.saturating_sub(2),
        }
    }

    /// Whether a cell lies inside.
    pub fn holds(self, column: u16, row: u16) -> bool {
        (self.x..self.x.saturating_add(self.width)).contains(&column)
            && (self.y..self.y.saturating_add(self.height)).contains(&row)
    }

    /// The part of this area that lies in another.
    fn within(self, outer: Area) -> Area {
        let x = self.x.max(outer.x);
        let y = self.y.max(outer.y);
        let right = (self.x.saturating_add(self.width)).min(outer.x.saturating_add(outer.width));
        let bottom = (self.y.saturating_add(self.height)).min(outer.y.saturating_add(outer.height));
        Area { x, y, width: right.saturating_sub(x), height: bottom.saturating_sub(y) }
    }
}

impl<'a> Canvas<'a> {
    /// A canvas over a whole buffer, in the theme's ground; for the runtime and the test harness.
    pub fn over(buffer: &'a mut Buffer, theme: &'a Theme) -> Self {
        let Rect { x, y, width, height } = buffer.area;
        buffer.set_style(buffer.area, theme.style(Role::Text));
        Self { buffer, area: Area { x, y, width, height }, theme }
    }

    /// The area that can be drawn on.
    pub fn area(&self) -> Area {
        self.area
    }

    /// Columns.
    pub fn width(&self) -> usize {
        usize::from(self.area.width)
    }

    /// Rows.
    pub fn height(&self) -> usize {
        usize::from(self.area.height)
    }

    /// Whether only ASCII should be drawn for borders and trends.
    pub fn ascii(&self) -> bool {
        self.theme.ascii
    }

    /// A canvas over a part; what of `area` lies outside is cut off.
    pub fn part(&mut self, area: Area) -> Canvas<'_> {
        let area = area.within(self.area);
        Canvas { buffer: self.buffer, area, theme: self.theme }
    }

    /// Empties the canvas, for what is drawn over something else. A wide character that reaches into it from the left is
    /// blanked whole: a terminal would draw its half over the first column.
    pub fn clear(&mut self) {
        let blank = " ".repeat(self.width());
        for row in 0..self.height() {
            let left = self.area.x.checked_sub(1).and_then(|x| self.buffer.cell_mut((x, self.area.y + row as u16)));
            if let Some(cell) = left.filter(|cell| width(cell.symbol()) > 1) {
                cell.set_symbol(" ");
            }
            self.put(0, row, &blank, Role::Text);
        }
    }

    /// Draws a line at a row counted from the top of the canvas, cut with `…` at its right edge.
    pub fn line(&mut self, row: usize, line: &Line) {
        self.line_at(0, row, line);
    }

    /// Draws a line at a column and row of the canvas, cut with `…` at its right edge.
    pub fn line_at(&mut self, column: usize, row: usize, line: &Line) {
        let room = self.width().saturating_sub(column);
        let cut = line.clone().cut(room);
        let mut x = column;
        for Span { text, role } in cut.spans() {
            self.put(x, row, text, *role);
            x += width(text);
        }
    }

    /// Lays the look of a role over every cell of a row; the text stays, and its colours where the theme says nothing.
    pub fn tint(&mut self, row: usize, role: Role) {
        if row >= self.height() {
            return;
        }
        let style = self.theme.only(role);
        let row = Rect { x: self.area.x, y: self.area.y + row as u16, width: self.area.width, height: 1 };
        self.buffer.set_style(row.intersection(self.buffer.area), style);
    }

    /// Lays the look of a role over a part of the canvas, as [`Canvas::tint`] does over a row.
    pub fn wash(&mut self, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>, role: Role) {
        let style = self.theme.only(role);
        let (right, below) = (columns.end.min(self.width()), rows.end.min(self.height()));
        if columns.start >= right || rows.start >= below {
            return;
        }
        let part = Rect {
            x: self.area.x + columns.start as u16,
            y: self.area.y + rows.start as u16,
            width: (right - columns.start) as u16,
            height: (below - rows.start) as u16,
        };
        self.buffer.set_style(part.intersection(self.buffer.area), style);
    }

    fn put(&mut self, column: usize, row: usize, text: &str, role: Role) {
        if row >= self.height() || column >= self.width() {
            return;
        }
        let (text, _) = fit(text, self.width() - column);
        let style = self.theme.style(role);
        let (x, y) = (self.area.x + column as u16, self.area.y + row as u16);
        if self.theme.ascii && !text.is_ascii() {
            self.buffer.set_string(x, y, text.chars().map(in_ascii).collect::<String>(), style);
        } else {
            self.buffer.set_string(x, y, text, style);
        }
    }
}

/// Midwatch's own signs for a font that has none of them, each as wide as before; other text stays as it is.
fn in_ascii(sign: char) -> char {
    match sign {
        '▌' => '>',
        '▏' | '┤' => '|',
        '┊' => ':',
        '…' => '~',
        '·' => '.',
        '×' => 'x',
        '−' | '–' | '—' => '-',
        '▲' | '↑' => '^',
        '↓' => 'v',
        '┄' | '─' => '-',
        '━' => '=',
        '│' => '|',
        '╵' => '\'',
        '◆' => 'o',
        '≥' => '>',
        '≤' => '<',
        '±' => '~',
        'µ' => 'u',
        '↻' => '@',
        '✓' => '+',
        '✗' => '!',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::CleanText;
    use crate::ui::dump::{draw_to_buffer, grid};

    #[test]
    fn an_overlay_is_whole_over_wide_characters() {
        let buffer = draw_to_buffer(6, 1, &Theme::plain(), |canvas| {
            canvas.line(0, &Line::of("検索検", Role::Text));
            let mut over = canvas.part(Area::new(1, 0, 3, 1));
            over.clear();
            over.line(0, &Line::of("abc", Role::Text));
        });
        assert_eq!(grid(&buffer), " abc検\n");
    }

    #[test]
    fn a_plain_font_loses_no_column_and_no_meaning() {
        let mut theme = Theme::plain();
        theme.ascii = true;
        let buffer = draw_to_buffer(24, 1, &theme, |canvas| {
            canvas.line(0, &Line::of("▌✓ ✗ ? −50 % ×31 検é", Role::Text));
        });
        assert_eq!(grid(&buffer), ">+ ! ? -50 % x31 検é\n");
    }

    proptest! {
        #[test]
        fn nothing_reaches_a_cell_outside(text in any::<String>(), x in 0u16..30, y in 0u16..5, wide in 0u16..20, high in 0u16..4, column in 0usize..25, row in 0usize..5) {
            let area = Area::new(x, y, wide, high);
            let buffer = draw_to_buffer(24, 4, &Theme::plain(), |canvas| {
                for at in 0..4 {
                    canvas.line(at, &Line::of("x".repeat(24), Role::Text));
                }
                let mut part = canvas.part(area);
                part.line_at(column, row, &Line::of(text, Role::Strong));
                part.tint(row, Role::Selected);
            });
            for cy in 0..4u16 {
                for cx in 0..24u16 {
                    let inside = (x..x + wide).contains(&cx) && (y..y + high).contains(&cy);
                    let cell = &buffer[(cx, cy)];
                    prop_assert!(inside || (cell.symbol() == "x" && cell.modifier.is_empty()), "{cx},{cy}: {cell:?}");
                    prop_assert!(!inside || cx as usize + width(cell.symbol()) <= usize::from(x + wide), "{cx},{cy} {cell:?}");
                }
            }
        }
    }

    /// Text in which neighbours change each other's width: ligatures, joined emoji, flags, marks, wide and narrow.
    fn neighbours() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(vec![
                "\u{644}\u{627}",
                "\u{644}",
                "\u{627}",
                "\u{1f469}\u{200d}\u{1f680}",
                "\u{1f1e9}\u{1f1ea}",
                "\u{1f1e9}",
                "\u{a4fc}\u{a4fd}",
                "\u{2d40}\u{2d7f}\u{2d40}",
                "\u{17d2}\u{1780}",
                "\u{1a15}\u{1a17}\u{200d}\u{1a10}",
                "e\u{301}\u{302}",
                "検",
                "#\u{fe0f}\u{20e3}",
                "\u{1100}\u{1161}\u{11a8}",
                "\u{915}\u{94d}\u{937}",
                " ",
                "a",
            ])
            .prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn what_is_measured_is_what_is_drawn(text in neighbours()) {
            let text = CleanText::line(&text);
            let measured = width(&text);
            let line = Line::of(text.clone(), Role::Text);
            let drawn = draw_to_buffer(measured as u16 + 20, 1, &Theme::plain(), |canvas| {
                canvas.line(0, &Line::of("\u{2591}".repeat(measured + 20), Role::Text));
                canvas.line(0, &line);
            });
            let untouched = (0..drawn.area.width).rev().take_while(|x| drawn[(*x, 0)].symbol() == "\u{2591}").count();
            prop_assert_eq!(untouched, 20, "{:?}", text);
            prop_assert_eq!(line.width(), measured);
        }
    }
}
