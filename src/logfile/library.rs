//! All tapes of a session. The sources of files add to it from their threads; the desk reads from it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::domain::{CleanText, SourceId};

use super::pages::Opened;
use super::tape::Tape;

/// Finds which lines are the same event, while they are indexed.
pub trait Mine: Send + Sync {
    /// The mining of one stream of lines.
    fn stream(&self) -> Box<dyn MineStream>;
}

/// The mining of one stream of lines.
pub trait MineStream: Send {
    /// Adds a number for each message: lines with the same number have the same shape, for good.
    fn mine(&mut self, messages: &[&[u8]], slots: &mut Vec<u32>);
}

/// The tapes of a session.
pub struct Library {
    tapes: RwLock<Vec<Arc<Tape>>>,
    version: AtomicU64,
    wake: OnceLock<Box<dyn Fn() + Send + Sync>>,
    miner: Box<dyn Mine>,
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library").field("tapes", &self.tapes).field("version", &self.version).finish_non_exhaustive()
    }
}

impl Library {
    /// An empty library.
    pub fn new(miner: Box<dyn Mine>) -> Self {
        Self { tapes: RwLock::default(), version: AtomicU64::new(0), wake: OnceLock::new(), miner }
    }

    /// Calls this whenever something was added; only the first caller is heard.
    pub fn on_growth(&self, wake: impl Fn() + Send + Sync + 'static) {
        drop(self.wake.set(Box::new(wake)));
    }

    /// Begins a tape.
    pub fn begin(&self, file: Arc<Opened>, source: SourceId, service: CleanText) -> Arc<Tape> {
        let mut tapes = self.tapes.write().unwrap_or_else(PoisonError::into_inner);
        let number = u32::try_from(tapes.len()).unwrap_or(u32::MAX);
        let tape = Arc::new(Tape::new(number, file, source, service));
        tapes.push(Arc::clone(&tape));
        tape
    }

    /// All tapes in the order of their numbers.
    pub fn tapes(&self) -> Vec<Arc<Tape>> {
        self.tapes.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The mining of a new stream.
    pub fn mining(&self) -> Box<dyn MineStream> {
        self.miner.stream()
    }

    /// Says that a tape grew or changed.
    pub fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
        if let Some(wake) = self.wake.get() {
            wake();
        }
    }

    /// A number that is another one after every change.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }
}
