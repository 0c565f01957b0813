//! The `[[victorialogs]]` source.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::client::Client;
use super::tail::VictoriaTail;
use crate::config::schema;
use crate::domain::ports::{Pending, SecretStore};
use crate::domain::query::PolledQuery;
use crate::domain::{SourceId, Timestamp};
use crate::sources::http::HttpError;
use crate::sources::stores::{From, Known, Page, Pages, Plan, Store, followed};
use crate::sources::{Outlet, Source};

/// A followed VictoriaLogs.
pub struct VictoriaLogsSource {
    query: String,
    plan: Plan<Query>,
}

/// One query of one VictoriaLogs.
pub struct Query {
    pub(in crate::sources) client: Client,
    pub(in crate::sources) text: String,
}

impl VictoriaLogsSource {
    /// A source for one `[[victorialogs]]` entry.
    pub fn new(config: &schema::VictoriaLogs, secrets: Arc<dyn SecretStore>) -> Self {
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
    /// The server has no limit of its own; this one is ours.
    const LARGE: usize = 50_000;

    async fn page(&self, from: From, end: Option<Timestamp>, size: usize) -> Result<Page, HttpError> {
        self.client.page(&self.text, from, end, size).await
    }
}

impl Store for Query {
    type Tail = VictoriaTail;

    fn at(&self) -> &str {
        self.client.at()
    }

    async fn tail(&self, _: Option<Timestamp>) -> Result<VictoriaTail, HttpError> {
        Ok(VictoriaTail::open(self.client.clone().tail(self.text.clone())))
    }
}

impl Source for VictoriaLogsSource {
    fn id(&self) -> &SourceId {
        &self.plan.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let text = format!("GET /select/logsql/query and /tail {}", self.query);
        vec![followed(&self.plan.id, &text, Duration::ZERO)]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.plan.follow(outlet, stop))
    }
}
