//! After a write: the signals it should move are watched for a while, by the series and alerts that are there anyway.
//! The end is a line on the timeline with its numbers; what did not help is offered its undo, as a new proposal.

use std::time::Duration;

use super::{incident, proposals, show};
use crate::actions::watch::{End, Plan, Reading, Signal, Watch, choose};
use crate::analysis::recovery::Course;
use crate::app::model::State;
use crate::app::{Ctx, Effect, Model};
use crate::domain::evidence::Reach;
use crate::domain::incident::EntryKind;
use crate::domain::proposal::Outcome;
use crate::domain::time::short;
use crate::domain::{
    Alert, Class, CleanText, EvidenceId, EvidenceKind, Language, Locator, Origin, Proposal, ProposalId, Series,
    Suggestion, TimeWindow,
};
use crate::store::Capture;
use crate::ui::number;

/// Watches kept; the oldest goes first.
const KEPT: usize = 20;
/// How often the signals are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// The signals that would be watched after a proposal, for its card.
pub fn planned(ctx: &Ctx<'_>, proposal: &Proposal) -> Vec<Signal> {
    if proposal.verdict.class == Class::Read {
        return Vec::new();
    }
    let series: Vec<&Series> = ctx.stores.series.iter().collect();
    let begun = ctx.incident.map(|incident| incident.started_at);
    choose(&named(proposal), &proposal.suggestion.text, &series, &firing(ctx), ctx.now, begun)
}

/// What the proposer names, else what the tool's table does.
fn named(proposal: &Proposal) -> Vec<CleanText> {
    match proposal.suggestion.watch.is_empty() {
        true => proposal.brief.watch.clone(),
        false => proposal.suggestion.watch.clone(),
    }
}

fn firing<'a>(ctx: &Ctx<'a>) -> Vec<&'a Alert> {
    ctx.stores.alerts.firing().map(|(_, alert)| alert).filter(|alert| alert.asks_for_attention()).collect()
}

/// A run ended: what changed something is watched from now on.
pub fn begin(state: &mut State, proposal: &Proposal, outcome: Outcome) {
    if proposal.verdict.class == Class::Read || outcome == Outcome::Failed {
        return;
    }
    let ctx = state.ctx();
    let plan = Plan {
        of: proposal.id,
        text: proposal.one_line(),
        // What failed may have changed nothing: its undo could change what it never touched.
        undo: proposal.undo.clone().filter(|_| !matches!(outcome, Outcome::Exit(code) if code != 0)),
        signals: planned(&ctx, proposal),
        at: state.now,
        incident: state.incident.as_ref().map(|incident| incident.started_at),
        length: state.settings.watch,
    };
    let firing = firing(&ctx);
    if plan.signals.is_empty() && firing.is_empty() {
        return;
    }
    let watch = Watch::begin(plan, &firing);
    if state.watches.len() == KEPT {
        state.watches.remove(0);
    }
    state.watches.push(watch);
}

/// Time went on: every watch looks again, and those that are over are told.
pub fn on_tick(model: &mut Model, effects: &mut Vec<Effect>) {
    let state = &mut model.state;
    let (uptime, now) = state.watched;
    let moved = state.uptime.saturating_sub(uptime) >= EVERY || now.duration_until(state.now).unsigned_abs() >= EVERY;
    if !state.watches.iter().any(Watch::is_on) || !moved {
        return;
    }
    state.watched = (state.uptime, state.now);
    look(model, effects);
}

fn look(model: &mut Model, effects: &mut Vec<Effect>) {
    let state = &mut model.state;
    let recording_ends = state.replay.as_ref().is_some_and(|replay| replay.holding);
    let mut watches = std::mem::take(&mut state.watches);
    let now = state.now;
    let ctx = state.ctx();
    let (series, firing): (Vec<&Series>, _) = (ctx.stores.series.iter().collect(), firing(&ctx));
    let mut over = Vec::new();
    for (at, watch) in watches.iter_mut().enumerate().filter(|(_, watch)| watch.is_on()) {
        let elapsed = watch.look(now, &series, &firing);
        let ended =
            elapsed.or_else(|| (recording_ends && now > watch.plan().at).then(|| watch.end(now, End::RecordingEnds)));
        over.extend(ended.map(|end| (at, end)));
    }
    state.watches = watches;
    state.conversation.revision += 1;
    for (at, end) in over {
        tell(model, at, end, effects);
    }
}

/// The person ends what is watched. Whether anything was.
pub fn stop(model: &mut Model, effects: &mut Vec<Effect>) -> bool {
    let on: Vec<usize> = (0..model.state.watches.len()).filter(|at| model.state.watches[*at].is_on()).collect();
    let now = model.state.now;
    for at in &on {
        let end = model.state.watches[*at].end(now, End::Stopped);
        tell(model, *at, end, effects);
    }
    !on.is_empty()
}

/// A watch is over: a line on the timeline, its numbers as evidence, and the undo where it did not help.
fn tell(model: &mut Model, at: usize, end: End, effects: &mut Vec<Effect>) {
    let state = &mut model.state;
    let Some(watch) = state.watches.get(at).cloned() else { return };
    let plan = watch.plan();
    let lines = lines(&watch);
    let course = watch.course();
    let why = match end {
        End::Elapsed => format!("after {}", short(plan.length)),
        End::Stopped => "stopped by hand".to_owned(),
        End::RecordingEnds => "the recording ends here".to_owned(),
    };
    let said = format!("after {} {}: {}, {why}; {}", plan.of, plan.text, course.word(), lines.join("; "));
    let evidence = keep(state, &watch, &lines, effects);
    let now = state.now;
    incident::add(state, now, EntryKind::System, &said, evidence.into_iter().collect(), effects);
    match course {
        Course::Recovering => state.done(said),
        Course::Unchanged | Course::Worse | Course::Unknown => state.problem(said),
    }
    if matches!(course, Course::Worse | Course::Unchanged) && end != End::Stopped {
        offer_undo(model, &watch, evidence, effects);
    }
    model.state.conversation.revision += 1;
}

fn keep(state: &mut State, watch: &Watch, lines: &[String], effects: &mut Vec<Effect>) -> Option<EvidenceId> {
    let plan = watch.plan();
    let new = Capture {
        kind: EvidenceKind::Metric,
        source: "midwatch".into(),
        query: CleanText::line(&format!("signals after {} {}", plan.of, plan.text)),
        window: Some(TimeWindow::new(plan.at, state.now)),
        captured_at: state.now,
        text: CleanText::block(&lines.join("\n")),
        cut: None,
    };
    show::collect(state, new, Reach::Prompts, effects).ok()
}

/// The undo goes through the same gate as everything; an undo is not offered its own undo.
fn offer_undo(model: &mut Model, watch: &Watch, evidence: Option<EvidenceId>, effects: &mut Vec<Effect>) {
    let plan = watch.plan();
    let was_offered = model.state.proposal(plan.of).is_some_and(|ran| ran.suggestion.origin == Origin::Analyst);
    let Some(undo) = plan.undo.as_ref().filter(|_| !was_offered) else { return };
    let reason = format!("{} did not help: {}", plan.of, watch.course().word());
    let suggestion = Suggestion {
        language: Language::Sh,
        text: undo.to_string(),
        reason: CleanText::line(&reason),
        because: evidence.map(|id| Locator { id, lines: None }).into_iter().collect(),
        origin: Origin::Analyst,
        panel: None,
        watch: plan.signals.iter().map(|signal| CleanText::line(&signal.name())).collect(),
    };
    let id = proposals::put_forward(model, suggestion, false, effects);
    model.state.problem(format!("{reason}; {id} would undo it: p"));
}

/// The watch of a proposal, the newest.
pub fn of<'a>(ctx: &Ctx<'a>, id: ProposalId) -> Option<&'a Watch> {
    ctx.watches.iter().rev().find(|watch| watch.plan().of == id)
}

/// Where a watch stands: `recovering, 3m10s left`.
pub fn standing(watch: &Watch, now: crate::domain::Timestamp) -> String {
    let word = watch.course().word();
    match watch.is_on() {
        true => format!("{word}, {} left", short(now.duration_until(watch.until()))),
        false => format!("{word}, over"),
    }
}

/// A watch in full.
pub fn report(watch: &Watch, now: crate::domain::Timestamp) -> String {
    let plan = watch.plan();
    let head = format!("{} {}: {}", plan.of, plan.text, standing(watch, now));
    lines(watch).into_iter().fold(head, |all, line| format!("{all}\n  {line}"))
}

/// Each signal in a line with its numbers, then the alerts.
pub fn lines(watch: &Watch) -> Vec<String> {
    let mut lines: Vec<String> = watch.readings().iter().map(|one| reading(one, watch.is_on())).collect();
    let (stopped, began) = watch.alerts();
    lines.push(format!("alerts: {stopped} stopped, {began} began"));
    lines
}

/// `errors payments 14.2/s → 0.5/s (calm 0.48/s) recovering`.
fn reading(reading: &Reading, goes_on: bool) -> String {
    let value = |level: Option<f64>| level.map_or("?".to_owned(), |level| number::value(level, reading.unit));
    let judged = &reading.judged;
    format!(
        "{} {} → {} (calm {}) {}",
        reading.signal.name(),
        value(judged.before),
        value(judged.after),
        value(judged.calm),
        match (judged.course, goes_on) {
            (Course::Unknown, false) => "too few samples",
            (course, _) => course.word(),
        }
    )
}
