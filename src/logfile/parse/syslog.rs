//! Syslog: RFC 5424, RFC 3164 with or without its priority, and the journal's short forms.

use crate::domain::{Severity, Timestamp};

use super::fields::{Parsed, pairs};
use super::{plain, stamp};

/// Reads a line of any of the forms.
pub(super) fn parse(line: &str, observed: Timestamp) -> Option<Parsed> {
    let (severity, rest) = match priority(line) {
        Some((severity, rest)) => (Some(severity), rest),
        None => (None, line),
    };
    if let Some(rest) = rest.strip_prefix("1 ").filter(|_| severity.is_some()) {
        return structured(severity, rest);
    }
    let (time, rest) = stamp::leading(rest, Some(observed))?;
    let mut parsed = tagged(rest.strip_prefix(' ')?)?;
    parsed.time = Some(time);
    parsed.severity = severity.or_else(|| plain::level_of(&parsed.message));
    parsed.inline_pairs();
    Some(parsed)
}

/// `<165>`: facility times eight plus severity.
fn priority(line: &str) -> Option<(Severity, &str)> {
    let (number, rest) = line.strip_prefix('<')?.split_once('>')?;
    let number: u8 = number.parse().ok().filter(|number| *number < 192)?;
    let severity = match number % 8 {
        0..=2 => Severity::Fatal,
        3 => Severity::Error,
        4 => Severity::Warn,
        5 | 6 => Severity::Info,
        _ => Severity::Debug,
    };
    Some((severity, rest))
}

/// RFC 5424 after its version: `TIME HOST APP PROCID MSGID [id k="v"] message`.
fn structured(severity: Option<Severity>, rest: &str) -> Option<Parsed> {
    let mut words = rest.splitn(6, ' ');
    let (time, host, app, pid, id) = (words.next()?, words.next()?, words.next()?, words.next()?, words.next()?);
    let tail = words.next()?;
    let mut parsed = Parsed { severity, time: stamp::value(time), ..Parsed::default() };
    parsed.service = (app != "-").then(|| app.to_owned());
    for (name, value) in [("host", host), ("pid", pid), ("msgid", id)] {
        parsed.attribute(name, value);
    }
    let (data, message) = match tail.strip_prefix('-') {
        Some(message) => ("", message),
        None => {
            let end = tail.find("] ").map_or(tail.len(), |end| end + 1);
            tail.split_at(end)
        }
    };
    pairs(data.trim_start_matches('[').trim_end_matches(']'), |key, value| parsed.field(key, value));
    parsed.message = message.trim_start().trim_start_matches('\u{feff}').to_owned();
    parsed.inline = true;
    Some(parsed)
}

/// `host app[123]: message`; without a host or without a process id, but not without the colon.
fn tagged(rest: &str) -> Option<Parsed> {
    let (tag, message) = rest.split_once(": ").or_else(|| rest.strip_suffix(':').map(|tag| (tag, "")))?;
    let mut words = tag.split(' ');
    let (host, program) = (words.next()?, words.next());
    if words.next().is_some() {
        return None;
    }
    let (host, program) = match program {
        Some(program) => (host, program),
        None => ("-", host),
    };
    let (name, pid) = match program.strip_suffix(']').and_then(|program| program.split_once('[')) {
        Some((name, pid)) if !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit()) => (name, pid),
        Some(_) => return None,
        None => (program, "-"),
    };
    let good = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | '(' | ')');
    // Without host or process id it could be any sentence with a colon.
    if name.is_empty() || !name.chars().all(good) || (pid == "-" && host == "-") || Severity::from_word(name).is_some()
    {
        return None;
    }
    if !host.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | ':')) {
        return None;
    }
    let mut parsed = Parsed { service: Some(name.to_owned()), message: message.to_owned(), ..Parsed::default() };
    parsed.attribute("host", host);
    parsed.attribute("pid", pid);
    Some(parsed)
}
