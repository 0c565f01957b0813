//! What a miner found, for whoever shows it: patterns with their ids, texts and counts. Made by [`super::Miner::patterns`].

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::mask::VALUE;
use super::merge;
use super::miner::Slot;
use super::shape::GLUED;
use super::table::{self, Table};

/// The name of a pattern: `p` and a digest of its template. The same template has the same name in every run, file and
/// machine, so that a filter on a pattern stays good after a restart and means the same in two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatternId(u64);

impl PatternId {
    /// The digest, to be kept in eight bytes.
    pub fn number(self) -> u64 {
        self.0
    }
}

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
    pub template: Arc<str>,
    /// How many lines.
    pub count: u64,
    /// The first of them in the order in which the miner took them, from 1.
    pub first: u64,
    /// The last of them.
    pub last: u64,
}

/// The patterns of a stream so far, in the order of their first lines.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    all: Vec<Pattern>,
    names: Arc<Names>,
    /// The state of the table that this tells of.
    lines: u64,
}

/// What stays as it is while no new shape comes.
#[derive(Debug, Default)]
struct Names {
    version: Option<u64>,
    /// For each place of the table its pattern.
    of_place: Vec<u32>,
    /// For each slot its pattern.
    of_slot: Vec<u32>,
}

/// What the table held at one moment, taken in little time so that patterns can be made of it while the miner goes on.
#[derive(Debug)]
pub struct Tally {
    version: u64,
    lines: u64,
    /// For each place lines, first and last.
    counts: Vec<(u64, u64, u64)>,
    /// Unless they are known.
    shapes: Option<Shapes>,
}

#[derive(Debug)]
struct Shapes {
    /// Of each place.
    keys: Vec<Arc<[u8]>>,
    /// Of each slot.
    places: Vec<u32>,
}

impl Tally {
    pub(super) fn of(table: &Table, known: &Patterns) -> Self {
        let live = table.live();
        let new = known.names.version != Some(table.version());
        Self {
            version: table.version(),
            lines: table.counters().lines,
            counts: live.iter().map(|shape| (shape.count, shape.first, shape.last)).collect(),
            shapes: new.then(|| Shapes {
                keys: live.iter().map(|shape| Arc::clone(&shape.key)).collect(),
                places: table.places().to_vec(),
            }),
        }
    }
}

impl Patterns {
    /// Whether nothing has come to the table since.
    pub(super) fn is_of(&self, table: &Table) -> bool {
        self.names.version == Some(table.version()) && self.lines == table.counters().lines
    }

    /// These patterns with what has come since, by a tally that was taken for them. Shapes are joined only if there are
    /// new ones (40 ms for 15,000 shapes); else counts are brought up to date, which takes a hundredth of that.
    pub fn updated(&self, tally: &Tally) -> Self {
        let mut made = match &tally.shapes {
            Some(shapes) => Self::joined(tally, shapes),
            None => self.clone(),
        };
        made.lines = tally.lines;
        made.count(tally);
        made
    }

    fn joined(tally: &Tally, Shapes { keys, places }: &Shapes) -> Self {
        // In an order of their own, so that the order of the lines decides nothing.
        let mut sorted: Vec<usize> = (1..keys.len()).collect();
        sorted.sort_by(|one, other| keys[*one].cmp(&keys[*other]));
        let in_order: Vec<&[u8]> = sorted.iter().map(|at| &*keys[*at]).collect();
        let templates = merge::merge(&in_order);
        let texts: Vec<Arc<str>> = templates.shapes.iter().map(|shape| text(shape).into()).collect();
        let mut template_of = vec![Arc::from("<*>"); keys.len()];
        for (at, template) in sorted.iter().zip(&templates.of_shape) {
            template_of[*at] = Arc::clone(&texts[*template as usize]);
        }
        let mut order: Vec<usize> = (0..keys.len()).filter(|at| tally.counts[*at].0 > 0).collect();
        order.sort_by_key(|at| tally.counts[*at].1);
        let mut made = Self::default();
        let mut by_text: HashMap<Arc<str>, u32> = HashMap::new();
        let mut ids: HashMap<PatternId, Arc<str>> = HashMap::new();
        let mut of_place = vec![u32::MAX; keys.len()];
        for at in order {
            let template = &template_of[at];
            of_place[at] = *by_text.entry(Arc::clone(template)).or_insert_with(|| {
                let id = name(template, &mut ids);
                made.all.push(Pattern { id, template: Arc::clone(template), count: 0, first: 0, last: 0 });
                made.all.len() as u32 - 1
            });
        }
        let of_slot = places.iter().map(|place| of_place[*place as usize]).collect();
        made.names = Arc::new(Names { version: Some(tally.version), of_place, of_slot });
        made
    }

    /// Takes the counts.
    fn count(&mut self, tally: &Tally) {
        for pattern in &mut self.all {
            (pattern.count, pattern.first, pattern.last) = (0, 0, 0);
        }
        for ((count, first, last), index) in tally.counts.iter().zip(&self.names.of_place) {
            let Some(pattern) = self.all.get_mut(*index as usize) else { continue };
            pattern.count += count;
            pattern.first = table::earlier(pattern.first, *first);
            pattern.last = pattern.last.max(*last);
        }
    }

    /// Whether slots belong to the same patterns in both: only counts may differ.
    pub fn has_names_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.names, &other.names)
    }

    /// All of them, in the order of their first lines.
    pub fn all(&self) -> &[Pattern] {
        &self.all
    }

    /// The pattern that a slot belongs to, as an index into [`Patterns::all`]; `None` for a slot that is younger than
    /// these patterns. One without a message yet is among those beyond the budget, if there are such.
    pub fn of_slot(&self, slot: Slot) -> Option<usize> {
        let index = *self.names.of_slot.get(slot.0 as usize)? as usize;
        (index < self.all.len()).then_some(index)
    }
}

/// The digest of a template; one that another template has already taken is digested again.
fn name(template: &Arc<str>, taken: &mut HashMap<PatternId, Arc<str>>) -> PatternId {
    let mut digest = fnv(0xcbf2_9ce4_8422_2325, template.as_bytes());
    while taken.get(&PatternId(digest)).is_some_and(|other| other != template) {
        digest = fnv(digest, template.as_bytes());
    }
    taken.insert(PatternId(digest), Arc::clone(template));
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
