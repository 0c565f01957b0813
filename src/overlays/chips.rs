//! The terms of the log pane's filter, one a row: to edit one or to drop it.

use super::{centred, padded, size_of};
use crate::app::msg::Sift;
use crate::app::{Ctx, Intent};
use crate::ui::key::{Code, Key};
use crate::ui::{Canvas, Line, Role, frame};

/// State of the list.
#[derive(Default)]
pub struct Chips {
    selected: usize,
}

impl Chips {
    /// A key.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        let last = ctx.stores.records.filter().chips().len().checked_sub(1);
        let at = last.map(|last| self.selected.min(last));
        match (key.code, at) {
            (Code::Down | Code::Char('j'), _) => self.selected = (self.selected + 1).min(last.unwrap_or(0)),
            (Code::Up | Code::Char('k'), _) => self.selected = self.selected.saturating_sub(1),
            (Code::Enter | Code::Char('e'), Some(at)) => return vec![Intent::Sift(Sift::Edit(at))],
            (Code::Char('x' | 'd') | Code::Delete, Some(at)) => {
                self.selected = at.saturating_sub(usize::from(Some(at) == last));
                return vec![Intent::Sift(Sift::Drop(at))];
            }
            (Code::Char('y'), Some(at)) => {
                let chip = ctx.stores.records.filter().chips().get(at).map(|chip| chip.as_str().to_owned());
                return chip.map(Intent::Copy).into_iter().collect();
            }
            _ => return vec![Intent::Close],
        }
        Vec::new()
    }

    /// Draws the list.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
        let chips = ctx.stores.records.filter().chips();
        let area = centred(size_of(canvas), 76, u16::try_from(chips.len().max(1) + 2).unwrap_or(u16::MAX));
        let mut part = canvas.part(area);
        part.clear();
        let inner = frame::frame(&mut part, &Line::of("Filters", Role::Strong), &Line::new(), true);
        let mut inside = part.part(padded(inner));
        if chips.is_empty() {
            inside.line(0, &Line::of("no filter: f writes one, - one that must not hold", Role::Dim));
        }
        let room = inside.height();
        let selected = self.selected.min(chips.len().saturating_sub(1));
        let first = (selected + 1).saturating_sub(room);
        for (row, (at, chip)) in chips.iter().enumerate().skip(first).take(room).enumerate() {
            let (word, role) =
                if chip.starts_with('-') { ("without ", Role::Warning) } else { ("only    ", Role::Good) };
            inside.line(row, &Line::of(word, role).with(chip.clone(), Role::Chip));
            if at == selected {
                inside.tint(row, Role::Selected);
            }
        }
    }
}
