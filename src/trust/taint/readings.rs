//! The ways in which one text can be read, so that a mark is not lost to another spelling: quotes and escapes of shells
//! and of JSON, addresses written so that nobody clicks them, percent signs, wide letters, base64.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Shortest run of letters that is tried as base64.
const ENCODED: usize = 20;
/// Longest text that is decoded from one line.
const DECODED: usize = 64 << 10;

/// Every reading of a text, in lower case with single blanks; the plain one first, none twice.
pub(super) fn readings(text: &str) -> Vec<String> {
    let plain = normal(text);
    let unquoted = normal(&unquoted(text));
    let mut all = vec![plain];
    let mut add = |reading: String| {
        if !reading.is_empty() && !all.contains(&reading) {
            all.push(reading);
        }
    };
    if unquoted.contains('%') {
        add(percent(&unquoted));
    }
    add(unquoted);
    base64(text).iter().for_each(|text| add(normal(&self::unquoted(text))));
    all
}

/// Lower case, with single blanks: what a reader would take for the same text.
fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.extend(narrow(c).to_lowercase());
        }
    }
    out
}

/// Full-width letters as the plain ones that programs take them for.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        '。' | '｡' => '.',
        c => c,
    }
}

/// Without what only spells: quotes, backslashes, hidden characters as they are shown, brackets around dots.
fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let shown = rest.strip_prefix("\\u{").and_then(|tail| tail.split_once('}')).filter(|(code, _)| code.len() < 7);
        if let Some((_, after)) = shown {
            rest = after;
            continue;
        }
        let defanged = ["[.]", "(.)", "{.}", "[dot]"].iter().find_map(|dot| rest.strip_prefix(dot));
        if let Some(after) = defanged {
            out.push('.');
            rest = after;
            continue;
        }
        let blank = rest.strip_prefix("${IFS}").or_else(|| rest.strip_prefix("$IFS"));
        if let Some(after) = blank {
            out.push(' ');
            rest = after;
            continue;
        }
        if !"'\"\\`".contains(c) {
            out.push(c);
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    out.replace("hxxp", "http")
}

fn percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).and_then(|code| std::str::from_utf8(code).ok());
        match code.filter(|_| *byte == b'%').and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    normal(&String::from_utf8_lossy(&out))
}

/// What runs of base64 in the text say, where that is text.
fn base64(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/-_".contains(c)));
    let mut left = DECODED;
    let mut all = Vec::new();
    for run in runs.filter(|run| run.len() >= ENCODED) {
        if run.len() > left {
            break;
        }
        left -= run.len();
        let bytes = STANDARD_NO_PAD.decode(run).or_else(|_| URL_SAFE_NO_PAD.decode(run));
        let said = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        all.extend(said.filter(|said| !said.chars().any(|c| c.is_control() && !c.is_whitespace())));
    }
    all
}

/// The same text without quotes and the like, as it is: where `midwatch` looks for addresses in it.
pub(super) fn plain(text: &str) -> String {
    normal(&unquoted(text))
}
