//! What each byte can mean in a message, as a table, so that a word is looked at once. Used by [`super::tokens`] and
//! [`super::mask`].

/// What the bytes of a word have in them, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bits(u8);

impl Bits {
    /// A blank, which ends a word.
    pub const BLANK: Self = Self(1);
    /// A sign that is a token of its own and ends a word.
    pub const MARK: Self = Self(2);
    /// A letter of ASCII.
    pub const LETTER: Self = Self(4);
    /// A digit.
    pub const DIGIT: Self = Self(8);
    /// What may end a sentence.
    pub const STOP: Self = Self(16);
    /// A slash or backslash.
    pub const SLASH: Self = Self(32);
    /// An at sign.
    pub const AT: Self = Self(64);
    /// Anything else.
    pub const OTHER: Self = Self(128);

    /// Those of a byte.
    pub fn of(byte: u8) -> Self {
        TABLE[byte as usize]
    }

    /// Whether any of these is there.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing but these is there.
    pub fn only(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// What either has.
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

static TABLE: [Bits; 256] = table();

const fn table() -> [Bits; 256] {
    let mut table = [Bits::OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            0..=b' ' | 0x7f => Bits::BLANK,
            b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b',' | b';' | b':' | b'=' | b'|' | b'"' | b'\'' => {
                Bits::MARK
            }
            b'a'..=b'z' | b'A'..=b'Z' => Bits::LETTER,
            b'0'..=b'9' => Bits::DIGIT,
            b'.' | b'!' | b'?' => Bits::STOP,
            b'/' | b'\\' => Bits::SLASH,
            b'@' => Bits::AT,
            _ => Bits::OTHER,
        };
        byte += 1;
    }
    table
}

/// The length of the word that begins `text`, and what is in it.
pub fn word(text: &[u8]) -> (usize, Bits) {
    let mut seen = Bits(0);
    let mut length = 0;
    for byte in text {
        let bits = Bits::of(*byte);
        if bits.has(Bits::BLANK.with(Bits::MARK)) {
            break;
        }
        seen = seen.with(bits);
        length += 1;
    }
    (length, seen)
}

/// Whether this byte ends a word without being anything itself.
pub fn is_blank(byte: u8) -> bool {
    Bits::of(byte).has(Bits::BLANK)
}

/// Whether this byte is a token of its own.
pub fn is_mark(byte: u8) -> bool {
    Bits::of(byte).has(Bits::MARK)
}
