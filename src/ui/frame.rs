//! The frame around a pane: its title says what is inside, its weight says where the focus is. Called by every pane
//! and overlay.

use super::canvas::{Area, Canvas};
use super::line::Line;
use super::theme::Role;

/// The six glyphs of a frame: four corners clockwise from the upper left, horizontal, vertical.
const ROUND: [&str; 6] = ["╭", "╮", "╯", "╰", "─", "│"];
const ASCII: [&str; 6] = ["+", "+", "+", "+", "-", "|"];

/// Draws a frame along the edge of the canvas and answers the area inside it.
///
/// The title is cut with `…` before the right title is; where there is no room for both, the right one is left out.
/// Nothing is drawn on a canvas of less than two rows or four columns.
pub fn frame(canvas: &mut Canvas, title: &Line, right: &Line, focused: bool) -> Area {
    let (columns, rows) = (canvas.width(), canvas.height());
    if columns < 4 || rows < 2 {
        return Area { width: 0, height: 0, ..canvas.area() };
    }
    let [upper_left, upper_right, lower_right, lower_left, across, down] = if canvas.ascii() { ASCII } else { ROUND };
    let role = if focused { Role::Focus } else { Role::Frame };
    let edge = |left: &str, right: &str| Line::of(format!("{left}{}{right}", across.repeat(columns - 2)), role);
    canvas.line(0, &edge(upper_left, upper_right));
    canvas.line(rows - 1, &edge(lower_left, lower_right));
    for row in 1..rows - 1 {
        canvas.line_at(0, row, &Line::of(down, role));
        canvas.line_at(columns - 1, row, &Line::of(down, role));
    }
    titles(canvas, title, right, focused);
    canvas.area().inner()
}

fn titles(canvas: &mut Canvas, title: &Line, right: &Line, focused: bool) {
    // A corner and a blank at either end.
    let room = canvas.width().saturating_sub(4);
    let right_width = if right.is_empty() { 0 } else { right.width() + 2 };
    let right_fits = right_width > 0 && right_width + title.width().min(12) <= room;
    let left_room = if right_fits { room - right_width } else { room };
    if !title.is_empty() && left_room > 0 {
        let shown = if focused { focus_plain(title) } else { title.clone() }.cut(left_room);
        canvas.line_at(1, 0, &padded(shown));
    }
    if right_fits {
        canvas.line_at(canvas.width() - 1 - right_width, 0, &padded(right.clone()));
    }
}

/// In the focused pane the plain words of the title take the accent; words with a meaning of their own keep it.
fn focus_plain(title: &Line) -> Line {
    let mut out = Line::new();
    for span in title.spans() {
        let role = if matches!(span.role, Role::Text | Role::Strong) { Role::Focus } else { span.role };
        out.push(span.text.clone(), role);
    }
    out
}

fn padded(line: Line) -> Line {
    let mut out = Line::of(" ", Role::Text);
    out.append(line);
    out.push(" ", Role::Text);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ui::dump::{draw_to_buffer, dump, grid};
    use crate::ui::theme::Theme;

    fn drawn(columns: u16, title: &str, right: &str, ascii: bool) -> String {
        let mut theme = Theme::plain();
        theme.ascii = ascii;
        let buffer = draw_to_buffer(columns, 3, &theme, |canvas| {
            frame(canvas, &Line::of(title, Role::Text), &Line::of(right, Role::Dim), false);
        });
        grid(&buffer)
    }

    #[test]
    fn the_title_stands_in_the_frame() {
        let drawn = drawn(24, "1 Alerts", "/ search", false);
        assert_eq!(drawn, "╭ 1 Alerts ── / search ╮\n│                      │\n╰──────────────────────╯\n");
    }

    #[test]
    fn a_long_title_is_cut_and_the_right_one_gives_way() {
        let top = |columns| {
            drawn(columns, "2 Logs  6 files  level≥error", "/ search", true).lines().next().unwrap().to_owned()
        };
        assert_eq!(top(30), "+ 2 Logs  6 files~  / search +");
        assert_eq!(top(20), "+ 2 Logs  6 files~ +");
    }

    #[test]
    fn the_focus_is_told_by_weight() {
        let focused = draw_to_buffer(12, 2, &Theme::plain(), |canvas| {
            frame(canvas, &Line::of("1 A", Role::Text), &Line::new(), true);
        });
        assert!(dump(&focused).ends_with("else bold\n"), "{}", dump(&focused));
    }

    proptest! {
        #[test]
        fn a_frame_stays_a_frame(columns in 0u16..40, rows in 0u16..6, title in ".{0,40}", right in ".{0,20}", focused: bool) {
            let buffer = draw_to_buffer(columns, rows, &Theme::plain(), |canvas| {
                let inner = frame(canvas, &Line::of(title, Role::Strong), &Line::of(right, Role::Dim), focused);
                assert!(inner.width <= columns.saturating_sub(2) && inner.height <= rows.saturating_sub(2));
            });
            if columns >= 4 && rows >= 2 {
                prop_assert_eq!(buffer[(0, 0)].symbol(), "╭");
                prop_assert_eq!(buffer[(columns - 1, 0)].symbol(), "╮");
                prop_assert_eq!(buffer[(columns - 1, rows - 1)].symbol(), "╯");
            }
        }
    }
}
