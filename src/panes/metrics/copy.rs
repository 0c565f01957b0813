//! A series as text for elsewhere: the query, then a line a sample.

use super::Metrics;
use crate::app::Ctx;
use crate::domain::time::stamp;
use crate::ui::chart;

/// Samples that are copied of a series, the newest.
const MOST: usize = 2_000;

impl Metrics {
    /// The selected series with its query; `None` where nothing is selected.
    pub(super) fn as_text(&self, ctx: &Ctx<'_>) -> Option<String> {
        let row = self.current()?;
        let series = row.series(ctx)?;
        let inside = chart::inside(&series.samples, ctx.window);
        let left_out = inside.len().saturating_sub(MOST);
        let mut text = format!("# {}\n# {{{}}}\n", series.query, series.label_text());
        if left_out > 0 {
            text.push_str(&format!("# {left_out} older samples left out\n"));
        }
        for sample in &inside[left_out..] {
            text.push_str(&format!("{} {}\n", stamp(sample.at), sample.value));
        }
        Some(text)
    }
}
