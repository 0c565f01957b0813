//! What a secret is looked for in: the text without the characters that hide it, with its escapes read, or with its lines
//! joined. Each view knows where its characters stand in the original, so that what is found there is replaced here.

use std::borrow::Cow;
use std::ops::Range;

use crate::domain::text::is_hidden;

/// A reading of a text, with the way back.
pub(super) struct View<'t> {
    /// What detectors read.
    pub text: Cow<'t, str>,
    /// Runs of the view in order; empty when the view is the text itself.
    runs: Vec<Run>,
}

/// Bytes of the view that come from one place of the original.
struct Run {
    /// Where it begins in the view.
    at: usize,
    /// Where it comes from.
    from: Range<usize>,
    /// Byte for byte, or several bytes read as one character.
    exact: bool,
}

/// Longest control sequence taken for one.
const SEQUENCE: usize = 64;

impl<'t> View<'t> {
    /// The text without colours, control characters and characters that do not show.
    pub fn plain(text: &'t str) -> Self {
        let quiet = text.bytes().all(|byte| (b' '..0x7f).contains(&byte) || byte == b'\n' || byte == b'\t');
        if quiet && !text.contains("\\u{") {
            return Self { text: Cow::Borrowed(text), runs: Vec::new() };
        }
        build(text, hiding)
    }

    /// The text with JSON, percent and HTML escapes read; `None` when it has none.
    pub fn unescaped(text: &'t str) -> Option<Self> {
        let some = text.contains(['\\', '%', '&']);
        some.then(|| build(text, |rest| escape(rest).or_else(|| hiding(rest))))
    }

    /// The text with its lines joined, what decorates their beginnings left out; `None` for a single line.
    pub fn joined(text: &'t str) -> Option<Self> {
        let inside = text.trim_end_matches('\n');
        inside.contains('\n').then(|| build(text, |rest| join(rest).or_else(|| hiding(rest))))
    }

    /// The places of the original that a place of the view comes from; a line end that was joined over is left out.
    pub fn places(&self, original: &str, found: Range<usize>) -> Vec<Range<usize>> {
        if self.runs.is_empty() {
            return vec![found];
        }
        let mut places: Vec<Range<usize>> = Vec::new();
        let first = self.runs.partition_point(|run| run.at <= found.start).saturating_sub(1);
        for (index, run) in self.runs.iter().enumerate().skip(first) {
            if run.at >= found.end {
                break;
            }
            let end = self.runs.get(index + 1).map_or(self.text.len(), |next| next.at);
            let (from, to) = (found.start.max(run.at), found.end.min(end));
            if from >= to {
                continue;
            }
            let place = if run.exact {
                run.from.start + (from - run.at)..run.from.start + (to - run.at)
            } else {
                run.from.clone()
            };
            match places.last_mut() {
                Some(last) if !original.get(last.end..place.start).is_some_and(|gap| gap.contains('\n')) => {
                    last.end = place.end;
                }
                Some(_) | None => places.push(place),
            }
        }
        places
    }
}

/// Reads the text with a rule that says, for what stands at a place, how many bytes to take and what to read instead.
fn build<'t>(text: &'t str, rule: impl Fn(&str) -> Option<(usize, Option<char>)>) -> View<'t> {
    let mut out = String::with_capacity(text.len());
    let mut runs: Vec<Run> = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let plain = c.is_ascii_alphanumeric() || c == ' ';
        let read = if plain { None } else { text.get(at..).and_then(&rule) };
        match read {
            Some((length, None)) => at += length,
            Some((length, Some(other))) => {
                runs.push(Run { at: out.len(), from: at..at + length, exact: false });
                out.push(other);
                at += length;
            }
            None => {
                let end = at + c.len_utf8();
                match runs.last_mut() {
                    Some(last) if last.exact && last.from.end == at => last.from.end = end,
                    Some(_) | None => runs.push(Run { at: out.len(), from: at..end, exact: true }),
                }
                out.push(c);
                at = end;
            }
        }
    }
    View { text: Cow::Owned(out), runs }
}

/// Control sequences and characters that do not show, raw or as the sanitiser shows them.
fn hiding(rest: &str) -> Option<(usize, Option<char>)> {
    let first = rest.chars().next()?;
    match first {
        '\n' | '\t' => None,
        '\u{1b}' | '␛' => Some((first.len_utf8() + rest.get(first.len_utf8()..).map_or(0, sequence), None)),
        '\u{9b}' => Some((2 + rest.get(2..).map_or(0, parameters), None)),
        '\\' if rest.starts_with("\\u{") => {
            let end = rest.bytes().take(12).position(|byte| byte == b'}')?;
            rest.get(3..end)?.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some((end + 1, None))
        }
        c if c < ' ' || c == '\u{7f}' || is_hidden(c) || ('\u{2400}'..='\u{2421}').contains(&c) => {
            Some((c.len_utf8(), None))
        }
        _ => None,
    }
}

/// How long the rest of a sequence is after its escape character; text behind other introducers is read as text.
fn sequence(rest: &str) -> usize {
    if rest.starts_with('[') { 1 + rest.get(1..).map_or(0, parameters) } else { 0 }
}

/// Parameters and the final byte of a control sequence; nothing when it has no end.
fn parameters(rest: &str) -> usize {
    let body = rest.bytes().take(SEQUENCE).take_while(|byte| (0x20..=0x3f).contains(byte)).count();
    match rest.as_bytes().get(body) {
        Some(0x40..=0x7e) => body + 1,
        Some(_) | None => 0,
    }
}

/// An escape of JSON, of a URL or of HTML, and what it stands for.
fn escape(rest: &str) -> Option<(usize, Option<char>)> {
    let bytes = rest.as_bytes();
    match bytes {
        [b'\\', b'"' | b'\\' | b'/' | b'\'', ..] => Some((2, bytes.get(1).map(|byte| char::from(*byte)))),
        [b'\\', b'n' | b'r', ..] => Some((2, Some('\n'))),
        [b'\\', b't', ..] => Some((2, Some('\t'))),
        [b'\\', b'u', b'0', b'0', ..] => code(rest, 4, 6),
        [b'\\', b'x', ..] => code(rest, 2, 4),
        [b'\\', b'0', b'3', b'3', ..] => Some((4 + rest.get(4..).map_or(0, sequence), None)),
        [b'%', ..] => {
            let read = code(rest, 1, 3)?;
            read.1.filter(|c| c.is_ascii_graphic() || *c == ' ').map(|_| read)
        }
        [b'&', ..] => {
            let names = [
                ("&quot;", '"'),
                ("&amp;", '&'),
                ("&lt;", '<'),
                ("&gt;", '>'),
                ("&apos;", '\''),
                ("&#39;", '\''),
                ("&#34;", '"'),
                ("&#61;", '='),
            ];
            names.iter().find(|(name, _)| rest.starts_with(name)).map(|(name, c)| (name.len(), Some(*c)))
        }
        _ => None,
    }
}

/// A character written as two hexadecimal digits that end at `end`.
fn code(rest: &str, from: usize, end: usize) -> Option<(usize, Option<char>)> {
    let digits = rest.get(from.max(end - 2)..end)?;
    let value = u8::from_str_radix(digits, 16).ok()?;
    match value {
        0x1b => Some((end + rest.get(end..).map_or(0, sequence), None)),
        b'\n' => Some((end, Some('\n'))),
        0x20..0x7f => Some((end, Some(char::from(value)))),
        _ => None,
    }
}

/// A line end, with a backslash before it and what decorates the next line: blanks, quote marks, a line number.
fn join(rest: &str) -> Option<(usize, Option<char>)> {
    let bytes = rest.as_bytes();
    let mut at = match bytes {
        [b'\\' | b'"', b'\n', ..] => 2,
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => return None,
    };
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'>' | b'|' | b'#' | b'"')) {
        at += 1;
    }
    let digits = bytes.iter().skip(at).take(8).take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 && bytes.get(at + digits..at + digits + 2) == Some(b": ") {
        at += digits + 2;
    }
    Some((at, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_left_out_and_the_way_back_includes_it() {
        let text = "to\u{1b}[31mken\u{200b}=ab\u{1b}[0mcd";
        let view = View::plain(text);
        assert_eq!(view.text, "token=abcd");
        let places = view.places(text, 6..10);
        assert_eq!(places.iter().map(|place| &text[place.clone()]).collect::<Vec<_>>(), ["ab\u{1b}[0mcd"]);
    }

    #[test]
    fn escapes_are_read() {
        let text = r#"{\"a\":\"b\"} x%3Dy &quot;z&quot; \u0026"#;
        assert_eq!(View::unescaped(text).unwrap().text, r#"{"a":"b"} x=y "z" &"#);
        assert!(View::unescaped("nothing here").is_none());
    }

    #[test]
    fn a_joined_line_comes_back_in_two_places() {
        let text = "glpat-abc\n  > 12: def x";
        let view = View::joined(text).unwrap();
        assert_eq!(view.text, "glpat-abcdef x");
        let places = view.places(text, 0..12);
        assert_eq!(places.iter().map(|place| &text[place.clone()]).collect::<Vec<_>>(), ["glpat-abc", "def"]);
    }
}
