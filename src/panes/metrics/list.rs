//! Draws the list of pane 3: a row a series or folded panel, then the foot.

use super::rows::Row;
use super::{Metrics, words};
use crate::analysis::histogram::{self, Histogram};
use crate::analysis::trend::{self, Trend};
use crate::app::Ctx;
use crate::domain::series::Unit;
use crate::domain::{Series, TimeWindow};
use crate::promql;
use crate::signals::SeriesPicture;
use crate::store::PanelSeries;
use crate::ui::line::{cell, cell_right, width};
use crate::ui::spark::{column_of, resample, spark};
use crate::ui::{Canvas, Line, Role, number};

/// Columns of a trend that are enough to give the rest to the names.
const TREND: usize = 48;
/// Columns of the pane from which on a row says in words what is unusual.
const WORDS_FROM: usize = 96;
/// Parts of the window that a histogram's quantile is taken over for its row.
const PARTS: usize = 60;
/// The quantile that stands for a histogram.
const HIGH: f64 = 0.99;

/// Columns of the parts of a row, the same in all that are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Columns {
    pub(super) names: usize,
    pub(super) sparks: usize,
    value: usize,
    ratio: usize,
    words: usize,
}

/// Columns before the name: the cursor and a sign.
pub(super) const BEFORE: usize = 2;

/// A row with what is drawn of it.
struct Shown<'a> {
    panel: &'a PanelSeries,
    series: Option<&'a Series>,
    known: Option<&'a SeriesPicture>,
    trend: Trend,
    name: String,
    value: String,
    ratio: String,
    histogram: Option<(Histogram, Unit)>,
}

impl<'a> Shown<'a> {
    fn of(row: &'a Row, ctx: &Ctx<'a>) -> Option<Self> {
        let panel = row.panel_of(ctx)?;
        let series = row.series(ctx);
        let known = row.known(ctx);
        let trend = series.map(|series| trend::compare(&series.samples, ctx.window)).unwrap_or_default();
        let whole = matches!(row, Row::Folded { .. } | Row::Head { .. });
        let histogram = if whole { histogram::over(&panel.series, ctx.window, PARTS) } else { None };
        let histogram = histogram.map(|histogram| (histogram, bound_unit(panel)));
        let title = &panel.panel.title;
        let name = match (row, series, &histogram) {
            (Row::Silent { .. }, _, _) | (_, None, _) => title.to_string(),
            (_, Some(_), Some((histogram, _))) => format!("{title} p99 of {} buckets", histogram.uppers.len()),
            (Row::Folded { shown, .. }, Some(lead), None) => format!("{title} ×{shown}: {}", words::labels(lead)),
            (Row::Head { shown, .. }, Some(_), None) => format!("{title} ×{shown}"),
            (Row::One { inner: true, .. }, Some(series), None) => format!("  {}", words::labels(series)),
            (Row::One { inner: false, .. }, Some(series), None) => words::name(series),
        };
        let (value, ratio) = match (&histogram, series) {
            (Some((histogram, unit)), _) => {
                (newest(histogram).map_or_else(String::new, |v| number::value(v, *unit)), String::new())
            }
            (None, Some(series)) => (words::last(series, &trend), words::ratio(&trend)),
            (None, None) => (String::new(), String::new()),
        };
        Some(Self { panel, series, known, trend, name, value, ratio, histogram })
    }

    /// The sign before the name: a threshold is crossed, or the series is unusual now.
    fn sign(&self) -> (&'static str, Role) {
        let Some(series) = self.series else { return (" ", Role::Text) };
        if words::crossed(&self.panel.panel, &self.trend).is_some() {
            ("!", Role::Critical)
        } else if words::is_unusual_now(series, self.known) {
            ("~", Role::Warning)
        } else {
            (" ", Role::Text)
        }
    }
}

/// The unit of the bounds of a histogram's buckets.
pub(super) fn bound_unit(panel: &PanelSeries) -> Unit {
    promql::guess_unit(&format!("histogram_quantile(0.9, {})", panel.panel.query))
}

fn newest(histogram: &Histogram) -> Option<f64> {
    (0..histogram.columns).rev().find_map(|column| histogram.quantile(column, HIGH))
}

impl Columns {
    /// As much for the trends as the names, values and ratios leave; a name gives way before a trend gets too short.
    fn of(shown: &[Shown<'_>], ctx: &Ctx<'_>, room: usize) -> Self {
        let widest = |of: &dyn Fn(&Shown<'_>) -> usize| shown.iter().map(of).max().unwrap_or(0);
        let value = widest(&|one| width(&one.value));
        let ratio = widest(&|one| width(&one.ratio));
        let words = if room < WORDS_FROM { 0 } else { widest(&|one| row_words(ctx, one).width() + 1).min(room / 3) };
        let blanks = BEFORE + 1 + 1 + usize::from(ratio > 0);
        let room = room.saturating_sub(value + ratio + words + blanks);
        let names = widest(&|one| width(&one.name)).min((room * 55 / 100).max(room.saturating_sub(TREND)));
        Self { names, sparks: room.saturating_sub(names), value, ratio, words }
    }
}

impl Metrics {
    /// Draws the rows in view and the foot.
    pub(super) fn list(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        let rows = self.listing.rows();
        let visible = self.scroll.visible(rows.len(), self.height);
        let shown: Vec<Shown<'_>> = rows[visible.clone()].iter().filter_map(|row| Shown::of(row, ctx)).collect();
        let columns = Columns::of(&shown, ctx, canvas.width());
        for (at, one) in shown.iter().enumerate() {
            let selected = visible.start + at == self.scroll.selected();
            canvas.line(at, &row_line(ctx, one, selected, columns));
            if selected && focused {
                canvas.tint(at, Role::Selected);
            }
        }
        if rows.is_empty() {
            canvas.line(0, &Line::of(" nothing here holds that text · Esc: all rows", Role::Dim));
        }
        let foot = self.foot(ctx);
        let from = canvas.height().saturating_sub(foot.len());
        for (at, line) in foot.into_iter().enumerate() {
            canvas.line(from + at, &line.drawn(ctx, columns));
        }
        self.draw_input(canvas, from.saturating_sub(1));
    }

    /// What is said of the selected row.
    pub(super) fn said(&self, ctx: &Ctx<'_>) -> Line {
        let shown = self.current().and_then(|row| Shown::of(row, ctx));
        shown.map(|shown| row_words(ctx, &shown)).unwrap_or_default()
    }
}

fn row_words(ctx: &Ctx<'_>, shown: &Shown<'_>) -> Line {
    match shown.series {
        None => Line::new(),
        Some(series) => words::joined(words::all(ctx, shown.panel, series, shown.known, &shown.trend)),
    }
}

fn row_line(ctx: &Ctx<'_>, shown: &Shown<'_>, selected: bool, columns: Columns) -> Line {
    let mut line = Line::of(if selected { "▌" } else { " " }, Role::Focus);
    let (sign, role) = shown.sign();
    line.push(sign, role);
    let Some(series) = shown.series else {
        let (text, role) = words::silence(ctx, shown.panel);
        line.push(format!("{} ", cell(&shown.name, columns.names)), Role::Text);
        return line.with(text, role);
    };
    let role = if words::stale(ctx, &shown.panel.panel, series).is_some() { Role::Dim } else { Role::Text };
    line.push(format!("{} ", cell(&shown.name, columns.names)), role);
    line.append(trend_line(ctx, shown, series, columns.sparks));
    line.push(format!(" {}", cell_right(&shown.value, columns.value)), Role::Strong);
    if columns.ratio > 0 {
        let moved = words::rose(&shown.trend) || shown.trend.ratio.is_some_and(|ratio| !(0.5..=2.0).contains(&ratio));
        let role = if moved { Role::Warning } else { Role::Dim };
        line.push(format!(" {}", cell_right(&shown.ratio, columns.ratio)), role);
    }
    if columns.words > 0 {
        line.push(" ", Role::Text);
        line.append(row_words(ctx, shown).cut(columns.words - 1));
    }
    line
}

/// The sparkline: unusual stretches in another colour, the onset as a sign in its column.
fn trend_line(ctx: &Ctx<'_>, shown: &Shown<'_>, series: &Series, columns: usize) -> Line {
    let ascii = ctx.settings.ascii;
    if let Some((histogram, _)) = &shown.histogram {
        let values: Vec<Option<f64>> =
            (0..columns).map(|column| histogram.quantile(column * PARTS / columns.max(1), HIGH)).collect();
        return Line::of(spark(&values, ascii), Role::Trend);
    }
    let values = resample(&series.samples, ctx.window, columns);
    let mut bars: Vec<(char, Role)> = spark(&values, ascii).chars().map(|bar| (bar, Role::Trend)).collect();
    if let Some(known) = shown.known {
        for span in &known.spans {
            let span = TimeWindow::new(span.start.max(ctx.window.start), span.end.max(ctx.window.start));
            let from = column_of(span.start, ctx.window, columns);
            let to = column_of(span.end, ctx.window, columns).unwrap_or(columns.saturating_sub(1));
            let bars = from.and_then(|from| bars.get_mut(from..=to));
            bars.into_iter().flatten().for_each(|bar| bar.1 = Role::Warning);
        }
        let onset = known.onset.as_ref().and_then(|onset| column_of(onset.at, ctx.window, columns));
        if let Some(bar) = onset.and_then(|at| bars.get_mut(at)) {
            *bar = (if ascii { 'o' } else { '◆' }, Role::Warning);
        }
    }
    let mut line = Line::new();
    for run in bars.chunk_by(|a, b| a.1 == b.1) {
        line.push(run.iter().map(|(bar, _)| *bar).collect::<String>(), run[0].1);
    }
    line
}
