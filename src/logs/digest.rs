//! What prompts and reports need of the records of a time: errors by service with the first and the last of each, and what
//! is new in its second half.

use std::collections::HashMap;

use crate::domain::{CleanText, LogRecord, RecordKey, TimeWindow};
use crate::logfile::tape::place_of;

use super::answer::{Digest, PatternRow, ServiceErrors};
use super::hits::Hits;
use super::merge::{Lane, Merged};
use super::page::World;
use super::sets::Which;

/// Services told.
const SERVICES: usize = 8;
/// Of the records of each, so many of the first and so many of the last.
const RECORDS: usize = 6;
/// Services that are told apart while counting.
const APART: usize = 256;
/// Errors looked at, the newest; more are not counted.
const ERRORS: u64 = 200_000;

/// The error records of one service so far.
#[derive(Default)]
struct Errors {
    count: u64,
    first: Vec<RecordKey>,
    last: std::collections::VecDeque<RecordKey>,
}

/// The filter of error records.
pub(super) fn errors() -> Which {
    let filter = crate::store::Filter::parse("level>=error").unwrap_or_default();
    Which { filter, search: None }
}

/// Tells the error records of a window and the news that were found in it.
pub(super) fn digest(world: &mut World<'_>, hits: &Hits, window: TimeWindow, news: Vec<PatternRow>) -> Digest {
    let mut by_service: HashMap<CleanText, Errors> = HashMap::new();
    let (tapes, held) = hits.lanes(world.shelf);
    let lanes = tapes.iter().map(|lane| lane as &dyn Lane).chain([&held as &dyn Lane]);
    let merged = Merged::new(lanes, Some(window), None);
    let skipped = merged.len().saturating_sub(ERRORS);
    let mut cursor = match merged.select(skipped) {
        Some(first) => merged.at(first),
        None => merged.end(),
    };
    while let Some(key) = merged.next(&mut cursor) {
        let service = match place_of(key.id) {
            None => world.held.get(key).map(|record| record.service.clone()),
            Some(_) => world.shelf.row(key.id).and_then(|(tape, row)| {
                let service = tape.chunks().get(row as usize / crate::logfile::tape::ROWS)?.services();
                tape.names().get(usize::from(*service.get(row as usize % crate::logfile::tape::ROWS)?)).cloned()
            }),
        };
        let Some(service) = service else { continue };
        if by_service.len() >= APART && !by_service.contains_key(&service) {
            continue;
        }
        by_service.entry(service).or_default().add(key);
    }
    let mut found: Vec<(CleanText, Errors)> = by_service.into_iter().collect();
    found.sort_by(|one, other| other.1.count.cmp(&one.1.count).then_with(|| one.0.cmp(&other.0)));
    found.truncate(SERVICES);
    let errors = found.into_iter().map(|(service, errors)| errors.told(service, world)).collect();
    Digest { errors, news }
}

impl Errors {
    fn add(&mut self, key: RecordKey) {
        self.count += 1;
        if self.first.len() < RECORDS {
            self.first.push(key);
            return;
        }
        if self.last.len() == RECORDS {
            self.last.pop_front();
        }
        self.last.push_back(key);
    }

    fn told(self, service: CleanText, world: &mut World<'_>) -> ServiceErrors {
        let keys = self.first.into_iter().chain(self.last);
        let records: Vec<std::sync::Arc<LogRecord>> =
            keys.filter_map(|key| world.row(key)).filter(|row| row.gone.is_none()).map(|row| row.record).collect();
        ServiceErrors { service, count: self.count, records }
    }
}
