//! Remembers what fields looked like, so that a header that differs from the ones before in its digits alone costs a few
//! comparisons. Called by [`super::fields`].
//!
//! Whether a field is a moment, a number, a name is decided by its text up to and with the byte behind it (for month
//! names, the word behind it too; an open bracket or a month alone are not remembered), and by no digit's value, with
//! two exceptions, in which digits must be equal: the first digit of ten or more (an epoch begins with 1 or 2) and the
//! first two bytes (a year with 19 or 20).

use super::fields::Class;
use super::times;

/// Fields that are remembered for each column.
const WAYS: usize = 16;
/// Columns that are.
const COLUMNS: usize = 8;
/// A longer field is looked at anew each time.
const LONGEST: usize = 48;
const WORDS: usize = LONGEST / 8;

/// The remembered fields.
#[derive(Debug, Clone)]
pub struct Recent {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The text; bytes behind it are 0.
    text: [u64; WORDS],
    /// `0x0f` where any digit will do, `0xff` behind the text, else 0.
    loose: [u64; WORDS],
    /// How many words are compared; 0 when there is nothing.
    words: usize,
    class: Class,
    length: usize,
}

const EMPTY: Entry = Entry { text: [0; WORDS], loose: [0; WORDS], words: 0, class: Class::Word, length: 0 };

impl Default for Recent {
    fn default() -> Self {
        Self { entries: vec![EMPTY; WAYS * COLUMNS] }
    }
}

impl Recent {
    /// What a field like this was in this column; `None` when it must be looked at.
    pub fn get(&self, column: usize, text: &[u8]) -> Option<(Class, usize)> {
        let entry = self.entries.get(place(column, text)?)?;
        let (words, _) = text.as_chunks::<8>();
        if entry.words == 0 || words.len() < entry.words {
            return None;
        }
        for ((word, known), loose) in words.iter().zip(&entry.text).zip(&entry.loose).take(entry.words) {
            let word = u64::from_le_bytes(*word);
            let beyond_nine = ((word & LOW) + SIX) & SIXTEEN;
            let digits = (loose & LOW & !(loose >> 4)) << 1 & SIXTEEN;
            if (word ^ known) & !loose != 0 || beyond_nine & digits != 0 {
                return None;
            }
        }
        Some((entry.class, entry.length))
    }

    /// Remembers a field of this class and length that begins `text`.
    pub fn put(&mut self, column: usize, text: &[u8], class: Class, length: usize) {
        let Some(entry) = place(column, text).and_then(|at| self.entries.get_mut(at)) else { return };
        let named = class == Class::Time && text[0].is_ascii_alphabetic();
        if !named && times::begins_name(text) || !closes(&text[..length]) {
            return;
        }
        let next = text[length..].iter().skip(1).take_while(|byte| **byte != b' ').count();
        let needed = length + if named { next + 2 } else { 1 };
        if needed > LONGEST || needed > text.len() || named && next == 0 {
            return;
        }
        *entry = EMPTY;
        (entry.class, entry.length, entry.words) = (class, length, needed.div_ceil(8));
        for at in 0..entry.words * 8 {
            let shift = at % 8 * 8;
            if at >= needed {
                entry.loose[at / 8] |= 0xff << shift;
                continue;
            }
            entry.text[at / 8] |= u64::from(text[at]) << shift;
            if at >= 2 && any_digit(text, at) {
                entry.loose[at / 8] |= 0x0f << shift;
            }
        }
    }
}

const LOW: u64 = 0x0f0f_0f0f_0f0f_0f0f;
const SIX: u64 = 0x0606_0606_0606_0606;
const SIXTEEN: u64 = 0x1010_1010_1010_1010;

/// Whether what begins with a bracket holds its partner.
fn closes(field: &[u8]) -> bool {
    let close = match field.first() {
        Some(b'[') => b']',
        Some(b'<') => b'>',
        Some(b'(') => b')',
        _ => return true,
    };
    let times = |sign: u8| field.iter().filter(|byte| **byte == sign).count();
    times(field[0]) == times(close)
}

/// Whether any other digit in this place would say the same.
fn any_digit(text: &[u8], at: usize) -> bool {
    let first = !text[at - 1].is_ascii_digit();
    let long = || text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count() >= 10;
    text[at].is_ascii_digit() && !(first && long())
}

/// Where fields that begin so are remembered.
fn place(column: usize, text: &[u8]) -> Option<usize> {
    let head = text.first_chunk::<4>()?;
    let way = if head[0].is_ascii_digit() {
        0
    } else {
        // The digits of `[123]` must not choose.
        head.iter().filter(|byte| !byte.is_ascii_digit()).fold(1, |sum, byte| sum * 5 + usize::from(*byte)) % WAYS
    };
    (column < COLUMNS).then_some(column * WAYS + way)
}
