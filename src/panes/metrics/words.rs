//! What is said of a panel and a series in a few words: names, values, changes, thresholds, states, outlooks.

use jiff::SignedDuration;

use crate::analysis::Trend;
use crate::app::Ctx;
use crate::domain::panel::Side;
use crate::domain::series::Unit;
use crate::domain::time::{clock, minus, short, to_seconds};
use crate::domain::{CleanText, Health, Panel, PanelOrigin, Series, SourceId, Threshold, Timestamp};
use crate::signals::SeriesPicture;
use crate::signals::picture::{Due, Outlook};
use crate::store::PanelSeries;
use crate::ui::chart::usual_distance;
use crate::ui::{Line, Role, number};

/// A newest sample is stale when it is older than so many steps.
const STALE_STEPS: f64 = 4.0;
/// And older than this.
const STALE: SignedDuration = SignedDuration::from_secs(90);

/// The last value with its unit.
pub(super) fn last(series: &Series, trend: &Trend) -> String {
    trend.last.map_or_else(|| "no data".to_owned(), |value| number::value(value, series.unit))
}

/// The change against before; what was nothing before has no quotient, and is all the more worth saying.
pub(super) fn ratio(trend: &Trend) -> String {
    match (trend.ratio, trend.before) {
        (Some(ratio), _) => number::ratio(ratio),
        (None, Some(_)) if rose(trend) => "from 0".to_owned(),
        (None, None) if rose(trend) => "new".to_owned(),
        (None, _) => String::new(),
    }
}

/// Whether there is something where there was nothing.
pub(super) fn rose(trend: &Trend) -> bool {
    trend.ratio.is_none() && trend.last.is_some_and(|last| last > 0.0)
}

/// Values of the labels that tell a series from its siblings.
pub(super) fn labels(series: &Series) -> String {
    let shown = series.labels.iter().filter(|(name, _)| name.as_str() != "__name__");
    shown.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ")
}

/// The panel's title and, where siblings share it, the labels that tell them apart.
pub(super) fn name(series: &Series) -> String {
    let labels = labels(series);
    if labels.is_empty() { series.title.to_string() } else { format!("{labels} {}", series.title) }
}

/// `HighErrorRate > 5/s`; a value that a person named has no alert.
pub(super) fn threshold(threshold: &Threshold, unit: Unit) -> String {
    let side = match threshold.side {
        Side::Above => ">",
        Side::Below => "<",
    };
    format!("{} {side} {}", threshold.alert, number::value(threshold.value, unit)).trim_start().to_owned()
}

/// The threshold that a series is on the bad side of now.
pub(super) fn crossed<'a>(panel: &'a Panel, trend: &Trend) -> Option<&'a Threshold> {
    let last = trend.last?;
    panel.thresholds.iter().find(|threshold| threshold.crossed_by(last))
}

/// Whether a series is unusual at the end of the window: its last span reaches the newest sample.
pub(super) fn is_unusual_now(series: &Series, known: Option<&SeriesPicture>) -> bool {
    let newest = series.last().map(|sample| sample.at);
    known.and_then(|known| known.spans.last()).zip(newest).is_some_and(|(span, newest)| span.end >= newest)
}

/// When a series last spoke, where that is longer ago than it should be and the window goes on.
pub(super) fn stale(ctx: &Ctx<'_>, panel: &Panel, series: &Series) -> Option<Timestamp> {
    let newest = series.last()?.at;
    let step = match panel.step.as_secs() {
        0 => usual_distance(&series.samples),
        seconds => seconds as f64,
    };
    let end = ctx.window.end.min(ctx.now);
    let limit = STALE.as_secs_f64().max(step * STALE_STEPS);
    (to_seconds(minus(end, SignedDuration::ZERO)) - to_seconds(newest) > limit).then_some(newest)
}

/// `full in 3h05m (2h10m to 5h)`, `over HighMemory`, `expires in 3d02h`.
pub(super) fn outlook(outlook: &Outlook, now: Timestamp) -> String {
    let until = |at: Timestamp| short(now.duration_until(at));
    match &outlook.due {
        Due::Crossed => format!("over {}", outlook.name),
        Due::At(at) if *at <= now => format!("{} since {}", outlook.name, short(at.duration_until(now))),
        Due::At(at) => format!("{} in {}", outlook.name, until(*at)),
        Due::Trend(crossing) => {
            let latest = crossing.latest.map_or_else(|| "or much later".to_owned(), |at| format!("to {}", until(at)));
            format!("{} in {} ({} {latest})", outlook.name, until(crossing.at), until(crossing.earliest))
        }
    }
}

/// Why a panel is asked; nothing for a configured one.
pub(super) fn origin(panel: &Panel) -> Option<String> {
    match &panel.origin {
        PanelOrigin::Configured => None,
        PanelOrigin::Alert(alert) if panel.title.as_str().contains(alert.as_str()) => Some("of an alert".to_owned()),
        PanelOrigin::Alert(alert) => Some(format!("of alert {alert}")),
        PanelOrigin::Confirmed => Some("confirmed here".to_owned()),
    }
}

/// What is worth saying of a series, the most urgent first; each with its weight.
pub(super) fn all(
    ctx: &Ctx<'_>,
    panel: &PanelSeries,
    series: &Series,
    known: Option<&SeriesPicture>,
    trend: &Trend,
) -> Vec<(String, Role)> {
    let mut out = Vec::new();
    let of = &panel.panel;
    if let Some(crossed) = crossed(of, trend) {
        let over = match crossed.side {
            Side::Above => "over",
            Side::Below => "under",
        };
        let value = number::value(crossed.value, of.unit);
        let text = if crossed.alert.is_empty() {
            format!("{over} {value}")
        } else {
            format!("{over} {value} ({})", crossed.alert)
        };
        out.push((text, Role::Critical));
    }
    if let Some(known) = known {
        if let Some(next) = known.outlook.as_ref().filter(|next| next.due != Due::Crossed) {
            out.push((outlook(next, ctx.now), Role::Warning));
        }
        if let Some(span) = known.spans.last().filter(|_| is_unusual_now(series, Some(known))) {
            let what = span.sign.text();
            out.push((format!("{what} since {}", clock(span.start)), Role::Warning));
        } else if let Some(onset) = &known.onset {
            out.push((format!("moved at {} ±{}", clock(onset.at), short(onset.within)), Role::Warning));
        }
    }
    if let Some(at) = stale(ctx, of, series) {
        out.push((format!("stale since {}", clock(at)), Role::Warning));
    }
    out.extend(of.notices.iter().map(|notice| (notice.to_string(), Role::Warning)));
    if panel.left_out > 0 {
        out.push((format!("{} more series found no room", panel.left_out), Role::Warning));
    }
    // That an alert asks for the panel is said by its threshold already.
    let told =
        matches!(&of.origin, PanelOrigin::Alert(alert) if out.iter().any(|(text, _)| text.contains(alert.as_str())));
    out.extend(origin(of).filter(|_| !told).map(|text| (text, Role::Dim)));
    out
}

/// Such words in one line, cut at its end.
pub(super) fn joined(words: Vec<(String, Role)>) -> Line {
    let mut line = Line::new();
    for (at, (text, role)) in words.into_iter().enumerate() {
        if at > 0 {
            line.push(" · ", Role::Dim);
        }
        line.push(text, role);
    }
    line
}

/// Why a panel shows no series.
pub(super) fn silence(ctx: &Ctx<'_>, panel: &PanelSeries) -> (String, Role) {
    if let Some(notice) = panel.panel.notices.first() {
        return (notice.to_string(), Role::Warning);
    }
    match health(ctx, &panel.source) {
        Some(Health::Down { why, since }) => {
            (format!("{} does not answer since {}: {why}", panel.source, clock(*since)), Role::Critical)
        }
        Some(Health::Starting) => ("asked, no answer yet".to_owned(), Role::Dim),
        Some(Health::Up { .. } | Health::Degraded { .. } | Health::Ended { .. }) | None => {
            let text = if panel.panel.query.is_empty() { "no answer yet" } else { "asked, no series came back" };
            (text.to_owned(), Role::Dim)
        }
    }
}

/// How the source of a panel is.
pub(super) fn health<'a>(ctx: &Ctx<'a>, source: &SourceId) -> Option<&'a Health> {
    ctx.stores.sources.iter().find(|state| state.id == *source).map(|state| &state.health)
}

/// How a time before is called: `an hour before`.
pub(super) fn before(shift: SignedDuration) -> String {
    match shift.as_secs() {
        3_600 => "an hour before".to_owned(),
        86_400 => "a day before".to_owned(),
        604_800 => "a week before".to_owned(),
        _ => format!("{} before", short(shift)),
    }
}

/// `×1.8 of a day before`, from a mean of then and of now; nothing where there is nothing to compare.
pub(super) fn against(now: Option<f64>, then: Option<f64>, shift: SignedDuration) -> Option<String> {
    let (now, then) = (now?, then?);
    let quotient = now / then;
    let words = before(shift);
    if then == 0.0 {
        return Some(if now == 0.0 { format!("0 as {words}") } else { format!("0 {words}") });
    }
    quotient.is_finite().then(|| match (quotient * 100.0).round() {
        100.0 => format!("as {words}"),
        _ if quotient >= 0.1 => format!("×{quotient:.1} of {words}"),
        _ => format!("×{quotient:.2} of {words}"),
    })
}

/// Text that names a series in full, for a header.
pub(super) fn in_full(series: &Series) -> CleanText {
    let labels = series.label_text();
    if labels.is_empty() { series.title.clone() } else { CleanText::line(&format!("{} {labels}", series.title)) }
}
