//! One series: what is usual, what is not, when it left, what is to come. Called by `room`.

use jiff::SignedDuration;

use super::ask::{Look, PanelAsk};
use super::picture::{Moved, Mover, SeriesPicture, Unjudged, Usual, What};
use super::{outlook, service, sight};
use crate::analysis::anomaly;
use crate::analysis::onset::{self, Left, Onset};
use crate::domain::panel::PanelOrigin;
use crate::domain::{Sample, Series, TimeWindow};

/// A series that seems to have moved.
#[derive(Clone, Debug)]
pub(super) struct Moving {
    /// As it would be told.
    pub mover: Mover,
    /// How it moved.
    pub moved: Moved,
}

/// What is known of a series, and how it moved.
pub(super) fn judge(ask: &PanelAsk, series: &Series, look: &Look) -> (SeriesPicture, Option<Moving>) {
    let shown = look.window;
    let samples = &series.samples;
    let hunt = look.hunt_in(samples);
    if !samples.iter().any(|sample| shown.contains(sample.at) && sample.value.is_finite()) {
        return (SeriesPicture { unjudged: Some(Unjudged::Absent), ..SeriesPicture::default() }, None);
    }
    let query = ask.panel.query.as_str();
    let sight = sight::of(query, step(samples, ask.panel.step));
    let left = match look.noticed() {
        Some(noticed) => onset::find_about(samples, hunt, sight, noticed),
        None => onset::find(samples, hunt, sight),
    };
    let mut picture = SeriesPicture {
        usual: usual(samples, hunt),
        spans: anomaly::spans(samples, shown),
        outlook: outlook::of(&ask.panel, samples),
        ..SeriesPicture::default()
    };
    match left {
        Left::At(onset) => {
            picture.onset = Some(onset);
            let moving = moving(ask, series, &onset);
            (picture, Some(moving))
        }
        Left::DidNot => (picture, None),
        Left::Unknown => {
            picture.unjudged = Some(Unjudged::TooYoung);
            (picture, None)
        }
    }
}

fn moving(ask: &PanelAsk, series: &Series, onset: &Onset) -> Moving {
    let labels = series.label_text();
    let moved = Moved {
        way: onset.way,
        spreads: onset.spreads,
        before: onset.before,
        after: onset.after,
        unit: series.unit,
        is_back: onset.is_back,
        chance: onset.chance,
        is_symptom: matches!(ask.panel.origin, PanelOrigin::Alert(_)),
    };
    let title = &ask.panel.title;
    let mover = Mover {
        place: None,
        name: if labels.is_empty() { title.clone() } else { format!("{title} {labels}").into() },
        service: service::of(series, ask.panel.query.as_str()),
        what: What::Metric { panel: ask.key(), labels, query: ask.panel.query.clone() },
        at: onset.at,
        within: onset.within,
        moved: Some(moved),
        also: Vec::new(),
        more: 0,
    };
    Moving { mover, moved }
}

/// Where nine in ten values before a window lie.
fn usual(samples: &[Sample], window: TimeWindow) -> Option<Usual> {
    let before = samples.iter().filter(|sample| sample.at < window.start && sample.value.is_finite());
    let mut values: Vec<f64> = before.map(|sample| sample.value).collect();
    let last = values.len().checked_sub(1).filter(|last| *last + 1 >= onset::FEWEST)?;
    let mut at = |share: f64| {
        let place = (share * last as f64).round() as usize;
        *values.select_nth_unstable_by(place.min(last), f64::total_cmp).1
    };
    Some(Usual { low: at(0.05), centre: at(0.5), high: at(0.95) })
}

/// The distance of the samples: what was asked for, else the median of what came.
fn step(samples: &[Sample], asked: SignedDuration) -> SignedDuration {
    if asked.is_positive() {
        return asked;
    }
    let mut steps: Vec<i64> =
        samples.windows(2).map(|pair| pair[1].at.as_millisecond() - pair[0].at.as_millisecond()).collect();
    if steps.is_empty() {
        return SignedDuration::ZERO;
    }
    let middle = steps.len() / 2;
    SignedDuration::from_millis((*steps.select_nth_unstable(middle).1).max(0))
}
