//! Polls Alertmanager: a snapshot a round, health in words, waits that grow while nothing answers.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::decode;
use crate::config::schema;
use crate::domain::ports::{Pending, SecretStore};
use crate::domain::query::PolledQuery;
use crate::domain::{CleanText, SourceId, Telemetry, Timestamp};
use crate::sources::backoff::Backoff;
use crate::sources::http::{Endpoint, HttpError};
use crate::sources::poll::{rest, stopped};
use crate::sources::{Outlet, Source};

/// The longest wait between attempts when nothing answers.
const CEILING: Duration = Duration::from_secs(30);
const PATH: &str = "api/v2/alerts";

/// A polled Alertmanager.
pub struct AlertmanagerSource {
    id: SourceId,
    every: Duration,
    endpoint: Result<Endpoint, HttpError>,
}

impl AlertmanagerSource {
    /// A source for the configured server.
    pub fn new(config: &schema::Alertmanager, secrets: Arc<dyn SecretStore>) -> Self {
        let timeout = config.timeout.std();
        let endpoint = Endpoint::with_auth(&config.url, &config.headers, &config.auth, secrets, timeout);
        Self { id: SourceId::new(&config.name), every: config.every.std(), endpoint }
    }

    async fn work(self, mut outlet: Outlet, mut stop: watch::Receiver<bool>) {
        let endpoint = match &self.endpoint {
            Ok(endpoint) => endpoint,
            Err(error) => {
                outlet.down(error.to_string(), Timestamp::now()).await;
                return stopped(&mut stop).await;
            }
        };
        let mut backoff = Backoff::new(CEILING.max(self.every));
        loop {
            let begun = Instant::now();
            let round = tokio::select! {
                () = stopped(&mut stop) => return,
                round = self.round(endpoint, &mut outlet) => round,
            };
            let wait = match round {
                Ok(()) => {
                    backoff.reset();
                    self.every.saturating_sub(begun.elapsed())
                }
                Err(error) => backoff.wait().max(error.ordered_wait().unwrap_or_default()),
            };
            if !rest(&mut stop, wait).await {
                return;
            }
        }
    }

    async fn round(&self, endpoint: &Endpoint, outlet: &mut Outlet) -> Result<(), HttpError> {
        let (id, now) = (self.id.clone(), Timestamp::now());
        match endpoint.ask(PATH, &[], move |text| decode::snapshot(text, &id, now)).await {
            Ok((alerts, oddities)) => {
                outlet.send(vec![Telemetry::AlertSnapshot(alerts)]).await;
                match oddities.words() {
                    Some(words) => outlet.degraded(words, now).await,
                    None => outlet.up(now).await,
                }
                Ok(())
            }
            Err(error) => {
                outlet.down(error.to_string(), now).await;
                Err(error)
            }
        }
    }
}

impl Source for AlertmanagerSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        vec![PolledQuery {
            source: CleanText::line(self.id.as_str()),
            text: CleanText::line(&format!("GET /{PATH}")),
            every_seconds: u32::try_from(self.every.as_secs()).unwrap_or(u32::MAX),
        }]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.work(outlet, stop))
    }
}
