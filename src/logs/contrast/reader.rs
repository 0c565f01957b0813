//! Reads the chosen rows of both sides and hands their fields on.

use std::fmt::Write;
use std::ops::{ControlFlow, Range};

use crate::analysis::correlate::{Correlator, Side};
use crate::analysis::templates::{Patterns, Slot};
use crate::domain::{LogRecord, Severity};
use crate::logfile::Context;
use crate::logfile::record::{FieldList, fields};
use crate::logfile::tape::Chunk;
use crate::store::filter::level_word;

use super::super::ask::ContrastAsk;
use super::super::merge::{instant, nanos};
use super::super::shelf::{cut, file_name};
use super::super::sieve::text::runs;
use super::choice::{Choice, Rows};
use super::words::left_out;

/// What reading a record costs beside its bytes.
const COST: usize = 1_500;

/// A reading under way.
#[derive(Debug)]
pub(super) struct Reader {
    pub choice: Choice,
    pub sink: Sink,
    /// Records whose text could not be read.
    pub lost: u64,
    next: usize,
    done: u64,
    list: FieldList,
    buffer: Vec<u8>,
}

/// Where fields go.
#[derive(Debug)]
pub(super) struct Sink {
    pub all: Correlator,
    pub left_out: Vec<String>,
    /// Whether records are told by their pattern too.
    by_pattern: bool,
    name: String,
}

/// What the columns say of a record.
struct Known<'a> {
    service: &'a str,
    severity: Severity,
    file: &'a str,
    slot: Option<u32>,
}

impl Sink {
    fn known(&mut self, known: &Known<'_>, patterns: &Patterns) {
        self.all.field(b"service", known.service.as_bytes());
        self.all.field(b"level", level_word(known.severity).as_bytes());
        self.all.field(b"file", known.file.as_bytes());
        let at = known.slot.filter(|_| self.by_pattern).and_then(|slot| patterns.of_slot(Slot::from_number(slot)));
        if let Some(pattern) = at.and_then(|at| patterns.all().get(at)) {
            let mut name = std::mem::take(&mut self.name);
            name.clear();
            // Writing to a string cannot fail.
            let _ = write!(name, "{}", pattern.id);
            self.all.field(b"pattern", name.as_bytes());
            self.name = name;
        }
    }
}

impl Reader {
    pub fn new(choice: Choice, ask: &ContrastAsk) -> Self {
        let mut left_out = left_out(ask);
        if choice.tapes() < 2 {
            left_out.push("file".to_owned());
        }
        let all = Correlator::new(ask.changes.clone()).without(left_out.clone());
        let by_pattern = !all.is_without(b"pattern");
        let sink = Sink { all, left_out, by_pattern, name: String::new() };
        Self { choice, sink, lost: 0, next: 0, done: 0, list: FieldList::default(), buffer: Vec::new() }
    }

    /// Whether all is read.
    pub fn is_done(&self) -> bool {
        self.next > self.choice.rows()
    }

    /// Records read, and of how many.
    pub fn progress(&self) -> Option<(u64, u64)> {
        let (bad, rest) = self.choice.wanted();
        Some((self.done, bad + rest))
    }

    /// Reads one more chunk, at last the records of live sources; `false` when all is read.
    pub fn step(&mut self, patterns: &Patterns, cost: &mut usize) -> bool {
        if self.is_done() {
            return false;
        }
        let at = self.next;
        self.next += 1;
        match self.choice.take(at) {
            Some(rows) => self.chunk(&rows, patterns, cost),
            None => {
                for (side, record, slot) in self.choice.take_held() {
                    *cost += COST;
                    self.done += 1;
                    self.held(side, &record, slot, patterns);
                }
            }
        }
        true
    }

    fn held(&mut self, side: Side, record: &LogRecord, slot: u32, patterns: &Patterns) {
        let sink = &mut self.sink;
        sink.all.begin(side, Some(nanos(record.at())));
        let service = record.service.as_str();
        sink.known(&Known { service, severity: record.severity, file: "", slot: Some(slot) }, patterns);
        if let Some(trace) = &record.trace_id {
            sink.all.field(b"trace", trace.as_bytes());
        }
        record.attributes.iter().for_each(|(name, value)| sink.all.field(name.as_bytes(), value.as_bytes()));
        sink.all.end();
    }

    fn chunk(&mut self, rows: &Rows, patterns: &Patterns, cost: &mut usize) {
        let Some(chunk) = rows.tape.chunks().get(rows.chunk) else { return };
        let mut both = rows.bad.clone();
        both.or(&rows.rest);
        let mut buffer = std::mem::take(&mut self.buffer);
        for run in runs(chunk, &both) {
            let chosen: Vec<usize> = run.clone().filter(|row| both.has(*row)).collect();
            let (Some(first), Some(last)) = (chunk.span(run.start), chunk.span(run.end - 1)) else { continue };
            // A single row may be longer than is read of one.
            let span = if chosen.len() == 1 { cut(&first) } else { first.start..last.end };
            let length = span.end - span.start;
            *cost += usize::try_from(length).unwrap_or(usize::MAX) + chosen.len() * COST;
            let mut is_read = false;
            let scanned = rows.tape.tape().file().scan(span.clone(), &mut buffer, |start, bytes| {
                is_read = bytes.len() as u64 == length;
                if is_read {
                    self.run(rows, chunk, &chosen, start..start + length, bytes, patterns);
                }
                ControlFlow::Break(())
            });
            if !is_read || scanned.is_err() {
                self.lost += chosen.len() as u64;
            }
        }
        self.buffer = buffer;
    }

    fn run(
        &mut self,
        rows: &Rows,
        chunk: &Chunk,
        chosen: &[usize],
        span: Range<u64>,
        bytes: &[u8],
        patterns: &Patterns,
    ) {
        let tape = &rows.tape;
        let file = file_name(tape);
        let mut context = Context {
            source: tape.tape().source().clone(),
            service: tape.tape().service().clone(),
            observed: instant(0),
            at: None,
        };
        // A service that is only the file's says what the file says.
        let states = !self.sink.all.is_without(b"file");
        for row in chosen {
            let (Some(own), Some(at)) = (chunk.span(*row), chunk.row(*row)) else { continue };
            let place = |at: u64| usize::try_from(at.min(span.end).saturating_sub(span.start)).unwrap_or(usize::MAX);
            let text = bytes.get(place(own.start)..place(own.end)).unwrap_or_default();
            context.at = Some(at.at);
            fields(text, tape.layout(), &context, &mut self.list);
            let side = if rows.bad.has(*row) { Side::Bad } else { Side::Rest };
            let named =
                tape.names().get(usize::from(at.service)).filter(|name| states || *name != tape.tape().service());
            let service = named.map_or("", |name| name.as_str());
            let known = Known { service, severity: at.mark.severity(), file: &file, slot: Some(at.slot) };
            self.sink.all.begin(side, Some(at.at.saturating_add(tape.shift())));
            self.sink.known(&known, patterns);
            for (name, value) in self.list.iter() {
                self.sink.all.field(name, value);
            }
            self.sink.all.end();
            self.done += 1;
        }
    }
}
