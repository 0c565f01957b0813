//! The list of patterns in the log pane: where its cursor is and in what order it stands.

use crate::analysis::templates::PatternId;
use crate::domain::Timestamp;
use crate::logs::answer::{PatternRow, PatternsPage};
use crate::logs::ask::Order;
use crate::ui::list::{Scroll, Step};

/// State of the list.
#[derive(Default)]
pub struct Patterns {
    order: Order,
    /// The instant before and after which is compared, where a person chose it.
    onset: Option<Timestamp>,
    /// The selected pattern, wherever it moves.
    selected: Option<PatternId>,
    scroll: Scroll,
    height: usize,
}

impl Patterns {
    /// In what order.
    pub fn order(&self) -> Order {
        self.order
    }

    /// The instant before and after which is compared.
    pub fn onset(&self) -> Option<Timestamp> {
        self.onset
    }

    /// Whether what is new stands first.
    pub fn is_news(&self) -> bool {
        self.order == Order::News
    }

    /// What is new since an instant stands first.
    pub fn news(&mut self, onset: Option<Timestamp>) {
        (self.order, self.onset, self.selected) = (Order::News, onset.or(self.onset), None);
        self.scroll = Scroll::top();
    }

    /// The next order.
    pub fn next_order(&mut self, onset: Option<Timestamp>) {
        self.order = match self.order {
            Order::Count => Order::News,
            Order::News => Order::Last,
            Order::Last => Order::Count,
        };
        self.onset = self.onset.or(onset);
    }

    /// Selects a pattern, once it is in the list.
    pub fn go_to(&mut self, pattern: Option<PatternId>) {
        if pattern.is_some() {
            self.selected = pattern;
        }
    }

    /// Fits the cursor to the list that came.
    pub fn settle(&mut self, page: &PatternsPage, height: usize) {
        self.height = height;
        if let Some(at) = self.selected.and_then(|id| page.rows.iter().position(|row| row.id == id)) {
            self.scroll.select(at, page.rows.len(), height);
        }
        self.scroll.grown(page.rows.len(), height);
    }

    /// A movement of the cursor.
    pub fn step(&mut self, step: Step, page: &PatternsPage) {
        self.scroll.step(step, page.rows.len(), self.height);
        self.selected = page.rows.get(self.scroll.selected()).map(|row| row.id);
    }

    /// The pattern the cursor is on.
    pub fn selected<'a>(&self, page: &'a PatternsPage) -> Option<&'a PatternRow> {
        page.rows.get(self.scroll.selected())
    }

    /// The rows in view, and the one the cursor is on.
    pub fn visible(&self, page: &PatternsPage) -> (std::ops::Range<usize>, usize) {
        (self.scroll.visible(page.rows.len(), self.height), self.scroll.selected())
    }
}
