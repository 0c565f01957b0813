//! How often each value of a field stands on each side. A table of bounded size: when it is full the rarest values leave,
//! and what may be missing is known (Manku and Motwani, *Approximate frequency counts over data streams*, 2002).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::{SEEN, Side, VALUES};

/// One field.
#[derive(Clone, Debug)]
pub(super) struct Field {
    name: Box<[u8]>,
    key: u64,
    is_ignored: bool,
    values: HashMap<u64, Value, BuildHasherDefault<Identity>>,
    /// Records that have it.
    pub records: u64,
    /// Of those the bad ones.
    pub bad: u64,
    /// Times that a value was not in the table.
    admitted: u64,
    /// Most that may be missing from a value that left and came back: bad records of one absence, others of all.
    missing: [u64; 2],
}

/// One value of a field.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub text: Box<[u8]>,
    /// Bad records that have it, at least.
    pub bad: u64,
    /// Others that have it, at least.
    pub rest: u64,
    /// How many others may have left the table uncounted before.
    pub over: u64,
}

impl Field {
    /// A field; nothing is kept of one that is ignored.
    pub fn new(name: &[u8], is_ignored: bool) -> Self {
        Self {
            name: name.into(),
            key: hash(0, name),
            is_ignored,
            values: HashMap::default(),
            records: 0,
            bad: 0,
            admitted: 0,
            missing: [0; 2],
        }
    }

    pub fn name(&self) -> &[u8] {
        &self.name
    }

    pub fn is_ignored(&self) -> bool {
        self.is_ignored
    }

    /// What its values' keys are made with.
    pub fn key(&self) -> u64 {
        self.key
    }

    /// The values that are in the table, by their keys.
    pub fn values(&self) -> impl Iterator<Item = (u64, &Value)> {
        self.values.iter().map(|(key, value)| (*key, value))
    }

    /// Counts a value.
    pub fn count(&mut self, side: Side, key: u64, text: &[u8]) {
        self.records += 1;
        self.bad += u64::from(side == Side::Bad);
        if self.values.len() >= VALUES && !self.values.contains_key(&key) {
            self.make_room();
        }
        let (admitted, over) = (&mut self.admitted, self.missing[1]);
        let value = self.values.entry(key).or_insert_with(|| {
            *admitted += 1;
            Value { text: text.into(), bad: 0, rest: 0, over }
        });
        match side {
            Side::Bad => value.bad += 1,
            Side::Rest => value.rest += 1,
        }
    }

    /// Whether its values hardly repeat: half of its records or more brought one that was not there.
    pub fn hardly_repeats(&self) -> bool {
        self.records >= SEEN && self.admitted * 2 > self.records
    }

    /// Records whose value left the table, at most; 0 when nothing did.
    pub fn beyond(&self) -> u64 {
        self.admitted - self.values.len() as u64
    }

    /// Values that could have been seen often enough to be asked about but left the table.
    pub fn unseen(&self) -> u64 {
        if self.missing == [0; 2] { 0 } else { self.records / SEEN }
    }

    /// The rarest leave: those without a bad record first.
    fn make_room(&mut self) {
        let mut limit = 1;
        while self.values.len() > VALUES / 2 {
            let missing = &mut self.missing;
            self.values.retain(|_, value| {
                let stays = value.bad > 0 || value.rest > limit;
                missing[1] = if stays { missing[1] } else { missing[1].max(value.rest + value.over) };
                stays
            });
            if self.values.len() > VALUES / 2 {
                self.values.retain(|_, value| {
                    let stays = value.bad > limit || value.rest > limit;
                    if !stays {
                        *missing = [missing[0].max(value.bad), missing[1].max(value.rest + value.over)];
                    }
                    stays
                });
            }
            limit *= 2;
        }
    }
}

/// The hash of some bytes below a key.
#[inline]
pub(super) fn hash(below: u64, bytes: &[u8]) -> u64 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |state: u64, word: u64| {
        let product = u128::from(state ^ word).wrapping_mul(u128::from(K));
        (product as u64) ^ ((product >> 64) as u64)
    };
    let (words, tail) = bytes.as_chunks::<8>();
    let mut state = mix(below, bytes.len() as u64 ^ 0x5851_f42d_4c95_7f2d);
    for word in words {
        state = mix(state, u64::from_le_bytes(*word)).rotate_left(5);
    }
    let mut last = [0; 8];
    last[..tail.len()].copy_from_slice(tail);
    mix(mix(state, u64::from_le_bytes(last)), K)
}

/// Hashes that are hashes already.
#[derive(Clone, Copy, Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(self.0, bytes);
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_frequent_stays_and_what_left_is_owned_up_to() {
        let mut field = Field::new(b"user", false);
        for at in 0..200_000u64 {
            let text = if at % 50 == 0 { "often".to_owned() } else { format!("u{at}") };
            field.count(if at % 100 == 0 { Side::Bad } else { Side::Rest }, hash(1, text.as_bytes()), text.as_bytes());
        }
        let often = field.values().find(|(_, value)| *value.text == *b"often").unwrap().1;
        assert_eq!((often.bad, often.rest), (2_000, 2_000));
        assert!(field.values.len() <= VALUES && field.beyond() > 190_000 && field.hardly_repeats());
        assert_eq!(field.unseen(), 20_000);
    }

    #[test]
    fn values_that_differ_in_a_byte_or_in_length_have_other_keys() {
        let texts = ["", "a", "b", "aa", "a\0", "aaaaaaaa", "aaaaaaaab", "aaaaaaaa\0", "baaaaaaa", "aaaaaaaaaaaaaaaa"];
        let mut keys: Vec<u64> = texts.iter().map(|text| hash(7, text.as_bytes())).collect();
        keys.extend(texts.iter().map(|text| hash(8, text.as_bytes())));
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 2 * texts.len());
    }
}
