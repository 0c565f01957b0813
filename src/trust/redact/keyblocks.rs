//! Private keys: PEM blocks (escaped, indented, numbered, cut off at either end), PuTTY's files and the private members of
//! JSON web keys. The frame stays, the key goes; each of its lines gets the same placeholder. Called by the redactor.

use std::ops::Range;

use super::Hit;
use super::take;

/// How far a key may reach.
const LONGEST: usize = 64 * 1024;

/// Every private key.
pub(super) fn find(text: &str, out: &mut Vec<Hit>) {
    if text.contains("PRIVATE KEY") {
        pem(text, out);
    }
    for (at, _) in text.match_indices("Private-Lines:") {
        let start = at + text.get(at..).and_then(|rest| rest.find('\n')).unwrap_or(0);
        body(text, start, false, out);
    }
    if text.contains("kty") {
        web_keys(text, out);
    }
}

fn pem(text: &str, out: &mut Vec<Hit>) {
    let mut done = 0;
    // No block ends before this place: it was looked for.
    let mut unended = 0;
    for (at, _) in text.match_indices("PRIVATE KEY") {
        if at < done {
            continue;
        }
        let line = text.get(super::formats::floor(text, at.saturating_sub(40))..at).unwrap_or_default();
        let Some(rest) = text.get(at..) else { continue };
        let head =
            rest.bytes().take(32).take_while(|byte| byte.is_ascii_uppercase() || matches!(byte, b' ' | b'-')).count();
        if line.contains("-----BEGIN ") {
            let start = at + head;
            let limit = super::formats::floor(text, (start + LONGEST).min(text.len()));
            let from = super::formats::floor(text, unended.clamp(start, limit));
            let end = text.get(from..limit).and_then(|rest| rest.find("-----END")).map(|end| from + end);
            if end.is_none() {
                unended = limit.saturating_sub(8);
            }
            done = body(text, start, end.is_some(), out).max(end.unwrap_or(start));
            if end.is_some_and(|end| {
                text.get(end..).is_some_and(|rest| rest.get(..60).unwrap_or(rest).contains("PRIVATE KEY"))
            }) {
                done += 12;
            }
        } else if line.contains("-----END ") && done == 0 {
            backwards(text, at - line.len() + line.rfind("-----END ").unwrap_or(0), out);
        }
    }
}

/// The runs of base64 behind a place: up to the end of the block if it has one, else while they look like a key.
fn body(text: &str, start: usize, ended: bool, out: &mut Vec<Hit>) -> usize {
    let bytes = text.as_bytes();
    let mut places: Vec<Range<usize>> = Vec::new();
    let mut at = start;
    while at < bytes.len().min(start + LONGEST) {
        match bytes[at] {
            b'\\' => at += 2,
            b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b',' | b'>' | b'|' | b';' | b'`' => at += 1,
            byte if in_base64(byte) => {
                let end = at + bytes.iter().skip(at).take_while(|byte| in_base64(**byte)).count();
                let word = end - at;
                let numbered = matches!(bytes.get(end), Some(b':')) && word <= 6;
                let concatenated = word == 1 && byte == b'+';
                if numbered || concatenated {
                    at = end + usize::from(numbered);
                    continue;
                }
                let header = matches!(bytes.get(end), Some(b':' | b'-')) && bytes.get(end..end + 5) != Some(b"-----");
                if header {
                    // `Proc-Type: 4,ENCRYPTED`
                    at = end + bytes.iter().skip(end).take_while(|byte| **byte != b'\n').count();
                    continue;
                }
                if !ended
                    && word < 24
                    && !(text[at..end].ends_with('=') && word >= 4
                        || matches!(bytes.get(end), None | Some(b'\n' | b'\\')) && !places.is_empty() && word >= 8)
                {
                    break;
                }
                places.push(at..end);
                at = end;
            }
            _ => break,
        }
    }
    if !places.is_empty() {
        out.push(Hit { kind: "private-key", places });
    }
    at
}

/// The lines above an end whose beginning was cut off.
fn backwards(text: &str, end: usize, out: &mut Vec<Hit>) {
    let mut places = Vec::new();
    let mut to = end;
    for line in text.get(..end).unwrap_or_default().rsplit('\n').skip(1).take(400) {
        to = to.saturating_sub(1);
        let from = text.get(..to).and_then(|head| head.rfind('\n')).map_or(0, |at| at + 1);
        let trimmed = line.trim();
        if trimmed.len() < 16 || !trimmed.bytes().all(in_base64) {
            break;
        }
        let lead = line.len() - line.trim_start().len();
        places.push(from + lead..from + lead + trimmed.len());
        to = from;
    }
    places.reverse();
    if !places.is_empty() {
        out.push(Hit { kind: "private-key", places });
    }
}

fn in_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// The private members of a JSON web key.
fn web_keys(text: &str, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    for member in ["\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\"", "\"k\""] {
        for (at, _) in text.match_indices(member) {
            let mut to = at + member.len();
            to += bytes.iter().skip(to).take(8).take_while(|byte| matches!(byte, b' ' | b':')).count();
            if let Some(range) = take::quoted(text, to).filter(|range| range.len() >= 16) {
                out.push(Hit::new("private-key", range));
            }
        }
    }
}
