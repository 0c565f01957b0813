//! Which files were read under any name, so that a rotated file that a glob finds again is not read twice.

use std::collections::{HashMap, VecDeque};

/// Files let go that are remembered.
const REMEMBERED: usize = 1024;

/// What tells files apart while they exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Device number.
    pub device: u64,
    /// Inode number; the system gives it to another file once this one is gone.
    pub inode: u64,
}

/// The files that the followers of one source read or have read.
#[derive(Debug, Default)]
pub struct Known {
    files: HashMap<Identity, Entry>,
    released: VecDeque<Identity>,
}

#[derive(Debug)]
enum Entry {
    /// Open in a follower; its inode cannot be given to another file.
    Open,
    /// Let go; the file's first bytes tell whether the inode is still the same file.
    Released { head: Vec<u8> },
}

impl Known {
    /// Takes a file for a follower; false when it is read, or was read, under another name.
    pub(super) fn claim(&mut self, identity: Identity, head: &[u8]) -> bool {
        let taken = match self.files.get(&identity) {
            None => false,
            Some(Entry::Open) => true,
            Some(Entry::Released { head: before }) => !before.is_empty() && head.starts_with(before),
        };
        if !taken {
            self.released.retain(|released| *released != identity);
            self.files.insert(identity, Entry::Open);
        }
        !taken
    }

    /// Gives a file back that was read to its end.
    pub(super) fn release(&mut self, identity: Identity, head: &[u8]) {
        self.files.insert(identity, Entry::Released { head: head.to_vec() });
        self.released.push_back(identity);
        if self.released.len() > REMEMBERED
            && let Some(oldest) = self.released.pop_front()
        {
            self.files.remove(&oldest);
        }
    }
}
