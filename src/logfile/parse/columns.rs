//! Columns by position: W3C logs, which say in a line what their columns are (IIS, CloudFront), and Postgres' CSV.

use super::parts::{Fields, Parts};
use super::stamp::Clock;
use super::{Format, level};

/// Columns of a line at most.
const MAX_COLUMNS: usize = 64;

/// What the columns of a stream are, by its latest `#Fields:` line.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::logfile) struct Columns {
    names: Vec<String>,
}

impl Columns {
    /// Reads `#Fields: date time cs-method ...`.
    pub(in crate::logfile) fn stated(line: &[u8]) -> Option<Self> {
        let names = std::str::from_utf8(line.strip_prefix(b"#Fields:")?).ok()?;
        let names: Vec<String> = names.split_ascii_whitespace().take(MAX_COLUMNS).map(str::to_owned).collect();
        (names.len() > 2).then_some(Self { names })
    }

    /// The names, for the screen.
    pub(in crate::logfile) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Reads a line whose columns are as many as the names.
    pub(super) fn read(&self, line: &[u8], out: &mut impl Fields) -> Option<Parts> {
        let tabs = line.contains(&b'\t');
        let split = |b: &u8| *b == if tabs { b'\t' } else { b' ' };
        if line.split(split).count() != self.names.len() {
            return None;
        }
        let mut parts = Parts::new(Format::Columns, 0..line.len());
        let mut at = 0;
        let (mut date, mut clock) = (&[][..], &[][..]);
        let (mut from, mut to) = (None, None);
        for (value, name) in line.split(split).zip(&self.names) {
            let range = at..at + value.len();
            at = range.end + 1;
            match name.as_str() {
                "date" => date = value,
                "time" => clock = value,
                "cs-method" => from = Some(range.start),
                "cs-uri-stem" => to = Some(range.end),
                "sc-status" => parts.severity = level::status(value),
                _ => {}
            }
            if value != b"-" && !matches!(name.as_str(), "date" | "time") {
                out.field(short(name).as_bytes(), value);
            }
        }
        let mut written = Vec::with_capacity(24);
        written.extend_from_slice(date);
        written.push(b' ');
        written.extend_from_slice(clock);
        parts.time = Clock::at(0).value(&written);
        if let (Some(from), Some(to)) = (from, to)
            && from < to
        {
            parts.message = from..to;
        }
        Some(parts)
    }
}

/// Names that people filter by; what W3C calls them is kept for the rest.
fn short(name: &str) -> &str {
    match name {
        "cs-method" => "method",
        "cs-uri-stem" => "path",
        "sc-status" => "status",
        "c-ip" => "remote",
        other => other,
    }
}

/// Postgres' CSV behind its time: `,"user","db",pid,"client",session,line,"tag",start,vxid,xid,LEVEL,state,"message",...`
pub(super) fn postgres(line: &[u8], at: usize, out: &mut impl Fields) -> Option<Parts> {
    let mut at = at;
    let mut fields: [std::ops::Range<usize>; 14] = std::array::from_fn(|_| 0..0);
    for field in fields.iter_mut().skip(1) {
        if line.get(at) != Some(&b',') {
            return None;
        }
        *field = csv(line, at + 1)?;
        at = field.end + usize::from(line.get(field.end) == Some(&b'"'));
    }
    let text = |index: usize| line.get(fields[index].clone()).unwrap_or(&[]);
    let severity = level::word(text(11))?;
    for (name, index) in [(b"user".as_slice(), 1), (b"db", 2), (b"pid", 3), (b"client", 4), (b"tag", 7), (b"state", 12)]
    {
        out.field(name, text(index));
    }
    let mut parts = Parts::new(Format::Postgres, fields[13].clone());
    parts.severity = Some(severity);
    Some(parts)
}

/// A field of CSV without its quotes; doubled quotes do not end it.
fn csv(line: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    if line.get(at) != Some(&b'"') {
        let rest = line.get(at..)?;
        return Some(at..at + memchr::memchr(b',', rest).unwrap_or(rest.len()));
    }
    let mut end = at + 1;
    loop {
        let rest = line.get(end..)?;
        end = match memchr::memchr(b'"', rest) {
            Some(quote) => end + quote,
            // The message goes on in the next line.
            None => return Some(at + 1..line.len()),
        };
        if line.get(end + 1) != Some(&b'"') {
            return Some(at + 1..end);
        }
        end += 2;
    }
}
