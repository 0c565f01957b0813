//! Draws pane 2.

use super::row::{COUNTS_FROM, Looks, news_words, severity_role, short_count, trend};
use super::typing::{Kind, Typing};
use super::wants::TREND;
use super::{Logs, Mode, Span};
use crate::analysis::novelty::RATE;
use crate::app::Ctx;
use crate::domain::time::{clock, clock_millis};
use crate::logs::PageRow;
use crate::logs::answer::{NewsKind, PatternRow, Progress};
use crate::logs::ask::Order;
use crate::ui::line::{cell, cell_right};
use crate::ui::number::count;
use crate::ui::{Area, Canvas, Line, Role, frame};

/// Bytes that a growing file may be behind without a word: its end is read as it comes.
const BEHIND: u64 = 4 << 20;
/// Cells of a progress bar.
const BAR: usize = 10;

impl Logs {
    /// Draws the pane.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        let inner = frame::frame(canvas, &self.title(ctx), &self.right(ctx), focused);
        let mut canvas = canvas.part(inner);
        match self.mode {
            Mode::Lines => self.lines(&mut canvas, ctx, focused),
            Mode::Patterns => self.list(&mut canvas, ctx, focused),
        }
        let mut row = self.height;
        if self.has_strip() {
            let strip = self.story(ctx).unwrap_or_else(|| self.strip(ctx, canvas.ascii()));
            canvas.line(row, &strip);
            row += 1;
        }
        if let Some(typing) = self.typing() {
            input(&mut canvas, typing, row, self.found(ctx));
            row += 2;
        }
        canvas.line(row, &self.foot(ctx));
    }

    fn lines(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        let page = &ctx.stores.records.page;
        let visible = self.place.visible(page, self.height);
        let Some(cursor) = self.place.cursor(page) else {
            for (row, line) in self.empty(ctx).wrap(canvas.width(), 1).iter().enumerate().take(self.height) {
                canvas.line(row, line);
            }
            return;
        };
        let rows = page.rows.get(visible.clone()).unwrap_or_default();
        let looks = self.looks(ctx, rows, canvas.width(), canvas.ascii());
        // While the list follows, the cursor is on the newest; that is worth a mark only where keys go.
        let marked = (self.place.selected().is_some() || focused).then_some(cursor);
        let drawn = self.drawn(&looks, rows, visible.start, cursor, marked);
        for (row, (at, line)) in drawn.iter().enumerate().take(self.height) {
            canvas.line(row, line);
            if marked == Some(*at) && focused {
                canvas.tint(row, Role::Selected);
            }
        }
    }

    /// The lines of the rows in view with the row each belongs to; wrapped ones so that the cursor's stays in view.
    fn drawn(
        &self,
        looks: &Looks<'_>,
        rows: &[PageRow],
        start: usize,
        cursor: usize,
        marked: Option<usize>,
    ) -> Vec<(usize, Line)> {
        if !self.wrapped {
            return rows.iter().zip(start..).map(|(row, at)| (at, looks.row(row, marked == Some(at)))).collect();
        }
        let each = rows.iter().zip(start..).map(|(row, at)| {
            looks.wrapped(row, marked == Some(at), self.height).into_iter().map(|line| (at, line)).collect::<Vec<_>>()
        });
        let each: Vec<_> = each.collect();
        let until = cursor.saturating_sub(start);
        let mut first = 0;
        let mut needed: usize = each.iter().take(until + 1).map(Vec::len).sum();
        while needed > self.height && first < until {
            needed -= each[first].len();
            first += 1;
        }
        each.into_iter().skip(first).flatten().collect()
    }

    fn title(&self, ctx: &Ctx<'_>) -> Line {
        let mut title = Line::of("2 Logs", Role::Text);
        match ctx.stores.records.status.files.as_slice() {
            [] => {}
            [one] => title.push(format!("  {}", one.name), Role::Dim),
            files => title.push(format!("  {} files", files.len()), Role::Dim),
        }
        if self.span == Span::All || self.is_trace() {
            title.push("  all time", Role::Dim);
        }
        if self.mode == Mode::Patterns {
            title.push("  patterns", Role::Strong);
        }
        for chip in self.filter.chips() {
            title.push(" ", Role::Text);
            title.push(format!("[{chip}]"), Role::Chip);
        }
        title
    }

    fn right(&self, ctx: &Ctx<'_>) -> Line {
        let mut right = Line::new();
        if let Some(search) = self.search.as_ref().filter(|_| self.mode == Mode::Lines) {
            right.push(format!("/{} ", search.text), Role::Highlight);
            right.push(self.found(ctx), Role::Dim);
        }
        if ctx.paused {
            right.push(if right.is_empty() { "PAUSED" } else { "  PAUSED" }, Role::Warning);
        }
        right
    }

    /// What the search found, in words: `3 of 915`.
    fn found(&self, ctx: &Ctx<'_>) -> String {
        let page = &ctx.stores.records.page;
        let Some(hits) = page.hits.filter(|_| self.has_search()) else { return String::new() };
        let more = if page.progress.is_some() { "+" } else { "" };
        match (hits.count, hits.before) {
            (0, _) if page.progress.is_none() => "no hit".to_owned(),
            (n, Some(before)) => format!("{} of {}{more}", count(before + 1), count(n)),
            (1, None) if more.is_empty() => "1 hit".to_owned(),
            (n, None) => format!("{}{more} hits", count(n)),
        }
    }

    fn foot(&self, ctx: &Ctx<'_>) -> Line {
        let mut foot = match self.mode {
            Mode::Lines => self.lines_foot(ctx),
            Mode::Patterns => self.patterns_foot(ctx),
        };
        let records = &ctx.stores.records;
        if let Some(silent) = records.silent_for(ctx.uptime) {
            foot.push(format!(" · the logs have not answered for {} s", silent.as_secs()), Role::Warning);
        }
        let status = &records.status;
        let read = status.files.iter().fold(Progress { done: 0, total: 0 }, |sum, file| Progress {
            done: sum.done + file.read.done,
            total: sum.total + file.read.total,
        });
        let is_behind = read.done.saturating_add(BEHIND) < read.total;
        if is_behind {
            foot.push(format!(" · indexing {}", bar(read)), Role::Warning);
        }
        if status.evicted > 0 {
            foot.push(format!(" · {} older let go", count(status.evicted)), Role::Dim);
        }
        let dropped = ctx.stores.dropped() + records.crowded_out;
        if dropped > 0 {
            foot.push(format!(" · {} dropped", count(dropped)), Role::Warning);
        }
        // While the rest is read, what is not read yet is no news.
        if let (Some(note), false) = (status.notes.first(), is_behind) {
            foot.push(format!(" · {note}"), Role::Warning);
        }
        foot
    }

    fn lines_foot(&self, ctx: &Ctx<'_>) -> Line {
        let page = &ctx.stores.records.page;
        let of = format!(" {} of {} records", count(page.matching), count(page.total));
        let mut foot = Line::of(of, Role::Dim);
        if let Some(progress) = page.progress {
            foot.push(format!(" · looking {}", bar(progress)), Role::Warning);
        }
        let patterns = &ctx.stores.records.patterns;
        let new = patterns.rows.iter().filter(|row| row.news.as_ref().is_some_and(|news| news.kind == NewsKind::New));
        if let (new @ 1.., Some(incident)) = (new.count(), ctx.incident) {
            foot.push(format!(" · {new} new since {}", &clock(incident.started_at)[..5]), Role::Dim);
        }
        match (self.place.selected(), self.place.cursor(page)) {
            (Some(_), Some(at)) => {
                let at = page.start + at as u64 + 1;
                let newer = page.matching.saturating_sub(at);
                foot.push(format!(" · at {}, {} newer, G follows", count(at), count(newer)), Role::Dim);
            }
            _ if !ctx.paused && (self.span == Span::All || ctx.window_follows) => foot.push(" · following", Role::Dim),
            _ => {}
        }
        foot
    }

    fn empty(&self, ctx: &Ctx<'_>) -> Line {
        let page = &ctx.stores.records.page;
        let status = &ctx.stores.records.status;
        let all = page.total.max(status.held + status.indexed);
        let trouble = status.files.iter().find_map(|file| Some(format!("{}: {}", file.name, file.trouble.as_ref()?)));
        let down = ctx.stores.sources.iter().filter(|source| source.gives.as_str() == "logs");
        let down = down.clone().find_map(|source| Some(format!("{}: {}", source.id, source.health.why()?)));
        let text = match (page.progress, trouble.or(down)) {
            (Some(progress), _) => format!("nothing found so far, looking {}", bar(progress)),
            (None, Some(trouble)) if all == 0 => return Line::of(format!(" {trouble}"), Role::Warning),
            _ if all == 0 => {
                let sources = ctx.stores.sources.iter().any(|source| source.gives.as_str() == "logs");
                if sources { "no log record yet" } else { "no source of logs is configured" }.to_owned()
            }
            _ if !self.filter.is_empty() && self.span == Span::All => {
                format!("none of {} records passes the filter; x drops it, f changes it", count(all))
            }
            _ if !self.filter.is_empty() => {
                format!("none of {} records passes the filter here; x drops it, A looks at all time", count(all))
            }
            _ => format!("{} records, none in this window; A looks at all time, {{ widens", count(all)),
        };
        Line::of(format!(" {text}"), Role::Dim)
    }

    fn list(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        let page = &ctx.stores.records.patterns;
        if page.rows.is_empty() {
            let words = match page.progress {
                Some(progress) => format!(" looking for patterns {}", bar(progress)),
                None => " no pattern here".to_owned(),
            };
            return canvas.line(0, &Line::of(words, Role::Dim));
        }
        let (visible, cursor) = self.patterns.visible(page);
        for (row, at) in visible.enumerate() {
            canvas.line(row, &self.pattern(&page.rows[at], page.records, at == cursor, canvas));
            if at == cursor && focused {
                canvas.tint(row, Role::Selected);
            }
        }
    }

    /// A pattern as a row: how many, what share, how it went, what is new, when last, who, the text.
    fn pattern(&self, row: &PatternRow, of: u64, selected: bool, canvas: &Canvas<'_>) -> Line {
        let columns = canvas.width();
        let mut line = Line::of(if selected { "▌" } else { " " }, Role::Focus);
        line.push(format!("{} ", cell_right(&short_count(row.count), 7)), Role::Strong);
        let share = row.count as f64 * 100.0 / of.max(1) as f64;
        let share = if share >= 9.95 { format!("{share:.0} %") } else { format!("{share:.1} %") };
        line.push(format!("{} ", cell_right(&share, 5)), Role::Dim);
        let cells = if columns >= COUNTS_FROM { TREND } else { TREND / 2 };
        line.push(format!("{} ", cell(&trend(row, cells, canvas.ascii()), cells)), Role::Trend);
        let (words, role) = news_words(row);
        line.push(format!("{} ", cell(&words, 6)), role);
        if columns >= COUNTS_FROM
            && let Some((first, last)) = row.seen
        {
            line.push(format!("{} {} ", clock(first), clock(last)), Role::Dim);
        }
        line.push(format!("{:<5} ", row.severity.word()), severity_role(row.severity));
        let services = match row.services.as_slice() {
            [] => String::new(),
            [(one, _)] => one.as_str().to_owned(),
            [(one, _), more @ ..] => format!("{one} +{}", more.len()),
        };
        line.push(format!("{} ", cell(&services, self.services)), Role::Text);
        line.push(row.template.clone(), Role::Text);
        line
    }

    fn patterns_foot(&self, ctx: &Ctx<'_>) -> Line {
        let page = &ctx.stores.records.patterns;
        let mut foot =
            Line::of(format!(" {} patterns of {} records", count(page.total), count(page.records)), Role::Dim);
        if let Some(progress) = page.progress {
            foot.push(format!(" · looking {}", bar(progress)), Role::Warning);
        }
        let begun = ctx.incident.map(|incident| incident.started_at);
        let since = match (self.patterns.onset().or(begun), begun) {
            (Some(at), begun) if begun == Some(at) => format!("{} (the incident)", clock(at)),
            (Some(at), _) => clock_millis(at),
            (None, _) => "the middle of the window".to_owned(),
        };
        let order = match self.patterns.order() {
            Order::Count => "most frequent first".to_owned(),
            Order::News => {
                let wrong = RATE * 100.0;
                format!("new since {since} first, by the growth that is sure ({wrong} % false discoveries)")
            }
            Order::Last => "latest first".to_owned(),
        };
        foot.push(format!(" · {order} · o order · Enter its lines"), Role::Dim);
        if page.beyond > 0 {
            foot.push(format!(" · {} records in no pattern", count(page.beyond)), Role::Warning);
        }
        foot
    }
}

/// How far something came: `43 % ▓▓▓▓░░░░░░`.
fn bar(progress: Progress) -> String {
    let Progress { done, total } = progress;
    let share = done.min(total) as f64 / total.max(1) as f64;
    let full = ((share * BAR as f64) as usize).min(BAR);
    format!("{} % {}{}", (share * 100.0) as u64, "#".repeat(full), ".".repeat(BAR - full))
}

/// The input with what it found, and below it what is wrong or how it is written.
fn input(canvas: &mut Canvas<'_>, typing: &Typing, row: usize, found: String) {
    let (sign, hint) = match typing.kind {
        Kind::Search => ("/", "words /regex/ service=x level>=error · Enter stays · Esc goes back · Up: earlier ones"),
        Kind::Filter => ("filter ", "words \"exact words\" /regex/ service=x level>=error latency>500ms -not"),
        Kind::Chip(_) => ("chip ", "one term; empty takes it away"),
    };
    let right = Line::of(found, Role::Strong);
    let Area { x, y, width, height } = canvas.area();
    if row >= usize::from(height) {
        return;
    }
    let head = Line::of(format!(" {sign}"), Role::Key);
    canvas.line(row, &head);
    let (left, room) = (head.width() as u16, right.width() as u16 + 1);
    let place = Area::new(x + left, y + row as u16, width.saturating_sub(left + room), 1);
    typing.editor().draw(&mut canvas.part(place), true, "");
    canvas.line_at(canvas.width().saturating_sub(right.width()), row, &right);
    let below = match &typing.error {
        Some(error) => Line::of(format!(" {error}"), Role::Warning),
        None => Line::of(format!(" {hint}"), Role::Dim),
    };
    canvas.line(row + 1, &below);
}
