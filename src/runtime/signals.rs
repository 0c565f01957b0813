//! The signals that end the program in order.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Signals that ask the program to leave.
pub struct Leaving {
    term: Signal,
    hangup: Signal,
    interrupt: Signal,
}

impl Leaving {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the system refuses to tell.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Ends with the name of the signal that came.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.term.recv() => "SIGTERM",
            _ = self.hangup.recv() => "SIGHUP",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
