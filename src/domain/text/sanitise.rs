//! Turns text from outside into text that only shows. Called by [`super::CleanText`] and by nobody else.
//!
//! What becomes of what:
//! - colour sequences (SGR) vanish, so that coloured logs read well; every other escape sequence (CSI, OSC, DCS, SOS, PM,
//!   APC, in 7 bits or as C1, ended or not) stands as its own text, `␛[2J`, cut to [`SHOWN_SEQUENCE`] characters;
//! - other control characters become their pictures (`␀`, `␍`, `␡`), C1 controls `\u{9b}`;
//! - bidirectional, invisible and private-use characters become `\u{..}`, as [`super::is_hidden`] lists them;
//! - a tab becomes four blanks; a base carries at most [`MARKS`] combining marks, the rest is counted;
//! - a line is cut at [`LINE_BYTES`] with `[+N bytes]`.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::hidden::{is_hidden, is_mark};

/// Most bytes of a line; what is beyond is counted in its place.
pub(super) const LINE_BYTES: usize = 64 * 1024;

/// Most combining marks on one base.
const MARKS: usize = 4;

/// Most characters shown of an escape sequence.
const SHOWN_SEQUENCE: usize = 48;

/// Longest count in `[+N bytes]`, so that a cut line can be recognised as one.
const COUNT_DIGITS: usize = 20;

/// Sanitises to one line.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    sanitise(text, false)
}

/// Sanitises, keeping line ends.
pub(super) fn block(text: &str) -> Cow<'_, str> {
    sanitise(text, true)
}

fn sanitise(text: &str, keep_lines: bool) -> Cow<'_, str> {
    let plain = |b: u8| (0x20..0x7f).contains(&b) || (keep_lines && b == b'\n');
    if text.bytes().all(plain) && (text.len() <= LINE_BYTES || text.split('\n').all(|line| line.len() <= LINE_BYTES)) {
        return Cow::Borrowed(text);
    }
    let mut out = Output { text: String::with_capacity(text.len().min(4 * LINE_BYTES) + 16), ..Output::default() };
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if keep_lines && (c == '\n' || rest.starts_with("\r\n")) {
            rest = &rest[if c == '\n' { 1 } else { 2 }..];
            out.end_line();
            continue;
        }
        let was_full = out.is_full();
        let after = if was_full { rest } else { out.take(c, rest) };
        // What was taken only in part is counted as cut, with all that follows on its line.
        rest = if was_full || out.overflowed { out.skip_line(rest, keep_lines) } else { after };
    }
    Cow::Owned(out.text)
}

/// The text so far, where its last line began, and how many marks its last base carries.
#[derive(Default)]
struct Output {
    text: String,
    line_start: usize,
    marks: usize,
    overflowed: bool,
}

impl Output {
    fn end_line(&mut self) {
        self.text.push('\n');
        self.line_start = self.text.len();
        self.marks = 0;
        self.overflowed = false;
    }

    fn is_full(&self) -> bool {
        self.text.len() - self.line_start >= LINE_BYTES
    }

    /// Counts what is left of a line that is full; a count that already stands there is kept as it is.
    fn skip_line<'a>(&mut self, rest: &'a str, keep_lines: bool) -> &'a str {
        let end = if keep_lines { line_end(rest) } else { rest.len() };
        let (tail, after) = rest.split_at(end);
        if is_count(tail) {
            self.text.push_str(tail);
        } else {
            let _ = write!(self.text, "[+{} bytes]", tail.len());
        }
        after
    }

    /// Takes the next character or sequence; answers what is left.
    fn take<'a>(&mut self, c: char, rest: &'a str) -> &'a str {
        if let Some(sequence) = Sequence::at(rest) {
            if !sequence.is_colour() {
                self.show_sequence(sequence.text);
            }
            return &rest[sequence.text.len()..];
        }
        if is_mark(c) && self.text.len() > self.line_start {
            return self.take_marks(rest);
        }
        self.marks = 0;
        if c == '\t' {
            self.put("    ");
        } else {
            self.show(c);
        }
        &rest[c.len_utf8()..]
    }

    /// Takes a run of combining marks: the first few as they are, the others as a count.
    fn take_marks<'a>(&mut self, rest: &'a str) -> &'a str {
        let end = rest.find(|c| !is_mark(c)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let mut dropped = 0;
        for mark in run.chars() {
            if self.marks < MARKS {
                self.marks += 1;
                self.put(mark.encode_utf8(&mut [0; 4]));
            } else {
                dropped += 1;
            }
        }
        if dropped > 0 {
            self.put(&format!("[+{dropped} marks]"));
            self.marks = 0;
        }
        after
    }

    /// A sequence as its own text: `␛[2J`, `␛]0;title␇`.
    fn show_sequence(&mut self, sequence: &str) {
        self.marks = 0;
        for (at, c) in sequence.chars().enumerate() {
            if at == SHOWN_SEQUENCE {
                let left = sequence.chars().count() - at;
                self.put(&format!("[+{left} characters]"));
                return;
            }
            self.show(c);
        }
    }

    fn show(&mut self, c: char) {
        match c {
            // The pictures of the C0 controls stand in their order from U+2400.
            '\0'..'\x20' => {
                let picture = char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}');
                self.put(picture.encode_utf8(&mut [0; 4]));
            }
            '\x7f' => self.put("␡"),
            _ if is_hidden(c) || is_mark(c) => self.put(&format!("\\u{{{:x}}}", u32::from(c))),
            _ => self.put(c.encode_utf8(&mut [0; 4])),
        }
    }

    /// Adds text up to the bound of the line. The bound falls between the same two characters when the result is read
    /// again, whatever they were made from.
    fn put(&mut self, text: &str) {
        for c in text.chars() {
            if self.is_full() {
                self.overflowed = true;
                return;
            }
            self.text.push(c);
        }
    }
}

/// Where the line ends: at `\n` or `\r\n`.
fn line_end(text: &str) -> usize {
    let Some(at) = text.find('\n') else { return text.len() };
    if text[..at].ends_with('\r') { at - 1 } else { at }
}

/// Whether the text is exactly a count that this module wrote.
fn is_count(text: &str) -> bool {
    let digits = text.strip_prefix("[+").and_then(|rest| rest.strip_suffix(" bytes]"));
    digits.is_some_and(|d| (1..=COUNT_DIGITS).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_digit()))
}

/// An escape sequence with its introducer.
struct Sequence<'a> {
    text: &'a str,
    control: bool,
}

impl<'a> Sequence<'a> {
    /// The sequence at the start of the text, if there is one. It never reaches into the next line; of a control string
    /// that does not end only the introducer is one, so that a stray byte hides nothing of what follows.
    fn at(text: &'a str) -> Option<Self> {
        let mut chars = text.chars();
        let control = match chars.next()? {
            '\u{1b}' => match chars.next() {
                Some('[') => true,
                Some(']' | 'P' | 'X' | '^' | '_') => false,
                // What else may follow: `ESC c` resets, `ESC ( 0` switches the character set.
                Some(' '..='~') => return Some(Self { text: &text[..short_end(text)], control: false }),
                Some(_) | None => return Some(Self { text: &text[..1], control: false }),
            },
            '\u{9b}' => true,
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => false,
            _ => return None,
        };
        // ESC and its letter take two bytes, as a C1 control does.
        let (head, body) = text.split_at(2);
        let length = if control { control_end(body) } else { string_end(body).unwrap_or(0) };
        Some(Self { text: &text[..head.len() + length], control })
    }

    /// Whether all it does is to colour the text.
    fn is_colour(&self) -> bool {
        let body = &self.text[2.min(self.text.len())..];
        self.control
            && body.strip_suffix('m').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit() || b == b';' || b == b':'))
    }
}

/// The end of `ESC`, intermediates, final byte.
fn short_end(text: &str) -> usize {
    1 + final_end(&text[1..], |c| (' '..='/').contains(&c), |c| ('0'..='~').contains(&c))
}

/// The end of a control sequence's body: parameters, intermediates and, if it is there, the final byte.
fn control_end(body: &str) -> usize {
    final_end(body, |c| (' '..='?').contains(&c), |c| ('@'..='~').contains(&c))
}

fn final_end(body: &str, middle: impl Fn(char) -> bool, last: impl Fn(char) -> bool) -> usize {
    let end = body.find(|c| !middle(c)).unwrap_or(body.len());
    let closing = body[end..].chars().next().filter(|c| last(*c));
    end + closing.map_or(0, char::len_utf8)
}

/// The end of a control string's body with its terminator (BEL, ST); nothing if it has none before the end of the line
/// or before another sequence begins.
fn string_end(body: &str) -> Option<usize> {
    for (at, c) in body.char_indices() {
        match c {
            '\u{7}' | '\u{9c}' => return Some(at + c.len_utf8()),
            '\u{1b}' if body[at + 1..].starts_with('\\') => return Some(at + 2),
            '\n' | '\u{1b}' | '\u{18}' | '\u{1a}' | '\u{80}'..='\u{9f}' => return None,
            _ => {}
        }
    }
    None
}
