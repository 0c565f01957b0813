//! Terms that need the text of rows. Rows are read in runs of many; texts are looked for in a whole run at once.

use std::collections::HashMap;
use std::ops::{ControlFlow, Range};

use memchr::memmem;
use regex::bytes::Regex;

use crate::domain::LogRecord;
use crate::logfile::Snapshot;
use crate::logfile::tape::Chunk;
use crate::store::filter::{Aside, Needle, Term, Test};

use super::super::bits::Bits;
use super::super::shelf::decode;
use super::Tools;
use super::columns::services;
use super::field::{FieldTerm, Verdict};

/// Bytes of a run: as much as one read of a scan takes.
const RUN: u64 = 256 << 10;
/// Rows that nobody asks for are read along when they are fewer bytes than this.
const GAP: u64 = 16 << 10;
/// A row longer than a run is read in pieces that overlap by so much: no text to look for is longer.
const OVERLAP: usize = 8 << 10;

/// What reading a record costs.
const DECODE: usize = 4_000;

/// Terms about text.
#[derive(Debug)]
pub(super) struct Texts {
    found: Vec<Finding>,
    others: Vec<Other>,
}

/// A term of a field, with what can be said of it without reading the record.
#[derive(Debug)]
struct Other {
    term: Term,
    field: Option<FieldTerm>,
}

/// A text or regular expression to be found.
#[derive(Debug)]
struct Finding {
    negated: bool,
    needle: Needle,
    finder: Finder,
    /// Whether its tape's names hold it, for each tape.
    names: HashMap<u32, Vec<bool>>,
}

#[derive(Debug)]
pub(in crate::logs) enum Finder {
    /// One text.
    Literal(Box<memmem::Finder<'static>>),
    /// An expression, or a text in any case.
    Regex(Regex),
    /// Ends of lines mean something to it, so that each row is looked at for itself.
    Anchored,
}

/// The rows of a chunk that are read together.
struct Run<'a> {
    tape: &'a Snapshot,
    chunk: &'a Chunk,
    index: usize,
    rows: Range<usize>,
    start: u64,
    bytes: &'a [u8],
}

impl Texts {
    pub(super) fn new(terms: Vec<Term>) -> Self {
        let (mut found, mut others) = (Vec::new(), Vec::new());
        for term in terms {
            match &term.test {
                Test::Text(needle) | Test::Regex(needle) => {
                    let is_regex = matches!(term.test, Test::Regex(_));
                    let finder = Finder::of(needle, is_regex);
                    found.push(Finding {
                        negated: term.negated,
                        needle: needle.clone(),
                        finder,
                        names: HashMap::new(),
                    });
                }
                Test::Level(..) | Test::Field(..) | Test::Number(..) | Test::Time(..) | Test::Pattern(_) => {
                    others.push(Other { field: FieldTerm::of(&term), term });
                }
            }
        }
        Self { found, others }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.others.is_empty()
    }

    /// Keeps the rows for which all terms hold.
    pub(super) fn sift(&mut self, tape: &Snapshot, index: usize, left: &mut Bits, tools: &mut Tools<'_>) {
        let Some(chunk) = tape.chunks().get(index) else { return };
        let mut passed = Bits::none();
        for rows in runs(chunk, left) {
            let (Some(first), Some(last)) = (chunk.span(rows.start), chunk.span(rows.end - 1)) else { continue };
            let span = first.start..last.end;
            let mut here = Bits::of(rows.clone());
            here.and(left);
            tools.cost += usize::try_from(span.end - span.start).unwrap_or(usize::MAX);
            if span.end - span.start > RUN {
                self.long(tape, chunk, index, rows.start, tools, &mut passed);
                continue;
            }
            let mut buffer = std::mem::take(tools.buffer);
            let mut is_read = false;
            let scanned = tape.tape().file().scan(span.clone(), &mut buffer, |start, bytes| {
                // Less than asked for: the file was truncated below its rows.
                is_read = bytes.len() as u64 == span.end - span.start;
                if is_read {
                    let run = Run { tape, chunk, index, rows: rows.clone(), start, bytes };
                    self.sift_run(&run, &mut here, tools);
                }
                ControlFlow::Break(())
            });
            *tools.buffer = buffer;
            if !is_read || scanned.is_err() {
                tools.unread += here.count() as u64;
                continue;
            }
            passed.or(&here);
        }
        *left = passed;
    }

    fn sift_run(&mut self, run: &Run<'_>, here: &mut Bits, tools: &mut Tools<'_>) {
        for finding in &mut self.found {
            if here.is_none() {
                return;
            }
            let rows = finding.rows(run, here);
            if finding.negated { here.without(&rows) } else { here.and(&rows) }
        }
        if self.others.is_empty() {
            return;
        }
        let written = run.tape.layout().writes_names();
        let mut passed = Bits::none();
        for row in here.rows() {
            let bytes = run.bytes_of(row);
            let mut verdict = Verdict::Holds;
            for other in &self.others {
                verdict = match other.field.as_ref().map_or(Verdict::Perhaps, |field| field.judge(bytes, written)) {
                    Verdict::Fails => Verdict::Fails,
                    Verdict::Perhaps => Verdict::Perhaps,
                    Verdict::Holds => verdict,
                };
                if verdict == Verdict::Fails {
                    break;
                }
            }
            let passes = match verdict {
                Verdict::Holds => true,
                Verdict::Fails => false,
                Verdict::Perhaps => {
                    tools.cost += DECODE;
                    let record = run.record(row);
                    self.others.iter().all(|other| other.term.holds(&record, &Aside::default()))
                }
            };
            if passes {
                passed.set(row);
            }
        }
        *here = passed;
    }

    /// A row too long to be held whole: its text is searched in pieces, its fields are those of its beginning.
    fn long(
        &mut self,
        tape: &Snapshot,
        chunk: &Chunk,
        index: usize,
        row: usize,
        tools: &mut Tools<'_>,
        passed: &mut Bits,
    ) {
        let Some(span) = chunk.span(row) else { return };
        let mut found = vec![false; self.found.len()];
        let mut at = span.start;
        let file = tape.tape().file();
        while at < span.end {
            let Ok(bytes) = file.text(at..span.end.min(at + RUN)) else {
                tools.unread += 1;
                return;
            };
            for (found, finding) in found.iter_mut().zip(&self.found) {
                *found = *found || finding.is_in(&bytes);
            }
            at += RUN - OVERLAP as u64;
        }
        if found.iter().zip(&self.found).any(|(found, finding)| *found == finding.negated) {
            return;
        }
        let Ok(bytes) = file.text(span.start..span.end.min(span.start + RUN)) else { return };
        let run = Run { tape, chunk, index, rows: row..row + 1, start: span.start, bytes: &bytes };
        let record = run.record(row);
        if self.others.iter().all(|other| other.term.holds(&record, &Aside::default())) {
            passed.set(row);
        }
    }
}

impl Finder {
    /// Where something is found from a place on, and how long it is. Nothing for what is anchored.
    pub(in crate::logs) fn find(&self, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
        match self {
            Self::Literal(finder) => {
                let found = finder.find(bytes.get(from..)?)?;
                Some((from + found, finder.needle().len()))
            }
            Self::Regex(regex) => {
                let found = regex.find_at(bytes, from.min(bytes.len()))?;
                Some((found.start(), found.len()))
            }
            Self::Anchored => None,
        }
    }

    /// Whether each record has to be looked at for itself.
    pub(in crate::logs) fn is_anchored(&self) -> bool {
        matches!(self, Self::Anchored)
    }

    pub(in crate::logs) fn of(needle: &Needle, is_regex: bool) -> Self {
        if let Some(literal) = needle.literal().filter(|_| !is_regex) {
            return Self::Literal(Box::new(memmem::Finder::new(literal).into_owned()));
        }
        let anchors =
            is_regex && ["^", "$", "\\A", "\\z", "\\b{"].iter().any(|anchor| needle.as_str().contains(anchor));
        match needle.over_bytes() {
            Ok(regex) if !anchors => Self::Regex(regex),
            Ok(_) | Err(_) => Self::Anchored,
        }
    }
}

impl Finding {
    /// The rows of a run that hold the text, by its bytes or its service.
    fn rows(&mut self, run: &Run<'_>, left: &Bits) -> Bits {
        let mut rows = Bits::none();
        let odd =
            if is_plain(run.bytes) { None } else { Some(run.odd_rows(left, !self.needle.as_str().contains(' '))) };
        match &self.finder {
            Finder::Literal(finder) => {
                run.find(|bytes| Some((finder.find(bytes)?, finder.needle().len())), &mut rows, |_| true)
            }
            Finder::Regex(regex) => {
                let next = |bytes: &[u8]| regex.find(bytes).map(|found| (found.start(), found.len()));
                run.find(next, &mut rows, |row| left.has(row) && self.needle.is_in(&run.record(row).raw));
            }
            Finder::Anchored => {
                for row in left.rows().filter(|row| run.rows.contains(row)) {
                    if self.needle.is_in(&run.record(row).raw) {
                        rows.set(row);
                    }
                }
            }
        }
        if let Some(odd) = odd {
            // What a person reads of these rows is not what stands in the file.
            rows.without(&odd);
            odd.rows().filter(|row| self.needle.is_in(&run.record(*row).raw)).for_each(|row| rows.set(row));
        }
        let table = self.names.entry(run.tape.tape().number()).or_default();
        let mut named = services(run.tape, run.chunk, table, |name| self.needle.is_in(name));
        named.and(left);
        rows.or(&named);
        rows
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        match &self.finder {
            Finder::Literal(finder) => finder.find(bytes).is_some(),
            Finder::Regex(regex) => regex.is_match(bytes),
            Finder::Anchored => self.needle.is_in(&String::from_utf8_lossy(bytes)),
        }
    }
}

impl Run<'_> {
    /// Marks each row in which something is found. What reaches over a line's end is put to `doubt`.
    fn find(&self, next: impl Fn(&[u8]) -> Option<(usize, usize)>, rows: &mut Bits, doubt: impl Fn(usize) -> bool) {
        let mut at = 0;
        let mut row = self.rows.start;
        while let Some((found, length)) = self.bytes.get(at..).and_then(&next) {
            let found = at + found;
            row = self.row_at(found, row);
            let text = self.bytes.get(found..found + length).unwrap_or_default();
            if memchr::memchr(b'\n', text).is_none() || doubt(row) {
                rows.set(row);
            }
            row += 1;
            if row >= self.rows.end {
                return;
            }
            at = self.offset(row);
        }
    }

    /// The row of a byte, not before `from`.
    fn row_at(&self, byte: usize, from: usize) -> usize {
        let at = self.start - self.chunk.bytes().start + byte as u64;
        let offsets = self.chunk.offsets();
        // Found texts are often near each other: look ahead in growing steps.
        let mut step = 1;
        let mut low = from;
        let is_after = |row: usize| offsets.get(row).is_none_or(|offset| u64::from(*offset) > at);
        while low + step < self.rows.end && !is_after(low + step) {
            low += step;
            step *= 2;
        }
        let high = (low + step).min(self.rows.end);
        low + offsets.get(low..high).map_or(0, |part| part.partition_point(|offset| u64::from(*offset) <= at)).max(1)
            - 1
    }

    fn offset(&self, row: usize) -> usize {
        let span = self.chunk.span(row).map_or(self.start, |span| span.start);
        usize::try_from(span - self.start).unwrap_or(usize::MAX)
    }

    fn bytes_of(&self, row: usize) -> &[u8] {
        let end = if row + 1 < self.rows.end { self.offset(row + 1) } else { self.bytes.len() };
        self.bytes.get(self.offset(row)..end).unwrap_or_default()
    }

    fn record(&self, row: usize) -> LogRecord {
        let at = self.index * crate::logfile::tape::ROWS + row;
        decode(self.tape, u32::try_from(at).unwrap_or(u32::MAX), self.bytes_of(row))
    }

    /// Rows whose text is shown otherwise than it stands in the file.
    fn odd_rows(&self, left: &Bits, tabs_are_plain: bool) -> Bits {
        let mut odd = Bits::none();
        for row in left.rows().filter(|row| self.rows.contains(row)) {
            let bytes = self.bytes_of(row);
            let plain = |byte: u8| is_plain_byte(byte) || (tabs_are_plain && byte == b'\t');
            if !bytes.iter().all(|byte| plain(*byte)) {
                odd.set(row);
            }
        }
        odd
    }
}

fn is_plain_byte(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte) || byte == b'\n' || byte == b'\r'
}

/// Whether bytes show as they are. Without branches, so that many are looked at in one step.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.chunks(4096).all(|part| part.iter().fold(true, |plain, byte| plain & is_plain_byte(*byte)))
}

/// The rows that are left, in runs that are read at once.
pub(in crate::logs) fn runs(chunk: &Chunk, left: &Bits) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let (mut start, mut end) = (0, 0);
    for row in left.rows() {
        let Some(span) = chunk.span(row) else { continue };
        match runs.last_mut() {
            Some(run) if span.start - end <= GAP && span.end - start <= RUN => {
                run.end = row + 1;
                end = span.end;
            }
            Some(_) | None => {
                runs.push(row..row + 1);
                (start, end) = (span.start, span.end);
            }
        }
    }
    runs
}
