//! One record as a row: time, service, level, text, how many are alike and whether that is new.

use super::Logs;
use crate::app::Ctx;
use crate::domain::time::clock_millis;
use crate::domain::{Severity, Timestamp};
use crate::logs::PageRow;
use crate::logs::answer::{News, NewsKind, PatternRow};
use crate::store::Filter;
use crate::ui::line::{cell, cell_right, fit};
use crate::ui::number::{count, ratio};
use crate::ui::{Line, Role, spark};

/// Columns from which on rows say how many records are alike.
pub(super) const COUNTS_FROM: usize = 76;
/// Columns from which on rows say what is new and how it went.
pub(super) const MARKS_FROM: usize = 100;
/// Columns of the count, of what is new, and of the trend.
const COUNT: usize = 7;
const NEWS: usize = 5;
const TREND: usize = 7;
/// Hits marked in a line.
const HITS: usize = 64;

/// What is the same for all rows of a frame.
pub(super) struct Looks<'a> {
    pub ctx: &'a Ctx<'a>,
    pub services: usize,
    pub columns: usize,
    /// Columns that the text is moved to the left.
    pub left: usize,
    /// Some record in view is of another day than today's.
    pub days: bool,
    /// What is new is known.
    pub marks: bool,
    pub ascii: bool,
    pub search: Option<&'a Filter>,
}

impl Logs {
    /// What rows of this frame have in common.
    pub(super) fn looks<'a>(&'a self, ctx: &'a Ctx<'a>, rows: &[PageRow], columns: usize, ascii: bool) -> Looks<'a> {
        let day = |at: Timestamp| at.as_second().div_euclid(86_400);
        let other = rows.iter().any(|row| day(row.record.at()) != day(ctx.now));
        Looks {
            ctx,
            services: self.services,
            columns,
            left: self.left,
            days: other && !ctx.relative_times && columns >= 70,
            marks: columns >= MARKS_FROM && self.asks_patterns(ctx),
            ascii,
            search: self.search.as_ref().map(|search| &search.filter),
        }
    }
}

impl Looks<'_> {
    /// The columns before the text.
    fn head(&self, row: &PageRow, selected: bool) -> Line {
        let record = &row.record;
        let mut line = Line::of(if selected { "▌" } else { " " }, Role::Focus);
        let time_role = if record.time.is_some() { Role::Dim } else { Role::Warning };
        // The record's place in time: a file whose clock is off is shifted as a whole.
        let at = row.key.at;
        if self.days {
            line.push(at.strftime("%m-%d ").to_string(), time_role);
        }
        let stated = if self.ctx.relative_times { self.ctx.when(at) } else { clock_millis(at) };
        let stated = if record.time.is_some() { stated } else { format!("~{stated}") };
        line.push(format!("{} ", cell(&stated, 12)), time_role);
        line.push(format!("{} ", cell(&record.service, self.services)), Role::Text);
        line.push(format!("{:<5} ", record.severity.word()), severity_role(record.severity));
        line
    }

    /// How many are alike, whether that is new, and how it went.
    fn tail(&self, row: &PageRow) -> Line {
        let mut line = Line::new();
        if self.columns < COUNTS_FROM {
            return line;
        }
        let alike = if row.alike > 1 { format!("×{}", short_count(row.alike)) } else { String::new() };
        line.push(format!(" {}", cell_right(&alike, COUNT - 1)), Role::Dim);
        if !self.marks {
            return line;
        }
        let known = row.pattern.and_then(|id| self.ctx.stores.records.patterns.rows.iter().find(|one| one.id == id));
        let (words, role) = known.map(news_words).unwrap_or_default();
        line.push(format!(" {}", cell(&words, NEWS - 1)), role);
        line.push(
            format!(" {}", cell(&known.map_or_else(String::new, |one| trend(one, TREND - 1, self.ascii)), TREND - 1)),
            Role::Trend,
        );
        line
    }

    /// The text with its hits marked.
    fn text(&self, row: &PageRow) -> Line {
        if let Some(gone) = &row.gone {
            return Line::of(format!("({gone})"), Role::Warning);
        }
        let record = &row.record;
        let role = if record.severity >= Severity::Error { Role::Strong } else { Role::Text };
        let mut line = Line::new();
        let mut at = 0;
        let hits = self.search.map(|search| search.marks(&record.body)).unwrap_or_default();
        for hit in hits.into_iter().take(HITS) {
            line.push(&record.body[at..hit.start], role);
            line.push(&record.body[hit.clone()], Role::Highlight);
            at = hit.end;
        }
        line.push(&record.body[at..], role);
        let more = record.raw.as_str().lines().count().saturating_sub(1);
        if more > 0 {
            line.push(format!("  (+{more} lines)"), Role::Dim);
        }
        line
    }

    /// The record in one row.
    pub(super) fn row(&self, row: &PageRow, selected: bool) -> Line {
        let (mut line, tail) = (self.head(row, selected), self.tail(row));
        let room = self.columns.saturating_sub(line.width() + tail.width());
        let text = moved(self.text(row), self.left).cut(room);
        let blank = room - text.width();
        line.append(text);
        line.push(" ".repeat(blank), Role::Text);
        line.append(tail);
        line
    }

    /// The record in as many rows as its text takes, but not more than `most`.
    pub(super) fn wrapped(&self, row: &PageRow, selected: bool, most: usize) -> Vec<Line> {
        let head = self.head(row, selected);
        let indent = head.width();
        let text = self.text(row).wrap(self.columns.saturating_sub(indent), 0);
        let left_out = text.len().saturating_sub(most.max(1));
        let mut rows: Vec<Line> = text
            .into_iter()
            .take(most.max(1))
            .enumerate()
            .map(|(at, part)| {
                let mut line = if at == 0 { head.clone() } else { Line::of(" ".repeat(indent), Role::Text) };
                line.append(part);
                line
            })
            .collect();
        if left_out > 0
            && let Some(last) = rows.last_mut()
        {
            *last = last.clone().cut(self.columns.saturating_sub(1)).with("…", Role::Warning);
        }
        rows
    }
}

/// A line without its first columns, with a mark where something was.
fn moved(line: Line, columns: usize) -> Line {
    if columns == 0 {
        return line;
    }
    let mut left = columns + 1;
    let mut out = Line::of("…", Role::Dim);
    for span in line.spans() {
        let (head, used) = fit(&span.text, left);
        left -= used.min(left);
        if head.len() < span.text.len() {
            // A wide character that is cut in half goes whole.
            left = 0;
            out.push(&span.text[head.len()..], span.role);
        }
    }
    out
}

/// A large count in few columns: `8,213`, `48k`, `1.2M`.
pub(super) fn short_count(n: u64) -> String {
    match n {
        0..10_000 => count(n),
        10_000..1_000_000 => format!("{}k", n / 1_000),
        _ => format!("{:.1}M", n as f64 / 1e6),
    }
}

/// What happened to a pattern, in a word.
pub(super) fn news_words(row: &PatternRow) -> (String, Role) {
    match &row.news {
        Some(News { kind: NewsKind::New, .. }) => ("NEW".to_owned(), Role::Critical),
        Some(News { kind: NewsKind::Burst, ratio: r, .. }) => (ratio(*r), Role::Warning),
        Some(News { kind: NewsKind::Rarer, ratio: r, .. }) => (ratio(*r), Role::Change),
        Some(News { kind: NewsKind::Stopped, .. }) => ("gone".to_owned(), Role::Change),
        None => (String::new(), Role::Dim),
    }
}

/// The counts of a pattern over time in so many columns.
pub(super) fn trend(row: &PatternRow, columns: usize, ascii: bool) -> String {
    let each = row.trend.len().div_ceil(columns.max(1)).max(1);
    let sums = row.trend.chunks(each).map(|part| part.iter().map(|n| u64::from(*n)).sum::<u64>());
    let values: Vec<_> = sums.map(|sum| (sum > 0).then_some(sum as f64)).collect();
    if values.iter().all(Option::is_none) {
        return String::new();
    }
    from_zero(&values, ascii)
}

/// A trend of counts, which begin at zero: one that stands still is no flat line at the bottom.
pub(super) fn from_zero(values: &[Option<f64>], ascii: bool) -> String {
    let with_zero: Vec<_> = values.iter().copied().chain([Some(0.0)]).collect();
    let drawn = spark::spark(&with_zero, ascii);
    drawn.chars().take(values.len()).collect()
}

/// How a severity is drawn.
pub(super) fn severity_role(severity: Severity) -> Role {
    match severity {
        Severity::Fatal | Severity::Error => Role::Critical,
        Severity::Warn => Role::Warning,
        Severity::Info => Role::Text,
        Severity::Unset | Severity::Trace | Severity::Debug => Role::Dim,
    }
}
