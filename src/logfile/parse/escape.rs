//! Text whose bytes differ from what stands in the line: JSON escapes, and colours. Both can say where in the line a place
//! of the text is, so that an index may point into the line.

use std::borrow::Cow;

/// A text and the places in the line it came from.
#[derive(Clone, Debug, Default)]
pub(in crate::logfile) struct Unwrapped {
    /// The text.
    pub(in crate::logfile) text: Vec<u8>,
    /// From this place of the text on, the line's place is that.
    places: Vec<(usize, usize)>,
}

impl Unwrapped {
    /// Where in the line a place of the text is.
    pub(in crate::logfile) fn place(&self, at: usize) -> usize {
        let index = self.places.partition_point(|(text, _)| *text <= at);
        match index.checked_sub(1).and_then(|index| self.places.get(index)) {
            Some((text, line)) => line + (at - text),
            None => at,
        }
    }

    fn restart(&mut self) {
        self.text.clear();
        self.places.clear();
    }

    /// Fills in the line without the escape sequences that colour it; all others stay, to be shown.
    pub(in crate::logfile) fn colourless(&mut self, line: &[u8]) {
        self.restart();
        let mut at = 0;
        while let Some(found) = line.get(at..).and_then(|rest| memchr::memchr(0x1b, rest)) {
            let escape = at + found;
            self.text.extend_from_slice(&line[at..escape]);
            let body = line.get(escape + 1..).unwrap_or(&[]);
            let digits = body.iter().skip(1).take_while(|b| b.is_ascii_digit() || **b == b';').count();
            if body.first() == Some(&b'[') && body.get(1 + digits) == Some(&b'm') {
                at = escape + 3 + digits;
                self.places.push((self.text.len(), at));
            } else {
                self.text.push(0x1b);
                at = escape + 1;
            }
        }
        self.text.extend_from_slice(line.get(at..).unwrap_or(&[]));
    }

    /// Fills in the inside of a JSON string that begins at this place of the line.
    pub(in crate::logfile) fn unescape(&mut self, value: &[u8], start: usize) {
        self.restart();
        self.places.push((0, start));
        let mut at = 0;
        while let Some(found) = value.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
            self.text.extend_from_slice(&value[at..at + found]);
            at += found;
            at += one(value, at, &mut self.text);
            self.places.push((self.text.len(), start + at));
        }
        self.text.extend_from_slice(value.get(at..).unwrap_or(&[]));
    }
}

/// The inside of a JSON string without its escapes.
pub(in crate::logfile) fn plain(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(found) = value.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        out.extend_from_slice(&value[at..at + found]);
        at += found;
        at += one(value, at, &mut out);
    }
    out.extend_from_slice(value.get(at..).unwrap_or(&[]));
    Cow::Owned(out)
}

/// Writes what one escape stands for and gives its length; what is no escape stays as written.
fn one(value: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let byte = match value.get(at + 1) {
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(b'u') => return unicode(value, at, out),
        Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
        Some(_) | None => {
            out.push(b'\\');
            return 1;
        }
    };
    out.push(byte);
    2
}

/// `\u00e9`, and pairs of surrogates.
fn unicode(value: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let unit = |at: usize| {
        let digits = value.get(at..at + 6).filter(|text| text.starts_with(b"\\u"))?;
        u32::from_str_radix(std::str::from_utf8(&digits[2..]).ok()?, 16).ok()
    };
    let Some(first) = unit(at) else {
        out.push(b'\\');
        return 1;
    };
    let (code, length) = match (first, unit(at + 6)) {
        (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) => (0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), 12),
        _ => (first, 6),
    };
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back_to_the_line() {
        let mut found = Unwrapped::default();
        found.colourless(b"a\x1b[31mbc\x1b[0md\x1b[2Je");
        assert_eq!(found.text, b"abcd\x1b[2Je");
        assert_eq!([0, 1, 3, 4].map(|at| found.place(at)), [0, 6, 12, 13]);
        found.unescape(br"x\ny\u00e9z", 8);
        assert_eq!(found.text, "x\nyéz".as_bytes());
        assert_eq!([0, 2, 5].map(|at| found.place(at)), [8, 11, 18]);
    }

    #[test]
    fn escapes_become_what_they_stand_for() {
        let read = |text: &str| String::from_utf8_lossy(&plain(text.as_bytes())).into_owned();
        assert_eq!(read(r#"\"\\\/\t\ud83d\ude00 \ud83d \u12 \x \"#), "\"\\/\t😀 \u{fffd} \\u12 \\x \\");
    }
}
