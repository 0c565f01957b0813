//! A text to read over the panes: timeline, changes, notices, queries, sources, the preview of a prompt.

use super::help::{draw_text, scroll_text};
use super::{centred, size_of};
use crate::app::handlers::telemetry::change_words;
use crate::app::notices::Level;
use crate::app::{Ctx, Intent};
use crate::domain::PanelOrigin;
use crate::domain::incident::EntryKind;
use crate::domain::time::{clock, short, stamp};
use crate::domain::{CleanText, Timestamp};
use crate::logs::answer::{FileState, Progress};
use crate::store::PanelSeries;
use crate::ui::key::{Code, Key};
use crate::ui::line::cell;
use crate::ui::list::{Scroll, Step};
use crate::ui::number::count;
use crate::ui::{Canvas, Line, Role};

/// Columns of the widest text.
const WIDEST: u16 = 120;

/// What is read.
#[derive(Clone, Debug, PartialEq)]
pub enum Topic {
    /// The incident's timeline.
    Timeline,
    /// Changes, newest first.
    Changes,
    /// Notices, newest first.
    Notices,
    /// What is asked again and again.
    Queries,
    /// Sources and their state.
    Sources,
    /// Log files and how far they are read.
    Files,
    /// A text of its own: its title and lines.
    Text(CleanText, CleanText),
}

/// State of the reader.
pub struct Reader {
    topic: Topic,
    scroll: Scroll,
    rows: Vec<Line>,
    height: usize,
}

impl Reader {
    /// A reader on a topic.
    pub fn on(topic: Topic) -> Self {
        Self { topic, scroll: Scroll::top(), rows: Vec::new(), height: 0 }
    }

    /// A key.
    pub fn on_key(&mut self, key: Key, _ctx: &Ctx<'_>) -> Vec<Intent> {
        let step = match key.code {
            Code::Down | Code::Char('j') => Step::Down,
            Code::Up | Code::Char('k') => Step::Up,
            Code::Char('d') if key.ctrl => Step::HalfDown,
            Code::Char('u') if key.ctrl => Step::HalfUp,
            Code::PageDown | Code::Char(' ') => Step::PageDown,
            Code::PageUp => Step::PageUp,
            Code::Home | Code::Char('g') => Step::Home,
            Code::End | Code::Char('G') => Step::End,
            Code::Char('y') => {
                let text: Vec<String> = self.rows.iter().map(Line::text).collect();
                return vec![Intent::Copy(text.join("\n"))];
            }
            _ => return vec![Intent::Close],
        };
        scroll_text(&mut self.scroll, step, self.rows.len(), self.height);
        Vec::new()
    }

    /// Lays the text out for the screen.
    pub fn settle(&mut self, ctx: &Ctx<'_>, size: (u16, u16)) {
        // The frame, and the blank beside it.
        let columns = usize::from(size.0.saturating_sub(2).min(WIDEST)).saturating_sub(3);
        let indent = if matches!(self.topic, Topic::Text(..)) { 0 } else { 10 };
        self.height = usize::from(size.1).saturating_sub(4);
        self.rows = lines(ctx, &self.topic).into_iter().flat_map(|line| line.wrap(columns, indent)).collect();
    }

    /// Draws the reader.
    pub fn view(&self, canvas: &mut Canvas<'_>, _ctx: &Ctx<'_>) {
        let rows = u16::try_from(self.rows.len() + 2).unwrap_or(u16::MAX);
        let area = centred(size_of(canvas), WIDEST, rows.max(5));
        draw_text(canvas, area, Line::of(title(&self.topic), Role::Strong), &self.rows, self.scroll.offset());
    }
}

fn title(topic: &Topic) -> CleanText {
    match topic {
        Topic::Timeline => "Timeline, UTC".into(),
        Topic::Changes => "Changes, newest first".into(),
        Topic::Notices => "Notices, newest first".into(),
        Topic::Queries => "Asked again and again, as configured".into(),
        Topic::Sources => "Sources".into(),
        Topic::Files => "Log files".into(),
        Topic::Text(title, _) => title.clone(),
    }
}

fn lines(ctx: &Ctx<'_>, topic: &Topic) -> Vec<Line> {
    let lines: Vec<Line> = match topic {
        Topic::Timeline => {
            ctx.incident.iter().flat_map(|incident| &incident.timeline).map(|line| entry(line, ctx.now)).collect()
        }
        Topic::Changes => ctx
            .stores
            .changes
            .iter()
            .map(|change| Line::of(format!("{} ", stamp(change.at)), Role::Dim).with(change_words(change), Role::Text))
            .collect(),
        Topic::Notices => ctx
            .notices
            .iter()
            .rev()
            .map(|notice| {
                let role = if notice.level == Level::Problem { Role::Warning } else { Role::Text };
                Line::of(format!("{}Z ", clock(notice.at)), Role::Dim).with(notice.text.clone(), role)
            })
            .collect(),
        Topic::Queries => queries(ctx),
        Topic::Sources => ctx.stores.sources.iter().map(|source| of_source(ctx, source)).collect(),
        Topic::Files => ctx.stores.records.status.files.iter().map(of_file).collect(),
        Topic::Text(_, text) => text.as_str().lines().map(|line| Line::of(line, Role::Text)).collect(),
    };
    if lines.is_empty() { vec![Line::of("nothing yet", Role::Dim)] } else { lines }
}

/// What is asked again and again: as configured, for alerts, and what a person added.
fn queries(ctx: &Ctx<'_>) -> Vec<Line> {
    let line = |source: &str, every: &str, text: &CleanText, why: String| {
        Line::of(cell(source, 12), Role::Strong)
            .with(format!(" {every:>6}  "), Role::Dim)
            .with(text.clone(), Role::Text)
            .with(why, Role::Dim)
    };
    let configured = ctx.settings.queries.iter().map(|query| {
        let every = if query.every_seconds == 0 { "live".to_owned() } else { format!("{} s", query.every_seconds) };
        line(&query.source, &every, &query.text, String::new())
    });
    // An answer to a question that was put once has no step.
    let polled = |panel: &&PanelSeries| !panel.panel.step.is_zero();
    let added = ctx.stores.series.panels().iter().filter(polled).filter_map(|panel| {
        let why = match &panel.panel.origin {
            PanelOrigin::Configured => return None,
            PanelOrigin::Alert(name) => format!("  for {name}"),
            PanelOrigin::Confirmed => "  confirmed".to_owned(),
        };
        Some(line(panel.source.as_str(), "", &panel.panel.query, why))
    });
    let traces = ctx.stores.exemplars.iter().map(|asked| {
        let query = CleanText::line(&asked.ask.query);
        line(asked.ask.source.as_str(), "once", &query, "  exemplars, by E".to_owned())
    });
    configured.chain(added).chain(traces).collect()
}

fn entry(entry: &crate::domain::incident::TimelineEntry, now: Timestamp) -> Line {
    let role = match entry.kind {
        EntryKind::Fired => Role::Critical,
        EntryKind::Resolved => Role::Good,
        EntryKind::Change => Role::Change,
        EntryKind::Pin | EntryKind::Note | EntryKind::Question => Role::Person,
        EntryKind::Ran | EntryKind::Rejected => Role::Strong,
        EntryKind::System => Role::Dim,
    };
    // Another day than today's is said.
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    let today = day(entry.at) == day(now);
    let at = if today { format!("{}Z ", clock(entry.at)) } else { format!("{} ", stamp(entry.at)) };
    let mut line = Line::of(at, Role::Dim);
    line.push(format!("{:<9}", entry.kind.word()), role);
    line.push(CleanText::line(&entry.text), Role::Text);
    for id in &entry.evidence {
        line.push(format!(" [{id}]"), Role::Key);
    }
    if !entry.who.is_empty() {
        line.push(format!("  {}", entry.who), Role::Dim);
    }
    line
}

fn of_source(ctx: &Ctx<'_>, source: &crate::app::stores::SourceState) -> Line {
    let role = match source.health.word() {
        "ok" | "ended" => Role::Good,
        "down" => Role::Critical,
        _ => Role::Warning,
    };
    let mut line = Line::of(cell(source.id.as_str(), 14), Role::Strong);
    line.push(format!("{:<9}", source.health.word()), role);
    if let Some(since) = source.health.since() {
        line.push(format!("for {} ", short(since.duration_until(ctx.now))), Role::Dim);
    }
    if let Some(why) = source.health.why() {
        line.push(why.clone(), Role::Text);
    }
    if source.dropped > 0 {
        line.push(format!("  {} records dropped", source.dropped), Role::Warning);
    }
    line
}

/// A log file: its format, how much of it is read, how it is shifted, what is wrong.
fn of_file(file: &FileState) -> Line {
    let mut line = Line::of(cell(&file.name, 24), Role::Strong);
    line.push(format!(" {}  {} records", file.format, count(file.records)), Role::Text);
    let Progress { done, total } = file.read;
    if done < total {
        line.push(format!("  {} % of {} bytes read", done * 100 / total.max(1), count(total)), Role::Warning);
    } else {
        line.push(format!("  {} bytes", count(total)), Role::Dim);
    }
    if !file.shift.is_zero() {
        let (sign, length) = if file.shift.is_negative() { ("earlier", -file.shift) } else { ("later", file.shift) };
        line.push(format!("  put {} {sign}", short(length)), Role::Change);
    }
    if let Some(trouble) = &file.trouble {
        line.push(format!("  {trouble}"), Role::Warning);
    }
    line
}
