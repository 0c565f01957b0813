//! The foot of the list of pane 3: marks of the changes below the sparklines, what is said of the selected row, what moved
//! first, how promises burn, and the queries that wait for a decision.

use super::Metrics;
use super::list::{BEFORE, Columns};
use crate::analysis::burn::Urgency;
use crate::app::Ctx;
use crate::domain::Change;
use crate::domain::time::{clock, short};
use crate::signals::Mover;
use crate::signals::picture::{ServiceBurn, What};
use crate::ui::line::{cell, width};
use crate::ui::spark::{column_of, mark_row};
use crate::ui::{Line, Role, number};

/// Rows for what moved first, at most.
const MOVERS: usize = 4;
/// Rows for promises, at most.
const BURNS: usize = 2;
/// Columns that the name of a mover takes at most.
const NAME: usize = 32;

/// A line of the foot; the marks need to know where the sparklines are.
pub(super) enum FootLine {
    /// A sign below the column of every change.
    Marks,
    /// Anything else.
    Plain(Line),
}

impl FootLine {
    /// As it is drawn.
    pub(super) fn drawn(self, ctx: &Ctx<'_>, columns: Columns) -> Line {
        match self {
            FootLine::Marks => {
                let marks = marks(ctx, columns.sparks);
                Line::of(format!("{}{marks}", " ".repeat(columns.names + BEFORE + 1)), Role::Change)
            }
            FootLine::Plain(line) => line,
        }
    }
}

impl Metrics {
    /// The foot for the pane as large as it is: never more than half of it.
    pub(super) fn foot(&self, ctx: &Ctx<'_>) -> Vec<FootLine> {
        let (columns, rows) = self.inside;
        let mut lines = Vec::new();
        let said = self.said(ctx);
        if !said.is_empty() {
            let mut line = Line::of(" ", Role::Text);
            line.append(said);
            lines.push(FootLine::Plain(line.cut(columns)));
        }
        let room = (rows / 2).saturating_sub(2);
        let movers = MOVERS.min(room.saturating_sub(lines.len()));
        lines.extend(first(ctx, columns, movers).into_iter().map(FootLine::Plain));
        lines.extend(ctx.stores.signals.burns.iter().take(BURNS).filter_map(burn).map(FootLine::Plain));
        if let Some(waiting) = ctx.stores.ideas.waiting() {
            let others =
                if waiting.other_alerts > 0 { format!(" and {} more", waiting.other_alerts) } else { String::new() };
            let queries = if waiting.count == 1 { "query" } else { "queries" };
            let text = format!(" {} {queries} proposed for {}{others}: w shows them", waiting.count, waiting.alert);
            lines.push(FootLine::Plain(Line::of(text, Role::Key)));
        }
        lines.truncate(room);
        // Where they are, changes are the last to give way: the first suspects of most incidents.
        if let Some(words) = change_words(ctx, columns) {
            lines.insert(0, FootLine::Marks);
            lines.insert(1, FootLine::Plain(words));
        }
        lines
    }
}

/// A mark in the column of every change.
fn marks(ctx: &Ctx<'_>, columns: usize) -> String {
    let mark = if ctx.settings.ascii { '^' } else { '▲' };
    let at = |change: &Change| Some((column_of(change.at, ctx.window, columns)?, mark));
    mark_row(columns, &ctx.stores.changes.in_window(ctx.window).filter_map(at).collect::<Vec<_>>())
}

/// The newest change in words: one that is no mere commit, where there is one.
fn change_words(ctx: &Ctx<'_>, room: usize) -> Option<Line> {
    let inside: Vec<&Change> = ctx.stores.changes.in_window(ctx.window).collect();
    let change = inside.iter().rev().find(|change| change.kind.as_str() != "commit").or(inside.last())?;
    let text = format!("▲ {} {} {}", clock(change.at), change.kind, change.summary);
    Some(Line::of(cell(&format!(" {text}"), room), Role::Change))
}

/// What moved first, each with when and how surely; what may have been at the same time shares a place.
fn first(ctx: &Ctx<'_>, columns: usize, most: usize) -> Vec<Line> {
    let movers = &ctx.stores.signals.first;
    if most == 0 || !movers.iter().any(|mover| mover.place.is_some()) {
        return Vec::new();
    }
    let mut lines: Vec<Line> = Vec::new();
    let mut line = Line::of(" first to move: ", Role::Strong);
    let mut begun = false;
    let mut told = 0;
    for mover in movers {
        let next = mover_words(mover);
        if begun && line.width() + next.width() + 2 > columns {
            lines.push(std::mem::replace(&mut line, Line::of("   ", Role::Text)));
            if lines.len() == most {
                break;
            }
            begun = false;
        }
        if begun {
            line.push(", ", Role::Dim);
        }
        line.append(next.cut(columns.saturating_sub(line.width())));
        begun = true;
        told += 1;
    }
    if lines.len() < most {
        lines.push(line);
    }
    let left = movers.len() - told + ctx.stores.signals.counts.left_out;
    if left > 0
        && let Some(last) = lines.pop()
    {
        let words = format!(" + {left} more");
        lines.push(last.cut(columns.saturating_sub(width(&words))).with(words, Role::Dim));
    }
    lines
}

/// `1 payments errors 02:05:21 ±1s ×44`.
fn mover_words(mover: &Mover) -> Line {
    let mut name = mover.name.to_string();
    if width(&name) > NAME {
        name = cell(&name, NAME).trim_end().to_owned();
    }
    if let What::Change(_) = mover.what {
        return Line::of(format!("▲ {name} {}", clock(mover.at)), Role::Change);
    }
    let mut line = Line::of(mover.place.map(|place| format!("{place} ")).unwrap_or_default(), Role::Dim);
    line.push(name, Role::Text);
    line.push(format!(" {} ±{}", clock(mover.at), short(mover.within)), Role::Dim);
    if let Some(moved) = &mover.moved {
        let ratio = if moved.before > 0.0 { number::ratio(moved.after / moved.before) } else { String::new() };
        if !ratio.is_empty() {
            line.push(format!(" {ratio}"), Role::Warning);
        }
        if moved.is_symptom {
            line.push(" (alert)", Role::Dim);
        }
    }
    let beside = mover.also.len() + mover.more;
    if beside > 0 {
        line.push(format!(" and {beside} of its kin"), Role::Dim);
    }
    line
}

/// How a promise burns, where that is worth a line.
fn burn(burn: &ServiceBurn) -> Option<Line> {
    let urgency = burn.urgency?;
    let (word, role) = match urgency {
        Urgency::Page => ("page", Role::Critical),
        Urgency::Ticket => ("ticket", Role::Warning),
    };
    let firing = burn.burns.iter().find(|one| one.fires());
    let rate = firing.and_then(|one| Some((one.rates.0?, one.rule.long)));
    let mut text =
        format!("{} {} {}", burn.service, burn.name, number::value(burn.target, crate::domain::series::Unit::Ratio));
    if let Some((rate, over)) = rate {
        text.push_str(&format!(" burns ×{rate:.1} over {}", short(over)));
    }
    if let Some(left) = burn.left {
        text.push_str(&format!(" · {:.0} % of the budget left", left * 100.0));
    }
    if let Some(lasts) = burn.lasts {
        text.push_str(&format!(", gone in {}", short(lasts)));
    }
    Some(Line::of(format!(" {word} "), role).with(text, Role::Text))
}
