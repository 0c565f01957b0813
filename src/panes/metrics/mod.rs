//! Pane 3: what the series do. A row a series: sparkline, value now, change against before; zoomed, a chart.

mod view;

use crate::app::keymap::{Action, Slide};
use crate::app::{Ctx, Intent, Selection};
use crate::domain::{CleanText, Series, SourceId};
use crate::panes::step_of;
use crate::ui::Area;
use crate::ui::list::Scroll;

/// State of the pane.
#[derive(Default)]
pub struct Metrics {
    scroll: Scroll,
    selected: Option<SeriesKey>,
    chart: bool,
    height: usize,
}

/// What identifies a series while panels are asked again.
#[derive(Clone, Debug, PartialEq)]
struct SeriesKey(SourceId, CleanText, CleanText);

impl SeriesKey {
    fn of(series: &Series) -> Self {
        Self(series.source.clone(), series.title.clone(), series.label_text())
    }
}

impl Metrics {
    /// Fits the list to the data; the selected series stays selected.
    pub fn settle(&mut self, ctx: &Ctx<'_>, inner: Area) {
        self.height = usize::from(inner.height).saturating_sub(2);
        let len = ctx.stores.series.len();
        match self.selected.as_ref().and_then(|key| ctx.stores.series.iter().position(|s| SeriesKey::of(s) == *key)) {
            Some(at) => self.scroll.select(at, len, self.height),
            None => self.scroll.grown(len, self.height),
        }
    }

    /// An action of the key table.
    pub fn on_action(&mut self, action: Action, ctx: &Ctx<'_>) -> Option<Vec<Intent>> {
        match action {
            Action::Move(crate::app::keymap::Motion::Left) => {
                return Some(vec![Intent::Act(Action::Slide(Slide::Earlier))]);
            }
            Action::Move(crate::app::keymap::Motion::Right) => {
                return Some(vec![Intent::Act(Action::Slide(Slide::Later))]);
            }
            Action::Move(motion) => {
                self.scroll.step(step_of(motion)?, ctx.stores.series.len(), self.height);
                self.scroll.follow(false);
            }
            Action::Open => self.chart = !self.chart,
            Action::Back | Action::Cancel if self.chart => self.chart = false,
            _ => return None,
        }
        self.selected = self.current(ctx).map(SeriesKey::of);
        Some(self.selection(ctx).map(Intent::Select).into_iter().collect())
    }

    fn current<'a>(&self, ctx: &Ctx<'a>) -> Option<&'a Series> {
        ctx.stores.series.iter().nth(self.scroll.selected())
    }

    /// The selected series.
    pub fn selection(&self, ctx: &Ctx<'_>) -> Option<Selection> {
        let SeriesKey(source, title, labels) = SeriesKey::of(self.current(ctx)?);
        Some(Selection::Series(source, title, labels))
    }
}
