//! Access logs: nginx and Apache, common and combined, with a virtual host before or fields after them; Envoy's; those of
//! load balancers that write a quoted request.

use super::parts::{Fields, Parts, Stream};
use super::stamp::cursor::Cursor;
use super::{Format, level, pairs};

/// Bytes before the time.
const MAX_FRONT: usize = 400;

/// `host ident user [time] "METHOD path HTTP/x" status bytes "referer" "agent" key=value ...`
pub(super) fn read(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let front = &line[..line.len().min(MAX_FRONT)];
    let open = memchr::memmem::find(front, b" [")?;
    let mut words = front[..open].split(|b| *b == b' ');
    let (first, second, third) = (words.next()?, words.next()?, words.next()?);
    let (remote, user) = match (words.next(), words.next()) {
        (Some(user), None) => (second, user),
        (None, None) => (first, third),
        (Some(_) | None, Some(_)) => return None,
    };
    let (time, length) = stream.clock.leading(&line[open + 2..])?;
    let close = open + 2 + length;
    if !line[close..].starts_with(b"] \"") {
        return None;
    }
    out.field(b"remote", remote);
    out.field(b"user", user);
    let mut parts = request(line, close + 2, out)?;
    parts.time = Some(time);
    Some(parts)
}

/// From the quoted request on.
pub(super) fn request(line: &[u8], at: usize, out: &mut impl Fields) -> Option<Parts> {
    let length = pairs::quoted(line.get(at..)?)?;
    let inside = at + 1..at + length - 1;
    let mut c = Cursor { line, at: at + length };
    c.skip(b" ");
    let status = c.at..c.at + 3;
    let severity = level::status(line.get(status.clone())?)?;
    if c.ahead(3).is_some_and(|byte| byte != b' ') {
        return None;
    }
    words(&line[inside.clone()], out);
    out.field(b"status", &line[status.clone()]);
    let mut parts = Parts::new(Format::Access, inside.start..status.end);
    parts.severity = Some(severity);
    c.at = status.end;
    extras(&mut c, out);
    Some(parts)
}

/// `METHOD path version`.
fn words(request: &[u8], out: &mut impl Fields) {
    let mut words = request.split(|b| *b == b' ');
    if let (Some(method), Some(path), Some(_), None) = (words.next(), words.next(), words.next(), words.next()) {
        out.field(b"method", method);
        out.field(b"path", path);
    }
}

/// Bytes, the two quoted fields of the combined form, and whatever pairs the site adds.
fn extras<F: Fields>(c: &mut Cursor<'_>, out: &mut F) {
    if !F::WANTED {
        return;
    }
    c.skip(b" ");
    let bytes = c.rest().split(|b| *b == b' ').next().unwrap_or(&[]);
    if bytes.iter().all(u8::is_ascii_digit) {
        out.field(b"bytes", bytes);
        c.at += bytes.len();
    } else if bytes == b"-" {
        c.at += 1;
    }
    for name in [b"referer".as_slice(), b"agent"] {
        c.skip(b" ");
        let Some(length) = pairs::quoted(c.rest()) else { break };
        out.field(name, &c.rest()[1..length - 1]);
        c.at += length;
    }
    pairs::aside(c.rest(), out);
}

/// A load balancer's line: `https TIME name client:port target:port ... status status bytes bytes "request" "agent"`.
pub(super) fn balancer(line: &[u8], stream: &mut Stream<'_>, out: &mut impl Fields) -> Option<Parts> {
    let kind = line.iter().take(6).position(|b| *b == b' ')?;
    if !matches!(&line[..kind], b"http" | b"https" | b"h2" | b"ws" | b"wss" | b"grpcs") {
        return None;
    }
    let at = kind + 1;
    let (time, length) = stream.clock.leading(&line[at..])?;
    let quote = memchr::memmem::find(&line[..line.len().min(1024)], b" \"")?;
    let words: Vec<&[u8]> =
        line.get(at + length..quote)?.split(|b| *b == b' ').filter(|word| !word.is_empty()).collect();
    let [name, client, target, _, _, _, status, ..] = words.as_slice() else { return None };
    let severity = level::status(status)?;
    for (name, value) in
        [(b"balancer".as_slice(), *name), (b"remote", *client), (b"target", *target), (b"status", *status)]
    {
        out.field(name, value);
    }
    let length = pairs::quoted(&line[quote + 1..])?;
    let inside = quote + 2..quote + length;
    self::words(&line[inside.clone()], out);
    let mut parts = Parts::new(Format::Access, inside);
    parts.time = Some(time);
    parts.severity = Some(severity);
    Some(parts)
}
