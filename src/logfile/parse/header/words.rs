//! The words of a header: up to a blank or a bar, or a group in brackets.

use std::ops::Range;

/// Bytes in a pair of brackets.
const MAX_GROUP: usize = 256;

/// A word of the header.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Without brackets.
    pub(super) inside: Range<usize>,
    /// The byte that opened its brackets, or zero.
    pub(super) open: u8,
    /// Past the word and its brackets.
    pub(super) end: usize,
}

/// The word that begins at the place: up to a blank or a bar, or a group in brackets with all that is nested in it.
#[inline]
pub(super) fn word(line: &[u8], at: usize) -> Option<Word> {
    let rest = line.get(at..)?;
    let open = *rest.first()?;
    let close = match open {
        b'[' => b']',
        b'(' => b')',
        b'<' => b'>',
        b'{' => b'}',
        _ => 0,
    };
    if close != 0
        && let Some(length) = balanced(rest, open, close)
    {
        return Some(Word { inside: at + 1..at + length, open, end: at + length + 1 });
    }
    let length =
        rest.iter().position(|b| matches!(b, b' ' | b'\t' | b'|') || (*b == b'[' && close == 0)).unwrap_or(rest.len());
    (length > 0).then(|| Word { inside: at..at + length, open: 0, end: at + length })
}

/// Where the bracket that opens at the start closes.
#[inline]
pub(super) fn balanced(rest: &[u8], open: u8, close: u8) -> Option<usize> {
    let mut depth = 0usize;
    for (index, byte) in rest.iter().take(MAX_GROUP).enumerate() {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(index);
            }
        }
    }
    None
}

/// `server/main.go:52`.
pub(super) fn is_place(text: &[u8]) -> bool {
    let colon = text.iter().rposition(|b| *b == b':');
    colon.is_some_and(|colon| {
        colon > 0 && colon + 1 < text.len() && text[colon + 1..].iter().all(u8::is_ascii_digit) && !text.contains(&b' ')
    })
}

pub(super) fn is_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'.' | b'_' | b'$' | b'-' | b'/' | b':' | b'@' | b'<' | b'>')
        || *byte >= 0x80
}

/// The word at the place: its inside, its end, and whether it is in brackets.
pub(in crate::logfile::parse) fn token(line: &[u8], at: usize) -> Option<(Range<usize>, usize, bool)> {
    word(line, at).map(|word| (word.inside, word.end, word.open != 0))
}

/// Looks of a word.
pub(super) trait Looks {
    fn is_ascii_uppercase_word(&self) -> bool;
    fn trim_end_punctuation(&self) -> &Self;
}

impl Looks for [u8] {
    #[inline]
    fn is_ascii_uppercase_word(&self) -> bool {
        let bare = self.trim_end_punctuation();
        bare.len() > 1 && bare.iter().all(u8::is_ascii_uppercase)
    }

    #[inline]
    fn trim_end_punctuation(&self) -> &Self {
        let mut text = self;
        while let [head @ .., b':' | b',' | b']' | b'|' | b'-' | b'>' | b')'] = text {
            text = head;
        }
        text
    }
}
