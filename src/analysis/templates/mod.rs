//! Log templates: which lines are the same event, and what that event's text is. Called by `cli/logs` and by whoever
//! holds log records; no I/O, no clock, no panic on any bytes, the same defaults for every input.
//!
//! # How it works
//!
//! 1. `header` finds where headers end, from the first lines of the stream: columns in which nearly every line has the
//!    same kind of field. `structured` takes the message out of JSON and logfmt.
//! 2. `tokens` cuts the message into tokens in one pass and masks what is a value by its make-up (`mask`). The
//!    result is the line's shape; `table` counts shapes. This is all that happens for a line.
//! 3. `merge` joins shapes when patterns are asked for, or when the table is full, as `parameter` judges. Shapes of the same length that agree
//!    in all but one place (or two) are one event if the place takes many different words. Fewer words in common ask for
//!    more variety; words in capitals (states, methods) for much more; words that say what happened (`outcome`)
//!    are never values, so that `started` and `failed` stay apart however many services there are.
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
//! # Bounds
//!
//! The table holds at most [`Budget::shapes`] shapes of [`Budget::bytes`] bytes, and one number for each of at most
//! [`Budget::ever`] shapes that ever were. What falls out is counted in [`Counters`] and belongs to the pattern `<*>`.

mod fields;
mod header;
mod mask;
mod merge;
mod outcome;
mod parameter;
mod patterns;
mod structured;
mod table;
#[cfg(test)]
mod tests;
mod times;
mod tokens;

use std::borrow::Cow;

use fields::Field;
use header::Headers;
use table::Table;
use tokens::Shaper;

pub use patterns::{Pattern, PatternId, Patterns};

/// So many lines are looked at before headers are decided.
const EARLY: u32 = 2000;
/// Or so many bytes.
const EARLY_BYTES: usize = 1 << 20;
/// What stands further into a line than this says nothing about which event it is.
const LONGEST: usize = 8 << 10;

/// The bounds of a miner's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Shapes at a time.
    pub shapes: usize,
    /// Bytes of their texts.
    pub bytes: usize,
    /// Shapes ever: four bytes for each.
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
    /// Lines taken, without those that wait for the headers to be decided.
    pub lines: u64,
    /// Shapes held.
    pub shapes: usize,
    /// Bytes of their texts.
    pub bytes: usize,
    /// How often the table was full and its shapes were joined.
    pub joins: u64,
    /// Templates that left because the table was still too full.
    pub dropped: u64,
    /// Lines that belong to no pattern of their own any more.
    pub beyond: u64,
}

/// Which pattern a line belongs to, to be asked of [`Miner::pattern_of`] at any later time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot(u32);

/// Whether lines begin with headers.
#[derive(Debug, Clone)]
enum Start {
    /// The first lines, until there are enough to tell.
    Waiting { lines: Vec<Box<[u8]>>, bytes: usize },
    /// Told.
    Known(Headers),
    /// The caller took them off.
    Bare,
}

/// Finds the patterns of a stream of lines, one line at a time.
#[derive(Debug, Clone)]
pub struct Miner {
    start: Start,
    /// For each line that waited, its shape.
    early: Vec<u32>,
    table: Table,
    shaper: Shaper,
    cut: Vec<Field>,
}

impl Default for Miner {
    fn default() -> Self {
        Self::new(Budget::default())
    }
}

impl Miner {
    /// A miner for lines as they stand in a file.
    pub fn new(budget: Budget) -> Self {
        Self::with(budget, Start::Waiting { lines: Vec::new(), bytes: 0 })
    }

    /// A miner for messages whose headers a parser has taken off.
    pub fn for_messages(budget: Budget) -> Self {
        Self::with(budget, Start::Bare)
    }

    fn with(budget: Budget, start: Start) -> Self {
        Self { start, early: Vec::new(), table: Table::new(budget), shaper: Shaper::default(), cut: Vec::new() }
    }

    /// Takes the next line, without its line end. Nothing but the lines and their order decides what comes of it.
    pub fn push(&mut self, line: &[u8]) -> Slot {
        let Start::Waiting { lines, bytes } = &mut self.start else { return Slot(EARLY + self.take(line)) };
        let slot = lines.len() as u32;
        *bytes += line.len().min(LONGEST);
        lines.push(Box::from(line));
        if lines.len() == EARLY as usize || *bytes > EARLY_BYTES {
            self.decide();
        }
        Slot(slot)
    }

    /// The patterns so far. Costs time in proportion to the shapes held, not to the lines.
    pub fn patterns(&self) -> Patterns {
        match self.start {
            Start::Waiting { .. } => self.decided().patterns(),
            Start::Known(_) | Start::Bare => Patterns::of(&self.table),
        }
    }

    /// The pattern that a line belongs to, as an index into [`Patterns::all`]; ask with what [`Miner::patterns`] gave
    /// last, after [`Miner::decide`].
    pub fn pattern_of(&self, slot: Slot, patterns: &Patterns) -> Option<usize> {
        let number = match slot.0.checked_sub(EARLY) {
            Some(number) => number,
            None => *self.early.get(slot.0 as usize)?,
        };
        patterns.at_place(self.table.place(number))
    }

    /// Decides on headers with the lines so far, as at the end of the input.
    pub fn decide(&mut self) {
        let Start::Waiting { lines, .. } = &mut self.start else { return };
        let lines = std::mem::take(lines);
        self.start = Start::Known(Headers::learn(lines.iter().map(|line| &**line)));
        for line in lines {
            let number = self.take(&line);
            self.early.push(number);
        }
    }

    /// What was done and what is held.
    pub fn counters(&self) -> Counters {
        self.table.counters()
    }

    fn decided(&self) -> Self {
        let mut decided = self.clone();
        decided.decide();
        decided
    }

    /// The shape of a line, by number.
    fn take(&mut self, line: &[u8]) -> u32 {
        let line = without_escapes(line);
        let from = match &self.start {
            Start::Known(headers) => headers.end(&line, &mut self.cut),
            Start::Waiting { .. } | Start::Bare => 0,
        };
        let message = &line[from..];
        let inner = structured::message(message);
        let message = inner.as_deref().unwrap_or(message);
        self.table.add(self.shaper.shape(&message[..message.len().min(LONGEST)]))
    }
}

/// The line without colours and other sequences that begin with ESC and a bracket.
fn without_escapes(line: &[u8]) -> Cow<'_, [u8]> {
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
