//! Runs the parser where it cannot hurt: in a thread of its own with a deep stack, inside `catch_unwind`, under a wall
//! clock. A parse that panics or overruns is an answer like any other: not understood.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Name of the parser's threads. A panic hook should stay silent for them: their panics are caught and answered.
pub const THREAD: &str = "midwatch-shell-parser";

const STACK: usize = 8 << 20;
const TIME: Duration = Duration::from_millis(800);
/// Threads that overran cannot be killed; past this many nothing more is parsed until they end.
const MAX_LIVE: usize = 8;

static LIVE: AtomicUsize = AtomicUsize::new(0);

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

/// Does the work in a bounded thread and waits for it, at most 800 ms.
///
/// # Errors
/// When the work panicked, overran, or could not be begun.
pub fn bounded<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, NotParsed> {
    if LIVE.fetch_add(1, Ordering::SeqCst) >= MAX_LIVE {
        LIVE.fetch_sub(1, Ordering::SeqCst);
        return Err(NotParsed::Busy);
    }
    let (send, receive) = mpsc::sync_channel(1);
    let spawned = thread::Builder::new().name(THREAD.to_owned()).stack_size(STACK).spawn(move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        LIVE.fetch_sub(1, Ordering::SeqCst);
        // Nobody listens any more when the work overran.
        let _ = send.send(result);
    });
    if spawned.is_err() {
        LIVE.fetch_sub(1, Ordering::SeqCst);
        return Err(NotParsed::Busy);
    }
    match receive.recv_timeout(TIME) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) => Err(NotParsed::Panicked),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(NotParsed::TooSlow),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(NotParsed::Panicked),
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
