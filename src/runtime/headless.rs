//! A question without the screen, for `midwatch ask`: the same sources, prompt, model and judgement of the answer.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::session::Session;
use super::signals::{Heard, Signals};
use crate::app::conversation::TurnState;
use crate::app::model::Brain;
use crate::app::{Intent, Msg};
use crate::domain::{CleanText, Health};

/// How long configured sources may take before the question goes without them.
const SOURCES: Duration = Duration::from_secs(10);
/// How long the model may take to be reached.
const MODEL: Duration = Duration::from_secs(15);
/// A bundle is told as far as it goes once nothing more came for this long.
const QUIET: Duration = Duration::from_millis(300);

/// Sources have told what they know once nothing more came for this long.
const SETTLED: Duration = Duration::from_secs(3);
/// How long the logs may take to be read before the question goes with what is known of them.
const LOGS: Duration = Duration::from_secs(20);
/// How often it is looked whether they are.
const LOOK: Duration = Duration::from_millis(20);

/// What an asker hears while it waits.
pub trait Listener {
    /// What is waited for.
    fn waiting(&mut self, what: &str);
    /// The answer went on.
    fn text(&mut self, more: &str) -> std::io::Result<()>;
}

/// Asks and waits for the whole answer; the session's model then holds it with its judgement and its proposals.
///
/// # Errors
/// In words: no model, the answer failed, or a signal stopped it.
pub async fn ask(session: &mut Session, question: &str, listener: &mut dyn Listener) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    reach_model(session, listener).await?;
    gather(session, listener).await;
    tick(session);
    read_logs(session, listener).await;
    tell(session, Msg::Want(Intent::Ask(question.to_owned())));
    listener.waiting("the model");
    let mut printed = 0;
    loop {
        let turn = session.model.state.conversation.turns.last();
        let Some(turn) = turn else { anyhow::bail!("the question could not be put: {}", last_notice(session)) };
        if let Some(more) = turn.clean.get(printed..)
            && !more.is_empty()
        {
            listener.text(more)?;
            printed = turn.clean.len();
        }
        match &turn.state {
            TurnState::Waiting | TurnState::Streaming => {}
            TurnState::Done(_) if turn.proposals.iter().all(|id| session.model.state.proposal(*id).is_some()) => {
                return Ok(());
            }
            TurnState::Done(_) => {}
            TurnState::Failed(why) => anyhow::bail!("the answer failed: {why}"),
            TurnState::Cancelled => anyhow::bail!("stopped"),
        }
        tokio::select! {
            heard = signals.next() => if heard != Heard::Continued { anyhow::bail!("stopped") },
            msg = session.results.recv() => match msg {
                Some(msg) => tell(session, msg),
                None => anyhow::bail!("the program ended by itself"),
            },
            Some(batch) = session.batches.recv() => drop(session.take_batch(batch)),
        }
    }
}

/// Takes in what the sources send for at most so long, until it has been looked at; the session's model then holds what
/// the numbers say.
pub async fn look(session: &mut Session, most: Duration, listener: &mut dyn Listener) {
    let until = Instant::now() + most;
    gather(session, listener).await;
    let mut heard = Instant::now();
    let is_done = |session: &Session, heard: Instant| {
        heard.elapsed() >= SETTLED && session.executor.desk.is_idle() && session.executor.signals.is_idle()
    };
    while Instant::now() < until && !is_done(session, heard) {
        tick(session);
        tokio::select! {
            msg = session.results.recv() => if let Some(msg) = msg { tell(session, msg) },
            Some(batch) = session.batches.recv() => {
                heard = Instant::now();
                drop(session.take_batch(batch));
            }
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    // What was told last is looked at, however late it is.
    let until = Instant::now() + SETTLED;
    while Instant::now() < until && !session.executor.signals.is_idle() {
        if let Ok(Some(msg)) = timeout_at(Instant::now() + LOOK, session.results.recv()).await {
            tell(session, msg);
        }
    }
    while let Ok(msg) = session.results.try_recv() {
        tell(session, msg);
    }
}

/// Waits for the model.
async fn reach_model(session: &mut Session, listener: &mut dyn Listener) -> anyhow::Result<()> {
    let until = Instant::now() + MODEL;
    listener.waiting("the model server");
    loop {
        match &session.model.state.brain {
            Brain::Ready(_) => return Ok(()),
            Brain::Absent => anyhow::bail!(
                "no model is configured; name one under [model], or with --provider, --model-url and --model"
            ),
            Brain::Failed(why) => anyhow::bail!("no model: {why}"),
            Brain::Connecting => {}
        }
        match timeout_at(until, session.results.recv()).await {
            Ok(Some(msg)) => tell(session, msg),
            Ok(None) | Err(_) => anyhow::bail!("the model server did not answer in {} s", MODEL.as_secs()),
        }
    }
}

/// Waits until every source has spoken or said that it cannot, or a bundle is told to its end.
async fn gather(session: &mut Session, listener: &mut dyn Listener) {
    let until = Instant::now() + SOURCES;
    let played = session.clock.replay().cloned();
    if let Some(clock) = &played {
        // Where it may not go further by itself is as far as the question can see.
        let _ = clock.jump_to(clock.end());
    }
    listener.waiting("the sources");
    loop {
        tick(session);
        let silent = session
            .model
            .state
            .stores
            .sources
            .iter()
            .any(|source| source.heard.is_none() && !matches!(source.health, Health::Down { .. }));
        if played.is_none() && !silent {
            return;
        }
        let quiet = if played.is_some() { until.min(Instant::now() + QUIET) } else { until };
        tokio::select! {
            msg = session.results.recv() => if let Some(msg) = msg { tell(session, msg) },
            batch = timeout_at(quiet, session.batches.recv()) => match batch {
                Ok(Some(batch)) => drop(session.take_batch(batch)),
                Ok(None) | Err(_) => return,
            },
        }
    }
}

/// Waits until the desk has read what is there; a question before that would go without its error lines.
async fn read_logs(session: &mut Session, listener: &mut dyn Listener) {
    let until = Instant::now() + LOGS;
    if !session.executor.desk.is_idle() {
        listener.waiting("the logs");
    }
    while Instant::now() < until {
        if let Ok(Some(msg)) = timeout_at(Instant::now() + LOOK, session.results.recv()).await {
            tell(session, msg);
        } else if session.executor.desk.is_idle() {
            return;
        }
    }
}

/// What the terminal would have to do is nothing here.
fn tell(session: &mut Session, msg: Msg) {
    drop(session.tell(msg));
}

fn tick(session: &mut Session) {
    drop(session.tick());
}

fn last_notice(session: &Session) -> CleanText {
    let notices = &session.model.state.notices;
    notices.iter().next_back().map(|notice| notice.text.clone()).unwrap_or_default()
}
