//! Values behind the name of a secret, in whatever syntax: `name=value`, JSON, YAML, XML, headers, flags, SQL, structs.
//! Called by the redactor on every view of a text.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::Hit;
use super::calls;
use super::headers;
use super::keys::{self, Name, Strength};
use super::phrases;
use super::take::{self, Separator};
use super::values::{Written, is_secret, looks_random};

/// Words one of which is in every name of a secret.
const WORDS: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "creds",
    "auth",
    "cookie",
    "session",
    "sessid",
    "sess_id",
    "sig",
    "jwt",
    "saml",
    "otp",
    "psk",
    "cvv",
    "cvc",
    "csrf",
    "xsrf",
    "contrasena",
    "mnemonic",
    "assertion",
    "hmac",
    "dockerc",
    "verifier",
    "rootpw",
    "bindpw",
    "_pw",
    "-pw",
    ".pw",
    "userpw",
    "art-api",
    "honeycomb-team",
    "webhook",
    "pepper",
    "salt",
    "seed",
    "cred",
    "sid",
    "nonce",
];
/// Longest name, in bytes on either side of its word.
const LONGEST_NAME: usize = 96;
/// Sources of users in `nsswitch.conf`.
const SOURCES: &[&str] = &["files", "compat", "systemd", "sss", "ldap", "nis", "nisplus", "db", "winbind", "hesiod"];
/// Names looked at inside of one value that is no secret.
const INSIDE: usize = 32;

#[expect(clippy::expect_used, reason = "constant words; every test of redaction reads them")]
static KEYWORDS: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS).expect("a few short words"));

/// Every value behind the name of a secret.
pub(super) fn find(text: &str, out: &mut Vec<Hit>) {
    let (mut done, mut looked, mut inside) = (0, 0, 0);
    for word in KEYWORDS.find_iter(text) {
        if word.start() < done {
            continue;
        }
        let Some(key) = key_around(text, word.start()..word.end()) else { continue };
        done = key.end;
        if let Some(name) = text.get(key.clone()).and_then(keys::name).or_else(|| spaced(text, &key)) {
            let found = out.len();
            let end = after(text, key.clone(), name, out);
            let whole = |place: &&Range<usize>| !text.get((*place).clone()).is_some_and(|value| value.contains('\n'));
            let gone = out.iter().skip(found).flat_map(|hit| &hit.places).filter(whole).map(|place| place.end).max();
            // What stands inside of a value that goes is gone already; one over lines may have swallowed others. A value that is none is looked into, but not for ever.
            inside = if key.start < looked { inside + 1 } else { 0 };
            looked = looked.max(end);
            done = done.max(gone.unwrap_or(if inside > INSIDE { looked } else { 0 }));
        }
    }
}

/// What `key` is the key of, when the word before says it: `API key`, `Unseal Key`.
fn spaced(text: &str, key: &Range<usize>) -> Option<Name> {
    const OF: &[&str] =
        &["api", "access", "secret", "account", "unseal", "recovery", "license", "encryption", "master"];
    if !text.get(key.clone())?.eq_ignore_ascii_case("key") {
        return None;
    }
    let before = text[..key.start].strip_suffix(' ')?;
    let word = before.bytes().rev().take(16).take_while(u8::is_ascii_alphanumeric).count();
    let word = before.get(before.len() - word..)?.to_ascii_lowercase();
    OF.contains(&word.as_str()).then(|| keys::name(&format!("{word}_key"))).flatten()
}

/// The whole name around a word, without dashes before it and signs behind it.
fn key_around(text: &str, word: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let in_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let mut start =
        word.start - bytes[..word.start].iter().rev().take(LONGEST_NAME).take_while(|byte| in_key(byte)).count();
    let mut end = word.end + bytes[word.end..].iter().take(LONGEST_NAME).take_while(|byte| in_key(byte)).count();
    // A row of dots leads to a value: `password......x`.
    if let Some(dots) = text.get(word.end..end).and_then(|rest| rest.find("....")) {
        end = word.end + dots;
    }
    if start > 0 && bytes[start - 1] == b'\\' && matches!(bytes[start], b'n' | b'r' | b't') {
        start += 1;
    }
    // In `{"n":"..."}` written as `-Dname` the D is a flag.
    if text.get(start..start + 2) == Some("-D") {
        start += 2;
    }
    while start < end && matches!(bytes[start], b'-' | b'.') {
        start += 1;
    }
    while end > start && matches!(bytes[end - 1], b'-' | b'.') {
        end -= 1;
    }
    (start < word.end && end > start).then_some(start..end)
}

/// Looks behind a name for its value; says where what it looked at ends.
fn after(text: &str, key: Range<usize>, name: Name, out: &mut Vec<Hit>) -> usize {
    let flag = text[..key.start].ends_with('-') && !text[..key.start].ends_with("--D");
    let Some((separator, at)) = take::separator(text, &key, flag, matches!(name, Name::Value(Strength::Strong))) else {
        if let Name::Value(strength) = name {
            elsewhere(text, key, strength, out);
        }
        return 0;
    };
    match name {
        Name::Authorization => headers::authorization(text, at, out),
        Name::Cookie => headers::cookies(text, at, out),
        Name::Value(strength) => return value(text, &key, at, separator, strength, out).unwrap_or(0),
    }
    0
}

fn value(
    text: &str,
    key: &Range<usize>,
    at: usize,
    separator: Separator,
    strength: Strength,
    out: &mut Vec<Hit>,
) -> Option<usize> {
    // `secret:name` and `session:17` are places in something else.
    let glued = separator == Separator::Colon && text[..at].ends_with(':') && !text[..at].ends_with("\":");
    if glued && strength < Strength::Medium && !text[at..].starts_with(['"', '\'']) {
        return None;
    }
    // The name and the password of an address are not a pair of this kind.
    let before = &text[super::formats::floor(text, key.start.saturating_sub(200))..key.start];
    let word = before.rsplit([' ', '\n', '"', '\'']).next().unwrap_or_default();
    if glued && word.ends_with("://") {
        return None;
    }
    let (mut range, written) = take::value(text, key, at, separator)?;
    // The scope of a signature is no secret.
    if let Some(scope) = text
        .get(range.clone())
        .filter(|found| found.contains("aws4_request"))
        .and_then(|found| found.find('/').or_else(|| found.find("%2F")))
    {
        range.end = range.start + scope;
    }
    let found = text.get(range.clone())?;
    // The shell's directories.
    if matches!(text.get(key.clone()), Some("PWD" | "OLDPWD"))
        && (found.starts_with(['/', '~', '\\']) || found.get(1..3) == Some(":\\") || found.get(1..3) == Some(":/"))
    {
        return Some(range.end);
    }
    // Where a system looks for its users.
    if matches!(text.get(key.clone()), Some("passwd" | "shadow"))
        && found.split_whitespace().all(|word| SOURCES.contains(&word))
    {
        return Some(range.end);
    }
    let found_secret = is_secret(found, strength, written);
    // A scheme stands before the credentials of `auth_header: Bearer x`.
    if headers::scheme(found).is_some()
        || (found.len() <= 8 && headers::scheme(text.get(range.start..).unwrap_or_default()).is_some())
    {
        headers::authorization(text, range.start, out);
        return Some(range.end);
    }
    let mut end = range.end;
    if found_secret {
        out.push(Hit::new(kind(text, key, strength), range));
    }
    // What a plan changes it to: `"old" -> "new"`.
    if let Some(next) = take::arrow(text, end)
        && let Some((range, written)) = take::value(text, key, next, Separator::Equals)
    {
        end = range.end;
        if text.get(range.clone()).is_some_and(|found| is_secret(found, strength, written)) {
            out.push(Hit::new(kind(text, key, strength), range));
        }
    }
    Some(end)
}

/// What the name says the value is.
fn kind(text: &str, key: &Range<usize>, strength: Strength) -> &'static str {
    let name = text.get(key.clone()).unwrap_or_default().to_ascii_lowercase();
    let has = |word: &str| name.contains(word);
    if has("pass") || has("pwd") || strength == Strength::Strong {
        "password"
    } else if has("token") || has("jwt") {
        "token"
    } else if has("key") {
        "api-key"
    } else if has("cookie") || has("sess") || has("sid") {
        "session"
    } else if has("sig") || has("hmac") {
        "signature"
    } else {
        "secret"
    }
}

/// Values that do not follow the name at once: an element's text, `name: X` with `value: Y`, words of SQL and of prose.
fn elsewhere(text: &str, key: Range<usize>, strength: Strength, out: &mut Vec<Hit>) {
    let found = take::element(text, &key)
        .map(|range| (range, Written::Quoted))
        .or_else(|| take::entry(text, &key))
        .or_else(|| take::words(text, &key, strength))
        .or_else(|| take::below(text, &key, strength));
    if let Some((range, written)) = found
        && text.get(range.clone()).is_some_and(|found| is_secret(found, strength, written))
    {
        out.push(Hit::new(kind(text, &key, strength), range));
        return;
    }
    let found = calls::named(text, &key, strength)
        .or_else(|| phrases::levelled(text, &key))
        .or_else(|| phrases::labelled(text, &key, strength));
    if let Some(range) = found {
        out.push(Hit::new(kind(text, &key, strength), range));
        return;
    }
    if let Some(range) = take::said(text, &key)
        && text.get(range.clone()).is_some_and(|found| {
            found.len() >= 8 && (looks_random(found) || is_secret(found, Strength::Weak, Written::Prose))
        })
        && strength >= Strength::Weak
    {
        out.push(Hit::new(kind(text, &key, strength), range));
    }
}

/// `IDENTIFIED BY 'x'`, `IDENTIFIED WITH plugin BY 'x'`, `IDENTIFIED BY x`.
pub(super) fn identified(text: &str, out: &mut Vec<Hit>) {
    let upper = text
        .match_indices("IDENTIFIED")
        .chain(text.match_indices("identified"))
        .chain(text.match_indices("Identified"));
    for (at, word) in upper {
        let from = at + word.len();
        let Some(ahead) = text.get(from..super::formats::floor(text, (from + 100).min(text.len()))) else { continue };
        let lower = ahead.to_ascii_lowercase();
        let Some(by) = lower.find(" by ").map(|by| by + 4).or_else(|| lower.find(" as ").map(|by| by + 4)) else {
            continue;
        };
        if !lower.starts_with(" by") && !lower.starts_with(" with")
            || lower.get(..by).is_some_and(|way| way.contains([',', ';']))
        {
            continue;
        }
        let start = from + by + ahead[by..].len() - ahead[by..].trim_start_matches([' ']).len();
        let values = if ahead[by..].trim_start().to_ascii_lowercase().starts_with("values ") { 7 } else { 0 };
        let start = start + values;
        let range = take::quoted(text, start).unwrap_or_else(|| start..take::bare(text, &(at..from), start));
        if text.get(range.clone()).is_some_and(|found| is_secret(found, Strength::Strong, Written::Assigned)) {
            out.push(Hit::new("password", range));
        }
    }
}
