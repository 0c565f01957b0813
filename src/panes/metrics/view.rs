//! Draws pane 3.

use jiff::SignedDuration;

use super::Metrics;
use crate::analysis::trend;
use crate::app::Ctx;
use crate::domain::time::{clock, short};
use crate::domain::series::Unit;
use crate::domain::{Change, Sample, Series, TimeWindow};
use crate::ui::line::{cell, cell_right, width};
use crate::ui::spark::{column_of, resample, spark};
use crate::ui::{Canvas, Line, Role, chart, frame, number};

/// Columns of the value and of the change against before.
const VALUE: usize = 9;
const RATIO: usize = 8;

impl Metrics {
    /// Draws the pane.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        let inner = frame::frame(canvas, &Line::of("3 Metrics", Role::Text), &window_words(ctx), focused);
        let mut canvas = canvas.part(inner);
        if ctx.stores.series.is_empty() {
            return canvas.line(0, &empty(ctx));
        }
        match self.current(ctx) {
            Some(series) if self.chart => one_chart(&mut canvas, ctx, series),
            _ => self.rows(&mut canvas, ctx, focused),
        }
    }

    fn rows(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        let columns = canvas.width();
        let visible = self.scroll.visible(ctx.stores.series.len(), self.height);
        let shown: Vec<&Series> = ctx.stores.series.iter().skip(visible.start).take(visible.len()).collect();
        let widest = shown.iter().map(|series| width(&name(series))).max().unwrap_or(0);
        let room = columns.saturating_sub(VALUE + RATIO + 3);
        let names = widest.min(room * 55 / 100).max(8.min(room));
        let sparks = room.saturating_sub(names + 1);
        for (row, series) in shown.into_iter().enumerate() {
            let selected = visible.start + row == self.scroll.selected();
            canvas.line(row, &series_row(ctx, series, selected, names, sparks));
            if selected && focused {
                canvas.tint(row, Role::Selected);
            }
        }
        let (marks, words) = changes(ctx, sparks, columns);
        let foot = canvas.height().saturating_sub(2);
        canvas.line(foot, &Line::of(format!("{}{marks}", " ".repeat(names + 2)), Role::Change));
        canvas.line(foot + 1, &words);
    }
}

fn series_row(ctx: &Ctx<'_>, series: &Series, selected: bool, names: usize, sparks: usize) -> Line {
    let mut line = Line::of(if selected { "▌" } else { " " }, Role::Focus);
    line.push(format!("{} ", cell(&name(series), names)), Role::Text);
    let values = resample(&series.samples, ctx.window, sparks);
    line.push(spark(&values, ctx.settings.ascii), Role::Trend);
    let trend = trend::compare(&series.samples, ctx.window);
    let last = trend.last.map_or_else(|| "no data".to_owned(), |value| number::value(value, series.unit));
    line.push(cell_right(&last, VALUE), Role::Strong);
    let ratio = trend.ratio.map(number::ratio).unwrap_or_default();
    let moved = trend.ratio.is_some_and(|ratio| !(0.5..=2.0).contains(&ratio));
    line.push(cell_right(&ratio, RATIO), if moved { Role::Warning } else { Role::Dim });
    line
}

/// The panel's title and, where siblings share it, the labels that tell them apart.
fn name(series: &Series) -> String {
    let labels: Vec<&str> =
        series.labels.iter().filter(|(name, _)| name.as_str() != "__name__").map(|(_, value)| value.as_str()).collect();
    if labels.is_empty() { series.title.to_string() } else { format!("{} {}", labels.join(" "), series.title) }
}

/// A mark in the column of every change, and the newest of them in words.
fn changes(ctx: &Ctx<'_>, columns: usize, room: usize) -> (String, Line) {
    let inside: Vec<&Change> = ctx.stores.changes.in_window(ctx.window).collect();
    let mark = if ctx.settings.ascii { '^' } else { '▲' };
    let marks: Vec<(usize, char)> =
        inside.iter().filter_map(|change| Some((column_of(change.at, ctx.window, columns)?, mark))).collect();
    let row = crate::ui::spark::mark_row(columns, &marks);
    let words = inside.iter().rev().find(|change| change.kind.as_str() != "commit").or(inside.last());
    let line = words.map(|change| {
        let text = format!("{mark} {} {} {}", clock(change.at), change.kind, change.summary);
        Line::of(cell(&text, room), Role::Change)
    });
    (row, line.unwrap_or_default())
}

fn one_chart(canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, series: &Series) {
    let area = canvas.area();
    let columns = canvas.width();
    let plot_columns = columns.saturating_sub(10).max(1);
    let values = resample(&series.samples, ctx.window, plot_columns * 2);
    let marks: Vec<usize> = ctx
        .stores
        .changes
        .in_window(ctx.window)
        .filter_map(|change| column_of(change.at, ctx.window, plot_columns))
        .collect();
    canvas.line(0, &series_row(ctx, series, true, columns.saturating_sub(VALUE + RATIO + 3), 0));
    let mut plot = canvas.part(crate::ui::Area::new(area.x, area.y + 1, area.width, area.height.saturating_sub(2)));
    let unit = series.unit;
    let label = move |value: f64| number::value(value, unit);
    let ends = (clock(ctx.window.start), clock(ctx.window.end));
    chart::chart(&mut plot, &[(&values, Role::Trend)], &label, (&ends.0, &ends.1), &marks);
    let foot = extremes(&series.samples, ctx.window, unit);
    canvas.line(canvas.height().saturating_sub(1), &Line::of(foot, Role::Dim));
}

fn extremes(samples: &[Sample], window: TimeWindow, unit: Unit) -> String {
    let inside = samples.iter().filter(|sample| window.contains(sample.at) && sample.value.is_finite());
    let (mut low, mut high): (Option<&Sample>, Option<&Sample>) = (None, None);
    for sample in inside {
        if low.is_none_or(|known| sample.value < known.value) {
            low = Some(sample);
        }
        if high.is_none_or(|known| sample.value > known.value) {
            high = Some(sample);
        }
    }
    match (low, high) {
        (Some(low), Some(high)) => format!(
            "min {} at {}Z · max {} at {}Z · Enter: the list",
            number::value(low.value, unit),
            clock(low.at),
            number::value(high.value, unit),
            clock(high.at)
        ),
        _ => "no sample in this window · Enter: the list".to_owned(),
    }
}

fn window_words(ctx: &Ctx<'_>) -> Line {
    let TimeWindow { start, end } = ctx.window;
    let length = SignedDuration::from_secs(ctx.window.length().as_secs().max(0));
    let role = if ctx.window_follows && !ctx.paused { Role::Dim } else { Role::Warning };
    let state = if ctx.window_follows && !ctx.paused { "" } else { " held" };
    Line::of(format!("{}–{} {}{state} ", clock(start), clock(end), short(length)), role)
}

fn empty(ctx: &Ctx<'_>) -> Line {
    let sources = ctx.stores.sources.iter().any(|source| source.gives.as_str() == "metrics");
    let text = if sources {
        "no series yet: the panels were asked, nothing came back"
    } else {
        "no source of metrics is configured"
    };
    Line::of(text, Role::Dim)
}
