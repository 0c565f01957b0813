//! The rows of the card: where it runs, the whole text, why it has its class, what it rests on, how to undo it.

use crate::actions::{Demand, SyntaxKind, spans};
use crate::app::Ctx;
use crate::domain::approval::Frozen;
use crate::domain::time::stamp;
use crate::domain::{CleanText, Language, Origin, Proposal, ProposalId, Reason};
use crate::ui::reveal::reveal;
use crate::ui::{Line, Role};

/// Columns of the names on the left.
const NAMES: usize = 16;
/// Longest part of the text that is repeated beside its reason, in bytes.
const LONGEST: usize = 60;
/// Cited lines shown per citation.
const CITED: usize = 3;

/// All rows for a width.
pub fn rows(ctx: &Ctx<'_>, ids: &[ProposalId], note: Option<&CleanText>, columns: usize) -> Vec<Line> {
    let mut rows = Vec::new();
    if let Some(note) = note {
        rows.extend(Line::of(note.clone(), Role::Critical).wrap(columns, 2));
        rows.push(Line::new());
    }
    for (at, proposal) in ids.iter().filter_map(|id| ctx.proposal(*id)).enumerate() {
        if at > 0 {
            rows.push(Line::new());
        }
        one(&mut rows, ctx, proposal, columns, ids.len() > 1);
    }
    rows
}

fn one(rows: &mut Vec<Line>, ctx: &Ctx<'_>, proposal: &Proposal, columns: usize, numbered: bool) {
    let class = proposal.verdict.class;
    if numbered {
        rows.push(Line::of(format!("{} ", proposal.id), Role::Strong).with(class.word(), Role::of(class)));
    }
    if let Demand::Never { why } = ctx.gate.demand(proposal) {
        fact(rows, "CANNOT RUN", &why, Role::Critical, columns);
    }
    fact(rows, "runs on", &proposal.target.place, Role::Strong, columns);
    for (name, value) in &proposal.target.facts {
        fact(rows, name, value, Role::Text, columns);
    }
    if let Some(production) = &proposal.target.production {
        fact(rows, "PRODUCTION", production, Role::Critical, columns);
    }
    if let Frozen::Query { window, step, .. } = &proposal.target.frozen {
        let text = format!("{} to {}, step {step} s", stamp(window.start), stamp(window.end));
        fact(rows, "time range", &CleanText::line(&text), Role::Text, columns);
    }
    rows.push(Line::new());
    rows.extend(text_rows(&proposal.suggestion.text, proposal.suggestion.language, columns));
    rows.push(Line::new());
    why(rows, proposal, columns);
    from_data(rows, proposal, columns);
    because(rows, ctx, proposal, columns);
    if !proposal.suggestion.reason.is_empty() && proposal.suggestion.origin != Origin::Person {
        let name = format!("{} says", proposal.suggestion.origin.word());
        fact(rows, &name, &proposal.suggestion.reason, Role::Dim, columns);
    }
    match &proposal.undo {
        Some(undo) => fact(rows, "undo", undo, Role::Text, columns),
        None if class > crate::domain::Class::Read => fact(rows, "undo", &"none known".into(), Role::Dim, columns),
        None => {}
    }
}

/// What made the class so: the weightiest first, and what is said of many parts said once.
fn why(rows: &mut Vec<Line>, proposal: &Proposal, columns: usize) {
    let mut groups: Vec<(&Reason, usize)> = Vec::new();
    for reason in &proposal.verdict.reasons {
        match groups.iter_mut().find(|(first, _)| first.class == reason.class && first.text == reason.text) {
            Some((_, more)) => *more += 1,
            None => groups.push((reason, 0)),
        }
    }
    groups.sort_by_key(|(reason, _)| std::cmp::Reverse(reason.class));
    for (reason, more) in groups {
        let words = proposal.suggestion.text.get(reason.span.clone()).unwrap_or_default();
        let words = if words.len() <= LONGEST { CleanText::line(words) } else { CleanText::default() };
        let head = match (words.is_empty(), more) {
            (true, 0) => String::new(),
            (true, _) => format!("{} parts: ", more + 1),
            (false, 0) => format!("{words}: "),
            (false, _) => format!("{words} and {more} more parts: "),
        };
        let name = format!("why {}", reason.class.word());
        fact(rows, &name, &CleanText::line(&format!("{head}{}", reason.text)), Role::of(reason.class), columns);
    }
}

/// What stands in evidence and in nothing that a person or the configuration said: the same evidence may want to be
/// obeyed.
fn from_data(rows: &mut Vec<Line>, proposal: &Proposal, columns: usize) {
    for taint in &proposal.taints {
        let text = format!("{} `{}` stands in {} and in nothing you said", taint.kind.word(), taint.token, taint.from);
        fact(rows, "FROM DATA", &CleanText::line(&text), Role::Critical, columns);
    }
}

fn fact(rows: &mut Vec<Line>, name: &str, value: &CleanText, role: Role, columns: usize) {
    for (at, text) in value.as_str().lines().enumerate() {
        let head = if at == 0 { name } else { "" };
        let line = Line::of(format!("{head:<NAMES$}"), Role::Dim).with(text, role);
        rows.extend(line.wrap(columns, NAMES));
    }
}

/// The exact text, each of its lines numbered, wrapped and never cut, hidden characters in plain sight.
fn text_rows(text: &str, language: Language, columns: usize) -> Vec<Line> {
    let kinds = match language {
        Language::Sh => spans(text),
        Language::Promql | Language::Logs => vec![(0..text.len(), SyntaxKind::Text)],
    };
    let mut rows = Vec::new();
    let mut start = 0;
    for (number, line) in text.split('\n').enumerate() {
        let end = start + line.len();
        let mut drawn = Line::of(format!("{:>4}  ", number + 1), Role::Dim);
        for (span, kind) in &kinds {
            let (from, to) = (span.start.max(start), span.end.min(end));
            if from < to {
                for part in reveal(text.get(from..to).unwrap_or_default()) {
                    drawn.push(part.text, if part.hidden { Role::Warning } else { role_of(*kind) });
                }
            }
        }
        rows.extend(drawn.wrap(columns, 6));
        start = end + 1;
    }
    rows
}

fn role_of(kind: SyntaxKind) -> Role {
    match kind {
        SyntaxKind::Command => Role::Strong,
        SyntaxKind::Keyword => Role::Keyword,
        SyntaxKind::Literal => Role::Literal,
        SyntaxKind::Operator | SyntaxKind::Redirect => Role::Operator,
        SyntaxKind::Text => Role::Text,
    }
}

/// The cited raw lines, word for word.
fn because(rows: &mut Vec<Line>, ctx: &Ctx<'_>, proposal: &Proposal, columns: usize) {
    for locator in &proposal.suggestion.because {
        let cited = ctx.stores.evidence.get(locator.id).and_then(|evidence| {
            let lines = evidence.slice(locator)?;
            let more = lines.len().saturating_sub(CITED);
            let mut text = lines.iter().take(CITED).copied().collect::<Vec<_>>().join("\n");
            if more > 0 {
                text.push_str(&format!("\n… {more} more lines in Evidence"));
            }
            Some(CleanText::block(&text))
        });
        let name = locator.to_string();
        match cited {
            Some(text) => fact(rows, &name, &text, Role::Text, columns),
            None => fact(rows, &name, &"cited, but not there".into(), Role::Critical, columns),
        }
    }
}
