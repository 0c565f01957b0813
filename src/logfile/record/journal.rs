//! A record of the journal's export format: a field a line. [`super::record`] reads it whole.

use crate::domain::Severity;

use crate::logfile::parse::Format;
use crate::logfile::parse::level;
use crate::logfile::parse::parts::{Fields, Parts};
use crate::logfile::parse::stamp::Clock;

/// Who wrote it, the surest first.
const SERVICE: [&[u8]; 3] = [b"SYSLOG_IDENTIFIER", b"_SYSTEMD_UNIT", b"_COMM"];

/// Reads the fields of one record. A field whose value holds line ends is written by its length; its lines are left to
/// the raw text.
pub(super) fn read(whole: &[u8], clock: &mut Clock, out: &mut impl Fields) -> Parts {
    let mut parts =
        Parts { format: Format::Journal, time: None, severity: None, service: None, message: 0..0, wrapped: false };
    let mut rank = SERVICE.len();
    let mut at = 0;
    for line in whole.split(|byte| *byte == b'\n') {
        let start = at;
        at += line.len() + 1;
        let Some(equals) = memchr::memchr(b'=', line) else { continue };
        let (name, value) = (&line[..equals], &line[equals + 1..]);
        let range = start + equals + 1..start + line.len();
        match name {
            b"MESSAGE" => parts.message = range,
            b"__REALTIME_TIMESTAMP" => parts.time = clock.value(value),
            b"PRIORITY" => parts.severity = priority(value),
            name if name.starts_with(b"__") => {}
            name => match SERVICE.iter().position(|known| *known == name).filter(|found| *found < rank) {
                Some(found) => {
                    rank = found;
                    parts.service = Some(range);
                }
                None => out.field(name, value),
            },
        }
    }
    parts
}

fn priority(value: &[u8]) -> Option<Severity> {
    match value {
        [digit @ b'0'..=b'7'] => Some(level::syslog(digit - b'0')),
        _ => None,
    }
}
