//! The secrets of a session: which placeholder each has, and where they stand again, also encoded. Wiped when dropped and
//! never printed. Owned by the redactor.

use std::collections::HashMap;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroize;

/// Shortest and longest value that is looked for again.
const SHORTEST: usize = 8;
const LONGEST: usize = 512;
/// Lengths of values that begin alike.
const LENGTHS: usize = 16;
/// Bits of the filter in front of the look-up.
const FILTER: usize = 1 << 16;

/// The number and the type of each secret seen.
#[derive(Default)]
pub(super) struct Known {
    /// Values and their other spellings, with their placeholder.
    values: HashMap<String, Holder>,
    last: HashMap<&'static str, usize>,
    count: usize,
    /// By the first eight bytes, the lengths of the values to look for, longest first.
    again: HashMap<u64, Vec<usize>>,
    filter: Vec<u64>,
}

/// What stands for a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Holder {
    kind: &'static str,
    number: usize,
    spelling: Spelling,
}

/// How a secret is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Plain,
    Base64,
    Escaped,
}

impl Known {
    /// How many different secrets there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The placeholder of a value: the one it has, whatever it was taken for before, or a new one.
    pub fn holder(&mut self, kind: &'static str, value: &str) -> Holder {
        if let Some(holder) = self.values.get(value) {
            return *holder;
        }
        let number = self.last.entry(kind).or_default();
        *number += 1;
        self.count += 1;
        let holder = Holder { kind, number: *number, spelling: Spelling::Plain };
        self.values.insert(value.to_owned(), holder);
        if (SHORTEST..=LONGEST).contains(&value.len()) && distinct(value) {
            self.look_for(value, holder);
        }
        holder
    }

    /// From now on the value and its other spellings are found wherever they stand.
    fn look_for(&mut self, value: &str, holder: Holder) {
        self.remember(value, holder);
        // Inside longer base64 a value has three spellings, by where it begins; whole groups of them are the same each time.
        for shift in 0..3_usize {
            let mut bytes = vec![0; shift];
            bytes.extend_from_slice(value.as_bytes());
            let mut encoded = STANDARD_NO_PAD.encode(&bytes);
            let from = [0, 2, 3][shift];
            let to = encoded.len() - usize::from(bytes.len() % 3 != 0);
            let whole = if shift == 0 { encoded.len() } else { to };
            if let Some(inside) = encoded.get(from..whole) {
                self.remember(inside, Holder { spelling: Spelling::Base64, ..holder });
                if shift == 0 && to > SHORTEST {
                    self.remember(&encoded[..to], Holder { spelling: Spelling::Base64, ..holder });
                }
                let url_safe = inside.replace('+', "-").replace('/', "_");
                if url_safe != inside {
                    self.remember(&url_safe, Holder { spelling: Spelling::Base64, ..holder });
                }
            }
            bytes.zeroize();
            encoded.zeroize();
        }
    }

    fn remember(&mut self, value: &str, holder: Holder) {
        let Some(first) = first(value.as_bytes(), 0) else { return };
        let lengths = self.again.entry(first).or_default();
        if !lengths.contains(&value.len()) {
            if lengths.len() >= LENGTHS {
                return;
            }
            lengths.push(value.len());
            lengths.sort_unstable_by(|a, b| b.cmp(a));
        }
        if self.filter.is_empty() {
            self.filter = vec![0; FILTER / 64];
        }
        let bit = bit(first);
        if let Some(word) = self.filter.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
        if !self.values.contains_key(value) {
            self.values.insert(value.to_owned(), holder);
        }
    }

    /// Where known values stand in a text, left to right, longest first.
    pub fn find(&self, text: &str, mut found: impl FnMut(Range<usize>, Holder)) {
        if self.filter.is_empty() {
            return;
        }
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(word) = first(bytes, at) {
            let bit = bit(word);
            let some = self.filter.get(bit / 64).is_some_and(|bits| bits & (1 << (bit % 64)) != 0);
            match some.then(|| self.at(text, at, word)).flatten() {
                Some((range, holder)) => {
                    at = range.end;
                    found(range, holder);
                }
                None => at += 1,
            }
        }
    }

    fn at(&self, text: &str, at: usize, word: u64) -> Option<(Range<usize>, Holder)> {
        let bytes = text.as_bytes();
        self.again.get(&word)?.iter().find_map(|length| {
            let range = at..at + length;
            let holder = self.values.get(text.get(range.clone())?)?;
            let joins = |edge: Option<&u8>, inside: Option<&u8>| {
                edge.is_some_and(u8::is_ascii_alphanumeric) && inside.is_some_and(u8::is_ascii_alphanumeric)
            };
            let escaped = at >= 2 && bytes.get(at - 2) == Some(&b'\\');
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            let glued =
                joins(before, bytes.get(at)) && !escaped || joins(bytes.get(range.end), bytes.get(range.end - 1));
            (!glued || holder.spelling == Spelling::Base64 || *length >= 16).then_some((range, *holder))
        })
    }

    /// The value behind a placeholder.
    pub fn original(&self, placeholder: &str) -> Option<&str> {
        let found =
            self.values.iter().find(|(_, holder)| holder.spelling == Spelling::Plain && holder.text() == placeholder);
        found.map(|(value, _)| value.as_str())
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        for (mut value, _) in self.values.drain() {
            value.zeroize();
        }
        self.again.clear();
        self.filter.zeroize();
    }
}

impl Holder {
    /// The placeholder. An encoded secret has its secret's number and a type of its own, so that both can be told.
    pub fn text(&self) -> String {
        let spelling = match self.spelling {
            Spelling::Plain => "",
            Spelling::Base64 => "-base64",
            Spelling::Escaped => "-escaped",
        };
        format!("[REDACTED:{}{spelling}:{}]", self.kind, self.number)
    }

    /// The same secret, written with escapes.
    pub fn escaped(self) -> Self {
        match self.spelling {
            Spelling::Plain => Self { spelling: Spelling::Escaped, ..self },
            Spelling::Base64 | Spelling::Escaped => self,
        }
    }

    /// Whether the secret is written in base64.
    pub fn is_base64(&self) -> bool {
        self.spelling == Spelling::Base64
    }
}

/// Whether a value is told from words of a text, so that it can be replaced wherever it stands.
fn distinct(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let upper = value.bytes().skip(1).filter(u8::is_ascii_uppercase).count();
    let lower = value.bytes().filter(u8::is_ascii_lowercase).count();
    let signs = value.len() - digits - letters;
    let spaced = value.contains([' ', '\n']);
    letters > 0 && (digits > 1 || upper > 1 && lower > 1 || digits > 0 && signs > 0 || signs > 2) && !spaced
        || digits >= 11
        || value.contains('@') && value.contains('.')
        || spaced && value.len() >= 16
}

fn first(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

fn bit(word: u64) -> usize {
    (word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize % FILTER
}
