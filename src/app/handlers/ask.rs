//! Questions to the copilot: the prompt is gathered and sent, tokens arrive, sentences are judged, suggestions put
//! forward.

use super::{incident, proposals};
use crate::app::conversation::{LONGEST_ANSWER, Turn, TurnState};
use crate::app::model::{Brain, State};
use crate::app::{Effect, Model, gather};
use crate::copilot::{self, Coverage, Delta, Exchange, Room, TurnContext, reply};
use crate::domain::incident::EntryKind;
use crate::domain::{CleanText, Evidence, Language, Origin, ProposalState, Suggestion};
use crate::trust::verify;

/// Suggestions taken from one answer.
const SUGGESTIONS: usize = 5;
/// Earlier turns a prompt may repeat.
const HISTORY: usize = 6;
/// Rejections a prompt may repeat.
const REJECTIONS: usize = 10;

/// Something was typed into the copilot's input: a question, `! words` for a command, or `$ text` as it is.
pub fn on_input(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    let text = text.trim();
    if let Some(command) = text.strip_prefix('$') {
        return propose_typed(model, command.trim(), effects);
    }
    let (wants_command, question) = match text.strip_prefix('!') {
        Some(words) => (true, words.trim()),
        None => (false, text),
    };
    if question.is_empty() {
        return;
    }
    match model.state.brain.clone() {
        Brain::Ready(room) => send(&mut model.state, question, wants_command, &room, effects),
        Brain::Connecting => model.state.problem("the model is still being reached; $ takes a command as it is"),
        Brain::Failed(why) => model.state.problem(format!("no model: {why}; $ takes a command as it is")),
        Brain::Absent => model.state.problem("write $ before a command: $ df -h"),
    }
}

fn propose_typed(model: &mut Model, command: &str, effects: &mut Vec<Effect>) {
    let (language, text) = typed_language(command);
    if text.is_empty() {
        return;
    }
    let suggestion = Suggestion {
        language,
        text: text.to_owned(),
        reason: CleanText::line("typed by hand"),
        because: Vec::new(),
        origin: Origin::Person,
        panel: None,
        watch: Vec::new(),
    };
    proposals::put_forward(model, suggestion, true, effects);
}

/// The language of text typed behind `$`: a first word chooses another than the shell. `sh` chooses nothing, since
/// `sh deploy.sh` is a command of its own.
fn typed_language(text: &str) -> (Language, &str) {
    let languages = [("promql ", Language::Promql), ("logs ", Language::Logs), ("fetch ", Language::Fetch)];
    for (prefix, language) in languages {
        if let Some(rest) = text.strip_prefix(prefix) {
            return (language, rest.trim());
        }
    }
    (Language::Sh, text)
}

fn send(state: &mut State, question: &str, wants_command: bool, room: &Room, effects: &mut Vec<Effect>) {
    if state.conversation.active().is_some() {
        cancel(state, effects);
    }
    let question = CleanText::block(question);
    let (evidence, notes) = gather::evidence(state, effects);
    let context = turn_context(state, question.clone(), evidence.clone(), wants_command);
    let coverage = context.coverage.clone();
    let fence = state.next_fence();
    let prepared = match copilot::prepare(&context, &state.prompts, room, &fence, &state.redactor) {
        Ok(prepared) => prepared,
        Err(why) => return state.problem(why),
    };
    state.generation += 1;
    let mut left_out = prepared.left_out.clone();
    left_out.extend(notes);
    state.conversation.push(Turn {
        generation: state.generation,
        question: question.clone(),
        asked_at: state.now,
        answer: String::new(),
        clean: CleanText::default(),
        sentences: Vec::new(),
        state: TurnState::Waiting,
        given: evidence.iter().map(|e| e.id).collect(),
        coverage,
        left_out,
        proposals: Vec::new(),
    });
    let now = state.now;
    incident::add(state, now, EntryKind::Question, question.as_str(), Vec::new(), effects);
    state.last_preview = Some(prepared.preview());
    let generation = state.generation;
    effects.push(Effect::Ask { generation, question, prepared: Box::new(prepared), evidence });
}

/// What would be sent if the question were asked now, without sending it.
pub fn preview(state: &mut State, question: &str, effects: &mut Vec<Effect>) -> Result<CleanText, CleanText> {
    let Brain::Ready(room) = state.brain.clone() else { return Err("no model is there to send anything to".into()) };
    let (evidence, _) = gather::evidence(state, effects);
    let context = turn_context(state, CleanText::block(question), evidence, false);
    let fence = state.next_fence();
    let prepared = copilot::prepare(&context, &state.prompts, &room, &fence, &state.redactor)?;
    Ok(prepared.preview())
}

fn turn_context(state: &State, question: CleanText, evidence: Vec<Evidence>, wants_command: bool) -> TurnContext {
    let turns = &state.conversation.turns;
    let history = turns[turns.len().saturating_sub(HISTORY)..]
        .iter()
        .filter(|turn| !turn.clean.is_empty())
        .map(|turn| Exchange { question: turn.question.clone(), answer: turn.clean.clone() })
        .collect();
    let rejected = state.proposals.iter().rev().filter_map(|proposal| match &proposal.state {
        ProposalState::Rejected { why } => Some((CleanText::line(&proposal.suggestion.text), why.clone())),
        _ => None,
    });
    TurnContext {
        question,
        history,
        evidence,
        stack: state.settings.stack.clone(),
        coverage: coverage(state),
        incident: state
            .incident
            .as_ref()
            .map(|i| CleanText::line(&format!("{} {}", i.id, i.title)))
            .unwrap_or_default(),
        now: state.now,
        rejected: rejected.take(REJECTIONS).collect(),
        wants_command,
    }
}

/// Which sources were asked, which answered, which failed, which are not set up.
pub fn coverage(state: &State) -> Coverage {
    let mut coverage = Coverage { not_configured: state.settings.not_configured.clone(), ..Coverage::default() };
    for source in &state.stores.sources {
        let name = CleanText::line(source.id.as_str());
        coverage.asked.push(name.clone());
        match source.health.why() {
            Some(why) if source.health.word() == "down" => coverage.failed.push((name, why.clone())),
            _ if source.heard.is_none() => coverage.failed.push((name, "no answer yet".into())),
            _ => coverage.answered.push(name),
        }
    }
    coverage
}

/// A model answers.
pub fn on_delta(model: &mut Model, generation: u64, delta: Delta, effects: &mut Vec<Effect>) {
    let state = &mut model.state;
    let evidence = &state.stores.evidence;
    let Some(turn) = state.conversation.turn_mut(generation) else { return };
    if !turn.is_active() {
        return;
    }
    match delta {
        Delta::Text(text) => {
            turn.state = TurnState::Streaming;
            let room = LONGEST_ANSWER.saturating_sub(turn.answer.len());
            let end = text.floor_char_boundary(room.min(text.len()));
            turn.answer.push_str(&text[..end]);
            turn.clean = CleanText::block(&turn.answer);
            turn.sentences = verify::check(&turn.clean, &|id| evidence.get(id).cloned());
        }
        Delta::Done { cut, .. } => {
            turn.state = TurnState::Done(cut);
            take_suggestions(model, generation, effects);
        }
        Delta::Failed(why) => {
            turn.state = TurnState::Failed(why.clone());
            state.problem(format!("the answer failed: {why}"));
        }
    }
}

fn take_suggestions(model: &mut Model, generation: u64, effects: &mut Vec<Effect>) {
    let Some(turn) = model.state.conversation.turn_mut(generation) else { return };
    let suggestions = reply::suggestions(&turn.answer);
    let more = suggestions.len().saturating_sub(SUGGESTIONS);
    if more > 0 {
        turn.left_out.push(CleanText::line(&format!("{more} further suggestions of the answer were not taken up")));
    }
    let ids: Vec<_> = suggestions
        .into_iter()
        .take(SUGGESTIONS)
        .map(|suggestion| proposals::put_forward(model, suggestion, false, effects))
        .collect();
    if let Some(turn) = model.state.conversation.turn_mut(generation) {
        turn.proposals = ids;
    }
}

/// Stops the answer under way; what arrived stays.
pub fn cancel(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(generation) = state.conversation.active().map(|turn| turn.generation) else { return };
    if let Some(turn) = state.conversation.turn_mut(generation) {
        turn.state = TurnState::Cancelled;
    }
    effects.push(Effect::CancelAsk);
    state.done("answer stopped");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_behind_the_dollar_stays_as_it_is() {
        assert_eq!(typed_language("sh deploy.sh"), (Language::Sh, "sh deploy.sh"));
        assert_eq!(typed_language("promql up"), (Language::Promql, "up"));
        assert_eq!(typed_language("logs level>=error"), (Language::Logs, "level>=error"));
        assert_eq!(typed_language("logsearch x"), (Language::Sh, "logsearch x"));
    }
}
