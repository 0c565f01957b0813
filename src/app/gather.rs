//! The evidence a question is asked with: what fires, what changed, what the error lines say, what moved. Each piece
//! gets its id before the model sees it, the most important first; the prompt's budget decides how much goes along.

use jiff::SignedDuration;

use super::handlers::{show, telemetry};
use super::model::State;
use super::{Effect, Selection};
use crate::analysis::trend;
use crate::domain::evidence::Reach;
use crate::domain::time::{minus, stamp};
use crate::domain::{CleanText, Evidence, EvidenceId, EvidenceKind, Sample, Series, TimeWindow};
use crate::logs::answer::ServiceErrors;
use crate::store::Capture;

/// Services whose error lines go along.
const SERVICES: usize = 4;
/// Error records per service: the first of them and the last.
const RECORDS: usize = 12;
/// Series that go along: those that moved most.
const SERIES: usize = 6;
/// Samples of a series.
const SAMPLES: usize = 40;
/// How long before the onset a change still counts as near.
const CHANGES_BEFORE: SignedDuration = SignedDuration::from_mins(30);

/// Collects the evidence for a question, and notes on what could not be kept.
pub fn evidence(state: &mut State, effects: &mut Vec<Effect>) -> (Vec<Evidence>, Vec<CleanText>) {
    let mut wanted = Vec::new();
    wanted.extend(alerts(state));
    wanted.extend(changes(state));
    wanted.extend(errors(state));
    wanted.extend(series(state));
    let mut ids = Vec::new();
    let mut notes = Vec::new();
    if let Some(selection) = state.selection.clone()
        && !matches!(selection, Selection::Proposal(_))
        && let Ok(id) = show::to_evidence(state, &selection, effects)
    {
        ids.push(id);
    }
    for new in wanted {
        match show::collect(state, new, Reach::Prompts, effects) {
            Ok(id) => ids.push(id),
            Err(why) => notes.push(why),
        }
    }
    ids.extend(pinned_and_run(state));
    let mut seen = Vec::new();
    ids.retain(|id| {
        !seen.contains(id) && {
            seen.push(*id);
            true
        }
    });
    let held_back = |id: &EvidenceId| state.stores.evidence.is_held_back(*id);
    notes.extend(ids.iter().filter(|id| held_back(id)).map(|id| withheld(*id)));
    (ids.iter().filter_map(|id| shareable(state, *id)).collect(), notes)
}

/// Evidence as it may leave: of what is held back, that it is there and not what it says.
pub(super) fn shareable(state: &State, id: EvidenceId) -> Option<Evidence> {
    let evidence = state.stores.evidence.get(id)?.clone();
    let held_back = state.stores.evidence.is_held_back(id);
    Some(if held_back { Evidence { text: withheld(id), cut: None, ..evidence } } else { evidence })
}

fn withheld(id: EvidenceId) -> CleanText {
    CleanText::line(&format!("{id} is held back: it reads a secret store"))
}

fn pinned_and_run(state: &State) -> Vec<EvidenceId> {
    let entries = state.incident.iter().flat_map(|incident| incident.timeline.iter().rev());
    entries.flat_map(|entry| entry.evidence.iter().copied()).take(10).collect()
}

/// The time of the incident so far, and what the panes show of it.
pub(super) fn onset(state: &State) -> TimeWindow {
    let begun = state.incident.as_ref().map(|incident| incident.started_at);
    let visible = state.visible_window();
    let start = begun.map_or(visible.start, |at| minus(at, SignedDuration::from_mins(5)).min(visible.start));
    TimeWindow::new(start, visible.end)
}

fn alerts(state: &State) -> Option<Capture> {
    let lines: Vec<String> = state
        .stores
        .alerts
        .firing()
        .map(|(_, alert)| alert)
        .filter(|alert| alert.asks_for_attention())
        .take(50)
        .map(|alert| format!("{} {}", stamp(alert.starts_at), telemetry::alert_words(alert)))
        .collect();
    (!lines.is_empty()).then(|| new(state, EvidenceKind::Alert, "alerts", "alerts firing", None, &lines.join("\n")))
}

fn changes(state: &State) -> Option<Capture> {
    let near = onset(state);
    let near = TimeWindow::new(minus(near.start, CHANGES_BEFORE), near.end);
    let lines: Vec<String> = state
        .stores
        .changes
        .in_window(near)
        .map(|change| {
            let version = change.version.as_ref().map(|v| format!(" version {v}")).unwrap_or_default();
            let commit = change.commit.as_ref().map(|c| format!(" commit {c}")).unwrap_or_default();
            format!("{} {}{version}{commit}", stamp(change.at), telemetry::change_words(change))
        })
        .collect();
    let recent = lines[lines.len().saturating_sub(40)..].join("\n");
    (!lines.is_empty())
        .then(|| new(state, EvidenceKind::Change, "changes", "changes near the onset", Some(near), &recent))
}

/// Error records by service, services with most errors first.
fn errors(state: &State) -> Vec<Capture> {
    let window = onset(state);
    let services = &state.stores.records.digest.errors;
    services.iter().take(SERVICES).map(|errors| of_service(state, errors, window)).collect()
}

fn of_service(state: &State, errors: &ServiceErrors, window: TimeWindow) -> Capture {
    let ServiceErrors { service, count, records } = errors;
    let tail = records.len().saturating_sub(RECORDS / 2).max(RECORDS / 2);
    let head = records.iter().take(RECORDS / 2);
    let shown: Vec<&str> = head.chain(records.iter().skip(tail)).map(|record| record.raw.as_str()).collect();
    let mut made = new(
        state,
        EvidenceKind::Logs,
        service,
        &format!("service={service} level>=error"),
        Some(window),
        &shown.join("\n"),
    );
    let left = count.saturating_sub(shown.len() as u64);
    if left > 0 {
        made.cut = Some(CleanText::line(&format!("first and last shown; {left} of {count} records left out")));
    }
    made
}

/// The series that moved most against before.
fn series(state: &State) -> Vec<Capture> {
    let window = state.visible_window();
    let mut moved: Vec<(f64, &Series)> = state
        .stores
        .series
        .iter()
        .filter_map(|series| {
            let trend = trend::compare(&series.samples, window);
            let (last, before) = (trend.last?, trend.before?);
            let size = last.abs().max(before.abs());
            (size > 0.0 && size.is_finite()).then(|| ((last - before).abs() / size, series))
        })
        .collect();
    moved.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    moved.into_iter().take(SERIES).map(|(_, series)| of_series(state, series, window)).collect()
}

fn of_series(state: &State, series: &Series, window: TimeWindow) -> Capture {
    let inside: Vec<&Sample> = series.samples.iter().filter(|sample| window.contains(sample.at)).collect();
    let stride = inside.len().div_ceil(SAMPLES).max(1);
    let mut text = format!("{} {{{}}}", series.title, series.label_text());
    for sample in inside.iter().rev().step_by(stride).collect::<Vec<_>>().into_iter().rev() {
        text.push_str(&format!("\n{} {}", stamp(sample.at), sample.value));
    }
    let mut made = new(state, EvidenceKind::Metric, series.source.as_str(), &series.query, Some(window), &text);
    if stride > 1 {
        made.cut = Some(CleanText::line(&format!("every {stride}th of {} samples", inside.len())));
    }
    made
}

fn new(
    state: &State,
    kind: EvidenceKind,
    source: &str,
    query: &str,
    window: Option<TimeWindow>,
    text: &str,
) -> Capture {
    Capture {
        kind,
        source: CleanText::line(source),
        query: CleanText::line(query),
        window,
        captured_at: state.now,
        text: CleanText::block(text),
        cut: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::handlers::incident;
    use crate::domain::Locator;
    use crate::testing::World;

    #[test]
    fn what_reads_a_secret_store_stays_here_until_it_is_sent() {
        let mut world = World::new();
        let state = &mut world.model.state;
        let secret =
            new(state, EvidenceKind::Command, "host", "kubectl get secret db -o yaml", None, "cGFzcw: plain words");
        let mut effects = Vec::new();
        let id = show::collect(state, secret, Reach::HeldBack, &mut effects).unwrap();
        assert!(matches!(effects.as_slice(), [crate::app::Effect::RecordEvidence(_, Reach::HeldBack)]));
        state.selection = Some(Selection::Evidence(Locator { id, lines: None }));

        let (given, notes) = evidence(state, &mut effects);
        let told = format!("{id} is held back: it reads a secret store");
        assert!(given.iter().any(|piece| piece.id == id && piece.text.as_str() == told));
        assert!(given.iter().all(|piece| !piece.text.contains("plain words")));
        assert!(notes.iter().any(|note| note.as_str() == told));

        incident::send(state, &mut effects);
        let (given, _) = evidence(state, &mut effects);
        assert!(given.iter().any(|piece| piece.text.contains("plain words")));
        let timeline = &state.incident.as_ref().unwrap().timeline;
        assert!(timeline.iter().any(|entry| entry.text.contains("may go to models")), "and that it was sent is told");
    }
}
