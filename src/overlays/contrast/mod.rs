//! What bad records have in common that others have not: a row a finding with its shares, how many times the share of the
//! rest that is, and how sure it is; below, all that is known of the selected one. From a finding leads a way to its
//! records, to the incident as evidence, and to the clipboard.

mod words;

use super::{centred, padded, size_of};
use crate::analysis::correlate::{Certainty, FEWEST, Finding};
use crate::app::msg::Sift;
use crate::app::{Ctx, Intent};
use crate::logs::answer::Contrasted;
use crate::logs::ask::ContrastAsk;
use crate::logs::contrast::{Told, filter_of, in_words, percent};
use crate::store::Filter;
use crate::ui::key::{Code, Key};
use crate::ui::line::{cell, cell_right};
use crate::ui::list::{Scroll, Step};
use crate::ui::number::count;
use crate::ui::{Canvas, Line, Role, frame};

/// Columns of the overlay.
const WIDEST: u16 = 130;
/// Rows above the list: what is compared, and the names of the columns.
const HEAD: usize = 4;
/// Rows below it for the selected finding.
const FOOT: usize = 6;
/// Columns of figures right of a finding.
const FIGURES: usize = 47;

/// State of the overlay.
pub struct Contrast {
    ask: ContrastAsk,
    scroll: Scroll,
    height: usize,
}

impl Contrast {
    /// A comparison that is to be made.
    pub fn new(ask: ContrastAsk) -> Self {
        Self { ask, scroll: Scroll::top(), height: 0 }
    }

    /// What is asked of the desk.
    pub fn ask(&self) -> &ContrastAsk {
        &self.ask
    }

    /// A key.
    pub fn on_key(&mut self, key: Key, ctx: &Ctx<'_>) -> Vec<Intent> {
        let told = told(ctx);
        let findings = told.map_or(&[][..], |told| &told.report.findings);
        let selected = told.zip(findings.get(self.scroll.selected()));
        if let Some(step) = Step::of(key) {
            self.scroll.step(step, findings.len(), self.height);
            self.scroll.follow(false);
            return Vec::new();
        }
        match key.code {
            Code::Enter => selected.and_then(|(told, it)| sift(it, &told.filter)).into_iter().collect(),
            Code::Char('f') => selected.and_then(|(_, it)| sift(it, &Filter::default())).into_iter().collect(),
            Code::Char('y') => selected.map(|(told, it)| Intent::Copy(words::account(told, it))).into_iter().collect(),
            Code::Char('m') => {
                let capture = selected.map(|(told, it)| words::capture(told, it, ctx.now));
                capture.map(|capture| Intent::Keep(Box::new(capture))).into_iter().collect()
            }
            _ => vec![Intent::Close],
        }
    }

    /// Fits the list to the screen.
    pub fn settle(&mut self, ctx: &Ctx<'_>, size: (u16, u16)) {
        self.height = usize::from(size.1).saturating_sub(4 + HEAD + FOOT).max(1);
        self.scroll.grown(told(ctx).map_or(0, |told| told.report.findings.len()), self.height);
    }

    /// Draws the overlay.
    pub fn view(&self, canvas: &mut Canvas<'_>, ctx: &Ctx<'_>) {
        let (_, rows) = size_of(canvas);
        let area = centred(size_of(canvas), WIDEST, rows);
        let mut part = canvas.part(area);
        part.clear();
        let title = Line::of("In common", Role::Strong).with(format!("  {}", self.ask.look.filter), Role::Text);
        let inner = frame::frame(&mut part, &title, &self.right(ctx), true);
        let mut inside = part.part(padded(inner));
        let columns = inside.width();
        let Some(told) = told(ctx) else {
            return inside.line(0, &counting(ctx));
        };
        for (at, line) in words::compared(told).into_iter().enumerate() {
            inside.line(at, &line.cut(columns));
        }
        let findings = &told.report.findings;
        if findings.is_empty() {
            words::nothing(told).iter().enumerate().for_each(|(at, line)| inside.line(HEAD - 1 + at, line));
            return;
        }
        inside.line(HEAD - 1, &heading(columns));
        let room = inside.height().saturating_sub(HEAD + FOOT).max(1);
        for (row, at) in self.scroll.visible(findings.len(), room).enumerate() {
            inside.line(HEAD + row, &finding(&findings[at], at, columns));
            if at == self.scroll.selected() {
                inside.tint(HEAD + row, Role::Selected);
            }
        }
        let Some(it) = findings.get(self.scroll.selected()) else { return };
        let foot = HEAD + room.min(findings.len());
        for (row, line) in words::about(told, it).into_iter().enumerate() {
            inside.line(foot + 1 + row, &line.cut(columns));
        }
    }

    /// How many questions were asked.
    fn right(&self, ctx: &Ctx<'_>) -> Line {
        let Some(told) = told(ctx) else { return Line::new() };
        let asked = told.report.asked;
        let all = asked.values as u64 + asked.ranges as u64 + asked.pairs as u64;
        Line::of(format!("{} questions asked", count(all)), Role::Dim)
    }
}

/// What came of it, once it has.
fn told<'a>(ctx: &Ctx<'a>) -> Option<&'a Told> {
    match ctx.stores.records.contrast.as_ref()? {
        Contrasted::Told { told, .. } => Some(told),
        Contrasted::Counting { .. } => None,
    }
}

/// The records of a finding among those of a filter.
fn sift(it: &Finding, among: &Filter) -> Option<Intent> {
    let filter = among.and(&filter_of(&it.parts)?);
    Some(Intent::Sift(Sift::Instead(filter.to_text())))
}

/// How far counting is.
fn counting(ctx: &Ctx<'_>) -> Line {
    match &ctx.stores.records.contrast {
        Some(Contrasted::Counting { progress, .. }) if progress.total > 1 => {
            let (done, total) = (count(progress.done), count(progress.total));
            Line::of(format!("still counting: {done} of {total} records"), Role::Dim)
        }
        Some(_) | None => Line::of("looking for the records", Role::Dim),
    }
}

fn heading(columns: usize) -> Line {
    let what = columns.saturating_sub(FIGURES);
    Line::of(format!("{}  of the bad  of the rest   times", cell("what stands out", what)), Role::Dim)
}

/// A finding in a row.
fn finding(it: &Finding, at: usize, columns: usize) -> Line {
    let mark = match it.along {
        Some(of) => format!("   with {}: ", of + 1),
        None => format!("{:>2} ", at + 1),
    };
    let what = columns.saturating_sub(FIGURES + mark.chars().count());
    let (bad, rest, ratio) = (it.among_bad(), it.among_rest(), it.ratio());
    let role = if it.along.is_some() { Role::Text } else { Role::Strong };
    let sure = match it.certainty() {
        Certainty::Likely => Role::Warning,
        Certainty::Sure | Certainty::Certain => Role::Good,
    };
    Line::of(mark, Role::Dim)
        .with(cell(&in_words(&it.parts), what), role)
        .with(cell_right(&percent(bad.value), 12), Role::Strong)
        .with(cell_right(&percent(rest.value), 13), Role::Text)
        .with(cell_right(&format!("×{}", times(ratio.value)), 8), Role::Text)
        .with(format!("   {}", it.certainty().word()), sure)
}

/// How many times, with as many figures as matter.
fn times(ratio: f64) -> String {
    if ratio < 9.95 { format!("{ratio:.1}") } else { count(ratio.round() as u64) }
}
