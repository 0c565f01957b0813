//! A place in a line of bytes.

/// Reads forward; nothing here can go past the end.
#[derive(Clone, Copy, Debug)]
pub(in crate::logfile) struct Cursor<'a> {
    pub(in crate::logfile) line: &'a [u8],
    pub(in crate::logfile) at: usize,
}

impl<'a> Cursor<'a> {
    pub(in crate::logfile) fn rest(&self) -> &'a [u8] {
        self.line.get(self.at..).unwrap_or(&[])
    }

    pub(in crate::logfile) fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    pub(in crate::logfile) fn ahead(&self, by: usize) -> Option<u8> {
        self.line.get(self.at + by).copied()
    }

    /// Moves past the byte if it stands here.
    pub(in crate::logfile) fn eat(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    /// Moves past one of the bytes, and says which.
    pub(in crate::logfile) fn eat_any(&mut self, any: &[u8]) -> Option<u8> {
        let byte = self.peek().filter(|byte| any.contains(byte))?;
        self.at += 1;
        Some(byte)
    }

    /// Moves past all of these bytes.
    pub(in crate::logfile) fn skip(&mut self, any: &[u8]) {
        while self.peek().is_some_and(|byte| any.contains(&byte)) {
            self.at += 1;
        }
    }

    /// A number of exactly so many digits.
    pub(in crate::logfile) fn digits(&mut self, count: usize) -> Option<i64> {
        let mut number = 0;
        for byte in self.line.get(self.at..self.at + count)? {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            number = number * 10 + i64::from(digit);
        }
        self.at += count;
        Some(number)
    }

    /// How many digits stand here.
    pub(in crate::logfile) fn run(&self) -> usize {
        self.rest().iter().take(24).take_while(|byte| byte.is_ascii_digit()).count()
    }
}
