//! The `[[loki]]` source.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::client::Client;
use super::tail::LokiTail;
use crate::config::schema;
use crate::domain::ports::{Pending, SecretStore};
use crate::domain::query::PolledQuery;
use crate::domain::{SourceId, Timestamp};
use crate::sources::http::HttpError;
use crate::sources::stores::{From, Known, Page, Pages, Plan, Store, followed};
use crate::sources::{Outlet, Source};

/// A followed Loki.
pub struct LokiSource {
    query: String,
    plan: Plan<Query>,
}

/// One query of one Loki.
pub struct Query {
    pub(in crate::sources) client: Client,
    pub(in crate::sources) text: String,
}

impl LokiSource {
    /// A source for one `[[loki]]` entry.
    pub fn new(config: &schema::Loki, secrets: Arc<dyn SecretStore>) -> Self {
        let store = Client::new(config, secrets).map(|client| Query { client, text: config.query.clone() });
        let (id, since, records) = (SourceId::new(&config.name), config.since, config.records);
        Self { query: config.query.clone(), plan: Plan { id, store, since, records, known: Arc::default() } }
    }

    /// The same with a memory that questions to the store share.
    #[must_use]
    pub fn knowing(mut self, known: Arc<Known>) -> Self {
        self.plan.known = known;
        self
    }
}

impl Pages for Query {
    /// What servers allow unless configured otherwise (`max_entries_limit_per_query`).
    const LARGE: usize = 5_000;

    async fn page(&self, from: From, end: Option<Timestamp>, size: usize) -> Result<Page, HttpError> {
        self.client.page(&self.text, from, end, size).await
    }
}

impl Store for Query {
    type Tail = LokiTail;

    fn at(&self) -> &str {
        self.client.at()
    }

    async fn tail(&self, from: Option<Timestamp>) -> Result<LokiTail, HttpError> {
        Ok(LokiTail::new(self.client.tail(&self.text, from).await?))
    }
}

impl Source for LokiSource {
    fn id(&self) -> &SourceId {
        &self.plan.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let text = format!("GET /loki/api/v1/query_range and /tail {}", self.query);
        vec![followed(&self.plan.id, &text, Duration::ZERO)]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.plan.follow(outlet, stop))
    }
}
