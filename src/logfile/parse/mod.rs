//! One line of log text to its parts, in the formats that services write. One file per format; a line that is in none
//! of them is plain text, whose every word still counts.

mod access;
mod fields;
mod json;
mod klog;
mod logfmt;
mod plain;
mod stamp;
mod syslog;
mod text;

pub use fields::Parsed;
pub(super) use fields::clipped;

use crate::domain::Timestamp;

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A JSON object.
    Json,
    /// `level=info msg="..."`.
    Logfmt,
    /// The access logs of nginx and Apache.
    Access,
    /// The logger of Kubernetes' own programs.
    Klog,
    /// RFC 3164 and 5424, with or without the priority.
    Syslog,
    /// A time, a level word somewhere after it, and a message.
    Text,
    /// None of these.
    Plain,
}

/// The formats a line is tried in, the ones hardest to mistake first.
const ORDER: [Format; 6] = [Format::Json, Format::Access, Format::Klog, Format::Syslog, Format::Text, Format::Logfmt];

impl Format {
    /// Reads a line in this format; `None` when it is not in it. `observed` lends its year to times that state none.
    pub fn parse(self, line: &str, observed: Timestamp) -> Option<Parsed> {
        match self {
            Format::Json => json::parse(line, observed),
            Format::Logfmt => logfmt::parse(line),
            Format::Access => access::parse(line),
            Format::Klog => klog::parse(line, observed),
            Format::Syslog => syslog::parse(line, observed),
            Format::Text => text::parse(line, observed),
            Format::Plain => Some(plain::parse(line)),
        }
    }

    /// The name shown, and by which a person chooses it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Json => "JSON",
            Format::Logfmt => "logfmt",
            Format::Access => "access log",
            Format::Klog => "klog",
            Format::Syslog => "syslog",
            Format::Text => "text",
            Format::Plain => "plain text",
        }
    }

    /// Whether records of this format are often followed by lines that belong to them but do not look so.
    pub fn spreads(self) -> bool {
        match self {
            Format::Text | Format::Klog | Format::Syslog => true,
            Format::Json | Format::Logfmt | Format::Access | Format::Plain => false,
        }
    }
}

/// Reads a line in the format its neighbours had, else in the first format that fits. A change of format needs a line
/// that states a time or a level, so that the middle of a stack trace is not taken for something else.
pub fn parse(line: &str, usual: Option<Format>, observed: Timestamp) -> Option<(Format, Parsed)> {
    if let Some(format) = usual
        && format != Format::Plain
        && let Some(parsed) = format.parse(line, observed)
    {
        return Some((format, parsed));
    }
    let strong_only = usual.is_some_and(|format| format != Format::Plain);
    ORDER
        .iter()
        .filter(|format| Some(**format) != usual)
        .filter_map(|format| format.parse(line, observed).map(|parsed| (*format, parsed)))
        .find(|(_, parsed)| !strong_only || parsed.time.is_some() || parsed.severity.is_some())
}

/// Reads a line as plain text.
pub(super) fn plain(line: &str) -> Parsed {
    plain::parse(line)
}

/// Reads a value that is a time in any form that logs write: text with a date, or digits since the epoch.
pub fn instant(value: &str) -> Option<Timestamp> {
    stamp::value(value)
}

/// The format that most of the sample's lines are in; plain when none fits half of them.
pub fn detect<'a>(sample: impl Iterator<Item = &'a str> + Clone, observed: Timestamp) -> Format {
    let total = sample.clone().filter(|line| !line.trim().is_empty()).count();
    let fits = |format: Format| sample.clone().filter(|line| format.parse(line, observed).is_some()).count();
    ORDER
        .iter()
        .map(|format| (fits(*format), *format))
        .rev()
        .max_by_key(|(count, _)| *count)
        .filter(|(count, _)| *count > 0 && *count * 2 >= total)
        .map_or(Format::Plain, |(_, format)| format)
}

#[cfg(test)]
mod tests;
