//! One series, or all of a panel, as a chart: what is shown, the cursor that reads it off, and the keys for both.

use super::rows::Row;
use super::{Metrics, words};
use crate::analysis::histogram;
use crate::analysis::trend;
use crate::app::keymap::{Action, Motion, Slide};
use crate::app::msg::Sift;
use crate::app::{Ctx, Intent};
use crate::domain::exemplar::Exemplar;
use crate::domain::series::Unit;
use crate::domain::time::{clock, from_seconds, to_seconds};
use crate::domain::{CleanText, Sample, Series, TimeWindow, Timestamp};
use crate::signals::SeriesPicture;
use crate::store::PanelSeries;
use crate::ui::chart::{self, Chart, Curve, Drawn, Entry, Ladder, Level, MOST_CURVES, Mark};
use crate::ui::{Canvas, Line, Role, number};

/// Columns that the cursor moves by a page.
const PAGE: f64 = 10.0;
/// Columns of the chart that its axis and margins take; near enough to say how far the cursor moves.
const EDGES: usize = 12;
/// Rows of the pane from which on the query is said.
const QUERY_FROM: usize = 16;
/// Rows of the pane from which on everything is said; below, the chart comes first.
const ALL_FROM: usize = 14;
/// A value at the cursor is one of at most so many steps before it.
const NEAR: f64 = 2.0;

/// How the chart is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Zoom {
    /// All series of the panel, or the selected one.
    all: bool,
    ladder: Ladder,
    pub(super) cursor: Option<Timestamp>,
    /// A histogram's buckets as lines instead of a map.
    lines: bool,
}

/// A series of the chart.
struct Shown<'a> {
    series: &'a Series,
    before: &'a [Sample],
    known: Option<&'a SeriesPicture>,
    unusual: Vec<TimeWindow>,
    points: Vec<Sample>,
    selected: bool,
}

impl Metrics {
    /// An action while the chart is shown.
    pub(super) fn on_chart(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        let window = ctx.window;
        let column =
            (to_seconds(window.end) - to_seconds(window.start)) / self.inside.0.saturating_sub(EDGES).max(1) as f64;
        let row = self.current()?.clone();
        let zoom = self.zoom.as_mut()?;
        match action {
            Action::Move(Motion::Down | Motion::Up) => {
                let Action::Move(motion) = action else { return None };
                return self.next_chart(motion, ctx);
            }
            Action::Move(motion) => zoom.cursor = moved(row.series(ctx)?, window, zoom.cursor, motion, column),
            Action::SearchNext => zoom.cursor = stop(ctx, &row, zoom.cursor, true).or(zoom.cursor),
            Action::SearchPrevious => zoom.cursor = stop(ctx, &row, zoom.cursor, false).or(zoom.cursor),
            Action::Exemplars => {
                let panel = row.panel_of(ctx)?;
                return Some(vec![Intent::Exemplars(panel.source.clone(), panel.panel.title.clone())]);
            }
            Action::AllSeries => zoom.all = !zoom.all,
            Action::Ladder => {
                zoom.ladder = match zoom.ladder {
                    Ladder::Even => Ladder::Powers,
                    Ladder::Powers => Ladder::Even,
                }
            }
            Action::Buckets => zoom.lines = !zoom.lines,
            Action::Slide(Slide::Wider) => return zoom.cursor.map(|at| vec![Intent::Around(at, true)]),
            Action::Slide(Slide::Narrower) => return zoom.cursor.map(|at| vec![Intent::Around(at, false)]),
            Action::Open => match zoom.cursor {
                Some(at) => {
                    let trace = row.panel_of(ctx).and_then(|panel| exemplar_at(ctx, panel, at)?.trace_id.clone());
                    let sift = trace.map_or(Sift::Time(at), |trace| Sift::trace(&trace));
                    return Some(vec![Intent::Sift(sift)]);
                }
                None => self.zoom = None,
            },
            Action::Back | Action::Cancel => match zoom.cursor.take() {
                Some(_) => {}
                None => self.zoom = None,
            },
            Action::Copy => return Some(vec![Intent::Copy(self.as_text(ctx)?)]),
            _ => return None,
        }
        Some(Vec::new())
    }

    /// The next or previous row that has something to draw.
    fn next_chart(&mut self, motion: Motion, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        let intents = self.step(motion, ctx);
        let rows = self.listing.rows().len();
        for _ in 0..rows {
            if self.current().is_some_and(|row| row.series(ctx).is_some()) {
                break;
            }
            let before = self.scroll.selected();
            self.step(motion, ctx)?;
            if self.scroll.selected() == before {
                break;
            }
        }
        intents
    }

    /// Draws the chart of the selected row.
    pub(super) fn chart(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, zoom: &Zoom) {
        let Some(row) = self.current() else { return };
        let (Some(panel), Some(series)) = (row.panel_of(ctx), row.series(ctx)) else { return };
        if row.is_whole() && !zoom.lines && histogram::is_histogram(&panel.series) {
            return self.heat(canvas, ctx, panel, zoom);
        }
        let (shown, left_out) = self.shown(ctx, row, panel, zoom);
        let height = canvas.height();
        let mut head = head(canvas.width(), ctx, panel, &shown, zoom, height);
        if left_out > 0 {
            let text = format!(" + {left_out} more: o orders, / filters");
            head.push(Line::of(text, Role::Dim));
        }
        if height >= QUERY_FROM {
            head.push(Line::of(format!(" {}", panel.panel.query), Role::Dim));
        }
        for (at, line) in head.iter().enumerate() {
            canvas.line(at, line);
        }
        let below = if height < ALL_FROM { 1 } else { 2 };
        let area = chart::between(canvas.area(), head.len(), below);
        let drawing = drawing(ctx, panel, &shown, zoom);
        let drawn = chart::draw(&mut canvas.part(area), &drawing);
        if below > 1 || zoom.cursor.is_some() {
            let reading = self.reading(ctx, panel, series, row.known(ctx), zoom);
            canvas.line(height.saturating_sub(below), &reading);
        }
        if below > 1 || zoom.cursor.is_none() {
            canvas.line(height.saturating_sub(1), &status(panel, zoom, drawn.as_ref()));
        }
    }

    /// The series that are drawn, the selected one among them, and how many are not.
    fn shown<'a>(&self, ctx: &Ctx<'a>, row: &Row, panel: &'a PanelSeries, zoom: &Zoom) -> (Vec<Shown<'a>>, usize) {
        let whole = row.is_whole() || zoom.all;
        let own = |other: &Row| other.panel() == row.panel();
        let mut places: Vec<usize> = match row {
            Row::One { series, .. } if !whole => vec![*series],
            Row::Silent { .. } => Vec::new(),
            Row::Folded { .. } | Row::Head { .. } | Row::One { .. } => {
                self.listing.rows().iter().filter(|other| own(other)).filter_map(Row::place).collect()
            }
        };
        let selected = row.place_or_lead();
        if places.is_empty() && whole {
            places = (0..panel.series.len()).collect();
        }
        // The selected one is always among those drawn.
        if let Some(at) = selected.and_then(|it| places.iter().position(|place| *place == it))
            && at >= MOST_CURVES
        {
            let it = places.remove(at);
            places.insert(0, it);
        }
        let left_out = places.len().saturating_sub(MOST_CURVES);
        let told = ctx.stores.signals.panel(&panel.source, &panel.panel.title);
        let shown = places.into_iter().take(MOST_CURVES).filter_map(|place| {
            let series = panel.series.get(place)?;
            let known = told.and_then(|told| told.find(series, place));
            let spans = known.map(|known| known.spans.as_slice()).unwrap_or_default();
            let unusual = spans.iter().map(|span| TimeWindow::new(span.start, span.end)).collect();
            let points = points(ctx, panel, series);
            let selected = selected == Some(place);
            Some(Shown { series, before: earlier(panel, series), known, unusual, points, selected })
        });
        (shown.collect(), left_out)
    }

    /// What the cursor reads off, or what is said of the series.
    fn reading(
        &self,
        ctx: &Ctx<'_>,
        panel: &PanelSeries,
        series: &Series,
        known: Option<&SeriesPicture>,
        zoom: &Zoom,
    ) -> Line {
        let Some(at) = zoom.cursor else {
            return Line::of(format!(" {}", extremes(&series.samples, ctx.window, series.unit)), Role::Dim);
        };
        let mut line = Line::of(format!(" {}Z ", clock(at)), Role::Strong);
        match near(&series.samples, at) {
            Some(sample) => {
                line.push(number::value(sample.value, series.unit), Role::Strong);
                line.push(format!("  = {}", sample.value), Role::Dim);
                if sample.at != at {
                    line.push(format!(" at {}Z", clock(sample.at)), Role::Dim);
                }
            }
            None => line.push("no sample here", Role::Dim),
        }
        if let (Some(before), Some(then)) = (&panel.before, near(earlier(panel, series), at)) {
            let text = format!(" · {} {}", number::value(then.value, series.unit), words::before(before.shift));
            line.push(text, Role::Dim);
        }
        let span = known.and_then(|known| known.spans.iter().find(|span| span.start <= at && at <= span.end));
        if let Some(span) = span {
            let what = span.sign.text();
            line.push(format!(" · {what} {}–{}", clock(span.start), clock(span.end)), Role::Warning);
        }
        let change = ctx.stores.changes.in_window(ctx.window).find(|change| change.at == at);
        if let Some(change) = change {
            line.push(format!(" · ▲ {}", change.summary), Role::Change);
        }
        exemplar_words(ctx, panel, at, &mut line);
        line
    }
}

/// The exemplars that are shown of a panel.
fn exemplars<'a>(ctx: &Ctx<'a>, panel: &PanelSeries) -> &'a [Exemplar] {
    ctx.stores.exemplars_of(&panel.source, &panel.panel.title)
}

/// The exemplar that was measured at an instant.
fn exemplar_at<'a>(ctx: &Ctx<'a>, panel: &PanelSeries, at: Timestamp) -> Option<&'a Exemplar> {
    exemplars(ctx, panel).iter().find(|exemplar| exemplar.at == at)
}

/// What the cursor reads off an exemplar, and what Enter does.
pub(super) fn exemplar_words(ctx: &Ctx<'_>, panel: &PanelSeries, at: Timestamp, line: &mut Line) {
    let Some(exemplar) = exemplar_at(ctx, panel, at) else { return line.push(" · Enter: the logs then", Role::Dim) };
    line.push(format!(" · ◆ {}", number::value(exemplar.value, Unit::Number)), Role::Strong);
    match &exemplar.trace_id {
        Some(trace) => line.push(format!(" trace {trace} · Enter: its records"), Role::Strong),
        None => line.push(" names no trace", Role::Dim),
    }
}

/// Exemplars of a series as points: at their values, or on the line where it shows something else than they measure.
fn points(ctx: &Ctx<'_>, panel: &PanelSeries, series: &Series) -> Vec<Sample> {
    let own = |exemplar: &&Exemplar| {
        let mut told = series.labels.iter().filter(|(name, _)| name.as_str() != "__name__" && name.as_str() != "le");
        told.all(|(name, value)| exemplar.series.get(name).is_none_or(|theirs| theirs == value))
    };
    let measured = matches!(series.unit, Unit::Seconds | Unit::Bytes);
    let of = exemplars(ctx, panel).iter().filter(own);
    let point = |exemplar: &Exemplar| match measured {
        true => Some(Sample { at: exemplar.at, value: exemplar.value }),
        false => near(&series.samples, exemplar.at).map(|sample| Sample { at: exemplar.at, ..sample }),
    };
    of.filter_map(point).collect()
}

/// All exemplars of a panel as points at their values, for a map.
pub(super) fn all_points(ctx: &Ctx<'_>, panel: &PanelSeries) -> Vec<Sample> {
    exemplars(ctx, panel).iter().map(|exemplar| Sample { at: exemplar.at, value: exemplar.value }).collect()
}

/// The samples of the same series some time before, moved into the window.
pub(super) fn earlier<'a>(panel: &'a PanelSeries, series: &Series) -> &'a [Sample] {
    let before = panel.before.as_ref().and_then(|before| before.series.iter().find(|one| one.labels == series.labels));
    before.map(|before| before.samples.as_slice()).unwrap_or_default()
}

/// The lines above the chart: the series by letter with their values, and what is said of the selected one.
fn head(
    columns: usize,
    ctx: &Ctx<'_>,
    panel: &PanelSeries,
    shown: &[Shown<'_>],
    zoom: &Zoom,
    height: usize,
) -> Vec<Line> {
    let mut lines = Vec::new();
    if let [one] = shown {
        let trend = trend::compare(&one.series.samples, ctx.window);
        let mut line = Line::of(format!("▌{} ", words::in_full(one.series)), Role::Strong);
        line.push(format!(" {}", words::last(one.series, &trend)), Role::Strong);
        line.push(format!(" {}", words::ratio(&trend)), Role::Warning);
        line.append(compared(ctx, panel, one).map_or_else(Line::new, |text| Line::of(format!("  {text}"), Role::Text)));
        lines.push(line);
    } else {
        lines.push(Line::of(format!(" {}", panel.panel.title), Role::Strong));
        let entries: Vec<Entry> = shown.iter().enumerate().map(|(at, one)| entry(at, one, ctx, zoom)).collect();
        lines.extend(chart::legend(&entries, columns, (height / 5).max(1)));
    }
    if let Some(one) = shown.iter().find(|one| one.selected && height >= ALL_FROM) {
        let trend = trend::compare(&one.series.samples, ctx.window);
        let said = words::joined(words::all(ctx, panel, one.series, one.known, &trend));
        if !said.is_empty() {
            let mut line = Line::of(" ", Role::Text);
            line.append(said);
            lines.push(line);
        }
    }
    lines
}

fn entry(at: usize, one: &Shown<'_>, ctx: &Ctx<'_>, zoom: &Zoom) -> Entry {
    let trend = trend::compare(&one.series.samples, ctx.window);
    let value = match zoom.cursor {
        Some(cursor) => near(&one.series.samples, cursor)
            .map_or_else(|| "–".to_owned(), |sample| number::value(sample.value, one.series.unit)),
        None => words::last(one.series, &trend),
    };
    let labels = words::labels(one.series);
    let name = if labels.is_empty() { one.series.title.to_string() } else { labels };
    Entry { sign: sign(at), role: Role::TRENDS[at % Role::TRENDS.len()], name, value, selected: one.selected }
}

/// The letter of a line.
fn sign(at: usize) -> char {
    char::from_u32('a' as u32 + (at % 26) as u32).unwrap_or('a')
}

/// How the last tenth of the window stands against the same time before.
fn compared(ctx: &Ctx<'_>, panel: &PanelSeries, one: &Shown<'_>) -> Option<String> {
    let before = panel.before.as_ref()?;
    let tenth = TimeWindow::ending(ctx.window.end, ctx.window.length() / 10);
    words::against(mean(one.series.samples.as_slice(), tenth), mean(one.before, tenth), before.shift)
}

fn mean(samples: &[Sample], window: TimeWindow) -> Option<f64> {
    let inside = chart::inside(samples, window).iter().map(|sample| sample.value).filter(|value| value.is_finite());
    let (count, mean) = inside.fold((0.0, 0.0), |(count, mean): (f64, f64), value| {
        let count = count + 1.0;
        (count, mean + (value / count - mean / count))
    });
    (count > 0.0).then_some(mean)
}

fn drawing<'a>(ctx: &Ctx<'_>, panel: &PanelSeries, shown: &'a [Shown<'_>], zoom: &Zoom) -> Chart<'a> {
    let mut curves: Vec<(bool, Curve<'a>)> = shown
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let labels = words::labels(one.series);
            let name = if labels.is_empty() { one.series.title.clone() } else { CleanText::line(&labels) };
            let curve = Curve {
                sign: sign(at),
                role: Role::TRENDS[at % Role::TRENDS.len()],
                name,
                samples: &one.series.samples,
                before: one.before,
                unusual: &one.unusual,
                points: &one.points,
            };
            (one.selected, curve)
        })
        .collect();
    // The selected one lies on top.
    curves.sort_by_key(|(selected, _)| *selected);
    let level = |threshold: &crate::domain::Threshold| Level {
        value: threshold.value,
        words: CleanText::line(&words::threshold(threshold, panel.panel.unit)),
    };
    Chart {
        window: ctx.window,
        unit: shown.first().map_or(panel.panel.unit, |one| one.series.unit),
        ladder: zoom.ladder,
        curves: curves.into_iter().map(|(_, curve)| curve).collect(),
        levels: panel.panel.thresholds.iter().map(level).collect(),
        marks: marks(ctx),
        cursor: zoom.cursor,
    }
}

/// The changes of the window in few words.
pub(super) fn marks(ctx: &Ctx<'_>) -> Vec<Mark> {
    let changes = ctx.stores.changes.in_window(ctx.window);
    changes.map(|change| Mark { at: change.at, words: change.summary.clone() }).collect()
}

/// Step and resolution, and the keys that do something here.
pub(super) fn status(panel: &PanelSeries, zoom: &Zoom, drawn: Option<&Drawn>) -> Line {
    let Some(drawn) = drawn else {
        return Line::of(" no room for a chart: + gives this pane the whole screen", Role::Dim);
    };
    let mut words = Vec::new();
    let seconds = match panel.panel.step.as_secs() {
        0 => drawn.step,
        seconds => seconds as f64,
    };
    if seconds > 0.0 {
        words.push(format!("step {}", number::value(seconds, Unit::Seconds).replace(' ', "")));
    }
    let points = if drawn.samples == 1 { "point" } else { "points" };
    words.push(format!("{} {points}", number::count(drawn.samples as u64)));
    if drawn.samples > 0 {
        let each = drawn.place.columns as f64 / drawn.samples as f64;
        words.push(match each {
            each if each >= 0.95 => format!("1 point per {each:.1} columns"),
            each => format!("{:.1} points per column", 1.0 / each),
        });
    }
    match zoom.ladder {
        Ladder::Powers => words.push("in powers: s evens".to_owned()),
        Ladder::Even if drawn.wide => words.push("s: in powers".to_owned()),
        Ladder::Even => {}
    }
    if panel.series.len() > 1 {
        words.push(if zoom.all { "A: this one".to_owned() } else { format!("A: all {}", panel.series.len()) });
    }
    Line::of(format!(" {}", words.join(" · ")), Role::Dim)
}

/// The newest sample at or before an instant, if it is near enough to stand for it.
fn near(samples: &[Sample], at: Timestamp) -> Option<Sample> {
    let sample = samples.get(samples.partition_point(|sample| sample.at <= at).checked_sub(1)?)?;
    let reach = chart::usual_distance(samples) * NEAR;
    (to_seconds(at) - to_seconds(sample.at) <= reach.max(0.001)).then_some(*sample)
}

/// Where a motion leads the cursor: from sample to sample, at least a column; from the end where there was none.
pub(super) fn moved(
    series: &Series,
    window: TimeWindow,
    cursor: Option<Timestamp>,
    motion: Motion,
    column: f64,
) -> Option<Timestamp> {
    let samples = chart::inside(&series.samples, window);
    let (first, last) = (samples.first()?.at, samples.last()?.at);
    let Some(from) = cursor.filter(|at| window.contains(*at)) else {
        return Some(match motion {
            Motion::Top => first,
            _ => last,
        });
    };
    let by = |columns: f64| from_seconds(to_seconds(from) + columns * column).unwrap_or(from);
    let earlier = |columns: f64| {
        let target = by(-columns);
        samples[..samples.partition_point(|sample| sample.at <= target)].last().map_or(first, |sample| sample.at)
    };
    let later = |columns: f64| {
        let target = by(columns);
        samples.get(samples.partition_point(|sample| sample.at < target)).map_or(last, |sample| sample.at)
    };
    Some(match motion {
        Motion::Left => earlier(1.0),
        Motion::Right => later(1.0),
        Motion::PageUp | Motion::HalfUp => earlier(PAGE),
        Motion::PageDown | Motion::HalfDown => later(PAGE),
        Motion::Top => first,
        Motion::Bottom => last,
        Motion::Down | Motion::Up => from,
    })
}

/// The next instant worth a look: where something unusual begins, where the series left its range, a change, an exemplar.
fn stop(ctx: &Ctx<'_>, row: &Row, cursor: Option<Timestamp>, forward: bool) -> Option<Timestamp> {
    let known = row.known(ctx);
    let spans = known.map(|known| known.spans.as_slice()).unwrap_or_default().iter().map(|span| span.start);
    let onset = known.and_then(|known| known.onset.as_ref()).map(|onset| onset.at);
    let changes = ctx.stores.changes.in_window(ctx.window).map(|change| change.at);
    let panel = row.panel_of(ctx);
    let exemplars = panel.map(|panel| exemplars(ctx, panel)).unwrap_or_default().iter().map(|exemplar| exemplar.at);
    let all = spans.chain(onset).chain(changes).chain(exemplars).filter(|at| ctx.window.contains(*at));
    match (forward, cursor) {
        (true, Some(from)) => all.filter(|at| *at > from).min(),
        (true, None) => all.min(),
        (false, Some(from)) => all.filter(|at| *at < from).max(),
        (false, None) => all.max(),
    }
}

fn extremes(samples: &[Sample], window: TimeWindow, unit: Unit) -> String {
    let inside = chart::inside(samples, window);
    let finite = || inside.iter().filter(|sample| sample.value.is_finite());
    let low = finite().min_by(|a, b| a.value.total_cmp(&b.value));
    let high = finite().max_by(|a, b| a.value.total_cmp(&b.value));
    match (low, high) {
        (Some(low), Some(high)) => format!(
            "min {} at {}Z · max {} at {}Z · h l: cursor",
            number::value(low.value, unit),
            clock(low.at),
            number::value(high.value, unit),
            clock(high.at)
        ),
        _ if inside.is_empty() => "no sample in this window".to_owned(),
        _ => format!("{} samples, none of them a number", inside.len()),
    }
}

impl Row {
    /// Whether it stands for a whole panel.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            Row::Folded { .. } | Row::Head { .. } => true,
            Row::Silent { .. } | Row::One { .. } => false,
        }
    }

    /// The place of its own series.
    fn place(&self) -> Option<usize> {
        match self {
            Row::One { series, .. } => Some(*series),
            Row::Silent { .. } | Row::Folded { .. } | Row::Head { .. } => None,
        }
    }

    fn place_or_lead(&self) -> Option<usize> {
        match self {
            Row::Folded { lead, .. } | Row::Head { lead, .. } => Some(*lead),
            Row::One { .. } | Row::Silent { .. } => self.place(),
        }
    }
}
