//! Draws the card. Its frame, class and buttons are midwatch's own; command text cannot reach them.

use super::{Confirm, Stage};
use crate::actions::Demand;
use crate::app::Ctx;
use crate::domain::Class;
use crate::overlays::{centred, size_of};
use crate::ui::{Area, Canvas, Line, Role, frame};

/// Rows of the card that are not body: the frame, a blank and the buttons.
pub const AROUND: usize = 5;

/// What the card stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// The whole screen, where more cards may follow.
    Screen,
    /// A shell's session: this one command.
    Shell,
}

/// Where the card stands for a screen and a number of body rows.
pub fn place(size: (u16, u16), rows: usize) -> Area {
    let rows = u16::try_from(rows.saturating_add(AROUND)).unwrap_or(u16::MAX);
    centred(size, 100, rows)
}

/// How many rows are not in view.
pub fn more_rows(count: usize) -> String {
    if count == 1 { "1 more row".to_owned() } else { format!("{count} more rows") }
}

impl Confirm {
    /// Draws the card.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
        let area = place(size_of(canvas), self.rows.len() + self.above());
        let mut card = canvas.part(area);
        card.clear();
        let inner = frame::frame(&mut card, &self.title(ctx), &Line::new(), true);
        let mut inside = card.part(Area::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), inner.height));
        for (row, line) in self.head.iter().enumerate() {
            inside.line(row, line);
        }
        let above = self.above();
        for (row, line) in self.rows.iter().skip(self.top).take(self.height).enumerate() {
            inside.line(above + row, line);
        }
        let bottom = above + self.height;
        let below = self.rows.len().saturating_sub(self.top + self.height);
        if below > 0 {
            inside.line(bottom, &Line::of(format!("… {}: j or space", more_rows(below)), Role::Warning));
        }
        inside.line(bottom + 1, &self.buttons(Around::Screen));
        let preview = if self.has_fresh_preview(ctx) { "  p preview" } else { "" };
        let keys = format!("Esc closes  e edit  c copy  w why not{preview}");
        inside.line(bottom + 2, &Line::of(keys, Role::Dim));
    }

    /// Its name and class.
    pub fn title(&self, ctx: &Ctx<'_>) -> Line {
        let class =
            self.ids.iter().filter_map(|id| Some(ctx.proposal(*id)?.verdict.class)).max().unwrap_or(Class::Opaque);
        let ids: Vec<String> = self.ids.iter().map(ToString::to_string).collect();
        Line::of(format!("Confirm {} ", ids.join(" ")), Role::Strong).with(class.word(), Role::of(class))
    }

    /// What can be done with it, and how far that is.
    pub fn buttons(&self, around: Around) -> Line {
        let mut line = Line::new();
        let reject = self.stage == Stage::Reject;
        line.push(if reject { "[▌Reject ]" } else { "[ Reject ]" }, if reject { Role::Focus } else { Role::Dim });
        line.push("   ", Role::Text);
        match (&self.demand, &self.stage) {
            (Demand::Never { why }, _) if self.ids.len() > 1 => line.push(why.clone(), Role::Critical),
            (Demand::Never { .. }, _) => line.push("cannot run, for the reason above", Role::Critical),
            (_, _) if !self.end_seen => line.push("Run is offered after the end was shown", Role::Warning),
            (Demand::Enter, Stage::Run) => line.push("[▌Run ]  Enter runs", Role::Focus),
            (Demand::Enter, Stage::RunOn) => {
                line.push("[▌Run ]  Enter runs; reads like it need no card for a while", Role::Focus)
            }
            (Demand::Enter, _) if self.scope.is_some() && around == Around::Screen => {
                line.push("[ Run ]  Tab, then Enter; A, then Enter: ask no more", Role::Text)
            }
            (Demand::Enter, _) => line.push("[ Run ]  Tab, then Enter", Role::Text),
            (Demand::YThenEnter, Stage::Armed) => line.push("[▌Run ]  Enter runs", Role::Focus),
            (Demand::YThenEnter, _) => line.push("Run: y, then Enter", Role::Text),
            (Demand::TypeWords { words }, Stage::Typing(done, word)) => {
                let wanted = words.get(done.len()).map(String::as_str).unwrap_or_default();
                line.push(format!("type {wanted} : "), Role::Text);
                line.push(format!("{word}▏"), Role::Focus);
            }
            (Demand::TypeWords { words }, _) => {
                line.push(format!("Run: Tab, then type {}", words.join(", then ")), Role::Text)
            }
        }
        line
    }
}
