//! A heat-map: what fell into each bucket over time, in shades, with quantiles as lines over it. The Metrics pane draws
//! histograms with it.

use super::canvas::Canvas;
use super::chart::{Mark, Place, mark_row, time_row};
use super::line::{Line, cell_right, width};
use super::number;
use super::theme::Role;
use crate::domain::Sample;
use crate::domain::series::Unit;
use crate::domain::time::{TimeWindow, Timestamp};

/// From little to much, by thickness and by role, so that no colour is needed.
const SHADES: [(char, char, Role); 4] =
    [('░', '.', Role::Dim), ('▒', ':', Role::Trend), ('▓', '*', Role::Trend), ('█', '#', Role::Strong)];

/// What is drawn.
pub struct Heat<'a> {
    /// From left to right.
    pub window: TimeWindow,
    /// What the bounds are in.
    pub unit: Unit,
    /// Upper bounds of the buckets, ascending.
    pub uppers: &'a [f64],
    /// What fell into a bucket in a column; `None` where nothing is known.
    pub value: &'a dyn Fn(usize, usize) -> Option<f64>,
    /// The largest of these values.
    pub most: f64,
    /// Lines over the map.
    pub lines: &'a [Over],
    /// Changes, the earliest first.
    pub marks: &'a [Mark],
    /// Single observations, drawn at their values.
    pub points: &'a [Sample],
    /// The instant that is read off.
    pub cursor: Option<Timestamp>,
}

/// A quantile over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Over {
    /// What it is drawn with; also in ASCII.
    pub sign: (char, char),
    /// Its value in each column.
    pub values: Vec<Option<f64>>,
}

/// Where the parts of a heat-map lie; the caller needs to know its columns before it can count into them. `None` where
/// there is no room.
pub fn place(columns: usize, rows: usize, uppers: &[f64], unit: Unit, marks: bool) -> Option<Place> {
    let labels = uppers.iter().map(|upper| width(&label(*upper, unit))).max().unwrap_or(0).max(8);
    let columns = columns.checked_sub(labels + 2).filter(|columns| *columns >= 6)?;
    let rows = rows.checked_sub(1 + usize::from(marks)).filter(|rows| *rows >= 3)?;
    Some(Place { axis: labels + 2, columns, rows, margin: 0 })
}

/// Draws the map with the highest bucket on top, the times and the changes below.
pub fn draw(canvas: &mut Canvas<'_>, heat: &Heat<'_>, place: Place) {
    let ascii = canvas.ascii();
    let buckets = heat.uppers.len();
    if buckets == 0 {
        return;
    }
    // Several buckets on a row where there are more of them than rows, else several rows for a bucket.
    let merged = buckets.div_ceil(place.rows);
    let groups = buckets.div_ceil(merged);
    let group_of = |row: usize| (place.rows - 1 - row) * groups / place.rows;
    for row in 0..place.rows {
        let group = group_of(row);
        let (from, to) = (group * merged, ((group + 1) * merged).min(buckets));
        let is_top = row == 0 || group_of(row - 1) != group;
        let text = if is_top { label(heat.uppers[to - 1], heat.unit) } else { String::new() };
        canvas.line(row, &axis(&text, place.axis, ascii));
        let mut line = shades(heat, from..to, merged, place.columns, ascii);
        overlay(&mut line, heat, row, place.rows, merged, ascii);
        marked(&mut line, heat, place, ascii);
        pointed(&mut line, heat, place, row, merged, ascii);
        canvas.line_at(place.axis, row, &runs(&line));
    }
    let foot = place.rows;
    canvas.line_at(place.axis, foot, &time_row(heat.window, place));
    if !heat.marks.is_empty() {
        canvas.line_at(place.axis, foot + 1, &mark_row(heat.marks, heat.window, place));
    }
    if let Some(column) = heat.cursor.and_then(|at| place.column_of(at, heat.window)) {
        canvas.wash(place.axis + column..place.axis + column + 1, 0..foot, Role::Selected);
    }
}

/// How a bound is written: `≤ 250 ms`.
pub fn label(upper: f64, unit: Unit) -> String {
    if upper == f64::INFINITY { "more".to_owned() } else { format!("≤ {}", number::value(upper, unit)) }
}

/// The sign for a value, and for nothing.
pub fn shade(value: f64, most: f64, ascii: bool) -> (char, Role) {
    let share = (value / most).clamp(0.0, 1.0);
    if share.is_nan() || share == 0.0 {
        return (' ', Role::Text);
    }
    // By the root, so that few among many are still seen.
    let (full, plain, role) = SHADES[((share.sqrt() * SHADES.len() as f64).ceil() as usize).clamp(1, SHADES.len()) - 1];
    (if ascii { plain } else { full }, role)
}

fn shades(
    heat: &Heat<'_>,
    buckets: std::ops::Range<usize>,
    merged: usize,
    columns: usize,
    ascii: bool,
) -> Vec<(char, Role)> {
    (0..columns)
        .map(|column| {
            let held: Vec<f64> = buckets.clone().filter_map(|bucket| (heat.value)(bucket, column)).collect();
            if held.is_empty() { (' ', Role::Text) } else { shade(held.iter().sum(), heat.most * merged as f64, ascii) }
        })
        .collect()
}

/// The lines where they cross this row.
fn overlay(line: &mut [(char, Role)], heat: &Heat<'_>, row: usize, rows: usize, merged: usize, ascii: bool) {
    for over in heat.lines {
        for (cell, value) in line.iter_mut().zip(&over.values) {
            let at = value.map(|value| height(value, heat.uppers, merged) * rows as f64);
            if at.is_some_and(|at| rows - 1 - (at as usize).min(rows - 1) == row) {
                *cell = (if ascii { over.sign.1 } else { over.sign.0 }, Role::Warning);
            }
        }
    }
}

/// How far up a value lies, 0 to 1, every bucket being as high as the others.
fn height(value: f64, uppers: &[f64], merged: usize) -> f64 {
    let bucket = uppers.iter().position(|upper| value <= *upper).unwrap_or(uppers.len() - 1);
    let lower = bucket.checked_sub(1).map_or(0.0, |before| uppers[before]);
    let share = ((value - lower) / (uppers[bucket] - lower)).clamp(0.0, 0.999);
    let share = if share.is_nan() { 0.0 } else { share };
    let all = uppers.len().div_ceil(merged) * merged;
    (bucket as f64 + share) / all as f64
}

fn marked(line: &mut [(char, Role)], heat: &Heat<'_>, place: Place, ascii: bool) {
    for mark in heat.marks {
        if let Some(cell) = place.column_of(mark.at, heat.window).and_then(|column| line.get_mut(column))
            && cell.0 == ' '
        {
            *cell = (if ascii { ':' } else { '┊' }, Role::Change);
        }
    }
}

/// The observations that lie on this row.
fn pointed(line: &mut [(char, Role)], heat: &Heat<'_>, place: Place, row: usize, merged: usize, ascii: bool) {
    for point in heat.points.iter().filter(|point| point.value.is_finite()) {
        let up = (height(point.value, heat.uppers, merged) * place.rows as f64) as usize;
        let column = place.column_of(point.at, heat.window).filter(|_| place.rows - 1 - up.min(place.rows - 1) == row);
        if let Some(cell) = column.and_then(|column| line.get_mut(column)) {
            *cell = (if ascii { 'o' } else { '◆' }, Role::Strong);
        }
    }
}

fn axis(label: &str, columns: usize, ascii: bool) -> Line {
    let stroke = if ascii {
        "|"
    } else if label.is_empty() {
        "│"
    } else {
        "┤"
    };
    Line::of(cell_right(label, columns - 2), Role::Dim).with(format!(" {stroke}"), Role::Frame)
}

/// Cells of one role in one span.
fn runs(cells: &[(char, Role)]) -> Line {
    let mut line = Line::new();
    for run in cells.chunk_by(|a, b| a.1 == b.1) {
        line.push(run.iter().map(|(shown, _)| *shown).collect::<String>(), run[0].1);
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ui::Area;
    use crate::ui::dump::{draw_to_buffer, grid};
    use crate::ui::theme::Theme;

    fn window() -> TimeWindow {
        let at = |second: i64| Timestamp::from_second(1_795_140_000 + second).unwrap();
        TimeWindow::new(at(0), at(600))
    }

    fn drawn(columns: u16, rows: u16, ascii: bool) -> String {
        let mut theme = Theme::plain();
        theme.ascii = ascii;
        let uppers = [0.1, 0.25, 0.5, 1.0, f64::INFINITY];
        let value = |bucket: usize, column: usize| {
            if column == 9 {
                return None;
            }
            Some(match (column < 20, bucket) {
                (true, 0) => 9.0,
                (true, 1) => 3.0,
                (false, 3) => 8.0,
                (false, 2) => 1.0,
                _ => 0.0,
            })
        };
        let quantile = |column: usize| Some(if column < 20 { 0.2 } else { 0.9 });
        let buffer = draw_to_buffer(columns, rows, &theme, |canvas| {
            let place = place(canvas.width(), canvas.height(), &uppers, Unit::Seconds, false).unwrap();
            let lines = [Over { sign: ('━', '='), values: (0..place.columns).map(quantile).collect() }];
            let heat = Heat {
                window: window(),
                unit: Unit::Seconds,
                uppers: &uppers,
                value: &value,
                most: 9.0,
                lines: &lines,
                marks: &[],
                points: &[],
                cursor: None,
            };
            draw(canvas, &heat, place);
        });
        grid(&buffer)
    }

    #[test]
    fn a_slow_down_moves_up_the_map() {
        let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        let shaded = [
            "    more ┤",
            "         │",
            "   ≤ 1 s ┤                    ━━━━━━━━━━━━━━━━━━━━",
            "         │                    ████████████████████",
            "≤ 500 ms ┤                    ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒",
            "         │                    ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒",
            "≤ 250 ms ┤━━━━━━━━━━━━━━━━━━━━",
            "         │▓▓▓▓▓▓▓▓▓ ▓▓▓▓▓▓▓▓▓▓",
            "≤ 100 ms ┤█████████ ██████████",
            "         │█████████ ██████████",
            "          ╵02:00              ╵02:05           UTC",
        ];
        assert_eq!(lines(&drawn(50, 11, false)), shaded);
        let merged = [
            "    more |",
            "   < 1 s |                    ====================",
            "< 250 ms |====================",
            "          '02:00              '02:05           UTC",
        ];
        assert_eq!(lines(&drawn(50, 4, true)), merged);
    }

    proptest! {
        #[test]
        fn any_numbers_stay_inside(
            uppers in prop::collection::vec(prop::num::f64::ANY, 0..40), values in prop::collection::vec(prop::num::f64::ANY, 1..30),
            (columns, rows) in (0u16..80, 0u16..30), most: f64, ascii: bool,
        ) {
            let mut uppers: Vec<f64> = uppers.into_iter().filter(|upper| !upper.is_nan()).collect();
            uppers.sort_by(f64::total_cmp);
            let value = |bucket: usize, column: usize| values.get((bucket * 7 + column) % values.len()).copied();
            let mut theme = Theme::plain();
            theme.ascii = ascii;
            let buffer = draw_to_buffer(columns + 2, rows + 2, &theme, |canvas| {
                let mut part = canvas.part(Area::new(1, 1, columns, rows));
                let Some(place) = place(part.width(), part.height(), &uppers, Unit::Seconds, true) else { return };
                let lines = [Over { sign: ('━', '='), values: (0..place.columns).map(|n| value(0, n)).collect() }];
                let marks = [Mark { at: window().start, words: "change".into() }];
                let points: Vec<Sample> = values.iter().map(|value| Sample { at: window().start, value: *value }).collect();
                let heat = Heat { window: window(), unit: Unit::Seconds, uppers: &uppers, value: &value, most, lines: &lines, marks: &marks,
                    points: &points, cursor: Some(window().start) };
                draw(&mut part, &heat, place);
            });
            for y in 0..rows + 2 {
                for x in 0..columns + 2 {
                    let inside = (1..=columns).contains(&x) && (1..=rows).contains(&y);
                    prop_assert!(inside || buffer[(x, y)].symbol() == " ");
                }
            }
        }
    }
}
