//! Finds where a JSON value ends, in pieces of any size. Used by the decoder for everything but plain samples.

/// Where in a value the scan is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scan {
    depth: usize,
    place: Place,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Place {
    #[default]
    Before,
    Between,
    Text,
    Escape,
    Word,
}

impl Scan {
    /// Reads on; the bytes up to the end of the value, or `None` when all are inside it. The first byte it is ever given
    /// begins the value. What ends a number or word is not part of it.
    pub(super) fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match (self.place, byte) {
                (Place::Text, _) => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    let found = memchr::memchr2(b'"', b'\\', rest)?;
                    at += found;
                    self.place = match rest.get(found) {
                        Some(b'\\') => Place::Escape,
                        _ if self.depth == 0 => return Some(at + 1),
                        _ => Place::Between,
                    };
                }
                (Place::Escape, _) => self.place = Place::Text,
                (Place::Word, b',' | b']' | b'}' | b':' | b' ' | b'\t' | b'\r' | b'\n') if self.depth == 0 => {
                    return Some(at);
                }
                (Place::Before | Place::Between | Place::Word, b'"') => self.place = Place::Text,
                (Place::Before | Place::Between | Place::Word, b'[' | b'{') => {
                    self.depth += 1;
                    self.place = Place::Between;
                }
                (Place::Before | Place::Between | Place::Word, b']' | b'}') => {
                    self.depth = self.depth.saturating_sub(1);
                    self.place = Place::Between;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                (Place::Before, _) => self.place = Place::Word,
                (Place::Between | Place::Word, _) => {}
            }
            at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_they_end_in_pieces_of_any_size() {
        for (value, after) in [
            (r#"{"a":["}",{"b\"]":1}],"c":null}"#, ",1"),
            (r#""a\\""#, "]"),
            (r#""\"""#, ""),
            ("12.5e3", "]"),
            ("null", " ,"),
            ("[]", "]"),
            (r#"[1,"NaN"]"#, ",["),
        ] {
            let text = format!("{value}{after}");
            assert_eq!(Scan::default().end(text.as_bytes()), Some(value.len()), "{text}");
            let (mut scan, mut read) = (Scan::default(), 0);
            for byte in text.bytes() {
                match scan.end(&[byte]) {
                    Some(inside) => {
                        read += inside;
                        break;
                    }
                    None => read += 1,
                }
            }
            assert_eq!(read, value.len(), "{text}");
        }
    }
}
