//! One line of log text to its parts, in the formats that services write. One file per format; a line that is in none
//! of them is plain text, whose every word still counts. The index reads heads with it and the full record its fields,
//! so that both say the same. What a line is depends on the line and on what the stream's layout says, never on the
//! lines around it.

mod access;
pub(super) mod columns;
pub(super) mod escape;
pub(super) mod fields;
mod header;
pub(super) mod json;
mod klog;
pub(super) mod level;
pub(super) mod logfmt;
mod mixed;
pub(super) mod pairs;
mod parsed;
pub(super) mod parts;
mod pick;
mod plain;
pub(super) mod roles;
pub(super) mod stamp;
mod syslog;
mod text;
pub(super) mod wrap;

pub use parsed::{Parsed, parse};
use parts::{Fields, Parts, Stream};

use crate::domain::Timestamp;

use super::heads::Choice;

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A JSON object.
    Json,
    /// `level=info msg="..."`.
    Logfmt,
    /// The access logs of nginx, Apache, Envoy and load balancers.
    Access,
    /// The logger of Kubernetes' own programs.
    Klog,
    /// RFC 3164 and 5424, with or without the priority.
    Syslog,
    /// W3C's columns, named in a line of their own.
    Columns,
    /// Postgres' CSV.
    Postgres,
    /// The kernel's audit log.
    Audit,
    /// The journal's export: a field a line, a blank line between records.
    Journal,
    /// A time, a level word somewhere near it, and a message.
    Text,
    /// None of these.
    Plain,
    /// One of the configuration's own.
    Own,
}

/// The formats a person can choose by name, in the order they are listed.
pub const CHOICES: [Format; 11] = [
    Format::Json,
    Format::Logfmt,
    Format::Access,
    Format::Klog,
    Format::Syslog,
    Format::Columns,
    Format::Postgres,
    Format::Audit,
    Format::Journal,
    Format::Text,
    Format::Plain,
];

impl Format {
    /// The name shown, and by which a person chooses it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Logfmt => "logfmt",
            Format::Access => "access",
            Format::Klog => "klog",
            Format::Syslog => "syslog",
            Format::Columns => "w3c",
            Format::Postgres => "postgres-csv",
            Format::Audit => "audit",
            Format::Journal => "journal",
            Format::Text => "text",
            Format::Plain => "plain",
            Format::Own => "own",
        }
    }

    /// The name in words, for the screen.
    pub fn title(self) -> &'static str {
        match self {
            Format::Json => "JSON",
            Format::Logfmt => "logfmt",
            Format::Access => "access log",
            Format::Klog => "klog",
            Format::Syslog => "syslog",
            Format::Columns => "W3C columns",
            Format::Postgres => "Postgres CSV",
            Format::Audit => "audit log",
            Format::Journal => "journal export",
            Format::Text => "text with times",
            Format::Plain => "plain text",
            Format::Own => "own format",
        }
    }

    /// Whether records of this format are often followed by lines that belong to them but do not look so.
    pub fn spreads(self) -> bool {
        match self {
            Format::Text | Format::Klog | Format::Syslog | Format::Postgres | Format::Own => true,
            Format::Json
            | Format::Logfmt
            | Format::Access
            | Format::Columns
            | Format::Audit
            | Format::Journal
            | Format::Plain => false,
        }
    }
}

/// Reads a line as the stream's layout says: in the chosen format, else in one of the configuration's, else in the one it
/// is in; `None` when that is none but plain text.
#[inline]
pub(super) fn read_by(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let layout = stream.layout;
    match &layout.choice {
        Choice::Auto if layout.own.is_empty() => read(line, stream, out),
        Choice::Auto => {
            layout.own.iter().find_map(|own| own.read(line, stream, out)).or_else(|| read(line, stream, out))
        }
        Choice::Format(format) => read_as(*format, line, stream, out),
        Choice::Own(own) => own.read(line, stream, out),
    }
}

/// Reads a line in the format it is in; `None` when that is none but plain text.
#[inline]
pub(super) fn read(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    match line.first()? {
        b'{' => json::read(line, stream, out),
        b'0'..=b'9' => digits(line, stream, out),
        b'[' => text::bracketed(line, stream, out).or_else(|| text::prefixed(line, stream, out)),
        b'<' if line.get(1).is_some_and(u8::is_ascii_digit) => syslog::prioritised(line, stream, out),
        b' ' | b'\t' => json::read(line, stream, out),
        _ => mixed::read(line, stream, out),
    }
}

fn digits(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    text::timed(line, stream, out)
        .or_else(|| access::read(line, stream, out))
        .or_else(|| mixed::redis(line, stream, out))
        .or_else(|| text::prefixed(line, stream, out))
}

/// Reads a line in one format and no other; `None` when it is not in it.
pub(super) fn read_as(format: Format, line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let found = match format {
        Format::Plain => None,
        Format::Logfmt => logfmt::read(line, 0, stream, out),
        Format::Access => access::read(line, stream, out).or_else(|| read(line, stream, out)),
        Format::Json
        | Format::Klog
        | Format::Syslog
        | Format::Columns
        | Format::Postgres
        | Format::Audit
        | Format::Journal
        | Format::Text
        | Format::Own => read(line, stream, out),
    };
    found.filter(|parts| parts.format == format)
}

/// Reads a line as plain text.
pub(super) fn plain(line: &[u8], out: &mut impl Fields) -> Parts {
    plain::read(line, out)
}

/// Whether a line without a time says its level first, as one that is a record of its own does.
pub(super) fn speaks(line: &[u8]) -> bool {
    plain::speaks(line)
}

/// Takes the pairs out of a message without changing it.
fn message_pairs<F: Fields>(line: &[u8], parts: &Parts, out: &mut F) {
    if F::WANTED {
        pairs::aside(line.get(parts.message.clone()).unwrap_or(&[]), out);
    }
}

/// Reads a value that is a time in any form that logs write: text with a date, or digits since the epoch.
pub fn instant(value: &str) -> Option<Timestamp> {
    stamp::value(value)
}
