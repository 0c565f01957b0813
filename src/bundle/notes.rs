//! The notes to paste after an incident, as Markdown: what fired, what was seen with its evidence, what was run by whom with
//! which outcome, what is still open. Pure; `app` copies the text, the bundle keeps it.
//!
//! Text from outside stays text: it stands in fences longer than any run of backticks inside it, or is escaped.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::domain::incident::{EntryKind, Incident, TimelineEntry};
use crate::domain::proposal::Outcome;
use crate::domain::time::{short, stamp};
use crate::domain::{Alert, AlertState, Class, CleanText, Evidence, EvidenceId, Timestamp};

/// Lines quoted of one piece of evidence.
const MOST_LINES: usize = 12;
/// Longest quoted line, in characters.
const LONGEST_LINE: usize = 400;

/// What the notes tell beside the incident and its timeline.
#[derive(Clone, Debug, Default)]
pub struct NotesInput {
    /// Every alert of the incident, whether it still fires or not.
    pub alerts: Vec<Alert>,
    /// What was run, rejected ones left out, in order.
    pub runs: Vec<Run>,
    /// Questions that nobody answered yet.
    pub open_questions: Vec<CleanText>,
    /// Parts of the evidence that are quoted, by id: the lines that were cited, counted from 1. Others show their first.
    pub cited: Vec<(EvidenceId, u32)>,
    /// Who writes.
    pub who: CleanText,
    /// On which machine.
    pub host: CleanText,
    /// When.
    pub now: Option<Timestamp>,
}

/// One query or command that was run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// When it began.
    pub at: Timestamp,
    /// The exact text; it stands in a fence, with what it hides made visible.
    pub text: CleanText,
    /// Its class when it was confirmed.
    pub class: Class,
    /// Who confirmed it.
    pub who: CleanText,
    /// How it ended; `None` while it runs.
    pub outcome: Option<Outcome>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Its output.
    pub evidence: Option<EvidenceId>,
}

/// The notes of an incident. `evidence` finds the text behind an id.
pub fn markdown(incident: &Incident, evidence: &dyn Fn(EvidenceId) -> Option<Evidence>, input: &NotesInput) -> String {
    let mut out = String::new();
    head(&mut out, incident, input);
    fired(&mut out, &input.alerts);
    seen(&mut out, incident, evidence, input);
    ran(&mut out, &input.runs);
    timeline(&mut out, &incident.timeline);
    open(&mut out, &input.open_questions);
    out
}

fn head(out: &mut String, incident: &Incident, input: &NotesInput) {
    let severity =
        if incident.severity.is_empty() { String::new() } else { format!(" ({})", plain(&incident.severity)) };
    line(out, &format!("# {}: {}{severity}", plain(&incident.id), plain(&incident.title)));
    let mut facts = vec![format!("Began {}", stamp(incident.started_at))];
    if let Some(now) = input.now {
        facts.push(format!("notes of {}", stamp(now)));
    }
    match (input.who.is_empty(), input.host.is_empty()) {
        (false, false) => facts.push(format!("by {} on {}", plain(&input.who), plain(&input.host))),
        (false, true) => facts.push(format!("by {}", plain(&input.who))),
        (true, false) => facts.push(format!("on {}", plain(&input.host))),
        (true, true) => {}
    }
    line(out, &format!("\n{}. All times are UTC.", facts.join(", ")));
}

fn fired(out: &mut String, alerts: &[Alert]) {
    line(out, "\n## What fired\n");
    if alerts.is_empty() {
        line(out, "No alert.");
    }
    let mut alerts: Vec<&Alert> = alerts.iter().collect();
    alerts.sort_by(|a, b| (a.starts_at, &a.fingerprint).cmp(&(b.starts_at, &b.fingerprint)));
    for alert in alerts {
        let state = match (alert.state, alert.ends_at) {
            (AlertState::Firing, _) => "still firing".to_owned(),
            (AlertState::Suppressed, _) => "firing, but silenced or inhibited".to_owned(),
            (AlertState::Resolved, Some(end)) => {
                format!("cleared {} after {}", stamp(end), short(alert.starts_at.duration_until(end)))
            }
            (AlertState::Resolved, None) => "cleared".to_owned(),
        };
        let summary = alert.summary();
        let summary = if summary.is_empty() { String::new() } else { format!(": {}", plain(&summary)) };
        let (name, subject) = (plain(&alert.name()), plain(&alert.subject()));
        line(
            out,
            &format!("- {} {} **{name}** {subject}{summary} ({state})", stamp(alert.starts_at), alert.urgency().word()),
        );
    }
}

fn seen(out: &mut String, incident: &Incident, find: &dyn Fn(EvidenceId) -> Option<Evidence>, input: &NotesInput) {
    let pinned = incident.timeline.iter().flat_map(|entry| entry.evidence.iter().copied());
    let run = input.runs.iter().filter_map(|run| run.evidence);
    let cited = input.cited.iter().map(|(id, _)| *id);
    let ids: BTreeSet<EvidenceId> = pinned.chain(run).chain(cited).collect();
    if ids.is_empty() {
        return;
    }
    line(out, "\n## What was seen");
    for id in ids {
        match find(id) {
            Some(evidence) => quote(out, &evidence, input),
            None => line(out, &format!("\n### {id}\n\nNo longer held.")),
        }
    }
}

fn quote(out: &mut String, evidence: &Evidence, input: &NotesInput) {
    let id = evidence.id;
    line(out, &format!("\n### {id}: {} from {}\n", evidence.kind.word(), plain(&evidence.source)));
    fenced(out, evidence.kind.word(), &evidence.query);
    let cited: BTreeSet<u32> = input.cited.iter().filter(|(of, _)| *of == id).map(|(_, line)| *line).collect();
    let numbered = evidence.text.lines().enumerate();
    let wanted: Vec<String> = numbered
        .filter(|(index, _)| cited.is_empty() || u32::try_from(index + 1).is_ok_and(|number| cited.contains(&number)))
        .take(MOST_LINES)
        .map(|(index, text)| format!("{:>4}  {}", index + 1, cut(text)))
        .collect();
    line(out, "");
    fenced(out, "text", &wanted.join("\n"));
    let total = evidence.line_count() as usize;
    let shown = if wanted.len() < total { format!("{} of {total} lines", wanted.len()) } else { evidence.counted() };
    let window = evidence.window.map_or(String::new(), |w| format!(", {} to {}", stamp(w.start), stamp(w.end)));
    let left_out =
        evidence.cut.as_ref().map_or(String::new(), |what| format!(", left out at capture: {}", plain(what)));
    let digest = evidence.digest();
    let digest = digest.get(..12).unwrap_or(&digest);
    line(out, &format!("\n{shown}{window}, captured {}, sha256 {digest}{left_out}", stamp(evidence.captured_at)));
}

fn ran(out: &mut String, runs: &[Run]) {
    line(out, "\n## What was run\n");
    if runs.is_empty() {
        line(out, "Nothing.");
    }
    for run in runs {
        let who = if run.who.is_empty() { String::new() } else { format!(", confirmed by {}", plain(&run.who)) };
        let took = run.ended_at.map_or(String::new(), |end| format!(" after {}", short(run.at.duration_until(end))));
        let outcome = run.outcome.map_or_else(|| "still running".to_owned(), |outcome| outcome.words() + &took);
        let shown = run.evidence.map_or(String::new(), |id| format!(", output {id}"));
        line(out, &format!("- {} {}{who}: {outcome}{shown}\n", stamp(run.at), run.class.word()));
        let mut text = String::new();
        fenced(&mut text, "sh", &run.text);
        for part in text.lines() {
            line(out, &format!("  {part}"));
        }
    }
}

fn timeline(out: &mut String, entries: &[TimelineEntry]) {
    if entries.is_empty() {
        return;
    }
    line(out, "\n## Timeline\n");
    let mut entries: Vec<&TimelineEntry> = entries.iter().collect();
    entries.sort_by_key(|entry| entry.at);
    for entry in entries {
        let who = if entry.who.is_empty() { String::new() } else { format!(" {}:", plain(&entry.who)) };
        let cited: String = entry.evidence.iter().map(|id| format!(" [{id}]")).collect();
        let kind = match entry.kind {
            EntryKind::Note | EntryKind::Pin => format!("**{}**", entry.kind.word()),
            EntryKind::Fired
            | EntryKind::Resolved
            | EntryKind::Change
            | EntryKind::Question
            | EntryKind::Ran
            | EntryKind::Rejected
            | EntryKind::System => entry.kind.word().to_owned(),
        };
        line(out, &format!("- {} {kind}{who} {}{cited}", stamp(entry.at), plain(&entry.text)));
    }
}

fn open(out: &mut String, questions: &[CleanText]) {
    line(out, "\n## Open questions\n");
    if questions.is_empty() {
        line(out, "None noted.");
    }
    for question in questions {
        line(out, &format!("- {}", plain(question)));
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}

/// A block that its text cannot end: the fence is longer than any run of backticks inside.
fn fenced(out: &mut String, language: &str, text: &str) {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    line(out, &format!("{fence}{language}\n{text}\n{fence}"));
}

/// Text on one line in which Markdown and HTML mean nothing. It never stands at the beginning of a line, so signs that mean
/// something only there are left alone.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str(" / "),
            '<' => out.push_str("&lt;"),
            // Inside a word an underscore is no markup, and names are full of them.
            '_' if out.ends_with(char::is_alphanumeric) => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '&' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
#[path = "notes_tests.rs"]
mod tests;
