//! Syslog: RFC 5424, RFC 3164 with or without its priority, and the journal's short forms.

use crate::domain::Severity;

use super::parts::{Fields, Parts, Stream};
use super::stamp::cursor::Cursor;
use super::{Format, level, pairs, plain};

/// Reads a line that begins with a priority, `<165>`.
pub(super) fn prioritised(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let mut c = Cursor { line, at: 1 };
    let number = c.digits(c.run().clamp(1, 3))?;
    if !c.eat(b'>') || number > 191 {
        return None;
    }
    let severity = level::syslog(u8::try_from(number % 8).ok()?);
    if c.rest().starts_with(b"1 ") {
        c.at += 2;
        return structured(line, c.at, severity, stream, out);
    }
    // Cisco counts its messages and ends its times with a colon.
    let mut ahead = c;
    if ahead.digits(ahead.run()).is_some() && ahead.rest().starts_with(b": ") && c.run() < 10 {
        c.at = ahead.at + 2;
    }
    c.skip(b"*.");
    let found = stream.clock.leading(c.rest());
    let at = c.at + found.map_or(0, |(_, length)| length);
    let mut parts = found.and_then(|_| tagged(line, blank(line, at), true, out)).unwrap_or_else(|| {
        let start = at + line[at..].iter().position(|b| !matches!(b, b' ' | b':')).unwrap_or(0);
        Parts::new(Format::Syslog, start..line.len())
    });
    parts.time = found.map(|(time, _)| time);
    parts.severity = Some(severity);
    Some(parts)
}

fn blank(line: &[u8], at: usize) -> usize {
    at + usize::from(line.get(at) == Some(&b' '))
}

/// RFC 5424 after its version: `TIME HOST APP PROCID MSGID [id k="v"] message`.
fn structured(
    line: &[u8],
    at: usize,
    severity: Severity,
    stream: &mut Stream<'_>,
    out: &mut impl Fields,
) -> Option<Parts> {
    let mut c = Cursor { line, at };
    let mut words = [0..0, 0..0, 0..0, 0..0, 0..0];
    for word in &mut words {
        let length = memchr::memchr(b' ', c.rest())?;
        *word = c.at..c.at + length;
        c.at += length + 1;
    }
    let [time, host, app, pid, id] = words;
    let mut parts = Parts::new(Format::Syslog, 0..0);
    parts.severity = Some(severity);
    parts.time = stream.clock.value(&line[time]);
    for (name, value) in [(b"host".as_slice(), host), (b"pid", pid), (b"msgid", id)] {
        out.field(name, &line[value]);
    }
    parts.service = Some(app).filter(|app| &line[app.clone()] != b"-");
    if !c.eat(b'-') {
        while c.peek() == Some(b'[') {
            let start = c.at + 1;
            c.at = element_end(line, start)?;
            pairs::aside(&line[start..c.at], out);
            c.at += 1;
        }
    }
    c.skip(b" ");
    if c.rest().starts_with("\u{feff}".as_bytes()) {
        c.at += 3;
    }
    parts.message = c.at.min(line.len())..line.len();
    Some(parts)
}

/// Where a `[id k="v"]` ends: brackets inside quotes do not end it.
fn element_end(line: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        at += line.get(at..)?.iter().position(|b| matches!(b, b'"' | b']'))?;
        if line[at] == b']' {
            return Some(at);
        }
        at += pairs::quoted(&line[at..])?;
    }
}

/// `host app[123]: message`; without a host or without a process id, but not without the colon. `close`: the time is
/// written as syslog writes it, else only a process id will do.
pub(super) fn tagged(line: &[u8], at: usize, close: bool, out: &mut impl Fields) -> Option<Parts> {
    let rest = line.get(at..)?;
    // A host and a program are short; sentences that have a colon somewhere are not this.
    let colon = rest.iter().take(192).position(|b| *b == b':')?;
    let mut colon = colon;
    // A host may be an address with colons.
    while !matches!(rest.get(colon + 1), None | Some(b' ')) {
        colon += 1 + rest.iter().skip(colon + 1).take(64).position(|b| *b == b':')?;
    }
    let tag = &rest[..colon];
    let mut words = tag.split(|b| *b == b' ').filter(|word| !word.is_empty());
    let (first, second, third) = (words.next()?, words.next(), words.next());
    if words.next().is_some() {
        return None;
    }
    let (host, program, extra) = match (second, third) {
        (Some(program), Some(extra)) if extra.starts_with(b"(") && program.ends_with(b"]") => {
            (Some(first), program, true)
        }
        (Some(program), None) => (Some(first), program, false),
        (None, None) => (None, first, false),
        (Some(_) | None, Some(_)) => return None,
    };
    let (name, pid) = match program.iter().position(|b| *b == b'[') {
        Some(open) => {
            let pid = program[open + 1..].strip_suffix(b"]")?;
            if pid.is_empty() || !pid.iter().all(u8::is_ascii_digit) {
                return None;
            }
            (&program[..open], Some(pid))
        }
        None => (program, None),
    };
    let good = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b'@' | b'(' | b')');
    // Without host or process id it could be any sentence with a colon.
    if name.is_empty()
        || !name.iter().all(good)
        || (pid.is_none() && (host.is_none() || !close))
        || level::word(name).is_some()
    {
        return None;
    }
    let is_host = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':');
    if host.is_some_and(|host| !host.iter().all(is_host) || level::word(host).is_some()) {
        return None;
    }
    out.field(b"host", host.unwrap_or(&[]));
    out.field(b"pid", pid.unwrap_or(&[]));
    let start = at + (name.as_ptr() as usize - rest.as_ptr() as usize);
    let mut from = at + colon + 1;
    if extra {
        from = at + tag.iter().rposition(|b| *b == b' ').unwrap_or(colon) + 1;
    }
    from = blank(line, from);
    let mut parts = Parts::new(Format::Syslog, from.min(line.len())..line.len());
    parts.service = Some(start..start + name.len());
    parts.severity = plain::severity(&line[parts.message.clone()]);
    super::message_pairs(line, &parts, out);
    Some(parts)
}
