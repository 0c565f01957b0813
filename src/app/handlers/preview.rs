//! Previews on the card: a read that shows what a command would do. It runs when a person asks for it at the card, by
//! the same gate, journal and runner as everything else, and what it says is evidence; it never changes the class.

use super::proposals;
use crate::actions::gate::{Confirmation, Demand, Gate};
use crate::app::effect::Decision;
use crate::app::{Ctx, Effect, Model};
use crate::domain::{Brief, CleanText, Preview, Proposal, ProposalId, ProposalState};

/// The proposal that a preview becomes when it is asked for.
fn proposal(ctx: &Ctx<'_>, of: ProposalId, preview: &Preview, id: ProposalId) -> Proposal {
    Proposal {
        id,
        suggestion: preview.suggestion.clone(),
        verdict: preview.verdict.clone(),
        target: preview.target.clone(),
        undo: None,
        brief: Brief { preview_of: Some(of), ..Brief::default() },
        // What came from data is as suspect in the preview as in the command.
        taints: ctx.proposal(of).map(|of| of.taints.clone()).unwrap_or_default(),
        at: ctx.now,
        state: ProposalState::Waiting,
    }
}

/// Whether the gate would let a preview run by one key: a read that may run here.
pub fn is_offered(ctx: &Ctx<'_>, of: ProposalId, preview: &Preview) -> bool {
    ctx.gate.demand(&proposal(ctx, of, preview, of)) == Demand::Enter
}

/// The newest run of this preview of a proposal, if there is one.
pub fn run_of<'a>(ctx: &Ctx<'a>, of: ProposalId, preview: &Preview) -> Option<&'a Proposal> {
    let mut runs = ctx.proposals.iter().rev();
    runs.find(|run| run.brief.preview_of == Some(of) && run.suggestion.text == preview.suggestion.text)
}

/// The person asked for a preview that stood on the card, word for word.
pub fn run(model: &mut Model, of: ProposalId, preview: &Preview, effects: &mut Vec<Effect>) {
    let (now, wall) = (model.state.now, model.state.wall);
    let id = proposals::next_id(&mut model.state);
    let proposal = proposal(&model.state.ctx(), of, preview, id);
    let shown = Gate::digest(&proposal);
    for decision in [Decision::Proposed, Decision::Shown] {
        effects.push(Effect::Journal(decision(Box::new(proposal.clone()))));
    }
    proposals::keep(&mut model.state, proposal.clone());
    match model.state.gate.approve(&proposal, &shown, &Confirmation::Enter, wall) {
        Ok(approved) => {
            effects.push(Effect::Journal(Decision::Approved(Box::new(proposal), CleanText::default())));
            effects.push(Effect::Run(id, approved));
            model.state.outputs.begin(id);
            if let Some(known) = model.state.proposal_mut(id) {
                known.state = ProposalState::Running { since: now };
            }
        }
        Err(refusal) => {
            proposals::refuse(&mut model.state, &proposal, CleanText::line(&refusal.to_string()), effects);
        }
    }
    model.state.conversation.revision += 1;
}
