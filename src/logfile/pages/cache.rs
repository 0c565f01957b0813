//! Blocks of files that were read a moment ago: one budget for all files, the least recently used goes first.
//! [`super::Opened`] asks it for every small read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of one block.
pub(super) const BLOCK: u64 = 128 << 10;

/// The blocks, shared by all files of a library.
#[derive(Debug)]
pub struct Pages {
    budget: u64,
    held: Mutex<Held>,
}

/// What the cache did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PagesUse {
    /// Blocks that were there.
    pub hits: u64,
    /// Blocks that had to be read.
    pub misses: u64,
    /// Bytes held now.
    pub bytes: u64,
    /// Bytes that may be held.
    pub budget: u64,
}

#[derive(Debug, Default)]
struct Held {
    blocks: HashMap<(u64, u64), Entry>,
    used: PagesUse,
    clock: u64,
}

#[derive(Debug)]
struct Entry {
    bytes: Arc<Vec<u8>>,
    touched: u64,
    /// The look at the file before which the block was read.
    look: u32,
}

impl Pages {
    /// An empty cache for so many bytes.
    pub fn new(budget: u64) -> Self {
        Self { budget, held: Mutex::default() }
    }

    /// What it did so far.
    pub fn used(&self) -> PagesUse {
        PagesUse { budget: self.budget, ..self.held().used }
    }

    /// The block if it is there and at least `needed` bytes long.
    pub(super) fn get(&self, file: u64, block: u64, needed: usize) -> Option<Arc<Vec<u8>>> {
        let mut held = self.held();
        held.clock += 1;
        let clock = held.clock;
        let found = held.blocks.get_mut(&(file, block)).filter(|entry| entry.bytes.len() >= needed).map(|entry| {
            entry.touched = clock;
            Arc::clone(&entry.bytes)
        });
        match found {
            Some(_) => held.used.hits += 1,
            None => held.used.misses += 1,
        }
        found
    }

    /// Keeps a block; `look` counts the times that the file was found to be the same, before the block was read.
    pub(super) fn put(&self, file: u64, block: u64, bytes: Arc<Vec<u8>>, look: u32) {
        let mut held = self.held();
        held.clock += 1;
        let entry = Entry { touched: held.clock, look, bytes };
        held.used.bytes += entry.bytes.len() as u64;
        if let Some(before) = held.blocks.insert((file, block), entry) {
            held.used.bytes -= before.bytes.len() as u64;
        }
        while held.used.bytes > self.budget && held.blocks.len() > 1 {
            let oldest = held.blocks.iter().min_by_key(|(_, entry)| entry.touched).map(|(key, _)| *key);
            let Some(gone) = oldest.and_then(|key| held.blocks.remove(&key)) else { break };
            held.used.bytes -= gone.bytes.len() as u64;
        }
    }

    /// Drops the blocks of a file that were read since it was last known to be the same.
    pub(super) fn forget_since(&self, file: u64, look: u32) {
        let mut held = self.held();
        held.blocks.retain(|(of, _), entry| *of != file || entry.look < look);
        held.used.bytes = held.blocks.values().map(|entry| entry.bytes.len() as u64).sum();
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_goes_and_the_sum_stays_right() {
        let pages = Pages::new(25);
        let put = |block| pages.put(1, block, Arc::new(vec![0; 10]), 0);
        put(0);
        put(1);
        assert!(pages.get(1, 0, 10).is_some());
        put(2);
        assert!(pages.get(1, 1, 1).is_none() && pages.get(1, 0, 1).is_some() && pages.get(1, 2, 1).is_some());
        put(2);
        assert_eq!(pages.used(), PagesUse { hits: 3, misses: 1, bytes: 20, budget: 25 });
    }

    #[test]
    fn a_block_that_grew_since_is_read_again() {
        let pages = Pages::new(100);
        pages.put(1, 0, Arc::new(vec![0; 10]), 0);
        assert!(pages.get(1, 0, 11).is_none());
    }

    #[test]
    fn what_was_read_after_the_last_good_look_is_dropped() {
        let pages = Pages::new(100);
        pages.put(1, 0, Arc::new(vec![0; 10]), 3);
        pages.put(1, 1, Arc::new(vec![0; 10]), 4);
        pages.put(2, 1, Arc::new(vec![0; 10]), 4);
        pages.forget_since(1, 4);
        assert!(pages.get(1, 0, 1).is_some() && pages.get(1, 1, 1).is_none() && pages.get(2, 1, 1).is_some());
        assert_eq!(pages.used().bytes, 20);
    }
}
