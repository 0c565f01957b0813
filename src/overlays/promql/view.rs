//! Draws the PromQL input: the text, a mark under what is wrong, what is known of it, how it may go on.

use super::known::Told;
use super::paint::role;
use super::{List, Promql, catalog};
use crate::app::Ctx;
use crate::domain::CleanText;
use crate::domain::unit::Unit;
use crate::overlays::{centred, padded, size_of};
use crate::promql::complete::{Item, Place};
use crate::promql::tokens::tokens;
use crate::promql::{Mistake, metrics};
use crate::ui::editor::Row;
use crate::ui::line::{cell, width};
use crate::ui::number::count;
use crate::ui::{Area, Canvas, Line, Role, frame};

/// Columns and rows of the overlay, where the screen has them.
const WIDEST: u16 = 116;
const TALLEST: u16 = 26;
/// Rows of the text that are shown at once.
const TEXT: usize = 6;
/// Lines about the text: the verdict, hints, the unit.
const ABOUT: usize = 4;

impl Promql {
    /// Draws the overlay.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
        let area = centred(size_of(canvas), WIDEST, TALLEST);
        let mut part = canvas.part(area);
        part.clear();
        let inner = frame::frame(&mut part, &Line::of("PromQL", Role::Strong), &server(ctx), true);
        let mut inside = part.part(padded(inner));
        let (columns, height) = (inside.width(), inside.height());
        let rows = self.text_rows(columns);
        let at = rows.iter().position(|row| row.cursor).unwrap_or(0);
        let first = (at + 1).saturating_sub(TEXT.min(height));
        let wrong = self.judged.verdict.as_ref().err();
        let mut drawn = 0;
        for row in rows.iter().skip(first).take(TEXT) {
            inside.line(drawn, &row.line);
            drawn += 1;
            if let Some(mark) = wrong.and_then(|mistake| mark(row, mistake)) {
                inside.line(drawn, &mark);
                drawn += 1;
            }
        }
        // The place of the mark stays when there is none, so that nothing below jumps.
        drawn = drawn.max(rows.len().min(TEXT) + 1);
        for line in self.about(ctx, columns) {
            inside.line(drawn, &line);
            drawn += 1;
        }
        if drawn < height {
            let area = inside.area();
            let room = u16::try_from(height - drawn).unwrap_or(u16::MAX);
            let top = area.y + u16::try_from(drawn).unwrap_or(u16::MAX);
            self.list(&mut inside.part(Area::new(area.x, top, area.width, room)), ctx);
        }
    }

    fn text_rows(&self, columns: usize) -> Vec<Row> {
        let text = self.editor.text();
        if text.is_empty() {
            let hint = "sum by (job) (rate(requests_total[5m]))";
            let line = Line::of(" ", Role::Cursor).with(hint, Role::Dim);
            return vec![Row { line, places: Vec::new(), cursor: true }];
        }
        let painted = tokens(&text);
        let wrong = self.judged.verdict.as_ref().err().map_or(0..0, |mistake| mistake.span.clone());
        self.editor.drawn(columns, &|at| role(&painted, &wrong, at))
    }

    /// The verdict, hints and what the values are; always as many lines.
    fn about(&self, ctx: &Ctx<'_>, columns: usize) -> Vec<Line> {
        let text = self.editor.text();
        let mut lines = match &self.judged.verdict {
            Err(_) if text.trim().is_empty() => vec![Line::of("Tab: metrics, functions", Role::Dim)],
            Err(mistake) => told("wrong", Role::Critical, mistake, columns),
            Ok(checked) => match checked.foreign.first() {
                Some(mistake) => {
                    let mut lines = told("Prometheus would refuse this", Role::Warning, mistake, columns);
                    lines.push(Line::of("Enter sends it anyway: VictoriaMetrics takes it", Role::Dim));
                    lines
                }
                None => vec![self.accepted(&text, ctx)],
            },
        };
        let hints = self.judged.hints.iter().flat_map(|hint| told("hint", Role::Warning, hint, columns));
        lines.extend(hints);
        lines.resize(ABOUT.max(lines.len().min(ABOUT)), Line::new());
        lines.truncate(ABOUT);
        lines
    }

    fn accepted(&self, text: &str, ctx: &Ctx<'_>) -> Line {
        let mut line = Line::of("ok", Role::Good);
        if self.judged.unit != Unit::Number {
            line.push(format!("  unit {}", self.judged.unit.word()), Role::Text);
        }
        let known = catalog(ctx);
        let told = metrics(text).into_iter().find_map(|name| known?.get(&name));
        if let Some(metric) = told.filter(|metric| !metric.help.is_empty()) {
            line.push(format!("  {} {}: {}", metric.kind.word(), metric.name, metric.help), Role::Dim);
        }
        line
    }

    fn list(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
        let List::Open(chosen) = self.list else { return };
        let items = &self.completions.items;
        if items.is_empty() {
            return canvas.line(0, &Line::of(self.nothing(ctx), Role::Dim));
        }
        let (columns, height) = (canvas.width(), canvas.height());
        let room = if self.completions.more > 0 { height.saturating_sub(1) } else { height };
        let first = (chosen.unwrap_or(0) + 1).saturating_sub(room);
        let shown: Vec<(usize, &Item)> = items.iter().enumerate().skip(first).take(room).collect();
        let widest = shown.iter().map(|(_, item)| width(&item.text)).max().unwrap_or(0);
        let names = widest.min(columns * 55 / 100).max(12);
        let mark = if canvas.ascii() { ">" } else { "▌" };
        for (row, (at, item)) in shown.into_iter().enumerate() {
            let is_chosen = chosen == Some(at);
            let mut line = Line::of(if is_chosen { mark } else { " " }, Role::Focus);
            line.push(cell(&item.text, names), Role::Strong);
            line.push(format!(" {} ", cell(item.kind.word(), 9)), Role::Dim);
            line.push(item.detail.clone(), Role::Text);
            canvas.line(row, &line.cut(columns));
            if is_chosen {
                canvas.tint(row, Role::Selected);
            }
        }
        if self.completions.more > 0 {
            let more = format!(" {} more: type on", count(self.completions.more as u64));
            canvas.line(room, &Line::of(more, Role::Dim));
        }
    }

    /// Why the list is empty.
    fn nothing(&self, ctx: &Ctx<'_>) -> CleanText {
        let has_server = ctx.stores.sources.iter().any(|source| source.gives.as_str() == "metrics");
        let about_labels = matches!(self.completions.place, Place::LabelName { .. } | Place::LabelValue { .. });
        match self.known.at(&self.completions.place) {
            _ if !has_server && about_labels => "no source of metrics is configured: nothing to complete from".into(),
            Some(Told::Asked) => "asking the server ..".into(),
            Some(Told::Failed(why)) => CleanText::line(&format!("the server did not tell: {why}")),
            Some(Told::Answer(answer)) if answer.items.is_empty() => "the server has none in this window".into(),
            Some(Told::Answer(_)) | None => "nothing fits".into(),
        }
    }

    /// The keys that work now, for the footer.
    pub fn keys(&self) -> &'static [(&'static str, &'static str)] {
        match self.list {
            List::Open(Some(_)) => &[("Enter", "takes it"), ("Tab S-Tab", "choose"), ("Esc", "closes the list")],
            List::Open(None) => &[("Tab", "into the list"), ("Enter", "to the card"), ("Esc", "closes the list")],
            List::Closed => {
                &[("Enter", "to the card"), ("Tab", "completes"), ("Up", "earlier queries"), ("Esc", "closes")]
            }
        }
    }
}

/// The server and how much of it is known, for the frame.
fn server(ctx: &Ctx<'_>) -> Line {
    let text = match catalog(ctx) {
        Some(known) => {
            let left = if known.left_out > 0 {
                format!(" of {}", count((known.metrics.len() + known.left_out) as u64))
            } else {
                String::new()
            };
            format!("{}  {}{left} metrics", known.source, count(known.metrics.len() as u64))
        }
        None if ctx.stores.sources.iter().any(|source| source.gives.as_str() == "metrics") => {
            "the server's metrics are not known yet".to_owned()
        }
        None => "no source of metrics".to_owned(),
    };
    Line::of(text, Role::Dim)
}

/// A mistake in words, wrapped.
fn told(word: &str, role: Role, mistake: &Mistake, columns: usize) -> Vec<Line> {
    let mut line = Line::of(format!("{word}: "), role).with(mistake.what.clone(), Role::Text);
    if !mistake.remedy.is_empty() {
        line.push("  ", Role::Text);
        line.push(mistake.remedy.clone(), Role::Strong);
    }
    line.wrap(columns, 2)
}

/// A mark under the part of a row that a mistake is about; under its end where something is missing there.
fn mark(row: &Row, mistake: &Mistake) -> Option<Line> {
    let span = &mistake.span;
    let inside = |at: usize| if span.is_empty() { at == span.start } else { span.contains(&at) };
    let mut columns = row.places.iter().filter(|(at, _)| inside(*at)).map(|(_, column)| *column);
    let first = columns.next();
    let (first, last) = match first {
        Some(first) => (first, columns.next_back().unwrap_or(first)),
        // The place behind the last character of the text is no grapheme's.
        None if span.is_empty() && row.cursor && row.places.last().is_some_and(|(at, _)| at < &span.start) => {
            let last = row.places.last().map_or(0, |(_, column)| column + 1);
            (last, last)
        }
        None => return None,
    };
    let text = format!("{}{}", " ".repeat(first), "^".repeat(last - first + 1));
    Some(Line::of(text, Role::Critical))
}
