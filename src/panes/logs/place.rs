//! Where the log pane stands in the merged list: the selected record, the record in the first row, and what must be
//! asked of the desk so that the rows around them are at hand. A key is answered from the page that is there; only what
//! lies beyond it waits for the desk.

use std::ops::Range;

use crate::domain::RecordKey;
use crate::logs::{Anchor, Page, PageRow};
use crate::ui::list::Step;

/// A place in the merged list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// The selected record; `None` follows the newest.
    selected: Option<RecordKey>,
    /// The record in the first row, so that the view stands still while others arrive above it.
    first: Option<RecordKey>,
    /// The record around which the page was asked for, and its row there.
    pivot: Option<(RecordKey, usize)>,
    /// What was asked for and has not come yet.
    jump: Option<Anchor>,
}

impl Place {
    /// The selected record; `None` follows the newest.
    pub fn selected(&self) -> Option<RecordKey> {
        self.selected
    }

    /// What the desk is to show.
    pub fn anchor(&self) -> Anchor {
        match (self.jump, self.pivot) {
            (Some(jump), _) => jump,
            (None, Some((key, row))) => Anchor::At(key, row),
            (None, None) => Anchor::Newest,
        }
    }

    /// Whether the answer to a jump is awaited.
    pub fn is_jumping(&self) -> bool {
        self.jump.is_some()
    }

    /// Goes somewhere that the page may not hold.
    pub fn jump(&mut self, anchor: Anchor) {
        self.jump = Some(anchor);
    }

    /// Stays at the selected record, or what is nearest to it, while the list around it becomes another.
    pub fn stay(&mut self, height: usize) {
        self.jump = self.selected.map(|key| Anchor::At(key, height));
        self.pivot = None;
    }

    /// Follows the newest.
    pub fn follow(&mut self) {
        *self = Self::default();
    }

    /// Stays at the record the cursor is on, which for a list that follows is the newest.
    pub fn hold(&mut self, page: &Page, height: usize) {
        if self.selected.is_none()
            && let Some(at) = self.cursor(page)
        {
            self.go_to(page, height, at);
        }
    }

    /// Selects a record of the page.
    pub fn select(&mut self, key: RecordKey, page: &Page, height: usize) {
        match find(page, key) {
            Some(at) => self.go_to(page, height, at),
            None => {
                self.jump = Some(Anchor::At(key, height));
                self.selected = Some(key);
                self.first = None;
            }
        }
    }

    /// The row of the page the cursor is on.
    pub fn cursor(&self, page: &Page) -> Option<usize> {
        let last = page.rows.len().checked_sub(1)?;
        Some(self.selected.map_or(last, |key| position(page, key).min(last)))
    }

    /// The rows of the page that are in view.
    pub fn visible(&self, page: &Page, height: usize) -> Range<usize> {
        let len = page.rows.len();
        let height = height.min(len);
        let Some(cursor) = self.cursor(page) else { return 0..0 };
        if height == 0 {
            return cursor..cursor;
        }
        let wanted = match (self.selected, self.first) {
            (Some(_), Some(first)) => position(page, first),
            (Some(_), None) => cursor.saturating_sub(height / 2),
            (None, _) => len,
        };
        let first = wanted.min(len - height).clamp((cursor + 1).saturating_sub(height), cursor);
        first..first + height
    }

    /// A movement of the cursor.
    pub fn step(&mut self, step: Step, page: &Page, height: usize) {
        match step {
            Step::End => return self.follow(),
            Step::Home => return self.jump(Anchor::Oldest),
            Step::Up | Step::Down | Step::HalfUp | Step::HalfDown | Step::PageUp | Step::PageDown => {}
        }
        let by = distance(step, height);
        let Some(cursor) = self.cursor(page) else { return };
        let target = cursor as i64 + by;
        let last = page.rows.len() as i64 - 1;
        // What was pressed before the desk answered adds up.
        if let Some(Anchor::Step { from, by: before, first }) = self.jump {
            return self.jump(Anchor::Step { from, by: before + by, first });
        }
        if (target < 0 && !is_first(page)) || (target > last && !is_last(page)) {
            let first = page.rows[self.visible(page, height).start].key;
            return self.jump(Anchor::Step { from: page.rows[cursor].key, by, first });
        }
        self.go_to(page, height, target.clamp(0, last) as usize);
    }

    /// The cursor goes to a row of the page; the view moves as little as it needs.
    fn go_to(&mut self, page: &Page, height: usize, at: usize) {
        let Some(row) = page.rows.get(at) else { return };
        let before = self.visible(page, height);
        let start = before.start.clamp((at + 1).saturating_sub(before.len().max(1)), at);
        self.jump = None;
        self.selected = Some(row.key);
        self.first = Some(page.rows[start].key);
        self.ask_around(page, height, start);
    }

    /// Asks for another page before the view comes to the edge of this one.
    fn ask_around(&mut self, page: &Page, height: usize, start: usize) {
        let margin = height / 2;
        let near_top = start < margin && !is_first(page);
        let near_end = start + height + margin > page.rows.len() && !is_last(page);
        if (self.pivot.is_none() || near_top || near_end)
            && let Some(row) = page.rows.get(start)
        {
            self.pivot = Some((row.key, height));
        }
    }

    /// A page came that answers what was asked last.
    pub fn on_page(&mut self, page: &Page, height: usize) {
        let Some(jump) = self.jump else { return };
        let arrived = match jump {
            Anchor::Newest => return self.follow(),
            Anchor::Oldest => (!page.rows.is_empty()).then_some(0),
            Anchor::At(key, _) => find(page, key).or_else(|| self.settled(page, position(page, key))),
            Anchor::Time(at) => {
                let at = page.rows.partition_point(|row| row.key.at < at);
                page.selected.and_then(|key| find(page, key)).or_else(|| self.settled(page, at))
            }
            Anchor::Step { .. } | Anchor::Hit { .. } => page.selected.and_then(|key| find(page, key)),
        };
        let looked_at_all = page.progress.is_none();
        match arrived {
            Some(at) => {
                // The page that came is the one to stand on.
                self.pivot = None;
                let near = matches!(jump, Anchor::Step { .. } | Anchor::Oldest);
                // A hit outside the view comes to its middle, where its surroundings are seen too.
                if !near && !self.visible(page, height).contains(&at) {
                    self.first = page.rows.get(at.saturating_sub(height / 2)).map(|row| row.key);
                    self.selected = page.rows.get(at).map(|row| row.key);
                }
                self.go_to(page, height, at);
            }
            None if looked_at_all => self.jump = None,
            None => {}
        }
    }

    /// A row that is only near what was asked for is good once all was looked at.
    fn settled(&self, page: &Page, at: usize) -> Option<usize> {
        let last = page.rows.len().checked_sub(1)?;
        page.progress.is_none().then_some(at.min(last))
    }
}

/// How far a step goes.
fn distance(step: Step, height: usize) -> i64 {
    let page = height.max(1) as i64;
    let half = (height / 2).max(1) as i64;
    match step {
        Step::Up => -1,
        Step::Down => 1,
        Step::HalfUp => -half,
        Step::HalfDown => half,
        Step::PageUp => -page,
        Step::PageDown => page,
        Step::Home | Step::End => 0,
    }
}

/// Whether nothing stands before the page, as far as was looked.
fn is_first(page: &Page) -> bool {
    page.start == 0 && page.progress.is_none()
}

/// Whether nothing stands after the page.
fn is_last(page: &Page) -> bool {
    page.start + page.rows.len() as u64 >= page.matching
}

/// How many rows of the page stand before the key, whether it is among them or not.
fn position(page: &Page, key: RecordKey) -> usize {
    page.rows.partition_point(|row| row.key < key)
}

/// The row of a record that is on the page.
fn find(page: &Page, key: RecordKey) -> Option<usize> {
    let at = position(page, key);
    page.rows.get(at).is_some_and(|row: &PageRow| row.key == key).then_some(at)
}
