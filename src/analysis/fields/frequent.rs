//! The most frequent values of a field, by space-saving. Kept by [`super::Field`].

/// Values kept at a time.
pub const TOP: usize = 64;

/// A frequent value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'a> {
    /// Its text, as far as it is kept.
    pub text: &'a str,
    /// How often it came, at most.
    pub count: u64,
    /// By how much the count may be too high.
    pub over: u64,
}

/// The counters. Hashes stand in a row of their own, because they are searched for every value.
#[derive(Clone, Debug, Default)]
pub struct Frequent {
    hashes: Vec<u64>,
    kept: Vec<Kept>,
    evicted: bool,
}

#[derive(Clone, Debug)]
struct Kept {
    text: Box<str>,
    count: u64,
    over: u64,
}

impl Frequent {
    /// Counts a value; equal hashes are equal values.
    pub fn add(&mut self, text: &str, hash: u64) {
        if let Some(at) = self.hashes.iter().position(|known| *known == hash) {
            self.kept[at].count += 1;
        } else if self.kept.len() < TOP {
            self.hashes.push(hash);
            self.kept.push(Kept { text: text.into(), count: 1, over: 0 });
        } else if let Some((at, least)) = self.kept.iter_mut().enumerate().min_by_key(|(_, kept)| kept.count) {
            // The newcomer takes the place and the count of the rarest: it cannot have come more often.
            self.evicted = true;
            self.hashes[at] = hash;
            *least = Kept { text: text.into(), count: least.count + 1, over: least.count };
        }
    }

    /// The number of different values, as long as all of them are kept.
    pub fn exact(&self) -> Option<u64> {
        (!self.evicted).then_some(self.kept.len() as u64)
    }

    /// The values, the most frequent first, equal ones by their text.
    pub fn top(&self) -> Vec<Value<'_>> {
        let mut all: Vec<Value<'_>> =
            self.kept.iter().map(|kept| Value { text: &kept.text, count: kept.count, over: kept.over }).collect();
        all.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.text.cmp(other.text)));
        all
    }
}
