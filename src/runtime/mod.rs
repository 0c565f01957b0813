//! Sole owner of the loop, the terminal, the clock, the tasks and the shutdown. Everything the pure core asks for is
//! carried out here, and everything that happens is told to it as a message.

mod clock;
mod effects;
mod keeper;
mod looper;
mod preparer;
mod runs;
mod screen;
mod session;
mod signals;
pub mod start;
mod terminal;

pub use clock::Clock;
pub use effects::Executor;
pub use preparer::{Preparer, brief};
pub use runs::Noted;
pub use session::{Chore, Session};
pub use start::open;

use std::process::ExitCode;

use anyhow::Context;

use crate::cli::Start;

/// Opens the screen on `start` and stays until the person leaves it.
///
/// # Errors
/// In words, when the terminal cannot be taken over or what was named cannot be read.
pub fn run(start: Start) -> anyhow::Result<ExitCode> {
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(16)
        .enable_all()
        .build()
        .context("the program could not start its threads")?;
    let outcome = threads.block_on(async {
        let session = start::open(start)?;
        looper::run(session).await
    });
    // Threads that still wait for a hanging file or server must not keep the person from leaving.
    threads.shutdown_background();
    outcome
}
