//! Runs the parser where it cannot hurt: in a thread of its own with a deep stack, inside `catch_unwind`, under a wall
//! clock. A parse that panics or overruns is an answer like any other: not understood. Threads are kept for the next
//! text. `midwatch check --json` goes further and runs [`here`] in a process that can be killed (`cli/check/worker.rs`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

/// Name of the parser's threads. A panic hook should stay silent for them: their panics are caught and answered.
pub const THREAD: &str = "midwatch-shell-parser";

/// Deep enough for every text that the guard lets through.
pub const STACK: usize = 8 << 20;
/// Longest time for one text. A build without optimisation is many times slower, and its tests share the machine.
pub const TIME: Duration = Duration::from_millis(if cfg!(debug_assertions) { 8_000 } else { 800 });
/// Threads that overran cannot be killed; past this many nothing more is parsed until they end.
const MAX_OVERRUN: usize = 8;
/// Most idle threads that are kept.
const MAX_IDLE: usize = 4;

static OVERRUN: AtomicUsize = AtomicUsize::new(0);
static IDLE: Mutex<Vec<Worker>> = Mutex::new(Vec::new());

/// Something to do in a parser's thread.
type Job = Box<dyn FnOnce() + Send>;

/// A parser's thread, waiting for a job. It ends when this is dropped.
struct Worker(mpsc::Sender<Job>);

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotParsed {
    /// The work panicked.
    #[error("the shell parser failed on it")]
    Panicked,
    /// The work took longer than allowed.
    #[error("the shell parser took too long over it")]
    TooSlow,
    /// No thread could be had.
    #[error("no thread was free to parse it")]
    Busy,
}

/// Does the work in a bounded thread and waits for it, at most [`TIME`].
///
/// # Errors
/// When the work panicked, overran, or could not be begun.
pub fn bounded<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, NotParsed> {
    if OVERRUN.load(Ordering::SeqCst) >= MAX_OVERRUN {
        return Err(NotParsed::Busy);
    }
    let (send, receive) = mpsc::sync_channel(1);
    // Set by whoever comes first: the work at its end, or the clock.
    let over = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&over);
    let job: Job = Box::new(move || {
        let result = here(work);
        if ended.swap(true, Ordering::SeqCst) {
            OVERRUN.fetch_sub(1, Ordering::SeqCst);
        }
        // Nobody listens any more when the work overran.
        let _ = send.send(result);
    });
    let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let Some(worker) = idle.or_else(Worker::start) else { return Err(NotParsed::Busy) };
    if worker.0.send(job).is_err() {
        return Err(NotParsed::Busy);
    }
    match receive.recv_timeout(TIME) {
        Ok(result) => {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < MAX_IDLE {
                idle.push(worker);
            }
            result
        }
        Err(mpsc::RecvTimeoutError::Timeout) => {
            OVERRUN.fetch_add(1, Ordering::SeqCst);
            if over.swap(true, Ordering::SeqCst) {
                OVERRUN.fetch_sub(1, Ordering::SeqCst);
            }
            Err(NotParsed::TooSlow)
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(NotParsed::Panicked),
    }
}

/// Does the work in this thread.
///
/// # Errors
/// When it panicked.
pub fn here<T>(work: impl FnOnce() -> T) -> Result<T, NotParsed> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| NotParsed::Panicked)
}

impl Worker {
    fn start() -> Option<Self> {
        let (send, receive) = mpsc::channel::<Job>();
        let work = move || receive.into_iter().for_each(|job| job());
        thread::Builder::new().name(THREAD.to_owned()).stack_size(STACK).spawn(work).ok()?;
        Some(Self(send))
    }
}

/// Puts a panic hook in front of the present one that stays silent for the parser's threads. Call it once, after the
/// program's own hook is in place.
pub fn silence_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if thread::current().name() != Some(THREAD) {
            before(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_answer() {
        assert_eq!(bounded(|| -> u8 { panic!("on purpose") }), Err(NotParsed::Panicked));
        assert_eq!(bounded(|| 7), Ok(7));
    }

    #[test]
    fn work_without_end_is_left_behind() {
        let (release, wait) = mpsc::channel::<()>();
        let answer = bounded(move || wait.recv().is_ok());
        assert_eq!(answer, Err(NotParsed::TooSlow));
        drop(release);
    }
}
