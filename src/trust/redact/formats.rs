//! Secrets that are known by their form alone: fixed beginnings from `formats.toml`, and JSON web tokens by decoding.
//! Called by the redactor on every view of a text.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regex::Regex;
use serde::Deserialize;

use super::Hit;

/// How far a form may reach.
const REACH: usize = 8 * 1024;

#[derive(Deserialize)]
struct File {
    format: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: String,
    starts: Vec<String>,
    pattern: String,
    /// What must stand right before the start, and belongs to the secret.
    before: Option<String>,
    #[serde(default)]
    glued: bool,
    /// Digits and letters both, or capitals and small letters: what is all words is no secret.
    #[serde(default)]
    mixed: bool,
    #[serde(rename = "match")]
    matches: Vec<String>,
    not_match: Vec<String>,
}

struct Format {
    kind: &'static str,
    pattern: Regex,
    before: Option<Regex>,
    glued: bool,
    mixed: bool,
}

struct Formats {
    all: Vec<Format>,
    starts: AhoCorasick,
    /// For each start its format.
    owner: Vec<usize>,
}

#[expect(clippy::expect_used, reason = "built-in data; a test below reads it")]
static FORMATS: LazyLock<Formats> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("formats.toml")).expect("the built-in formats are valid");
    let mut starts = Vec::new();
    let mut owner = Vec::new();
    let mut all = Vec::new();
    for entry in file.format {
        let compile = |pattern: &str| Regex::new(pattern).expect("the pattern is valid");
        debug_assert!(!entry.matches.is_empty() && !entry.not_match.is_empty());
        owner.extend(entry.starts.iter().map(|_| all.len()));
        starts.extend(entry.starts);
        all.push(Format {
            kind: Box::leak(entry.kind.into_boxed_str()),
            pattern: compile(&format!("^(?:{})", entry.pattern)),
            before: entry.before.as_deref().map(compile),
            glued: entry.glued,
            mixed: entry.mixed,
        });
    }
    let starts = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&starts).expect("few, short starts");
    Formats { all, starts, owner }
});

/// Every secret known by its form.
pub(super) fn find(text: &str, out: &mut Vec<Hit>) {
    let formats = &*FORMATS;
    let mut done = 0;
    for start in formats.starts.find_overlapping_iter(text) {
        if start.start() < done {
            continue;
        }
        let Some(format) = formats.owner.get(start.pattern().as_usize()).and_then(|index| formats.all.get(*index))
        else {
            continue;
        };
        if let Some(range) = format.at(text, start.start(), start.end()) {
            done = range.end;
            out.push(Hit::new(format.kind, range));
        }
    }
    tokens(text, out);
}

impl Format {
    fn at(&self, text: &str, start: usize, end: usize) -> Option<Range<usize>> {
        let before = text.get(floor(text, start.saturating_sub(40))..start)?;
        let mut from = start;
        match &self.before {
            Some(pattern) => from -= pattern.find(before)?.len(),
            None if !self.glued && before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') => return None,
            None => {}
        }
        if self.before.is_none() && !self.glued && before.ends_with(['-', '/', '+', '.']) && start + 4 >= end {
            return None;
        }
        let rest = text.get(end..floor(text, (end + REACH).min(text.len())))?;
        let found = self.pattern.captures(rest)?;
        let whole = found.get(0)?;
        let range = match found.name("secret") {
            Some(secret) => end + secret.start()..end + secret.end(),
            None => from..end + whole.end(),
        };
        let body = text.get(end..range.end)?;
        let digits = body.bytes().filter(u8::is_ascii_digit).count();
        let capitals = body.bytes().filter(u8::is_ascii_uppercase).count();
        (!self.mixed || digits >= 3 && body.len() - digits >= 4 || digits >= 1 && capitals >= 3).then_some(range)
    }
}

/// JSON web tokens: the first part decodes to an object that names an algorithm.
fn tokens(text: &str, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for (start, _) in text.match_indices("ey") {
        if start < done
            || start > 0
                && bytes.get(start - 1).is_some_and(|byte| in_token(*byte) && *byte != b'_')
                && !escaped(bytes, start)
        {
            continue;
        }
        let part = run(bytes, start);
        done = part;
        let header = text.get(start..part).filter(|header| (12..4096).contains(&header.len()));
        let Some(header) = header
            .and_then(|header| URL_SAFE_NO_PAD.decode(header.get(..header.len() / 4 * 4 + keep(header.len()))?).ok())
        else {
            continue;
        };
        if !header.starts_with(b"{") || !contains(&header, b"\"alg\"") && !contains(&header, b"\"typ\"") {
            continue;
        }
        let mut end = part;
        let mut parts = 1;
        while parts < 5 && bytes.get(end) == Some(&b'.') {
            let next = run(bytes, end + 1);
            if next == end + 1 && parts != 1 {
                break;
            }
            end = next;
            parts += 1;
        }
        if parts > 1 {
            done = end;
            out.push(Hit::new("jwt", start..end));
        }
    }
}

/// A base64 length has no remainder of one.
fn keep(length: usize) -> usize {
    match length % 4 {
        1 => 0,
        rest => rest,
    }
}

/// Whether the letter before is part of an escape such as `\n`.
fn escaped(bytes: &[u8], start: usize) -> bool {
    start >= 2 && bytes.get(start - 2) == Some(&b'\\')
}

fn run(bytes: &[u8], from: usize) -> usize {
    from + bytes.iter().skip(from).take_while(|byte| in_token(**byte)).count()
}

fn in_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The nearest character boundary at or below.
pub(super) fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An example with its secret part filled in.
    fn filled(example: &str) -> String {
        let hole = Regex::new(r"\{([auxd])(\d+)\}").unwrap();
        hole.replace_all(example, |found: &regex::Captures<'_>| {
            let letters = match &found[1] {
                "a" => "k3Zq9TbR7mWx2LpV",
                "u" => "K3ZQ9TBR7MWX2LPV",
                "x" => "3f9a07c5e1b84d26",
                _ => "4071936528",
            };
            letters.chars().cycle().take(found[2].parse().unwrap()).collect::<String>()
        })
        .into_owned()
    }

    #[test]
    fn every_example_of_every_form_holds() {
        let file: File = toml::from_str(include_str!("formats.toml")).unwrap();
        for entry in file.format {
            for example in &entry.matches {
                let mut hits = Vec::new();
                find(&filled(example), &mut hits);
                assert!(hits.iter().any(|hit| hit.kind == entry.kind), "{} should be {}", filled(example), entry.kind);
            }
            for example in &entry.not_match {
                let mut hits = Vec::new();
                find(&filled(example), &mut hits);
                assert!(hits.iter().all(|hit| hit.kind != entry.kind), "{} is no {}", filled(example), entry.kind);
            }
        }
    }

    #[test]
    fn a_token_is_one_by_what_it_decodes_to() {
        let encode = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let (head, body) = (encode(r#"{"alg":"HS256"}"#), encode(r#"{"sub":"1"}"#));
        for (text, many) in [
            (format!("a {head}.{body}.c2lnbmF0dXJl b"), 1),
            (format!("cut {head}.{body}"), 1),
            (format!("{}.{body}.x", encode(r#"{"not":"one"}"#)), 0),
            (format!("body={body}"), 0),
            ("hey.there.you".to_owned(), 0),
        ] {
            let mut hits = Vec::new();
            tokens(&text, &mut hits);
            assert_eq!(hits.len(), many, "{text}");
        }
    }
}
