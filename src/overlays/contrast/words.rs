//! The words of the comparison: what is compared with what, all about one finding, and what is kept of it as evidence.

use crate::analysis::correlate::{Finding, Interval, Test};
use crate::domain::time::{clock, stamp};
use crate::domain::{CleanText, EvidenceKind, Timestamp};
use crate::logs::contrast::{Taken, Told, filter_of, in_words, percent};
use crate::store::Capture;
use crate::ui::number::count;
use crate::ui::{Line, Role};

use super::{FEWEST, times};

/// Services named of many.
const SERVICES: usize = 4;

/// What is compared with what.
pub(super) fn compared(told: &Told) -> Vec<Line> {
    let window = told.window.map(|window| format!(", {} to {}", clock(window.start), clock(window.end)));
    let bad = format!("bad   {}  {}{}", told.filter, taken(told.bad), window.unwrap_or_default());
    let rest = format!("rest  {}  {}", others(told), taken(told.rest));
    let mut lines = vec![Line::of(bad, Role::Text), Line::of(rest, Role::Text)];
    let mut notes = Vec::new();
    if told.lost > 0 {
        notes.push(format!("the text of {} records could not be read", count(told.lost)));
    }
    let left_out: Vec<&str> = told.left_out.iter().map(CleanText::as_str).collect();
    if !left_out.is_empty() {
        notes.push(format!("not compared: {}", left_out.join(", ")));
    }
    if !told.report.identifiers.is_empty() {
        notes.push(format!("mostly unique: {}", told.report.identifiers.join(", ")));
    }
    lines.push(Line::of(notes.join(" · "), Role::Dim));
    lines
}

/// Who the others are.
fn others(told: &Told) -> String {
    let among = if told.among.is_empty() { String::new() } else { format!(" that pass {}", told.among) };
    let named: Vec<&str> = told.services.iter().take(SERVICES).map(CleanText::as_str).collect();
    match told.services.len() {
        0 => format!("all others{among}"),
        all if all > SERVICES => format!("others of {} and {} more{among}", named.join(", "), all - SERVICES),
        _ => format!("others of {}{among}", named.join(", ")),
    }
}

fn taken(side: Taken) -> String {
    match side.read < side.all {
        true => format!("{} of {} records read", count(side.read), count(side.all)),
        false => format!("{} records", count(side.all)),
    }
}

/// Why there is no finding.
pub(super) fn nothing(told: &Told) -> Vec<Line> {
    let report = &told.report;
    if report.is_too_few() {
        let (few, side) = if report.bad < FEWEST { (report.bad, "bad") } else { (report.rest, "other") };
        let words = format!("{few} {side} records are too few to say anything; {FEWEST} are the least");
        return vec![Line::of(words, Role::Warning)];
    }
    let asked = report.asked;
    let compared = format!(
        "{} values, {} ranges of numbers and {} pairs were compared.",
        count(asked.values as u64),
        count(asked.ranges as u64),
        count(asked.pairs as u64)
    );
    vec![Line::of("Nothing stands out.", Role::Strong), Line::of(compared, Role::Dim)]
}

fn between(of: Interval) -> String {
    format!("{}, {} to {}", percent(of.value), percent(of.low), percent(of.high))
}

fn counted((some, all): (u64, u64)) -> String {
    format!("{} of {}", count(some), count(all))
}

/// All about a finding.
pub(super) fn about(told: &Told, it: &Finding) -> Vec<Line> {
    let ratio = it.ratio();
    let times = format!("×{}, {} to {}", times(ratio.value), times(ratio.low), times(ratio.high));
    let figures = format!(
        "{} bad ({})   {} others ({})   {times}",
        counted(it.bad),
        between(it.among_bad()),
        counted(it.rest),
        between(it.among_rest())
    );
    let mut lines = vec![Line::of(in_words(&it.parts), Role::Strong), Line::of(figures, Role::Text)];
    let same: Vec<String> = it.same.iter().map(|parts| in_words(parts).to_string()).collect();
    if !same.is_empty() {
        lines.push(Line::of(format!("the same records: {}", same.join(", ")), Role::Text));
    }
    if it.only_bad {
        lines.push(Line::of("no other record has the field: what being bad looks like, perhaps", Role::Dim));
    }
    if let Some(of) = it.along {
        let words = format!("goes along with {}: its cause, its symptom, or there by the way", of + 1);
        lines.push(Line::of(words, Role::Dim));
    }
    lines.extend(patterns(told, it).map(|words| Line::of(words, Role::Dim)));
    lines
}

/// The texts of the patterns that a finding names.
fn patterns<'a>(told: &'a Told, it: &'a Finding) -> impl Iterator<Item = String> + 'a {
    let named = it.parts.iter().chain(it.same.iter().flatten()).filter(|part| part.field == "pattern");
    named.filter_map(|part| match &part.test {
        Test::Is(name) => {
            let (name, text) = told.patterns.iter().find(|(known, _)| known.as_str() == name)?;
            Some(format!("{name}: {text}"))
        }
        Test::Begins(_) | Test::AtLeast(_) | Test::Below(_) | Test::Within(..) | Test::Since { .. } => None,
    })
}

/// A finding in full, with its counts and the exact filters.
pub(super) fn account(told: &Told, it: &Finding) -> String {
    let mut lines = vec![format!("{} stands out among records that pass {}", in_words(&it.parts), told.filter)];
    if let Some(window) = told.window {
        lines.push(format!("time: {} to {}", stamp(window.start), stamp(window.end)));
    }
    let side = |name: &str, of: (u64, u64), share: Interval, all: Taken| {
        format!("{name}: {} have it ({} with 95 % confidence); {}", counted(of), between(share), taken(all))
    };
    lines.push(side("bad", it.bad, it.among_bad(), told.bad));
    lines.push(side("rest", it.rest, it.among_rest(), told.rest));
    lines.push(format!("the rest are {}", others(told)));
    let ratio = it.ratio();
    lines.push(format!("ratio of the shares: {:.2}, {:.2} to {:.2}", ratio.value, ratio.low, ratio.high));
    let asked = told.report.asked;
    lines.push(format!(
        "chance without a connection: 10^{:.1}, adjusted for {} questions 10^{:.1}: {}",
        it.ln_chance / std::f64::consts::LN_10,
        asked.values + asked.ranges + asked.pairs,
        it.ln_adjusted / std::f64::consts::LN_10,
        it.certainty().word()
    ));
    lines.extend(filter_of(&it.parts).map(|filter| format!("filter: {filter}")));
    lines.extend(it.same.iter().map(|parts| format!("the same records: {}", in_words(parts))));
    lines.extend(patterns(told, it));
    lines.join("\n")
}

/// A finding as evidence.
pub(super) fn capture(told: &Told, it: &Finding, now: Timestamp) -> Capture {
    let filter = filter_of(&it.parts).map(|filter| filter.to_text()).unwrap_or_default();
    Capture {
        kind: EvidenceKind::Logs,
        source: CleanText::line("logs"),
        query: CleanText::line(&format!("{} compared with {}: {filter}", told.filter, others(told))),
        window: told.window,
        captured_at: now,
        text: CleanText::block(&account(told, it)),
        cut: None,
    }
}
