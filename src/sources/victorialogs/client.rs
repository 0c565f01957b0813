//! Asks one VictoriaLogs: pages of a query, tails, counts. Used by the source, by one-time queries and by `doctor`.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use super::wire::{self, Line};
use crate::config::schema;
use crate::domain::ports::SecretStore;
use crate::domain::{SourceId, TimeWindow, Timestamp};
use crate::sources::http::{Endpoint, HttpError, LineStream};
use crate::sources::stores::{From, OVERLAP, Page};

/// One VictoriaLogs. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    id: SourceId,
    endpoint: Endpoint,
    timeout: Duration,
}

impl Client {
    /// Prepares to ask the configured server; asks nothing yet.
    ///
    /// # Errors
    /// When its address cannot be used.
    pub fn new(config: &schema::VictoriaLogs, secrets: Arc<dyn SecretStore>) -> Result<Self, HttpError> {
        let mut headers = config.headers.clone();
        if let Some((account, project)) = config.tenant.split_once(':') {
            headers.insert("AccountID".to_owned(), account.to_owned());
            headers.insert("ProjectID".to_owned(), project.to_owned());
        }
        let timeout = config.timeout.std();
        let endpoint = Endpoint::new(&config.url, &headers, secrets, timeout)?;
        Ok(Self { id: SourceId::new(&config.name), endpoint, timeout })
    }

    /// The configured name.
    pub fn id(&self) -> &SourceId {
        &self.id
    }

    /// The base address, for people.
    pub fn at(&self) -> &str {
        self.endpoint.at()
    }

    /// How many records a query finds in a window.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub async fn hits(&self, query: &str, window: TimeWindow) -> Result<u64, HttpError> {
        let step = format!("{}s", window.length().as_secs().max(1));
        let (start, end) = (window.start.to_string(), window.end.to_string());
        let parameters = [("query", query), ("start", &start), ("end", &end), ("step", &step)];
        self.endpoint.ask("select/logsql/hits", &parameters, total).await
    }

    /// Asks the least that shows whether the API answers.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub async fn probe(&self) -> Result<(), HttpError> {
        let parameters = [("query", "*"), ("start", "now-1s"), ("end", "now"), ("step", "1s")];
        self.endpoint.ask("select/logsql/hits", &parameters, total).await.map(drop)
    }

    /// The newest `size` records of a query, from `from` to before `end`.
    pub(super) async fn page(
        &self,
        query: &str,
        from: From,
        end: Option<Timestamp>,
        size: usize,
    ) -> Result<Page, HttpError> {
        let (size, start) = (size.to_string(), start(from));
        let end = end.map_or_else(|| "now".to_owned(), |end| end.to_string());
        let parameters = [("query", query), ("limit", &size), ("start", &start), ("end", &end)];
        let mut lines = self.endpoint.lines("select/logsql/query", &parameters).await?;
        let mut page = Page::default();
        let deadline = tokio::time::Instant::now() + self.timeout;
        while let Some(line) = self.next_before(&mut lines, deadline).await? {
            match wire::line(&line) {
                Line::Entry(entry) => page.entries.push(entry),
                Line::Blank => {}
                Line::Unreadable => page.unreadable += 1,
            }
        }
        page.unreadable += lines.too_long;
        self.complaint(&page)?;
        Ok(page)
    }

    /// A whole answer without one record in it is somebody else's.
    fn complaint(&self, page: &Page) -> Result<(), HttpError> {
        match page.entries.is_empty() && page.unreadable > 0 {
            true => {
                let why = "no line is a record of VictoriaLogs".to_owned();
                Err(HttpError::Shape { at: self.at().to_owned(), why })
            }
            false => Ok(()),
        }
    }

    async fn next_before(
        &self,
        lines: &mut LineStream,
        deadline: tokio::time::Instant,
    ) -> Result<Option<Vec<u8>>, HttpError> {
        match tokio::time::timeout_at(deadline, lines.next()).await {
            Ok(line) => line,
            Err(_) => Err(HttpError::Timeout { at: self.at().to_owned(), after: self.timeout }),
        }
    }

    /// Opens a tail of what arrives from a little before now on. Waits for the first line, however long that takes.
    pub(super) async fn tail(self, query: String) -> Result<LineStream, HttpError> {
        let look_back = format!("{}s", OVERLAP.as_secs());
        let parameters = [("query", query.as_str()), ("start_offset", &look_back)];
        self.endpoint.lines_whenever("select/logsql/tail", &parameters).await
    }
}

fn start(from: From) -> String {
    match from {
        From::Ago(ago) => format!("now-{}s", ago.max(SignedDuration::from_secs(1)).as_secs()),
        From::At(at) => at.to_string(),
    }
}

fn total(text: &str) -> serde_json::Result<u64> {
    let answer: Value = serde_json::from_str(text)?;
    let hits = answer.get("hits").and_then(Value::as_array).ok_or_else(|| serde::de::Error::custom("no `hits`"))?;
    let of = |group: &Value| match group.get("total").and_then(Value::as_u64) {
        Some(total) => total,
        None => group.get("values").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64).sum(),
    };
    Ok(hits.iter().map(of).sum())
}
