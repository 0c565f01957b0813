//! Log templates: which lines are the same event, and what that event's text is. Called by `cli/logs`, by the thread that
//! indexes files and by whoever holds log records; no I/O, no clock, no panic on any bytes, the same defaults for every input.
//!
//! # Who calls what
//!
//! One [`Miner`] is the table of all streams. A stream whose format a parser knows gives its messages to [`Miner::take`];
//! one of unknown format has a [`Strip`] of its own, which learns where headers end and gives the lines on. Each line gets a
//! [`Slot`], a number that stays good for as long as the miner lives; [`Miner::patterns`] says at any time which patterns
//! there are, and [`Patterns::of_slot`] which of them a slot belongs to.
//!
//! # How it works
//!
//! 1. `header` finds where headers end, from the lines of the stream: columns in which nearly every line has the same kind
//!    of field (`layout`). `structured` takes the message out of JSON and logfmt.
//! 2. `tokens` cuts the message into tokens in one pass and masks what is a value by its make-up (`mask`). The
//!    result is the line's shape; `table` counts shapes. This is all that happens for a line.
//! 3. `merge` joins shapes when patterns are asked for, or when the table is full:
//!    - shapes of the same length that agree in all but one place (or two) are one event if the place takes many different
//!      words, as `parameter` judges. Fewer words in common ask for more variety; words in capitals (states, methods) for
//!      much more; words that say what happened (`outcome`) are no values, so that `started` and `failed` stay apart however
//!      many services there are. Two or three words are no variety: people tell such lines apart.
//!    - names that are numbered anywhere are numbered everywhere (`series`); several places at once (`partition`) and
//!      phrases of several words (`phrases`) are parameters by the same reasoning; what is left and is an instance of a
//!      pattern that many shapes made is taken by it (`absorb`).
//!
//! # Whose ideas
//!
//! - Masking by make-up, grouping by length and first telling constants from parameters in a stream: Drain (He, Zhu, Zheng,
//!   Lyu: "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017). Left out: its similarity threshold,
//!   which joins short messages that differ in their one telling word.
//! - Length as the first divide, and similarity over places: LenMa (Shima: "Length Matters", 2016). Values in a row are one
//!   here, so that lists of different lengths meet.
//! - The number of different words in a place, relative to the rest of the line, tells a parameter from a constant: IPLoM
//!   (Makanju, Zincir-Heywood, Milios: "Clustering Event Logs Using Iterative Partitioning", KDD 2009) and Brain (Yu, He,
//!   Chen, Wu: "Brain: Log Parsing with Bidirectional Parallel Tree", TSC 2023). Here the question is asked with all
//!   other places equal, which needs no threshold per data set.
//! - Joining again after the fact what an online pass kept apart: the template merge of Spell (Du, Li: "Spell: Streaming
//!   Parsing of System Event Logs", ICDM 2016).
//!
//! # What stays the same
//!
//! Patterns are a function of the set of shapes alone: not of the order in which files were read, not of the size of the
//! blocks, not of when somebody looked. Only a table that has been full ([`Counters::joins`]) depends on the order.
//!
//! # Bounds
//!
//! The table holds at most [`Budget::shapes`] shapes of [`Budget::bytes`] bytes, and one number for each of at most
//! [`Budget::ever`] slots that ever were. What falls out is counted in [`Counters`] and belongs to the pattern `<*>`.

mod absorb;
mod book;
mod bytes;
mod fields;
mod header;
mod layout;
mod mask;
mod merge;
mod miner;
mod outcome;
mod parameter;
mod partition;
mod patterns;
mod phrases;
mod recent;
mod series;
mod shape;
mod strip;
mod structured;
mod table;
#[cfg(test)]
mod tests;
mod times;
mod tokens;

pub use miner::{Miner, Slot};
pub use patterns::{Pattern, PatternId, Patterns, Tally};
pub use strip::Strip;

/// What stands further into a line than this says nothing about which event it is.
const LONGEST: usize = 8 << 10;

/// The bounds of a miner's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Shapes at a time.
    pub shapes: usize,
    /// Bytes of their texts.
    pub bytes: usize,
    /// Slots ever: four bytes for each.
    pub ever: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { shapes: 20_000, bytes: 8 << 20, ever: 1 << 20 }
    }
}

/// What a miner has done and what it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages taken, without those whose headers wait to be decided.
    pub lines: u64,
    /// Shapes held.
    pub shapes: usize,
    /// Bytes of their texts.
    pub bytes: usize,
    /// Shapes remembered to be instances of a template after a join; at most four for each of the budget.
    pub remembered: usize,
    /// How often the table was full and its shapes were joined.
    pub joins: u64,
    /// Templates that left because the table was still too full.
    pub dropped: u64,
    /// Lines that belong to no pattern of their own any more.
    pub beyond: u64,
}
