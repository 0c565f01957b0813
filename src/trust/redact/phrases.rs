//! Secrets behind words without a sign between them: directives of configuration files and prompts (`snmp-server community x`,
//! `AUTH name x`, `password 7 x`), and labels of several words (`Unseal Key 1: x`, `Password for user elastic: x`). Called by
//! `named` behind a secret's name, and by the redactor for directives that name none.

use std::ops::Range;

use super::Hit;
use super::formats::floor;
use super::keys::Strength;
use super::take;
use super::values::{Written, is_secret, looks_random};

/// Longest line of this kind.
const LINE: usize = 400;

/// Where the secret of a directive stands.
#[derive(Clone, Copy)]
enum Place {
    /// The next word; a single digit before it says how it is written.
    Next,
    /// The last word of the line.
    Last,
    /// Behind the colon of the next word.
    Pair,
    /// Words that begin with `>` or `<`: rules of an access list.
    Rules,
    /// The last word of one or two, in quotes or not.
    Reply,
}

/// The first words of a directive, and where its secret stands.
const DIRECTIVES: &[(&str, Place)] = &[
    ("snmp-server community ", Place::Next),
    ("snmp community ", Place::Next),
    ("rocommunity ", Place::Next),
    ("rwcommunity ", Place::Next),
    ("rocommunity6 ", Place::Next),
    ("rwcommunity6 ", Place::Next),
    ("com2sec ", Place::Last),
    ("trapcommunity ", Place::Next),
    ("radius-server key ", Place::Next),
    ("tacacs-server key ", Place::Next),
    ("isakmp key ", Place::Next),
    ("key-string ", Place::Next),
    ("pre-shared-key ", Place::Next),
    ("stats auth ", Place::Pair),
    ("ACL SETUSER ", Place::Rules),
    ("acl setuser ", Place::Rules),
    ("> AUTH ", Place::Reply),
    ("> auth ", Place::Reply),
    ("> PASS ", Place::Reply),
    ("C: PASS ", Place::Reply),
    ("\"AUTH\" \"", Place::Reply),
    ("\"auth\" \"", Place::Reply),
];

/// Every secret of a directive.
pub(super) fn find(text: &str, out: &mut Vec<Hit>) {
    for (words, place) in DIRECTIVES {
        for (at, _) in text.match_indices(words) {
            if !words.starts_with('>')
                && text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/'))
            {
                continue;
            }
            directive(text, at + words.len(), *place, out);
        }
    }
    users(text, out);
}

/// Lines of an access list: `user app on >secret ~* +@all`.
fn users(text: &str, out: &mut Vec<Hit>) {
    for (at, words) in text.match_indices("user ") {
        let starts = at == 0 || text[..at].ends_with('\n');
        if starts && line(text, at).is_some_and(|line| line.contains(" on ") || line.contains(" off ")) {
            directive(text, at + words.len(), Place::Rules, out);
        }
    }
}

fn directive(text: &str, from: usize, place: Place, out: &mut Vec<Hit>) {
    let words = words(text, from);
    let of = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let strong =
        |range: &Range<usize>| !of(range).starts_with('-') && is_secret(of(range), Strength::Strong, Written::Assigned);
    let found = match place {
        Place::Next => {
            let level = words.first().is_some_and(|word| word.len() == 1) && words.len() > 1;
            words.get(usize::from(level)).cloned().filter(|range| strong(range) && of(range) != "public")
        }
        Place::Last => words.last().cloned().filter(|range| words.len() > 1 && strong(range) && of(range) != "public"),
        Place::Pair => words
            .first()
            .and_then(|word| of(word).find(':').map(|sign| word.start + sign + 1..word.end))
            .filter(|range| strong(range)),
        Place::Reply => words.last().filter(|_| words.len() <= 2).cloned().filter(|range| {
            let digits = of(range).bytes().filter(u8::is_ascii_digit).count();
            is_secret(of(range), Strength::Strong, Written::Prose) && digits < of(range).len()
        }),
        Place::Rules => {
            for word in &words {
                let text = of(word);
                let rule = text.len() > 1 && text.starts_with(['>', '<'])
                    || text.len() == 65
                        && text.starts_with('#')
                        && text[1..].bytes().all(|byte| byte.is_ascii_hexdigit());
                if rule {
                    out.push(Hit::new("password", word.start + 1..word.end));
                }
            }
            None
        }
    };
    out.extend(found.map(|range| Hit::new("password", range)));
}

/// The line from a place on, unless it is very long.
fn line(text: &str, from: usize) -> Option<&str> {
    let ahead = text.get(from..floor(text, (from + LINE).min(text.len())))?;
    let end = ahead.find('\n');
    (end.is_some() || from + ahead.len() == text.len()).then(|| &ahead[..end.unwrap_or(ahead.len())])
}

/// The words up to the end of the line, without quotes around them.
fn words(text: &str, from: usize) -> Vec<Range<usize>> {
    let Some(line) = line(text, from) else { return Vec::new() };
    let mut out = Vec::new();
    let mut at = from;
    for word in line.split([' ', '\t', '\r']) {
        let bare = word.trim_matches(['"', '\'']);
        let lead = word.len() - word.trim_start_matches(['"', '\'']).len();
        if !bare.is_empty() {
            out.push(at + lead..at + lead + bare.len());
        }
        at += word.len() + 1;
    }
    out
}

/// `password 7 x`, `secret 5 x`, `key 7 x`: a digit says how the value is written.
pub(super) fn levelled(text: &str, key: &Range<usize>) -> Option<Range<usize>> {
    let rest = text.get(key.end..)?.strip_prefix(' ')?;
    let bytes = rest.as_bytes();
    if !bytes.first()?.is_ascii_digit() || bytes.get(1) != Some(&b' ') {
        return None;
    }
    let words = words(text, key.end + 3);
    let [value] = words.as_slice() else { return None };
    let found = text.get(value.clone())?;
    let hex = found.len() >= 8
        && found.bytes().all(|byte| byte.is_ascii_hexdigit())
        && found.bytes().any(|byte| byte.is_ascii_digit());
    (hex || looks_random(found) || bytes[0] == b'0' && is_secret(found, Strength::Strong, Written::Prose))
        .then(|| value.clone())
}

/// What a label of several words that ends in a colon says the secret is, alone behind it: `Password for x: y`.
pub(super) fn labelled(text: &str, key: &Range<usize>, strength: Strength) -> Option<Range<usize>> {
    const NO_LABEL: &[&str] =
        &["failed", "invalid", "wrong", "incorrect", "expired", "bad", "missing", "error", "check"];
    const NAMES: &[&str] = &["user", "username", "account", "host", "role", "id", "file", "path", "name", "login"];
    let line = line(text, key.end)?;
    let colon = line.find(": ")?;
    let between = line.get(..colon)?;
    let tied = between.trim().trim_start_matches('#');
    let numbered = !tied.is_empty() && tied.bytes().all(|byte| byte.is_ascii_digit());
    let said = (between.contains(" for ") || between.starts_with(" of "))
        && between.split_whitespace().count() <= 7
        && between.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" @.-_()/'".contains(&byte))
        && !between.split_whitespace().next_back().is_some_and(|word| NAMES.contains(&word));
    let near = floor(text, key.start.saturating_sub(80));
    let before = text.get(near..key.start)?.rsplit('\n').next()?.to_ascii_lowercase();
    if !numbered && !said || NO_LABEL.iter().any(|word| before.contains(word)) {
        return None;
    }
    let words = words(text, key.end + colon + 2);
    let [value] = words.as_slice() else { return None };
    let found = text.get(value.clone())?;
    let strong = strength == Strength::Strong && is_secret(found, Strength::Strong, Written::Prose);
    (strong || looks_random(found)).then(|| take::quoted(text, value.start).unwrap_or_else(|| value.clone()))
}
