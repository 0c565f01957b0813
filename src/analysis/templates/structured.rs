//! Finds the message in a line that is an object or a list of pairs: JSON of any shape, logfmt. Called by [`super::Miner`]
//! before anything else is asked of a line; one pass, no tree, and what is not well formed is plain text.

use std::borrow::Cow;

/// The names under which messages are kept, best first.
const NAMES: [&[u8]; 8] = [b"msg", b"message", b"log", b"event", b"text", b"body", b"@message", b"MESSAGE"];
/// A message without a known name is the longest text of more than this many words.
const WORDS: usize = 2;

/// The message of a structured line with its escapes undone, or `None` when this is plain text or holds no message.
pub fn message(line: &[u8]) -> Option<Cow<'_, [u8]>> {
    let line = line.trim_ascii();
    let raw = if line.starts_with(b"{") && line.ends_with(b"}") { in_object(line) } else { in_pairs(line) }?;
    (!raw.trim_ascii().is_empty()).then(|| unescape(raw))
}

/// Picks the value of the best name, else the longest text.
#[derive(Default)]
struct Choice<'a> {
    named: Option<(usize, &'a [u8])>,
    longest: Option<&'a [u8]>,
}

impl<'a> Choice<'a> {
    fn offer(&mut self, name: &[u8], value: &'a [u8]) {
        if let Some(rank) = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)) {
            if self.named.is_none_or(|(best, _)| rank < best) {
                self.named = Some((rank, value));
            }
        } else if value.split(|b| *b == b' ').filter(|word| !word.is_empty()).count() > WORDS
            && self.longest.is_none_or(|longest| longest.len() < value.len())
        {
            self.longest = Some(value);
        }
    }

    fn best(self) -> Option<&'a [u8]> {
        self.named.map(|(_, value)| value).or(self.longest)
    }
}

/// The strings at the top of a JSON object; `{"a":{...}}` is stepped over.
fn in_object(line: &[u8]) -> Option<&[u8]> {
    let (mut at, mut depth) = (0, 0_usize);
    let mut choice = Choice::default();
    let mut name: Option<&[u8]> = None;
    let mut wants_value = false;
    while at < line.len() {
        match line[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b':' if depth == 1 => wants_value = true,
            b',' if depth == 1 => (wants_value, name) = (false, None),
            b'"' => {
                let end = at + 1 + string(&line[at + 1..])?;
                let text = &line[at + 1..end];
                match name {
                    Some(name) if depth == 1 && wants_value => choice.offer(name, text),
                    _ if depth == 1 => name = Some(text),
                    _ => {}
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    if depth == 0 { choice.best() } else { None }
}

/// The offset of the quote that ends a string.
fn string(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

/// `name=value name="a value"`: at least two pairs and nothing else.
fn in_pairs(line: &[u8]) -> Option<&[u8]> {
    let mut rest = line;
    let mut pairs = 0;
    let mut choice = Choice::default();
    while !rest.is_empty() {
        let length =
            rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'@')).count();
        if length == 0 || !rest[0].is_ascii_alphabetic() && rest[0] != b'@' || rest.get(length) != Some(&b'=') {
            return None;
        }
        let (name, value) = (&rest[..length], &rest[length + 1..]);
        let (value, after) = match value.strip_prefix(b"\"") {
            Some(quoted) => {
                let end = string(quoted)?;
                (&quoted[..end], &quoted[end + 1..])
            }
            None => value.split_at(value.iter().position(|b| *b == b' ').unwrap_or(value.len())),
        };
        choice.offer(name, value);
        pairs += 1;
        rest = after.trim_ascii_start();
    }
    let (_, value) = choice.named?;
    (pairs >= 2).then_some(value)
}

fn unescape(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.contains(&b'\\') {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\\' => match bytes.next() {
                Some(b'n' | b't' | b'r') | None => out.push(b' '),
                Some(b'u') => out.extend_from_slice(b"\\u"),
                Some(other) => out.push(*other),
            },
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}
