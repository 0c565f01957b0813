//! Pane 2: log records of all sources, merged by time, filtered by chips, searched with n and N.

mod search;
mod view;

use crate::app::keymap::Action;
use crate::app::{Ctx, Intent, Selection};
use crate::domain::{LogRecord, RecordKey, TimeWindow};
use crate::panes::search::Search;
use crate::panes::step_of;
use crate::store::{Filter, Keys, LogStore, LogView, Progress};
use crate::ui::Area;
use crate::ui::line::width;
use crate::ui::list::{Scroll, Step};

/// Records looked at per message while a filter is being applied; keeps a key press under a frame.
const SLICE: usize = 20_000;

/// Columns the services may take.
const SERVICE: usize = 10;

/// State of the pane.
pub struct Logs {
    view: LogView,
    progress: Progress,
    /// The selected record; `None` follows the newest.
    selected: Option<RecordKey>,
    /// The record in the first row, so that the view stands still while others arrive above it.
    first: Option<RecordKey>,
    /// While paused: the newest record that is shown.
    frozen: Option<RecordKey>,
    search: Option<Search>,
    height: usize,
    /// Columns of the services: as many as were ever needed, so that rows do not shift to and fro.
    services: usize,
}

impl Default for Logs {
    fn default() -> Self {
        Self {
            view: LogView::new(Filter::default()),
            progress: Progress::Done,
            selected: None,
            first: None,
            frozen: None,
            search: None,
            height: 0,
            services: 4,
        }
    }
}

impl Logs {
    /// A record came in.
    pub fn on_insert(&mut self, record: &LogRecord) {
        self.view.on_insert(record);
    }

    /// Old records left the store.
    pub fn on_evict(&mut self, first: Option<RecordKey>) {
        self.view.on_evict(first);
    }

    /// The filter as it could be typed.
    pub fn filter_text(&self) -> String {
        self.view.filter().to_text()
    }

    /// Shows only what passes the filter.
    pub fn set_filter(&mut self, filter: Filter) {
        self.view.set_filter(filter);
        self.first = None;
    }

    /// Holds the view at the newest record, or lets it go on.
    pub fn pause(&mut self, paused: bool, logs: &LogStore) {
        let newest = logs.len().checked_sub(1).and_then(|last| logs.at_index(last)).map(LogRecord::key);
        self.frozen = if paused { newest } else { None };
    }

    /// Whether a filter is still being applied; another message should follow soon.
    pub fn is_busy(&self) -> bool {
        self.progress != Progress::Done
    }

    /// Fits the list to the data.
    pub fn settle(&mut self, ctx: &Ctx<'_>, inner: Area) {
        self.height = usize::from(inner.height).saturating_sub(1);
        self.progress = self.view.advance(&ctx.stores.logs, SLICE);
        let scroll = self.scroll(ctx);
        let keys = self.keys(ctx.window);
        let visible = scroll.visible(keys.len(), self.height);
        let shown = visible.clone().filter_map(|at| ctx.stores.logs.get(keys.get(at)?));
        let widest = shown.map(|record| width(&record.service)).max().unwrap_or(0);
        (self.first, self.services) = (keys.get(visible.start), self.services.max(widest.min(SERVICE)));
    }

    /// The keys that are shown: filtered, in the window, not newer than a pause.
    fn keys(&self, window: TimeWindow) -> Keys<'_> {
        let keys = self.view.keys_in(Some(window));
        match self.frozen {
            Some(newest) => keys.up_to(newest),
            None => keys,
        }
    }

    /// Where the list stands, from the records that are selected and in the first row.
    fn scroll(&self, ctx: &Ctx<'_>) -> Scroll {
        let keys = self.keys(ctx.window);
        let Some(selected) = self.selected else { return Scroll::tail() };
        let mut scroll = Scroll::top();
        if let Some(first) = self.first {
            let at = keys.position(first);
            scroll.select((at + self.height).saturating_sub(1), keys.len(), self.height);
            scroll.select(at, keys.len(), self.height);
        }
        scroll.select(keys.position(selected).min(keys.len().saturating_sub(1)), keys.len(), self.height);
        scroll
    }

    /// An action of the key table.
    pub fn on_action(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        match action {
            Action::Move(motion) => {
                let step = step_of(motion)?;
                let keys = self.keys(ctx.window);
                let mut scroll = self.scroll(ctx);
                scroll.step(step, keys.len(), self.height);
                let (selected, first) =
                    (keys.get(scroll.selected()), keys.get(scroll.visible(keys.len(), self.height).start));
                self.selected = if step == Step::End { None } else { selected };
                self.first = first;
            }
            Action::Open => {
                self.hold(ctx);
                let mut intents = self.select(ctx);
                intents.push(Intent::Focus(crate::app::PaneId::Evidence));
                return Some(intents);
            }
            Action::DropChip => {
                let chips = self.view.filter().chips().len();
                if chips > 0 {
                    let filter = self.view.filter().without(chips - 1);
                    self.set_filter(filter);
                }
            }
            Action::FilterByService => {
                let key = self.current(ctx)?;
                let service = ctx.stores.logs.get(key)?.service.clone();
                let text = format!("{} service={}", self.filter_text(), quoted(&service));
                match Filter::parse(text.trim()) {
                    Ok(filter) => self.set_filter(filter),
                    Err(_) => return None,
                }
            }
            _ => return None,
        }
        Some(self.select(ctx))
    }

    /// Stops following: the newest record becomes the selected one.
    fn hold(&mut self, ctx: &Ctx<'_>) {
        if self.selected.is_none() {
            self.selected = self.current(ctx);
        }
    }

    /// The record the cursor is on.
    fn current(&self, ctx: &Ctx<'_>) -> Option<RecordKey> {
        let keys = self.keys(ctx.window);
        let last = keys.len().checked_sub(1)?;
        match self.selected {
            Some(key) => keys.get(keys.position(key).min(last)),
            None => keys.get(last),
        }
    }

    fn select(&self, ctx: &Ctx<'_>) -> Vec<Intent> {
        self.selection(ctx).map(Intent::Select).into_iter().collect()
    }

    /// The selected record.
    pub fn selection(&self, ctx: &Ctx<'_>) -> Option<Selection> {
        self.current(ctx).map(Selection::Log)
    }
}

/// A value as the filter language reads it back.
fn quoted(value: &str) -> String {
    let plain = value.chars().all(|c| c.is_alphanumeric() || "-_./:".contains(c)) && !value.is_empty();
    if plain { value.to_owned() } else { format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")) }
}
