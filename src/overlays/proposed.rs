//! The list of proposals: what waits for a decision, what runs, what was decided.

use super::{centred, padded, size_of};
use crate::app::{Ctx, Intent};
use crate::domain::{CleanText, Proposal};
use crate::panes::proposal::proposal_line;
use crate::ui::key::{Code, Key};
use crate::ui::{Canvas, Line, Role, frame};

/// State of the list.
#[derive(Default)]
pub struct Proposed {
    selected: usize,
}

/// Proposals in the order of the list: waiting and running first, then the newest decided.
pub fn ordered<'a>(ctx: &Ctx<'a>) -> Vec<&'a Proposal> {
    let (mut open, decided): (Vec<_>, Vec<_>) = ctx.proposals.iter().partition(|p| p.is_waiting() || p.is_running());
    open.extend(decided.into_iter().rev());
    open
}

impl Proposed {
    /// A key.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        let list = ordered(ctx);
        let at = list.get(self.selected);
        match key.code {
            Code::Esc | Code::Char('q') | Code::Char('p') => return vec![Intent::Close],
            Code::Down | Code::Char('j') => self.selected = (self.selected + 1).min(list.len().saturating_sub(1)),
            Code::Up | Code::Char('k') => self.selected = self.selected.saturating_sub(1),
            Code::Enter => return at.map(|proposal| go_in(proposal)).unwrap_or_default(),
            Code::Char('e') => return at.map(|proposal| vec![Intent::Edit(proposal.id)]).unwrap_or_default(),
            Code::Char('x') => {
                return at
                    .map(|proposal| vec![Intent::Reject(vec![proposal.id], CleanText::default())])
                    .unwrap_or_default();
            }
            Code::Char('c') => {
                return at.map(|proposal| vec![Intent::Copy(proposal.suggestion.text.clone())]).unwrap_or_default();
            }
            Code::Char('R') => {
                let reads: Vec<_> = list
                    .iter()
                    .filter(|p| p.is_waiting() && p.verdict.class == crate::domain::Class::Read)
                    .map(|p| p.id)
                    .collect();
                return if reads.is_empty() { Vec::new() } else { vec![Intent::Review(reads)] };
            }
            _ => {}
        }
        Vec::new()
    }

    /// Draws the list.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
        let list = ordered(ctx);
        let area = centred(size_of(canvas), 100, u16::try_from(list.len().max(1) + 3).unwrap_or(u16::MAX));
        let mut part = canvas.part(area);
        part.clear();
        let inner = frame::frame(&mut part, &Line::of("Proposed", Role::Strong), &Line::new(), true);
        let mut inside = part.part(padded(inner));
        if list.is_empty() {
            inside.line(0, &Line::of("nothing was proposed yet", Role::Dim));
        }
        let room = inside.height().saturating_sub(1);
        let first = (self.selected + 1).saturating_sub(room);
        for (row, (at, proposal)) in list.iter().enumerate().skip(first).take(room).enumerate() {
            inside.line(row, &proposal_line(ctx, proposal));
            if at == self.selected {
                inside.tint(row, Role::Selected);
            }
        }
        inside.line(
            room,
            &Line::of("Enter review · R all reads on one card · e edit · x reject · c copy · Esc", Role::Dim),
        );
    }
}

/// Enter: a waiting one opens its card, a running one its output, a decided one its evidence.
fn go_in(proposal: &Proposal) -> Vec<Intent> {
    if proposal.is_waiting() {
        return vec![Intent::Review(vec![proposal.id])];
    }
    if proposal.is_running() {
        return vec![Intent::Close, Intent::Watch(proposal.id)];
    }
    vec![Intent::Close, Intent::Select(crate::app::Selection::Proposal(proposal.id))]
}
