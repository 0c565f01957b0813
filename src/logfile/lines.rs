//! Bytes as they arrive, cut into lines. Holds the part of a line that is still to come, never more than a mebibyte.

use std::borrow::Cow;

/// Bytes of a line that are kept.
pub const MAX_LINE: usize = 1 << 20;

/// Bytes that stand for a line longer than [`MAX_LINE`]: no longer than clean text may be, so that the count of what is
/// missing at its end is not itself cut off.
const SHOWN: usize = 60 << 10;

/// The line under way.
#[derive(Debug, Default)]
pub struct Lines {
    partial: Vec<u8>,
    skipped: usize,
    started: bool,
}

impl Lines {
    /// Takes bytes and hands every finished line on, without its line end. What is not UTF-8 is replaced visibly, and
    /// what exceeds [`MAX_LINE`] is counted at the end of the line.
    pub fn feed(&mut self, mut bytes: &[u8], mut each: impl FnMut(&str)) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (head, rest) = bytes.split_at(end);
            if self.partial.is_empty() && self.skipped == 0 && head.len() <= MAX_LINE {
                each(&self.text(head));
                self.started = true;
            } else {
                self.keep(head);
                self.finish(&mut each);
            }
            bytes = rest.get(1..).unwrap_or(&[]);
        }
        self.keep(bytes);
    }

    /// Hands on what stands there without a line end, if anything.
    pub fn finish(&mut self, mut each: impl FnMut(&str)) {
        if self.partial.is_empty() && self.skipped == 0 {
            return;
        }
        let partial = std::mem::take(&mut self.partial);
        let text = self.text(&partial);
        match std::mem::take(&mut self.skipped) {
            0 => each(&text),
            skipped => {
                let end = text.floor_char_boundary(SHOWN.min(text.len()));
                each(&format!("{} [+{} bytes]", &text[..end], skipped + text.len() - end));
            }
        }
        self.started = true;
    }

    /// Whether part of a line waits for the rest.
    pub fn has_partial(&self) -> bool {
        !self.partial.is_empty() || self.skipped > 0
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = MAX_LINE.saturating_sub(self.partial.len());
        let (kept, over) = bytes.split_at(room.min(bytes.len()));
        self.partial.extend_from_slice(kept);
        self.skipped += over.len();
    }

    fn text<'a>(&self, line: &'a [u8]) -> Cow<'a, str> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = if self.started { line } else { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) };
        String::from_utf8_lossy(line)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines_of(chunks: &[&[u8]]) -> Vec<String> {
        let mut lines = Lines::default();
        let mut out = Vec::new();
        for chunk in chunks {
            lines.feed(chunk, |line| out.push(line.to_owned()));
        }
        lines.finish(|line| out.push(line.to_owned()));
        out
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_split_changes_nothing(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200), cuts in prop::collection::vec(0usize..200, 0..6)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.sort_unstable();
            let mut chunks = Vec::new();
            let mut from = 0;
            for cut in cuts {
                chunks.push(&bytes[from..cut]);
                from = cut;
            }
            chunks.push(&bytes[from..]);
            prop_assert_eq!(lines_of(&chunks), lines_of(&[&bytes]));
        }
    }

    #[test]
    fn a_huge_line_keeps_its_head_and_counts_the_rest() {
        let huge = vec![b'x'; 10 << 20];
        let lines = lines_of(&[&huge[..3 << 20], &huge[3 << 20..], b"\nnext\n"]);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].ends_with("x [+10424320 bytes]"));
        assert_eq!(lines[0].len(), SHOWN + " [+10424320 bytes]".len());
        assert_eq!(lines[1], "next");
    }

    #[test]
    fn bad_bytes_and_byte_order_marks_do_no_harm() {
        assert_eq!(
            lines_of(&[b"\xef\xbb\xbfa\r\n\xff\xfeb\n", b"caf\xc3", b"\xa9"]),
            ["a", "\u{fffd}\u{fffd}b", "café"]
        );
    }
}
