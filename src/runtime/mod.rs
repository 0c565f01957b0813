//! Sole owner of the loop, the terminal, the clock, the tasks and the shutdown. Everything the pure core asks for is
//! carried out here, and everything that happens is told to it as a message.

mod clock;
mod desk;
mod effects;
pub mod headless;
mod inline;
mod keeper;
mod looper;
mod maps;
mod numbers;
mod preparer;
mod runs;
mod screen;
mod session;
mod signals;
pub mod start;
mod terminal;
mod tty;

pub use clock::Clock;
pub use effects::Executor;
pub use preparer::{Preparer, brief};
pub use runs::Noted;
pub use session::{Chore, Session};
pub use start::open;

use std::process::ExitCode;

use anyhow::Context;

use crate::cli::Start;
use crate::domain::Suggestion;

/// Opens the screen on `start` and stays until the person leaves it.
///
/// # Errors
/// In words, when the terminal cannot be taken over or what was named cannot be read.
pub fn run(start: Start) -> anyhow::Result<ExitCode> {
    on_threads(async {
        let session = start::open(start)?;
        looper::run(session).await
    })
}

/// Asks on the plain terminal whether a command may run, and runs it; the status is the command's.
///
/// # Errors
/// In words, when there is no terminal to ask on.
pub fn run_inline(start: Start, suggestion: Suggestion) -> anyhow::Result<ExitCode> {
    on_threads(async {
        let mut session = start::open(start)?;
        let theme = looper::theme(&session.looks.theme, session.looks.ascii).map_err(|why| anyhow::anyhow!("{why}"))?;
        let outcome = inline::run(&mut session, suggestion, theme).await;
        session.stop.send_replace(true);
        session.executor.shut_down().await;
        outcome
    })
}

/// Asks a question without the screen; `then` reads the session's model once the answer is there.
///
/// # Errors
/// In words, when there is no model or no answer.
pub fn run_headless(
    start: Start,
    question: &str,
    listener: &mut dyn headless::Listener,
    then: impl FnOnce(&Session) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    on_threads(async {
        let mut session = start::open(start)?;
        let asked = headless::ask(&mut session, question, listener).await;
        let outcome = asked.and_then(|()| then(&session));
        session.stop.send_replace(true);
        session.executor.shut_down().await;
        outcome
    })
}

/// Listens to the sources for at most so long without the screen; `then` reads what the numbers say from the session's
/// model.
///
/// # Errors
/// In words, when a source cannot be started.
pub fn run_listening(
    start: Start,
    most: std::time::Duration,
    listener: &mut dyn headless::Listener,
    then: impl FnOnce(&Session) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    on_threads(async {
        let mut session = start::open(start)?;
        headless::look(&mut session, most, listener).await;
        let outcome = then(&session);
        session.stop.send_replace(true);
        session.executor.shut_down().await;
        outcome
    })
}

fn on_threads(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(16)
        .enable_all()
        .build()
        .context("the program could not start its threads")?;
    let outcome = threads.block_on(work);
    // Threads that still wait for a hanging file or server must not keep the person from leaving.
    threads.shutdown_background();
    outcome
}
