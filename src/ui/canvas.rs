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

    /// Empties the canvas, for what is drawn over something else.
    pub fn clear(&mut self) {
        let blank = " ".repeat(self.width());
        for row in 0..self.height() {
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

    fn put(&mut self, column: usize, row: usize, text: &str, role: Role) {
        if row >= self.height() || column >= self.width() {
            return;
        }
        let (text, _) = fit(text, self.width() - column);
        let style = self.theme.style(role);
        self.buffer.set_string(self.area.x + column as u16, self.area.y + row as u16, text, style);
    }
}
