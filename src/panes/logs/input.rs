//! Search and filter while typing, and the steps from hit to hit.

use super::typing::{Before, Kind, Search, Typed, Typing};
use super::{Logs, Mode};
use crate::app::{Ctx, Intent};
use crate::logs::Anchor;
use crate::store::Filter;
use crate::ui::key::Key;

impl Logs {
    /// Whether text is being typed here.
    pub fn is_typing(&self) -> bool {
        self.typing.is_some()
    }

    /// What is being typed.
    pub(super) fn typing(&self) -> Option<&Typing> {
        self.typing.as_ref()
    }

    /// Begins a search.
    pub fn type_search(&mut self) {
        self.mode = Mode::Lines;
        self.type_in(Kind::Search, "");
    }

    /// Begins to type.
    pub(super) fn type_in(&mut self, kind: Kind, text: &str) {
        self.typing = Some(Typing::new(kind, text, self.before()));
    }

    /// Remembers the filter, before another takes its place.
    pub fn remember_filter(&mut self) {
        self.history.keep(Kind::Filter, &self.filter.to_text());
    }

    /// Takes one chip of the filter back into the input.
    pub fn edit_chip(&mut self, at: usize) {
        if let Some(chip) = self.filter.chips().get(at).cloned() {
            self.type_in(Kind::Chip(at), &chip);
        }
    }

    /// A key while text is being typed.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        let Some(mut typing) = self.typing.take() else { return Vec::new() };
        let typed = typing.key(key, &self.history);
        self.after(typing, typed, ctx)
    }

    /// Pasted text.
    pub fn on_paste(&mut self, text: &str, ctx: &Ctx<'_>) {
        let Some(mut typing) = self.typing.take() else { return };
        let typed = typing.paste(text);
        // A paste keeps nothing and leaves nothing, so there is nothing to answer.
        drop(self.after(typing, typed, ctx));
    }

    /// Leaves the input as Esc does.
    pub fn stop_typing(&mut self) {
        if let Some(typing) = self.typing.take() {
            self.restore(typing.before);
        }
    }

    fn after(&mut self, mut typing: Typing, typed: Typed, ctx: &Ctx<'_>) -> Vec<Intent> {
        match typed {
            Typed::Nothing => self.typing = Some(typing),
            Typed::Left => self.restore(typing.before),
            Typed::Changed => {
                self.try_out(&mut typing);
                self.typing = Some(typing);
            }
            Typed::Kept => {
                let text = typing.text();
                self.try_out(&mut typing);
                if typing.error.is_some() {
                    self.typing = Some(typing);
                    return Vec::new();
                }
                self.history.keep(typing.kind, text.trim());
                return self.select(ctx);
            }
        }
        Vec::new()
    }

    /// Shows what the text would come to; a text that is no filter changes nothing.
    fn try_out(&mut self, typing: &mut Typing) {
        let Some(filter) = typing.filter() else { return };
        match typing.kind {
            Kind::Search => self.try_search(typing, filter),
            Kind::Filter => self.show_filter(filter),
            Kind::Chip(at) => {
                let mut chips: Vec<_> = typing.before.filter.chips().iter().map(ToString::to_string).collect();
                if let Some(chip) = chips.get_mut(at) {
                    *chip = filter.to_text();
                }
                // Chips read back as what they are, so only their number can be too large.
                if let Ok(filter) = Filter::parse(&chips.join(" ")) {
                    self.show_filter(filter);
                }
            }
        }
    }

    fn show_filter(&mut self, filter: Filter) {
        if filter != self.filter {
            self.set_filter(filter);
        }
    }

    /// Goes to the first hit from where the search began: the newest for a list that follows, else the next.
    fn try_search(&mut self, typing: &Typing, filter: Filter) {
        if self.search.as_ref().is_some_and(|search| search.filter == filter) && !filter.is_empty() {
            return;
        }
        if filter.is_empty() {
            (self.search, self.place) = (None, typing.before.place.clone());
            return;
        }
        self.search = Some(Search { text: typing.text().trim().to_owned(), filter });
        let from = typing.before.place.selected();
        self.place.jump(Anchor::Hit { from, forward: from.is_some() });
    }

    fn restore(&mut self, before: Before) {
        let Before { filter, search, place } = before;
        (self.filter, self.search, self.place) = (filter, search, place);
    }

    /// Ends the search; whether there was one.
    pub fn clear_search(&mut self) -> bool {
        self.search.take().is_some()
    }

    /// Whether there is a search.
    pub fn has_search(&self) -> bool {
        self.search.is_some()
    }

    /// Goes to the next (newer) or previous (older) hit, around the ends; `None` without a search.
    pub fn search_step(&mut self, forward: bool, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        self.search.as_ref()?;
        self.mode = Mode::Lines;
        let page = &ctx.stores.records.page;
        let from = page.rows.get(self.place.cursor(page)?).map(|row| row.key);
        self.place.jump(Anchor::Hit { from, forward });
        Some(Vec::new())
    }
}
