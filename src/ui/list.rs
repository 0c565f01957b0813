//! Where a list stands: what is selected and which rows are in view. Panes keep one per list and draw only
//! [`Scroll::visible`], so a million records cost what one screen costs.

use std::ops::Range;

use super::key::{Code, Key};

/// Selection and scroll of a list whose length and height are told to each operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    selected: usize,
    offset: usize,
    following: bool,
}

/// A movement within a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// Half a page up.
    HalfUp,
    /// Half a page down.
    HalfDown,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// The first row.
    Home,
    /// The last row; follows from now on, where the list follows at all.
    End,
}

impl Step {
    /// The movement that a key means in a list that lies over the panes; `None` for any other key.
    pub fn of(key: Key) -> Option<Self> {
        Some(match key.code {
            Code::Down | Code::Char('j') => Step::Down,
            Code::Up | Code::Char('k') => Step::Up,
            Code::Char('d') if key.ctrl => Step::HalfDown,
            Code::Char('u') if key.ctrl => Step::HalfUp,
            Code::PageDown => Step::PageDown,
            Code::PageUp => Step::PageUp,
            Code::Home | Code::Char('g') => Step::Home,
            Code::End | Code::Char('G') => Step::End,
            _ => return None,
        })
    }
}

impl Scroll {
    /// At the first row.
    pub fn top() -> Self {
        Self::default()
    }

    /// At the last row, following what arrives.
    pub fn tail() -> Self {
        Self { selected: 0, offset: 0, following: true }
    }

    /// The selected row; 0 for an empty list.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// The first row in view.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Whether new rows move the selection to the end.
    pub fn following(&self) -> bool {
        self.following
    }

    /// Follow, or stay where it is.
    pub fn follow(&mut self, on: bool) {
        self.following = on;
    }

    /// The rows to draw. Never more than `height`, never past `len`.
    pub fn visible(&self, len: usize, height: usize) -> Range<usize> {
        let mut copy = *self;
        copy.settle(len, height);
        copy.offset..copy.offset.saturating_add(height).min(len)
    }

    /// Moves the selection and keeps it in view. Any step but [`Step::End`] stops following.
    pub fn step(&mut self, step: Step, len: usize, height: usize) {
        self.settle(len, height);
        let page = height.max(1);
        let half = (page / 2).max(1);
        self.selected = match step {
            Step::Up => self.selected.saturating_sub(1),
            Step::Down => self.selected.saturating_add(1),
            Step::HalfUp => self.selected.saturating_sub(half),
            Step::HalfDown => self.selected.saturating_add(half),
            Step::PageUp => self.selected.saturating_sub(page),
            Step::PageDown => self.selected.saturating_add(page),
            Step::Home => 0,
            Step::End => len.saturating_sub(1),
        };
        self.following = step == Step::End;
        self.settle(len, height);
    }

    /// Selects a row and keeps it in view; stops following.
    pub fn select(&mut self, row: usize, len: usize, height: usize) {
        self.selected = row;
        self.following = false;
        self.settle(len, height);
    }

    /// Call after rows were added at the end: moves to the last row if following, else stays.
    pub fn grown(&mut self, len: usize, height: usize) {
        self.settle(len, height);
    }

    /// Call after `count` rows were removed from or (negative) added before the first: what was selected stays selected
    /// and where it was on the screen.
    pub fn shifted(&mut self, count: isize, len: usize, height: usize) {
        let shift = |row: usize| row.saturating_add_signed(count.saturating_neg());
        self.selected = shift(self.selected);
        self.offset = shift(self.offset);
        self.settle(len, height);
    }

    /// Keeps both numbers inside the list and the selection inside the view.
    fn settle(&mut self, len: usize, height: usize) {
        let last = len.saturating_sub(1);
        self.selected = if self.following { last } else { self.selected.min(last) };
        let height = height.max(1);
        let lowest = self.selected.saturating_sub(height - 1);
        self.offset = self.offset.clamp(lowest, self.selected).min(len.saturating_sub(height));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_view_does_not_jump_when_rows_arrive() {
        let mut scroll = Scroll::top();
        scroll.select(5, 20, 10);
        let before = scroll;
        scroll.grown(200, 10);
        assert_eq!(scroll, before);
        assert_eq!(scroll.visible(200, 10), 0..10);
    }

    #[test]
    fn following_resumes_at_the_end_and_stops_on_a_move() {
        let mut scroll = Scroll::tail();
        assert_eq!(scroll.visible(100, 10), 90..100);
        scroll.step(Step::Up, 100, 10);
        scroll.grown(150, 10);
        assert_eq!((scroll.selected(), scroll.following()), (98, false));
        scroll.step(Step::End, 150, 10);
        scroll.grown(151, 10);
        assert_eq!((scroll.selected(), scroll.visible(151, 10)), (150, 141..151));
    }

    #[test]
    fn eviction_keeps_the_selected_row() {
        let mut scroll = Scroll::top();
        scroll.select(50, 100, 10);
        let on_screen = scroll.selected() - scroll.offset();
        scroll.shifted(20, 80, 10);
        assert_eq!((scroll.selected(), scroll.selected() - scroll.offset()), (30, on_screen));
        scroll.shifted(-5, 85, 10);
        assert_eq!(scroll.selected(), 35);
    }

    fn steps() -> impl Strategy<Value = Step> {
        use Step::*;
        prop::sample::select(vec![Up, Down, HalfUp, HalfDown, PageUp, PageDown, Home, End])
    }

    proptest! {
        #[test]
        fn the_selection_is_always_in_view(moves in prop::collection::vec((steps(), 0usize..60, 0usize..20, -9isize..9), 1..40)) {
            let mut scroll = Scroll::top();
            for (step, len, height, shift) in moves {
                scroll.step(step, len, height);
                scroll.shifted(shift, len, height);
                let seen = scroll.visible(len, height);
                prop_assert!(seen.end <= len && seen.len() <= height);
                prop_assert!(len == 0 || height == 0 || seen.contains(&scroll.selected()));
                prop_assert!(seen.len() == height.min(len), "the view is full when there is enough to show");
            }
        }
    }
}
