//! The raw text behind a selection, for Evidence, for copying and for pinning.

use crate::app::model::State;
use crate::app::{Ctx, Effect, Model, PaneId, Selection};
use crate::domain::evidence::Reach;
use crate::domain::time::{clock, stamp};
use crate::domain::{CleanText, Evidence, EvidenceId, EvidenceKind, Series, TimeWindow};
use crate::store::Capture;

/// Samples shown of a series, newest kept.
const SAMPLES: usize = 1_000;

/// A raw text with its origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// What it is: `E5  logs payments`.
    pub title: CleanText,
    /// The query that yields it.
    pub query: CleanText,
    /// The text, lines counted from 1.
    pub text: CleanText,
    /// First and last line that are cited.
    pub cited: Option<(u32, u32)>,
    /// Lines below: digest, counts, what was left out.
    pub foot: Vec<CleanText>,
    /// Kind of evidence it is or would be.
    pub kind: EvidenceKind,
    /// Where it comes from.
    pub source: CleanText,
    /// The time it speaks of.
    pub window: Option<TimeWindow>,
}

/// Selects something.
pub fn select(model: &mut Model, selection: Selection) {
    if model.state.selection.as_ref() != Some(&selection) {
        model.panes.evidence.reset(&selection);
        if let Selection::Log(key) = &selection {
            model.state.stores.records.choose(*key);
        }
        model.state.selection = Some(selection);
    }
}

/// Shows the loudest alert until a person selects something.
pub fn unasked(model: &mut Model) {
    if model.state.selection.is_some() && model.state.selection != model.unasked {
        return;
    }
    let Some(loudest) = model.panes.selection(PaneId::Alerts, &model.state.ctx()) else { return };
    if model.unasked.as_ref() != Some(&loudest) {
        model.unasked = Some(loudest.clone());
        select(model, loudest);
        model.settle();
    }
}

/// The raw text of what is selected.
pub fn raw_text(ctx: &Ctx<'_>) -> Option<String> {
    shown(ctx, ctx.selection?).map(|shown| shown.text.as_str().to_owned())
}

/// What Evidence shows for a selection; `None` when it is no longer held.
pub fn shown(ctx: &Ctx<'_>, selection: &Selection) -> Option<Shown> {
    match selection {
        Selection::Alert(key) => {
            let alert = ctx.stores.alerts.get(key)?;
            Some(Shown {
                title: CleanText::line(&format!("alert {} {}", alert.name(), alert.subject())),
                query: CleanText::line(&format!("alert {} of {}", key.fingerprint, key.source)),
                text: alert.raw.clone(),
                cited: None,
                foot: vec![CleanText::line(&format!("firing since {}", stamp(alert.starts_at)))],
                kind: EvidenceKind::Alert,
                source: CleanText::line(key.source.as_str()),
                window: Some(TimeWindow::new(alert.starts_at, ctx.now)),
            })
        }
        Selection::Log(key) => {
            let row = ctx.stores.records.find(*key)?;
            let record = &row.record;
            let mut foot: Vec<CleanText> = row.gone.iter().cloned().collect();
            if let Some(trace) = &record.trace_id {
                foot.push(CleanText::line(&format!("trace {trace}")));
            }
            if record.time.is_none() {
                foot.push("states no time; placed by when it was read".into());
            }
            Some(Shown {
                title: CleanText::line(&format!("log {} {}", record.service, clock(record.at()))),
                query: CleanText::line(&format!("service={} at {}", record.service, stamp(record.at()))),
                text: record.raw.clone(),
                cited: None,
                foot,
                kind: EvidenceKind::Logs,
                source: CleanText::line(record.source.as_str()),
                window: Some(TimeWindow::new(record.at(), record.at())),
            })
        }
        Selection::Series(source, title, labels) => {
            let series = ctx.stores.series.find(source, title, labels)?;
            Some(of_series(ctx, series))
        }
        Selection::Change(id) => {
            let change = ctx.stores.changes.get(*id)?;
            Some(Shown {
                title: CleanText::line(&format!("change {} {}", change.kind, change.service)),
                query: CleanText::line(&format!("change at {}", stamp(change.at))),
                text: change.raw.clone(),
                cited: None,
                foot: vec![CleanText::line(&format!("from {}", change.source))],
                kind: EvidenceKind::Change,
                source: CleanText::line(change.source.as_str()),
                window: Some(TimeWindow::new(change.at, change.at)),
            })
        }
        Selection::Evidence(locator) => ctx.stores.evidence.get(locator.id).map(|e| {
            let mut shown = of_evidence(e, locator.lines);
            if ctx.stores.evidence.is_held_back(locator.id) {
                shown.foot.insert(0, "from a secret store: held back until :send".into());
            }
            shown
        }),
        Selection::Proposal(id) => {
            let proposal = ctx.proposal(*id)?;
            let (text, foot) = super::runs::shown(ctx, proposal);
            Some(Shown {
                title: CleanText::line(&format!("{id} {}", proposal.suggestion.language.word())),
                query: CleanText::block(&proposal.suggestion.text),
                text,
                cited: None,
                foot,
                kind: EvidenceKind::Command,
                source: proposal.target.place.clone(),
                window: None,
            })
        }
    }
}

fn of_evidence(evidence: &Evidence, cited: Option<(u32, u32)>) -> Shown {
    let mut foot = Vec::new();
    foot.extend(evidence.cut.clone());
    foot.push(CleanText::line(&format!("{} · sha256 {}…", evidence.counted(), &evidence.digest()[..12])));
    Shown {
        title: CleanText::line(&format!("{}  {} {}", evidence.id, evidence.kind.word(), evidence.source)),
        query: evidence.query.clone(),
        text: evidence.text.clone(),
        cited,
        foot,
        kind: evidence.kind,
        source: evidence.source.clone(),
        window: evidence.window,
    }
}

fn of_series(ctx: &Ctx<'_>, series: &Series) -> Shown {
    let inside: Vec<_> = series.samples.iter().filter(|sample| ctx.window.contains(sample.at)).collect();
    let left_out = inside.len().saturating_sub(SAMPLES);
    let mut text = format!("{{{}}}\n", series.label_text());
    for sample in inside.iter().skip(left_out) {
        text.push_str(&format!("{} {}\n", stamp(sample.at), sample.value));
    }
    let mut foot = vec![CleanText::line(&format!("{} samples in the window", inside.len()))];
    if left_out > 0 {
        foot.push(CleanText::line(&format!("{left_out} older samples not shown")));
    }
    Shown {
        title: CleanText::line(&format!("metric {}", series.title)),
        query: series.query.clone(),
        text: CleanText::block(&text),
        cited: None,
        foot,
        kind: EvidenceKind::Metric,
        source: CleanText::line(series.source.as_str()),
        window: Some(ctx.window),
    }
}

/// Makes evidence of a selection, or gives the evidence that it is.
pub fn to_evidence(
    state: &mut State,
    selection: &Selection,
    effects: &mut Vec<Effect>,
) -> Result<EvidenceId, CleanText> {
    if let Selection::Evidence(locator) = selection {
        return Ok(locator.id);
    }
    if let Selection::Proposal(id) = selection
        && let Some(done) = state.proposal(*id).and_then(crate::domain::Proposal::evidence)
    {
        return Ok(done);
    }
    let shown = shown(&state.ctx(), selection).ok_or_else(|| CleanText::line("what was selected is no longer held"))?;
    let secret =
        matches!(selection, Selection::Proposal(id) if state.proposal(*id).is_some_and(super::runs::reads_secrets));
    let reach = if secret { Reach::HeldBack } else { Reach::Prompts };
    collect(state, shown.into_new(state.now), reach, effects)
}

/// Adds evidence to the store and records it, with the mark of what is held back.
pub fn collect(
    state: &mut State,
    new: Capture,
    reach: Reach,
    effects: &mut Vec<Effect>,
) -> Result<EvidenceId, CleanText> {
    let id = state.stores.evidence.add(new).map_err(|full| CleanText::line(&full.to_string()))?;
    match reach {
        Reach::Prompts => {}
        Reach::HeldBack => state.stores.evidence.hold_back(id),
    }
    if let Some(evidence) = state.stores.evidence.get(id) {
        effects.push(Effect::RecordEvidence(Box::new(evidence.clone()), reach));
    }
    Ok(id)
}

impl Shown {
    fn into_new(self, now: crate::domain::Timestamp) -> Capture {
        Capture {
            kind: self.kind,
            source: self.source,
            query: self.query,
            window: self.window,
            captured_at: now,
            text: self.text,
            cut: None,
        }
    }
}
