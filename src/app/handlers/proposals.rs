//! From a suggestion to a decision: classed, shown on the card, confirmed or rejected. Nothing here runs anything.

use std::collections::BTreeSet;

use super::{grants, incident, show};
use crate::actions::gate::Confirmation;
use crate::app::effect::Decision;
use crate::app::model::State;
use crate::app::msg::Prepared;
use crate::app::{Effect, Model, PaneId, Selection, provenance};
use crate::domain::incident::EntryKind;
use crate::domain::{CleanText, Proposal, ProposalId, ProposalState, Suggestion};
use crate::overlays::Overlay;
use crate::overlays::confirm::Confirm;

/// Proposals kept; the oldest decided ones go first.
const KEPT: usize = 200;

/// What is being classed, and which card opens when it is.
#[derive(Debug, Default)]
pub struct Preparing {
    last: u32,
    waiting: Vec<(ProposalId, Suggestion)>,
    card: Vec<ProposalId>,
    note: Option<CleanText>,
    /// Those that run without a card where they were confirmed beforehand, and wait in the list elsewhere.
    quiet: BTreeSet<ProposalId>,
}

impl Preparing {
    /// Whether this one is being classed.
    pub fn is_waiting(&self, id: ProposalId) -> bool {
        self.waiting.iter().any(|(waiting, _)| *waiting == id)
    }
}

/// Puts a suggestion forward; with `open`, its card opens as soon as it is classed.
pub fn put_forward(model: &mut Model, suggestion: Suggestion, open: bool, effects: &mut Vec<Effect>) -> ProposalId {
    let id = next_id(&mut model.state);
    let preparing = &mut model.state.preparing;
    preparing.waiting.push((id, suggestion.clone()));
    if open {
        preparing.card = vec![id];
        preparing.note = None;
    }
    effects.push(Effect::Prepare(id, suggestion, model.state.visible_window()));
    id
}

/// Puts several reads forward on one card, which opens when all are classed.
pub fn put_forward_together(model: &mut Model, suggestions: Vec<Suggestion>, effects: &mut Vec<Effect>) {
    let ids = suggestions.into_iter().map(|suggestion| put_forward(model, suggestion, false, effects)).collect();
    model.state.preparing.card = ids;
    model.state.preparing.note = None;
}

/// Puts suggestions forward that run at once where they were confirmed beforehand; nothing opens.
pub fn put_forward_quietly(model: &mut Model, suggestions: Vec<Suggestion>, effects: &mut Vec<Effect>) {
    for suggestion in suggestions {
        let id = put_forward(model, suggestion, false, effects);
        model.state.preparing.quiet.insert(id);
    }
}

/// The number of the next proposal.
pub(super) fn next_id(state: &mut State) -> ProposalId {
    state.preparing.last += 1;
    ProposalId(state.preparing.last)
}

/// Opens the card of waiting proposals: each is classed and its target resolved anew, so that the card shows what holds
/// now.
pub fn review(model: &mut Model, ids: Vec<ProposalId>, effects: &mut Vec<Effect>) {
    review_with(model, ids, None, effects);
}

/// The same, with a line that says why the card is back.
pub fn review_with(model: &mut Model, ids: Vec<ProposalId>, note: Option<CleanText>, effects: &mut Vec<Effect>) {
    let state = &mut model.state;
    let open: Vec<_> = ids.into_iter().filter(|id| state.proposal(*id).is_some_and(Proposal::is_waiting)).collect();
    for id in &open {
        if let Some(proposal) = state.proposal(*id) {
            let suggestion = proposal.suggestion.clone();
            state.preparing.waiting.push((*id, suggestion.clone()));
            effects.push(Effect::Prepare(*id, suggestion, state.visible_window()));
        }
    }
    state.preparing.card = open;
    state.preparing.note = note;
}

/// A suggestion was classed.
pub fn on_prepared(model: &mut Model, id: ProposalId, prepared: Prepared, effects: &mut Vec<Effect>) {
    let state = &mut model.state;
    let Some(at) = state.preparing.waiting.iter().position(|(waiting, _)| *waiting == id) else { return };
    let (_, suggestion) = state.preparing.waiting.remove(at);
    let taints = provenance::taints(state, &suggestion);
    let prepared = Prepared { verdict: provenance::judge(prepared.verdict, &suggestion, &taints), ..prepared };
    match state.proposal_mut(id) {
        Some(known) if known.is_waiting() => {
            known.verdict = prepared.verdict;
            known.target = prepared.target;
            known.undo = prepared.undo;
            known.brief = prepared.brief;
            known.taints = taints;
        }
        Some(_) => return,
        None => {
            let Prepared { verdict, target, undo, brief } = prepared;
            let now = state.now;
            let state = ProposalState::Waiting;
            let proposal = Proposal { id, suggestion, verdict, target, undo, brief, taints, at: now, state };
            effects.push(Effect::Journal(Decision::Proposed(Box::new(proposal.clone()))));
            keep(&mut model.state, proposal.clone());
            refused_before(&mut model.state, &proposal, effects);
        }
    }
    if model.state.preparing.quiet.remove(&id)
        && let Some(proposal) = model.state.proposal(id).filter(|proposal| proposal.is_waiting()).cloned()
    {
        grants::run_quietly(model, &proposal, effects);
    }
    let state = &mut model.state;
    let ready = state.preparing.card.iter().all(|id| !state.preparing.waiting.iter().any(|(w, _)| w == id));
    if ready && state.preparing.card.contains(&id) {
        open_card(model, effects);
    }
}

/// What was refused in this session is not offered again, unless a person puts it forward.
fn refused_before(state: &mut State, proposal: &Proposal, effects: &mut Vec<Effect>) {
    let Some(before) = state.gate.refusals.before(proposal).cloned() else {
        return state.gate.refusals.forget(proposal);
    };
    let why = if before.why.is_empty() { String::new() } else { format!(": {}", before.why) };
    refuse(state, proposal, CleanText::line(&format!("you said no to it as {}{why}", before.id)), effects);
}

/// Adds a proposal to those that are held, at its number: classing one may take longer than classing the next.
pub(super) fn keep(state: &mut State, proposal: Proposal) {
    if state.proposals.len() >= KEPT
        && let Some(at) = state.proposals.iter().position(|p| !p.is_waiting() && !p.is_running())
    {
        let gone = state.proposals.remove(at);
        state.outputs.forget(gone.id);
    }
    let at = state.proposals.partition_point(|held| held.id < proposal.id);
    state.proposals.insert(at, proposal);
}

fn open_card(model: &mut Model, effects: &mut Vec<Effect>) {
    let ids = std::mem::take(&mut model.state.preparing.card);
    let note = model.state.preparing.note.take();
    let shown: Vec<_> = ids.iter().filter_map(|id| model.state.proposal(*id).cloned()).collect();
    let shown: Vec<_> = shown.into_iter().filter(Proposal::is_waiting).collect();
    if shown.is_empty() || (note.is_none() && grants::run_beforehand(model, &shown, effects)) {
        return;
    }
    for proposal in &shown {
        effects.push(Effect::Journal(Decision::Shown(Box::new(proposal.clone()))));
    }
    model.overlays.retain(|overlay| !matches!(overlay, Overlay::Confirm(_) | Overlay::Proposed(_)));
    model.overlays.push(Overlay::Confirm(Confirm::open(&shown, &model.state.ctx(), note)));
}

/// The person confirmed the card: the gate has the last word, then it runs.
pub fn confirm(model: &mut Model, ids: &[ProposalId], confirmation: &Confirmation, effects: &mut Vec<Effect>) {
    let Some(Overlay::Confirm(card)) = model.overlays.last() else { return };
    let (shown, seen_for) = (card.digests(), card.seen_for(model.state.uptime));
    let mut started = Vec::new();
    for id in ids {
        let now = model.state.now;
        let wall = model.state.wall;
        let Some(proposal) = model.state.proposal(*id).cloned() else { continue };
        let Some(digest) = shown.iter().find(|(of, _)| of == id).map(|(_, digest)| digest.clone()) else { continue };
        match model.state.gate.approve(&proposal, &digest, confirmation, wall) {
            Ok(approved) => {
                effects.push(Effect::Journal(Decision::Approved(Box::new(proposal), CleanText::default())));
                effects.push(Effect::Run(*id, approved));
                if let Some(proposal) = model.state.proposal_mut(*id) {
                    proposal.state = ProposalState::Running { since: now };
                }
                started.push(*id);
            }
            Err(refusal) => refuse(&mut model.state, &proposal, CleanText::line(&refusal.to_string()), effects),
        }
    }
    model.overlays.pop();
    if !started.is_empty() {
        model.state.gate.pace.confirmed(seen_for);
    }
    show_runs(model, &started);
}

/// Opens the view of what was just started.
pub(super) fn show_runs(model: &mut Model, started: &[ProposalId]) {
    if let Some(first) = started.first() {
        model.state.outputs.begin(*first);
        show::select(model, Selection::Proposal(*first));
        super::runs::open_view(model, *first);
    }
}

/// The gate said no.
pub(super) fn refuse(state: &mut State, proposal: &Proposal, why: CleanText, effects: &mut Vec<Effect>) {
    effects.push(Effect::Journal(Decision::Refused(Box::new(proposal.clone()), why.clone())));
    state.problem(format!("{} did not run: {why}", proposal.id));
    if let Some(known) = state.proposal_mut(proposal.id).filter(|known| known.is_waiting()) {
        known.state = ProposalState::Refused { why };
    }
}

/// The person said no; a model does not get to offer the same again.
pub fn reject(model: &mut Model, ids: &[ProposalId], why: &CleanText, effects: &mut Vec<Effect>) {
    let wall = model.state.wall;
    let refused: Vec<Proposal> = ids.iter().filter_map(|id| model.state.proposal(*id).cloned()).collect();
    for proposal in refused.into_iter().filter(Proposal::is_waiting) {
        model.state.gate.refusals.remember(&proposal, why.clone(), wall);
    }
    turn_down(model, ids, why, effects);
}

fn turn_down(model: &mut Model, ids: &[ProposalId], why: &CleanText, effects: &mut Vec<Effect>) {
    model.state.gate.pace.rejected();
    for id in ids {
        let Some(proposal) = model.state.proposal_mut(*id).filter(|p| p.is_waiting()) else { continue };
        proposal.state = ProposalState::Rejected { why: why.clone() };
        let copy = proposal.clone();
        let reason = if why.is_empty() { String::new() } else { format!(" ({why})") };
        let text = format!("{} {}: {}{reason}", id, copy.verdict.class.word(), copy.one_line());
        effects.push(Effect::Journal(Decision::Rejected(Box::new(copy), why.clone())));
        let now = model.state.now;
        incident::add(&mut model.state, now, EntryKind::Rejected, text, Vec::new(), effects);
    }
    model.overlays.retain(|overlay| !matches!(overlay, Overlay::Confirm(_)));
    model.state.conversation.revision += 1;
}

/// Takes a proposal's text back into the input; what comes out of there is a new proposal.
pub fn edit(model: &mut Model, id: ProposalId, effects: &mut Vec<Effect>) {
    let Some(proposal) = model.state.proposal(id) else { return };
    let language = proposal.suggestion.language;
    let text = &proposal.suggestion.text;
    let line = match language {
        crate::domain::Language::Sh => format!("$ {text}"),
        crate::domain::Language::Promql | crate::domain::Language::Logs | crate::domain::Language::Fetch => {
            format!("$ {} {text}", language.word())
        }
    };
    if proposal.is_waiting() {
        turn_down(model, &[id], &CleanText::line("edited"), effects);
    }
    model.overlays.clear();
    model.focus = PaneId::Copilot;
    model.panes.copilot.start_typing(&line);
}
