//! Lays the conversation out in rows: a sentence an item, each with the sign of its standing.

use crate::app::Ctx;
use crate::app::conversation::{Turn, TurnState};
use crate::app::handlers::watch;
use crate::app::view::bars::of_course;
use crate::domain::time::clock;
use crate::domain::{Locator, Proposal, ProposalId, ProposalState};
use crate::trust::verify::{Sentence, Status};
use crate::ui::{Line, Role, markdown};

/// Things left out of a prompt that are named here; the preview names all.
const LEFT_OUT: usize = 2;

/// One row of the pane.
pub struct Row {
    /// What is drawn.
    pub line: Line,
    /// What it belongs to.
    pub item: Item,
    /// Whether it is the first row of its item.
    pub starts: bool,
}

/// What the cursor can stand on.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A question.
    Question,
    /// A sentence of an answer, with its first citation.
    Sentence {
        /// What it cites first.
        cite: Option<Locator>,
    },
    /// A proposal.
    Proposal(ProposalId),
    /// Anything else: code, coverage, state.
    Plain,
}

/// The whole conversation for a width.
pub fn lay_out(ctx: &Ctx<'_>, columns: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    if ctx.conversation.dropped > 0 {
        push(
            &mut rows,
            Item::Plain,
            vec![Line::of(format!("{} older turns let go", ctx.conversation.dropped), Role::Dim)],
        );
    }
    for turn in &ctx.conversation.turns {
        lay_out_turn(&mut rows, ctx, turn, columns);
    }
    let in_turns: Vec<ProposalId> = ctx.conversation.turns.iter().flat_map(|turn| turn.proposals.clone()).collect();
    for proposal in ctx.proposals.iter().filter(|proposal| !in_turns.contains(&proposal.id)) {
        push(&mut rows, Item::Proposal(proposal.id), proposal_lines(ctx, proposal, columns));
    }
    rows
}

fn push(rows: &mut Vec<Row>, item: Item, lines: Vec<Line>) {
    for (at, line) in lines.into_iter().enumerate() {
        rows.push(Row { line, item: item.clone(), starts: at == 0 });
    }
}

fn lay_out_turn(rows: &mut Vec<Row>, ctx: &Ctx<'_>, turn: &Turn, columns: usize) {
    let mut asked = Vec::new();
    for (at, text) in turn.question.as_str().lines().enumerate() {
        let head = if at == 0 { "you  " } else { "     " };
        asked.extend(Line::of(head, Role::Dim).with(text, Role::Person).wrap(columns, 5));
    }
    push(rows, Item::Question, asked);
    lay_out_answer(rows, turn, columns);
    push(rows, Item::Plain, state_lines(turn, columns));
    for id in &turn.proposals {
        if let Some(proposal) = ctx.proposal(*id) {
            push(rows, Item::Proposal(*id), proposal_lines(ctx, proposal, columns));
        }
    }
    push(rows, Item::Plain, vec![Line::new()]);
}

/// The answer: each sentence with its sign, and what stands between sentences (code, lists) as Markdown.
fn lay_out_answer(rows: &mut Vec<Row>, turn: &Turn, columns: usize) {
    let text = turn.clean.as_str();
    let mut at = 0;
    for sentence in &turn.sentences {
        between(rows, text.get(at..sentence.span.start).unwrap_or_default(), columns);
        push(rows, Item::Sentence { cite: sentence.citations.first().copied() }, sentence_lines(sentence, columns));
        at = sentence.span.end.max(at);
    }
    between(rows, text.get(at..).unwrap_or_default(), columns);
}

fn between(rows: &mut Vec<Row>, text: &str, columns: usize) {
    let marks_only = text.chars().all(|c| c.is_whitespace() || "-*#>0123456789.".contains(c));
    if marks_only {
        return;
    }
    let lines: Vec<Line> = markdown::render(text, columns.saturating_sub(2))
        .into_iter()
        .map(|row| {
            let mut line = Line::of("  ", Role::Text);
            line.append(row.line);
            line
        })
        .collect();
    push(rows, Item::Plain, lines);
}

fn sentence_lines(sentence: &Sentence, columns: usize) -> Vec<Line> {
    let (sign, sign_role, text_role) = match &sentence.status {
        Status::Supported => ("✓ ", Role::Good, Role::Text),
        Status::Unsupported { .. } => ("✗ ", Role::Critical, Role::Dim),
        Status::Uncited | Status::OffStack { .. } => ("? ", Role::Warning, Role::Dim),
        Status::Chatter => ("  ", Role::Dim, Role::Model),
    };
    let body = match markdown::render(sentence.text.trim(), usize::MAX / 4).into_iter().next() {
        Some(row) if text_role != Role::Dim => row.line,
        _ => Line::of(sentence.text.trim(), text_role),
    };
    let mut line = Line::of(sign, sign_role);
    line.append(body);
    let mut lines = line.wrap(columns, 2);
    let why = match &sentence.status {
        Status::Unsupported { why } => Some(format!("unsupported: {why}")),
        Status::Uncited => Some("uncited: nothing stands beside this".to_owned()),
        Status::OffStack { tool } => Some(format!("off-stack: {tool} is not among the tools here")),
        Status::Supported | Status::Chatter => None,
    };
    if let Some(why) = why {
        lines.extend(Line::of("    ", Role::Dim).with(why, Role::Warning).wrap(columns, 4));
    }
    lines
}

fn state_lines(turn: &Turn, columns: usize) -> Vec<Line> {
    let state = match &turn.state {
        TurnState::Waiting => {
            Line::of(format!("asked at {}Z, no word yet · Esc stops", clock(turn.asked_at)), Role::Dim)
        }
        TurnState::Streaming => Line::of(format!("answering, {} bytes · Esc stops", turn.answer.len()), Role::Dim),
        TurnState::Done(None) => Line::new(),
        TurnState::Done(Some(cut)) => Line::of(format!("the answer was cut: {cut}"), Role::Warning),
        TurnState::Failed(why) => Line::of(format!("the answer failed: {why}"), Role::Critical),
        TurnState::Cancelled => Line::of("stopped by you; the answer is not whole", Role::Warning),
    };
    let mut lines = if state.is_empty() { Vec::new() } else { state.wrap(columns, 2) };
    if !turn.is_active() {
        lines.extend(Line::of(turn.coverage.line(), Role::Dim).wrap(columns, 2));
    }
    if !turn.left_out.is_empty() {
        let words: Vec<&str> = turn.left_out.iter().take(LEFT_OUT).map(|text| text.as_str()).collect();
        let more = turn.left_out.len().saturating_sub(LEFT_OUT);
        let more = if more > 0 { format!("; and {more} more, :preview shows all") } else { String::new() };
        let text = format!("left out of the prompt: {}{more}", words.join("; "));
        lines.extend(Line::of(text, Role::Dim).wrap(columns, 2));
    }
    lines
}

/// A proposal: number, class, text, where it stands, undo.
pub fn proposal_lines(ctx: &Ctx<'_>, proposal: &Proposal, columns: usize) -> Vec<Line> {
    let class = proposal.verdict.class;
    let mut line = Line::of(format!("{} ", proposal.id), Role::Strong);
    line.push(format!("{} ", class.word()), Role::of(class));
    let language = proposal.suggestion.language;
    if language != crate::domain::Language::Sh {
        line.push(format!("{} ", language.word()), Role::Dim);
    }
    line.push(proposal.one_line(), Role::Text);
    let mut lines = line.wrap(columns, 3);
    let role = match &proposal.state {
        ProposalState::Waiting | ProposalState::Running { .. } => Role::Dim,
        ProposalState::Done { outcome, .. } if outcome.succeeded() => Role::Good,
        ProposalState::Done { .. } | ProposalState::Refused { .. } => Role::Critical,
        ProposalState::Rejected { .. } => Role::Dim,
    };
    let beside = proposal.evidence().map(|id| format!(" [{id}]")).unwrap_or_default();
    let words = match &proposal.state {
        ProposalState::Running { since } => format!("running since {}Z", clock(*since)),
        ProposalState::Waiting => "waiting · Enter reviews".to_owned(),
        _ => proposal.state_words(ctx.now),
    };
    lines.extend(Line::of(format!("   {words}{beside}"), role).wrap(columns, 3));
    if let Some(undo) = &proposal.undo {
        lines.extend(Line::of(format!("   undo: {undo}"), Role::Dim).wrap(columns, 3));
    }
    if let Some(watched) = watch::of(ctx, proposal.id) {
        let words = format!("   watch: {}", watch::standing(watched, ctx.now));
        lines.extend(Line::of(words, of_course(watched.course())).wrap(columns, 3));
        for line in watch::lines(watched) {
            lines.extend(Line::of(format!("     {line}"), Role::Dim).wrap(columns, 5));
        }
    }
    lines
}
