//! What a miner found, for whoever shows it: patterns with their ids, texts and counts. Made by [`super::Miner::patterns`].

use std::collections::HashMap;
use std::fmt;

use super::mask::VALUE;
use super::merge;
use super::table::{self, OTHER, Table};
use super::tokens::GLUED;

/// The name of a pattern: `p` and a digest of its template. The same template has the same name in every run, file and
/// machine, so that a filter on a pattern stays good after a restart and means the same in two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatternId(u64);

impl fmt::Display for PatternId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "p{:016x}", self.0)
    }
}

/// Lines that are the same event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Its name.
    pub id: PatternId,
    /// The message with `<*>` for what varies. Not sanitised: it holds the bytes of the line, without control characters
    /// of ASCII, with what is not UTF-8 replaced.
    pub template: String,
    /// How many lines.
    pub count: u64,
    /// The first of them, from 1.
    pub first: u64,
    /// The last of them.
    pub last: u64,
}

/// The patterns of a stream so far, in the order of their first lines.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    all: Vec<Pattern>,
    /// For each place of the table its pattern.
    of_place: Vec<u32>,
}

impl Patterns {
    pub(super) fn of(table: &Table) -> Self {
        let live = table.live();
        let keys: Vec<&[u8]> = live.iter().skip(1).map(|shape| &*shape.key).collect();
        let templates = merge::merge(&keys);
        let mut made = Self::default();
        let mut by_text: HashMap<String, u32> = HashMap::new();
        let mut ids: HashMap<PatternId, String> = HashMap::new();
        for (at, shape) in live.iter().enumerate() {
            let key = match at.checked_sub(1) {
                Some(at) => &templates.shapes[templates.of_shape[at] as usize],
                None => &*shape.key,
            };
            let template = if at == OTHER as usize { String::from("<*>") } else { text(key) };
            let index = *by_text.entry(template).or_insert_with_key(|template| {
                let pattern =
                    Pattern { id: name(template, &mut ids), template: template.clone(), count: 0, first: 0, last: 0 };
                made.all.push(pattern);
                made.all.len() as u32 - 1
            });
            let pattern = &mut made.all[index as usize];
            pattern.count += shape.count;
            pattern.first = table::earlier(pattern.first, shape.first);
            pattern.last = pattern.last.max(shape.last);
            made.of_place.push(index);
        }
        made.in_order()
    }

    /// Sorts by first line and leaves out what has no line.
    fn in_order(self) -> Self {
        let mut order: Vec<usize> = (0..self.all.len()).filter(|at| self.all[*at].count > 0).collect();
        order.sort_by_key(|at| self.all[*at].first);
        let mut moved = vec![0; self.all.len()];
        for (to, from) in order.iter().enumerate() {
            moved[*from] = to as u32;
        }
        Self {
            all: order.iter().map(|at| self.all[*at].clone()).collect(),
            of_place: self.of_place.iter().map(|at| moved[*at as usize]).collect(),
        }
    }

    /// All of them, in the order of their first lines.
    pub fn all(&self) -> &[Pattern] {
        &self.all
    }

    pub(super) fn at_place(&self, place: u32) -> Option<usize> {
        self.of_place.get(place as usize).map(|index| *index as usize).filter(|index| *index < self.all.len())
    }
}

/// The digest of a template; one that another template has already taken is digested again.
fn name(template: &str, taken: &mut HashMap<PatternId, String>) -> PatternId {
    let mut digest = fnv(0xcbf2_9ce4_8422_2325, template.as_bytes());
    while taken.get(&PatternId(digest)).is_some_and(|other| other != template) {
        digest = fnv(digest, template.as_bytes());
    }
    taken.insert(PatternId(digest), template.to_owned());
    PatternId(digest)
}

/// FNV-1a over 64 bits.
fn fnv(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A shape as people read it.
fn text(shape: &[u8]) -> String {
    let mut out = Vec::with_capacity(shape.len() + 16);
    for byte in shape {
        match *byte {
            GLUED => {}
            VALUE => out.extend_from_slice(b"<*>"),
            byte => out.push(byte),
        }
    }
    String::from_utf8_lossy(out.trim_ascii()).into_owned()
}
