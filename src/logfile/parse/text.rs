//! Lines for people: a time, mostly a level word, mostly who says it, and a message. Python, log4j, logback, Postgres,
//! nginx's error log, Redis, containerd and their like.

use crate::domain::{Severity, Timestamp};

use super::fields::{Parsed, pairs};
use super::{plain, stamp};

/// Words after the time among which a level is looked for.
const HEAD_WORDS: usize = 7;

/// Reads a line that begins with a time.
pub(super) fn parse(line: &str, observed: Timestamp) -> Option<Parsed> {
    if let Some(parsed) = redis(line) {
        return Some(parsed);
    }
    let open = line.strip_prefix('[');
    let (time, rest) = stamp::leading(open.unwrap_or(line), Some(observed))?;
    let rest = match open {
        Some(_) => rest.trim_start().strip_prefix(']')?,
        None if rest.starts_with(|c: char| c.is_alphanumeric()) => return None,
        None => rest,
    };
    let rest = rest.trim_start_matches([' ', '\t', ':', '|']);
    if let Some(inner) = container(rest, observed) {
        return Some(Parsed { time: inner.time.or(Some(time)), ..inner });
    }
    let mut parsed = Parsed { time: Some(time), ..Parsed::default() };
    let message = head(rest, &mut parsed);
    parsed.message = message.trim().to_owned();
    parsed.inline_pairs();
    Some(parsed)
}

/// `stdout F message` as container runtimes write it, or JSON or logfmt behind a time, as a program that adds times to
/// another's lines writes it: what is inside is the line.
fn container(rest: &str, observed: Timestamp) -> Option<Parsed> {
    let inner = ["stdout F ", "stderr F ", "stdout P ", "stderr P "].iter().find_map(|mark| rest.strip_prefix(mark));
    if let Some(inner) = inner {
        let parsed = super::parse(inner, None, observed).map(|(_, parsed)| parsed);
        return Some(parsed.unwrap_or_else(|| plain::parse(inner)));
    }
    if rest.starts_with('{') {
        return super::json::parse(rest, observed);
    }
    super::logfmt::parse(rest).filter(|inner| inner.severity.is_some())
}

/// Reads what stands between time and message, and gives the message.
fn head<'a>(rest: &'a str, parsed: &mut Parsed) -> &'a str {
    let Some((severity, before, after)) = find_level(rest) else {
        return brackets(rest, parsed);
    };
    parsed.severity = Some(severity);
    context(before, parsed);
    let after = brackets(after.trim_start_matches([':', ' ', '\t', '|', '-', ']']), parsed);
    let after = spring(after, parsed);
    logger(after, parsed)
}

/// The first of the leading words that is a level: in capitals, in brackets, before a colon, or the very first.
fn find_level(rest: &str) -> Option<(Severity, &str, &str)> {
    let mut at = 0;
    for index in 0..HEAD_WORDS {
        let word_at = at + rest.get(at..)?.find(|c: char| !c.is_whitespace())?;
        let tail = rest.get(word_at..)?;
        let word = tail.split(char::is_whitespace).next()?;
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let marked = word.starts_with(['[', '<', '(', '|']) || word.ends_with(':') || index == 0;
        let capitals = bare.len() > 1 && bare.chars().all(|c| c.is_ascii_uppercase());
        if (marked || capitals)
            && let Some(severity) = Severity::from_word(last_part(bare)).or_else(|| postgres(bare))
        {
            let length = word.find(bare)? + bare.len();
            return Some((severity, rest.get(..word_at)?, tail.get(length..)?));
        }
        at = word_at + word.len();
    }
    None
}

/// `core:error` as Apache writes it, `production.ERROR` as Laravel does.
fn last_part(word: &str) -> &str {
    word.rsplit([':', '.']).next().unwrap_or(word)
}

/// Words that Postgres writes where others write a level.
fn postgres(word: &str) -> Option<Severity> {
    matches!(word, "CONTEXT" | "LOCATION" | "QUERY").then_some(Severity::Info)
}

/// What stands before the level: process ids, threads, `user=shop,db=shop`.
fn context(text: &str, parsed: &mut Parsed) {
    let mut plain = String::new();
    for word in text.split_whitespace() {
        match bracketed(word) {
            Some(inside) => named(inside, parsed),
            None if word.contains('=') => pairs(word, |key, value| parsed.aside(key, value)),
            None => plain = word.trim_matches(['|', '-', ':']).to_owned(),
        }
    }
    parsed.attribute("logger", &plain);
}

/// Takes `[...]` groups off the front: pairs are fields, a number is a process, anything else a thread.
fn brackets<'a>(mut text: &'a str, parsed: &mut Parsed) -> &'a str {
    for _ in 0..4 {
        let trimmed = text.trim_start();
        let Some((inside, rest)) = trimmed.strip_prefix('[').and_then(|inner| inner.split_once(']')) else { break };
        if inside.len() > 256 {
            break;
        }
        named(inside, parsed);
        text = rest;
    }
    text.trim_start()
}

fn named(inside: &str, parsed: &mut Parsed) {
    if inside.contains('=') {
        pairs(inside, |key, value| parsed.aside(key, value));
    } else if inside.bytes().all(|byte| byte.is_ascii_digit()) {
        parsed.attribute("pid", inside);
    } else {
        parsed.attribute("thread", inside);
    }
}

fn bracketed(word: &str) -> Option<&str> {
    word.strip_prefix('[')?.trim_end_matches(':').strip_suffix(']')
}

/// `12345 --- [main] com.example.App : message`.
fn spring<'a>(text: &'a str, parsed: &mut Parsed) -> &'a str {
    let Some((pid, rest)) = text.split_once(" --- ").filter(|(pid, _)| pid.bytes().all(|b| b.is_ascii_digit())) else {
        return text;
    };
    parsed.attribute("pid", pid);
    brackets(rest, parsed)
}

/// `shop.payments.http - message`, `com.example.App : message`, `root: message`.
fn logger<'a>(text: &'a str, parsed: &mut Parsed) -> &'a str {
    let Some((word, rest)) = text.split_once(char::is_whitespace) else { return text };
    let rest = rest.trim_start();
    let name = word.strip_suffix(':').unwrap_or(word);
    let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '$' | '-' | '/' | ':'))
        && name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let after = rest.strip_prefix("- ").or_else(|| rest.strip_prefix(": ")).or_else(|| rest.strip_prefix("| "));
    match after {
        Some(message) if is_name => {
            parsed.attribute("logger", name);
            message
        }
        None if is_name && word.ends_with(':') && name.contains('.') => {
            parsed.attribute("logger", name);
            rest
        }
        Some(_) | None => text.strip_prefix("- ").unwrap_or(text),
    }
}

/// `2719:M 20 Nov 2026 21:33:18.012 * Ready to accept connections`.
fn redis(line: &str) -> Option<Parsed> {
    let (pid, rest) = line.split_once(':')?;
    if pid.is_empty() || !pid.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (role, rest) = rest.split_once(' ')?;
    if !matches!(role, "C" | "M" | "S" | "X" | "signal-handler") {
        return None;
    }
    let (time, rest) = stamp::leading(rest, None)?;
    let (mark, message) = rest.trim_start().split_once(' ')?;
    let severity = match mark {
        "." => Severity::Debug,
        "-" => Severity::Debug,
        "*" => Severity::Info,
        "#" => Severity::Warn,
        _ => return None,
    };
    let mut parsed = Parsed { time: Some(time), severity: Some(severity), ..Parsed::default() };
    parsed.message = message.to_owned();
    parsed.attribute("pid", pid);
    parsed.inline = true;
    Some(parsed)
}
