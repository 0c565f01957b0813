//! How dense the records are over the time that is looked at: one row of bars with what is bad in them, the hits of a
//! search and the place of the cursor.

use super::Logs;
use super::row::from_zero;
use crate::app::Ctx;
use crate::domain::Timestamp;
use crate::domain::time::TimeWindow;
use crate::logs::answer::Density;
use crate::ui::spark::column_of;
use crate::ui::{Line, Role};

/// Columns of a time at an end of the strip, with a blank.
const LABEL: usize = 9;

impl Logs {
    /// How many parts of the time the strip has columns for.
    pub(super) fn strip_parts(&self) -> usize {
        self.width.saturating_sub(2 * LABEL + 2)
    }

    /// The strip.
    pub(super) fn strip(&self, ctx: &Ctx<'_>, ascii: bool) -> Line {
        let page = &ctx.stores.records.page;
        let Density { window: Some(window), parts, hits } = &page.density else { return Line::new() };
        let values: Vec<_> = parts
            .iter()
            .map(|part| part.iter().map(|n| f64::from(*n)).sum())
            .map(|n: f64| (n > 0.0).then_some(n))
            .collect();
        let bars: Vec<char> = from_zero(&values, ascii).chars().collect();
        let here = self.place.cursor(page).and_then(|at| column_of(page.rows.get(at)?.key.at, *window, bars.len()));
        let here = here.filter(|_| self.place.selected().is_some());
        let [start, end] = labels(*window);
        let mut line = Line::of(format!(" {start:>width$} ", width = LABEL - 1), Role::Dim);
        for (at, bar) in bars.iter().enumerate() {
            let [_, _, warn, error] = parts.get(at).copied().unwrap_or_default();
            let hit = hits.get(at).is_some_and(|hits| *hits > 0);
            let role = match (here == Some(at), hit) {
                (true, _) => Role::Cursor,
                (false, true) => Role::Highlight,
                (false, false) if error > 0 => Role::Critical,
                (false, false) if warn > 0 => Role::Warning,
                (false, false) => Role::Trend,
            };
            // Without colours a hit is still told from what is no hit.
            let sign = if hit && ascii { '*' } else { *bar };
            line.push(String::from(sign), role);
        }
        line.with(format!(" {end}"), Role::Dim)
    }
}

/// The ends of a window as short as they can be told apart.
fn labels(window: TimeWindow) -> [String; 2] {
    let length = window.length().as_secs();
    let format = match length {
        0..=600 => "%H:%M:%S",
        601..=86_400 => "%H:%M",
        86_401..=20_000_000 => "%m-%d",
        _ => "%Y-%m-%d",
    };
    [window.start, window.end].map(|at: Timestamp| at.strftime(format).to_string().chars().take(LABEL - 1).collect())
}
