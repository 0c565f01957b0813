//! A filter over rows of tapes. Terms about level, time, service, pattern and file need the columns alone; texts are looked
//! for in the bytes of many rows at once; only rows that everything else left and that a field's term may hold for are read
//! as records. The outcome is what [`Filter::matches_with`] says of each row's record.

mod columns;
pub(super) mod field;
pub(super) mod text;

use std::ops::Range;

use crate::analysis::templates::Patterns;
use crate::logfile::Snapshot;
use crate::logfile::tape::ROWS;
use crate::store::Filter;
use crate::store::filter::{Field, Term, Test};

use super::bits::Bits;
use columns::Columns;
use text::Texts;

/// A filter made ready.
#[derive(Debug)]
pub(super) struct Sieve {
    columns: Columns,
    texts: Texts,
}

/// What sifting needs beside the tape, and what it has cost.
#[derive(Debug)]
pub(super) struct Tools<'a> {
    /// The patterns that shapes belong to.
    pub(super) patterns: &'a Patterns,
    /// A buffer for text.
    pub(super) buffer: &'a mut Vec<u8>,
    /// What was done: a byte of text is one, a row of columns is one.
    pub(super) cost: usize,
    /// Rows whose text could not be read.
    pub(super) unread: u64,
}

impl Sieve {
    pub(super) fn new(filter: &Filter) -> Self {
        let (columns, others): (Vec<Term>, Vec<Term>) = filter.terms().iter().cloned().partition(is_column);
        Self { columns: Columns::new(columns), texts: Texts::new(others) }
    }

    /// Whether its outcome follows patterns, which change as lines come.
    pub(super) fn follows_patterns(&self) -> bool {
        self.columns.terms().iter().any(|term| matches!(term.test, Test::Pattern(_)))
    }

    /// Whether its outcome follows the shift of a file.
    pub(super) fn follows_time(&self) -> bool {
        self.columns.terms().iter().any(|term| matches!(term.test, Test::Time(..)))
    }

    /// Those of the rows of a chunk that pass, out of `start`.
    pub(super) fn sift(
        &mut self,
        tape: &Snapshot,
        index: usize,
        rows: Range<usize>,
        start: Option<&Bits>,
        tools: &mut Tools<'_>,
    ) -> Bits {
        let mut left = Bits::of(rows.clone());
        if let Some(start) = start {
            left.and(start);
        }
        tools.cost += rows.len().min(ROWS);
        self.columns.sift(tape, index, &mut left, tools);
        if !left.is_none() && !self.texts.is_empty() {
            self.texts.sift(tape, index, &mut left, tools);
        }
        left
    }
}

/// Whether the columns alone answer a term.
fn is_column(term: &Term) -> bool {
    match &term.test {
        Test::Level(..) | Test::Time(..) | Test::Pattern(_) => true,
        Test::Field(field, _, _) | Test::Number(field, _, _, _) => match field {
            Field::Service | Field::Source | Field::File => true,
            Field::Trace | Field::Body | Field::Attribute(_) => false,
        },
        Test::Text(_) | Test::Regex(_) => false,
    }
}
