//! Keeps the head and the tail of an output of any length, and counts and hashes all of it.

use std::collections::VecDeque;

use sha2::{Digest, Sha256};

/// The bounded memory of one output.
pub(super) struct Keep {
    head_left: usize,
    tail: VecDeque<u8>,
    tail_cap: usize,
    bytes: u64,
    cut: u64,
    hash: Sha256,
}

impl Keep {
    /// Keeps at most `cap` bytes: half from the beginning, half from the end.
    pub(super) fn new(cap: usize) -> Self {
        let head_left = cap / 2;
        let tail_cap = cap - head_left;
        Self { head_left, tail: VecDeque::new(), tail_cap, bytes: 0, cut: 0, hash: Sha256::new() }
    }

    /// Takes what was read; gives back what belongs to the head and can be shown at once.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.bytes += bytes.len() as u64;
        self.hash.update(bytes);
        let (head, rest) = bytes.split_at(bytes.len().min(self.head_left));
        self.head_left -= head.len();
        // Of a piece longer than the tail only its end can stay.
        let skipped = rest.len().saturating_sub(self.tail_cap);
        self.tail.extend(&rest[skipped..]);
        let over = self.tail.len().saturating_sub(self.tail_cap);
        self.tail.drain(..over);
        self.cut += (skipped + over) as u64;
        head.to_vec()
    }

    /// The kept tail, after a line that says how much is missing; empty when the head was all.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::with_capacity(self.tail.len() + 64);
        if self.cut > 0 {
            rest.extend_from_slice(format!("\n[{} bytes cut]\n", self.cut).as_bytes());
        }
        rest.extend(self.tail.drain(..));
        rest
    }

    /// Bytes seen, bytes cut, digest of all that was seen.
    pub(super) fn totals(self) -> (u64, u64, String) {
        (self.bytes, self.cut, crate::actions::digest::hex(&self.hash.finalize()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_tail_stay_and_the_rest_is_counted() {
        let mut keep = Keep::new(8);
        assert_eq!(keep.take(b"abc"), b"abc");
        assert_eq!(keep.take(b"defghijklmn"), b"d");
        assert_eq!(keep.take(b"o"), b"");
        assert_eq!(keep.rest(), b"\n[7 bytes cut]\nlmno");
        assert_eq!(keep.totals().0, 15);
    }

    #[test]
    fn a_short_output_is_whole() {
        let mut keep = Keep::new(8);
        let mut all = keep.take(b"abcdef");
        all.extend(keep.rest());
        assert_eq!(all, b"abcdef");
        assert_eq!(keep.totals().1, 0);
    }
}
