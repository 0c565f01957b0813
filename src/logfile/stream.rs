//! One stream of log bytes to records: lines cut into records by the same [`Heads`] that index files, and each record read
//! in full. Every live log source keeps one parser per stream.

use crate::domain::{CleanText, LogRecord, SourceId, Timestamp};

use super::heads::{Choice, Heads, Layout, Take};
use super::lines::Lines;
use super::record::{Context, record};

/// Lines of one record.
const MAX_LINES: usize = 1000;
/// Bytes of one record's raw text, beyond its first line.
const MAX_RAW: usize = 256 * 1024;
/// Records without a time that wait for one at the start of a stream.
const MAX_WAITING: usize = 64;

/// Reads one stream. A record is handed out when the next one begins, or at [`LineParser::flush_idle`].
#[derive(Debug)]
pub struct LineParser {
    source: SourceId,
    service: CleanText,
    lines: Lines,
    joiner: Joiner,
}

/// Joins lines to records.
#[derive(Debug)]
struct Joiner {
    layout: Layout,
    heads: Option<Heads>,
    last_time: Option<i64>,
    /// The stream was entered in the middle of a record: what is left of it is as old as the record after it.
    waiting: Vec<Open>,
    /// No time was found for so long that none is waited for.
    untimed: bool,
    open: Option<Open>,
}

/// A record that may still grow.
#[derive(Debug)]
struct Open {
    time: Option<i64>,
    observed: Timestamp,
    layout: Layout,
    raw: String,
    lines: usize,
    left_out: usize,
}

impl LineParser {
    /// A parser for a stream of the named source; `service` stands for records that name none.
    pub fn new(source: SourceId, service: &str) -> Self {
        Self::with_layout(source, service, Layout::chosen(Choice::Auto))
    }

    /// The same for a stream of which something is known: a chosen format, or the configuration's.
    pub fn with_layout(source: SourceId, service: &str, layout: Layout) -> Self {
        let joiner = Joiner { layout, heads: None, last_time: None, waiting: Vec::new(), untimed: false, open: None };
        Self { source, service: CleanText::line(service), lines: Lines::default(), joiner }
    }

    /// Takes bytes read at `observed` and gives the records they complete.
    pub fn feed(&mut self, bytes: &[u8], observed: Timestamp) -> Vec<LogRecord> {
        let mut done = Vec::new();
        let joiner = &mut self.joiner;
        self.lines.feed(bytes, |line| done.extend(joiner.line(line, observed)));
        self.records(done)
    }

    /// Gives the record that was kept in case more lines belong to it. Call it when the stream has been quiet.
    pub fn flush_idle(&mut self) -> Vec<LogRecord> {
        let done = self.joiner.release();
        self.records(done)
    }

    /// The end of the stream: gives what is left, a last line without its end too.
    pub fn finish(&mut self, observed: Timestamp) -> Vec<LogRecord> {
        let mut done = Vec::new();
        let joiner = &mut self.joiner;
        self.lines.finish(|line| done.extend(joiner.line(line, observed)));
        done.extend(self.joiner.release());
        self.records(done)
    }

    /// Whether a record or part of a line is held back.
    pub fn is_pending(&self) -> bool {
        self.joiner.open.is_some() || !self.joiner.waiting.is_empty() || self.lines.has_partial()
    }

    /// What is known of the stream by now.
    pub fn layout(&self) -> Layout {
        self.joiner.heads.as_ref().map_or_else(|| self.joiner.layout.clone(), Heads::layout)
    }

    fn records(&self, done: Vec<Open>) -> Vec<LogRecord> {
        done.into_iter().map(|open| open.record(&self.source, &self.service)).collect()
    }
}

impl Joiner {
    /// Takes a line and gives the records it ends.
    fn line(&mut self, line: &str, observed: Timestamp) -> Vec<Open> {
        let layout = &self.layout;
        let heads = self.heads.get_or_insert_with(|| Heads::resumed(layout.clone(), observed));
        match heads.take(line.as_bytes()) {
            Take::Begins(head) => {
                let time = head.time;
                let layout = heads.layout();
                self.begin(Open::new(line, time, layout, observed))
            }
            Take::Continues => match &mut self.open {
                Some(open) => {
                    open.join(line);
                    Vec::new()
                }
                None if line.trim().is_empty() => Vec::new(),
                None => {
                    let layout = heads.layout();
                    self.begin(Open::new(line, None, layout, observed))
                }
            },
        }
    }

    /// Makes a record the open one and gives those that are complete.
    fn begin(&mut self, mut open: Open) -> Vec<Open> {
        let first_time = open.time.filter(|_| self.last_time.is_none());
        self.last_time = open.time.or(self.last_time);
        open.time = self.last_time;
        let before = self.open.replace(open);
        if self.last_time.is_some() && first_time.is_none() {
            return before.into_iter().collect();
        }
        self.waiting.extend(before);
        if first_time.is_none() && !self.untimed && self.waiting.len() < MAX_WAITING {
            return Vec::new();
        }
        self.untimed |= first_time.is_none();
        let mut done = std::mem::take(&mut self.waiting);
        for one in &mut done {
            one.time = one.time.or(first_time);
        }
        done
    }

    /// Gives everything held back.
    fn release(&mut self) -> Vec<Open> {
        let mut done = std::mem::take(&mut self.waiting);
        done.extend(self.open.take());
        done
    }
}

impl Open {
    fn new(line: &str, time: Option<i64>, layout: Layout, observed: Timestamp) -> Self {
        Self { time, observed, layout, raw: line.to_owned(), lines: 1, left_out: 0 }
    }

    fn join(&mut self, line: &str) {
        if self.lines >= MAX_LINES || self.raw.len() + line.len() > MAX_RAW {
            self.left_out += 1;
            return;
        }
        self.lines += 1;
        self.raw.push('\n');
        self.raw.push_str(line);
    }

    fn record(mut self, source: &SourceId, service: &CleanText) -> LogRecord {
        if self.left_out > 0 {
            self.raw.push_str(&format!("\n[+{} lines]", self.left_out));
        }
        let context =
            Context { source: source.clone(), service: service.clone(), observed: self.observed, at: self.time };
        let mut record = record(self.raw.as_bytes(), &self.layout, &context);
        let known = self.time.and_then(|time| Timestamp::from_nanosecond(i128::from(time)).ok());
        record.time = known.or(record.time);
        record
    }
}

#[cfg(test)]
mod tests;
