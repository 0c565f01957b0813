//! The desk's thread. Questions wait in slots of which the newest wins, records of live sources and orders in queues with
//! bounds; the desk works in slices and looks for newer questions between them. What it answers goes to the model as
//! messages: at once after a question, else at the pace at which the screen is drawn for data.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::app::Msg;
use crate::domain::LogRecord;
use crate::logfile::Library;
use crate::logs::{Answer, Ask, Desk, Slice};

/// Bytes of records that wait for the desk; more are left out and counted.
const HELD: usize = 64 << 20;
/// Orders and log queries that wait; more are left out, and a run that waits for one says so.
const ORDERS: usize = 256;
/// Shortest time between two answers of a kind that no question caused.
const PACE: Duration = Duration::from_millis(33);
/// After so long without news, what is behind is brought up to date.
const QUIET: Duration = Duration::from_millis(400);

/// The thread's handle.
pub struct DeskThread {
    inbox: Arc<Inbox>,
}

/// What waits for the desk.
#[derive(Default)]
struct Inbox {
    waiting: Mutex<Waiting>,
    came: Condvar,
}

#[derive(Default)]
struct Waiting {
    /// One slot for each kind of question.
    questions: [Option<Ask>; 7],
    orders: VecDeque<Ask>,
    held: Vec<LogRecord>,
    held_bytes: usize,
    grown: bool,
    gone: bool,
    /// Questions and records taken by the desk that it has not answered.
    at_work: bool,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        !self.has_asks() && !self.grown && !self.gone
    }

    fn has_asks(&self) -> bool {
        !self.held.is_empty() || !self.orders.is_empty() || self.questions.iter().any(Option::is_some)
    }

    fn has_questions(&self) -> bool {
        !self.orders.is_empty() || self.questions.iter().any(Option::is_some)
    }

    /// Everything, records first: questions asked after them see them.
    fn take(&mut self) -> Vec<Ask> {
        self.grown = false;
        self.held_bytes = 0;
        let held = std::mem::take(&mut self.held);
        let mut asks = Vec::new();
        asks.extend((!held.is_empty()).then_some(Ask::Hold(held)));
        asks.extend(self.orders.drain(..));
        asks.extend(self.questions.iter_mut().filter_map(Option::take));
        asks
    }
}

/// The slot of a question; `None` for records and orders, which all count.
fn slot(ask: &Ask) -> Option<usize> {
    match ask {
        Ask::Show(_) => Some(0),
        Ask::Patterns(_) => Some(1),
        Ask::Fields(_) => Some(2),
        Ask::Digest(_) => Some(3),
        Ask::Detail(_) => Some(4),
        Ask::Trends(_) => Some(5),
        Ask::Contrast(_) => Some(6),
        Ask::Query(_) | Ask::Record(_) | Ask::Hold(_) | Ask::Shift { .. } | Ask::Reread { .. } => None,
    }
}

impl Inbox {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut self.waiting());
        self.came.notify_one();
    }

    /// Waits for something; growth alone waits until its pace is due. With `patience`, comes back empty-handed when
    /// nothing came for so long.
    fn wait(&self, due: Instant, patience: Option<Duration>) -> Option<(Vec<Ask>, bool)> {
        let mut waiting = self.waiting();
        loop {
            if waiting.gone {
                return None;
            }
            if waiting.has_questions() {
                break;
            }
            let left = due.saturating_duration_since(Instant::now());
            if waiting.is_empty() {
                waiting.at_work = false;
                let Some(patience) = patience else {
                    waiting = self.came.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                    continue;
                };
                let (left, waited) = self.came.wait_timeout(waiting, patience).unwrap_or_else(PoisonError::into_inner);
                waiting = left;
                if waited.timed_out() && waiting.is_empty() {
                    break;
                }
            } else if left.is_zero() {
                break;
            } else {
                waiting = self.came.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        let asked = waiting.has_questions();
        waiting.at_work = true;
        Some((waiting.take(), asked))
    }

    fn has_questions(&self) -> bool {
        let waiting = self.waiting();
        waiting.has_questions() || waiting.gone
    }
}

impl DeskThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn start(desk: Desk, library: &Library, results: mpsc::Sender<Msg>) -> std::io::Result<Self> {
        let inbox = Arc::new(Inbox::default());
        let told = Arc::clone(&inbox);
        library.on_growth(move || told.note(|waiting| waiting.grown = true));
        let worked = Arc::clone(&inbox);
        std::thread::Builder::new().name("desk".to_owned()).spawn(move || work(desk, &worked, &results))?;
        Ok(Self { inbox })
    }

    /// Hands over a question, an order or records, without waiting; how many records or orders found no room.
    pub fn ask(&self, ask: Ask) -> u64 {
        let mut left_out = 0;
        self.inbox.note(|waiting| match (slot(&ask), ask) {
            (Some(slot), ask) => waiting.questions[slot] = Some(ask),
            (None, Ask::Hold(records)) => {
                for record in records {
                    let weight = record.weight();
                    if waiting.held_bytes + weight > HELD {
                        left_out += 1;
                    } else {
                        waiting.held_bytes += weight;
                        waiting.held.push(record);
                    }
                }
            }
            (None, _) if waiting.orders.len() >= ORDERS => left_out += 1,
            (None, order) => waiting.orders.push_back(order),
        });
        left_out
    }

    /// Whether everything that was handed over was worked through.
    pub fn is_idle(&self) -> bool {
        let waiting = self.inbox.waiting();
        waiting.is_empty() && !waiting.at_work
    }
}

/// Ends the thread.
impl Drop for DeskThread {
    fn drop(&mut self) {
        self.inbox.note(|waiting| waiting.gone = true);
    }
}

/// Answers that wait for their pace, the newest of each kind.
#[derive(Default)]
struct Outbox {
    newest: [Option<Answer>; 8],
}

impl Outbox {
    /// Keeps an answer back, or gives it to be sent now.
    fn put(&mut self, answer: Answer) -> Option<Answer> {
        let kind = match &answer {
            Answer::Page(_) => 0,
            Answer::Patterns(_) => 1,
            Answer::Fields(_) => 2,
            Answer::Digest(_) => 3,
            Answer::Detail(_) => 4,
            Answer::Status(_) => 5,
            Answer::Trends(_) => 6,
            Answer::Contrast(_) => 7,
            Answer::Query(..) | Answer::Recorded(_) | Answer::Said(_) => return Some(answer),
        };
        self.newest[kind] = Some(answer);
        None
    }

    fn drain(&mut self) -> impl Iterator<Item = Answer> {
        self.newest.iter_mut().filter_map(Option::take)
    }
}

fn work(mut desk: Desk, inbox: &Inbox, results: &mpsc::Sender<Msg>) {
    let mut outbox = Outbox::default();
    let mut sent = Instant::now();
    // Nobody listens any more when the program is ending.
    let send = |answer: Answer| results.blocking_send(Msg::Logs(answer)).is_ok();
    while let Some((asks, mut asked)) = inbox.wait(sent + PACE, desk.is_stale().then_some(QUIET)) {
        if asks.is_empty() && sent.elapsed() >= QUIET && desk.is_stale() {
            desk.catch_up();
        }
        asks.into_iter().for_each(|ask| desk.ask(ask));
        loop {
            let answers = desk.work(Slice::default());
            let now: Vec<Answer> = answers.into_iter().filter_map(|answer| outbox.put(answer)).collect();
            if !now.into_iter().all(send) {
                return;
            }
            let idle = !desk.is_busy();
            // What a person waits for goes out with its first slice, then at the pace of frames.
            if asked || idle || sent.elapsed() >= PACE {
                let mut any = false;
                for answer in outbox.drain() {
                    any = true;
                    if !send(answer) {
                        return;
                    }
                }
                if any {
                    (sent, asked) = (Instant::now(), false);
                }
            }
            if idle || inbox.has_questions() {
                break;
            }
        }
    }
}
