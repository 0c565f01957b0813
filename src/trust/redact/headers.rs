//! Credentials in headers: a scheme and what follows it, and the pairs of a cookie. Called by `named`, and by the redactor
//! for schemes that stand without their header.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Hit;
use super::keys::{Name, name};
use super::take;
use super::values::{Written, is_reference, is_secret, looks_random};

/// Schemes, in small letters.
const SCHEMES: &[(&str, &str)] = &[
    ("bearer", "bearer"),
    ("basic", "basic-auth"),
    ("token", "token"),
    ("apikey", "api-key"),
    ("api-key", "api-key"),
    ("key", "api-key"),
    ("bot", "token"),
    ("ssws", "token"),
    ("geniekey", "api-key"),
    ("splunk", "token"),
    ("negotiate", "token"),
    ("ntlm", "token"),
    ("oauth", "token"),
    ("jwt", "token"),
    ("dpop", "token"),
    ("macaroon", "token"),
    ("klaviyo-api-key", "api-key"),
    ("zoho-oauthtoken", "token"),
    ("pve", "token"),
    ("discogs", "token"),
];
/// Names of cookies that keep a session.
const SESSION: &[&str] = &[
    "sid",
    "sess",
    "session",
    "auth",
    "token",
    "csrf",
    "xsrf",
    "jwt",
    "remember",
    "login",
    "identity",
    "sso",
    "ticket",
    "cf_clearance",
    "aspx",
    "secret",
    "key",
    "id_",
];

/// The scheme at the beginning of a text, the kind of its credentials, and where they begin.
pub(super) fn scheme(text: &str) -> Option<(&'static str, usize)> {
    let word = text.bytes().take(20).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    if !matches!(text.as_bytes().get(word), Some(b' ' | b'+'))
        && !text.get(word..).is_some_and(|rest| rest.starts_with("%20"))
    {
        return None;
    }
    let named = text.get(..word)?.to_ascii_lowercase();
    let (_, kind) = SCHEMES.iter().find(|(scheme, _)| *scheme == named)?;
    let gap = if text.as_bytes().get(word) == Some(&b'%') { 3 } else { 1 };
    Some((kind, word + gap))
}

/// The credentials of an authorization header whose value begins here.
pub(super) fn authorization(text: &str, at: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut at = at
        + bytes.iter().skip(at).take(8).take_while(|byte| matches!(byte, b'"' | b'\'' | b'[' | b'\\' | b' ')).count();
    let Some(rest) = text.get(at..) else { return };
    let mut kind = "token";
    if let Some((of, behind)) = scheme(rest) {
        kind = of;
        at += behind
            + bytes.iter().skip(at + behind).take(8).take_while(|byte| matches!(byte, b' ' | b'"' | b'\'')).count();
    } else if ["Digest ", "digest ", "AWS4-", "Hawk ", "hawk ", "MAC ", "Signature ", "OAuth "]
        .iter()
        .any(|scheme| rest.starts_with(scheme))
    {
        return digest(text, at, out);
    }
    let range = at..credentials(text, at);
    // `token=[REDACTED:token:1]` was taken care of.
    if text.get(range.end..).is_some_and(|rest| rest.starts_with("[REDACTED:")) {
        return;
    }
    let Some(found) = text.get(range.clone()) else { return };
    // `Token token=x` and `OAuth a="b"` are pairs with names of their own.
    let pairs = found.find('=').is_some_and(|sign| {
        sign + 1 < found.trim_end_matches('=').len() && sign < 24 && name(&found[..sign]).is_some()
    });
    // So are they when the value stands in quotes, which end what was read here.
    let quoted = found.ends_with('=') && bytes.get(range.end) == Some(&b'"') && !found.trim_end_matches('=').is_empty();
    if pairs
        || quoted
        || range.len() < 4
        || is_reference(found)
        || !is_secret(found, super::keys::Strength::Medium, Written::Assigned)
    {
        return;
    }
    out.push(Hit::new(kind, range));
}

/// A scheme of several fields: the answer to a challenge is what must not leave; other fields have names of their own.
fn digest(text: &str, at: usize, out: &mut Vec<Hit>) {
    let line = text.get(at..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    for field in ["response=\"", "mac=\"", "cnonce=\""] {
        if let Some(found) = line.find(field)
            && let Some(range) = take::quoted(text, at + found + field.len() - 1)
        {
            out.push(Hit::new("signature", range));
        }
    }
}

fn credentials(text: &str, at: usize) -> usize {
    let end = text.bytes().skip(at).take(16 * 1024).take_while(|byte| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'-' | b'.'
                    | b'_'
                    | b'~'
                    | b'+'
                    | b'/'
                    | b'='
                    | b':'
                    | b'%'
                    | b'!'
                    | b'*'
                    | b'@'
                    | b'|'
                    | b'$'
                    | b'{'
                    | b'('
                    | b'^'
            )
    });
    at + end.count()
}

/// `Bearer x` and `Basic x` wherever they stand.
pub(super) fn schemes(text: &str, at: Range<usize>, out: &mut Vec<Hit>) {
    let Some(rest) = text.get(at.start..) else { return };
    let Some((kind, behind)) = scheme(rest) else { return };
    let start = at.start + behind;
    let mut end = credentials(text, start);
    while end > start && matches!(text.as_bytes().get(end - 1), Some(b'.' | b':' | b',')) {
        end -= 1;
    }
    let Some(found) = text.get(start..end) else { return };
    let bare = found.trim_end_matches('=');
    let sure = !bare.contains('=')
        && match kind {
            "bearer" => {
                found.len() >= 8
                    && (looks_random(found) || found.len() >= 10 && found.bytes().any(|byte| byte.is_ascii_digit()))
                    && !is_reference(found)
            }
            _ => {
                let plain = STANDARD.decode(found).ok().filter(|bytes| bytes.len() >= 6);
                found.len() >= 8
                    && plain.is_some_and(|bytes| {
                        bytes.contains(&b':') && bytes.iter().all(|byte| (b' '..0x7f).contains(byte))
                    })
            }
        };
    if sure {
        out.push(Hit::new(kind, start..end));
    }
}

/// The pairs of a cookie: those that keep a session, or look drawn by lot.
pub(super) fn cookies(text: &str, at: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut at = at
        + bytes.iter().skip(at).take(8).take_while(|byte| matches!(byte, b'"' | b'\'' | b'[' | b'\\' | b' ')).count();
    for _ in 0..64 {
        at += bytes.iter().skip(at).take(4).take_while(|byte| matches!(byte, b' ' | b';')).count();
        let word = bytes
            .iter()
            .skip(at)
            .take(128)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'%'))
            .count();
        let name_end = at + word;
        if word == 0 {
            return;
        }
        if bytes.get(name_end) != Some(&b'=') {
            // An attribute, or a cookie that is one value.
            if bytes.get(name_end) == Some(&b';') {
                at = name_end;
                continue;
            }
            if text.get(at..name_end).is_some_and(looks_random) {
                out.push(Hit::new("cookie", at..name_end));
            }
            return;
        }
        let end = name_end
            + 1
            + bytes
                .iter()
                .skip(name_end + 1)
                .take(16 * 1024)
                .take_while(|byte| !matches!(byte, b';' | b' ' | b'\n' | b'\r' | b'"' | b'\'' | b'\\' | b',' | b']'))
                .count();
        let pair = (text.get(at..name_end).unwrap_or_default(), text.get(name_end + 1..end).unwrap_or_default());
        if is_session(pair.0, pair.1) {
            out.push(Hit::new("cookie", name_end + 1..end));
        }
        at = end;
    }
}

fn is_session(word: &str, value: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    if matches!(lower.as_str(), "path" | "domain" | "expires" | "max-age" | "samesite" | "lang" | "theme")
        || is_reference(value)
    {
        return false;
    }
    let named = SESSION.iter().any(|part| lower.contains(part)) || matches!(name(word), Some(Name::Value(_)));
    named && value.len() >= 6 && !value.bytes().all(|byte| byte.is_ascii_lowercase()) || looks_random(value)
}

/// Schemes wherever they stand.
pub(super) fn find(text: &str, out: &mut Vec<Hit>) {
    const STARTS: &[&str] = &["Bearer ", "bearer ", "BEARER ", "Basic ", "basic ", "Bearer%20", "Bearer+"];
    for start in STARTS {
        for (at, found) in text.match_indices(start) {
            schemes(text, at..at + found.len(), out);
        }
    }
}
