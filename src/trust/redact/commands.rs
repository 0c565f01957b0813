//! Secrets among the arguments of programs, from `commands.toml`: `mysql -pX`, `curl -u name:X`, `docker login -p X`. Called by
//! the redactor on every view of a text.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use super::Hit;
use super::keys::Strength;
use super::take;
use super::values::{Written, is_secret};

/// Longest command, in bytes and in words.
const LONGEST: usize = 4096;
const WORDS: usize = 96;

#[derive(Deserialize)]
struct File {
    program: Vec<Program>,
}

/// What the options of some programs hold.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Program {
    names: Vec<String>,
    next: Vec<String>,
    only_next: HashMap<String, String>,
    attached: Vec<String>,
    attached_of: HashMap<String, String>,
    pair: Vec<String>,
    percent: Vec<String>,
    prefixed: Vec<String>,
    literal: Vec<String>,
    after: HashMap<String, usize>,
    /// A word that must stand before.
    only_after: Option<String>,
    assigned: Vec<String>,
    /// The sub-command in which `next` holds, by program.
    only: HashMap<String, String>,
    /// `name/secret@place`.
    slash: bool,
    /// The word behind `\\\\server\\share`.
    behind_share: bool,
}

struct Programs {
    all: Vec<Program>,
    names: AhoCorasick,
    /// For each name its programs.
    owners: Vec<(String, Vec<usize>)>,
}

#[expect(clippy::expect_used, reason = "built-in data; every test of redaction reads it")]
static PROGRAMS: LazyLock<Programs> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("commands.toml")).expect("the built-in programs are valid");
    let mut owners: Vec<(String, Vec<usize>)> = Vec::new();
    for (index, program) in file.program.iter().enumerate() {
        for name in &program.names {
            match owners.iter_mut().find(|(known, _)| known == name) {
                Some((_, of)) => of.push(index),
                None => owners.push((name.clone(), vec![index])),
            }
        }
    }
    let names = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(owners.iter().map(|(name, _)| name))
        .expect("a few short names");
    Programs { all: file.program, names, owners }
});

/// Every secret among the arguments of a known program.
pub(super) fn find(text: &str, out: &mut Vec<Hit>) {
    let programs = &*PROGRAMS;
    let bytes = text.as_bytes();
    let mut read = vec![0; programs.owners.len()];
    for found in programs.names.find_iter(text) {
        let index = found.pattern().as_usize();
        let before = found.start().checked_sub(1).and_then(|at| bytes.get(at));
        let starts =
            before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_' | b'.' | b'@'));
        // `["mysql", "-u", "root"]` and `a0="mysql" a1="-u"` are commands as well.
        let list = matches!(bytes.get(found.end()), Some(b'"' | b'\''));
        if !starts
            || !list && bytes.get(found.end()) != Some(&b' ')
            || read.get(index).is_some_and(|until| found.start() < *until)
        {
            continue;
        }
        let Some((name, owners)) = programs.owners.get(index) else { continue };
        let (words, end) = if list { listed(text, found.end()) } else { split(text, found.end()) };
        if let Some(read) = read.get_mut(index) {
            *read = end;
        }
        for program in owners.iter().filter_map(|owner| programs.all.get(*owner)) {
            program.find(text, name, &words, out);
        }
    }
    piped(text, out);
}

impl Program {
    fn find(&self, text: &str, name: &str, words: &[Range<usize>], out: &mut Vec<Hit>) {
        let of = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        let needed = self.only.get(name);
        let mut in_place = needed.is_none();
        let mut assigning = false;
        for (at, range) in words.iter().enumerate() {
            let word = of(range);
            in_place |= needed.is_some_and(|needed| needed == word);
            assigning |= self.assigned.iter().any(|verb| verb == word) && in_place;
            let next = words.get(at + 1);
            let only = self.only_next.get(name).is_none_or(|only| only == word);
            if in_place && only && self.next.iter().any(|option| option == word) {
                push(text, next.cloned(), out);
            }
            let attached = self.attached.iter().chain(self.attached_of.get(name));
            for option in attached {
                if word.len() > option.len() && word.starts_with(option.as_str()) {
                    let start = range.start + option.len();
                    push(
                        text,
                        take::quoted(text, start).filter(|inside| inside.end < range.end).or(Some(start..range.end)),
                        out,
                    );
                }
            }
            if self.pair.iter().any(|option| option == word) {
                push(text, next.and_then(|next| behind(text, next, ':')), out);
            } else if let Some(option) = self.pair.iter().find(|option| {
                option.len() == 2 && word.len() > 2 && word.starts_with(option.as_str()) && !word.starts_with("--")
            }) {
                push(text, behind(text, &(range.start + option.len()..range.end), ':'), out);
            } else if let Some(option) = self.pair.iter().find(|option| {
                option.starts_with("--") && word.strip_prefix(option.as_str()).is_some_and(|rest| rest.starts_with('='))
            }) {
                push(text, behind(text, &(range.start + option.len()..range.end), ':'), out);
            }
            if self.percent.iter().any(|option| option == word) {
                push(text, next.and_then(|next| behind(text, next, '%')), out);
            }
            for prefix in &self.prefixed {
                if word.starts_with(prefix.as_str()) {
                    push(text, Some(range.start + prefix.len()..range.end), out);
                }
            }
            for option in &self.literal {
                let value = match word.strip_prefix(option.as_str()) {
                    Some("") => next.and_then(|next| behind(text, next, '=')),
                    Some(rest) if rest.starts_with('=') => {
                        behind(text, &(range.start + option.len() + 1..range.end), '=')
                    }
                    Some(_) | None => None,
                };
                push(text, value, out);
            }
            if let Some(steps) = self.after.get(word) {
                let there =
                    self.only_after.as_ref().is_none_or(|needed| words.iter().take(at).any(|word| of(word) == needed));
                let positional = words.get(at + steps).filter(|_| there);
                push(text, positional.cloned().filter(|range| !of(range).starts_with(['-', '/'])), out);
            }
            // The password of `net use` stands behind the share.
            if self.behind_share && word.starts_with("\\\\") {
                push(text, next.cloned().filter(|range| !of(range).starts_with(['/', '*'])), out);
            }
            if assigning {
                push(text, behind(text, range, '=').filter(|_| !word.starts_with('-')), out);
            }
            if self.slash
                && let Some(value) = behind(text, range, '/')
                && !word.starts_with(['/', '-', '@', '.'])
            {
                let end = of(&value).find('@').map_or(value.end, |end| value.start + end);
                push(text, Some(value.start..end), out);
            }
        }
    }
}

fn push(text: &str, range: Option<Range<usize>>, out: &mut Vec<Hit>) {
    let Some(range) = range.filter(|range| !range.is_empty()) else { return };
    if text.get(range.clone()).is_some_and(|word| {
        is_secret(word, Strength::Strong, Written::Assigned) && !word.starts_with("--") && word != "with"
    }) {
        out.push(Hit::new("password", range));
    }
}

/// What stands behind the first of a sign in a word, without quotes around it.
fn behind(text: &str, word: &Range<usize>, sign: char) -> Option<Range<usize>> {
    let inside = text.get(word.clone())?;
    let at = inside.find(sign)?;
    if inside.get(at..at + 3) == Some("://") {
        return None;
    }
    let start = word.start + at + 1;
    take::quoted(text, start)
        .filter(|quoted| quoted.end < word.end + 1)
        .or(Some(start..word.end))
        .filter(|range| range.start < range.end)
}

/// `echo secret | docker login --password-stdin`, `echo name:secret | chpasswd`.
fn piped(text: &str, out: &mut Vec<Hit>) {
    const READERS: &[&str] = &[
        "--password-stdin",
        "chpasswd",
        "passwd --stdin",
        "sudo -S",
        "kinit",
        "--with-token",
        "--pass-stdin",
        "cryptsetup",
    ];
    let mut until = 0;
    for (at, _) in text.match_indices(" | ") {
        if at < until {
            continue;
        }
        let ahead = text.get(at + 3..super::formats::floor(text, (at + 200).min(text.len()))).unwrap_or_default();
        let ahead = ahead.split(['\n', '|']).next().unwrap_or_default();
        let Some(reader) = READERS.iter().find(|reader| ahead.contains(**reader)) else { continue };
        until = at + 3;
        let head = text.get(super::formats::floor(text, at.saturating_sub(400))..at).unwrap_or_default();
        let Some(from) =
            head.rfind("echo ").map(|from| from + 5).or_else(|| head.rfind("printf ").map(|from| from + 7))
        else {
            continue;
        };
        let mut start = at - head.len() + from;
        for option in ["-n ", "-e ", "-ne ", "'%s' ", "%s "] {
            if text.get(start..).is_some_and(|rest| rest.starts_with(option)) {
                start += option.len();
            }
        }
        let range = take::quoted(text, start).filter(|range| range.end <= at).unwrap_or(start..at);
        let range = if *reader == "chpasswd" { behind(text, &range, ':').unwrap_or(range) } else { range };
        push(text, Some(range), out);
    }
}

/// The words of a command that is written as a list of strings, up to its end, and the end.
fn listed(text: &str, from: usize) -> (Vec<Range<usize>>, usize) {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut at = from;
    while words.len() < WORDS && at < from + LONGEST {
        let gap =
            bytes.iter().skip(at + 1).take(80).take_while(|byte| matches!(byte, b',' | b' ' | b'\n' | b'\t')).count();
        if gap == 0 {
            break;
        }
        let mut next = at + 1 + gap;
        // The number of an argument in an audit record.
        if bytes.get(next) == Some(&b'a') {
            let digits = bytes.iter().skip(next + 1).take(4).take_while(|byte| byte.is_ascii_digit()).count();
            if digits > 0 && bytes.get(next + 1 + digits) == Some(&b'=') {
                next += digits + 2;
            }
        }
        let Some(word) = take::quoted(text, next) else { break };
        at = word.end;
        words.push(word);
    }
    (words, at)
}

/// The words of a command up to its end, quotes around whole words left out, and the end.
fn split(text: &str, from: usize) -> (Vec<Range<usize>>, usize) {
    let bytes = text.as_bytes();
    let most = (from + LONGEST).min(bytes.len());
    let mut words = Vec::new();
    let mut at = from;
    while at < most && words.len() < WORDS {
        match bytes[at] {
            b' ' | b'\t' => at += 1,
            b'\\' if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            b'\n' | b'|' | b';' | b'&' | b')' => break,
            _ => {
                if let Some(range) = take::quoted(text, at) {
                    at = (range.end + 1).max(at + 1);
                    if bytes.get(at).is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'|' | b';' | b')'))
                        || range.len() > 1
                    {
                        words.push(range);
                        continue;
                    }
                }
                let start = at;
                let mut quote = None;
                while at < most {
                    let byte = bytes[at];
                    match quote {
                        Some(open) if byte == open => quote = None,
                        Some(_) => {}
                        None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
                        None if matches!(byte, b' ' | b'\t' | b'\n' | b'|' | b';') => break,
                        None => {}
                    }
                    at += 1;
                }
                let mut end = at;
                // A quote opened before the command ends it.
                if quote.is_some()
                    && let Some(cut) =
                        text.get(start..super::formats::floor(text, at)).and_then(|word| word.find(['"', '\'', ' ']))
                {
                    end = start + cut;
                    at = end + 1;
                }
                let range = start..super::formats::floor(text, end.min(text.len()));
                if range.start < range.end { words.push(range) } else { at = at.max(start + 1) }
            }
        }
    }
    (words, at)
}
