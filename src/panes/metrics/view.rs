//! Draws pane 3: the frame, and in it the list or the chart.

use jiff::SignedDuration;

use super::{Metrics, words};
use crate::app::Ctx;
use crate::domain::time::{clock, short};
use crate::domain::{Health, TimeWindow, Timestamp};
use crate::ui::{Canvas, Line, Role, frame};

impl Metrics {
    /// Draws the pane.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        let inner = frame::frame(canvas, &self.title(ctx), &window_words(ctx), focused);
        let mut canvas = canvas.part(inner);
        if self.listing.rows().is_empty() && self.typing.is_none() && self.listing.filter.is_none() {
            return canvas.line(0, &empty(ctx));
        }
        match &self.zoom {
            Some(zoom) => self.chart(&mut canvas, ctx, zoom),
            None => self.list(&mut canvas, ctx, focused),
        }
    }

    fn title(&self, ctx: &Ctx<'_>) -> Line {
        let mut title = Line::of("3 Metrics", Role::Text);
        if let Some(search) = &self.listing.filter {
            title.push("  ", Role::Text);
            title.push(format!("/{}", search.text()), Role::Chip);
        }
        let order = self.listing.order.words();
        if !order.is_empty() && self.zoom.is_none() {
            title.push(format!("  {order}"), Role::Dim);
        }
        if let Some(shift) = ctx.wanted.compare {
            title.push(format!("  with {}", words::before(shift)), Role::Chip);
        }
        title
    }
}

/// The window, with its date where it is not today's.
fn window_words(ctx: &Ctx<'_>) -> Line {
    let TimeWindow { start, end } = ctx.window;
    let follows = ctx.window_follows && !ctx.paused;
    // A window that follows reaches a little past the clock; nobody wants to read about that.
    let end = if follows { ctx.now } else { end };
    let length = SignedDuration::from_secs(start.duration_until(end).as_secs().max(0));
    let (role, state) = if follows { (Role::Dim, "") } else { (Role::Warning, " held") };
    let day = |at: Timestamp| at.strftime("%-d %b").to_string();
    let dated = |at: Timestamp, than: Timestamp| match day(at) == day(than) {
        true => clock(at),
        false => format!("{} {}", day(at), clock(at)),
    };
    Line::of(format!("{}–{} {}{state}", dated(start, ctx.now), dated(end, start), short(length)), role)
}

/// Why there is nothing at all.
fn empty(ctx: &Ctx<'_>) -> Line {
    let mut asked = ctx.stores.sources.iter().filter(|source| source.gives.as_str() == "metrics").peekable();
    if asked.peek().is_none() {
        return Line::of(" no source of metrics is configured", Role::Dim);
    }
    for source in asked {
        if let Health::Down { why, since } = &source.health {
            let text = format!(" {} does not answer since {}: {why}", source.id, clock(*since));
            return Line::of(text, Role::Critical);
        }
    }
    Line::of(" no series yet: the panels were asked, nothing came back", Role::Dim)
}
