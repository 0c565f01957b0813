//! What a round over the panels asks: each panel over the window on a fixed grid, and once more for the time it is compared
//! with. Called by the source.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;

use super::evidence::with_hour_before;
use super::{Client, RangeAnswer};
use crate::config::schema::{self, PanelUnit};
use crate::domain::panel::KeptPanel;
use crate::domain::series::Unit;
use crate::domain::time::{minus, plus};
use crate::domain::{CleanText, Panel, PanelOrigin, Telemetry, Threshold, TimeWindow, Timestamp};
use crate::promql;
use crate::sources::Span;

/// Points per series a panel asks for, about.
const POINTS: i64 = 400;

/// A panel as it is polled.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Polled {
    pub(super) title: String,
    /// Sent as it stands.
    pub(super) query: String,
    unit: Unit,
    origin: PanelOrigin,
    pub(super) thresholds: Vec<Threshold>,
}

/// One question of a round.
pub(super) struct Question {
    pub(super) polled: Polled,
    pub(super) window: TimeWindow,
    pub(super) step: u32,
    shift: Option<SignedDuration>,
}

impl Polled {
    pub(super) fn new(panel: &schema::Panel, origin: PanelOrigin) -> Self {
        let unit = match panel.unit {
            PanelUnit::Auto => promql::guess_unit(&panel.query),
            PanelUnit::Number => Unit::Number,
            PanelUnit::Ratio => Unit::Ratio,
            PanelUnit::Seconds => Unit::Seconds,
            PanelUnit::Bytes => Unit::Bytes,
            PanelUnit::PerSecond => Unit::PerSecond,
        };
        Self { title: panel.title.clone(), query: panel.query.clone(), unit, origin, thresholds: Vec::new() }
    }

    pub(super) fn kept(kept: &KeptPanel) -> Self {
        Self {
            title: kept.title.to_string(),
            query: kept.query.clone(),
            unit: promql::guess_unit(&kept.query),
            origin: PanelOrigin::Confirmed,
            thresholds: Vec::new(),
        }
    }
}

/// The questions about some panels: all over the window first, then all over the time to compare with.
pub(super) fn questions(
    panels: Vec<Polled>,
    span: Span,
    compare: Option<SignedDuration>,
    step: i64,
    now: Timestamp,
) -> Vec<Question> {
    let (window, step) = grid(with_hour_before(span.at(now)), step);
    let about = |polled: &Polled, shift: Option<SignedDuration>| {
        let back = |at| shift.map_or(at, |shift| minus(at, shift));
        let window = TimeWindow::new(back(window.start), back(window.end));
        Question { polled: polled.clone(), window, step, shift }
    };
    let plain = panels.iter().map(|polled| about(polled, None));
    let before = panels.iter().filter(|_| compare.is_some()).map(|polled| about(polled, compare));
    plain.chain(before).collect()
}

impl Question {
    /// The answer as telemetry.
    pub(super) fn told(&self, client: &Client, mut answer: RangeAnswer) -> Telemetry {
        let Polled { title, query, unit, origin, thresholds } = &self.polled;
        answer.flatten_histograms();
        drop_shared_labels(&mut answer);
        let panel = Panel {
            origin: origin.clone(),
            thresholds: thresholds.clone(),
            step: SignedDuration::from_secs(i64::from(self.step)),
            notices: [answer.notices, answer.remarks].concat(),
            ..Panel::plain(CleanText::line(title), CleanText::line(query), *unit)
        };
        let series = answer.series.into_iter().map(|raw| {
            let mut series = client.series(raw, &panel.query, &panel.title, *unit);
            if let Some(shift) = self.shift {
                series.samples.iter_mut().for_each(|sample| sample.at = plus(sample.at, shift));
            }
            series
        });
        let series = series.collect();
        Telemetry::SeriesSet { panel: Arc::new(panel), shift: self.shift, series }
    }
}

/// The window to ask for and the step: on a fixed grid, so that a point stays where it was from round to round.
fn grid(window: TimeWindow, step: i64) -> (TimeWindow, u32) {
    let base = step.max(1);
    let steps = window.length().as_secs() / POINTS / base + 1;
    let step = base.saturating_mul(steps);
    // A coarse grid would hide the newest minutes.
    let hold = step.min(base.max(60));
    let aligned = window.end.as_second() - window.end.as_second().rem_euclid(hold);
    let end = Timestamp::from_second(aligned).unwrap_or(window.end);
    let length = SignedDuration::from_secs(window.length().as_secs() / step * step);
    (TimeWindow::ending(end, length), u32::try_from(step).unwrap_or(u32::MAX))
}

/// Takes away labels that do not tell siblings apart. `service` stays: it joins series with alerts and logs.
fn drop_shared_labels(answer: &mut RangeAnswer) {
    let [first, others @ ..] = &answer.series[..] else { return };
    if others.is_empty() {
        return;
    }
    let shared: BTreeSet<CleanText> = first
        .labels
        .iter()
        .filter(|(name, value)| others.iter().all(|series| series.labels.get(*name) == Some(value)))
        .map(|(name, _)| name.clone())
        .filter(|name| name.as_str() != "service")
        .collect();
    for series in &mut answer.series {
        series.labels.retain(|name, _| !shared.contains(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_holds_few_points_and_stays_put_between_rounds() {
        let now: Timestamp = "2026-11-20T22:00:07Z".parse().unwrap();
        for (minutes, most) in [(30, 15), (6 * 60, 75), (7 * 24 * 60, 1_600)] {
            let span = Span::following(SignedDuration::from_mins(minutes));
            let (window, step) = grid(with_hour_before(span.at(now)), 15);
            let points = window.length().as_secs() / i64::from(step);
            assert!(points <= POINTS && points > POINTS / 3, "{minutes} min: {points} points");
            assert!(i64::from(step) <= most && step % 15 == 0, "{minutes} min: step {step}");
            assert!(window.end <= now && window.end.duration_until(now) < SignedDuration::from_secs(60));
            let later = now + SignedDuration::from_secs(5);
            let (later, _) = grid(with_hour_before(span.at(later)), 15);
            assert_eq!(later, window);
        }
    }

    #[test]
    fn a_window_in_the_past_is_asked_for_where_it_lies() {
        let end: Timestamp = "2026-11-20T02:00:00Z".parse().unwrap();
        let span = Span { length: SignedDuration::from_mins(30), end: Some(end) };
        let now = "2026-11-20T22:00:07Z".parse().unwrap();
        let (window, _) = grid(with_hour_before(span.at(now)), 15);
        assert_eq!((window.end, window.length()), (end, SignedDuration::from_mins(90)));
    }
}
