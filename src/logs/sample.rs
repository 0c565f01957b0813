//! The fields of a look: which there are, their most frequent values, and the numbers among them. Reading a record costs far
//! more than counting it, so that of a large look records at even distances are read, and how many is said.

use std::sync::Arc;

use crate::analysis::fields::{Field, Fields};
use crate::domain::{CleanText, LogRecord, Severity};
use crate::store::LogStore;
use crate::store::filter::level_word;

use super::answer::{FieldRow, FieldsPage, Numbers};
use super::ask::FieldsAsk;
use super::hits::Hits;
use super::merge::Lane;
use super::page::cut_lane;
use super::shelf::{Shelf, decode};

/// Records read at most.
const MOST: u64 = 10_000;
/// What reading one costs.
const COST: usize = 8_000;
/// Fields told at most.
const FIELDS: usize = 100;
/// Values told of a field.
const VALUES: usize = 20;

/// The fields of one look, as far as they are read.
#[derive(Debug)]
pub(super) struct Sample {
    ask: FieldsAsk,
    fields: Fields,
    /// How many records there were to choose from.
    of: u64,
    next: u64,
    is_done: bool,
    lost: u64,
}

impl Sample {
    pub(super) fn new(ask: FieldsAsk) -> Self {
        Self { ask, fields: Fields::default(), of: 0, next: 0, is_done: false, lost: 0 }
    }

    pub(super) fn ask(&self) -> &FieldsAsk {
        &self.ask
    }

    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// Begins anew when the look has become a tenth larger.
    pub(super) fn more(&mut self, shelf: &Shelf, hits: &Hits) {
        let now = self.count(shelf, hits);
        if self.is_done && (now > self.of + self.of / 10 || now < self.of) {
            *self = Self::new(self.ask.clone());
        }
    }

    /// Reads on until so much was done; says whether anything was. Waits until all that passes is known.
    pub(super) fn work(&mut self, shelf: &Shelf, held: &LogStore, hits: &Hits, cost: &mut usize, most: usize) -> bool {
        if self.is_done || hits.progress().is_some() {
            return false;
        }
        let count = self.count(shelf, hits);
        if self.next == 0 {
            self.of = count;
        }
        let chosen = self.of.min(MOST);
        while self.next < chosen && *cost < most {
            let at = u64::try_from(u128::from(self.of) * u128::from(self.next) / u128::from(chosen)).unwrap_or(0);
            self.next += 1;
            *cost += COST;
            match self.record(shelf, held, hits, at) {
                Some(record) => self.take(&record),
                None => self.lost += 1,
            }
        }
        self.is_done = self.next >= chosen;
        true
    }

    pub(super) fn page(&self) -> FieldsPage {
        let rows: Vec<FieldRow> = match &self.ask.field {
            Some(name) => self.fields.get(name).map(row).into_iter().collect(),
            None => self.fields.by_records().into_iter().take(FIELDS).map(row).collect(),
        };
        FieldsPage {
            generation: self.ask.generation,
            rows,
            records: self.fields.records(),
            of: self.of,
            progress: None,
        }
    }

    fn count(&self, shelf: &Shelf, hits: &Hits) -> u64 {
        let (tapes, held) = hits.lanes(shelf);
        let lanes = tapes.iter().map(|lane| lane as &dyn Lane).chain([&held as &dyn Lane]);
        lanes.map(|lane| cut_lane(lane, &self.ask.look)).map(|range| range.end - range.start).sum()
    }

    /// The record at a place, run after run: the order does not matter here.
    fn record(&self, shelf: &Shelf, store: &LogStore, hits: &Hits, mut at: u64) -> Option<Arc<LogRecord>> {
        let (tapes, held) = hits.lanes(shelf);
        for lane in &tapes {
            let range = cut_lane(lane, &self.ask.look);
            if at < range.end - range.start {
                let row = lane.row(range.start + at)?;
                let span = lane.tape.span(row)?;
                let bytes = lane.tape.tape().file().text(super::shelf::cut(&span)).ok()?;
                return Some(Arc::new(decode(lane.tape, row, &bytes)));
            }
            at -= range.end - range.start;
        }
        let range = cut_lane(&held, &self.ask.look);
        let key = held.key(range.start + at)?;
        store.held(key).map(|held| Arc::clone(&held.record))
    }

    fn take(&mut self, record: &LogRecord) {
        let own = record.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let known = [("service", record.service.as_str()), ("level", level_word(record.severity))];
        let trace = record.trace_id.as_ref().map(|trace| ("trace", trace.as_str()));
        let level = record.severity != Severity::Unset;
        let known = known.into_iter().filter(|(name, value)| !value.is_empty() && (level || *name != "level"));
        self.fields.record(known.chain(trace).chain(own));
    }
}

fn row(field: &Field) -> FieldRow {
    FieldRow {
        name: CleanText::line(field.name()),
        records: field.records(),
        top: field.top().iter().take(VALUES).map(|value| (CleanText::line(value.text), value.count)).collect(),
        distinct: field.distinct(),
        numbers: field.numbers().map(|numbers| Numbers {
            count: numbers.count,
            min: numbers.min,
            p50: numbers.p50,
            p90: numbers.p90,
            p99: numbers.p99,
            max: numbers.max,
            unit: CleanText::line(numbers.unit),
        }),
    }
}
