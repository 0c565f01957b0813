//! Carries out what the core asks for: prompts, runs, the journal, the recording, the clipboard, the replay's clock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::clock::Clock;
use super::desk::DeskThread;
use super::keeper::{Keep, Keeper};
use super::numbers::SignalsThread;
use super::preparer::{self, Preparer};
use super::runs::{self, LogStoreEngine, Noted};
use super::session::Chore;
use crate::actions::{ApprovedCommand, Runner};
use crate::app::effect::{Backlog, Decision, Effect, Steer};
use crate::app::msg::{ReplayState, RunEvent};
use crate::app::{Msg, window::Window};
use crate::copilot::{self, Delta, Provider};
use crate::domain::approval::Frozen;
use crate::domain::exemplar::ExemplarAsk;
use crate::domain::panel::Wanted;
use crate::domain::ports::QueryEngine;
use crate::domain::query::{LabelAsk, QueryRequest};
use crate::domain::query::{QueryAnswer, QueryError};
use crate::domain::{Batch, CleanText, Evidence, Language, ProposalId, Suggestion, TimeWindow, Timestamp};
use crate::logs::Ask;
use crate::sources::span::Span;
use crate::ui::clipboard::{Through, osc52};

/// How long pieces of an answer are gathered, and how many bytes at most.
const GATHER: std::time::Duration = std::time::Duration::from_millis(40);
const GATHERED: usize = 16 * 1024;

/// How long a question about labels waits for the next key.
const TYPING: std::time::Duration = std::time::Duration::from_millis(120);

/// What an effect needs from elsewhere.
#[derive(Debug)]
pub enum Outside {
    /// The terminal's side has to do it.
    Terminal(Chore),
    /// The model should be told.
    Model(Msg),
}

/// Holds everything effects work with.
pub struct Executor {
    /// Starts what was approved; `Err` says why nothing can be run.
    pub runner: Result<Runner, CleanText>,
    /// Classes commands and settles their targets; with a recording in it the host is never touched.
    pub preparer: Preparer,
    /// Answers confirmed queries.
    pub engine: Arc<dyn QueryEngine>,
    /// The model, once it is reached.
    pub provider: Arc<Mutex<Option<Arc<dyn Provider>>>>,
    /// Writes journal and bundle.
    pub keeper: Keeper,
    /// Where answers go.
    pub results: mpsc::Sender<Msg>,
    /// Answers what is asked about log records.
    pub desk: DeskThread,
    /// Looks at numbers.
    pub signals: SignalsThread,
    /// The incident's clock.
    pub clock: Clock,
    /// What the sources of metrics should cover.
    pub span: watch::Sender<Span>,
    /// What they are asked for beside their configured panels.
    pub wanted: watch::Sender<Wanted>,
    /// What stands between here and the terminal's clipboard.
    pub through: Through,
    /// Runs that can be stopped.
    pub stops: HashMap<ProposalId, watch::Sender<bool>>,
    /// Log queries that wait for the core's answer.
    pub log_answers: HashMap<ProposalId, oneshot::Sender<Result<QueryAnswer, QueryError>>>,
    /// Approvals that are on their way into the journal.
    pub noted: HashMap<ProposalId, Noted>,
    /// The answer under way.
    pub asking: Option<JoinHandle<()>>,
    /// The question about labels under way.
    pub naming: Option<JoinHandle<()>>,
}

impl Executor {
    /// Carries out one effect, or says who has to.
    pub fn carry_out(&mut self, effect: Effect) -> Option<Outside> {
        match effect {
            Effect::Prepare(id, suggestion, window) => self.prepare(id, suggestion, window),
            Effect::Run(id, approved) => return self.run(id, approved),
            Effect::Stop(id) => {
                if let Some(stop) = self.stops.get(&id) {
                    stop.send_replace(true);
                }
            }
            Effect::Logs(ask) => {
                let left_out = self.desk.ask(ask);
                return (left_out > 0).then_some(Outside::Model(Msg::Crowded(left_out)));
            }
            Effect::Signals(ask) => self.signals.ask(ask),
            Effect::LogAnswer(id, answer) => {
                if let Some(waiting) = self.log_answers.remove(&id) {
                    // The run was stopped meanwhile.
                    let _ = waiting.send(*answer);
                }
            }
            Effect::Ask { generation, question, prepared, evidence } => {
                self.ask(generation, question, *prepared, evidence);
            }
            Effect::CancelAsk => self.cancel_ask(),
            Effect::Copy(text) => return Some(copy(&text, self.through)),
            Effect::Journal(decision) => self.note(decision),
            Effect::OpenBundle(incident, backlog) => {
                let Backlog { logs_from, alerts, changes } = *backlog;
                self.keep(Keep::Open(incident));
                if self.keeper.records() {
                    self.desk.ask(Ask::Record(Some(logs_from)));
                }
                changes.into_iter().for_each(|change| self.keep(Keep::Change(change)));
                if let Some(problem) = self.keeper.record_alerts(&alerts, self.clock.now()) {
                    self.answer(Msg::Problem(problem));
                }
            }
            Effect::RecordLogs(records) => self.keep(Keep::Logs(records)),
            Effect::UpdateIncident(incident) => self.keep(Keep::Incident(incident)),
            Effect::RecordEntry(entry) => self.keep(Keep::Timeline(entry)),
            Effect::RecordEvidence(evidence, reach) => self.keep(Keep::Evidence(evidence, reach)),
            Effect::RecordSeries(series) => self.keep(Keep::Series(series)),
            Effect::RecordNotes(text) => self.keep(Keep::Notes(text)),
            Effect::Window(window) => self.cover(window),
            Effect::Wanted(wanted) => {
                self.wanted.send_replace(wanted);
            }
            Effect::Labels(ask, window) => self.labels(ask, window),
            Effect::Exemplars(ask) => self.exemplars(ask),
            Effect::Replay(steer) => return self.steer(steer).map(Outside::Model),
            Effect::Theme(name) => return Some(Outside::Terminal(Chore::Theme(name))),
            Effect::Redraw => return Some(Outside::Terminal(Chore::Redraw)),
            Effect::Suspend => return Some(Outside::Terminal(Chore::Suspend)),
            Effect::Quit => return Some(Outside::Terminal(Chore::Quit)),
        }
        None
    }

    /// Puts a message into the results, from where the loop takes it in its turn.
    pub fn answer(&self, msg: Msg) {
        let results = self.results.clone();
        // The queue is only full when the screen is far behind; waiting elsewhere keeps the order of the rest.
        if let Err(mpsc::error::TrySendError::Full(msg)) = results.try_send(msg) {
            tokio::spawn(async move { results.send(msg).await });
        }
    }

    /// A batch goes into the recording of a live incident.
    pub fn record_batch(&mut self, batch: &Batch, now: Timestamp) {
        if let Some(problem) = self.keeper.record_batch(batch, now) {
            self.answer(Msg::Problem(problem));
        }
    }

    /// How the replay's clock stands.
    pub fn replay_state(&self) -> Option<ReplayState> {
        let clock = self.clock.replay()?;
        Some(ReplayState { speed: clock.speed(), paused: clock.is_paused(), holding: clock.holding() || clock.ended() })
    }

    /// Stops every run and waits for them a moment, then lets the recording finish.
    pub async fn shut_down(&mut self) {
        self.cancel_ask();
        self.stops.values().for_each(|stop| {
            stop.send_replace(true);
        });
        let ended = async {
            for stop in self.stops.values() {
                stop.closed().await;
            }
        };
        // The runner kills what does not end; longer than that nobody waits.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), ended).await;
        self.keeper.finish();
    }

    fn keep(&mut self, keep: Keep) {
        if let Some(problem) = self.keeper.keep(keep) {
            self.answer(Msg::Problem(problem));
        }
    }

    fn note(&mut self, decision: Decision) {
        let waiting = match &decision {
            Decision::Approved(proposal, _) => {
                let (tell, noted) = Noted::pair();
                self.noted.insert(proposal.id, noted);
                Some(tell)
            }
            Decision::Proposed(_)
            | Decision::Shown(_)
            | Decision::Granted(..)
            | Decision::Withdrawn(..)
            | Decision::Rejected(..)
            | Decision::Refused(..) => None,
        };
        self.keep(Keep::Decision(decision, waiting));
    }

    fn prepare(&self, id: ProposalId, suggestion: Suggestion, window: TimeWindow) {
        let (preparer, results) = (self.preparer.clone(), self.results.clone());
        let (length, text, engine) = (suggestion.text.len(), suggestion.text.clone(), Arc::clone(&self.engine));
        tokio::spawn(async move {
            let classed = tokio::task::spawn_blocking(move || preparer.prepare(&suggestion, window)).await;
            // Whoever waits for it gets an answer, and it is no.
            let mut prepared = classed.unwrap_or_else(|_| preparer::unreadable(length));
            if let Frozen::Query { language, window, step, .. } = &prepared.target.frozen {
                let (language, window, step) = (*language, *window, *step);
                let cost = engine.estimate(QueryRequest { language, text, window, step }).await;
                prepared.target.facts.extend(cost.map(|cost| ("cost".into(), cost)));
            }
            // Nobody listens any more when the program is ending.
            let _ = results.send(Msg::Prepared(id, Box::new(prepared))).await;
        });
    }

    fn run(&mut self, id: ProposalId, approved: ApprovedCommand) -> Option<Outside> {
        let runner = match &self.runner {
            Ok(runner) => runner.clone(),
            Err(why) => return Some(Outside::Model(Msg::Run(id, RunEvent::Refused(why.clone())))),
        };
        // An approval that is not in the journal starts nothing: without the word, waiting for it fails.
        let noted = self.noted.remove(&id).unwrap_or_else(|| Noted::pair().1);
        if let Frozen::Command(command) = approved.frozen()
            && command.interactive
        {
            return Some(Outside::Terminal(Chore::Foreground(id, approved, noted)));
        }
        let (stop, stopped) = watch::channel(false);
        self.stops.retain(|_, stop| !stop.is_closed());
        self.stops.insert(id, stop);
        let results = self.results.clone();
        match approved.frozen() {
            Frozen::Query { language: Language::Logs, .. } => {
                let (answer, answered) = oneshot::channel();
                self.log_answers.insert(id, answer);
                let engine = Arc::new(LogStoreEngine::new(id, results.clone(), answered));
                self.start(id, noted, runs::query(id, runner, approved, engine, results, stopped));
            }
            Frozen::Query { .. } => {
                let engine = Arc::clone(&self.engine);
                self.start(id, noted, runs::query(id, runner, approved, engine, results, stopped));
            }
            Frozen::Recorded { .. } => match self.preparer.recorded.clone() {
                Some((_, book)) => {
                    self.start(id, noted, runs::recorded(id, runner, approved, book, results, stopped));
                }
                None => return Some(Outside::Model(Msg::Run(id, RunEvent::Refused("no recording plays".into())))),
            },
            Frozen::Command(_) | Frozen::Blocked { .. } => {
                self.start(id, noted, runs::command(id, runner, approved, results, stopped));
            }
        }
        None
    }

    /// Begins a run once its approval is in the journal.
    fn start(&self, id: ProposalId, noted: Noted, work: impl Future<Output = ()> + Send + 'static) {
        let results = self.results.clone();
        tokio::spawn(async move {
            match noted.wait().await {
                Ok(()) => work.await,
                // Nobody listens any more when the program is ending.
                Err(why) => drop(results.send(Msg::Run(id, RunEvent::Refused(why))).await),
            }
        });
    }

    fn ask(&mut self, generation: u64, question: CleanText, prepared: copilot::Prepared, evidence: Vec<Evidence>) {
        self.cancel_ask();
        let provider = self.provider.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let results = self.results.clone();
        let Some(provider) = provider else {
            return self.answer(Msg::Model(generation, Delta::Failed("the model is gone".into())));
        };
        let (out, mut deltas) = mpsc::channel(64);
        let ask =
            copilot::Ask { messages: prepared.messages, question, evidence, answer_tokens: prepared.answer_tokens };
        self.asking = Some(tokio::spawn(async move {
            let asking = provider.ask(ask, out);
            let passing_on = async {
                let mut left = None;
                while let Some(delta) = next_delta(&mut left, &mut deltas).await {
                    if results.send(Msg::Model(generation, delta)).await.is_err() {
                        break;
                    }
                }
            };
            tokio::join!(asking, passing_on);
        }));
    }

    /// Asks for names of labels when nobody asks for others meanwhile; the question before is dropped.
    fn labels(&mut self, ask: LabelAsk, window: TimeWindow) {
        if let Some(naming) = self.naming.take().filter(|naming| !naming.is_finished()) {
            naming.abort();
        }
        let (engine, results) = (Arc::clone(&self.engine), self.results.clone());
        self.naming = Some(tokio::spawn(async move {
            tokio::time::sleep(TYPING).await;
            let answer = engine.labels(ask.clone(), window).await;
            // Nobody listens any more when the program is ending.
            let _ = results.send(Msg::Labels(ask, answer)).await;
        }));
    }

    /// Asks for exemplars once; the source's own time limit ends it.
    fn exemplars(&self, ask: ExemplarAsk) {
        let (engine, results) = (Arc::clone(&self.engine), self.results.clone());
        tokio::spawn(async move {
            let answer = engine.exemplars(ask.clone()).await;
            // Nobody listens any more when the program is ending.
            let _ = results.send(Msg::Exemplars(ask, answer)).await;
        });
    }

    /// Dropping the task closes the connection at once.
    fn cancel_ask(&mut self) {
        if let Some(asking) = self.asking.take() {
            asking.abort();
        }
    }

    fn cover(&self, window: Window) {
        self.span.send_replace(Span { length: window.length, end: window.end });
    }

    fn steer(&self, steer: Steer) -> Option<Msg> {
        const SPEEDS: [f64; 6] = [0.5, 1.0, 2.0, 5.0, 10.0, 30.0];
        let clock = self.clock.replay()?;
        let at = SPEEDS.iter().position(|speed| *speed >= clock.speed()).unwrap_or(1);
        match steer {
            Steer::TogglePause if clock.is_paused() => clock.resume(),
            Steer::TogglePause => clock.pause(),
            Steer::Faster => clock.set_speed(SPEEDS[(at + 1).min(SPEEDS.len() - 1)]),
            Steer::Slower => clock.set_speed(SPEEDS[at.saturating_sub(1)]),
            Steer::JumpTo(to) => {
                return Some(match clock.jump_to(to) {
                    Ok(_) => Msg::Done("the recording's clock was moved".into()),
                    Err(why) => Msg::Problem(why),
                });
            }
        }
        self.replay_state().map(Msg::Replay)
    }
}

/// The next piece of an answer. Text that comes in small pieces is gathered for [`GATHER`]: every piece has the whole
/// answer judged and laid out anew, which a fast model must not ask for a thousand times a second.
async fn next_delta(left: &mut Option<Delta>, deltas: &mut mpsc::Receiver<Delta>) -> Option<Delta> {
    let first = match left.take() {
        Some(delta) => delta,
        None => deltas.recv().await?,
    };
    let Delta::Text(mut text) = first else { return Some(first) };
    let until = tokio::time::Instant::now() + GATHER;
    while text.len() < GATHERED {
        match tokio::time::timeout_at(until, deltas.recv()).await {
            Ok(Some(Delta::Text(more))) => text.push_str(&more),
            Ok(Some(other)) => {
                *left = Some(other);
                break;
            }
            Ok(None) | Err(_) => break,
        }
    }
    Some(Delta::Text(text))
}

fn copy(text: &str, through: Through) -> Outside {
    match osc52(text, through) {
        Ok(bytes) => Outside::Terminal(Chore::Send(bytes)),
        Err(why) => Outside::Model(Msg::Problem(CleanText::line(&why.to_string()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn small_pieces_of_an_answer_come_together_and_nothing_is_lost() {
        let (out, mut deltas) = mpsc::channel(2_000);
        for _ in 0..1_000 {
            out.send(Delta::Text("word ".into())).await.unwrap();
        }
        out.send(Delta::Failed("gone".into())).await.unwrap();
        drop(out);
        let (mut left, mut text, mut pieces) = (None, String::new(), 0);
        let mut failed = false;
        while let Some(delta) = next_delta(&mut left, &mut deltas).await {
            pieces += 1;
            match delta {
                Delta::Text(more) => text.push_str(&more),
                Delta::Failed(_) => failed = true,
                Delta::Done { .. } => {}
            }
        }
        assert_eq!(text, "word ".repeat(1_000));
        assert!(failed && pieces == 2, "{pieces} pieces");
    }
}
