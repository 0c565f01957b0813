//! The signals the loop listens to: those that end the program in order, and the one that says it was stopped.

use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// SIGTERM: leave.
    Term,
    /// SIGHUP: the terminal is gone or going.
    Hangup,
    /// SIGINT: leave, unless another program has the terminal and the key was meant for it.
    Interrupt,
    /// SIGCONT: the program was stopped, and somebody else may have changed the terminal.
    Continued,
}

/// Listens to them.
pub struct Signals {
    term: Signal,
    hangup: Signal,
    interrupt: Signal,
    continued: Signal,
}

impl Heard {
    /// The status of a program that this signal ended, as shells count it.
    pub fn status(self) -> ExitCode {
        match self {
            Heard::Term => ExitCode::from(128 + 15),
            Heard::Hangup => ExitCode::from(128 + 1),
            Heard::Interrupt => ExitCode::from(128 + 2),
            Heard::Continued => ExitCode::SUCCESS,
        }
    }
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system refuses to tell.
    pub fn listen() -> std::io::Result<Self> {
        let continued = SignalKind::from_raw(rustix::process::Signal::CONT.as_raw());
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            continued: signal(continued)?,
        })
    }

    /// The next that comes.
    pub async fn next(&mut self) -> Heard {
        tokio::select! {
            _ = self.term.recv() => Heard::Term,
            _ = self.hangup.recv() => Heard::Hangup,
            _ = self.interrupt.recv() => Heard::Interrupt,
            _ = self.continued.recv() => Heard::Continued,
        }
    }
}
