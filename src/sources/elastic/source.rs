//! Asks again and again for what is new. Each question reaches back over the overlap, because documents become visible
//! late and out of order; what was given on already is left out by its index and id.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

use super::client::Client;
use super::wire::Hit;
use crate::config::schema;
use crate::domain::ports::{Pending, SecretStore};
use crate::domain::query::PolledQuery;
use crate::domain::{LogRecord, SourceId, Timestamp};
use crate::sources::backoff::Backoff;
use crate::sources::files::delivery::{Condition, Stop, deliver_logs, report};
use crate::sources::http::HttpError;
use crate::sources::stores::{CEILING, Document, Known, OVERLAP, Pass, Seen, document, followed};
use crate::sources::{Outlet, Source};

/// A polled Elasticsearch or OpenSearch.
pub struct ElasticSource {
    id: SourceId,
    config: schema::Elasticsearch,
    client: Result<Client, HttpError>,
    known: Arc<Known>,
}

impl ElasticSource {
    /// A source for one `[[elasticsearch]]` entry.
    pub fn new(config: &schema::Elasticsearch, secrets: Arc<dyn SecretStore>) -> Self {
        let client = Client::new(config, secrets);
        Self { id: SourceId::new(&config.name), config: config.clone(), client, known: Arc::default() }
    }

    /// The same with a memory that questions to the cluster share.
    #[must_use]
    pub fn knowing(mut self, known: Arc<Known>) -> Self {
        self.known = known;
        self
    }

    async fn work(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let mut stop = Stop::new(stop);
        let client = match &self.client {
            Ok(client) => client,
            Err(error) => {
                report(&mut outlet, Condition::Down(error.to_string()), &mut stop).await;
                return stop.wait().await;
            }
        };
        let every = self.config.every.std();
        let mut backoff = Backoff::new(CEILING.max(every));
        let mut seen = Seen::new(OVERLAP);
        loop {
            let (begun, mut delivering) = (Instant::now(), stop.clone());
            let round = tokio::select! {
                biased;
                () = stop.wait() => return,
                round = self.round(client, &mut seen, &mut outlet, &mut delivering) => round,
            };
            let (condition, wait) = match round {
                Ok(condition) => {
                    backoff.reset();
                    (condition, every.saturating_sub(begun.elapsed()))
                }
                Err(error) => {
                    let wait = backoff.wait().max(error.ordered_wait().unwrap_or_default());
                    (Condition::Down(self.words(&error)), wait)
                }
            };
            report(&mut outlet, condition, &mut stop).await;
            if stop.sleep(wait).await {
                return;
            }
        }
    }

    async fn round(
        &self,
        client: &Client,
        seen: &mut Seen,
        outlet: &mut Outlet,
        stop: &mut Stop,
    ) -> Result<Condition, HttpError> {
        // Relative to the server's own clock at first, to the times of its documents afterwards.
        let start = match seen.resume_at() {
            Some(at) => json!(at.to_string()),
            None => json!(format!("now-{}s", self.config.since.signed().as_secs().max(1))),
        };
        let is_first = seen.newest().is_none();
        let reading = client.read(&self.query(), start, None, self.config.records).await?;
        // What failed shards hold is asked for again until they answer.
        seen.hold(!reading.shortcomings.is_empty());
        let (now, mut pass) = (Timestamp::now(), Pass::default());
        let new = reading.hits.iter().filter(|hit| seen.is_new(&mut pass, hit.identity(), hit.at));
        let records: Vec<LogRecord> = new.map(|hit| self.record(hit, now)).collect();
        self.known.note(&records);
        deliver_logs(outlet, records, stop).await;
        let gaps = if is_first { Vec::new() } else { reading.gaps };
        let wrong = [reading.shortcomings, gaps].concat();
        Ok(if wrong.is_empty() { Condition::Up } else { Condition::Degraded(wrong.join("; ")) })
    }

    fn query(&self) -> Value {
        match self.config.query.trim() {
            "" => json!({ "match_all": {} }),
            text => json!({ "query_string": { "query": text } }),
        }
    }

    fn record(&self, hit: &Hit, now: Timestamp) -> LogRecord {
        let about = Document { source: &self.id, service: self.id.as_str(), at: Some(hit.at), observed: now };
        document(&hit.document, &about)
    }

    /// A missing index is the most usual trouble, and says so badly.
    fn words(&self, error: &HttpError) -> String {
        match error {
            HttpError::Refused { at, status: 404, said, .. } => {
                format!("{at} has no index that matches `{}` ({said}); correct `index`", self.config.index)
            }
            other => other.to_string(),
        }
    }
}

impl Source for ElasticSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let text = format!("POST /{}/_search {}", self.config.index, self.query());
        vec![followed(&self.id, &text, self.config.every.std().max(Duration::from_secs(1)))]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.work(outlet, stop))
    }
}
