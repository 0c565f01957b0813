//! What container runtimes put around a line: the CRI's `TIME stdout F line`, and Docker's JSON. The line inside is what
//! was written.

use std::ops::Range;

use super::stamp::Clock;

/// A line inside another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::logfile) struct Inner {
    /// Where it stands; Docker's is escaped.
    pub(in crate::logfile) range: Range<usize>,
    /// Whether it goes on in the next line.
    pub(in crate::logfile) partial: bool,
    /// Where the runtime's time ends.
    time_end: usize,
}

impl Inner {
    /// The time that the CRI gives a line; `None` when it is none.
    pub(in crate::logfile) fn time(&self, line: &[u8], clock: &mut Clock) -> Option<i64> {
        clock.leading(line).filter(|(_, length)| *length == self.time_end).map(|(time, _)| time)
    }
}

/// `2026-11-20T21:04:25.1Z stdout F line`.
#[inline]
pub(in crate::logfile) fn cri(line: &[u8]) -> Option<Inner> {
    let head = &line[..line.len().min(48)];
    if head.get(4) != Some(&b'-') || head.get(10) != Some(&b'T') {
        return None;
    }
    let space = memchr::memchr(b' ', head)?;
    let mark = line.get(space + 1..space + 8)?;
    if mark != b"stdout " && mark != b"stderr " {
        return None;
    }
    let at = space + 8;
    let partial = match line.get(at)? {
        b'F' => false,
        b'P' => true,
        _ => return None,
    };
    match line.get(at + 1) {
        Some(b' ') => Some(Inner { range: at + 2..line.len(), partial, time_end: space }),
        None => Some(Inner { range: at + 1..line.len(), partial, time_end: space }),
        Some(_) => None,
    }
}

/// `{"log":"line\n","stream":"stderr","time":"..."}`.
pub(in crate::logfile) fn docker(line: &[u8]) -> Option<Inner> {
    let start = b"{\"log\":\"".len();
    if !line.starts_with(b"{\"log\":\"") {
        return None;
    }
    let length = super::pairs::quoted(line.get(start - 1..)?)?;
    let inside = start..start + length - 2;
    let rest = line.get(inside.end..)?;
    memchr::memmem::find(&rest[..rest.len().min(1024)], b"\"stream\":\"std")?;
    let text = &line[inside.clone()];
    let partial = !text.ends_with(b"\\n");
    let end = inside.end - if partial { 0 } else { 2 };
    Some(Inner { range: inside.start..end, partial, time_end: 0 })
}

/// The time that Docker gives a line.
pub(in crate::logfile) fn docker_time(line: &[u8], inside: &Range<usize>, clock: &mut Clock) -> Option<i64> {
    let rest = line.get(inside.end..)?;
    let at = memchr::memmem::rfind(rest, b"\"time\":\"")? + 8;
    let text = rest.get(at..)?;
    clock.value(&text[..memchr::memchr(b'"', text)?])
}
