//! Draws pane 2.

use super::Logs;
use crate::app::Ctx;
use crate::domain::{LogRecord, Severity};
use crate::panes::search::push_hits;
use crate::store::Progress;
use crate::ui::line::cell;
use crate::ui::number::count;
use crate::ui::{Canvas, Line, Role, frame};

impl Logs {
    /// Draws the pane.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>, focused: bool) {
        let inner = frame::frame(canvas, &self.title(), &self.right(ctx), focused);
        let mut canvas = canvas.part(inner);
        let keys = self.keys(ctx.window);
        if keys.is_empty() {
            canvas.line(0, &self.empty(ctx));
        }
        let scroll = self.scroll(ctx);
        let visible = scroll.visible(keys.len(), self.height);
        let shown: Vec<_> = visible.clone().filter_map(|at| ctx.stores.logs.get(keys.get(at)?)).collect();
        // While the list follows, the cursor is on the newest; that is worth a mark only where keys go.
        let marked = match self.selected {
            Some(_) => Some(scroll.selected()),
            None => keys.len().checked_sub(1).filter(|_| focused),
        };
        for (row, record) in shown.into_iter().enumerate() {
            let selected = marked == Some(visible.start + row);
            canvas.line(row, &self.row(ctx, record, selected, self.services));
            if selected && focused {
                canvas.tint(row, Role::Selected);
            }
        }
        let foot = canvas.height().saturating_sub(1);
        canvas.line(foot, &self.foot(ctx, keys.len(), scroll.selected()));
    }

    fn title(&self) -> Line {
        let mut title = Line::of("2 Logs", Role::Text);
        for chip in self.view.filter().chips() {
            title.push(" ", Role::Text);
            title.push(format!("[{chip}]"), Role::Chip);
        }
        title
    }

    fn right(&self, ctx: &Ctx<'_>) -> Line {
        let mut right = Line::new();
        if let Some(search) = &self.search {
            right.push(format!("/{}", search.text()), Role::Highlight);
        }
        if ctx.paused {
            right.push(if right.is_empty() { "PAUSED" } else { "  PAUSED" }, Role::Warning);
        }
        right
    }

    fn row(&self, ctx: &Ctx<'_>, record: &LogRecord, selected: bool, services: usize) -> Line {
        let mut line = Line::of(if selected { "▌" } else { " " }, Role::Focus);
        let time_role = if record.time.is_some() { Role::Dim } else { Role::Warning };
        let stated = if record.time.is_some() { ctx.when(record.at()) } else { format!("~{}", ctx.when(record.at())) };
        line.push(format!("{} ", cell(&stated, 12)), time_role);
        line.push(format!("{} ", cell(&record.service, services)), Role::Text);
        line.push(format!("{:<5} ", record.severity.word()), severity_role(record.severity));
        let text_role = if record.severity >= Severity::Error { Role::Strong } else { Role::Text };
        push_hits(&mut line, &record.body, text_role, self.search.as_ref());
        let more = record.raw.as_str().lines().count().saturating_sub(1);
        if more > 0 {
            line.push(format!("  (+{more} lines)"), Role::Dim);
        }
        line
    }

    fn foot(&self, ctx: &Ctx<'_>, shown: usize, at: usize) -> Line {
        let all = ctx.stores.logs.len();
        let mut foot = Line::of(format!(" {} of {} records", count(shown as u64), count(all as u64)), Role::Dim);
        match &self.progress {
            Progress::Done => {}
            Progress::Scanned { done, total } => {
                foot.push(format!(" · filtering {} %", done * 100 / (*total).max(1)), Role::Warning);
            }
        }
        if self.selected.is_some() {
            let below = shown.saturating_sub(at + 1);
            foot.push(format!(" · at {}, {} newer, G follows", count(at as u64 + 1), count(below as u64)), Role::Dim);
        } else if !ctx.paused && ctx.window_follows {
            foot.push(" · following", Role::Dim);
        }
        if ctx.stores.logs.evicted() > 0 {
            foot.push(format!(" · {} older let go", count(ctx.stores.logs.evicted())), Role::Dim);
        }
        if ctx.stores.dropped() > 0 {
            foot.push(format!(" · {} dropped", count(ctx.stores.dropped())), Role::Warning);
        }
        foot
    }

    fn empty(&self, ctx: &Ctx<'_>) -> Line {
        let all = ctx.stores.logs.len();
        let text = if all == 0 {
            let sources = ctx.stores.sources.iter().any(|source| source.gives.as_str() == "logs");
            if sources { "no log record yet" } else { "no source of logs is configured" }.to_owned()
        } else if !self.view.filter().is_empty() {
            format!("none of {} records passes the filter here; x drops it, = goes to now", count(all as u64))
        } else {
            format!("{} records, none in this window; = follows the clock, {{ widens", count(all as u64))
        };
        Line::of(format!(" {text}"), Role::Dim)
    }
}

fn severity_role(severity: Severity) -> Role {
    match severity {
        Severity::Fatal | Severity::Error => Role::Critical,
        Severity::Warn => Role::Warning,
        Severity::Info => Role::Text,
        Severity::Unset | Severity::Trace | Severity::Debug => Role::Dim,
    }
}
