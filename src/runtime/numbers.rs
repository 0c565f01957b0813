//! The thread that looks at numbers. What it is told waits in one list, in which the newest of a kind replaces the one
//! before; it works in slices and looks for more between them. Its picture goes to the model as a message, at most at the
//! pace at which the screen is drawn for data.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::app::Msg;
use crate::signals::{Ask, Signals, Slice};

/// Shortest time between two pictures.
const PACE: Duration = Duration::from_millis(100);

/// The thread's handle.
pub struct SignalsThread {
    inbox: Arc<Inbox>,
}

#[derive(Default)]
struct Inbox {
    waiting: Mutex<Waiting>,
    came: Condvar,
}

/// What waits: at most one of each kind, and one for each panel, whose number the store bounds.
#[derive(Default)]
struct Waiting {
    asks: Vec<Ask>,
    gone: bool,
    /// Something was taken that is not answered.
    at_work: bool,
}

impl Inbox {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something is told; `None` at the end.
    fn wait(&self) -> Option<Vec<Ask>> {
        let mut waiting = self.waiting();
        waiting.at_work = false;
        while waiting.asks.is_empty() && !waiting.gone {
            waiting = self.came.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        waiting.at_work = true;
        (!waiting.gone).then(|| std::mem::take(&mut waiting.asks))
    }

    /// What was told meanwhile; `None` at the end.
    fn more(&self) -> Option<Vec<Ask>> {
        let mut waiting = self.waiting();
        (!waiting.gone).then(|| std::mem::take(&mut waiting.asks))
    }

    /// Lets time pass, unless the end comes.
    fn rest(&self, until: Instant) {
        let mut waiting = self.waiting();
        while !waiting.gone {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            waiting = self.came.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl SignalsThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn start(signals: Signals, results: mpsc::Sender<Msg>) -> std::io::Result<Self> {
        let inbox = Arc::new(Inbox::default());
        let told = Arc::clone(&inbox);
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || work(signals, &told, &results))?;
        Ok(Self { inbox })
    }

    /// Tells something, without waiting.
    pub fn ask(&self, ask: Ask) {
        let mut waiting = self.inbox.waiting();
        waiting.asks.retain(|known| !ask.replaces(known));
        waiting.asks.push(ask);
        self.inbox.came.notify_one();
    }

    /// Whether everything that was told was looked at and its picture sent.
    pub fn is_idle(&self) -> bool {
        let waiting = self.inbox.waiting();
        waiting.asks.is_empty() && !waiting.at_work
    }
}

/// Ends the thread.
impl Drop for SignalsThread {
    fn drop(&mut self) {
        self.inbox.waiting().gone = true;
        self.inbox.came.notify_one();
    }
}

fn work(mut signals: Signals, inbox: &Inbox, results: &mpsc::Sender<Msg>) {
    while let Some(asks) = inbox.wait() {
        let began = Instant::now();
        asks.into_iter().for_each(|ask| signals.ask(ask));
        while signals.is_busy() {
            let Some(asks) = inbox.more() else { return };
            asks.into_iter().for_each(|ask| signals.ask(ask));
            for answer in signals.work(Slice::default()) {
                // Nobody listens any more when the program is ending.
                if results.blocking_send(Msg::Signals(answer)).is_err() {
                    return;
                }
            }
        }
        inbox.rest(began + PACE);
    }
}
