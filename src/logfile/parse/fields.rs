//! The fields of one record gathered, and the line that stands for it in the pane.

use super::parts::Fields;

/// Attributes of one record at most.
const MAX_ATTRIBUTES: usize = 128;
/// Bytes of an attribute's value.
const MAX_VALUE: usize = 4096;
/// Bytes of a body.
const MAX_BODY: usize = 4096;

const TRACE: [&str; 9] = [
    "trace_id",
    "traceid",
    "trace.id",
    "trace",
    "dd.trace_id",
    "traceparent",
    "x-trace-id",
    "otel.trace_id",
    "logging.googleapis.com/trace",
];
/// Fields that are kept as attributes but do not help a person who reads the line.
const QUIET: [&str; 25] = [
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
    "ecs.version",
    "@version",
    "level_value",
];

/// The fields of a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::logfile) struct Gathered {
    /// In their order.
    pub(in crate::logfile) attributes: Vec<(String, String)>,
    /// A W3C trace id in lower-case hex.
    pub(in crate::logfile) trace_id: Option<String>,
}

impl Fields for Gathered {
    const WANTED: bool = true;

    fn field(&mut self, name: &[u8], value: &[u8]) {
        if self.trace_id.is_none() && may_trace(name) {
            self.trace_id = trace_id(&String::from_utf8_lossy(value));
            if self.trace_id.is_some() {
                return;
            }
        }
        let name = String::from_utf8_lossy(name);
        if self.attributes.len() < MAX_ATTRIBUTES && !name.is_empty() && !value.is_empty() && value != b"-" {
            let value = clipped(&String::from_utf8_lossy(value), MAX_VALUE);
            self.attributes.push((clipped(&name, 256), value));
        }
    }
}

/// The fields of one record as they stand, one after the other in two buffers that serve many records.
#[derive(Clone, Debug, Default)]
pub struct FieldList {
    bytes: Vec<u8>,
    /// For each field where its name and its value end.
    ends: Vec<(usize, usize)>,
    traced: bool,
}

impl FieldList {
    /// Names and values in their order; neither is cleaned.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |(name, value)| {
            let from = std::mem::replace(&mut start, *value);
            (self.bytes.get(from..*name).unwrap_or_default(), self.bytes.get(*name..*value).unwrap_or_default())
        })
    }

    pub(in crate::logfile) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.traced = false;
    }

    fn push(&mut self, name: &[u8], value: &[u8]) {
        self.bytes.extend_from_slice(name);
        let end = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.ends.push((end, self.bytes.len()));
    }
}

impl Fields for FieldList {
    const WANTED: bool = true;

    fn field(&mut self, name: &[u8], value: &[u8]) {
        if !self.traced
            && may_trace(name)
            && let Some(id) = trace_id(&String::from_utf8_lossy(value))
        {
            self.traced = true;
            return self.push(b"trace", id.as_bytes());
        }
        if self.ends.len() < MAX_ATTRIBUTES && !name.is_empty() && !value.is_empty() && value != b"-" {
            self.push(name, value.get(..MAX_VALUE).unwrap_or(value));
        }
    }
}

/// Whether a field's name says that it is a trace id.
fn may_trace(name: &[u8]) -> bool {
    TRACE.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

impl Gathered {
    /// One line for the pane: the message, then the fields that matter.
    pub(in crate::logfile) fn body(&self, message: &str) -> String {
        let mut body = message.replace('\n', " ");
        for (name, value) in &self.attributes {
            if QUIET.contains(&name.to_ascii_lowercase().as_str()) || body.len() > MAX_BODY {
                continue;
            }
            if !body.is_empty() {
                body.push(' ');
            }
            let quote = if value.contains([' ', '\n']) { "\"" } else { "" };
            body.push_str(&format!("{name}={quote}{}{quote}", value.replace('\n', " ")));
        }
        clipped(&body, MAX_BODY)
    }

    /// The body of an access log's line: method, path and status, then the fields that the site adds.
    pub(in crate::logfile) fn access_body(&self, message: &str) -> String {
        let value = |name: &str| self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let status = value("status").unwrap_or("");
        let mut body = match (value("method"), value("path")) {
            (Some(method), Some(path)) => format!("{method} {path} {status}"),
            (Some(_) | None, Some(_) | None) => {
                format!("{} {status}", message.rsplit_once('"').map_or(message, |(request, _)| request))
            }
        };
        let shown = ["method", "path", "status", "user", "target", "balancer"];
        for (name, value) in self.attributes.iter().filter(|(name, _)| !shown.contains(&name.as_str())) {
            if !QUIET.contains(&name.as_str()) {
                body.push_str(&format!(" {name}={value}"));
            }
        }
        clipped(&body, MAX_BODY)
    }
}

/// A trace id of 16 or 32 hex digits that are not all zero, bare, as a UUID or inside a `traceparent`.
pub(in crate::logfile) fn trace_id(value: &str) -> Option<String> {
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

/// The text, or its head and how many bytes follow.
pub(in crate::logfile) fn clipped(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(limit);
    format!("{}… [+{} bytes]", &text[..end], text.len() - end)
}
