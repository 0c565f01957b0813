//! One-time questions to log stores that a person confirmed: what they cost is told beforehand, what they bring goes where
//! the records of the source go and is evidence beside it. Used by the registry's query engine.

mod answer;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;

use super::http::HttpError;
use super::stores::{Document, From, Known, Pass, Reading, Streams, backwards, document};
use super::{elastic, loki, victorialogs};
use crate::config::Config;
use crate::domain::ports::SecretStore;
use crate::domain::query::{QueryAnswer, QueryError, QueryRequest};
use crate::domain::{Batch, CleanText, LogRecord, SourceId, Telemetry, TimeWindow, Timestamp};
use crate::store::native::Fetch;

/// Longest time a question may take, however many pages it has.
const PATIENCE: Duration = Duration::from_secs(120);
/// Longest time the cost of a question is waited for; the card opens without it then.
const ESTIMATE: Duration = Duration::from_secs(3);
/// Records of one batch.
const BATCH: usize = 512;

/// The log stores of a configuration.
pub struct LogStores {
    all: Vec<LogStore>,
    out: Option<mpsc::Sender<Batch>>,
}

struct LogStore {
    id: SourceId,
    /// Records that one question brings at most.
    most: usize,
    known: Arc<Known>,
    kind: Kind,
}

enum Kind {
    Loki(loki::Client),
    Elastic(elastic::Client),
    Victoria(victorialogs::Client),
}

/// What a question brought.
struct Brought {
    records: Vec<LogRecord>,
    left_out: Vec<String>,
}

impl LogStores {
    /// The stores that can be asked; `out` is where their records go.
    pub fn new(config: &Config, secrets: &Arc<dyn SecretStore>, out: Option<mpsc::Sender<Batch>>) -> Self {
        let mut all = Vec::new();
        let store = |name: &str, most, kind| {
            let id = SourceId::new(name);
            LogStore { id, most, known: Arc::default(), kind }
        };
        let secret = || Arc::clone(secrets);
        for own in &config.loki {
            let client = loki::Client::new(own, secret()).ok();
            all.extend(client.map(|client| store(&own.name, own.records, Kind::Loki(client))));
        }
        for own in &config.elasticsearch {
            let client = elastic::Client::new(own, secret()).ok();
            all.extend(client.map(|client| store(&own.name, own.records, Kind::Elastic(client))));
        }
        for own in &config.victorialogs {
            let client = victorialogs::Client::new(own, secret()).ok();
            all.extend(client.map(|client| store(&own.name, own.records, Kind::Victoria(client))));
        }
        Self { all, out }
    }

    /// The memory of what a store gave, which the source that follows it shares.
    pub fn known(&self, name: &str) -> Arc<Known> {
        let found = self.all.iter().find(|store| store.id.as_str() == name);
        found.map(|store| Arc::clone(&store.known)).unwrap_or_default()
    }

    /// Asks once. What it brings and was not brought by a question before goes to the panes; all of it is in the answer,
    /// the newest where that is too much.
    ///
    /// # Errors
    /// In words for the person who confirmed it.
    pub async fn ask(&self, request: &QueryRequest) -> Result<QueryAnswer, QueryError> {
        let (store, fetch) = self.find(&request.text)?;
        let asked = tokio::time::timeout(PATIENCE, store.read(&fetch.native, request.window)).await;
        let brought = match asked {
            Ok(Ok(brought)) => brought,
            Ok(Err(error)) => return Err(store.failed(&error.to_string())),
            Err(_) => {
                let why = format!("no whole answer within {} s; narrow the filter or the window", PATIENCE.as_secs());
                return Err(store.failed(&why));
            }
        };
        let total = brought.records.len();
        let passing: Vec<LogRecord> = brought.records.into_iter().filter(|record| fetch.here.matches(record)).collect();
        let filtered = total - passing.len();
        let answer = answer::answer(&store.id, &passing, filtered, brought.left_out);
        let mut pass = Pass::default();
        let new: Vec<Telemetry> =
            passing.into_iter().filter(|record| store.known.is_new(&mut pass, record)).map(Telemetry::Log).collect();
        self.send(&store.id, new).await;
        Ok(answer)
    }

    /// What a question would cost, as its store can tell; `None` where it cannot.
    pub async fn estimate(&self, request: &QueryRequest) -> Option<CleanText> {
        let (store, fetch) = self.find(&request.text).ok()?;
        let told = tokio::time::timeout(ESTIMATE, store.cost(&fetch.native, request.window)).await;
        let words = match told {
            Ok(Ok(words)) => format!("{words}; at most {} records are brought", store.most),
            Ok(Err(error)) => format!("unknown: {error}; at most {} records are brought", store.most),
            Err(_) => format!("unknown: no answer within {} s; at most {} records", ESTIMATE.as_secs(), store.most),
        };
        Some(CleanText::line(&words))
    }

    fn find(&self, text: &str) -> Result<(&LogStore, Fetch), QueryError> {
        let source = CleanText::line("fetch");
        let failed = |why: String| QueryError { source: source.clone(), why: CleanText::line(&why) };
        let fetch = Fetch::parse(text).map_err(|error| failed(format!("behind `here:`: {error}")))?;
        match self.all.iter().find(|store| store.id.as_str() == fetch.source) {
            Some(_) if fetch.native.is_empty() => Err(failed(format!("nothing is asked of {}", fetch.source))),
            Some(store) => Ok((store, fetch)),
            None => {
                let names: Vec<&str> = self.all.iter().map(|store| store.id.as_str()).collect();
                let known = if names.is_empty() { "none is configured".to_owned() } else { names.join(", ") };
                Err(failed(format!("there is no log store `{}`; known: {known}", fetch.source)))
            }
        }
    }

    async fn send(&self, id: &SourceId, items: Vec<Telemetry>) {
        let Some(out) = &self.out else { return };
        let mut items = items.into_iter();
        loop {
            let batch: Vec<Telemetry> = items.by_ref().take(BATCH).collect();
            // A closed channel means that the program is ending.
            if batch.is_empty() || out.send(Batch { source: id.clone(), items: batch, dropped: 0 }).await.is_err() {
                return;
            }
        }
    }
}

impl LogStore {
    fn failed(&self, why: &str) -> QueryError {
        QueryError { source: CleanText::line(self.id.as_str()), why: CleanText::line(why) }
    }

    async fn read(&self, native: &str, window: TimeWindow) -> Result<Brought, HttpError> {
        let (from, end) = (From::At(window.start), Some(window.end));
        match &self.kind {
            Kind::Loki(client) => {
                let query = loki::Query { client: client.clone(), text: native.to_owned() };
                Ok(self.joined(backwards(&query, from, end, self.most).await?))
            }
            Kind::Victoria(client) => {
                let query = victorialogs::Query { client: client.clone(), text: native.to_owned() };
                Ok(self.joined(backwards(&query, from, end, self.most).await?))
            }
            Kind::Elastic(client) => {
                let query = dsl(native, client.at())?;
                let start = Value::String(window.start.to_string());
                let reading = client.read(&query, start, end, self.most).await?;
                let now = Timestamp::now();
                let of = |hit: &elastic::Hit| {
                    let about =
                        Document { source: &self.id, service: self.id.as_str(), at: Some(hit.at), observed: now };
                    document(&hit.document, &about)
                };
                let records = reading.hits.iter().map(of).collect();
                Ok(Brought { records, left_out: [reading.shortcomings, reading.gaps].concat() })
            }
        }
    }

    /// Entries joined to records.
    fn joined(&self, reading: Reading) -> Brought {
        let (now, mut streams) = (Timestamp::now(), Streams::new(self.id.clone(), self.id.as_str()));
        let mut records: Vec<LogRecord> = Vec::new();
        for entry in reading.entries {
            records.extend(streams.take(entry, now));
        }
        records.extend(streams.flush(now));
        records.sort_by_key(LogRecord::at);
        Brought { records, left_out: reading.gaps }
    }

    async fn cost(&self, native: &str, window: TimeWindow) -> Result<String, HttpError> {
        match &self.kind {
            Kind::Loki(client) => {
                let cost = client.cost(native, window).await?;
                let size = bytes(cost.bytes);
                Ok(format!("reads about {size} in {} chunks of {} streams", cost.chunks, cost.streams))
            }
            Kind::Elastic(client) => {
                let query = dsl(native, client.at())?;
                Ok(format!("finds {} documents", client.count(&query, window).await?))
            }
            Kind::Victoria(client) => Ok(format!("finds {} records", client.hits(native, window).await?)),
        }
    }
}

fn dsl(native: &str, at: &str) -> Result<Value, HttpError> {
    serde_json::from_str(native).map_err(|error| HttpError::Shape {
        at: at.to_owned(),
        why: format!("the question itself is not JSON of the query DSL: {error}"),
    })
}

/// `118 MiB`, rounded down.
fn bytes(count: u64) -> String {
    match count {
        0..1_024 => format!("{count} B"),
        1_024..1_048_576 => format!("{} KiB", count >> 10),
        1_048_576..1_073_741_824 => format!("{} MiB", count >> 20),
        _ => format!("{:.1} GiB", count as f64 / 1_073_741_824.0),
    }
}
