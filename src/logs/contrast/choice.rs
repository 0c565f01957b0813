//! Which rows are read: of both sides, by columns alone, so that many millions can be chosen from.

use std::collections::HashMap;
use std::sync::Arc;

use crate::analysis::correlate::Side;
use crate::domain::{CleanText, LogRecord, RecordKey};
use crate::logfile::Snapshot;
use crate::logfile::tape::ROWS;
use crate::store::LogStore;

use super::super::ask::{ContrastAsk, Look, Services};
use super::super::bits::Bits;
use super::super::hits::Hits;
use super::super::merge::{after, start_of};
use super::super::shelf::{Shelf, rows_before};

/// What looking at the columns of a chunk costs.
const COST: usize = ROWS * 4;

/// Others that are read even if services then are in other proportions than among the bad.
const ENOUGH: u64 = 2_000;
/// A service with fewer of the bad than one in so many does not decide how many others are read.
const RARE: u64 = 50;

/// The rows of both sides.
#[derive(Debug, Default)]
pub(super) struct Choice {
    look: Look,
    services: Services,
    tapes: Vec<(Snapshot, std::ops::Range<u32>)>,
    at: (usize, usize),
    rows: Vec<Rows>,
    held: Vec<(Side, Arc<LogRecord>, u32)>,
    names: Vec<CleanText>,
    by_name: HashMap<CleanText, usize>,
    /// For each service the records of each side.
    counts: Vec<[u64; 2]>,
    most: u64,
    bad: Even,
    rest: Vec<Even>,
}

/// The rows of a chunk on each side.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub tape: Snapshot,
    pub chunk: usize,
    pub bad: Bits,
    pub rest: Bits,
    /// For each of the tape's services its place among all.
    places: Arc<[usize]>,
}

/// Takes so many of so many, at even distances.
#[derive(Clone, Copy, Debug, Default)]
struct Even {
    all: u64,
    wanted: u64,
    seen: u64,
}

impl Even {
    fn new(all: u64, wanted: u64) -> Self {
        Self { all, wanted: wanted.min(all), seen: 0 }
    }

    /// Whether the next one is taken.
    fn take(&mut self) -> bool {
        let upto = |seen: u64| u128::from(seen) * u128::from(self.wanted) / u128::from(self.all.max(1));
        let before = upto(self.seen);
        self.seen += 1;
        upto(self.seen) > before
    }
}

impl Choice {
    /// Nothing chosen yet of what stands on the shelf.
    pub fn new(ask: &ContrastAsk, shelf: &Shelf) -> Self {
        let look = ask.look.clone();
        let tapes = shelf.tapes().iter().map(|tape| (tape.clone(), rows_of(tape, &look))).collect();
        Self { look, services: ask.services, tapes, most: ask.most, ..Self::default() }
    }

    /// Whether all chunks were looked at.
    pub fn is_done(&self) -> bool {
        self.at.0 >= self.tapes.len()
    }

    /// How many files the records are from.
    pub fn tapes(&self) -> usize {
        self.tapes.len()
    }

    /// The chunks with rows of either side.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Looks at one more chunk; `false` when all were looked at.
    pub fn step(&mut self, bad: &Hits, among: Option<&Hits>, cost: &mut usize) -> bool {
        let Some((tape, range)) = self.tapes.get(self.at.0).cloned() else { return false };
        let chunk = self.at.1;
        self.at.1 += 1;
        if chunk * ROWS >= range.end as usize {
            self.at = (self.at.0 + 1, 0);
            return true;
        }
        let inside = |row: u32| (row as usize).saturating_sub(chunk * ROWS).min(ROWS);
        let looked_at = Bits::of(inside(range.start)..inside(range.end));
        if looked_at.is_none() {
            return true;
        }
        *cost += COST;
        let number = tape.tape().number();
        let passed = |hits: &Hits| hits.looked(number, chunk).unwrap_or_else(Bits::none);
        let mut bad = passed(bad);
        bad.and(&looked_at);
        let mut rest = looked_at;
        if let Some(among) = among {
            rest.and(&passed(among));
        }
        rest.without(&bad);
        let places = self.places(&tape);
        let services = tape.chunks().get(chunk).map(|chunk| chunk.services()).unwrap_or_default();
        for (side, bits) in [(Side::Bad, &bad), (Side::Rest, &rest)] {
            for row in bits.rows() {
                let place = services.get(row).and_then(|at| places.get(usize::from(*at))).copied().unwrap_or(0);
                if let Some(counts) = self.counts.get_mut(place) {
                    counts[side as usize] += 1;
                }
            }
        }
        self.rows.push(Rows { tape, chunk, bad, rest, places });
        true
    }

    /// Takes note of the records of live sources.
    pub fn held(&mut self, store: &LogStore, bad: &Hits, among: Option<&Hits>) {
        let window = self.look.window;
        let from = window.map_or(0, |window| store.index_of(start_of(window.start)));
        let to = window.map_or(store.len(), |window| store.index_of(start_of(window.end)));
        let to = self.look.until.map_or(to, |until| to.min(store.index_of(after(until))));
        let is_bad = |key: RecordKey| bad.has_held(key);
        for held in store.held_range(from..to.max(from)) {
            let key = held.record.key();
            let side = match (is_bad(key), among) {
                (true, _) => Side::Bad,
                (false, Some(among)) if !among.has_held(key) => continue,
                (false, Some(_) | None) => Side::Rest,
            };
            let place = self.place(&held.record.service);
            if let Some(counts) = self.counts.get_mut(place) {
                counts[side as usize] += 1;
            }
            self.held.push((side, Arc::clone(&held.record), held.slot));
        }
    }

    /// Decides how many are read of each service and side.
    pub fn settle(&mut self) {
        let all_bad: u64 = self.counts.iter().map(|counts| counts[0]).sum();
        self.bad = Even::new(all_bad, self.most);
        let (_, all_rest) = self.all();
        let of = |some: u64, part: u64, of: u64| {
            u64::try_from(u128::from(some) * u128::from(part) / u128::from(of.max(1))).unwrap_or(u64::MAX)
        };
        // As many as leave the services in the proportions that they have among the bad.
        let even = self.counts.iter().filter(|[bad, rest]| *rest > 0 && *bad > of(all_bad, 1, RARE));
        let most = match self.services {
            Services::Any => all_rest,
            Services::Same => even.map(|[bad, rest]| of(*rest, all_bad, *bad)).min().unwrap_or(0).max(ENOUGH),
        };
        let most = most.min(all_rest).min(self.most);
        let wanted = |[bad, rest]: [u64; 2]| {
            Even::new(
                rest,
                match self.services {
                    Services::Any => of(most, rest, all_rest),
                    Services::Same => of(most, bad, all_bad),
                },
            )
        };
        self.rest = self.counts.iter().map(|counts| wanted(*counts)).collect();
    }

    /// How many records are to be read of each side.
    pub fn wanted(&self) -> (u64, u64) {
        (self.bad.wanted, self.rest.iter().map(|even| even.wanted).sum())
    }

    /// How many records there are on each side; of the rest those of services that are compared.
    pub fn all(&self) -> (u64, u64) {
        let counted = self.counts.iter().filter(|[bad, _]| *bad > 0 || self.services == Services::Any);
        (self.bad.all, counted.map(|[_, rest]| rest).sum())
    }

    /// The services of the bad, those with most of them first.
    pub fn services(&self) -> Vec<CleanText> {
        let mut found: Vec<(u64, &CleanText)> =
            self.counts.iter().zip(&self.names).map(|([bad, _], name)| (*bad, name)).collect();
        found.retain(|(bad, _)| *bad > 0);
        found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(other.1)));
        found.into_iter().map(|(_, name)| name.clone()).collect()
    }

    /// The rows of a chunk that are read; `None` after the last.
    pub fn take(&mut self, at: usize) -> Option<Rows> {
        let mut rows = self.rows.get(at)?.clone();
        let chunk = rows.tape.chunks().get(rows.chunk).cloned()?;
        let mut bad = Bits::none();
        rows.bad.rows().filter(|_| self.bad.take()).for_each(|row| bad.set(row));
        let mut rest = Bits::none();
        for row in rows.rest.rows() {
            let place = chunk.services().get(row).and_then(|at| rows.places.get(usize::from(*at))).copied();
            if place.and_then(|place| self.rest.get_mut(place)).is_some_and(Even::take) {
                rest.set(row);
            }
        }
        (rows.bad, rows.rest) = (bad, rest);
        Some(rows)
    }

    /// The records of live sources that are read.
    pub fn take_held(&mut self) -> Vec<(Side, Arc<LogRecord>, u32)> {
        let mut held = std::mem::take(&mut self.held);
        held.retain(|(side, record, _)| match side {
            Side::Bad => self.bad.take(),
            Side::Rest => {
                let place = self.by_name.get(&record.service).copied();
                place.and_then(|place| self.rest.get_mut(place)).is_some_and(Even::take)
            }
        });
        held
    }

    fn places(&mut self, tape: &Snapshot) -> Arc<[usize]> {
        if let Some(last) = self.rows.last().filter(|last| last.tape.tape().number() == tape.tape().number()) {
            return Arc::clone(&last.places);
        }
        tape.names().iter().map(|name| self.place(name)).collect()
    }

    fn place(&mut self, name: &CleanText) -> usize {
        if let Some(place) = self.by_name.get(name) {
            return *place;
        }
        self.names.push(name.clone());
        self.counts.push([0; 2]);
        self.by_name.insert(name.clone(), self.names.len() - 1);
        self.names.len() - 1
    }
}

/// The rows of a tape that a look is about, filtered or not.
fn rows_of(tape: &Snapshot, look: &Look) -> std::ops::Range<u32> {
    let from = look.window.map_or(0, |window| rows_before(tape, start_of(window.start)));
    let to = look.window.map_or(tape.len(), |window| rows_before(tape, start_of(window.end)));
    let to = look.until.map_or(to, |until| to.min(rows_before(tape, after(until))));
    from..to.max(from)
}
