//! One line as owned parts, for sources whose records do not come as lines of a stream: documents of a log store, records
//! of a protocol. They fill it themselves, or have a line read into it.

use std::borrow::Cow;

use crate::domain::{Severity, Timestamp};

use super::fields::Gathered;
use super::parts::{Parts, Stream};
use super::stamp::Clock;
use super::{CHOICES, Format, escape, read, read_as};
use crate::logfile::heads::Layout;

/// The parts of one line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The time it states.
    pub time: Option<Timestamp>,
    /// The level it states.
    pub severity: Option<Severity>,
    /// The service it names.
    pub service: Option<String>,
    /// The message.
    pub message: String,
    /// A W3C trace id in lower-case hex.
    pub trace_id: Option<String>,
    /// Every other field in its order.
    pub attributes: Vec<(String, String)>,
    /// Whether the attributes were taken out of the message, which therefore shows them already.
    pub inline: bool,
}

impl Parsed {
    fn of(line: &[u8], parts: Parts, gathered: Gathered) -> Self {
        let structured = matches!(parts.format, Format::Json | Format::Logfmt);
        let text = |range: std::ops::Range<usize>| {
            let bytes = line.get(range).unwrap_or(&[]);
            let bytes = if structured { escape::plain(bytes) } else { Cow::Borrowed(bytes) };
            String::from_utf8_lossy(&bytes).trim_end().to_owned()
        };
        Self {
            time: parts.time.and_then(|time| Timestamp::from_nanosecond(i128::from(time)).ok()),
            severity: parts.severity,
            service: parts.service.map(&text),
            message: text(parts.message),
            trace_id: gathered.trace_id,
            attributes: gathered.attributes,
            inline: !structured,
        }
    }

    /// One line for the pane: the message, then the fields that matter.
    pub fn body(&self) -> String {
        let attributes = if self.inline { Vec::new() } else { self.attributes.clone() };
        Gathered { attributes, trace_id: None }.body(&self.message)
    }
}

impl Format {
    /// Reads a line in this format; `None` when it is not in it. `observed` lends its date to times that state none.
    pub fn parse(self, line: &str, observed: Timestamp) -> Option<Parsed> {
        with(line, observed, |line, stream, out| read_as(self, line, stream, out)).map(|(_, parsed)| parsed)
    }
}

/// Reads a line in the usual format, else in the one that it looks to be in; `None` when that is none but plain text. A
/// change of format needs a line that states a time or a level.
pub fn parse(line: &str, usual: Option<Format>, observed: Timestamp) -> Option<(Format, Parsed)> {
    let known = usual.filter(|format| CHOICES.contains(format) && *format != Format::Plain);
    if let Some(format) = known
        && let Some(parsed) = format.parse(line, observed)
    {
        return Some((format, parsed));
    }
    let (format, parsed) = with(line, observed, read)?;
    (known.is_none() || parsed.time.is_some() || parsed.severity.is_some()).then_some((format, parsed))
}

fn with(
    line: &str,
    observed: Timestamp,
    read: impl Fn(&[u8], &mut Stream<'_>, &mut Gathered) -> Option<Parts>,
) -> Option<(Format, Parsed)> {
    let layout = Layout::default();
    let mut clock = Clock::new(observed);
    let mut stream = Stream { layout: &layout, clock: &mut clock, unknown: false };
    let mut gathered = Gathered::default();
    let parts = read(line.as_bytes(), &mut stream, &mut gathered)?;
    Some((parts.format, Parsed::of(line.as_bytes(), parts, gathered)))
}
