//! One whole record from its bytes, on demand: what an index keeps only the head of is read in full for the rows on the
//! screen, for filters that need its fields, and for the answers of headless commands.

mod journal;

use std::borrow::Cow;

use crate::domain::{CleanText, LogRecord, RecordId, Severity, SourceId, Timestamp};

use super::heads::{Choice, Layout, Trace, begun};
use super::parse::escape::Unwrapped;
use super::parse::fields::{Gathered, clipped};
use super::parse::parts::{Parts, Stream};
use super::parse::stamp::Clock;
use super::parse::{self, Format, wrap};

pub use super::parse::fields::FieldList;

/// Bytes of a record that are read; what is more is cut off with a mark.
pub const MAX_RECORD: usize = 256 * 1024;
/// Bytes that stand for a record longer than that: clean text may not be longer, and the mark must not be cut off.
const SHOWN: usize = 60 * 1024;
/// Bytes of what a stack trace is about.
const MAX_CAUSE: usize = 512;

/// What a record's bytes do not say.
#[derive(Clone, Debug)]
pub struct Context {
    /// The source it came through.
    pub source: SourceId,
    /// Service of records that name none.
    pub service: CleanText,
    /// The time of reading, or of the file's last change.
    pub observed: Timestamp,
    /// The record's time as the index has it, in nanoseconds since the epoch: lends its date to times without one.
    pub at: Option<i64>,
}

/// Reads one record: all its lines, as [`super::Heads`] cut them. Never fails: what is in no format is plain text.
pub fn record(raw: &[u8], layout: &Layout, context: &Context) -> LogRecord {
    let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
    let (kept, over) = raw.split_at(if raw.len() > MAX_RECORD { SHOWN } else { raw.len() });
    let text = colourless(kept);
    let mut clock = match context.at {
        Some(at) => Clock::at(at),
        None => Clock::new(context.observed),
    };
    if let Some(at) = context.at {
        clock.saw(at);
    }
    let mut gathered = Gathered::default();
    let (whole, outer_time) = unwrapped(&text, &mut clock);
    let parts = parts(&whole, layout, &mut clock, &mut gathered);
    let time = parts.time.or(outer_time).and_then(|time| Timestamp::from_nanosecond(i128::from(time)).ok());
    let line = |text: &[u8]| CleanText::line(&String::from_utf8_lossy(text));
    let service = parts.service.clone().and_then(|service| whole.get(service)).map(parse::escape::plain);
    let mut shown = String::from_utf8_lossy(kept_raw(&text)).into_owned();
    if !over.is_empty() {
        shown.push_str(&format!(" [+{} bytes]", over.len()));
    }
    let pair = |(name, value): (String, String)| (CleanText::line(&name), CleanText::line(&value));
    let body = body(&whole, &parts, &gathered);
    LogRecord {
        id: RecordId::default(),
        time,
        observed: context.observed,
        severity: parts.severity.unwrap_or(Severity::Unset),
        service: service.map_or_else(|| context.service.clone(), |service| line(&service)),
        source: context.source.clone(),
        body: CleanText::line(&body),
        raw: CleanText::block(&shown),
        attributes: gathered.attributes.into_iter().map(pair).collect(),
        trace_id: gathered.trace_id.as_deref().map(CleanText::line),
    }
}

/// Reads only the fields that [`record()`] gives as attributes, without copies of each, for counting many records; the
/// trace id is among them under the name `trace`.
pub fn fields(raw: &[u8], layout: &Layout, context: &Context, out: &mut FieldList) {
    out.clear();
    let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
    let (kept, _) = raw.split_at(if raw.len() > MAX_RECORD { SHOWN } else { raw.len() });
    let text = colourless(kept);
    let mut clock = match context.at {
        Some(at) => Clock::at(at),
        None => Clock::new(context.observed),
    };
    let (whole, _) = unwrapped(&text, &mut clock);
    let first = opening(&whole);
    if is_journal(first, layout) {
        journal::read(&whole, &mut clock, out);
        return;
    }
    let mut stream = Stream { layout, clock: &mut clock, unknown: false };
    if parse::read_by(first, &mut stream, out).is_none() {
        out.clear();
        parse::plain(first, out);
    }
}

fn is_journal(first: &[u8], layout: &Layout) -> bool {
    first.starts_with(b"__CURSOR=") && matches!(layout.choice, Choice::Auto | Choice::Format(Format::Journal))
}

/// The record as written, without the line ends and blank lines at its end.
fn kept_raw(text: &[u8]) -> &[u8] {
    text.trim_ascii_end()
}

fn colourless(raw: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(0x1b, raw).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut plain = Unwrapped::default();
    plain.colourless(raw);
    Cow::Owned(plain.text)
}

/// The record without what a container runtime puts around each of its lines, and the time it gives the first.
fn unwrapped<'a>(raw: &'a [u8], clock: &mut Clock) -> (Cow<'a, [u8]>, Option<i64>) {
    let first = first_line(raw);
    let time = match (wrap::cri(first), wrap::docker(first)) {
        (Some(inner), _) => match inner.time(first, clock) {
            Some(time) => Some(time),
            None => return (Cow::Borrowed(raw), None),
        },
        (None, Some(inner)) => wrap::docker_time(first, &inner.range, clock),
        (None, None) => return (Cow::Borrowed(raw), None),
    };
    let mut text = Vec::with_capacity(raw.len());
    let mut line_text = Unwrapped::default();
    for line in raw.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut partial = false;
        if let Some(inner) = wrap::cri(line) {
            text.extend_from_slice(&line[inner.range]);
            partial = inner.partial;
        } else if let Some(inner) = wrap::docker(line) {
            line_text.unescape(&line[inner.range], 0);
            text.extend_from_slice(&line_text.text);
            partial = inner.partial;
        } else {
            text.extend_from_slice(line);
        }
        if !partial {
            text.push(b'\n');
        }
    }
    if text.ends_with(b"\n") {
        text.pop();
    }
    (Cow::Owned(text), time)
}

/// What of a record says what it is: its first line, or all of an object that is spread over lines.
pub(super) fn opening(whole: &[u8]) -> &[u8] {
    let first = first_line(whole);
    if first.trim_ascii() == b"{" { whole } else { first }
}

/// The first line of a text, without its end.
pub(super) fn first_line(text: &[u8]) -> &[u8] {
    let line = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn parts(whole: &[u8], layout: &Layout, clock: &mut Clock, out: &mut Gathered) -> Parts {
    let first = opening(whole);
    if is_journal(first, layout) {
        return journal::read(whole, clock, out);
    }
    let mut stream = Stream { layout, clock, unknown: false };
    let found = parse::read_by(first, &mut stream, out);
    found.unwrap_or_else(|| {
        *out = Gathered::default();
        parse::plain(first, out)
    })
}

/// One line for the pane: the message, the fields that matter, and what a stack trace is about.
fn body(whole: &[u8], parts: &Parts, gathered: &Gathered) -> String {
    let message = whole.get(parts.message.clone()).unwrap_or(&[]);
    let message = match parts.format {
        Format::Json | Format::Logfmt => parse::escape::plain(message),
        _ => Cow::Borrowed(message),
    };
    let message = String::from_utf8_lossy(message.trim_ascii_end());
    let mut body = match parts.format {
        Format::Json | Format::Logfmt | Format::Own => gathered.body(&message),
        Format::Access | Format::Columns => gathered.access_body(&message),
        _ => clipped(&message, 4096),
    };
    if let Some(cause) = cause(whole, parts) {
        body.push_str(" | ");
        body.push_str(&clipped(String::from_utf8_lossy(cause).trim(), MAX_CAUSE));
    }
    body
}

/// The line that says what a stack trace is about: the exception at the end of a Python one, else the first line that is
/// not indented.
fn cause<'a>(whole: &'a [u8], parts: &Parts) -> Option<&'a [u8]> {
    if parts.format == Format::Journal || parts.message.end > first_line(whole).len() {
        return None;
    }
    let mut lines = whole.split(|byte| *byte == b'\n');
    let mut trace = begun(lines.next()?).unwrap_or(Trace::No);
    let mut cause = None;
    for line in lines {
        let indented = matches!(line.first(), None | Some(b' ' | b'\t' | b'\r'));
        match (trace, begun(line)) {
            (_, Some(begun)) => trace = begun,
            (Trace::Python, None) if !indented => {
                trace = Trace::PythonEnd;
                cause = Some(line);
            }
            (Trace::No, None) if !indented && cause.is_none() => cause = Some(line),
            (Trace::No | Trace::Python | Trace::PythonEnd | Trace::Open, None) => {}
        }
    }
    cause
}

#[cfg(test)]
mod tests;
