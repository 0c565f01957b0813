//! The shapes that were seen, within a budget. Called by [`super::Miner`] for each line.
//!
//! When the budget is full the shapes are joined into templates, which take their place and match lines themselves; if
//! that is not enough, those that were seen longest ago leave, and what belonged to them is counted as [`OTHER`].

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::mask::VALUE;
use super::merge::{self, Templates};
use super::outcome;
use super::{Budget, Counters};

/// For each shape of the budget so many that fitted templates are remembered, at twelve bytes.
const ALIASES: usize = 4;

/// The record of lines that have no shape of their own: those beyond the budget.
pub const OTHER: u32 = 0;

/// A shape and the lines that have it.
#[derive(Debug, Clone)]
pub struct Shape {
    /// As [`super::tokens`] writes it.
    pub key: Arc<[u8]>,
    /// Lines.
    pub count: u64,
    /// The first line, from 1.
    pub first: u64,
    /// The last line.
    pub last: u64,
}

/// The shapes of a stream.
#[derive(Debug, Clone)]
pub struct Table {
    budget: Budget,
    /// What is known now; the first is [`OTHER`].
    live: Vec<Shape>,
    /// For every shape that ever was, its place in `live`.
    places: Vec<u32>,
    index: HashMap<u64, u32, BuildHasherDefault<Ready>>,
    /// After a join: the templates, by their number of tokens.
    joined: HashMap<usize, Vec<u32>>,
    /// By the hash of a shape that fitted a template: the template. Nothing but a memory of [`Table::fitting`].
    aliases: HashMap<u64, u32, BuildHasherDefault<Ready>>,
    bytes: usize,
    counters: Counters,
    /// Rises whenever a number means another shape than before.
    version: u64,
}

impl Table {
    /// An empty table.
    pub fn new(budget: Budget) -> Self {
        let other = Shape { key: Arc::from([b' ', VALUE]), count: 0, first: 0, last: 0 };
        Self {
            budget,
            live: vec![other],
            places: vec![OTHER],
            index: HashMap::default(),
            joined: HashMap::new(),
            aliases: HashMap::default(),
            bytes: 0,
            counters: Counters::default(),
            version: 0,
        }
    }

    /// Counts a line with this shape and gives the shape's number, which stays valid for good.
    pub fn add(&mut self, key: &[u8]) -> u32 {
        self.counters.lines += 1;
        let hash = hash(key);
        let number = self.find(hash, key).or_else(|| self.fitting(hash, key)).unwrap_or_else(|| self.insert(hash, key));
        let line = self.counters.lines;
        let shape = &mut self.live[self.places[number as usize] as usize];
        shape.count += 1;
        shape.last = line;
        if shape.first == 0 {
            shape.first = line;
            // The first line of a shape, and of those beyond the budget, makes a pattern.
            self.version += 1;
        }
        number
    }

    /// A number for a line whose shape is not known yet.
    pub fn reserve(&mut self) -> u32 {
        if self.places.len() >= self.budget.ever {
            return OTHER;
        }
        self.places.push(OTHER);
        self.places.len() as u32 - 1
    }

    /// Lets a reserved number mean the shape of another.
    pub fn refer(&mut self, number: u32, of: u32) {
        let place = self.places[of as usize];
        if let Some(reserved) = self.places.get_mut(number as usize).filter(|_| number != OTHER) {
            *reserved = place;
            self.version += 1;
        }
    }

    /// For every number its place in [`Table::live`].
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// Rises whenever a number means another shape than before.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What is known now.
    pub fn live(&self) -> &[Shape] {
        &self.live
    }

    /// What was counted.
    pub fn counters(&self) -> Counters {
        Counters {
            shapes: self.live.len() - 1,
            bytes: self.bytes,
            remembered: self.aliases.len(),
            beyond: self.live[0].count,
            ..self.counters
        }
    }

    fn find(&self, mut hash: u64, key: &[u8]) -> Option<u32> {
        loop {
            let number = *self.index.get(&hash)?;
            if *self.live[self.places[number as usize] as usize].key == *key {
                return Some(number);
            }
            hash = hash.wrapping_add(1);
        }
    }

    /// A template from a join that this shape is an instance of.
    fn fitting(&mut self, hash: u64, key: &[u8]) -> Option<u32> {
        if self.joined.is_empty() {
            return None;
        }
        if let Some(number) = self.aliases.get(&hash) {
            return Some(*number);
        }
        let fits = |number: &&u32| {
            let template = &self.live[self.places[**number as usize] as usize].key;
            merge::split(template)
                .zip(merge::split(key))
                .all(|(known, token)| known == token || known == [VALUE] && !outcome::is_outcome(token))
        };
        let number = self.joined.get(&merge::split(key).count())?.iter().find(fits).copied()?;
        if self.aliases.len() < self.budget.shapes * ALIASES {
            self.aliases.insert(hash, number);
        }
        Some(number)
    }

    fn insert(&mut self, hash: u64, key: &[u8]) -> u32 {
        if self.live.len() > self.budget.shapes || self.bytes + key.len() > self.budget.bytes {
            self.shrink();
            if let Some(number) = self.fitting(hash, key) {
                return number;
            }
        }
        if self.places.len() >= self.budget.ever || key.len() > self.budget.bytes / 2 {
            return OTHER;
        }
        let number = self.places.len() as u32;
        self.places.push(self.live.len() as u32);
        self.live.push(Shape { key: key.into(), count: 0, first: 0, last: 0 });
        self.bytes += key.len();
        self.enter(number);
        number
    }

    fn enter(&mut self, number: u32) {
        let mut hash = hash(&self.live[self.places[number as usize] as usize].key);
        while self.index.contains_key(&hash) {
            hash = hash.wrapping_add(1);
        }
        self.index.insert(hash, number);
    }

    /// Joins what can be joined; then lets the longest unseen go until half the budget is free.
    fn shrink(&mut self) {
        self.counters.joins += 1;
        self.version += 1;
        let keys: Vec<&[u8]> = self.live.iter().skip(1).map(|shape| &*shape.key).collect();
        let templates = merge::merge(&keys);
        let mut next = self.gather(&templates);
        let kept = keep(&next, self.budget);
        let mut moved = vec![OTHER; next.len()];
        let mut live = vec![next[0].clone()];
        for (at, shape) in next.drain(..).enumerate().skip(1) {
            if kept[at] {
                moved[at] = live.len() as u32;
                live.push(shape);
            } else {
                self.counters.dropped += 1;
                live[0].count += shape.count;
                live[0].first = earlier(live[0].first, shape.first);
                live[0].last = live[0].last.max(shape.last);
            }
        }
        for place in &mut self.places {
            *place = match place.checked_sub(1) {
                Some(old) => moved[templates.of_shape[old as usize] as usize + 1],
                None => OTHER,
            };
        }
        self.bytes = live.iter().skip(1).map(|shape| shape.key.len()).sum();
        self.live = live;
        self.index_again();
    }

    /// The templates with the counts of their shapes; the first is [`OTHER`].
    fn gather(&self, templates: &Templates) -> Vec<Shape> {
        let mut next = vec![self.live[0].clone()];
        next.extend(templates.shapes.iter().map(|key| Shape {
            key: key.as_slice().into(),
            count: 0,
            first: 0,
            last: 0,
        }));
        for (shape, template) in self.live.iter().skip(1).zip(&templates.of_shape) {
            let into = &mut next[*template as usize + 1];
            into.count += shape.count;
            into.first = earlier(into.first, shape.first);
            into.last = into.last.max(shape.last);
        }
        next
    }

    fn index_again(&mut self) {
        self.index.clear();
        self.joined.clear();
        self.aliases.clear();
        let mut entered = vec![false; self.live.len()];
        entered[OTHER as usize] = true;
        for number in 0..self.places.len() as u32 {
            let place = self.places[number as usize] as usize;
            if std::mem::replace(&mut entered[place], true) {
                continue;
            }
            self.enter(number);
            let key = &self.live[place].key;
            if merge::split(key).any(|token| token == [VALUE]) {
                self.joined.entry(merge::split(key).count()).or_default().push(number);
            }
        }
    }
}

/// The earlier of two lines, of which 0 is none.
pub fn earlier(one: u64, other: u64) -> u64 {
    match (one, other) {
        (0, line) | (line, 0) => line,
        _ => one.min(other),
    }
}

/// Which shapes stay: those seen last, up to half of the budget.
fn keep(shapes: &[Shape], budget: Budget) -> Vec<bool> {
    let mut order: Vec<usize> = (1..shapes.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(shapes[*at].last), *at));
    let mut kept = vec![false; shapes.len()];
    let mut bytes = 0;
    for at in order.into_iter().take(budget.shapes / 2) {
        bytes += shapes[at].key.len();
        if bytes > budget.bytes / 2 {
            break;
        }
        kept[at] = true;
    }
    kept
}

/// A fast hash of a key; keys are compared as well, so that it need not resist anybody.
fn hash(key: &[u8]) -> u64 {
    const BY: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut sum = key.len() as u64;
    let (words, rest) = key.as_chunks::<8>();
    for word in words {
        sum = (sum.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(BY);
    }
    for byte in rest {
        sum = (sum.rotate_left(5) ^ u64::from(*byte)).wrapping_mul(BY);
    }
    sum ^ (sum >> 29)
}

/// Keys of the index are hashes already.
#[derive(Default, Clone, Copy)]
struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}
