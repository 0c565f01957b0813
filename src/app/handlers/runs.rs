//! What approved queries and commands print and how they end: output on the screen, evidence, a line on the timeline.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{incident, panels, proposals, show, watch};
use crate::app::model::State;
use crate::app::msg::RunEvent;
use crate::app::{Ctx, Effect, Model, Selection};
use crate::domain::approval::Frozen;
use crate::domain::evidence::Reach;
use crate::domain::incident::EntryKind;
use crate::domain::panel::KeptPanel;
use crate::domain::proposal::Outcome;
use crate::domain::query::{QueryAnswer, QueryError};
use crate::domain::{
    CleanText, EvidenceKind, Language, Locator, Panel, PanelOrigin, Proposal, ProposalId, ProposalState, Series,
};
use crate::logs::Ask;
use crate::logs::ask::QueryAsk;
use crate::overlays::Overlay;
use crate::overlays::running::Running;
use crate::store::{Capture, Filter};

/// Output held of one run while it goes on; the runner has its own cap, this bounds what the screen keeps.
const HELD: usize = 1 << 20;
/// Records a log query answers with, newest kept.
const LOG_ANSWER: usize = 200;

/// Output of the runs of this session.
#[derive(Debug, Default)]
pub struct Outputs(BTreeMap<ProposalId, Output>);

/// What one run printed so far.
#[derive(Debug, Default)]
pub struct Output {
    /// The text.
    pub text: String,
    /// Bytes that were cut from its middle.
    pub cut: u64,
}

impl Outputs {
    /// Begins to hold the output of a run.
    pub fn begin(&mut self, id: ProposalId) {
        self.0.insert(id, Output::default());
    }

    /// Lets go of it.
    pub fn forget(&mut self, id: ProposalId) {
        self.0.remove(&id);
    }

    /// What a run printed so far.
    pub fn get(&self, id: ProposalId) -> Option<&Output> {
        self.0.get(&id)
    }

    fn add(&mut self, id: ProposalId, text: &str) {
        let output = self.0.entry(id).or_default();
        output.text.push_str(text);
        if output.text.len() > HELD {
            let mut at = output.text.len() - HELD / 2;
            while !output.text.is_char_boundary(at) {
                at += 1;
            }
            output.cut += at as u64;
            output.text.drain(..at);
        }
    }
}

/// The text and foot lines that Evidence shows for a proposal.
pub fn shown(ctx: &Ctx<'_>, proposal: &Proposal) -> (CleanText, Vec<CleanText>) {
    let kept = match &proposal.state {
        ProposalState::Done { evidence: Some(id), .. } => ctx.stores.evidence.get(*id).map(|e| e.text.clone()),
        _ => None,
    };
    let text = kept.unwrap_or_else(|| {
        let text = ctx.outputs.get(proposal.id).map(|output| output.text.as_str()).unwrap_or_default();
        CleanText::block(text)
    });
    (text, vec![CleanText::line(&proposal.state_words(ctx.now))])
}

/// Shows a run over the panes.
pub fn open_view(model: &mut Model, id: ProposalId) {
    model.overlays.push(Overlay::Running(Running::of(id)));
}

/// Stops a run and everything it started.
pub fn stop(model: &mut Model, id: ProposalId, effects: &mut Vec<Effect>) {
    if model.state.proposal(id).is_some_and(Proposal::is_running) {
        effects.push(Effect::Stop(id));
        model.state.done(format!("stopping {id}"));
    }
}

/// A run moved on.
pub fn on_event(model: &mut Model, id: ProposalId, event: RunEvent, effects: &mut Vec<Effect>) {
    match event {
        RunEvent::Started => {
            let now = model.state.now;
            if let Some(proposal) = model.state.proposal_mut(id) {
                proposal.state = ProposalState::Running { since: now };
            }
        }
        RunEvent::Output(text) => model.state.outputs.add(id, text.as_str()),
        RunEvent::ReadLogs => read_logs(&mut model.state, id, effects),
        RunEvent::Answered(answer) => answered(&mut model.state, id, *answer, effects),
        RunEvent::Ended(outcome, cut) => ended(&mut model.state, id, outcome, cut, effects),
        RunEvent::Refused(why) => refused(model, id, why, effects),
    }
    show_result(model, id);
    model.state.conversation.revision += 1;
}

/// Once a run has left evidence, Evidence shows that instead of the live output.
fn show_result(model: &mut Model, id: ProposalId) {
    let done = model.state.proposal(id).and_then(Proposal::evidence);
    if let (Some(evidence), Some(Selection::Proposal(shown))) = (done, &model.state.selection)
        && *shown == id
    {
        show::select(model, Selection::Evidence(Locator { id: evidence, lines: None }));
    }
}

/// What was approved no longer holds: back to the card with what changed.
fn refused(model: &mut Model, id: ProposalId, why: CleanText, effects: &mut Vec<Effect>) {
    if let Some(preview) = model.state.proposal_mut(id).filter(|known| known.brief.preview_of.is_some()) {
        preview.state = ProposalState::Refused { why: why.clone() };
        return model.state.problem(format!("the preview {id} did not run: {why}"));
    }
    if let Some(proposal) = model.state.proposal_mut(id) {
        proposal.state = ProposalState::Waiting;
    }
    model.state.problem(format!("{id} did not run: {why}"));
    model.overlays.retain(|overlay| !matches!(overlay, Overlay::Running(running) if running.id == id));
    let note = CleanText::line(&format!("did not run: {why}"));
    proposals::review_with(model, vec![id], Some(note), effects);
}

fn ended(state: &mut State, id: ProposalId, outcome: Outcome, cut: u64, effects: &mut Vec<Effect>) {
    let Some(proposal) = state.proposal(id).cloned() else { return };
    let output = state.outputs.get(id);
    let text = CleanText::block(output.map(|o| o.text.as_str()).unwrap_or_default());
    let cut = cut + output.map(|o| o.cut).unwrap_or_default();
    let new = Capture {
        kind: EvidenceKind::Command,
        source: proposal.target.place.clone(),
        query: CleanText::block(&proposal.suggestion.text),
        window: None,
        captured_at: state.now,
        text: if text.is_empty() { CleanText::line("(no output)") } else { text },
        cut: (cut > 0).then(|| CleanText::line(&format!("{cut} bytes of output cut"))),
    };
    finish(state, &proposal, outcome, Some(new), effects);
}

fn answered(state: &mut State, id: ProposalId, answer: Result<QueryAnswer, QueryError>, effects: &mut Vec<Effect>) {
    let Some(proposal) = state.proposal(id).cloned() else { return };
    match answer {
        Ok(answer) => {
            let window = match &proposal.target.frozen {
                Frozen::Query { window, .. } => Some(*window),
                Frozen::Command(_) | Frozen::Recorded { .. } | Frozen::Blocked { .. } => None,
            };
            if !answer.series.is_empty() {
                show_panel(state, &proposal, answer.series, effects);
            }
            let new = Capture {
                kind: match proposal.suggestion.language {
                    Language::Logs | Language::Fetch => EvidenceKind::Logs,
                    Language::Promql | Language::Sh => EvidenceKind::Metric,
                },
                source: answer.source,
                query: CleanText::line(&proposal.suggestion.text),
                window,
                captured_at: state.now,
                text: answer.text,
                cut: answer.cut,
            };
            finish(state, &proposal, Outcome::Exit(0), Some(new), effects);
        }
        Err(error) => {
            state.outputs.add(id, &error.why);
            state.problem(format!("{id}: {}: {}", error.source, error.why));
            finish(state, &proposal, Outcome::Failed, None, effects);
        }
    }
}

/// The series of an answer become a row of the metrics pane; one that was meant to stay is asked for again and again.
fn show_panel(state: &mut State, proposal: &Proposal, series: Vec<Series>, effects: &mut Vec<Effect>) {
    let Some(first) = series.first() else { return };
    let (source, unit) = (first.source.clone(), first.unit);
    let own = || CleanText::line(&format!("{} {}", proposal.id, proposal.one_line()));
    let title = proposal.suggestion.panel.clone().unwrap_or_else(own);
    let query = proposal.suggestion.text.clone();
    let panel = Panel { origin: PanelOrigin::Confirmed, ..Panel::plain(title.clone(), CleanText::block(&query), unit) };
    let series = series.into_iter().map(|one| Series { title: title.clone(), ..one }).collect();
    state.stores.series.replace(&source, Arc::new(panel), series);
    if proposal.suggestion.panel.is_some() {
        panels::keep(state, KeptPanel { source, title, query }, effects);
    }
}

/// A log query is answered from the records held and read.
fn read_logs(state: &mut State, id: ProposalId, effects: &mut Vec<Effect>) {
    let Some(proposal) = state.proposal(id) else { return };
    let Frozen::Query { window, source, .. } = &proposal.target.frozen else { return };
    effects.push(match Filter::parse(&proposal.suggestion.text) {
        Ok(filter) => Effect::Logs(Ask::Query(QueryAsk { id, filter, window: *window, limit: LOG_ANSWER })),
        Err(error) => {
            let why = CleanText::line(&error.to_string());
            Effect::LogAnswer(id, Box::new(Err(QueryError { source: source.clone(), why })))
        }
    });
}

fn finish(state: &mut State, proposal: &Proposal, outcome: Outcome, new: Option<Capture>, effects: &mut Vec<Effect>) {
    let reach = if reads_secrets(proposal) { Reach::HeldBack } else { Reach::Prompts };
    let evidence = new.and_then(|new| match show::collect(state, new, reach, effects) {
        Ok(id) => Some(id),
        Err(why) => {
            state.problem(why);
            None
        }
    });
    let now = state.now;
    if let Some(known) = state.proposal_mut(proposal.id) {
        let since = match &known.state {
            ProposalState::Running { since } => *since,
            _ => now,
        };
        known.state = ProposalState::Done { outcome, evidence, since, at: now };
    }
    let words = run_words(proposal, outcome);
    let said = evidence.map_or_else(|| words.clone(), |id| format!("{words} [{id}]"));
    if outcome.succeeded() {
        state.done(said);
    } else {
        state.problem(said);
    }
    // The timeline names the evidence beside the words by itself.
    incident::add(state, now, EntryKind::Ran, words, evidence.into_iter().collect(), effects);
    watch::begin(state, proposal, outcome);
}

/// Whether what it prints comes from a secret store.
pub(super) fn reads_secrets(proposal: &Proposal) -> bool {
    matches!(&proposal.target.frozen, Frozen::Command(command) if command.sensitive.is_some())
}

/// A run in one line for the timeline: `P3 WRITE labctl rollback payments: exit 0`.
fn run_words(proposal: &Proposal, outcome: Outcome) -> String {
    let language = match proposal.suggestion.language {
        Language::Sh => "",
        Language::Promql => "promql ",
        Language::Logs => "logs ",
        Language::Fetch => "fetch ",
    };
    let class = proposal.verdict.class.word();
    let preview = proposal.brief.preview_of.map(|of| format!(" (preview of {of}, not the run)")).unwrap_or_default();
    format!("{} {class} {language}{}{preview}: {}", proposal.id, proposal.one_line(), outcome.words())
}
