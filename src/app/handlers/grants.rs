//! "Do not ask again" for reads: given at a card, listed by `:grants`, taken back there. What goes without asking still
//! begins with a person's key, runs in sight and stands in the journal with the answer that let it through.

use super::proposals;
use crate::actions::gate::{Beforehand, Confirmation, Gate, Grant, GrantId, Scope};
use crate::app::effect::Decision;
use crate::app::model::State;
use crate::app::{Effect, Model};
use crate::domain::time::{clock, short};
use crate::domain::{CleanText, Proposal, ProposalId, ProposalState};

/// The person answered at the card of this proposal, which was confirmed just before.
pub fn give(model: &mut Model, id: ProposalId, effects: &mut Vec<Effect>) {
    let state = &mut model.state;
    let Some(proposal) = state.proposal(id).filter(|proposal| !proposal.is_waiting()).cloned() else { return };
    if matches!(proposal.state, ProposalState::Refused { .. } | ProposalState::Rejected { .. }) {
        return;
    }
    match state.gate.grants.give(&proposal, state.wall) {
        Ok(grant) => {
            let scope = Scope::of(&proposal).map(|scope| scope.words()).unwrap_or_default();
            let words = CleanText::line(&format!("{grant}: {scope}, for 15 minutes"));
            state.done(format!("no card for {words}; :grants lists and takes back"));
            effects.push(Effect::Journal(Decision::Granted(Box::new(proposal), words)));
        }
        Err(why) => state.problem(why),
    }
}

/// Runs what a person asked to see and had answered for before, without its card; whether all of it was.
pub fn run_beforehand(model: &mut Model, asked: &[Proposal], effects: &mut Vec<Effect>) -> bool {
    let wall = model.state.wall;
    let answers: Option<Vec<Beforehand>> =
        asked.iter().map(|proposal| model.state.gate.beforehand(proposal, wall)).collect();
    let Some(answers) = answers else { return false };
    let started = start(model, asked, answers, effects);
    model.overlays.retain(|overlay| !matches!(overlay, crate::overlays::Overlay::Proposed(_)));
    proposals::show_runs(model, &started);
    true
}

/// Runs what the setting for the analyst's queries lets through and nobody asked for at this moment: its row, the notice, the timeline and the
/// journal tell of it, and nothing opens. The rest waits.
pub fn run_quietly(model: &mut Model, proposal: &Proposal, effects: &mut Vec<Effect>) {
    if let Some(answer @ Beforehand::Telemetry) = model.state.gate.beforehand(proposal, model.state.wall) {
        for id in start(model, std::slice::from_ref(proposal), vec![answer], effects) {
            model.state.outputs.begin(id);
        }
    }
}

/// Approves and starts each by its answer; those that started.
fn start(
    model: &mut Model,
    asked: &[Proposal],
    answers: Vec<Beforehand>,
    effects: &mut Vec<Effect>,
) -> Vec<ProposalId> {
    let (wall, now) = (model.state.wall, model.state.now);
    let mut started = Vec::new();
    for (proposal, answer) in asked.iter().zip(answers) {
        let how = match answer {
            Beforehand::Grant(grant) => format!("without asking, by {grant}"),
            Beforehand::Telemetry => "without asking: telemetry = \"allow\"".to_owned(),
        };
        match model.state.gate.approve(proposal, &Gate::digest(proposal), &Confirmation::Beforehand, wall) {
            Ok(approved) => {
                effects.push(Effect::Journal(Decision::Approved(Box::new(proposal.clone()), CleanText::line(&how))));
                effects.push(Effect::Run(proposal.id, approved));
                if let Some(known) = model.state.proposal_mut(proposal.id) {
                    known.state = ProposalState::Running { since: now };
                }
                model.state.done(format!("{} runs {how}", proposal.id));
                started.push(proposal.id);
            }
            Err(refusal) => {
                proposals::refuse(&mut model.state, proposal, CleanText::line(&refusal.to_string()), effects);
            }
        }
    }
    started
}

/// What holds now, a line each.
pub fn text(state: &State) -> CleanText {
    let line = |grant: &Grant| {
        let left = short(state.wall.duration_until(grant.until));
        format!(
            "{}  {}, until {}Z ({left} left), given at {}",
            grant.id,
            grant.scope.words(),
            clock(grant.until),
            grant.from
        )
    };
    let lines: Vec<String> = state.gate.grants.holding(state.wall).map(line).collect();
    match lines.is_empty() {
        true => "every read is asked for; A on a read's card stops that for reads like it".into(),
        false => {
            CleanText::block(&format!("{}\n\n:grants drop G1 takes one back, :grants drop all all", lines.join("\n")))
        }
    }
}

/// Takes back one, or all.
pub fn take_back(state: &mut State, which: &str, effects: &mut Vec<Effect>) {
    let grants = &mut state.gate.grants;
    let number = which.strip_prefix(['G', 'g']).and_then(|number| number.parse().ok());
    let taken: Vec<Grant> = match (which, number) {
        ("all", _) => grants.revoke_all(),
        (_, Some(number)) => grants.revoke(GrantId(number)).into_iter().collect(),
        (_, None) => Vec::new(),
    };
    match (which, taken.as_slice()) {
        ("all", all) => state.done(format!("{} taken back: every read is asked for again", all.len())),
        (_, [one]) => state.done(format!("{} taken back", one.id)),
        (_, _) => state.problem("there is no such answer; :grants lists them"),
    }
    for grant in taken {
        let words = CleanText::line(&format!("{}: {}", grant.id, grant.scope.words()));
        effects.extend(
            state.proposal(grant.from).map(|from| Effect::Journal(Decision::Withdrawn(Box::new(from.clone()), words))),
        );
    }
}

/// The policy's rules, the strictest first.
pub fn policy_text(gate: &Gate) -> CleanText {
    let mut lines: Vec<String> = Vec::new();
    if let Some(why) = gate.policy.closed() {
        lines.push(format!("nothing but reads runs: {why}"));
    }
    lines.extend(gate.policy.lines().iter().map(ToString::to_string));
    if lines.is_empty() {
        lines.push("no rules: the class alone decides what is asked".to_owned());
    }
    CleanText::block(&lines.join("\n"))
}
