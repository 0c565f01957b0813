//! Where a proposed text came from: what the person and the configuration said is known, what only evidence says is a
//! taint. Called when a suggestion has been classed, before its card can open.

use super::model::State;
use crate::domain::incident::EntryKind;
use crate::domain::proposal::Taint;
use crate::domain::{Class, CleanText, EvidenceKind, Origin, Reason, Suggestion, Verdict};
use crate::trust::taint;

/// What of the suggestion only evidence says. What a person typed is their own, but for what stood in a proposal that
/// bore a mark: to edit such a text is not to have thought of it.
pub fn taints(state: &State, suggestion: &Suggestion) -> Vec<Taint> {
    if suggestion.origin == Origin::Person {
        let marked = state.proposals.iter().filter(|proposal| proposal.suggestion.origin != Origin::Person);
        let mut marks: Vec<Taint> = marked.flat_map(|proposal| proposal.taints.iter().cloned()).collect();
        marks.retain(|mark| taint::stands_in(&suggestion.text, mark));
        marks.dedup_by(|a, b| a.token == b.token);
        return marks;
    }
    let questions = state.conversation.turns.iter().map(|turn| turn.question.as_str());
    let typed = state
        .proposals
        .iter()
        .filter(|proposal| proposal.suggestion.origin == Origin::Person && proposal.taints.is_empty());
    let timeline = state.incident.iter().flat_map(|incident| &incident.timeline);
    let notes = timeline.filter(|entry| entry.kind == EntryKind::Note).map(|entry| entry.text.as_str());
    let configured = state.settings.configured.iter().chain(&state.settings.stack).map(CleanText::as_str);
    let typed = typed.map(|proposal| proposal.suggestion.text.as_str());
    let known: Vec<&str> = questions.chain(typed).chain(notes).chain(configured).collect();
    let newest_first = state.stores.evidence.iter().rev();
    let evidence = newest_first.filter(|one| one.kind != EvidenceKind::Note).map(|one| (one.id, one.text.as_str()));
    taint::taints(&suggestion.text, evidence, &known)
}

/// An address that only evidence names can carry anything out or in, so that what a command does with it cannot be told.
pub fn judge(verdict: Verdict, suggestion: &Suggestion, taints: &[Taint]) -> Verdict {
    let reached = |taint: &&Taint| taint::is_reached(&suggestion.text, taint);
    let Some(address) = taints.iter().find(reached) else { return verdict };
    let lower = suggestion.text.to_ascii_lowercase();
    let start = lower.find(address.token.as_str()).unwrap_or(0);
    let end = (start + address.token.len()).min(suggestion.text.len());
    let text = format!("the address comes from {} and from nobody here", address.from);
    let mut reasons = verdict.reasons;
    reasons.push(Reason {
        span: start..end,
        rule: "taint.address".to_owned(),
        class: Class::Opaque,
        text: CleanText::line(&text),
    });
    Verdict::from_reasons(reasons)
}
