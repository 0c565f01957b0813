//! One page of the merged list: which rows stand on it, and what is said about the whole.

use std::sync::Arc;

use crate::analysis::templates::{Patterns, Slot};
use crate::domain::{CleanText, LogRecord, RecordKey, Severity, TimeWindow};
use crate::store::LogStore;

use super::answer::{Density, Hits as Found, Page, PageRow, Progress};
use super::ask::{Anchor, Look, Show};
use super::density::density;
use super::hits::{Hits, window_of};
use super::merge::{Cursor, Lane, Merged, after, start_of};
use super::shelf::{Reader, Shelf};

/// Rows of a page at most.
const MOST: usize = 2000;
/// Steps that are gone one by one; more are counted.
const STEPS: u64 = 256;

/// What pages are made of.
pub(super) struct World<'a> {
    pub(super) shelf: &'a Shelf,
    pub(super) held: &'a LogStore,
    pub(super) patterns: &'a Patterns,
    pub(super) reader: &'a mut Reader,
}

/// Makes a page.
pub(super) fn page(world: &mut World<'_>, show: &Show, hits: &Hits, search: Option<&Hits>) -> Page {
    let shelf = world.shelf;
    let (tapes, held) = hits.lanes(shelf);
    let merged = merged(&tapes, &held, &show.look);
    let found_lanes = search.map(|search| search.lanes(shelf));
    let found = found_lanes.as_ref().map(|(tapes, held)| self::merged(tapes, held, &show.look));
    let is_done = search.is_none_or(|search| search.progress().is_none());
    let spot = Spot::of(show, &merged, found.as_ref(), is_done);
    let (keys, start) = spot.rows(&merged, show.rows.min(MOST));
    let marked = spot.selected.or(match show.anchor {
        Anchor::At(key, _) => Some(key),
        Anchor::Newest | Anchor::Oldest | Anchor::Step { .. } | Anchor::Hit { .. } | Anchor::Time(_) => None,
    });
    let extent = world.extent();
    let looked = cut(show.look.window.or(extent), show.look.until);
    Page {
        generation: show.generation,
        start,
        matching: merged.len(),
        total: shelf.rows() + world.held.len() as u64,
        selected: spot.selected,
        progress: progress(hits, search),
        hits: found.map(|found| Found { count: found.len(), before: marked.map(|key| found.rank(key)) }),
        density: match show.density {
            0 => Density::default(),
            parts => density(shelf, world.held, hits, search, looked, parts),
        },
        extent,
        rows: keys.into_iter().filter_map(|key| world.row(key)).collect(),
    }
}

/// The runs of a look as one.
pub(super) fn merged<'a>(tapes: &'a [impl Lane], held: &'a impl Lane, look: &Look) -> Merged<'a> {
    let lanes = tapes.iter().map(|lane| lane as &dyn Lane).chain([held as &dyn Lane]);
    Merged::new(lanes, look.window, look.until)
}

/// The part of a run that a look is about.
pub(super) fn cut_lane(lane: &dyn Lane, look: &Look) -> std::ops::Range<u64> {
    let from = look.window.map_or(0, |window| lane.before(start_of(window.start)));
    let to = look.window.map_or_else(|| lane.len(), |window| lane.before(start_of(window.end)));
    let to = look.until.map_or(to, |until| to.min(lane.before(after(until))));
    from..to.max(from)
}

/// Where a page stands.
struct Spot {
    cursor: Cursor,
    /// The row of the page that the cursor's record is in.
    row: usize,
    selected: Option<RecordKey>,
}

impl Spot {
    fn of(show: &Show, merged: &Merged<'_>, found: Option<&Merged<'_>>, is_done: bool) -> Self {
        let plain = |cursor, row| Self { cursor, row, selected: None };
        let third = show.rows / 3;
        match show.anchor {
            Anchor::Newest => plain(merged.end(), show.rows),
            Anchor::Oldest => plain(merged.start(), 0),
            Anchor::At(key, row) => plain(merged.at(key), row.min(show.rows)),
            Anchor::Step { from, by, first } => Self::step(merged, from, by, first, show.rows),
            Anchor::Hit { from, forward } => {
                let hit = found.and_then(|found| hit(found, from, forward, is_done));
                match hit.or(from) {
                    Some(key) => Self { cursor: merged.at(key), row: third, selected: hit },
                    None => plain(merged.end(), show.rows),
                }
            }
            Anchor::Time(at) => {
                let cursor = merged.at(start_of(at));
                let selected = merged.next(&mut cursor.clone());
                Self { cursor, row: third, selected }
            }
        }
    }

    fn step(merged: &Merged<'_>, from: RecordKey, by: i64, first: RecordKey, rows: usize) -> Self {
        let target = stepped(merged, from, by);
        let Some(key) = target else { return Self { cursor: merged.end(), row: rows, selected: None } };
        let (top, at) = (merged.rank(first), merged.rank(key));
        let row = match at.checked_sub(top) {
            None => 0,
            Some(row) => usize::try_from(row).unwrap_or(usize::MAX).min(rows.saturating_sub(1)),
        };
        Self { cursor: merged.at(key), row, selected: target }
    }

    /// The keys of a page, oldest first, and how many stand before them. A page that would end early begins earlier.
    fn rows(&self, merged: &Merged<'_>, rows: usize) -> (Vec<RecordKey>, u64) {
        let back = |cursor: &mut Cursor, most: usize| {
            let keys: Vec<RecordKey> = std::iter::from_fn(|| merged.previous(cursor)).take(most).collect();
            keys
        };
        let (mut up, mut down) = (self.cursor.clone(), self.cursor.clone());
        let mut above = back(&mut up, self.row.min(rows));
        let below: Vec<RecordKey> = std::iter::from_fn(|| merged.next(&mut down)).take(rows - above.len()).collect();
        let missing = rows - above.len() - below.len();
        above.extend(back(&mut up, missing));
        above.reverse();
        above.extend(below);
        (above, merged.place(&up))
    }
}

/// The record so many places away; the first or last one when there are not so many.
fn stepped(merged: &Merged<'_>, from: RecordKey, by: i64) -> Option<RecordKey> {
    let mut cursor = merged.at(from);
    let far = by.unsigned_abs();
    if far > STEPS {
        let place = merged.place(&cursor);
        let at = if by < 0 { place.saturating_sub(far) } else { place.saturating_add(far) };
        return merged.select(at.min(merged.len().saturating_sub(1)));
    }
    if by < 0 {
        let back = std::iter::from_fn(|| merged.previous(&mut cursor)).take(usize::try_from(far).unwrap_or(0));
        return back.last().or_else(|| merged.first());
    }
    // The record itself, where it still passes, is the first of these.
    let is_there = merged.has(from);
    let steps = far + u64::from(is_there);
    let on = std::iter::from_fn(|| merged.next(&mut cursor)).take(usize::try_from(steps).unwrap_or(0));
    on.last().or_else(|| merged.last())
}

/// The next hit, around the ends once all was looked at.
fn hit(found: &Merged<'_>, from: Option<RecordKey>, forward: bool, is_done: bool) -> Option<RecordKey> {
    let Some(from) = from else { return if forward && is_done { found.first() } else { found.last() } };
    let mut cursor = found.at(from);
    if !forward {
        return found.previous(&mut cursor).or_else(|| found.last().filter(|_| is_done));
    }
    let next = found.next(&mut cursor);
    let next = if next == Some(from) { found.next(&mut cursor) } else { next };
    next.or_else(|| found.first().filter(|_| is_done))
}

fn progress(hits: &Hits, search: Option<&Hits>) -> Option<Progress> {
    hits.progress().or_else(|| search.and_then(Hits::progress))
}

fn cut(window: Option<TimeWindow>, until: Option<RecordKey>) -> Option<TimeWindow> {
    let window = window?;
    let Some(until) = until else { return Some(window) };
    let end = window_of(until.at, until.at).end.min(window.end);
    Some(TimeWindow { start: window.start, end: end.max(window.start) })
}

impl World<'_> {
    /// First and last time of all records.
    pub(super) fn extent(&self) -> Option<TimeWindow> {
        let held = self.held.first_key().map(|key| key.at).zip(self.held.last_key().map(|key| key.at));
        let spans = [self.shelf.extent(), held].into_iter().flatten();
        let (first, last) = spans.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))?;
        Some(window_of(first, last))
    }

    /// The row of a key.
    pub(super) fn row(&mut self, key: RecordKey) -> Option<PageRow> {
        if let Some(held) = self.held.held(key) {
            let (record, slot) = (Arc::clone(&held.record), held.slot);
            return Some(self.with_pattern(key, record, slot, None));
        }
        let (tape, row) = self.shelf.row(key.id)?;
        let at = tape.row(row)?;
        let (record, gone) = match self.reader.read(tape, row) {
            Ok(record) => (record, None),
            Err(lost) => {
                let service = tape.names().get(usize::from(at.service)).cloned().unwrap_or_default();
                let source = tape.tape().source().clone();
                (Arc::new(empty(key, at.mark.severity(), service, source)), Some(CleanText::line(&lost.to_string())))
            }
        };
        Some(self.with_pattern(key, record, at.slot, gone))
    }

    fn with_pattern(&self, key: RecordKey, record: Arc<LogRecord>, slot: u32, gone: Option<CleanText>) -> PageRow {
        let found = self.patterns.of_slot(Slot::from_number(slot)).and_then(|at| self.patterns.all().get(at));
        PageRow { key, record, pattern: found.map(|found| found.id), alike: found.map_or(0, |found| found.count), gone }
    }
}

/// What is known of a record whose text is gone.
fn empty(key: RecordKey, severity: Severity, service: CleanText, source: crate::domain::SourceId) -> LogRecord {
    LogRecord {
        id: key.id,
        time: Some(key.at),
        observed: key.at,
        severity,
        service,
        source,
        body: CleanText::default(),
        raw: CleanText::default(),
        attributes: Box::default(),
        trace_id: None,
    }
}
