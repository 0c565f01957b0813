//! The incident: when it begins, what goes on its timeline, pins, notes, and the Markdown that a person leaves with.

use std::time::Duration;

use jiff::SignedDuration;

use super::show;
use super::telemetry::change_words;
use crate::app::effect::Backlog;
use crate::app::model::CopiedNotes;
use crate::app::model::State;
use crate::app::{Effect, Selection, gather};
use crate::bundle::notes;
use crate::domain::evidence::Reach;
use crate::domain::incident::{EntryKind, Incident, TimelineEntry};
use crate::domain::time::minus;
use crate::domain::{Alert, Change, CleanText, EvidenceId, Proposal, ProposalState, TimeWindow, Timestamp, Urgency};
use crate::store::Capture;
use crate::trust::verify::Status;

/// What an incident is called that no alert named yet.
const BY_HAND: &str = "opened by hand";
/// Lines kept on a timeline; a person's own are never dropped.
const TIMELINE: usize = 5_000;
/// How long before its first alert a change still belongs to an incident: most causes come before what they cause.
const LEAD: SignedDuration = SignedDuration::from_mins(30);
/// How much of the past a new recording begins with.
const BACKLOG: SignedDuration = SignedDuration::from_mins(10);
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

/// Opens an incident for an alert. One that a person opened before anything fired takes its name and severity from it.
pub fn open_for(state: &mut State, alert: &Alert, effects: &mut Vec<Effect>) {
    let summary = alert.summary();
    let title = if summary.is_empty() { alert.name() } else { summary };
    let severity = alert.label("severity").unwrap_or_default();
    match &mut state.incident {
        None => open(state, alert.starts_at, title, severity, effects),
        Some(incident) if incident.title.as_str() == BY_HAND => {
            incident.title = title;
            incident.severity = severity;
            effects.push(Effect::UpdateIncident(Box::new(incident.clone())));
        }
        Some(_) => {}
    }
}

/// Opens an incident because a person did something worth recording, unless one is open.
fn open_by_hand(state: &mut State, effects: &mut Vec<Effect>) {
    if state.incident.is_none() {
        let now = state.now;
        open(state, now, CleanText::line(BY_HAND), CleanText::default(), effects);
    }
}

fn open(state: &mut State, at: Timestamp, title: CleanText, severity: CleanText, effects: &mut Vec<Effect>) {
    let id = CleanText::line(&at.strftime("INC-%Y%m%d-%H%M").to_string());
    let incident = Incident { id, title, severity, started_at: at, timeline: Vec::new() };
    let backlog = Backlog {
        logs_from: minus(at, BACKLOG),
        alerts: state.stores.alerts.firing().map(|(_, alert)| alert.clone()).collect(),
        changes: state.stores.changes.iter().rev().take(BACKLOG_CHANGES).cloned().collect(),
    };
    effects.push(Effect::OpenBundle(Box::new(incident.clone()), Box::new(backlog)));
    state.incident = Some(incident);
    let before = TimeWindow::new(minus(at, LEAD), state.now);
    let changes: Vec<Change> = state.stores.changes.in_window(before).cloned().collect();
    for change in &changes {
        changed(state, change, effects);
    }
}

/// A change goes on the timeline of the incident it may have caused or belongs to.
pub fn changed(state: &mut State, change: &Change, effects: &mut Vec<Effect>) {
    if state.incident.as_ref().is_some_and(|incident| change.at >= minus(incident.started_at, LEAD)) {
        add(state, change.at, EntryKind::Change, change_words(change), Vec::new(), effects);
    }
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
    let by_person =
        matches!(kind, EntryKind::Pin | EntryKind::Note | EntryKind::Question | EntryKind::Ran | EntryKind::Rejected);
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
    let kept = show::to_evidence(state, &selection, effects);
    pinned(state, kept, effects);
}

/// Pins what is on the screen and is not selected anywhere else.
pub fn keep(state: &mut State, capture: Capture, effects: &mut Vec<Effect>) {
    let kept = show::collect(state, capture, Reach::Prompts, effects);
    pinned(state, kept, effects);
}

fn pinned(state: &mut State, kept: Result<EvidenceId, CleanText>, effects: &mut Vec<Effect>) {
    match kept {
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
    Some(notes::markdown(incident, &|id| gather::shareable(state, id), &input))
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
    let unsupported =
        state.conversation.turns.iter().flat_map(|turn| &turn.sentences).filter_map(|s| match &s.status {
            Status::Unsupported { why } => Some(CleanText::line(&format!("Not supported: {} ({why})", s.text.trim()))),
            Status::Supported | Status::Uncited | Status::OffStack { .. } | Status::Chatter => None,
        });
    let down = state.stores.sources.iter().filter_map(|source| {
        let why = source.health.why()?;
        Some(CleanText::line(&format!("{} did not answer: {why}", source.id)))
    });
    unsupported.chain(down).collect()
}

/// Lets evidence that was held back go along with the next question, and says so on the timeline.
pub fn send(state: &mut State, effects: &mut Vec<Effect>) {
    let id = match &state.selection {
        Some(Selection::Evidence(locator)) => Some(locator.id),
        Some(Selection::Proposal(id)) => state.proposal(*id).and_then(crate::domain::Proposal::evidence),
        Some(Selection::Alert(_) | Selection::Log(_) | Selection::Series(..) | Selection::Change(_)) | None => None,
    };
    match id.filter(|id| state.stores.evidence.release(*id)) {
        Some(id) => {
            let words = format!("{id} may go to models and into copied notes, though it is from a secret store");
            let now = state.now;
            // A person did this, so it is a note even where nothing opened an incident yet.
            add(state, now, EntryKind::Note, words.as_str(), vec![id], effects);
            state.done(words);
        }
        None => state.problem("nothing that is held back is selected"),
    }
}

/// Copies the notes and writes them to the bundle.
pub fn copy_notes(state: &mut State, effects: &mut Vec<Effect>) {
    match markdown(state) {
        Some(text) => {
            effects.push(Effect::RecordNotes(text.clone()));
            effects.push(Effect::Copy(match state.settings.copied_notes {
                CopiedNotes::Redacted => state.redactor.redact(&text),
                CopiedNotes::Plain => text,
            }));
        }
        None => state.problem("no incident yet: it opens with the first alert, pin, note or command"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Language;
    use crate::testing::World;
    use crate::testing::build::{ago, alert, change, suggestion};

    fn timeline(world: &World) -> Vec<String> {
        let incident = world.model.state.incident.as_ref().unwrap();
        incident.timeline.iter().map(|entry| format!("{} {}", entry.kind.word(), entry.text)).collect()
    }

    #[test]
    fn the_change_before_the_first_alert_is_on_the_timeline_whenever_it_is_heard_of() {
        let fired = || vec![alert("HighErrorRate", "payments", "critical", ago(60), &[])];
        let told = |world: &mut World| {
            world.change(change(ago(3 * 3600), "deploy", "cart", "long before"));
            world.change(change(ago(120), "deploy", "payments", "1.10.0"));
        };
        let mut first = World::new();
        told(&mut first);
        first.alerts(fired());
        let mut late = World::new();
        late.alerts(fired());
        told(&mut late);
        for world in [first, late] {
            let lines = timeline(&world);
            assert_eq!(lines.len(), 2, "{lines:?}");
            assert_eq!(lines[0], "change deploy payments: 1.10.0");
            assert!(lines[1].starts_with("fired "), "{lines:?}");
        }
    }

    #[test]
    fn what_a_person_opened_is_named_by_the_first_alert_and_by_no_later_one() {
        let mut world = World::new();
        world.keys(":note looks odd<enter>");
        let title = |world: &World| {
            let incident = world.model.state.incident.as_ref().unwrap();
            format!("{} {}", incident.title, incident.severity)
        };
        assert_eq!(title(&world), "opened by hand ");
        world.take_effects();
        let first = alert("CheckoutFailing", "checkout", "critical", ago(5), &[]);
        world.alerts(vec![first.clone()]);
        assert_eq!(title(&world), "checkout: CheckoutFailing for more than two minutes critical");
        assert!(world.effects.iter().any(|effect| matches!(effect, Effect::UpdateIncident(_))));
        world.alerts(vec![first, alert("OrdersStopped", "checkout", "critical", ago(1), &[])]);
        assert_eq!(title(&world), "checkout: CheckoutFailing for more than two minutes critical");
    }

    #[test]
    fn a_run_names_its_evidence_once() {
        let mut world = World::new();
        world.propose(suggestion(Language::Promql, "up"));
        world.keys("<right><enter>");
        let incident = world.model.state.incident.as_ref().unwrap();
        let ran = incident.timeline.iter().find(|entry| entry.kind == EntryKind::Ran).unwrap();
        assert_eq!(ran.evidence.len(), 1);
        assert!(!ran.text.contains("[E"), "{}", ran.text);
    }
}
