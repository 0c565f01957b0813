//! A log record in OpenTelemetry's terms: time, severity, body, attributes, trace.

use super::{CleanText, RecordId, RecordKey, SourceId, Timestamp};

/// One record: usually a line, more than one where lines belong together (a stack trace).
#[derive(Clone, Debug, PartialEq)]
pub struct LogRecord {
    /// Order of arrival; set by the store.
    pub id: RecordId,
    /// The time the record itself states.
    pub time: Option<Timestamp>,
    /// When midwatch read it; orders records that state no time.
    pub observed: Timestamp,
    /// How bad it says it is.
    pub severity: Severity,
    /// The service it names, else the source's configured or file name.
    pub service: CleanText,
    /// The source it came through.
    pub source: SourceId,
    /// One line for the pane: the message and, for structured records, the fields that matter.
    pub body: CleanText,
    /// Everything as written, lines kept apart.
    pub raw: CleanText,
    /// Fields of a structured record, in their order.
    pub attributes: Box<[(CleanText, CleanText)]>,
    /// W3C trace id, lower-case hex, where the record carries one.
    pub trace_id: Option<CleanText>,
}

impl LogRecord {
    /// The stated time, else the time of reading.
    pub fn at(&self) -> Timestamp {
        self.time.unwrap_or(self.observed)
    }

    /// Its place in time order.
    pub fn key(&self) -> RecordKey {
        RecordKey { at: self.at(), id: self.id }
    }

    /// The value of a field.
    pub fn attribute(&self, name: &str) -> Option<&CleanText> {
        self.attributes.iter().find(|(key, _)| key.as_str() == name).map(|(_, value)| value)
    }

    /// Bytes held, for budgets.
    pub fn weight(&self) -> usize {
        let fields: usize = self.attributes.iter().map(|(k, v)| k.len() + v.len() + 64).sum();
        size_of::<Self>() + self.body.len() + self.raw.len() + fields
    }
}

/// OpenTelemetry's six ranges, and one for records that state none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// States none.
    Unset,
    /// Severity numbers 1-4.
    Trace,
    /// Severity numbers 5-8.
    Debug,
    /// Severity numbers 9-12.
    Info,
    /// Severity numbers 13-16.
    Warn,
    /// Severity numbers 17-20.
    Error,
    /// Severity numbers 21-24.
    Fatal,
}

impl Severity {
    /// Reads the words that loggers use, in any case; `None` for a word that is no level.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "trace" | "trc" | "finest" | "verbose" => Severity::Trace,
            "debug" | "dbg" | "fine" => Severity::Debug,
            "info" | "information" | "inf" | "notice" | "log" | "statement" | "detail" | "hint" => Severity::Info,
            "warn" | "warning" | "wrn" => Severity::Warn,
            "error" | "err" | "severe" => Severity::Error,
            "fatal" | "critical" | "crit" | "panic" | "alert" | "emerg" | "emergency" => Severity::Fatal,
            _ => return None,
        })
    }

    /// The word shown, five columns at most.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Unset => "-",
            Severity::Trace => "trace",
            Severity::Debug => "debug",
            Severity::Info => "info",
            Severity::Warn => "WARN",
            Severity::Error => "ERROR",
            Severity::Fatal => "FATAL",
        }
    }
}
