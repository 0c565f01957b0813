//! What an index needs of each physical line, on bytes and without building a record: whether the line begins one, and
//! if so its time, severity, service and the part that is the message. The file index calls it for every line, and so
//! does [`super::LineParser`].

mod layout;
mod learn;
mod trace;

use std::ops::Range;
use std::sync::Arc;

use crate::domain::{Severity, Timestamp};

use super::parse::columns::Columns;
use super::parse::escape::Unwrapped;
use super::parse::parts::{Nothing, Parts, Stream};
use super::parse::stamp::Clock;
use super::parse::{self, Format, wrap};
use super::record::opening;
pub use layout::{Choice, Layout};
use learn::Learner;
pub(in crate::logfile) use trace::{Trace, begun};

/// Lines of a sample that [`Heads::look`] reads.
const SAMPLE_LINES: usize = 512;

/// Records after which the configuration's formats are not tried any more if none was in one of them.
const OWN_TRIED: u32 = 512;

/// The state of one stream of lines.
#[derive(Clone, Debug)]
pub struct Heads {
    layout: Layout,
    clock: Clock,
    learner: Learner,
    trace: Trace,
    /// Lines of the record under way; zero before the first.
    lines: u32,
    /// How bad it is.
    severity: Severity,
    /// Records that were in none of the configuration's formats; beyond all counting once one was.
    others: u32,
    /// Lines come wrapped by a container runtime.
    wrapped: bool,
    /// The line before was cut by a container runtime: this one goes on with it.
    partial: bool,
    /// Lines that are not read where they stand.
    unwrapped: Unwrapped,
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
    /// Where the message stands in the line: the text after the header; the message's value in structured formats, its
    /// escapes as written. Empty where there is none.
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
        Self {
            layout,
            clock: Clock::new(observed),
            learner: Learner::default(),
            trace: Trace::No,
            lines: 0,
            severity: Severity::Unset,
            others: 0,
            wrapped: false,
            partial: false,
            unwrapped: Unwrapped::default(),
        }
    }

    /// What is known of the stream by now; the screen shows it, and [`super::record()`] reads with it.
    pub fn layout(&self) -> Layout {
        self.layout.clone()
    }

    /// Looks at a sample of the stream, such as its first hundred kilobytes, before its lines are taken, so that fields
    /// without well-known names are known from the first line on. May be left out.
    pub fn look(&mut self, sample: &[u8]) {
        for line in sample.split(|byte| *byte == b'\n').take(SAMPLE_LINES) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.directive(line);
            if self.learner.is_open() && may_be_structured(line) {
                let line = self.inside(line).unwrap_or_else(|| line.to_vec());
                self.learner.look(&line, &mut self.layout.roles);
            }
        }
        self.learner.settle(Arc::make_mut(&mut self.layout.roles));
    }

    /// What a container runtime's line holds.
    fn inside(&mut self, line: &[u8]) -> Option<Vec<u8>> {
        if let Some(inner) = wrap::docker(line) {
            self.unwrapped.unescape(&line[inner.range], 0);
            return Some(self.unwrapped.text.clone());
        }
        wrap::cri(line).map(|inner| line[inner.range].to_vec())
    }

    /// Takes the next line, without its end.
    #[inline]
    pub fn take<'a>(&mut self, line: &'a [u8]) -> Take<'a> {
        let docker = line.starts_with(b"{\"log\":\"");
        if docker || memchr::memchr(0x1b, line).is_some() {
            return self.take_unwrapped(line, docker);
        }
        match self.cut(line) {
            Some(parts) => Take::Begins(Head {
                time: parts.time,
                severity: parts.severity.unwrap_or(Severity::Unset),
                service: parts.service.and_then(|service| line.get(service)),
                message: parts.message,
            }),
            None => Take::Continues,
        }
    }

    /// Takes a line that is coloured, or that Docker wrapped.
    #[cold]
    fn take_unwrapped<'a>(&mut self, line: &'a [u8], docker: bool) -> Take<'a> {
        let inner = if docker { wrap::docker(line) } else { None };
        let mut unwrapped = std::mem::take(&mut self.unwrapped);
        let was_partial = self.partial;
        match &inner {
            Some(inner) => unwrapped.unescape(&line[inner.range.clone()], inner.range.start),
            None => unwrapped.colourless(line),
        }
        // What was escaped may hold line ends.
        let mut parts = if inner.is_some() && was_partial { None } else { self.cut(opening(&unwrapped.text)) };
        if let Some(inner) = &inner {
            self.partial = inner.partial;
            if let Some(parts) = &mut parts
                && parts.time.is_none()
            {
                parts.time = wrap::docker_time(line, &inner.range, &mut self.clock);
            }
        }
        let place = |range: Range<usize>| {
            let end = range.end.checked_sub(1).map_or(0, |last| unwrapped.place(last) + 1).min(line.len());
            unwrapped.place(range.start).min(end)..end
        };
        let take = match parts {
            Some(parts) => Take::Begins(Head {
                time: parts.time,
                severity: parts.severity.unwrap_or(Severity::Unset),
                service: parts.service.and_then(|service| line.get(place(service))),
                message: place(parts.message),
            }),
            None => Take::Continues,
        };
        self.unwrapped = unwrapped;
        take
    }

    /// The parts of a line that begins a record; `None` when it belongs to the one before.
    #[inline]
    fn cut(&mut self, line: &[u8]) -> Option<Parts> {
        let first = line.first().copied().unwrap_or(b' ');
        // A time or an object never looks like a line of a trace.
        let journal = self.layout.usual == Some(Format::Journal);
        if !(first.is_ascii_digit() || first == b'{') || journal {
            if (line.trim_ascii().is_empty() || self.wants(line)) && !self.is_own(line) {
                return self.join(line);
            }
        } else if self.wrapped
            && let Some(inner) = wrap::cri(line)
            && self.joins_inside(line, &inner)
        {
            return None;
        }
        let found = self.found(line);
        // The middle of a stack trace is not taken for a record of some other format.
        let sure = found.as_ref().is_some_and(|parts| self.is_sure(parts));
        if !sure && self.lines > 0 {
            let wrapped = if self.wrapped { wrap::cri(line) } else { None };
            let text = wrapped.map_or(line, |inner| &line[inner.range]);
            if self.in_trace(text) || self.layout.spreads() && !parse::speaks(text) {
                return self.join(text);
            }
        }
        let parts = found.unwrap_or_else(|| self.plain(line));
        if !self.layout.own.is_empty() {
            self.without_own(&parts);
        }
        if parts.format != Format::Plain {
            self.layout.usual = Some(parts.format);
        } else if self.layout.usual.is_none() {
            self.layout.usual = Some(Format::Plain);
        }
        self.lines = 1;
        self.severity = parts.severity.unwrap_or(Severity::Unset);
        if parts.wrapped {
            self.wrapped = true;
            self.partial = wrap::cri(line).is_some_and(|inner| inner.partial);
        }
        if self.trace != Trace::No || first != b'{' && !first.is_ascii_digit() {
            self.trace = begun(line).unwrap_or(Trace::No);
        }
        if let Some(time) = parts.time {
            self.clock.saw(time);
        }
        Some(parts)
    }

    /// The line in the format it is in.
    #[inline]
    fn found(&mut self, line: &[u8]) -> Option<Parts> {
        let mut stream = Stream { layout: &self.layout, clock: &mut self.clock, unknown: false };
        let parts = parse::read_by(line, &mut stream, &mut Nothing);
        if stream.unknown || (self.layout.usual.is_none() && line.starts_with(b"#")) {
            return self.found_anew(line, parts);
        }
        parts
    }

    /// Whether a line is a record of its own by its format: the usual one, or another that states a time or a level.
    #[inline]
    fn is_sure(&self, parts: &Parts) -> bool {
        match self.layout.usual {
            None | Some(Format::Plain) => parts.format != Format::Plain,
            Some(usual) if usual == parts.format => true,
            Some(_) => parts.format != Format::Plain && (parts.time.is_some() || parts.severity.is_some()),
        }
    }

    /// The line once more, after learning from it.
    #[cold]
    fn found_anew(&mut self, line: &[u8], parts: Option<Parts>) -> Option<Parts> {
        self.directive(line);
        let parts = parts?;
        let start = line.iter().position(|byte| *byte == b'{').filter(|_| parts.format == Format::Json).unwrap_or(0);
        self.learner.look(&line[start..], &mut self.layout.roles);
        let mut stream = Stream { layout: &self.layout, clock: &mut self.clock, unknown: false };
        parse::read_by(line, &mut stream, &mut Nothing)
    }

    fn plain(&mut self, line: &[u8]) -> Parts {
        self.directive(line);
        parse::plain(line, &mut Nothing)
    }

    /// Takes note of a line that says what the columns are.
    fn directive(&mut self, line: &[u8]) {
        if line.starts_with(b"#Fields:") {
            self.layout.columns = Columns::stated(line).map(Arc::new).or(self.layout.columns.take());
        }
    }

    /// Whether a line that looks like part of a record is in one of the configuration's formats.
    fn is_own(&mut self, line: &[u8]) -> bool {
        let layout = &self.layout;
        let mut stream = Stream { layout, clock: &mut self.clock, unknown: false };
        match &layout.choice {
            Choice::Own(own) => own.read(line, &mut stream, &mut Nothing).is_some(),
            Choice::Auto => layout.own.iter().any(|own| own.read(line, &mut stream, &mut Nothing).is_some()),
            Choice::Format(_) => false,
        }
    }

    /// Gives the configuration's formats up when none of the first records is in one of them.
    fn without_own(&mut self, parts: &Parts) {
        self.others = match parts.format {
            Format::Own => OWN_TRIED + 1,
            _ => self.others + u32::from(self.others < OWN_TRIED),
        };
        if self.others == OWN_TRIED {
            self.layout.own = Arc::default();
        }
    }

    /// Whether the line inside a container runtime's belongs to the record before.
    fn joins_inside(&mut self, line: &[u8], inner: &wrap::Inner) -> bool {
        let text = &line[inner.range.clone()];
        let joins = self.lines > 0 && (self.partial || text.trim_ascii().is_empty() || self.wants(text));
        self.partial = inner.partial;
        if joins {
            self.join(text);
        }
        joins
    }

    /// Whether a line that is in no format belongs to the trace under way. Where no line is in one, a trace has to look
    /// like one, or it would take in all that follows; only the line after its first says what happened.
    fn in_trace(&self, line: &[u8]) -> bool {
        let known = self.layout.usual.is_some_and(|usual| usual != Format::Plain);
        self.trace.is_open() && (known || self.lines == 1 || self.trace == Trace::Python || trace::is_call(line))
    }

    fn wants(&self, line: &[u8]) -> bool {
        if self.layout.usual == Some(Format::Journal) {
            return !line.starts_with(b"__CURSOR=");
        }
        if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            let object = line.trim_ascii().starts_with(b"{\"") && line.trim_ascii().ends_with(b"}");
            return !(object && matches!(self.layout.usual, None | Some(Format::Json)));
        }
        let thrown = self.severity >= Severity::Error && trace::is_exception(line);
        self.lines > 0 && (thrown || self.trace.wants(line, self.lines > 1, self.layout.spreads()))
    }

    fn join(&mut self, line: &[u8]) -> Option<Parts> {
        self.lines = self.lines.saturating_add(1);
        self.trace = self.trace.after(line);
        None
    }
}

/// Whether a line might be JSON or logfmt, alone or wrapped.
fn may_be_structured(line: &[u8]) -> bool {
    memchr::memchr(b'{', line).is_some() || memchr::memchr(b'=', line).is_some()
}

#[cfg(test)]
mod table;
#[cfg(test)]
mod tests;
