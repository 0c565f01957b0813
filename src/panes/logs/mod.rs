//! Pane 2: log records of all files and sources, merged by time, filtered by chips, searched while typing; or their
//! patterns. The desk holds the records: the pane knows what it wants to see, and draws the page that came.

mod input;
mod patterns;
mod place;
mod row;
mod story;
mod strip;
mod typing;
mod view;
mod wants;

use crate::app::keymap::{Action, Motion};
use crate::app::msg::Sift;
use crate::app::{Ctx, Intent, Selection};
use crate::domain::{RecordId, RecordKey, Timestamp};
use crate::logs::Anchor;
use crate::panes::step_of;
use crate::store::Filter;
use crate::ui::Area;
use crate::ui::line::width;

use patterns::Patterns;
use place::Place;
use typing::{Before, History, Kind, Search, Typing};

/// Columns the services may take.
const SERVICE: usize = 12;
/// Columns a long line moves by a key.
const SIDEWAYS: usize = 16;
/// Rows of the pane from which on one is spent on the density of records over time.
const STRIP_FROM: usize = 8;

/// What the pane lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Records.
    #[default]
    Lines,
    /// Patterns of records.
    Patterns,
}

/// Which time the pane looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// The window that all panes share.
    #[default]
    Shared,
    /// All there is.
    All,
}

/// State of the pane.
#[derive(Default)]
pub struct Logs {
    mode: Mode,
    span: Span,
    filter: Filter,
    search: Option<Search>,
    place: Place,
    patterns: Patterns,
    typing: Option<Typing>,
    history: History,
    /// While paused: the newest record that is shown.
    frozen: Option<RecordKey>,
    /// Columns that long lines are moved to the left.
    left: usize,
    wrapped: bool,
    /// Rows of the list.
    height: usize,
    width: usize,
    /// Rows of the whole pane.
    rows: usize,
    /// Columns of the services: as many as were ever needed, so that rows do not shift to and fro.
    services: usize,
}

impl Logs {
    /// The filter as it could be typed.
    pub fn filter_text(&self) -> String {
        self.filter.to_text()
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Which records a person looks at, for a comparison with others: the filter's and, among patterns, the selected one's.
    pub fn suspects(&self, ctx: &Ctx<'_>) -> Filter {
        let pattern = self.patterns.selected(&ctx.stores.records.patterns).filter(|_| self.mode == Mode::Patterns);
        let only = pattern.and_then(|row| Filter::equals("pattern", &row.id.to_string()).ok());
        only.map_or_else(|| self.filter.clone(), |only| self.filter.and(&only))
    }

    /// Shows only what passes the filter.
    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.place.stay(self.height);
    }

    /// Looks at this much time.
    pub fn set_span(&mut self, span: Span) {
        self.span = span;
        self.place.stay(self.height);
    }

    /// Which time is looked at.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Holds the view at the newest record there is, or lets it go on.
    pub fn pause(&mut self, paused: bool, ctx: &Ctx<'_>) {
        let page = &ctx.stores.records.page;
        let end = page.extent.map(|extent| RecordKey { at: extent.end, id: RecordId(u64::MAX) });
        let shown = page.rows.last().map(|row| row.key);
        self.frozen = if paused { end.max(shown) } else { None };
    }

    /// Fits the list to its place and the data.
    pub fn settle(&mut self, ctx: &Ctx<'_>, inner: Area) {
        (self.rows, self.width) = (usize::from(inner.height), usize::from(inner.width));
        let foot = 1 + usize::from(self.has_strip()) + self.typing.as_ref().map_or(0, |_| 2);
        self.height = self.rows.saturating_sub(foot);
        let page = &ctx.stores.records.page;
        let shown = page.rows.get(self.place.visible(page, self.height)).unwrap_or_default();
        let widest = shown.iter().map(|row| width(&row.record.service)).max().unwrap_or(0);
        self.services = self.services.max(widest.min(SERVICE)).max(4);
        self.patterns.settle(&ctx.stores.records.patterns, self.height);
    }

    fn has_strip(&self) -> bool {
        self.rows >= STRIP_FROM
    }

    /// A page came that answers the last question; whether the cursor went somewhere by it.
    pub fn on_page(&mut self, ctx: &Ctx<'_>) -> bool {
        let (jumping, before) = (self.place.is_jumping(), self.place.selected());
        self.place.on_page(&ctx.stores.records.page, self.height);
        let arrived = jumping && !self.place.is_jumping();
        if let Some(origin) = self.typing.as_ref().and_then(Typing::origin)
            && arrived
            && self.place.selected() == before
            && ctx.stores.records.page.hits.is_none_or(|hits| hits.count == 0)
        {
            // What is typed finds nothing: back to where the search began.
            self.place = origin.clone();
        }
        arrived
    }

    /// An action of the key table.
    pub fn on_action(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        match self.mode {
            Mode::Lines => self.on_lines(action, ctx),
            Mode::Patterns => self.on_patterns(action, ctx),
        }
    }

    fn on_lines(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        let page = &ctx.stores.records.page;
        match action {
            Action::Move(Motion::Left) => self.left = self.left.saturating_sub(SIDEWAYS),
            Action::Move(Motion::Right) => self.left = (self.left + SIDEWAYS).min(self.longest(ctx)),
            Action::Move(motion) => {
                let step = step_of(motion)?;
                self.place.step(step, page, self.height);
                return Some(if self.place.is_jumping() { Vec::new() } else { self.select(ctx) });
            }
            Action::Open => {
                self.place.hold(page, self.height);
                let mut intents = self.select(ctx);
                if let Some(Selection::Log(key)) = self.selection(ctx) {
                    intents.push(Intent::Open(key));
                }
                return Some(intents);
            }
            Action::FilterByService => {
                let service = page.rows.get(self.place.cursor(page)?)?.record.service.clone();
                return Some(vec![Intent::Sift(Sift::only("service", &service))]);
            }
            Action::Related => {
                let record = &page.rows.get(self.place.cursor(page)?)?.record;
                return Some(vec![Intent::Sift(Sift::related(record)?)]);
            }
            Action::Wrap => {
                self.wrapped = !self.wrapped;
                self.left = 0;
            }
            Action::Patterns => {
                let pattern = self.place.selected().and_then(|key| ctx.stores.records.find(key)?.pattern);
                self.mode = Mode::Patterns;
                self.patterns.go_to(pattern);
            }
            Action::News => {
                self.patterns.news(self.time_of(ctx));
                self.mode = Mode::Patterns;
            }
            action => return self.on_either(action, ctx),
        }
        Some(Vec::new())
    }

    fn on_patterns(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        let page = &ctx.stores.records.patterns;
        match action {
            Action::Move(motion) => self.patterns.step(step_of(motion)?, page),
            Action::Patterns | Action::Cancel => self.mode = Mode::Lines,
            Action::News if self.patterns.is_news() => self.mode = Mode::Lines,
            Action::News => self.patterns.news(self.time_of(ctx)),
            Action::Order => self.patterns.next_order(self.time_of(ctx)),
            Action::Open => {
                let id = self.patterns.selected(page)?.id;
                self.mode = Mode::Lines;
                return Some(vec![Intent::Sift(Sift::only("pattern", &id.to_string()))]);
            }
            Action::Copy => {
                let text = self.patterns.selected(page)?.template.as_str().to_owned();
                return Some(vec![Intent::Copy(text)]);
            }
            Action::Wrap | Action::FilterByService | Action::Related => {}
            action => return self.on_either(action, ctx),
        }
        Some(Vec::new())
    }

    fn on_either(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        match action {
            Action::Filter => {
                let text = self.filter_text();
                self.type_in(Kind::Filter, &if text.is_empty() { text } else { text + " " });
            }
            Action::Exclude => {
                let text = format!("{} -", self.filter_text());
                self.type_in(Kind::Filter, text.trim_start());
            }
            Action::DropChip => {
                let chips = self.filter.chips().len();
                if chips > 0 {
                    self.set_filter(self.filter.without(chips - 1));
                }
            }
            Action::AllTime => {
                self.place.hold(&ctx.stores.records.page, self.height);
                self.set_span(if self.span == Span::All { Span::Shared } else { Span::All });
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    /// The time of the record the cursor is on, if a person went to one.
    fn time_of(&self, ctx: &Ctx<'_>) -> Option<Timestamp> {
        let begun = ctx.incident.map(|incident| incident.started_at);
        begun.or_else(|| self.place.selected().map(|key| key.at))
    }

    /// Shows the records, at this one.
    pub fn go_to(&mut self, key: RecordKey, ctx: &Ctx<'_>) {
        self.mode = Mode::Lines;
        self.place.select(key, &ctx.stores.records.page, self.height);
    }

    /// Shows the records, at this time.
    pub fn go_to_time(&mut self, at: Timestamp) {
        self.mode = Mode::Lines;
        self.place.jump(Anchor::Time(at));
    }

    /// How far the longest line in view reaches beyond the columns it has.
    fn longest(&self, ctx: &Ctx<'_>) -> usize {
        let page = &ctx.stores.records.page;
        let shown = page.rows.get(self.place.visible(page, self.height)).unwrap_or_default();
        let longest = shown.iter().map(|row| width(&row.record.body)).max().unwrap_or(0);
        longest.saturating_sub(self.width / 2)
    }

    fn select(&self, ctx: &Ctx<'_>) -> Vec<Intent> {
        self.selection(ctx).map(Intent::Select).into_iter().collect()
    }

    /// The selected record.
    pub fn selection(&self, ctx: &Ctx<'_>) -> Option<Selection> {
        let page = &ctx.stores.records.page;
        match self.mode {
            Mode::Lines => page.rows.get(self.place.cursor(page)?).map(|row| Selection::Log(row.key)),
            Mode::Patterns => None,
        }
    }

    /// What Esc brings back.
    fn before(&self) -> Before {
        Before { filter: self.filter.clone(), search: self.search.clone(), place: self.place.clone() }
    }
}
