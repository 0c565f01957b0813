//! One stream of log bytes to records: lines in the stream's format, and the lines of a stack trace joined to the record
//! they belong to. Every log source keeps one parser per stream.

use std::borrow::Cow;

use crate::domain::{CleanText, LogRecord, RecordId, Severity, SourceId, Timestamp};

use super::lines::Lines;
use super::parse::{self, Format, Parsed};

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
#[derive(Debug, Default)]
struct Joiner {
    format: Option<Format>,
    last_time: Option<Timestamp>,
    /// The stream was entered in the middle of a record: what is left of it is as old as the record after it.
    waiting: Vec<Open>,
    /// No time was found for so long that none is waited for.
    untimed: bool,
    open: Option<Open>,
}

/// A record that may still grow.
#[derive(Debug)]
struct Open {
    parsed: Parsed,
    format: Format,
    observed: Timestamp,
    raw: String,
    lines: usize,
    left_out: usize,
    trace: Trace,
    /// The line that says what a stack trace is about.
    cause: Option<String>,
}

/// What kind of stack trace the record is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trace {
    /// None.
    No,
    /// Python: ends with the exception, which is not indented.
    Python,
    /// Python, after the exception: only a chained one goes on.
    PythonEnd,
    /// Go or Rust: everything that is no record of its own.
    Open,
}

impl LineParser {
    /// A parser for a stream of the named source; `service` stands for records that name none.
    pub fn new(source: SourceId, service: &str) -> Self {
        Self { source, service: CleanText::line(service), lines: Lines::default(), joiner: Joiner::default() }
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

    /// The format of the latest record.
    pub fn format(&self) -> Option<Format> {
        self.joiner.format
    }

    fn records(&self, done: Vec<Open>) -> Vec<LogRecord> {
        done.into_iter().map(|open| open.record(&self.source, &self.service)).collect()
    }
}

impl Joiner {
    /// Takes a line and gives the records it ends.
    fn line(&mut self, line: &str, observed: Timestamp) -> Vec<Open> {
        let line = without_colours(line);
        if line.trim().is_empty() {
            // A blank line inside a trace is part of it; elsewhere it says nothing.
            if let Some(open) = self.open.as_mut().filter(|open| open.trace != Trace::No) {
                open.join("");
            }
            return Vec::new();
        }
        if let Some(open) = self.open.as_mut().filter(|open| open.wants(&line)) {
            open.join(&line);
            return Vec::new();
        }
        if let Some((format, parsed)) = parse::parse(&line, self.format, observed) {
            self.format = Some(format);
            return self.begin(Open::new(&line, format, parsed, observed));
        }
        if let Some(open) = self.open.as_mut().filter(|open| open.format.spreads() || open.in_trace()) {
            open.join(&line);
            return Vec::new();
        }
        let Some(mut parsed) = Format::Plain.parse(&line, observed) else { return Vec::new() };
        parsed.time = self.last_time;
        self.format = self.format.or(Some(Format::Plain));
        self.begin(Open::new(&line, Format::Plain, parsed, observed))
    }

    /// Makes a record the open one and gives those that are complete.
    fn begin(&mut self, open: Open) -> Vec<Open> {
        let first_time = open.parsed.time.filter(|_| self.last_time.is_none());
        self.last_time = open.parsed.time.or(self.last_time);
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
            one.parsed.time = one.parsed.time.or(first_time);
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
    fn new(line: &str, format: Format, parsed: Parsed, observed: Timestamp) -> Self {
        let trace = trace_begun(line).unwrap_or(Trace::No);
        Self { trace, parsed, format, observed, raw: line.to_owned(), lines: 1, left_out: 0, cause: None }
    }

    /// Whether the line belongs to this record by its looks alone.
    fn wants(&self, line: &str) -> bool {
        if line.starts_with([' ', '\t']) {
            return true;
        }
        if is_closer(line) && (self.format.spreads() || self.lines > 1) {
            return true;
        }
        match self.trace {
            Trace::No => continues(line) || (trace_begun(line).is_some() && self.format.spreads()),
            Trace::Python => line.starts_with("  ") || trace_begun(line).is_some(),
            Trace::PythonEnd => chains(line) || trace_begun(line).is_some() || line.starts_with("Traceback"),
            Trace::Open => continues(line),
        }
    }

    /// Whether a line that is no record of its own belongs to the trace.
    fn in_trace(&self) -> bool {
        matches!(self.trace, Trace::Python | Trace::Open)
    }

    fn join(&mut self, line: &str) {
        let indented = line.starts_with([' ', '\t']);
        match (self.trace, trace_begun(line)) {
            (_, Some(trace)) => self.trace = trace,
            (Trace::Python, None) if !indented && !line.is_empty() => {
                self.trace = Trace::PythonEnd;
                self.cause = Some(line.to_owned());
            }
            (Trace::No, None) if !indented && self.cause.is_none() => self.cause = Some(line.to_owned()),
            (Trace::No | Trace::Python | Trace::PythonEnd | Trace::Open, None) => {}
        }
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
        let mut body = self.parsed.body();
        if let Some(cause) = &self.cause {
            body.push_str(" | ");
            body.push_str(&parse::clipped(cause.trim(), 512));
        }
        let pair = |(name, value): &(String, String)| (CleanText::line(name), CleanText::line(value));
        LogRecord {
            id: RecordId::default(),
            time: self.parsed.time,
            observed: self.observed,
            severity: self.parsed.severity.unwrap_or(Severity::Unset),
            service: self.parsed.service.as_deref().map_or_else(|| service.clone(), CleanText::line),
            source: source.clone(),
            body: CleanText::line(&body),
            raw: CleanText::block(self.raw.trim_end()),
            attributes: self.parsed.attributes.iter().map(pair).collect(),
            trace_id: self.parsed.trace_id.as_deref().map(CleanText::line),
        }
    }
}

/// The kind of trace that a line begins.
fn trace_begun(line: &str) -> Option<Trace> {
    if line.starts_with("Traceback (most recent call last)") {
        Some(Trace::Python)
    } else if line.starts_with("panic: ")
        || line.starts_with("fatal error: ")
        || line.starts_with("goroutine ")
        || line.starts_with("stack backtrace:")
        || (line.starts_with("thread '") && line.contains(" panicked at"))
    {
        Some(Trace::Open)
    } else {
        None
    }
}

/// Lines that never begin a record.
fn continues(line: &str) -> bool {
    const BEGINNINGS: [&str; 9] = [
        "Caused by:",
        "at ",
        "... ",
        "Suppressed:",
        "goroutine ",
        "stack backtrace:",
        "note: run with `RUST_BACKTRACE",
        "--- End of",
        "exit status ",
    ];
    BEGINNINGS.iter().any(|beginning| line.starts_with(beginning)) || chains(line)
}

/// Sentences with which Python chains exceptions.
fn chains(line: &str) -> bool {
    line.starts_with("During handling of the above exception") || line.starts_with("The above exception was the direct")
}

/// A lone closing bracket, the end of a spread-out value.
fn is_closer(line: &str) -> bool {
    let line = line.trim_end_matches([',', ';']);
    !line.is_empty() && line.len() <= 3 && line.chars().all(|c| matches!(c, ')' | ']' | '}'))
}

/// The line without the escape sequences that colour it; all others stay, to be shown.
fn without_colours(line: &str) -> Cow<'_, str> {
    if !line.contains("\u{1b}[") {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    let mut parts = line.split("\u{1b}[");
    out.push_str(parts.next().unwrap_or(""));
    for part in parts {
        let end = part.find(|c: char| !(c.is_ascii_digit() || c == ';'));
        match end.and_then(|end| part.get(end..)).and_then(|rest| rest.strip_prefix('m')) {
            Some(rest) => out.push_str(rest),
            None => {
                out.push_str("\u{1b}[");
                out.push_str(part);
            }
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
