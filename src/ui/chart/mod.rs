//! A chart with its axes: series as lines in colours and letters, thresholds, changes, unusual stretches, the same time
//! before, a cursor. In braille dots, or in ASCII where the font has none. The Metrics pane and the PromQL input draw it.

mod clock;
mod legend;
mod raster;
mod scale;
mod tick;
mod trace;

use super::canvas::{Area, Canvas};
use super::line::{Line, cell, cell_right, fit, width};
use super::theme::Role;
use crate::domain::series::Unit;
use crate::domain::time::{TimeWindow, Timestamp, to_seconds};
use crate::domain::{CleanText, Sample};

pub use clock::{TimeTick, time_ticks};
pub use legend::{Entry, legend};
pub use scale::{Ladder, Reach, Scale};
pub use tick::Tick;
pub use trace::{inside, usual_distance};

use raster::{Grain, Raster};
use trace::Trace;

/// Columns of the labels at the left at least, so that the plot does not shift when a number gets a digit more.
const LABELS: usize = 8;
/// Columns from which on the names of the lines stand at their right ends.
const NAMES_FROM: usize = 90;
/// Columns such a name takes at most.
const NAME: usize = 18;
/// Lines of one chart at most; the caller says how many more there are.
pub const MOST_CURVES: usize = 8;

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Chart<'a> {
    /// From left to right.
    pub window: TimeWindow,
    /// What the values count.
    pub unit: Unit,
    /// Equal differences or equal quotients.
    pub ladder: Ladder,
    /// The lines; the last one lies on top. More than [`MOST_CURVES`] are not drawn.
    pub curves: Vec<Curve<'a>>,
    /// Thresholds.
    pub levels: Vec<Level>,
    /// Changes, the earliest first.
    pub marks: Vec<Mark>,
    /// The instant that is read off.
    pub cursor: Option<Timestamp>,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Curve<'a> {
    /// The letter that tells it from the others where there is no colour.
    pub sign: char,
    /// Its colour.
    pub role: Role,
    /// A few words for its right end.
    pub name: CleanText,
    /// Its samples in time order.
    pub samples: &'a [Sample],
    /// The same some time before, moved into the window; drawn dim below the lines.
    pub before: &'a [Sample],
    /// Stretches in which it was unusual.
    pub unusual: &'a [TimeWindow],
    /// Single observations behind it, such as exemplars.
    pub points: &'a [Sample],
}

/// A threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Its value.
    pub value: f64,
    /// What is said of it: `HighErrorRate > 5/s`.
    pub words: CleanText,
}

/// Something that happened at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// A few words.
    pub words: CleanText,
}

/// Where the parts of a chart lie on a canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Columns of the upright axis with its stroke.
    pub axis: usize,
    /// Columns of the plot.
    pub columns: usize,
    /// Rows of the plot.
    pub rows: usize,
    /// Columns at the right for the letters and names of the lines.
    pub margin: usize,
}

/// What a drawing came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Where everything lies.
    pub place: Place,
    /// Samples of the line that has most of them in the window.
    pub samples: usize,
    /// The usual distance of its samples in seconds; 0 for fewer than two.
    pub step: f64,
    /// The values above zero span three decades: powers would show more.
    pub wide: bool,
}

/// Draws a chart. The foot has a row with the unusual stretches, a row with the times and a row with the changes, each
/// only where there is something to say.
///
/// Draws nothing and answers `None` on fewer than three rows of plot or sixteen columns.
pub fn draw(canvas: &mut Canvas<'_>, chart: &Chart<'_>) -> Option<Drawn> {
    let ascii = canvas.ascii();
    let curves = &chart.curves[..chart.curves.len().min(MOST_CURVES)];
    let feet = 1 + usize::from(has_unusual(curves)) + usize::from(!chart.marks.is_empty());
    let rows = canvas.height().checked_sub(feet).filter(|rows| *rows >= 3)?;
    let margin = margin(curves, canvas.width());
    // The labels decide how wide the axis is, and need the values only.
    let across = canvas.width().checked_sub(LABELS + 2 + margin).filter(|columns| *columns >= 6)?;
    let grain = Grain::of(ascii);
    let rough = traces(curves, chart.window, across * grain.across);
    let reach = reach(&rough, curves);
    let levels: Vec<f64> = chart.levels.iter().map(|level| level.value).collect();
    let widest = rough.iter().map(|(now, _)| now).max_by_key(|trace| trace.samples);
    let (samples, step) = widest.map_or((0, 0.0), |trace| (trace.samples, trace.step));
    let Some(scale) = Scale::of(reach, &levels, chart.ladder, chart.unit, rows) else {
        let place = Place { axis: LABELS + 2, columns: across, rows, margin };
        canvas.line(rows / 2, &Line::of(nothing(samples), Role::Dim));
        return Some(Drawn { place, samples, step, wide: false });
    };
    let labels = scale.ticks.iter().map(|tick| width(&tick.label)).max().unwrap_or(0).max(LABELS);
    let columns = canvas.width().checked_sub(labels + 2 + margin).filter(|columns| *columns >= 6)?;
    let place = Place { axis: labels + 2, columns, rows, margin };
    let traces = if columns == across { rough } else { traces(curves, chart.window, columns * grain.across) };
    let raster = rastered(chart, curves, &traces, &scale, place, ascii);
    paint(canvas, chart, curves, &scale, &raster, place);
    ends(canvas, curves, &traces, &scale, place);
    Some(Drawn { place, samples, step, wide: reach.is_wide() })
}

/// Every line now and before.
fn traces(curves: &[Curve<'_>], window: TimeWindow, across: usize) -> Vec<(Trace, Trace)> {
    let of = |samples: &[Sample]| Trace::of(samples, window, across);
    curves.iter().map(|curve| (of(curve.samples), of(curve.before))).collect()
}

fn reach(traces: &[(Trace, Trace)], curves: &[Curve<'_>]) -> Reach {
    let mut reach = Reach::default();
    for trace in traces.iter().flat_map(|(now, before)| [now, before]) {
        trace.reach.ends().into_iter().for_each(|(low, high)| {
            reach.add(low);
            reach.add(high);
        });
        trace.columns.iter().for_each(|column| reach.add(column.low));
    }
    curves.iter().flat_map(|curve| curve.points).for_each(|point| reach.add(point.value));
    reach
}

fn nothing(samples: usize) -> &'static str {
    if samples == 0 { " no sample in this window" } else { " samples in this window, but none of them is a number" }
}

fn has_unusual(curves: &[Curve<'_>]) -> bool {
    curves.iter().any(|curve| !curve.unusual.is_empty())
}

/// Columns for the letters of the lines, or for their names where there is room.
fn margin(curves: &[Curve<'_>], columns: usize) -> usize {
    match curves {
        [] | [_] => 0,
        _ if columns < NAMES_FROM => 3,
        _ => curves.iter().map(|curve| width(&curve.name)).max().unwrap_or(0).min(NAME) + 3,
    }
}

fn rastered(
    chart: &Chart<'_>,
    curves: &[Curve<'_>],
    traces: &[(Trace, Trace)],
    scale: &Scale,
    place: Place,
    ascii: bool,
) -> Raster {
    let mut raster = Raster::new(place.columns, place.rows, ascii);
    let down = raster.grain.down;
    for (_, before) in traces {
        raster.trace(before, scale, Role::Dim, '.');
    }
    for (curve, (now, _)) in curves.iter().zip(traces) {
        raster.trace(now, scale, curve.role, if curves.len() == 1 { '*' } else { curve.sign });
    }
    for level in chart.levels.iter().filter(|level| scale.holds(level.value)) {
        raster.level(scale.row(level.value, place.rows, down), if ascii { '-' } else { '┄' }, Role::Warning);
    }
    for mark in &chart.marks {
        if let Some(column) = place.column_of(mark.at, chart.window) {
            raster.upright(column, if ascii { ':' } else { '┊' }, Role::Change);
        }
    }
    if let Some(column) = chart.cursor.and_then(|at| place.column_of(at, chart.window)) {
        raster.upright(column, if ascii { '|' } else { '│' }, Role::Focus);
    }
    for level in chart.levels.iter().filter(|level| level.value.is_finite()) {
        let words = match level.value {
            v if v > scale.high => format!("↑ {}", level.words),
            v if v < scale.low => format!("↓ {}", level.words),
            _ => level.words.to_string(),
        };
        raster.words(scale.row(level.value, place.rows, down), &words, Role::Warning);
    }
    for curve in curves {
        for point in inside(curve.points, chart.window).iter().filter(|point| !point.value.is_nan()) {
            if let Some(column) = place.column_of(point.at, chart.window) {
                let row = scale.row(point.value, place.rows, down);
                raster.sign(column, row, if ascii { 'o' } else { '◆' }, Role::Strong, true);
            }
        }
    }
    raster
}

fn paint(
    canvas: &mut Canvas<'_>,
    chart: &Chart<'_>,
    curves: &[Curve<'_>],
    scale: &Scale,
    raster: &Raster,
    place: Place,
) {
    let down = raster.grain.down;
    let labels: Vec<(usize, &str)> =
        scale.ticks.iter().map(|tick| (scale.row(tick.value, place.rows, down), tick.label.as_str())).collect();
    for row in 0..place.rows {
        let label = labels.iter().find(|(at, _)| *at == row).map_or("", |(_, label)| label);
        canvas.line(row, &axis(label, place.axis, canvas.ascii()));
        canvas.line_at(place.axis, row, &raster.row(row));
    }
    let mut foot = place.rows;
    if has_unusual(curves) {
        canvas.line_at(place.axis, foot, &unusual_row(chart.window, curves, place));
        wash_unusual(canvas, chart.window, curves, place);
        foot += 1;
    }
    canvas.line_at(place.axis, foot, &time_row(chart.window, place));
    if !chart.marks.is_empty() {
        canvas.line_at(place.axis, foot + 1, &mark_row(&chart.marks, chart.window, place));
    }
    if let Some(column) = chart.cursor.and_then(|at| place.column_of(at, chart.window)) {
        canvas.wash(place.axis + column..place.axis + column + 1, 0..place.rows, Role::Selected);
    }
}

fn axis(label: &str, columns: usize, ascii: bool) -> Line {
    let stroke = match (ascii, label.is_empty()) {
        (true, _) => "|",
        (false, true) => "│",
        (false, false) => "┤",
    };
    Line::of(cell_right(label, columns - 2), Role::Dim).with(format!(" {stroke}"), Role::Frame)
}

/// The round times at their columns, each behind a tick.
pub(super) fn time_row(window: TimeWindow, place: Place) -> Line {
    let ticks = time_ticks(window, place.columns / 12);
    let placed = ticks.iter().filter_map(|tick| Some((place.column_of(tick.at, window)?, format!("╵{}", tick.label))));
    let mut row = spaced(placed, place.columns, 1);
    let used = width(&row);
    if used + 4 <= place.columns {
        row.push_str(&cell_right("UTC", place.columns - used));
    }
    Line::of(row, Role::Dim)
}

/// Texts at their columns; one that would run into the one before or over the edge is left out.
fn spaced(texts: impl Iterator<Item = (usize, String)>, columns: usize, apart: usize) -> String {
    let mut row = String::new();
    let mut used = 0;
    for (column, text) in texts {
        let free = used == 0 || column >= used + apart;
        if free && column >= used && column + width(&text) <= columns {
            row.push_str(&" ".repeat(column - used));
            row.push_str(&text);
            used = column + width(&text);
        }
    }
    row
}

/// The changes in words, each behind its sign at its column; where there is no room for words the sign stays.
pub(super) fn mark_row(marks: &[Mark], window: TimeWindow, place: Place) -> Line {
    let mut at: Vec<(usize, &Mark)> =
        marks.iter().filter_map(|mark| Some((place.column_of(mark.at, window)?, mark))).collect();
    at.sort_by_key(|(column, _)| *column);
    let mut row = String::new();
    let mut used = 0;
    for (n, (column, mark)) in at.iter().enumerate() {
        // Words to the left of the sign, where the right edge or the next sign is near.
        let next = at.get(n + 1).map_or(place.columns, |(next, _)| *next);
        let (right, left) = (next.saturating_sub(column + 3), column.saturating_sub(used + 2));
        if *column < used {
            continue;
        }
        let wide = width(&mark.words);
        if right < wide && left > right {
            let words = cut(&mark.words, left);
            row.push_str(&" ".repeat(column - used - width(&words) - 1));
            row.push_str(&format!("{words} ▲"));
            used = column + 1;
        } else {
            row.push_str(&" ".repeat(column - used));
            row.push('▲');
            used = column + 1;
            if right >= 4 {
                let words = cut(&mark.words, right);
                row.push_str(&format!(" {words}"));
                used += 1 + width(&words);
            }
        }
    }
    Line::of(row, Role::Change)
}

/// A text in at most so many columns, with `…` where it was cut.
fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let (head, _) = fit(text, columns.saturating_sub(1));
    format!("{head}…")
}

/// The unusual stretches: the letter of the line, or `~` where there is only one.
fn unusual_row(window: TimeWindow, curves: &[Curve<'_>], place: Place) -> Line {
    let mut row = vec![' '; place.columns];
    for curve in curves {
        let sign = if curves.len() == 1 { '~' } else { curve.sign };
        for columns in curve.unusual.iter().filter_map(|span| place.columns_of(*span, window)) {
            row[columns].fill(sign);
        }
    }
    Line::of(row.into_iter().collect::<String>(), Role::Warning)
}

fn wash_unusual(canvas: &mut Canvas<'_>, window: TimeWindow, curves: &[Curve<'_>], place: Place) {
    for span in curves.iter().flat_map(|curve| curve.unusual) {
        if let Some(columns) = place.columns_of(*span, window) {
            canvas.wash(place.axis + columns.start..place.axis + columns.end, 0..place.rows, Role::Unusual);
        }
    }
}

/// The letters of the lines at the heights of their last values, with their names where there is room; those that would
/// stand on the same row stand side by side, or one below the other.
fn ends(canvas: &mut Canvas<'_>, curves: &[Curve<'_>], traces: &[(Trace, Trace)], scale: &Scale, place: Place) {
    if place.margin < 3 {
        return;
    }
    let left = place.axis + place.columns;
    let down = Grain::of(canvas.ascii()).down;
    let mut at: Vec<(usize, &Curve<'_>)> = curves
        .iter()
        .zip(traces)
        .filter_map(|(curve, (now, _))| Some((scale.row(now.columns.last()?.last, place.rows, down), curve)))
        .collect();
    at.sort_by_key(|(row, _)| *row);
    if place.margin > 3 {
        // From the top each as low as the one before needs, then from the foot each as high.
        let mut next = 0;
        for (row, _) in &mut at {
            *row = (*row).max(next);
            next = *row + 1;
        }
        let mut last = place.rows;
        for (row, _) in at.iter_mut().rev() {
            *row = (*row).min(last.saturating_sub(1));
            last = *row;
        }
        for (row, curve) in at {
            let name = cell(&curve.name, place.margin - 3);
            canvas.line_at(left, row, &Line::of(format!(" {} {}", curve.sign, name.trim_end()), curve.role));
        }
        return;
    }
    let mut beside = vec![0; place.rows];
    for (row, curve) in at {
        let taken = &mut beside[row.min(place.rows - 1)];
        if *taken < place.margin {
            canvas.line_at(left + *taken, row, &Line::of(curve.sign.encode_utf8(&mut [0; 4]) as &str, curve.role));
            *taken += 1;
        }
    }
}

impl Place {
    /// The column of an instant; nothing outside the window.
    pub fn column_of(&self, at: Timestamp, window: TimeWindow) -> Option<usize> {
        super::spark::column_of(at, window, self.columns)
    }

    /// The columns that a stretch of time touches.
    fn columns_of(&self, span: TimeWindow, window: TimeWindow) -> Option<std::ops::Range<usize>> {
        if span.end < window.start || span.start >= window.end {
            return None;
        }
        let from = self.column_of(span.start.max(window.start), window)?;
        let to = self.column_of(span.end, window).unwrap_or(self.columns.saturating_sub(1)).max(from);
        Some(from..(to + 1).min(self.columns))
    }

    /// Seconds of a column.
    pub fn seconds(&self, window: TimeWindow) -> f64 {
        (to_seconds(window.end) - to_seconds(window.start)) / self.columns.max(1) as f64
    }
}

/// The area of a canvas without its first `above` and last `below` rows.
pub fn between(area: Area, above: usize, below: usize) -> Area {
    let above = u16::try_from(above).unwrap_or(u16::MAX).min(area.height);
    let below = u16::try_from(below).unwrap_or(u16::MAX);
    Area::new(area.x, area.y.saturating_add(above), area.width, (area.height - above).saturating_sub(below))
}

#[cfg(test)]
mod tests;
