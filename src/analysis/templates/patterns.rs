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

impl Patterns {
    /// Whether nothing has come to the table since.
    pub(super) fn is_of(&self, table: &Table) -> bool {
        self.names.version == Some(table.version()) && self.lines == table.counters().lines
    }

    /// These patterns with what has come to the table since.
    pub(super) fn brought_to(&self, table: &Table) -> Self {
        if self.names.version != Some(table.version()) {
            return Self::of(table);
        }
        let mut made = self.clone();
        made.lines = table.counters().lines;
        made.count(table);
        made
    }

    fn of(table: &Table) -> Self {
        let live = table.live();
        // In an order of their own, so that the order of the lines decides nothing.
        let mut sorted: Vec<usize> = (1..live.len()).collect();
        sorted.sort_by(|one, other| live[*one].key.cmp(&live[*other].key));
        let keys: Vec<&[u8]> = sorted.iter().map(|at| &*live[*at].key).collect();
        let templates = merge::merge(&keys);
        let texts: Vec<Arc<str>> = templates.shapes.iter().map(|shape| text(shape).into()).collect();
        let mut template_of = vec![Arc::from("<*>"); live.len()];
        for (at, template) in sorted.iter().zip(&templates.of_shape) {
            template_of[*at] = Arc::clone(&texts[*template as usize]);
        }
        let mut order: Vec<usize> = (0..live.len()).filter(|at| live[*at].count > 0).collect();
        order.sort_by_key(|at| live[*at].first);
        let mut made = Self { lines: table.counters().lines, ..Self::default() };
        let mut by_text: HashMap<Arc<str>, u32> = HashMap::new();
        let mut ids: HashMap<PatternId, Arc<str>> = HashMap::new();
        let mut of_place = vec![u32::MAX; live.len()];
        for at in order {
            let template = &template_of[at];
            of_place[at] = *by_text.entry(Arc::clone(template)).or_insert_with(|| {
                let id = name(template, &mut ids);
                made.all.push(Pattern { id, template: Arc::clone(template), count: 0, first: 0, last: 0 });
                made.all.len() as u32 - 1
            });
        }
        let of_slot = table.places().iter().map(|place| of_place[*place as usize]).collect();
        made.names = Arc::new(Names { version: Some(table.version()), of_place, of_slot });
        made.count(table);
        made
    }

    /// Takes the counts from the table.
    fn count(&mut self, table: &Table) {
        for pattern in &mut self.all {
            (pattern.count, pattern.first, pattern.last) = (0, 0, 0);
        }
        for (shape, index) in table.live().iter().zip(&self.names.of_place) {
            let Some(pattern) = self.all.get_mut(*index as usize) else { continue };
            pattern.count += shape.count;
            pattern.first = table::earlier(pattern.first, shape.first);
            pattern.last = pattern.last.max(shape.last);
        }
    }

    /// All of them, in the order of their first lines.
    pub fn all(&self) -> &[Pattern] {
        &self.all
    }

    /// The pattern that a slot belongs to, as an index into [`Patterns::all`]; `None` for a slot that is younger than
    /// these patterns or has no message yet.
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
