//! Draws pane 3.

use jiff::SignedDuration;

use super::Metrics;
use crate::analysis::trend::{self, Trend};
use crate::app::Ctx;
use crate::domain::series::Unit;
use crate::domain::time::{clock, short};
use crate::domain::{Change, CleanText, Sample, Series, TimeWindow};
use crate::ui::line::{cell, cell_right, width};
use crate::ui::spark::{column_of, resample, spark};
use crate::ui::{Canvas, Line, Role, chart, frame, number};

/// Columns of the parts of a row, the same in all that are shown.
#[derive(Clone, Copy)]
struct Columns {
    names: usize,
    sparks: usize,
    value: usize,
    ratio: usize,
}

impl Columns {
    /// As much for the trends as the names, values and ratios leave; a name gives way before a trend gets too short.
    fn of(shown: &[(&Series, Trend)], room: usize) -> Self {
        let widest = |of: &dyn Fn(&(&Series, Trend)) -> usize| shown.iter().map(of).max().unwrap_or(0);
        let value = widest(&|(series, trend)| width(&last(series, trend)));
        let ratio = widest(&|(_, trend)| width(&ratio(trend)));
        let blanks = 1 + 1 + 1 + usize::from(ratio > 0) + 1;
        let room = room.saturating_sub(value + ratio + blanks);
        let names = widest(&|(series, _)| width(&name(series))).min((room * 55 / 100).max(room.saturating_sub(TREND)));
        Self { names, sparks: room.saturating_sub(names), value, ratio }
    }
}

/// Columns of a trend that are enough to give the rest to the names.
const TREND: usize = 48;

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
        let visible = self.scroll.visible(ctx.stores.series.len(), self.height);
        let shown: Vec<&Series> = ctx.stores.series.iter().skip(visible.start).take(visible.len()).collect();
        let shown: Vec<(&Series, Trend)> =
            shown.into_iter().map(|series| (series, trend::compare(&series.samples, ctx.window))).collect();
        let columns = Columns::of(&shown, canvas.width());
        for (row, (series, trend)) in shown.into_iter().enumerate() {
            let selected = visible.start + row == self.scroll.selected();
            canvas.line(row, &series_row(ctx, series, &trend, selected, columns));
            if selected && focused {
                canvas.tint(row, Role::Selected);
            }
        }
        let (marks, words) = changes(ctx, columns.sparks, canvas.width());
        let foot = canvas.height().saturating_sub(2);
        canvas.line(foot, &Line::of(format!("{}{marks}", " ".repeat(columns.names + 2)), Role::Change));
        canvas.line(foot + 1, &words);
    }
}

fn series_row(ctx: &Ctx<'_>, series: &Series, trend: &Trend, selected: bool, columns: Columns) -> Line {
    let Columns { names, sparks, value, ratio: room } = columns;
    let mut line = Line::of(if selected { "▌" } else { " " }, Role::Focus);
    line.push(format!("{} ", cell(&name(series), names)), Role::Text);
    let values = resample(&series.samples, ctx.window, sparks);
    line.push(spark(&values, ctx.settings.ascii), Role::Trend);
    line.push(format!(" {}", cell_right(&last(series, trend), value)), Role::Strong);
    if room > 0 {
        let moved = rose(trend) || trend.ratio.is_some_and(|ratio| !(0.5..=2.0).contains(&ratio));
        let role = if moved { Role::Warning } else { Role::Dim };
        line.push(format!(" {}", cell_right(&ratio(trend), room)), role);
    }
    line
}

/// The last value with its unit.
fn last(series: &Series, trend: &Trend) -> String {
    trend.last.map_or_else(|| "no data".to_owned(), |value| number::value(value, series.unit))
}

/// The change against before; what was nothing before has no quotient, and is all the more worth saying.
fn ratio(trend: &Trend) -> String {
    match (trend.ratio, trend.before) {
        (Some(ratio), _) => number::ratio(ratio),
        (None, Some(_)) if rose(trend) => "from 0".to_owned(),
        (None, None) if rose(trend) => "new".to_owned(),
        (None, _) => String::new(),
    }
}

fn rose(trend: &Trend) -> bool {
    trend.ratio.is_none() && trend.last.is_some_and(|last| last > 0.0)
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
        Line::of(cell(&format!(" {text}"), room), Role::Change)
    });
    (row, line.unwrap_or_default())
}

fn one_chart(canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, series: &Series) {
    let columns = canvas.width();
    let marks = ctx.stores.changes.in_window(ctx.window);
    let marks = marks.map(|change| chart::Mark { at: change.at, words: change.summary.clone() }).collect();
    let trend = trend::compare(&series.samples, ctx.window);
    let all = Columns::of(&[(series, trend)], columns);
    canvas.line(0, &series_row(ctx, series, &trend, true, Columns { names: all.names + all.sparks, sparks: 0, ..all }));
    let curve = chart::Curve {
        sign: 'a',
        role: Role::Trend,
        name: CleanText::line(&name(series)),
        samples: &series.samples,
        before: &[],
        unusual: &[],
        points: &[],
    };
    let drawing = chart::Chart {
        window: ctx.window,
        unit: series.unit,
        ladder: chart::Ladder::Even,
        curves: vec![curve],
        levels: Vec::new(),
        marks,
        cursor: None,
    };
    let area = chart::between(canvas.area(), 1, 1);
    chart::draw(&mut canvas.part(area), &drawing);
    let foot = extremes(&series.samples, ctx.window, series.unit);
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
            " min {} at {}Z · max {} at {}Z · Enter: the list",
            number::value(low.value, unit),
            clock(low.at),
            number::value(high.value, unit),
            clock(high.at)
        ),
        _ => " no sample in this window · Enter: the list".to_owned(),
    }
}

fn window_words(ctx: &Ctx<'_>) -> Line {
    let TimeWindow { start, end } = ctx.window;
    let follows = ctx.window_follows && !ctx.paused;
    // A window that follows reaches a little past the clock; nobody wants to read about that.
    let end = if follows { ctx.now } else { end };
    let length = SignedDuration::from_secs(start.duration_until(end).as_secs().max(0));
    let (role, state) = if follows { (Role::Dim, "") } else { (Role::Warning, " held") };
    Line::of(format!("{}–{} {}{state}", clock(start), clock(end), short(length)), role)
}

fn empty(ctx: &Ctx<'_>) -> Line {
    let sources = ctx.stores.sources.iter().any(|source| source.gives.as_str() == "metrics");
    let text = if sources {
        "no series yet: the panels were asked, nothing came back"
    } else {
        "no source of metrics is configured"
    };
    Line::of(format!(" {text}"), Role::Dim)
}
