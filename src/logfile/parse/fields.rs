//! What a line says, whatever its format: the well-known fields found under their many names, the rest as attributes.

use crate::domain::{Severity, Timestamp};

use super::stamp;

/// Attributes of one record at most.
const MAX_ATTRIBUTES: usize = 128;
/// Bytes of an attribute's value.
const MAX_VALUE: usize = 4096;
/// Bytes of a body.
const MAX_BODY: usize = 4096;

const TIME: [&str; 12] = [
    "ts",
    "time",
    "timestamp",
    "@timestamp",
    "@t",
    "t",
    "date",
    "datetime",
    "asctime",
    "timeunixnano",
    "eventtime",
    "time_iso8601",
];
const LEVEL: [&str; 10] = [
    "level",
    "lvl",
    "severity",
    "severitytext",
    "severity_text",
    "log.level",
    "loglevel",
    "levelname",
    "@l",
    "log_level",
];
const SERVICE: [&str; 12] = [
    "service",
    "service.name",
    "service_name",
    "servicename",
    "app",
    "application",
    "app_name",
    "resource.service.name",
    "resource.attributes.service.name",
    "kubernetes.container_name",
    "container_name",
    "program",
];
const MESSAGE: [&str; 10] =
    ["msg", "message", "@m", "@mt", "body", "log", "short_message", "event", "text", "body.stringvalue"];
const TRACE: [&str; 8] =
    ["trace_id", "traceid", "trace.id", "trace", "dd.trace_id", "traceparent", "x-trace-id", "otel.trace_id"];
/// Fields that are kept as attributes but do not help a person who reads the line.
const QUIET: [&str; 22] = [
    "span_id",
    "spanid",
    "span",
    "span.id",
    "parent_span_id",
    "traceflags",
    "trace_flags",
    "instance",
    "version",
    "pid",
    "hostname",
    "host",
    "logger",
    "thread",
    "caller",
    "v",
    "stream",
    "remote",
    "agent",
    "referer",
    "ident",
    "bytes",
];

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
    /// Sorts a named field to its place: the first of each well-known kind is taken, all else is an attribute.
    pub(super) fn field(&mut self, name: &str, value: &str) {
        let lower = name.to_ascii_lowercase();
        let known = |names: &[&str]| names.contains(&lower.as_str());
        if self.time.is_none() && known(&TIME) {
            self.time = stamp::value(value);
            if self.time.is_some() {
                return;
            }
        }
        if self.severity.is_none() && known(&LEVEL) {
            self.severity = level(value);
            if self.severity.is_some() {
                return;
            }
        }
        if self.service.is_none() && known(&SERVICE) && !value.is_empty() {
            self.service = Some(value.to_owned());
            return;
        }
        if known(&TRACE) {
            let found = trace_id(value);
            if self.trace_id.is_none() && found.is_some() {
                self.trace_id = found;
                return;
            }
        }
        if self.message.is_empty() && known(&MESSAGE) {
            self.message = value.trim_end().to_owned();
            return;
        }
        self.attribute(name, value);
    }

    /// Adds an attribute unless it says nothing.
    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        if self.attributes.len() < MAX_ATTRIBUTES && !name.is_empty() && !value.is_empty() && value != "-" {
            self.attributes.push((clipped(name, 256), clipped(value, MAX_VALUE)));
        }
    }

    /// A pair found beside or inside a message: a trace id, or an attribute. Its other names mean less there: Postgres
    /// writes `app=` for the client.
    pub(super) fn aside(&mut self, name: &str, value: &str) {
        if TRACE.contains(&name.to_ascii_lowercase().as_str()) {
            self.trace_id = self.trace_id.take().or_else(|| trace_id(value));
        } else {
            self.attribute(name, value);
        }
    }

    /// Takes `key=value` pairs out of a message without changing it.
    pub(super) fn inline_pairs(&mut self) {
        let message = std::mem::take(&mut self.message);
        pairs(&message, |key, value| self.aside(key, value));
        self.message = message;
        self.inline = true;
    }

    /// One line for the pane: the message, then the fields that matter.
    pub fn body(&self) -> String {
        let mut body = self.message.replace('\n', " ");
        if !self.inline {
            for (name, value) in &self.attributes {
                if QUIET.contains(&name.to_ascii_lowercase().as_str()) || body.len() > MAX_BODY {
                    continue;
                }
                if !body.is_empty() {
                    body.push(' ');
                }
                let quote = if value.is_empty() || value.contains([' ', '\n']) { "\"" } else { "" };
                body.push_str(&format!("{name}={quote}{}{quote}", value.replace('\n', " ")));
            }
        }
        clipped(&body, MAX_BODY)
    }
}

/// Reads a level: a word, a single letter, or a number as OpenTelemetry, pino or syslog count.
pub(super) fn level(value: &str) -> Option<Severity> {
    let value = value.trim();
    if let Ok(number) = value.parse::<u16>() {
        return match number {
            0..=2 => Some(Severity::Fatal),
            3 => Some(Severity::Error),
            4 => Some(Severity::Warn),
            5 | 6 => Some(Severity::Info),
            7 => Some(Severity::Debug),
            10 => Some(Severity::Trace),
            20 => Some(Severity::Debug),
            30 => Some(Severity::Info),
            40 => Some(Severity::Warn),
            50 => Some(Severity::Error),
            60 => Some(Severity::Fatal),
            _ => None,
        };
    }
    match value {
        "T" => Some(Severity::Trace),
        "D" => Some(Severity::Debug),
        "I" | "Normal" => Some(Severity::Info),
        "W" => Some(Severity::Warn),
        "E" => Some(Severity::Error),
        "F" | "C" => Some(Severity::Fatal),
        word => Severity::from_word(word),
    }
}

/// OpenTelemetry's severity numbers, 1 to 24.
pub(super) fn otel_level(number: i64) -> Option<Severity> {
    match number {
        1..=4 => Some(Severity::Trace),
        5..=8 => Some(Severity::Debug),
        9..=12 => Some(Severity::Info),
        13..=16 => Some(Severity::Warn),
        17..=20 => Some(Severity::Error),
        21..=24 => Some(Severity::Fatal),
        _ => None,
    }
}

/// A trace id of 16 or 32 hex digits that are not all zero, bare, as a UUID or inside a `traceparent`.
pub(super) fn trace_id(value: &str) -> Option<String> {
    let value = value.trim();
    let id = match value.as_bytes() {
        [v1, v2, b'-', ..] if v1.is_ascii_hexdigit() && v2.is_ascii_hexdigit() => value.split('-').nth(1)?.to_owned(),
        _ => value.rsplit('/').next()?.replace('-', ""),
    };
    let good = matches!(id.len(), 16 | 32)
        && id.bytes().all(|byte| byte.is_ascii_hexdigit())
        && id.bytes().any(|byte| byte != b'0');
    good.then(|| id.to_ascii_lowercase())
}

/// Finds `key=value` pairs in running text. An unquoted value ends where the next key begins.
pub(super) fn pairs<'a>(text: &'a str, mut each: impl FnMut(&'a str, &'a str)) {
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    while let Some(word) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let trimmed = word.trim_start_matches([' ', '\t', ',']);
        let start = at + word.len() - trimmed.len();
        let Some((key, value_at)) = key_at(trimmed) else {
            at = start + trimmed.find([' ', '\t']).unwrap_or(trimmed.len()).max(usize::from(!trimmed.is_empty()));
            if trimmed.is_empty() {
                break;
            }
            continue;
        };
        if let Some((key, from)) = open.take() {
            each(key, text.get(from..start).unwrap_or("").trim_end_matches([' ', '\t', ',']));
        }
        let value_at = start + value_at;
        match quoted(text.get(value_at..).unwrap_or("")) {
            Some((value, length)) => {
                each(key, value);
                at = value_at + length;
            }
            None => {
                open = Some((key, value_at));
                let rest = text.get(value_at..).unwrap_or("");
                at = value_at + rest.find([' ', '\t', ',']).unwrap_or(rest.len());
            }
        }
    }
    if let Some((key, from)) = open {
        each(key, text.get(from..).unwrap_or("").trim_end());
    }
}

/// `key=` at the start of the text: the key and where its value begins.
fn key_at(text: &str) -> Option<(&str, usize)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')))?;
    let key = text.get(..end).filter(|key| key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))?;
    let rest = text.get(end..)?;
    (rest.starts_with('=') && !rest.starts_with("==")).then_some((key, end + 1))
}

/// A double-quoted value without escapes: its inside and its length with quotes.
fn quoted(text: &str) -> Option<(&str, usize)> {
    let inside = text.strip_prefix('"')?;
    let end = inside.find('"')?;
    inside.get(..end).map(|value| (value, end + 2))
}

/// The text, or its head and how many bytes follow.
pub(in crate::logfile) fn clipped(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let head = text.get(..end).unwrap_or("");
    format!("{head}… [+{} bytes]", text.len() - head.len())
}
