//! Where the value of a name begins and ends: separators, quotes, and what ends a value without quotes. Used by `named`,
//! `headers` and `commands`. Everything looks ahead a bounded way, so that the whole stays linear.

use std::ops::Range;

use super::formats::floor;
use super::keys::Strength;
use super::values::Written;

/// Longest value in quotes, and longest way to a value.
const LONGEST: usize = 32 * 1024;
/// How far a related field may be.
const NEAR: usize = 160;

/// What stands between a name and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    /// `=`, `=>`, `:=`.
    Equals,
    /// `:`.
    Colon,
    /// A blank behind a flag.
    Blank,
}

/// The separator behind a name and the place behind it.
pub(super) fn separator(text: &str, key: &Range<usize>, flag: bool, strong: bool) -> Option<(Separator, usize)> {
    let bytes = text.as_bytes();
    let mut at = key.end;
    let closers = bytes
        .iter()
        .skip(at)
        .take(6)
        .take_while(|byte| matches!(byte, b'\\' | b'"' | b'\'' | b'`' | b']' | b'*'))
        .count();
    at += closers;
    let blanks = blank(bytes, at);
    let sign = at + blanks;
    let rest = bytes.get(sign..).unwrap_or_default();
    let found = match rest {
        [b'.', b'.', b'.', b'.', ..] if closers == 0 && blanks == 0 => {
            (Separator::Equals, rest.iter().take(128).take_while(|byte| **byte == b'.').count())
        }
        [b'=', b'>', ..] | [b':', b'=', ..] => (Separator::Equals, 2),
        [b'=', b'=', b'=', ..] => (Separator::Equals, 3),
        [b'=', b'=', ..] => (Separator::Equals, 2),
        [b'=', b'~', ..] => return None,
        [b'=', ..] => (Separator::Equals, 1),
        [b':', b':', ..] => return None,
        [b':', b'/', b'/', ..] => return None,
        [b':', ..] => (Separator::Colon, 1),
        _ if flag
            && closers == 0
            && blanks > 0
            && !matches!(rest.first(), None | Some(b'-' | b'\n' | b'|' | b'>' | b'<' | b';' | b'&' | b')' | b']')) =>
        {
            (Separator::Blank, 0)
        }
        _ if strong && (closers == 0 || blanks > 0) && (blanks > 0 || rest.first() == Some(&b'(')) => {
            let open = usize::from(rest.first() == Some(&b'('));
            let national = usize::from(
                matches!(rest.get(open), Some(b'N' | b'E' | b'n' | b'e')) && rest.get(open + 1) == Some(&b'\''),
            );
            let quoted = matches!(rest.get(open + national), Some(b'\''));
            if !quoted {
                return None;
            }
            (Separator::Equals, open)
        }
        _ => return None,
    };
    let mut to = sign + found.1;
    to += blank(bytes, to);
    if found.0 != Separator::Blank {
        to = over(text, to, closers > 0).unwrap_or(to);
    }
    Some((found.0, to))
}

/// Where a value on the next line begins: behind a backslash that joins the lines, or, when the name stands in quotes as it
/// does in JSON and in dumps, a value in quotes.
fn over(text: &str, at: usize, named_in_quotes: bool) -> Option<usize> {
    let rest = text.get(at..)?;
    let joined = rest.strip_prefix("\\\n");
    let below = joined.or_else(|| rest.strip_prefix('\n').filter(|_| named_in_quotes))?;
    let to = text.len() - below.len() + blank(below.as_bytes(), 0);
    let value = text.get(to..)?;
    (joined.is_some() || value.starts_with(['"', '\'']) || value.starts_with("string(")).then_some(to)
}

fn blank(bytes: &[u8], from: usize) -> usize {
    bytes.iter().skip(from).take(64).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The value that begins at a place, without its quotes, and how it is written.
pub(super) fn value(
    text: &str,
    key: &Range<usize>,
    at: usize,
    separator: Separator,
) -> Option<(Range<usize>, Written)> {
    let at = unwrap(text, at);
    let bytes = text.as_bytes();
    if let Some(range) = quoted(text, at) {
        // A shell runs what stands in these, right behind the sign.
        let run = bytes.get(at) == Some(&b'`') && bytes.get(at - 1) == Some(&b'=');
        if run && text.get(range.clone()).is_some_and(|inside| inside.contains(' ')) {
            return None;
        }
        return Some((range, Written::Quoted));
    }
    match bytes.get(at)? {
        b'|' | b'>' if separator == Separator::Colon => {
            if let Some(range) = block(text, key, at) {
                return Some((range, Written::Line));
            }
        }
        b'<' => {
            if let Some(range) = document(text, at) {
                return Some((range, Written::Line));
            }
        }
        b'\n' | b'{' | b'\r' => return None,
        _ => {}
    }
    if separator == Separator::Colon
        && at > key.end + 1
        && bytes.get(at - 1).is_some_and(|byte| matches!(byte, b' ' | b'\t'))
        && alone(text, key)
    {
        let line =
            at + bytes.iter().skip(at).take(LONGEST).take_while(|byte| **byte != b'\n' && **byte != b'\r').count();
        let whole = text.get(at..floor(text, line))?;
        let end = whole.find(" #").map_or(whole.len(), |comment| comment);
        let trimmed = whole.get(..end)?.trim_end();
        if !trimmed.contains(", ") && !trimmed.contains("; ") {
            return Some((at..at + trimmed.len(), Written::Line));
        }
    }
    let range = at..bare(text, key, at);
    if range.is_empty() {
        return None;
    }
    let written = match separator {
        Separator::Equals | Separator::Blank => Written::Assigned,
        Separator::Colon if bytes.get(at - 1) == Some(&b':') => Written::Assigned,
        Separator::Colon => Written::Prose,
    };
    Some((range, written))
}

/// Steps into what wraps a value: `Some("x")`, `N'x'`, `b"x"`, `["x"]`.
fn unwrap(text: &str, mut at: usize) -> usize {
    const WRAPS: &[&str] = &[
        "Some(",
        "Ok(",
        "String(",
        "Secret(",
        "SecretString(",
        "SecretStr(",
        "Password(",
        "PASSWORD(",
        "password(",
        "[]byte(",
        "bytes(",
        "str(",
        "new String(",
        "Just ",
        "!!str ",
        "Optional[",
        "Just(",
        "Sensitive(",
    ];
    const PREFIXES: &[&str] = &[
        "N'", "E'", "b'", "b\"", "r'", "r\"", "u'", "u\"", "f\"", "@\"", "$'", "L\"", "[\"", "['", "[\\\"", "(\"",
        "('", "( \"", "( '",
    ];
    for _ in 0..3 {
        let Some(rest) = text.get(at..) else { return at };
        if let Some(wrap) = WRAPS.iter().find(|wrap| rest.starts_with(**wrap)) {
            at += wrap.len();
        } else if let Some(length) = counted(rest) {
            at += length;
        } else if PREFIXES.iter().any(|prefix| rest.starts_with(prefix)) {
            at += rest.find(['"', '\'', '\\']).unwrap_or(0);
        }
    }
    at
}

/// The length of `string(12) ` before a string that was dumped.
fn counted(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix("string(")?;
    let digits = inside.bytes().take(8).take_while(u8::is_ascii_digit).count();
    inside.get(digits..)?.starts_with(") \"").then_some("string(".len() + digits + 2)
}

/// The body of a here-document that begins here: `<<EOT`, lines, `EOT`.
fn document(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?.strip_prefix("<<")?;
    let (head, _) = rest.get(..floor(rest, 80.min(rest.len())))?.split_once('\n')?;
    let word = head.trim_start_matches(['-', '~']).trim().trim_matches(['"', '\'']);
    if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return None;
    }
    let start = at + 2 + head.len() + 1;
    let mut end = start;
    for line in text.get(start..floor(text, (start + LONGEST).min(text.len())))?.split_inclusive('\n') {
        if line.trim() == word {
            let body = text.get(start..end)?;
            let lead = body.len() - body.trim_start().len();
            return Some(start + lead..start + lead + body.trim().len());
        }
        end += line.len();
    }
    None
}

/// The inside of quotes that begin here, with as many backslashes before them as they have; `None` without an end.
pub(super) fn quoted(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let slashes = bytes.iter().skip(at).take(8).take_while(|byte| **byte == b'\\').count();
    let quote = *bytes.get(at + slashes)?;
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    let start = at + slashes + 1;
    if bytes.get(start..start + 2) == Some(&[quote, quote]) && slashes == 0 {
        let end =
            text.get(start + 2..floor(text, (start + 4096).min(text.len())))?.find(text.get(start..start + 2)?)?;
        return Some(start + 2..start + 2 + end);
    }
    let mut run = 0;
    let mut lines = 0;
    for (offset, byte) in bytes.iter().skip(start).take(LONGEST).enumerate() {
        match *byte {
            b'\\' => run += 1,
            // The quote of an outer string, or a doubled one, ends nothing.
            byte if byte == quote
                && (run == slashes || slashes > 0 && run < slashes || slashes == 0 && run % 2 == 0) =>
            {
                let end = start + offset - run.min(slashes);
                if quote == b'\'' && slashes == 0 && bytes.get(start + offset + 1) == Some(&b'\'') && offset > 0 {
                    return quoted_on(bytes, start, start + offset + 2);
                }
                return Some(start..end);
            }
            // A value may be broken once; more is a quote that was never closed.
            b'\n' if quote == b'`' || lines > 0 => return None,
            b'\n' => {
                lines += 1;
                run = 0;
            }
            _ => run = 0,
        }
    }
    None
}

/// The rest of an SQL string in which a quote was doubled.
fn quoted_on(bytes: &[u8], start: usize, from: usize) -> Option<Range<usize>> {
    let mut at = from;
    while at < bytes.len().min(from + LONGEST) {
        if bytes.get(at) == Some(&b'\'') {
            if bytes.get(at + 1) != Some(&b'\'') {
                return Some(start..at);
            }
            at += 1;
        }
        at += 1;
    }
    None
}

/// Where a value without quotes ends.
pub(super) fn bare(text: &str, key: &Range<usize>, at: usize) -> usize {
    let bytes = text.as_bytes();
    let line = &bytes[bytes[..key.start]
        .iter()
        .rev()
        .take(256)
        .position(|byte| *byte == b'\n')
        .map_or(key.start.saturating_sub(256), |back| key.start - back)..key.start];
    let open = |quote: u8| line.iter().filter(|byte| **byte == quote).count() % 2 == 1;
    let query = key.start > 0 && matches!(bytes[key.start - 1], b'?' | b'&');
    let mut depth = 0_i32;
    let mut end = at;
    while let Some(byte) = bytes.get(end) {
        if end - at > LONGEST {
            break;
        }
        let next = bytes.get(end + 1).copied();
        let over = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b'<' => true,
            b'"' | b'\'' | b'`' => open(*byte) || !next.is_some_and(|next| next.is_ascii_alphanumeric()),
            b'\\' => matches!(next, Some(b'"' | b'\'' | b'n' | b'r' | b't' | b'\\' | b'\n') | None),
            b'&' => {
                query
                    || next == Some(b'&')
                    || field(bytes, end + 1)
                    || text[end..].starts_with("&amp;")
                    || text[end..].starts_with("&quot;")
            }
            b'#' => query,
            b';' => matches!(next, Some(b' ' | b'"' | b'\'' | b'\n' | b'}' | b')') | None) || field(bytes, end + 1),
            b',' => {
                matches!(next, Some(b' ' | b'"' | b'\'' | b'\n' | b'}' | b'{' | b')' | b'\\') | None)
                    || field(bytes, end + 1)
            }
            b'(' | b'[' | b'{' => {
                depth += 1;
                false
            }
            b')' | b']' | b'}' => {
                depth -= 1;
                depth < 0 && next.is_none_or(|next| !next.is_ascii_alphanumeric())
            }
            b'|' => matches!(next, Some(b' ' | b'|')),
            b'>' => next.is_none_or(|next| !next.is_ascii_alphanumeric()),
            _ => false,
        };
        if over {
            break;
        }
        end += 1;
    }
    while end > at && matches!(bytes[end - 1], b',' | b';') || end > at + 1 && matches!(bytes[end - 1], b'.' | b':') {
        end -= 1;
    }
    end
}

/// Whether a further `name=` begins here.
fn field(bytes: &[u8], from: usize) -> bool {
    let name = bytes
        .iter()
        .skip(from)
        .take(48)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ' | b'"'))
        .count();
    name > 0 && matches!(bytes.get(from + name), Some(b'=' | b':'))
}

/// Whether the name is the first thing on its line.
fn alone(text: &str, key: &Range<usize>) -> bool {
    let before = text.as_bytes()[..key.start].iter().rev().take(64);
    before
        .take_while(|byte| **byte != b'\n')
        .all(|byte| matches!(byte, b' ' | b'\t' | b'-' | b'"' | b'\'' | b'+' | b'~'))
}

/// The text of a YAML block: the lines below that stand deeper than the name.
fn block(text: &str, key: &Range<usize>, at: usize) -> Option<Range<usize>> {
    let head = text.get(at..)?.split('\n').next()?;
    if head.trim_end().len() > 3 {
        return None;
    }
    let near = floor(text, key.start.saturating_sub(256));
    let line = text[near..key.start].rfind('\n').map_or(near, |end| near + end + 1);
    let indent = key.start - line;
    let start = at + head.len() + 1;
    let mut end = start;
    for line in text.get(start..floor(text, (start + LONGEST).min(text.len())))?.split_inclusive('\n') {
        let deep = line.len() - line.trim_start_matches(' ').len();
        if deep <= indent && !line.trim().is_empty() {
            break;
        }
        end += line.len();
    }
    let body = text.get(start..end)?.trim_end();
    let lead = body.len() - body.trim_start().len();
    (lead < body.len()).then_some(start + lead..start + body.len())
}

/// Where a second value stands behind an arrow.
pub(super) fn arrow(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let quote = usize::from(rest.starts_with('"'));
    rest.get(quote..)?.strip_prefix(" -> ").map(|_| at + quote + 4)
}

/// The text of an element that is named like this: `<password>x</password>`, `<entry key="password">x</entry>`.
pub(super) fn element(text: &str, key: &Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let before = &bytes[key.start.saturating_sub(80)..key.start];
    before.contains(&b'<').then_some(())?;
    let ahead = text.get(key.end..floor(text, (key.end + NEAR).min(text.len())))?;
    let close = ahead.find('>')?;
    if ahead.get(..close)?.contains(['<', '/', '\n']) || ahead.get(..close)?.contains("value=") {
        return None;
    }
    let start = key.end + close + 1;
    let end = bytes.iter().skip(start).take(LONGEST).position(|byte| *byte == b'<')? + start;
    if bytes.get(end + 1) != Some(&b'/') && bytes.get(end + 1) != Some(&b'!') {
        return None;
    }
    let body = text.get(start..end)?;
    let lead = body.len() - body.trim_start().len();
    Some(start + lead..start + lead + body.trim().len())
}

/// The value of `name: X, value: Y`, where the name of the secret is itself a value.
pub(super) fn entry(text: &str, key: &Range<usize>) -> Option<(Range<usize>, Written)> {
    let ahead = text.get(key.end..floor(text, (key.end + NEAR).min(text.len())))?;
    let skipped = ahead.len()
        - ahead.trim_start_matches(['\\', '"', '\'', ',', ' ', '\n', '\r', '\t', '/', '>', '<', ';', '}', '{']).len();
    if skipped == 0 {
        return None;
    }
    let word = ["value", "Value", "VALUE", "val", "content", "defaultValue"]
        .into_iter()
        .find(|word| ahead.get(skipped..).is_some_and(|rest| rest.starts_with(word)))?;
    let from = key.end + skipped;
    let name = from..from + word.len();
    if text.as_bytes().get(name.end) == Some(&b'>') {
        return element(text, &name).map(|range| (range, Written::Quoted));
    }
    let (found, at) = separator(text, &name, false, false)?;
    value(text, &name, at, found)
}

/// Words of a configuration line without signs: `requirepass x`, `machine h login l password x`.
pub(super) fn words(text: &str, key: &Range<usize>, strength: Strength) -> Option<(Range<usize>, Written)> {
    let bytes = text.as_bytes();
    let blanks = blank(bytes, key.end);
    if blanks == 0 || strength < Strength::Strong {
        return None;
    }
    let near = floor(text, key.start.saturating_sub(256));
    let from = text[near..key.start].rfind('\n').map_or(near, |end| near + end + 1);
    let line = text.get(floor(text, from)..key.start)?.to_ascii_lowercase();
    let word = text.get(key.clone())?.to_ascii_lowercase();
    let config = matches!(word.as_str(), "requirepass" | "masterauth" | "insecure-password" | "authpass")
        || word == "password" && line.trim_start().starts_with("user ") && line.split_whitespace().count() == 2;
    let netrc = line.contains("login ")
        || line.contains("machine ")
        || line.contains("sasl ")
        || line.contains("wifi connect ");
    let at = key.end + blanks;
    let only = line.trim().is_empty() && single(text, at);
    if !config && !netrc && !only {
        return None;
    }
    if let Some(range) = quoted(text, at) {
        return Some((range, Written::Quoted));
    }
    let end = bare(text, key, at);
    // `password reset` is a heading, `smtp_auth_password x` a setting.
    let sure = config || netrc || word.contains(['_', '.']);
    (end > at).then_some((at..end, if sure { Written::Assigned } else { Written::Prose }))
}

/// Whether one word stands between here and the end of the line.
fn single(text: &str, at: usize) -> bool {
    let line = text.get(at..floor(text, (at + 512).min(text.len()))).and_then(|rest| rest.split('\n').next());
    line.is_some_and(|line| line.split_whitespace().count() == 1)
}

/// The value of a flag that stands on the line below it or behind a comma, as in lists of arguments, and the default of a
/// variable that is declared under this name.
pub(super) fn below(text: &str, key: &Range<usize>, strength: Strength) -> Option<(Range<usize>, Written)> {
    let before = text.get(..key.start)?;
    let bytes = text.as_bytes();
    if before.ends_with("variable \"") || before.ends_with("output \"") {
        let ahead = text.get(key.end..floor(text, (key.end + 4 * NEAR).min(text.len())))?;
        let body = ahead.split("\n}").next()?;
        let (at, word) = ["\n  default", "\n  value"].iter().find_map(|word| body.find(word).map(|at| (at, word)))?;
        let name = key.end + at..key.end + at + word.len();
        let (found, at) = separator(text, &name, false, false)?;
        return value(text, &name, at, found);
    }
    if strength < Strength::Medium || !before.ends_with('-') {
        return None;
    }
    let rest = text.get(key.end..)?;
    let quote = rest.starts_with(['"', '\'']);
    let mark = usize::from(quote) + usize::from(rest.get(1..).is_some_and(|rest| quote && rest.starts_with(',')));
    let mut at = key.end + mark;
    let gap = at + blank(bytes, at);
    at = gap + usize::from(bytes.get(gap) == Some(&b'\n'));
    at += blank(bytes, at);
    at += if text.get(at..)?.starts_with("- ") { 2 } else { 0 };
    if at == key.end + usize::from(quote)
        || text.get(at..)?.starts_with(['-', '"', '\'']) && text.get(at + 1..)?.starts_with('-')
    {
        return None;
    }
    if let Some(range) = quoted(text, at) {
        return Some((range, Written::Assigned));
    }
    (bytes.get(gap) == Some(&b'\n') && !quote && bytes.get(at) != Some(&b'-') && single(text, at))
        .then(|| (at..bare(text, key, at), Written::Prose))
}

/// What a sentence says the secret is: `the password is x`.
pub(super) fn said(text: &str, key: &Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = key.end + blank(bytes, key.end);
    let rest = text.get(at..)?;
    let link = ["is ", "was ", "is: ", "to ", "used: ", "'is ", "changed to ", "set to ", "reset to "]
        .into_iter()
        .find(|link| rest.starts_with(link));
    at += link.map_or(0, str::len);
    // A path that ends in the word, `/api/token HTTP/1.1`, names no value.
    if at == key.end || link.is_none() && text[..key.start].ends_with(['/', '.']) {
        return None;
    }
    if let Some(range) = quoted(text, at) {
        return Some(range);
    }
    let end = bare(text, key, at);
    let pair = text.get(at..end).is_some_and(|found| found.trim_end_matches('=').contains(['=', ':']));
    (end > at && !pair).then_some(at..end)
}
