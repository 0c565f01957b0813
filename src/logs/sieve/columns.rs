//! Terms that the columns of a chunk answer.

use std::collections::HashMap;

use crate::analysis::templates::{Patterns, Slot};
use crate::domain::{CleanText, Severity};
use crate::logfile::Snapshot;
use crate::logfile::tape::Chunk;
use crate::store::filter::{Field, PatternPrefix, Term, Test, When};

use super::super::bits::Bits;
use super::super::shelf::file_name;
use super::Tools;

const SEVERITIES: [Severity; 7] = [
    Severity::Unset,
    Severity::Trace,
    Severity::Debug,
    Severity::Info,
    Severity::Warn,
    Severity::Error,
    Severity::Fatal,
];

/// Terms about columns, with what was found of the names of each tape.
#[derive(Debug)]
pub(super) struct Columns {
    terms: Vec<Term>,
    names: HashMap<(usize, u32), Vec<bool>>,
}

impl Columns {
    pub(super) fn new(terms: Vec<Term>) -> Self {
        Self { terms, names: HashMap::new() }
    }

    pub(super) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Keeps the rows for which all terms hold.
    pub(super) fn sift(&mut self, tape: &Snapshot, index: usize, left: &mut Bits, tools: &Tools<'_>) {
        let Some(chunk) = tape.chunks().get(index) else { return };
        for (at, term) in self.terms.iter().enumerate() {
            if left.is_none() {
                return;
            }
            let found = match &term.test {
                Test::Level(compare, level) => levels(chunk, |severity| compare.holds(severity.cmp(level))),
                Test::Time(compare, _, When::Instant(then)) => {
                    let then = then.saturating_sub(tape.shift());
                    Some(Bits::mark(chunk.times(), |time| compare.holds(time.cmp(&then))))
                }
                Test::Time(compare, _, when @ When::Clock(_)) => {
                    let shift = tape.shift();
                    Some(Bits::mark(chunk.times(), |time| compare.holds(when.compare(time.saturating_add(shift)))))
                }
                Test::Pattern(prefix) => Some(of_pattern(chunk, *prefix, tools.patterns)),
                Test::Field(Field::Source, _, _) | Test::Number(Field::Source, ..) => {
                    constant(term.test.holds_for(tape.tape().source().as_str()))
                }
                Test::Field(Field::File, _, _) | Test::Number(Field::File, ..) => {
                    constant(term.test.holds_for(&file_name(tape)))
                }
                Test::Field(..) | Test::Number(..) | Test::Text(_) | Test::Regex(_) => {
                    let table = self.names.entry((at, tape.tape().number())).or_default();
                    Some(services(tape, chunk, table, |name| term.test.holds_for(name)))
                }
            };
            match (found, term.negated) {
                (Some(found), false) => left.and(&found),
                (Some(found), true) => left.without(&found),
                // All rows.
                (None, false) => {}
                (None, true) => *left = Bits::none(),
            }
        }
    }
}

/// The rows whose service's name passes; `table` keeps what is known of names.
pub(super) fn services(
    tape: &Snapshot,
    chunk: &Chunk,
    table: &mut Vec<bool>,
    holds: impl Fn(&CleanText) -> bool,
) -> Bits {
    table.extend(tape.names().iter().skip(table.len()).map(holds));
    if table.iter().all(|holds| !holds) {
        return Bits::none();
    }
    Bits::mark(chunk.services(), |service| table.get(usize::from(service)).copied().unwrap_or(false))
}

/// The rows whose level passes; `None` is all of them.
fn levels(chunk: &Chunk, holds: impl Fn(Severity) -> bool) -> Option<Bits> {
    let passes = SEVERITIES.map(holds);
    let (mut any, mut all) = (false, true);
    for (_, passes) in SEVERITIES.iter().zip(passes).filter(|(severity, _)| chunk.has(**severity)) {
        any |= passes;
        all &= passes;
    }
    match (any, all) {
        (_, true) => None,
        (false, false) => Some(Bits::none()),
        (true, false) => Some(Bits::mark(chunk.marks(), |mark| passes[mark.severity() as usize])),
    }
}

fn constant(holds: bool) -> Option<Bits> {
    if holds { None } else { Some(Bits::none()) }
}

fn of_pattern(chunk: &Chunk, prefix: PatternPrefix, patterns: &Patterns) -> Bits {
    let table: Vec<bool> = patterns.all().iter().map(|pattern| prefix.holds(pattern.id.number())).collect();
    if table.iter().all(|holds| !holds) {
        return Bits::none();
    }
    Bits::mark(chunk.slots(), |slot| {
        patterns.of_slot(Slot::from_number(slot)).is_some_and(|at| table.get(at).copied().unwrap_or(false))
    })
}
