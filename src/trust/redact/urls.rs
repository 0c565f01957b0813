//! Passwords in addresses: `scheme://name:secret@host`, a driver's `name:secret@tcp(host)`, and secret fields of a query.
//! Called by the redactor on every view of a text.

use super::Hit;
use super::keys::Strength;
use super::values::{Written, is_reference, is_secret, looks_random};

/// Longest part before the host.
const LONGEST: usize = 2048;

/// Every password in an address.
pub(super) fn find(text: &str, out: &mut Vec<Hit>) {
    let mut done = 0;
    for (sign, _) in text.match_indices("://") {
        if sign < done {
            continue;
        }
        let start = sign + 3;
        let Some((hit, end)) = user(text, start) else { continue };
        done = end;
        out.extend(hit);
    }
    drivers(text, out);
    fields(text, out);
    thin(text, out);
    passes(text, out);
}

/// The password of what stands before the host; a name alone counts if it looks drawn by lot.
fn user(text: &str, start: usize) -> Option<(Option<Hit>, usize)> {
    let bytes = text.as_bytes();
    let mut last = None;
    let mut colon = None;
    for (offset, byte) in bytes.iter().skip(start).take(LONGEST).enumerate() {
        match byte {
            b'@' => last = Some(start + offset),
            b':' if colon.is_none() => colon = Some(start + offset),
            b' ' | b'\n' | b'\t' | b'\r' | b'"' | b'<' | b'>' | b'`' | b'\\' => break,
            b'\'' if last.is_some() || colon.is_none() => break,
            b'/' | b'?' | b'#' if last.is_some() || colon.is_none() => break,
            b'/' if bytes.get(start + offset + 1) == Some(&b'/') => break,
            _ => {}
        }
    }
    let at = last?;
    // In a path, `host:80/a@b`, the sign belongs to no name.
    if let Some(colon) = colon.filter(|colon| *colon < at) {
        let secret = text.get(colon + 1..at)?;
        let port = secret
            .split(['/', '?'])
            .next()
            .is_some_and(|port| (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()));
        if port && secret.contains('/') {
            return Some((None, at));
        }
        let found = is_secret(secret, Strength::Strong, Written::Assigned) && !is_reference(secret);
        return Some((found.then(|| Hit::new("url-password", colon + 1..at)), at));
    }
    let name = text.get(start..at)?;
    Some(((name.len() >= 20 && looks_random(name)).then(|| Hit::new("url-password", start..at)), at))
}

/// `name:secret@tcp(host:3306)/db`, `name:secret@host:5432`.
fn drivers(text: &str, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('@') {
        let ahead = bytes.get(at + 1..).unwrap_or_default();
        let host = ahead
            .iter()
            .take(128)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            .count();
        let driver = ["tcp(", "unix(", "tcp6("].iter().any(|form| ahead.starts_with(form.as_bytes()));
        let port = host > 0
            && ahead.get(host) == Some(&b':')
            && ahead.iter().skip(host + 1).take_while(|byte| byte.is_ascii_digit()).count() >= 2;
        let service = ahead.starts_with(b"//") || host > 0 && ahead.get(host) == Some(&b'/');
        if !driver && !port && !service {
            continue;
        }
        let word = bytes[..at]
            .iter()
            .rev()
            .take(200)
            .take_while(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'=' | b'`' | b'\\'))
            .count();
        let before = text.get(super::formats::floor(text, at - word)..at).unwrap_or_default();
        if before.contains("://") {
            continue;
        }
        let from = at - before.len();
        let sign = if before.contains("jdbc:oracle") || service && !before.contains(':') {
            before.rfind('/')
        } else {
            before.find(':')
        };
        if let Some(sign) = sign
            && let Some(secret) = before.get(sign + 1..)
            && sign > 0
            && is_secret(secret, Strength::Strong, Written::Assigned)
            && !secret.contains('/')
        {
            out.push(Hit::new("url-password", from + sign + 1..at));
        }
    }
}

/// Fields that are secret in a query and nowhere else.
fn fields(text: &str, out: &mut Vec<Hit>) {
    const FIELDS: &[&str] = &[
        "code=",
        "id_token=",
        "ticket=",
        "SAMLResponse=",
        "SAMLRequest=",
        "SAMLart=",
        "oauth_verifier=",
        "hmac=",
        "hash=",
        "sv_sig=",
        "se_sig=",
        "state=",
        "key=",
        "t=",
        "st=",
        "X-Goog-Signature=",
        "wt=",
        "access_code=",
        "invite=",
        "magic=",
        "reset=",
        "confirm=",
    ];
    for (at, sign) in text.match_indices(['?', '&']) {
        let rest = text.get(at + sign.len()..).unwrap_or_default();
        let Some(field) = FIELDS.iter().find(|field| rest.starts_with(**field)) else { continue };
        let start = at + 1 + field.len();
        let end = start
            + text
                .bytes()
                .skip(start)
                .take(16 * 1024)
                .take_while(|byte| {
                    byte.is_ascii_alphanumeric()
                        || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'%' | b'+' | b'/' | b'=' | b'*')
                })
                .count();
        let Some(value) = text.get(start..end) else { continue };
        let unmistakable = matches!(*field, "code=" | "SAMLResponse=" | "ticket=" | "oauth_verifier=" | "id_token=");
        if looks_random(value) || unmistakable && value.len() >= 20 && value.bytes().any(|byte| byte.is_ascii_digit()) {
            out.push(Hit::new("url-token", start..end));
        }
    }
}

/// Oracle's `jdbc:oracle:thin:name/secret@place`.
fn thin(text: &str, out: &mut Vec<Hit>) {
    for (at, found) in text.match_indices("jdbc:oracle:thin:").chain(text.match_indices("jdbc:oracle:oci:")) {
        let start = at + found.len();
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.bytes().take(200).position(|byte| byte == b'@').unwrap_or(0);
        if let Some(slash) = rest.get(..end).and_then(|name| name.find('/'))
            && rest.get(slash + 1..end).is_some_and(|secret| is_secret(secret, Strength::Strong, Written::Assigned))
        {
            out.push(Hit::new("url-password", start + slash + 1..start + end));
        }
    }
}

/// Lines of a password file: `host:5432:database:name:secret`.
fn passes(text: &str, out: &mut Vec<Hit>) {
    if !text.contains(":5") && !text.contains(":*:") && !text.contains(":6") {
        return;
    }
    let mut from = 0;
    for line in text.split('\n') {
        let start = from;
        from += line.len() + 1;
        if line.len() > 512 || line.contains(' ') {
            continue;
        }
        let fields: Vec<&str> = line.splitn(5, ':').collect();
        let [host, port, database, name, secret] = fields[..] else { continue };
        let plain = |field: &str| {
            !field.is_empty()
                && field.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'*'))
        };
        let port = port == "*" || (4..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
        let rest = name.len() + database.len() + host.len();
        if port
            && plain(host)
            && plain(database)
            && plain(name)
            && rest > 2
            && is_secret(secret.trim_end(), Strength::Strong, Written::Assigned)
            // A line of `shadow` has numbers there.
            && !secret.trim_end().bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
        {
            let end = start + line.trim_end().len();
            out.push(Hit::new("password", end - secret.trim_end().len()..end));
        }
    }
}
