//! The rows of the card: where it runs, the whole text, why it has its class, what it rests on, how to undo it.

use super::{aids, paint, target};
use crate::actions::Demand;
use crate::app::Ctx;
use crate::domain::{CleanText, Language, Origin, Preview, Proposal, ProposalId, Reason};
use crate::ui::reveal;
use crate::ui::{Line, Role};

/// Columns of the names on the left.
const NAMES: usize = 16;
/// Longest part of the text that is repeated beside its reason, in bytes.
const LONGEST: usize = 60;
/// Cited lines shown per citation.
const CITED: usize = 3;
/// Columns of the numbers beside the command's lines.
const NUMBERS: usize = 6;

/// The rows of a card.
pub struct Rows {
    /// Why it is back, and where it runs: these stand still at the top, where no command text can reach.
    pub head: Vec<Line>,
    /// Everything else; it scrolls.
    pub body: Vec<Line>,
}

/// All rows for a width. `previews` are those that the card offers.
pub fn rows(
    ctx: &Ctx<'_>,
    ids: &[ProposalId],
    previews: &[(ProposalId, Preview)],
    note: Option<&CleanText>,
    columns: usize,
) -> Rows {
    let (mut head, mut body) = (Vec::new(), Vec::new());
    if let Some(note) = note {
        fact(&mut head, "CHANGED", note, Role::Critical, columns);
    }
    let proposals: Vec<&Proposal> = ids.iter().filter_map(|id| ctx.proposal(*id)).collect();
    if let [one] = proposals.as_slice() {
        target::rows(&mut head, one, columns);
    }
    for (at, proposal) in proposals.iter().enumerate() {
        if at > 0 {
            body.push(Line::new());
        }
        if proposals.len() > 1 {
            let class = proposal.verdict.class;
            body.push(Line::of(format!("{} ", proposal.id), Role::Strong).with(class.word(), Role::of(class)));
            target::rows(&mut body, proposal, columns);
            body.push(Line::new());
        }
        one(&mut body, ctx, proposal, previews, columns);
    }
    Rows { head, body }
}

fn one(rows: &mut Vec<Line>, ctx: &Ctx<'_>, proposal: &Proposal, previews: &[(ProposalId, Preview)], columns: usize) {
    if let Demand::Never { why } = ctx.gate.demand(proposal) {
        fact(rows, "CANNOT RUN", &why, Role::Critical, columns);
        rows.push(Line::new());
    }
    rows.extend(text_rows(&proposal.suggestion.text, proposal.suggestion.language, columns));
    rows.push(Line::new());
    aids::runs_as(rows, proposal, columns);
    why(rows, proposal, columns);
    // What forbids it stands at the top already.
    let said = |rule: &CleanText| matches!(ctx.gate.demand(proposal), Demand::Never { why } if why == *rule);
    if let Some(rule) = ctx.gate.ruling(proposal).line().filter(|rule| !said(rule)) {
        fact(rows, "policy", &rule, Role::Warning, columns);
    }
    from_data(rows, proposal, columns);
    because(rows, ctx, proposal, columns);
    if !proposal.suggestion.reason.is_empty() && proposal.suggestion.origin != Origin::Person {
        let name = format!("{} says", proposal.suggestion.origin.word());
        fact(rows, &name, &proposal.suggestion.reason, Role::Dim, columns);
    }
    aids::previews(rows, ctx, proposal.id, previews, columns);
    match &proposal.undo {
        Some(undo) => fact(rows, "undo", undo, Role::Text, columns),
        None if proposal.verdict.class > crate::domain::Class::Read => {
            fact(rows, "undo", &"none known".into(), Role::Dim, columns);
        }
        None => {}
    }
    aids::then_watch(rows, ctx, proposal, columns);
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
/// obeyed. A part of what is named anyway, as the host of an address, gets no row of its own.
fn from_data(rows: &mut Vec<Line>, proposal: &Proposal, columns: usize) {
    let taints = &proposal.taints;
    let is_part = |at: usize| {
        let one = &taints[at];
        taints.iter().enumerate().any(|(other_at, other)| {
            let longer = other.token.len() > one.token.len() || (other.token == one.token && other_at < at);
            longer && other.from == one.from && other.token.contains(one.token.as_str())
        })
    };
    for taint in (0..taints.len()).filter(|at| !is_part(*at)).map(|at| &taints[at]) {
        let text = format!("{} `{}`: in {} and in nothing you said", taint.kind.word(), taint.token, taint.from);
        fact(rows, "FROM DATA", &CleanText::line(&text), Role::Critical, columns);
    }
}

/// A named fact, each of its lines wrapped beside its name.
pub fn fact(rows: &mut Vec<Line>, name: &str, value: &CleanText, role: Role, columns: usize) {
    for (at, text) in value.as_str().lines().enumerate() {
        let head = if at == 0 { name } else { "" };
        let line = Line::of(format!("{head:<NAMES$}"), Role::Dim).with(text, role);
        rows.extend(line.wrap(columns, NAMES));
    }
}

/// The exact text, each of its lines numbered, wrapped and never cut, hidden characters in plain sight.
fn text_rows(text: &str, language: Language, columns: usize) -> Vec<Line> {
    let roles = paint::roles(text, language);
    let role = |at: usize| {
        let after = roles.partition_point(|(span, _)| span.end <= at);
        roles.get(after).filter(|(span, _)| span.contains(&at)).map_or(Role::Text, |(_, role)| *role)
    };
    let shown = reveal::rows(text, columns.saturating_sub(NUMBERS), &role);
    let numbered = shown.into_iter().map(|row| {
        let number = row.number.map(|number| number.to_string()).unwrap_or_default();
        let mut line = Line::of(format!("{number:>4}  "), Role::Dim);
        line.append(row.line);
        line
    });
    numbered.collect()
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
