//! What an index needs of each physical line, on bytes and without building a record: whether the line begins one, and
//! if so its time, severity, service and the part that is the message. The file index calls it for every line.

mod layout;
mod trace;

use std::ops::Range;

use crate::domain::{Severity, Timestamp};

use super::parse::{self, Format};
pub use layout::{Choice, Layout};
use trace::Trace;

/// The state of one stream of lines.
#[derive(Clone, Debug)]
pub struct Heads {
    observed: Timestamp,
    layout: Layout,
    trace: Trace,
    /// Lines of the record under way; zero before the first.
    lines: u32,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq)]
pub enum Take<'a> {
    /// The first line of a record.
    Begins(Head<'a>),
    /// A line of the record before it; at the start of a stream, of a record that is not there.
    Continues,
}

/// The parts of a record's first line that an index keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Head<'a> {
    /// The time it states, in nanoseconds since the epoch.
    pub time: Option<i64>,
    /// The level it states, else [`Severity::Unset`].
    pub severity: Severity,
    /// The service it names, as written.
    pub service: Option<&'a [u8]>,
    /// Where the message stands in the line: the text after the header; the message's value in structured formats.
    pub message: Range<usize>,
}

impl Heads {
    /// A stream whose format is found by looking. `observed` lends its date to times that state none: the time of
    /// reading, or better the file's time of change.
    pub fn new(observed: Timestamp) -> Self {
        Self::fixed(Choice::Auto, observed)
    }

    /// A stream in the format that a person chose.
    pub fn fixed(choice: Choice, observed: Timestamp) -> Self {
        Self::resumed(Layout::chosen(choice), observed)
    }

    /// Another stretch of a stream whose layout is known: a second tape of the same file, or the file after rotation.
    pub fn resumed(layout: Layout, observed: Timestamp) -> Self {
        Self { observed, layout, trace: Trace::No, lines: 0 }
    }

    /// What is known of the stream by now; the screen shows it, and [`super::record`] reads with it.
    pub fn layout(&self) -> Layout {
        self.layout.clone()
    }

    /// Takes the next line, without its end.
    pub fn take<'a>(&mut self, line: &'a [u8]) -> Take<'a> {
        let text = String::from_utf8_lossy(line);
        if text.trim().is_empty() || self.wants(&text) {
            return self.join(&text);
        }
        let parsed = match self.layout.choice {
            Choice::Auto => parse::parse(&text, self.layout.usual, self.observed),
            Choice::Format(format) => format.parse(&text, self.observed).map(|parsed| (format, parsed)),
        };
        let (format, parsed) = match parsed {
            Some(found) => found,
            None if self.lines > 0 && (self.layout.usual.is_some_and(Format::spreads) || self.trace.is_open()) => {
                return self.join(&text);
            }
            None => (Format::Plain, parse::plain(&text)),
        };
        self.layout.usual = Some(format);
        self.lines = 1;
        self.trace = trace::begun(&text).unwrap_or(Trace::No);
        let first = parsed.message.lines().next().unwrap_or("");
        let message = match find(line, first.as_bytes()) {
            Some(at) if !first.is_empty() => at..at + first.len(),
            Some(_) | None => 0..line.len(),
        };
        let service =
            parsed.service.as_deref().and_then(|service| find(line, service.as_bytes()).map(|at| (at, service.len())));
        Take::Begins(Head {
            time: parsed.time.and_then(|time| i64::try_from(time.as_nanosecond()).ok()),
            severity: parsed.severity.unwrap_or(Severity::Unset),
            service: service.and_then(|(at, length)| line.get(at..at + length)),
            message,
        })
    }

    fn wants(&self, line: &str) -> bool {
        self.lines > 0 && self.trace.wants(line, self.lines > 1, self.layout.usual.is_some_and(Format::spreads))
    }

    fn join<'a>(&mut self, line: &str) -> Take<'a> {
        self.lines = self.lines.saturating_add(1);
        self.trace = self.trace.after(line);
        Take::Continues
    }
}

fn find(line: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    line.windows(part.len()).position(|window| window == part)
}
