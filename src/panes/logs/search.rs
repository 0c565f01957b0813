//! Search in the log pane: where the hits are, found step by step from the cursor.

use super::Logs;
use crate::app::{Ctx, Intent};
use crate::domain::LogRecord;
use crate::panes::search::Search;

/// Records looked at for one step; further than that the search says so instead of making the screen wait.
const REACH: usize = 100_000;

fn matches(search: &Search, record: &LogRecord) -> bool {
    search.is_in(&record.raw) || search.is_in(&record.body) || search.is_in(&record.service)
}

impl Logs {
    /// Starts a search, or ends it with an empty text.
    pub fn search(&mut self, text: &str) {
        self.search = Search::new(text);
    }

    /// Ends the search; whether there was one.
    pub fn clear_search(&mut self) -> bool {
        self.search.take().is_some()
    }

    /// Goes to the next (newer) or previous (older) hit, around the ends.
    pub fn search_step(&mut self, forward: bool, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        let search = self.search.clone()?;
        let keys = self.keys(ctx.window);
        let len = keys.len();
        let here = self.current(ctx).map(|key| keys.position(key))?;
        let hit = (1..=len.min(REACH))
            .map(|by| if forward { (here + by) % len } else { (here + len - by % len) % len })
            .filter_map(|at| keys.get(at))
            .find(|key| ctx.stores.logs.get(*key).is_some_and(|record| matches(&search, record)))?;
        self.selected = Some(hit);
        Some(self.select(ctx))
    }
}
