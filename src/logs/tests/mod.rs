//! The desk against a plain reading: every record decoded, sorted and filtered one by one.

mod asked;
mod contrast;
mod filters;
mod pages;

use std::sync::Arc;

use jiff::SignedDuration;

use super::*;
use crate::domain::{CleanText, LogRecord, RecordId, RecordKey, Severity, SourceId, Timestamp};
use crate::logfile::index::{Place, Reading, Reel};
use crate::logfile::{Library, Opened};
use crate::store::{Aside, Filter};

/// A desk over files made of text and records that come live.
pub(super) struct Bench {
    pub(super) library: Arc<Library>,
    pub(super) desk: Desk,
    pub(super) answers: Vec<Answer>,
}

impl Bench {
    pub(super) fn new() -> Self {
        let miner = SharedMiner::default();
        let library = Arc::new(Library::new(Box::new(miner.clone())));
        let desk = Desk::new(Arc::clone(&library), miner, Budget { held: 1 << 24 });
        Self { library, desk, answers: Vec::new() }
    }

    /// Adds a file, indexed to its end.
    pub(super) fn file(&mut self, name: &str, text: &[u8]) -> Reel {
        let file = Arc::new(Opened::of_bytes(name, text.to_vec()));
        let place = Place { source: SourceId::new("files"), service: name.trim_end_matches(".log").into() };
        let reading = Reading { modified: 7, length: text.len() as u64, backlog: u64::MAX, ..Reading::default() };
        let mut reel = Reel::new(&self.library, file, place, reading);
        reel.feed(0, text, 7);
        reel.quiet(7);
        while reel.is_busy() {
            reel.work(1 << 20).unwrap();
        }
        reel.publish();
        reel
    }

    pub(super) fn ask(&mut self, ask: Ask) {
        self.desk.ask(ask);
        self.settle(Slice(10_000));
    }

    /// Lets the desk work until there is nothing more to do.
    pub(super) fn settle(&mut self, slice: Slice) {
        let mut slices = 0;
        while self.desk.is_busy() {
            self.answers.extend(self.desk.work(slice));
            slices += 1;
            assert!(slices < 100_000, "the desk does not come to rest");
        }
    }

    pub(super) fn page(&self) -> &Page {
        let pages = self.answers.iter().rev();
        pages.filter_map(|answer| if let Answer::Page(page) = answer { Some(page) } else { None }).next().unwrap()
    }

    /// All records, oldest first, decoded one by one.
    pub(super) fn all(&self) -> Vec<(RecordKey, Arc<LogRecord>)> {
        self.desk.everything()
    }
}

pub(super) fn filter(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub(super) fn show(text: &str, anchor: Anchor, rows: usize) -> Show {
    let look = Look { filter: filter(text), ..Look::default() };
    Show { generation: 1, look, anchor, rows, search: None, density: 10 }
}

pub(super) fn live(second: i64, body: &str) -> LogRecord {
    LogRecord {
        id: RecordId(0),
        time: Timestamp::from_second(second).ok(),
        observed: Timestamp::UNIX_EPOCH,
        severity: Severity::Warn,
        service: CleanText::line("live"),
        source: SourceId::new("otlp"),
        body: CleanText::line(body),
        raw: CleanText::line(body),
        attributes: Box::new([]),
        trace_id: None,
    }
}

pub(super) fn aside(record: &LogRecord, files: &[&'static str]) -> Aside<'static> {
    let file = files.iter().find(|file| record.service.as_str() == file.trim_end_matches(".log"));
    Aside { pattern: None, file: file.copied() }
}

pub(super) fn seconds(by: i64) -> SignedDuration {
    SignedDuration::from_secs(by)
}
