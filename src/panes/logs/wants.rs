//! What the log pane wants to see, as questions to the desk. They are derived from its state after every message; what
//! stands already is not asked again.

use super::{Logs, Mode, Span};
use crate::app::Ctx;
use crate::domain::TimeWindow;
use crate::domain::time::Timestamp;
use crate::logs::ask::{Look, PatternsAsk};
use crate::logs::{Anchor, Show};

/// Pages of rows that are at hand around the one in view, itself included.
const PAGES: usize = 3;
/// Most rows asked for at once.
const ROWS: usize = 600;
/// Most parts of the time whose density is told.
const PARTS: usize = 400;
/// Seconds by which the time moves that patterns are told of.
const COARSE: i64 = 15;
/// Parts of a sparkline.
pub(super) const TREND: usize = 16;

impl Logs {
    /// Which records are looked at. A window that follows the clock begins at a whole second, so that it is not asked
    /// anew for every tick.
    pub fn look(&self, ctx: &Ctx<'_>) -> Look {
        let window = match self.span {
            Span::All => None,
            // A trace may be of any time: an exemplar or a record of long ago leads to it.
            Span::Shared if self.is_trace() => None,
            Span::Shared => Some(whole(ctx.window, 1)),
        };
        Look { filter: self.filter.clone(), window, until: self.frozen }
    }

    /// The rows that are to be shown.
    pub fn show(&self, ctx: &Ctx<'_>) -> Show {
        Show {
            generation: 0,
            look: self.look(ctx),
            anchor: self.place.anchor(),
            rows: match self.place.anchor() {
                Anchor::Newest => self.height.max(1) * 2,
                Anchor::Oldest | Anchor::At(..) | Anchor::Step { .. } | Anchor::Hit { .. } | Anchor::Time(_) => {
                    self.height.max(1) * PAGES
                }
            }
            .min(ROWS),
            search: self.search.as_ref().map(|search| search.filter.clone()),
            density: if self.has_strip() { self.strip_parts().min(PARTS) } else { 0 },
        }
    }

    /// Whether patterns are wanted: a wide pane marks what is new in its rows too.
    pub(super) fn asks_patterns(&self, ctx: &Ctx<'_>) -> bool {
        self.mode == Mode::Patterns || self.width >= super::row::MARKS_FROM && ctx.incident.is_some()
    }

    /// The patterns that are to be told.
    pub fn patterns_ask(&self, ctx: &Ctx<'_>) -> Option<PatternsAsk> {
        if !self.asks_patterns(ctx) {
            return None;
        }
        let begun = ctx.incident.map(|incident| incident.started_at);
        // Patterns are counted anew for another time, and a sparkline shows no second.
        let window = (self.span == Span::Shared).then(|| whole(ctx.window, COARSE));
        Some(PatternsAsk {
            generation: 0,
            look: Look { window, ..self.look(ctx) },
            onset: self.patterns.onset().or(begun),
            order: self.patterns.order(),
            buckets: TREND,
        })
    }
}

/// The window from and to a multiple of so many seconds.
pub(super) fn whole(window: TimeWindow, seconds: i64) -> TimeWindow {
    let whole = |second: i64, at: Timestamp| Timestamp::from_second(second * seconds).unwrap_or(at);
    let start = window.start.as_second().div_euclid(seconds);
    let end =
        (window.end.as_second() + i64::from(window.end.subsec_nanosecond() > 0) + seconds - 1).div_euclid(seconds);
    TimeWindow::new(whole(start, window.start), whole(end, window.end))
}
