//! Pane 3: what the series do. A row a series, or a panel of many: sparkline, value now, change against before, what is
//! unusual; below it what moved first. Gone into, a chart of one series or of a panel's, or a heat-map of a histogram.

mod copy;
mod foot;
mod heat;
mod list;
mod rows;
mod typing;
mod view;
mod words;
mod zoom;

use crate::app::keymap::{Action, Motion, Slide};
use crate::app::{Ctx, Intent, Selection};
use crate::domain::{CleanText, SourceId};
use crate::panes::step_of;
use crate::ui::list::Scroll;
use crate::ui::{Area, Editor};

use rows::{Listing, Row};
use zoom::Zoom;

/// State of the pane.
#[derive(Default)]
pub struct Metrics {
    scroll: Scroll,
    listing: Listing,
    selected: Option<SeriesKey>,
    zoom: Option<Zoom>,
    typing: Option<Editor>,
    /// Rows of the list.
    height: usize,
    /// Columns and rows inside the frame.
    inside: (usize, usize),
}

/// What comes first in the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    /// As configured.
    #[default]
    Configured,
    /// What moved most.
    Moved,
    /// What moved first.
    First,
    /// By name.
    Name,
}

/// What identifies a row while panels are asked again; without labels the head of a panel.
#[derive(Clone, Debug, PartialEq)]
struct SeriesKey {
    source: SourceId,
    title: CleanText,
    labels: Option<CleanText>,
}

impl Order {
    fn next(self) -> Self {
        match self {
            Order::Configured => Order::Moved,
            Order::Moved => Order::First,
            Order::First => Order::Name,
            Order::Name => Order::Configured,
        }
    }

    /// Said in the frame; nothing for the usual order.
    fn words(self) -> &'static str {
        match self {
            Order::Configured => "",
            Order::Moved => "moved most",
            Order::First => "moved first",
            Order::Name => "by name",
        }
    }
}

impl Metrics {
    /// Fits the list to the data; the selected series stays selected.
    pub fn settle(&mut self, ctx: &Ctx<'_>, inner: Area) {
        self.inside = (usize::from(inner.width), usize::from(inner.height));
        self.listing.settle(ctx);
        let foot = self.foot(ctx).len() + usize::from(self.typing.is_some());
        self.height = self.inside.1.saturating_sub(foot);
        let rows = self.listing.rows();
        match self.selected.as_ref().and_then(|key| place_of(rows, key, ctx)) {
            Some(at) => self.scroll.select(at, rows.len(), self.height),
            None => self.scroll.grown(rows.len(), self.height),
        }
        if self.zoom.is_some() && self.current().and_then(|row| row.series(ctx)).is_none() {
            self.zoom = None;
        }
    }

    /// An action of the key table.
    pub fn on_action(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        if self.zoom.is_some() { self.on_chart(action, ctx) } else { self.on_list(action, ctx) }
    }

    fn on_list(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        match action {
            Action::Move(Motion::Left) => return Some(vec![Intent::Act(Action::Slide(Slide::Earlier))]),
            Action::Move(Motion::Right) => return Some(vec![Intent::Act(Action::Slide(Slide::Later))]),
            Action::Move(motion) => return self.step(motion, ctx),
            Action::Open => self.zoom = self.current()?.series(ctx).map(|_| Zoom::default()),
            Action::Order => self.listing.order = self.listing.order.next(),
            Action::Fold => {
                let row = self.current()?.clone();
                if self.listing.toggle(ctx, &row) {
                    // The cursor stays with the panel, of which the selected series may be out of sight now.
                    let head = row.key(ctx).map(|key| SeriesKey { labels: None, ..key });
                    self.listing.settle(ctx);
                    self.selected = head.filter(|head| place_of(self.listing.rows(), head, ctx).is_some());
                    return Some(Vec::new());
                }
            }
            Action::Forget => {
                let panel = self.current()?.panel_of(ctx)?;
                return Some(vec![Intent::Forget(panel.source.clone(), panel.panel.title.clone())]);
            }
            Action::Filter => self.type_filter(),
            Action::Copy => return Some(vec![Intent::Copy(self.as_text(ctx)?)]),
            Action::Cancel if self.listing.filter.is_some() => self.listing.filter = None,
            _ => return None,
        }
        self.selected = self.current().and_then(|row| row.key(ctx));
        Some(self.selection(ctx).map(Intent::Select).into_iter().collect())
    }

    /// Moves the selection in the list.
    fn step(&mut self, motion: Motion, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        self.scroll.step(step_of(motion)?, self.listing.rows().len(), self.height);
        self.scroll.follow(false);
        self.selected = self.current().and_then(|row| row.key(ctx));
        Some(self.selection(ctx).map(Intent::Select).into_iter().collect())
    }

    fn current(&self) -> Option<&Row> {
        self.listing.rows().get(self.scroll.selected())
    }

    /// The selected series, or of a folded panel the one that moved most.
    pub fn selection(&self, ctx: &Ctx<'_>) -> Option<Selection> {
        let series = self.current()?.series(ctx)?;
        Some(Selection::Series(series.source.clone(), series.title.clone(), series.label_text()))
    }
}

/// Where a row is now; a series that was folded away is found as its panel.
fn place_of(rows: &[Row], key: &SeriesKey, ctx: &Ctx<'_>) -> Option<usize> {
    let exact = |row: &Row| row.key(ctx).is_some_and(|it| it == *key);
    let panel = |row: &Row| row.key(ctx).is_some_and(|it| it.source == key.source && it.title == key.title);
    // A panel of few series has no head: its first series stands for it.
    rows.iter().position(exact).or_else(|| rows.iter().position(panel))
}
