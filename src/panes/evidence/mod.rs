//! Pane 5: the raw text behind whatever is selected in another pane, with the cited lines highlighted.

mod view;

use crate::app::handlers::show::{self, Shown};
use crate::app::keymap::Action;
use crate::app::{Ctx, Intent, Selection};
use crate::panes::search::Search;
use crate::panes::step_of;
use crate::ui::Area;
use crate::ui::list::Scroll;

/// State of the pane.
#[derive(Default)]
pub struct Evidence {
    scroll: Scroll,
    search: Option<Search>,
    /// Set when something else was selected: the cited lines come into view at the next chance.
    fresh: bool,
    height: usize,
    lines: usize,
}

impl Evidence {
    /// Something else is shown.
    pub fn reset(&mut self, selection: &Selection) {
        self.scroll = if matches!(selection, Selection::Proposal(_)) { Scroll::tail() } else { Scroll::top() };
        self.fresh = true;
    }

    /// Fits the text to its place.
    pub fn settle(&mut self, ctx: &Ctx<'_>, inner: Area) {
        let shown = ctx.selection.and_then(|selection| show::shown(ctx, selection));
        let foot = shown.as_ref().map_or(0, |shown| view::foot_rows(shown, inner.height));
        self.height = usize::from(inner.height).saturating_sub(foot);
        self.lines = shown.as_ref().map_or(0, |shown| shown.text.as_str().lines().count());
        if self.fresh {
            self.fresh = false;
            if let Some((first, last)) = shown.and_then(|shown| shown.cited) {
                self.scroll.select((last as usize).saturating_sub(1), self.lines, self.height);
                self.scroll.select((first as usize).saturating_sub(1), self.lines, self.height);
            }
        }
        self.scroll.grown(self.lines, self.height);
    }

    /// An action of the key table.
    pub fn on_action(&mut self, action: Action, _ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        match action {
            Action::Move(motion) => {
                self.scroll.step(step_of(motion)?, self.lines, self.height);
                Some(Vec::new())
            }
            _ => None,
        }
    }

    /// Starts a search, or ends it with an empty text.
    pub fn search(&mut self, text: &str) {
        self.search = Search::new(text);
    }

    /// Ends the search; whether there was one.
    pub fn clear_search(&mut self) -> bool {
        self.search.take().is_some()
    }

    /// Goes to the next or previous line with a hit, around the ends.
    pub fn search_step(&mut self, forward: bool, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        let search = self.search.clone()?;
        let Shown { text, .. } = show::shown(ctx, ctx.selection?)?;
        let lines: Vec<&str> = text.as_str().lines().collect();
        let here = self.scroll.selected();
        let hit = (1..=lines.len())
            .map(|by| if forward { (here + by) % lines.len() } else { (here + lines.len() - by) % lines.len() })
            .find(|at| search.is_in(lines[*at]))?;
        self.scroll.select(hit, lines.len(), self.height);
        Some(Vec::new())
    }
}
