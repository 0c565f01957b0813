//! How many records pass in each part of a time. Read from the sums that hits keep, so that it costs a few searches for
//! each part and not a look at every record.

use crate::domain::TimeWindow;
use crate::store::LogStore;

use super::answer::Density;
use super::hits::{CLASSES, Hits, class_of};
use super::merge::nanos;
use super::shelf::Shelf;

/// Parts told at most.
const MOST: usize = 1024;

/// The density over a window of what passed, and of the hits of a search in it.
pub(super) fn density(
    shelf: &Shelf,
    held: &LogStore,
    hits: &Hits,
    search: Option<&Hits>,
    window: Option<TimeWindow>,
    parts: usize,
) -> Density {
    let Some(window) = window.filter(|window| window.start < window.end) else { return Density::default() };
    let grid = Grid { start: nanos(window.start), end: nanos(window.end), parts: parts.min(MOST) };
    if grid.parts == 0 {
        return Density::default();
    }
    let found = search.map(|search| counts(shelf, held, search, window, grid)).unwrap_or_default();
    Density {
        window: Some(window),
        parts: counts(shelf, held, hits, window, grid),
        hits: found.into_iter().map(|classes| classes.iter().sum()).collect(),
    }
}

/// Equal parts of a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) parts: usize,
}

impl Grid {
    /// Where a part begins; the end for the one after the last.
    pub(super) fn border(self, part: usize) -> i64 {
        let length = i128::from(self.end) - i128::from(self.start);
        let at = i128::from(self.start) + length * part as i128 / self.parts as i128;
        i64::try_from(at).unwrap_or(self.end)
    }

    /// The part of an instant inside.
    pub(super) fn part(self, at: i64) -> usize {
        let length = (i128::from(self.end) - i128::from(self.start)).max(1);
        let by = (i128::from(at) - i128::from(self.start)).max(0);
        let part = usize::try_from(by * self.parts as i128 / length).unwrap_or(0).min(self.parts - 1);
        // Borders are rounded down.
        if part + 1 < self.parts && at >= self.border(part + 1) { part + 1 } else { part }
    }
}

fn counts(shelf: &Shelf, held: &LogStore, hits: &Hits, window: TimeWindow, grid: Grid) -> Vec<[u32; CLASSES]> {
    let mut counts = vec![[0; CLASSES]; grid.parts];
    let (tapes, live) = hits.lanes(shelf);
    for lane in &tapes {
        let mut before = lane.classes_before(grid.start);
        for (part, count) in counts.iter_mut().enumerate() {
            let upto = lane.classes_before(grid.border(part + 1));
            for ((count, upto), before) in count.iter_mut().zip(upto).zip(before) {
                *count += upto.saturating_sub(before);
            }
            before = upto;
        }
    }
    // Keys and records stand in one order: one walk over both.
    let mut records = held.window(window).peekable();
    for key in live.keys(Some(window)) {
        while records.next_if(|record| record.key() < key).is_some() {}
        let Some(record) = records.peek() else { break };
        let class = counts.get_mut(grid.part(nanos(key.at))).and_then(|part| part.get_mut(class_of(record.severity)));
        if let Some(class) = class {
            *class += 1;
        }
    }
    counts
}
