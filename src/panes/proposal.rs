//! A proposal in one line, as lists of them show it.

use crate::app::Ctx;
use crate::domain::Proposal;
use crate::ui::{Line, Role};

/// A proposal in one line: number, class, text, where it stands.
pub fn proposal_line(ctx: &Ctx<'_>, proposal: &Proposal) -> Line {
    let class = proposal.verdict.class;
    let mut line = Line::of(format!("{:<4}", proposal.id), Role::Strong);
    line.push(format!("{:<6} ", class.word()), Role::of(class));
    if proposal.is_running() || !proposal.is_waiting() {
        line.push(format!("{} · ", proposal.state_words(ctx.now)), Role::Dim);
    }
    line.push(proposal.one_line(), Role::Text);
    line
}
