//! `E1120 21:04:25.123456    1234 reflector.go:140] Failed to watch`: the logger of Kubernetes' own programs.

use crate::domain::{Severity, Timestamp};

use super::fields::Parsed;
use super::stamp;

/// Reads a line of that form.
pub(super) fn parse(line: &str, observed: Timestamp) -> Option<Parsed> {
    let severity = match line.as_bytes().first()? {
        b'I' => Severity::Info,
        b'W' => Severity::Warn,
        b'E' => Severity::Error,
        b'F' => Severity::Fatal,
        _ => return None,
    };
    let (time, rest) = stamp::klog(line.get(1..)?, observed)?;
    let (place, message) = rest.split_once("] ").or_else(|| rest.strip_suffix(']').map(|place| (place, "")))?;
    let mut words = place.split_whitespace();
    let (thread, caller) = (words.next()?, words.next()?);
    if !caller.contains(':') {
        return None;
    }
    let mut parsed = Parsed { time: Some(time), severity: Some(severity), ..Parsed::default() };
    parsed.message = message.trim().to_owned();
    parsed.attribute("thread", thread);
    parsed.attribute("caller", caller);
    parsed.inline_pairs();
    Some(parsed)
}
