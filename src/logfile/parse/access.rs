//! Access logs of nginx and Apache, common and combined, with or without fields after them.

use crate::domain::Severity;

use super::fields::{Parsed, pairs};
use super::stamp;

/// `host ident user [time] "METHOD path HTTP/x" status bytes "referer" "agent" key=value ...`
pub(super) fn parse(line: &str) -> Option<Parsed> {
    let mut parsed = Parsed::default();
    let (head, rest) = line.split_once(" [")?;
    let mut words = head.split(' ');
    let (remote, _ident, user) = (words.next()?, words.next()?, words.next()?);
    let (time, rest) = rest.split_once("] ")?;
    parsed.time = Some(stamp::value(time)?);
    let (request, rest) = quoted(rest)?;
    let mut words = rest.trim_start().splitn(3, ' ');
    let status = words.next().filter(|word| word.len() == 3)?;
    let code: u16 = status.parse().ok()?;
    let bytes = words.next().unwrap_or("-");
    let tail = words.next().unwrap_or("");
    parsed.severity = Some(severity(code));
    match request.split(' ').collect::<Vec<_>>().as_slice() {
        [method, path, _version] => {
            parsed.message = format!("{method} {path} {status}");
            parsed.attribute("method", method);
            parsed.attribute("path", path);
        }
        _ => parsed.message = format!("{request} {status}"),
    }
    parsed.attribute("status", status);
    parsed.attribute("bytes", bytes);
    parsed.attribute("remote", remote);
    parsed.attribute("user", user);
    extras(tail, &mut parsed);
    // Method, path and status stand in the message; the fields that follow them are shown from the tail.
    parsed.inline = true;
    Some(parsed)
}

/// The two quoted fields of the combined form and whatever pairs the site adds.
fn extras(tail: &str, parsed: &mut Parsed) {
    let mut rest = tail;
    for name in ["referer", "agent"] {
        let Some((value, after)) = quoted(rest.trim_start()) else { break };
        parsed.attribute(name, value);
        rest = after;
    }
    let shown = parsed.attributes.len();
    pairs(rest, |key, value| parsed.field(key, value));
    for (name, value) in parsed.attributes.iter().skip(shown) {
        parsed.message.push_str(&format!(" {name}={value}"));
    }
}

fn severity(status: u16) -> Severity {
    match status {
        500.. => Severity::Error,
        400..500 => Severity::Warn,
        0..400 => Severity::Info,
    }
}

/// A double-quoted text, `\"` inside kept as written, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    for (index, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((inside.get(..index)?, inside.get(index + 1..)?)),
            _ => {}
        }
    }
    None
}
