//! Secrets among the arguments of calls in code and stack traces: `define('DB_PASSWORD', 'x')`, where the name is an argument
//! itself, and calls whose place says it: `PDO->__construct('dsn', 'name', 'x')`. Called by `named` and by the redactor.

use std::ops::Range;

use super::Hit;
use super::formats::floor;
use super::keys::Strength;
use super::take;
use super::values::{Written, is_secret, looks_random};

/// How far arguments are read.
const REACH: usize = 600;

/// Calls that take a password, and how many arguments stand before it.
const CALLS: &[(&str, usize)] = &[
    ("PDO->__construct(", 2),
    ("new PDO(", 2),
    ("mysqli->__construct(", 2),
    ("new mysqli(", 2),
    ("mysqli_connect(", 2),
    ("real_connect(", 2),
    ("getConnection(", 2),
    ("ftp_login(", 2),
    ("ldap_bind(", 2),
    ("imap_open(", 2),
    ("PlainAuth(", 2),
    ("AMQPStreamConnection(", 3),
    ("UsernamePasswordCredentials(", 1),
    ("UsernamePasswordAuthenticationToken(", 1),
    ("PasswordAuthentication(", 1),
    ("NetworkCredential(", 1),
    ("HTTPBasicAuth(", 1),
    ("PlainCredentials(", 1),
    ("BasicAuth(", 1),
    ("basic_auth(", 1),
    ("simple_bind_s(", 1),
    ("auth=(", 1),
    (".login(", 1),
];

/// Every password among the arguments of a known call.
pub(super) fn find(text: &str, out: &mut Vec<Hit>) {
    for (call, before) in CALLS {
        for (at, _) in text.match_indices(call) {
            if let Some(range) = argument(text, at + call.len(), *before)
                && text.get(range.clone()).is_some_and(|found| is_secret(found, Strength::Strong, Written::Quoted))
            {
                out.push(Hit::new("password", range));
            }
        }
    }
}

/// The argument behind that many others, if it is a string.
fn argument(text: &str, from: usize, before: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let end = floor(text, (from + REACH).min(text.len()));
    let (mut at, mut passed) = (from, 0);
    while at < end {
        let string = take::quoted(text, at).filter(|string| string.end <= end);
        match bytes[at] {
            b' ' | b'\n' | b'\t' => {}
            _ if passed == before => return string,
            b',' => passed += 1,
            b')' | b';' => return None,
            _ => {
                if let Some(string) = string {
                    at = string.end;
                }
            }
        }
        at += 1;
    }
    None
}

/// The value of `call("name", "value")` behind its name.
pub(super) fn named(text: &str, key: &Range<usize>, strength: Strength) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let quote = *bytes.get(key.end).filter(|byte| matches!(byte, b'"' | b'\''))?;
    if key.start < 2 || bytes[key.start - 1] != quote || bytes[key.start - 2] != b'(' {
        return None;
    }
    let rest = text.get(key.end + 1..)?.trim_start_matches(' ').strip_prefix(',')?;
    let at = text.len() - rest.trim_start_matches([' ', '\n']).len();
    let value = take::quoted(text, at)?;
    let found = text.get(value.clone())?;
    let sure = match strength {
        Strength::Strong => is_secret(found, Strength::Strong, Written::Prose),
        Strength::Medium => looks_random(found) || is_secret(found, Strength::Medium, Written::Prose),
        Strength::Weak | Strength::Random => looks_random(found),
    };
    sure.then_some(value)
}
