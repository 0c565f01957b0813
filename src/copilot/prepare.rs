//! Builds a request that fits: instructions and question always, then evidence by rank, then earlier exchanges. What
//! had to stay out is said to the person and to the model. Called by `runtime` and `cli` before every question.

use super::edges;
use super::excerpt::{self, Excerpt};
use super::fence::Fence;
use super::outgoing::{Message, Outgoing, Role, Treatment, outgoing, treatment};
use super::prompts::{PromptData, PromptName, Prompts, Rejected};
use super::provider::{Ask, Provider};
use super::tokens::{PER_MESSAGE, estimate};
use super::turn::{Exchange, TurnContext};
use crate::domain::model::Location;
use crate::domain::model::ModelLabel;
use crate::domain::{CleanText, Evidence, time};
use crate::trust::redact::Session;

/// Context length taken where neither server nor configuration tells one.
pub const ASSUMED_CONTEXT: u32 = 8192;
/// Least evidence worth sending of one piece.
const SMALLEST_SHARE: u32 = 120;
/// Rejected commands told to the model, newest kept.
const REJECTED: usize = 10;

/// A request, ready to be previewed and sent.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Exactly what is sent, redacted.
    pub messages: Outgoing,
    /// What had to stay out, one item each, in words.
    pub left_out: Vec<CleanText>,
    /// Estimated tokens of the messages; errs high.
    pub estimated_tokens: u32,
    /// Tokens the messages may take: the context without the answer's share.
    pub budget_tokens: u32,
    /// Tokens kept for the answer.
    pub answer_tokens: u32,
    label: ModelLabel,
}

/// The room a model has for a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Room {
    /// Which model, where it lives, and its context length.
    pub label: ModelLabel,
    /// Tokens to keep free for the answer; never more than half of the context is given.
    pub answer_tokens: u32,
    /// How many of its tokens an estimated one is, see [`Provider::token_weight`].
    pub token_weight: f32,
}

impl Room {
    /// The room of a provider's model, with the configured share for the answer.
    pub fn of(provider: &dyn Provider, answer_tokens: u32) -> Self {
        Self { label: provider.label(), answer_tokens, token_weight: provider.token_weight() }
    }
}

/// Builds the request for a model. The fence is [`Fence::random`] but in tests. Fails only when a replaced prompt cannot
/// be rendered with these values.
pub fn prepare(
    turn: &TurnContext,
    prompts: &Prompts,
    room: &Room,
    fence: &Fence,
    session: &Session,
) -> Result<Prepared, CleanText> {
    let label = &room.label;
    let context = label.context_tokens.unwrap_or(ASSUMED_CONTEXT);
    let answer_tokens = room.answer_tokens.clamp(1, (context / 2).max(1));
    let whole_budget = context - answer_tokens.min(context);
    let token_weight = room.token_weight.max(0.1);
    // From here on in estimated tokens; what is reported is in the model's own.
    let budget_tokens = (whole_budget as f32 / token_weight) as u32;
    let mut left_out = Vec::new();
    let mut data = frame(turn, fence, budget_tokens / 4, &mut left_out);
    let instructions = if turn.wants_command { PromptName::Command } else { PromptName::Answer };
    let system = prompts.render(instructions, &data)?;

    let bare = estimate(&system) + estimate(&prompts.render(PromptName::Turn, &data)?) + 3 * PER_MESSAGE;
    let room = budget_tokens.saturating_sub(bare + notes_cost(turn));
    let history = recent(&turn.history, room / 4, &mut left_out);
    let history_cost = history.iter().map(|message| estimate(&message.text) + PER_MESSAGE).sum::<u32>();
    data.evidence = evidence_block(
        &redacted(&turn.evidence, label.location, session),
        fence,
        room.saturating_sub(history_cost),
        &mut left_out,
    );
    data.left_out = left_out.iter().map(|item| item.as_str().to_owned()).collect();

    let mut messages = vec![Message { role: Role::System, text: system }];
    messages.extend(history);
    messages.push(Message { role: Role::User, text: prompts.render(PromptName::Turn, &data)? });
    let messages = outgoing(messages, label.location, session);
    let estimated: u32 = messages.iter().map(|message| estimate(&message.text) + PER_MESSAGE).sum();
    let estimated_tokens = (estimated as f32 * token_weight) as u32;
    Ok(Prepared {
        messages,
        left_out,
        estimated_tokens,
        budget_tokens: whole_budget,
        answer_tokens,
        label: label.clone(),
    })
}

impl Prepared {
    /// Exactly what leaves, message by message, under a head that says where it goes.
    pub fn preview(&self) -> CleanText {
        let mut text = format!(
            "to {} {}, {} · about {} of {} tokens, {} kept for the answer · {} redacted\n",
            self.label.provider,
            self.label.model,
            self.label.location.word(),
            self.estimated_tokens,
            self.budget_tokens,
            self.answer_tokens,
            self.messages.redacted(),
        );
        for item in &self.left_out {
            text.push_str(&format!("left out: {item}\n"));
        }
        for message in self.messages.iter() {
            text.push_str(&format!("\n--- {} ---\n{}\n", message.role.word(), message.text));
        }
        CleanText::block(&text)
    }

    /// The request for a provider.
    pub fn ask(&self, turn: &TurnContext) -> Ask {
        Ask {
            messages: self.messages.clone(),
            question: turn.question.clone(),
            evidence: turn.evidence.clone(),
            answer_tokens: self.answer_tokens,
        }
    }
}

/// Everything of the person's turn but the evidence. Each part has a ceiling, so that no pasted page pushes out the rest.
/// What sources and alerts wrote stands here as quoted data too.
fn frame(turn: &TurnContext, fence: &Fence, question_tokens: u32, left_out: &mut Vec<CleanText>) -> PromptData {
    let question = middle_cut(&turn.question, question_tokens.max(64));
    if question.len() < turn.question.len() {
        left_out.push(CleanText::line("the middle of the question, which is too long for this model"));
    }
    let stack = turn.stack.iter().take(40).map(|tool| middle_cut(tool, 16)).collect();
    let rejected = turn.rejected.iter().rev().take(REJECTED).rev();
    PromptData {
        question,
        incident: if turn.incident.is_empty() { String::new() } else { fence.quote(&middle_cut(&turn.incident, 120)) },
        now: time::stamp(turn.now),
        stack,
        coverage: fence.quote(&middle_cut(&turn.coverage.line(), 200)),
        rejected: rejected
            .map(|(command, why)| Rejected { command: fence.quote(&middle_cut(command, 40)), why: middle_cut(why, 30) })
            .collect(),
        evidence: String::new(),
        left_out: Vec::new(),
    }
}

/// The evidence as it may leave. Done before lines are chosen, numbered and quoted: a secret that goes over lines is whole
/// only here. Its lines stay lines, so that what is cited is what is held.
fn redacted(all: &[Evidence], location: Location, session: &Session) -> Vec<Evidence> {
    let one = |evidence: &Evidence| match treatment(location, session) {
        Treatment::Plain => evidence.clone(),
        Treatment::Redacted => Evidence {
            text: CleanText::block(&session.redact(&evidence.text)),
            query: CleanText::block(&session.redact(&evidence.query)),
            ..evidence.clone()
        },
    };
    all.iter().map(one).collect()
}

/// Room for the list of what is left out: a line for each piece of evidence and one for the history.
fn notes_cost(turn: &TurnContext) -> u32 {
    24 + 14 * u32::try_from(turn.evidence.len().min(MOST_NOTES + 1)).unwrap_or(0)
}

/// Pieces of evidence named one by one among what is left out.
const MOST_NOTES: usize = 8;

/// The newest exchanges that fit, oldest of them first.
fn recent(history: &[Exchange], room: u32, left_out: &mut Vec<CleanText>) -> Vec<Message> {
    let mut left = room;
    let mut kept = 0;
    for exchange in history.iter().rev() {
        let cost = estimate(&exchange.question) + estimate(&exchange.answer) + 2 * PER_MESSAGE;
        match left.checked_sub(cost) {
            Some(rest) => left = rest,
            None => break,
        }
        kept += 1;
    }
    let dropped = history.len() - kept;
    if dropped > 0 {
        left_out.push(CleanText::line(&format!("{dropped} earlier question(s) with their answers")));
    }
    let said = |role, text: &CleanText| Message { role, text: text.as_str().to_owned() };
    history[dropped..]
        .iter()
        .flat_map(|exchange| [said(Role::User, &exchange.question), said(Role::Assistant, &exchange.answer)])
        .collect()
}

/// The evidence between its fences: each piece may take half of what is left, then what remains goes to those that
/// were cut, in their order.
fn evidence_block(all: &[Evidence], fence: &Fence, room: u32, left_out: &mut Vec<CleanText>) -> String {
    let (open, close) = (format!("<data {fence}>"), format!("</data {fence}>"));
    let mut left = room.saturating_sub(estimate(&open) + estimate(&close) + 4);
    let mut shares = Vec::new();
    for (index, evidence) in all.iter().enumerate() {
        let need = excerpt::cost(evidence, fence);
        let cap = if index + 1 == all.len() { left } else { (left / 2).max(SMALLEST_SHARE.min(left)) };
        let share = need.min(cap);
        left -= share;
        shares.push((need, share));
    }
    for (need, share) in &mut shares {
        let more = (*need - *share).min(left);
        *share += more;
        left -= more;
    }
    let found: Vec<Option<Excerpt>> =
        all.iter().zip(&shares).map(|(evidence, (_, share))| excerpt::excerpt(evidence, fence, *share)).collect();
    note_gaps(all, &found, left_out);
    let shown: Vec<&str> = found.iter().flatten().map(|excerpt| excerpt.text.as_str()).collect();
    if shown.is_empty() { String::new() } else { format!("{open}\n{}\n{close}", shown.join("\n")) }
}

fn note_gaps(all: &[Evidence], found: &[Option<Excerpt>], left_out: &mut Vec<CleanText>) {
    let notes: Vec<String> = all
        .iter()
        .zip(found)
        .filter_map(|(evidence, excerpt)| match excerpt {
            None => Some(format!("{}: all of it", evidence.id)),
            Some(cut) if !cut.is_whole() => {
                Some(format!("{}: {} of {} lines", evidence.id, cut.total - cut.shown, cut.total))
            }
            Some(_) => None,
        })
        .collect();
    left_out.extend(notes.iter().take(MOST_NOTES).map(|note| CleanText::line(note)));
    if notes.len() > MOST_NOTES {
        left_out
            .push(CleanText::line(&format!("{} more pieces of evidence, in part or whole", notes.len() - MOST_NOTES)));
    }
}

/// The text, its middle cut out where it would take more than `most` tokens.
fn middle_cut(text: &str, most: u32) -> String {
    if estimate(text) <= most {
        return text.to_owned();
    }
    // A byte costs at most three quarters of a token.
    let half = (most as usize).saturating_sub(6) * 2 / 3;
    let (head, tail) = edges::ends(text, half, half);
    format!("{head} [...] {tail}")
}

#[cfg(test)]
#[path = "prepare_tests.rs"]
mod tests;
