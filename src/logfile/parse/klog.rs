//! `E1120 21:04:25.123456    1234 reflector.go:140] Failed to watch`: the logger of Kubernetes' own programs, and of
//! what else uses glog.

use crate::domain::Severity;

use super::Format;
use super::parts::{Fields, Parts, Stream};

/// Reads a line of that form.
pub(super) fn read(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let severity = match line.first()? {
        b'I' => Severity::Info,
        b'W' => Severity::Warn,
        b'E' => Severity::Error,
        b'F' => Severity::Fatal,
        _ => return None,
    };
    if !line.get(1)?.is_ascii_digit() {
        return None;
    }
    let (time, length) = stream.clock.klog(line.get(1..)?)?;
    let at = 1 + length;
    let rest = line.get(at..)?;
    let close = memchr::memchr(b']', rest).filter(|close| *close < 256)?;
    let mut words = rest[..close].split(|b| *b == b' ').filter(|word| !word.is_empty());
    let (thread, caller) = (words.next()?, words.next()?);
    if !caller.contains(&b':') {
        return None;
    }
    out.field(b"thread", thread);
    out.field(b"caller", caller);
    let start = at + close + 1;
    let start = start + usize::from(line.get(start) == Some(&b' '));
    let mut parts = Parts::new(Format::Klog, start..line.len());
    parts.time = Some(time);
    parts.severity = Some(severity);
    super::message_pairs(line, &parts, out);
    Some(parts)
}
