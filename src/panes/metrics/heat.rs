//! A histogram as a heat-map: buckets over time, the median and two high quantiles over them.

use super::zoom::Zoom;
use super::{Metrics, list, zoom};
use crate::analysis::histogram::{self, Histogram};
use crate::app::Ctx;
use crate::domain::series::Unit;
use crate::domain::time::{clock, to_seconds};
use crate::store::PanelSeries;
use crate::ui::chart::{self, Drawn, Place};
use crate::ui::heat::{self, Heat, Over};
use crate::ui::{Canvas, Line, Role, number};

/// The quantiles with their names and signs, in a font with boxes and in ASCII.
const QUANTILES: [(f64, &str, (char, char)); 3] =
    [(0.5, "p50", ('─', '-')), (0.95, "p95", ('┄', '~')), (0.99, "p99", ('━', '='))];

impl Metrics {
    /// Draws the map.
    pub(super) fn heat(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, panel: &PanelSeries, zoom: &Zoom) {
        let unit = list::bound_unit(panel);
        let marks = zoom::marks(ctx);
        let area = chart::between(canvas.area(), 2, 2);
        let mut uppers: Vec<f64> = panel.series.iter().filter_map(histogram::bound).collect();
        uppers.sort_by(f64::total_cmp);
        uppers.dedup();
        let place = heat::place(usize::from(area.width), usize::from(area.height), &uppers, unit, !marks.is_empty());
        let Some(place) = place else {
            return canvas.line(0, &Line::of(" no room for the map: + gives this pane the whole screen", Role::Dim));
        };
        let Some(histogram) = histogram::over(&panel.series, ctx.window, place.columns) else { return };
        let at = zoom.cursor.and_then(|at| place.column_of(at, ctx.window));
        let mut head = Line::of(format!("▌{} ", panel.panel.title), Role::Strong);
        head.append(quantile_words(&histogram, at, unit, canvas.ascii()));
        canvas.line(0, &head);
        canvas.line(1, &key(&histogram, panel, canvas.ascii()));
        let lines: Vec<Over> = QUANTILES.iter().map(|(q, _, sign)| over(&histogram, *q, *sign)).collect();
        let value = |bucket: usize, column: usize| histogram.cell(bucket, column);
        let points = zoom::all_points(ctx, panel);
        let map = Heat {
            window: ctx.window,
            unit,
            uppers: &histogram.uppers,
            value: &value,
            most: histogram.most,
            lines: &lines,
            marks: &marks,
            points: &points,
            cursor: zoom.cursor,
        };
        heat::draw(&mut canvas.part(area), &map, place);
        let foot = canvas.height().saturating_sub(2);
        canvas.line(foot, &reading(ctx, panel, &histogram, unit, place, zoom));
        let samples = panel.series.iter().map(|one| chart::inside(&one.samples, ctx.window).len()).max().unwrap_or(0);
        let step = panel.series.first().map_or(0.0, |one| chart::usual_distance(&one.samples));
        let mut status = zoom::status(panel, zoom, Some(&Drawn { place, samples, step, wide: false }));
        status.push(" · b: lines", Role::Dim);
        canvas.line(foot + 1, &status);
    }
}

fn over(histogram: &Histogram, q: f64, sign: (char, char)) -> Over {
    Over { sign, values: (0..histogram.columns).map(|column| histogram.quantile(column, q)).collect() }
}

/// The quantiles in a column, or the newest.
fn quantile_words(histogram: &Histogram, column: Option<usize>, unit: Unit, ascii: bool) -> Line {
    let mut line = Line::new();
    for (q, name, (sign, plain)) in QUANTILES {
        let value = match column {
            Some(column) => histogram.quantile(column, q),
            None => (0..histogram.columns).rev().find_map(|column| histogram.quantile(column, q)),
        };
        let text = value.map_or_else(|| "–".to_owned(), |value| number::value(value, unit));
        line.push(format!(" {} ", if ascii { plain } else { sign }), Role::Warning);
        line.push(format!("{name} {text}"), Role::Strong);
    }
    line
}

/// What the shades stand for.
fn key(histogram: &Histogram, panel: &PanelSeries, ascii: bool) -> Line {
    let mut line = Line::of(" ", Role::Text);
    for share in [0.05, 0.2, 0.5, 1.0] {
        let (sign, role) = heat::shade(share * histogram.most, histogram.most, ascii);
        line.push(String::from(sign), role);
    }
    let most = number::value(histogram.most, panel.panel.unit);
    line.push(format!(" up to {most} in a bucket · {} buckets", histogram.uppers.len()), Role::Dim);
    for (text, role) in panel.panel.notices.iter().map(|notice| (notice.to_string(), Role::Warning)) {
        line.push(format!(" · {text}"), role);
    }
    line
}

/// What the cursor reads off: how many fell into which bucket.
fn reading(ctx: &Ctx<'_>, panel: &PanelSeries, histogram: &Histogram, unit: Unit, place: Place, zoom: &Zoom) -> Line {
    let Some(at) = zoom.cursor else { return Line::of(" h l: cursor · n: next change", Role::Dim) };
    let mut line = Line::of(format!(" {}Z", clock(at)), Role::Strong);
    let Some(column) = place.column_of(at, ctx.window) else { return line };
    let mut fullest: Vec<(f64, f64)> = histogram
        .uppers
        .iter()
        .enumerate()
        .filter_map(|(bucket, upper)| Some((histogram.cell(bucket, column).filter(|v| *v > 0.0)?, *upper)))
        .collect();
    let all: f64 = fullest.iter().map(|(value, _)| value).sum();
    fullest.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (value, upper) in fullest.into_iter().take(3) {
        line.push(format!(" · {} {:.0} %", heat::label(upper, unit), value * 100.0 / all), Role::Text);
    }
    let width = place.seconds(ctx.window);
    line.push(
        format!(" · a column is {}", number::value(width.min(to_seconds(ctx.window.end)), Unit::Seconds)),
        Role::Dim,
    );
    zoom::exemplar_words(ctx, panel, at, &mut line);
    line
}
