//! Draws pane 5.

use super::Evidence;
use crate::app::Ctx;
use crate::app::handlers::show::{self, Shown};
use crate::panes::search::push_hits;
use crate::ui::{Canvas, Line, Role, frame, highlight};

/// Longest line that is wrapped; the rest of a longer one is said, and copied whole by `y`.
const LONGEST: usize = 8 * 1024;

impl Evidence {
    /// Draws the pane.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        let shown = ctx.selection.and_then(|selection| show::shown(ctx, selection));
        let mut title = Line::of("5 Evidence", Role::Text);
        if let Some(shown) = &shown {
            title.push(format!("  {}", shown.title), Role::Strong);
        }
        let inner = frame::frame(canvas, &title, &Line::new(), focused);
        let mut canvas = canvas.part(inner);
        match &shown {
            Some(shown) => self.text(&mut canvas, shown, focused),
            None if ctx.selection.is_some() => {
                canvas.line(0, &Line::of(" what was selected is no longer held", Role::Warning));
            }
            None => {
                let text = Line::of(" select something in another pane: its raw text stands here", Role::Dim);
                for (row, line) in text.wrap(canvas.width(), 1).iter().enumerate() {
                    canvas.line(row, line);
                }
            }
        }
    }

    fn text(&self, canvas: &mut Canvas<'_>, shown: &Shown, focused: bool) {
        let foot = foot_rows(shown, canvas.area().height);
        let rows = canvas.height().saturating_sub(foot);
        let columns = canvas.width();
        let digits = self.lines.max(1).to_string().len().max(2);
        let gutter = digits + 1;
        let visible = self.scroll.visible(self.lines, self.height);
        let mut row = 0;
        for (at, text) in shown.text.as_str().lines().enumerate().skip(visible.start) {
            if row >= rows {
                break;
            }
            let number = at as u32 + 1;
            let cited = shown.cited.is_some_and(|(first, last)| (first..=last).contains(&number));
            let here = focused && at == self.scroll.selected() && self.lines > 1;
            for (part, line) in self.wrapped(text, columns.saturating_sub(gutter)).into_iter().enumerate() {
                if row >= rows {
                    break;
                }
                let mark = if cited { "▌" } else { " " };
                let head = if part == 0 { format!("{number:>digits$}") } else { " ".repeat(digits) };
                let mut full = Line::of(head, if here { Role::Focus } else { Role::Dim }).with(mark, Role::Focus);
                full.append(line);
                canvas.line(row, &full);
                if cited {
                    canvas.tint(row, Role::Highlight);
                }
                row += 1;
            }
        }
        for (at, line) in foot_lines(shown).into_iter().take(foot).enumerate() {
            canvas.line(rows + at, &line);
        }
    }

    fn wrapped(&self, text: &str, columns: usize) -> Vec<Line> {
        let end = text.floor_char_boundary(LONGEST.min(text.len()));
        let line = match &self.search {
            Some(search) => {
                let mut line = Line::new();
                push_hits(&mut line, &text[..end], Role::Text, Some(search));
                line
            }
            None if text.starts_with('{') => {
                highlight::code(&text[..end], "json").into_iter().next().unwrap_or_default()
            }
            None => Line::of(&text[..end], Role::Text),
        };
        let mut rows = line.wrap(columns, 0);
        if end < text.len() {
            rows.push(Line::of(
                format!("… {} more bytes on this line; y copies it whole", text.len() - end),
                Role::Warning,
            ));
        }
        rows
    }
}

fn foot_lines(shown: &Shown) -> Vec<Line> {
    let mut lines = vec![Line::of(" query ", Role::Dim).with(crate::domain::CleanText::line(&shown.query), Role::Dim)];
    lines.extend(shown.foot.iter().map(|text| Line::of(" ", Role::Dim).with(text.clone(), Role::Dim)));
    lines
}

/// Rows kept for the lines below the text.
pub(super) fn foot_rows(shown: &Shown, height: u16) -> usize {
    foot_lines(shown).len().min(usize::from(height) / 3)
}
