//! The miner: the table of shapes that all streams share. Called for each message by the thread that reads it, and for its
//! patterns by whoever shows them.

use std::borrow::Cow;
use std::sync::Arc;

use super::patterns::{Patterns, Tally};
use super::structured;
use super::table::Table;
use super::tokens::Shaper;
use super::{Budget, Counters};

/// Which pattern a line belongs to, to be asked of [`Patterns::of_slot`] at any later time.
///
/// A slot's number is fixed when the line is taken and never means another event; 0 is that of lines beyond the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub(super) u32);

impl Slot {
    /// The number, to be kept in four bytes.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The slot that had this number.
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// Finds the patterns of messages, one message at a time.
#[derive(Debug, Clone)]
pub struct Miner {
    table: Table,
    shaper: Shaper,
    known: Arc<Patterns>,
}

impl Default for Miner {
    fn default() -> Self {
        Self::new(Budget::default())
    }
}

impl Miner {
    /// A miner within these bounds.
    pub fn new(budget: Budget) -> Self {
        Self { table: Table::new(budget), shaper: Shaper::default(), known: Arc::default() }
    }

    /// Takes a message: a line without its header and its line end. JSON and logfmt may come whole.
    pub fn take(&mut self, message: &[u8]) -> Slot {
        self.take_clean(&without_escapes(message))
    }

    /// Takes a message that holds no escape sequences.
    pub(super) fn take_clean(&mut self, message: &[u8]) -> Slot {
        let inner = structured::message(message);
        let message = inner.as_deref().unwrap_or(message);
        Slot(self.table.add(self.shaper.shape(message)))
    }

    /// A slot for a line whose message is not known yet; [`Miner::settle`] gives it one. Until then it is in no pattern.
    pub fn reserve(&mut self) -> Slot {
        Slot(self.table.reserve())
    }

    /// Takes the message of a line that got its slot from [`Miner::reserve`].
    pub fn settle(&mut self, slot: Slot, message: &[u8]) {
        let of = self.take(message);
        self.table.refer(slot.0, of.0);
    }

    /// The patterns so far, for whoever has the miner alone; others take a [`Miner::tally`] while they hold it, and make
    /// patterns of that when they have let go.
    pub fn patterns(&mut self) -> Arc<Patterns> {
        if !self.known.is_of(&self.table) {
            self.known = Arc::new(self.known.updated(&self.tally(&self.known)));
        }
        Arc::clone(&self.known)
    }

    /// What [`Patterns::updated`] needs to bring these patterns up to date. Takes less than a millisecond.
    pub fn tally(&self, known: &Patterns) -> Tally {
        Tally::of(&self.table, known)
    }

    /// What was done and what is held.
    pub fn counters(&self) -> Counters {
        self.table.counters()
    }
}

/// The line without colours and other sequences that begin with ESC and a bracket.
pub(super) fn without_escapes(line: &[u8]) -> Cow<'_, [u8]> {
    if !line.contains(&0x1b) {
        return Cow::Borrowed(line);
    }
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.iter().position(|byte| *byte == 0x1b) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(sequence) = rest.strip_prefix(b"[") {
            let end =
                sequence.iter().position(|byte| (0x40..=0x7e).contains(byte)).map_or(sequence.len(), |end| end + 1);
            rest = &sequence[end..];
        }
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}
