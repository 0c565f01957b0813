//! One miner for the files' threads and for the desk: the threads give it messages by thousands, the desk single ones of
//! live sources, and asks which patterns there are.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::analysis::templates::{Counters, Miner, Patterns};
use crate::logfile::{Mine, MineStream};

/// The miner of a session; clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct SharedMiner {
    miner: Arc<Mutex<Miner>>,
    /// The patterns that were told last; held while new ones are made, so that the miner need not be.
    known: Arc<Mutex<Arc<Patterns>>>,
}

impl SharedMiner {
    /// A miner for all streams of a session.
    pub fn new(miner: Miner) -> Self {
        Self { miner: Arc::new(Mutex::new(miner)), known: Arc::default() }
    }

    /// The shape of one message.
    pub fn take(&self, message: &[u8]) -> u32 {
        self.miner().take(message).number()
    }

    /// The patterns so far; joins shapes when there are new ones, while the files' threads go on mining.
    pub fn patterns(&self) -> Arc<Patterns> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = self.miner().tally(&known);
        *known = Arc::new(known.updated(&tally));
        Arc::clone(&known)
    }

    /// What was done and what is held.
    pub fn counters(&self) -> Counters {
        self.miner().counters()
    }

    fn miner(&self) -> MutexGuard<'_, Miner> {
        self.miner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mine for SharedMiner {
    fn stream(&self) -> Box<dyn MineStream> {
        Box::new(self.clone())
    }
}

impl MineStream for SharedMiner {
    fn mine(&mut self, messages: &[&[u8]], slots: &mut Vec<u32>) {
        let mut miner = self.miner();
        slots.extend(messages.iter().map(|message| miner.take(message).number()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_share_shapes_and_the_desk_sees_them() {
        let miner = SharedMiner::default();
        let (mut one, mut other) = (miner.stream(), miner.stream());
        let (mut first, mut second) = (Vec::new(), Vec::new());
        one.mine(&[b"took 5 ms", b"failed"], &mut first);
        other.mine(&[b"took 7 ms"], &mut second);
        assert_eq!((first[0], first.len()), (second[0], 2));
        assert_ne!(first[0], first[1]);
        assert_eq!(miner.take(b"took 9 ms"), first[0]);
        assert_eq!(miner.patterns().all().len(), 2);
    }
}
