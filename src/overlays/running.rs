//! A run with its output as it comes. Esc stops it and everything it started; Enter leaves it in the background.

use super::help::{draw_text, scroll_text};
use super::{centred, size_of};
use crate::app::{Ctx, Intent};
use crate::domain::{Proposal, ProposalId};
use crate::ui::key::{Code, Key};
use crate::ui::list::{Scroll, Step};
use crate::ui::{Canvas, Line, Role};

/// State of the view.
pub struct Running {
    /// Whose run.
    pub id: ProposalId,
    scroll: Scroll,
    follow: bool,
    height: usize,
    lines: usize,
}

impl Running {
    /// The run of a proposal.
    pub fn of(id: ProposalId) -> Self {
        Self { id, scroll: Scroll::top(), follow: true, height: 0, lines: 0 }
    }

    /// A key.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        let runs = ctx.proposal(self.id).is_some_and(Proposal::is_running);
        let step = match key.code {
            Code::Esc if runs => return vec![Intent::Stop(self.id)],
            Code::Esc | Code::Enter | Code::Char('q') => return vec![Intent::Close],
            Code::Down | Code::Char('j') => Step::Down,
            Code::Up | Code::Char('k') => Step::Up,
            Code::PageDown => Step::PageDown,
            Code::PageUp => Step::PageUp,
            Code::Home | Code::Char('g') => Step::Home,
            Code::End | Code::Char('G') => Step::End,
            Code::Char('y') => {
                let text = ctx.outputs.get(self.id).map(|output| output.text.clone()).unwrap_or_default();
                return vec![Intent::Copy(text)];
            }
            _ => return Vec::new(),
        };
        self.follow = step == Step::End;
        scroll_text(&mut self.scroll, step, self.lines, self.height);
        Vec::new()
    }

    /// Fits the output to the screen.
    pub fn settle(&mut self, ctx: &Ctx<'_>, size: (u16, u16)) {
        self.height = usize::from(size.1).saturating_sub(6);
        self.lines = output(ctx, self.id).len();
        if self.follow {
            scroll_text(&mut self.scroll, Step::End, self.lines, self.height);
        }
    }

    /// Draws the view.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
        let Some(proposal) = ctx.proposal(self.id) else { return };
        let class = proposal.verdict.class;
        let mut title = Line::of(format!("{} ", self.id), Role::Strong);
        title.push(format!("{} ", class.word()), Role::of(class));
        title.push(proposal.one_line(), Role::Text);
        let mut lines: Vec<Line> = output(ctx, self.id)
            .iter()
            .skip(self.scroll.offset())
            .take(self.height)
            .map(|text| Line::of(*text, Role::Text))
            .collect();
        lines.push(Line::new());
        let words = proposal.state_words(ctx.now);
        let keys = if proposal.is_running() { "Esc stops it, Enter leaves it running" } else { "Enter or Esc closes" };
        let role = match (proposal.is_running(), proposal.has_succeeded()) {
            (true, _) => Role::Warning,
            (false, true) => Role::Good,
            (false, false) => Role::Critical,
        };
        let cut = ctx.outputs.get(self.id).map_or(0, |output| output.cut);
        let cut = if cut > 0 { format!(" · {cut} bytes cut") } else { String::new() };
        lines.push(Line::of(format!("{words}{cut}"), role).with(format!(" · {keys}"), Role::Dim));
        let rows = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
        let area = centred(size_of(canvas), 110, rows.max(8));
        draw_text(canvas, area, title, &lines, 0);
    }
}

fn output<'a>(ctx: &Ctx<'a>, id: ProposalId) -> Vec<&'a str> {
    ctx.outputs.get(id).map(|output| output.text.lines().collect()).unwrap_or_default()
}
