//! The incident: when it begins, what goes on its timeline, pins, notes, and the Markdown that a person leaves with.

use std::time::Duration;

use jiff::SignedDuration;

use super::show;
use crate::app::model::State;
use crate::app::effect::Backlog;
use crate::app::{Effect, Selection};
use crate::bundle::notes;
use crate::domain::incident::{EntryKind, Incident, TimelineEntry};
use crate::domain::time::minus;
use crate::domain::{
    Alert, CleanText, EvidenceId, Proposal, ProposalState, TimeWindow, Timestamp, Urgency,
};
use crate::trust::verify::Status;

/// Lines kept on a timeline; a person's own are never dropped.
const TIMELINE: usize = 5_000;
/// How much of the past a new recording begins with.
const BACKLOG: SignedDuration = SignedDuration::from_mins(10);
/// Records of the past a new recording begins with, at most.
const BACKLOG_RECORDS: usize = 20_000;
/// Changes of the past a new recording begins with, at most, the latest.
const BACKLOG_CHANGES: usize = 1_000;
/// How often the series are recorded.
const SERIES_EVERY: Duration = Duration::from_secs(30);

/// Time went on.
pub fn on_tick(state: &mut State, effects: &mut Vec<Effect>) {
    let recorded = matches!(state.bundle, Some(Ok(_)));
    if recorded && state.uptime.saturating_sub(state.series_recorded) >= SERIES_EVERY {
        state.series_recorded = state.uptime;
        effects.push(Effect::RecordSeries(state.stores.series.iter().cloned().collect()));
    }
}

/// Opens an incident for an alert, unless one is open.
pub fn open_for(state: &mut State, alert: &Alert, effects: &mut Vec<Effect>) {
    if state.incident.is_none() {
        let summary = alert.summary();
        let title = if summary.is_empty() { alert.name() } else { summary };
        let severity = alert.label("severity").unwrap_or_default();
        open(state, alert.starts_at, title, severity, effects);
    }
}

/// Opens an incident because a person did something worth recording, unless one is open.
fn open_by_hand(state: &mut State, effects: &mut Vec<Effect>) {
    if state.incident.is_none() {
        let now = state.now;
        open(state, now, CleanText::line("opened by hand"), CleanText::default(), effects);
    }
}

fn open(state: &mut State, at: Timestamp, title: CleanText, severity: CleanText, effects: &mut Vec<Effect>) {
    let id = CleanText::line(&at.strftime("INC-%Y%m%d-%H%M").to_string());
    let incident = Incident { id, title, severity, started_at: at, timeline: Vec::new() };
    let past = TimeWindow::new(minus(at, BACKLOG), state.now);
    let logs = state.stores.logs.window(past).rev().take(BACKLOG_RECORDS).cloned().collect::<Vec<_>>();
    let backlog = Backlog {
        logs: logs.into_iter().rev().collect(),
        alerts: state.stores.alerts.firing().map(|(_, alert)| alert.clone()).collect(),
        changes: state.stores.changes.iter().rev().take(BACKLOG_CHANGES).cloned().collect(),
    };
    effects.push(Effect::OpenBundle(Box::new(incident.clone()), Box::new(backlog)));
    state.incident = Some(incident);
}

/// Puts a line on the timeline, in its place in time.
pub fn add(
    state: &mut State,
    at: Timestamp,
    kind: EntryKind,
    text: impl AsRef<str>,
    evidence: Vec<EvidenceId>,
    effects: &mut Vec<Effect>,
) {
    let by_person = matches!(
        kind,
        EntryKind::Pin | EntryKind::Note | EntryKind::Question | EntryKind::Ran | EntryKind::Rejected
    );
    if by_person {
        open_by_hand(state, effects);
    }
    let who = if by_person { state.settings.person.clone() } else { CleanText::default() };
    let Some(incident) = &mut state.incident else { return };
    let entry = TimelineEntry { at, kind, text: CleanText::block(text.as_ref()), evidence, who };
    let place = incident.timeline.partition_point(|other| other.at <= at);
    incident.timeline.insert(place, entry.clone());
    if incident.timeline.len() > TIMELINE
        && let Some(oldest) = incident.timeline.iter().position(|entry| entry.who.is_empty())
    {
        incident.timeline.remove(oldest);
    }
    effects.push(Effect::RecordEntry(entry));
}

/// Pins what is selected: it becomes evidence and a line of the timeline.
pub fn pin(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(selection) = state.selection.clone() else { return state.problem("nothing is selected to pin") };
    match show::to_evidence(state, &selection, effects) {
        Ok(id) => {
            let first = state.stores.evidence.get(id).and_then(|e| e.text.as_str().lines().next().map(str::to_owned));
            let text = first.unwrap_or_default();
            let now = state.now;
            add(state, now, EntryKind::Pin, text, vec![id], effects);
            state.done(format!("pinned as {id}"));
        }
        Err(why) => state.problem(why),
    }
}

/// Writes a note.
pub fn note(state: &mut State, text: &str, effects: &mut Vec<Effect>) {
    if text.trim().is_empty() {
        return;
    }
    let now = state.now;
    let beside = match &state.selection {
        Some(Selection::Evidence(locator)) => vec![locator.id],
        _ => Vec::new(),
    };
    add(state, now, EntryKind::Note, text.trim(), beside, effects);
    state.done("noted");
}

/// Gives the incident a better title or severity.
pub fn rename(state: &mut State, title: Option<&str>, severity: Option<&str>, effects: &mut Vec<Effect>) {
    open_by_hand(state, effects);
    let Some(incident) = &mut state.incident else { return };
    if let Some(title) = title.filter(|title| !title.is_empty()) {
        incident.title = CleanText::line(title);
    }
    if let Some(severity) = severity {
        incident.severity = CleanText::line(severity);
    }
    effects.push(Effect::UpdateIncident(Box::new(incident.clone())));
}

/// The notes as Markdown.
pub fn markdown(state: &State) -> Option<String> {
    let incident = state.incident.as_ref()?;
    let alerts = state.stores.alerts.firing().chain(state.stores.alerts.resolved());
    let input = notes::NotesInput {
        alerts: alerts.map(|(_, alert)| alert).filter(|a| a.urgency() != Urgency::Heartbeat).cloned().collect(),
        runs: state.proposals.iter().filter_map(|proposal| run_of(state, proposal)).collect(),
        open_questions: open_questions(state),
        cited: cited(state),
        who: state.settings.person.clone(),
        host: state.settings.host.clone(),
        now: Some(state.now),
    };
    Some(notes::markdown(incident, &|id| state.stores.evidence.get(id).cloned(), &input))
}

fn run_of(state: &State, proposal: &Proposal) -> Option<notes::Run> {
    let (at, outcome, ended_at) = match &proposal.state {
        ProposalState::Running { since } => (*since, None, None),
        ProposalState::Done { outcome, since, at, .. } => (*since, Some(*outcome), Some(*at)),
        ProposalState::Waiting | ProposalState::Rejected { .. } | ProposalState::Refused { .. } => return None,
    };
    Some(notes::Run {
        at,
        text: CleanText::block(&proposal.suggestion.text),
        class: proposal.verdict.class,
        who: state.settings.person.clone(),
        outcome,
        ended_at,
        evidence: proposal.evidence(),
    })
}

/// The lines that answers cite, so that the notes quote those and not others.
fn cited(state: &State) -> Vec<(EvidenceId, u32)> {
    let sentences = state.conversation.turns.iter().flat_map(|turn| &turn.sentences);
    let supported = sentences.filter(|sentence| sentence.status == Status::Supported);
    let locators = supported.flat_map(|sentence| &sentence.citations);
    locators.flat_map(|l| l.lines.map(|(first, last)| (first..=last).map(move |line| (l.id, line)))).flatten().collect()
}

/// What nobody has answered yet: sentences of answers that found no support, and sources that failed.
fn open_questions(state: &State) -> Vec<CleanText> {
    let unsupported = state.conversation.turns.iter().flat_map(|turn| &turn.sentences).filter_map(|s| match &s.status {
        Status::Unsupported { why } => Some(CleanText::line(&format!("Not supported: {} ({why})", s.text.trim()))),
        Status::Supported | Status::Uncited | Status::Chatter => None,
    });
    let down = state.stores.sources.iter().filter_map(|source| {
        let why = source.health.why()?;
        Some(CleanText::line(&format!("{} did not answer: {why}", source.id)))
    });
    unsupported.chain(down).collect()
}

/// Copies the notes and writes them to the bundle.
pub fn copy_notes(state: &mut State, effects: &mut Vec<Effect>) {
    match markdown(state) {
        Some(text) => {
            effects.push(Effect::RecordNotes(text.clone()));
            effects.push(Effect::Copy(text));
        }
        None => state.problem("no incident yet: it opens with the first alert, pin, note or command"),
    }
}
