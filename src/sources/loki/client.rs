//! Asks one Loki: pages of a query, and what a query would cost. Used by the source, by one-time queries
//! and by `doctor`.

use std::sync::Arc;

use super::wire;
use crate::config::schema;
use crate::domain::ports::SecretStore;
use crate::domain::{SourceId, TimeWindow, Timestamp};
use crate::sources::http::{Endpoint, HttpError, Socket};
use crate::sources::stores::{From, Page};

/// Entries that a tail brings of what was before it.
const LOOK_BACK: &str = "5000";

/// One Loki. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    id: SourceId,
    endpoint: Endpoint,
}

/// What a query would touch. An estimate of the index: what is not yet written to it is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Streams that match the selector.
    pub streams: u64,
    /// Chunks to be fetched.
    pub chunks: u64,
    /// Bytes to be read, uncompressed.
    pub bytes: u64,
    /// Entries in them.
    pub entries: u64,
}

impl Client {
    /// Prepares to ask the configured server; asks nothing yet.
    ///
    /// # Errors
    /// When its address cannot be used.
    pub fn new(config: &schema::Loki, secrets: Arc<dyn SecretStore>) -> Result<Self, HttpError> {
        let mut headers = config.headers.clone();
        if !config.tenant.is_empty() {
            headers.insert("X-Scope-OrgID".to_owned(), config.tenant.clone());
        }
        // Structured metadata apart from the labels that make a stream; servers that cannot ignore it.
        headers.insert("X-Loki-Response-Encoding-Flags".to_owned(), "categorize-labels".to_owned());
        let endpoint = Endpoint::new(&config.url, &headers, secrets, config.timeout.std())?;
        Ok(Self { id: SourceId::new(&config.name), endpoint })
    }

    /// The configured name.
    pub fn id(&self) -> &SourceId {
        &self.id
    }

    /// The base address, for people.
    pub fn at(&self) -> &str {
        self.endpoint.at()
    }

    /// Asks for the names of labels, which every Loki answers.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub async fn labels(&self) -> Result<Vec<String>, HttpError> {
        let read = |text: &str| {
            let answer: serde_json::Value = serde_json::from_str(text)?;
            match answer.get("status").and_then(serde_json::Value::as_str) {
                Some("success") => {
                    let data = answer.get("data").cloned().unwrap_or_default();
                    Ok(serde_json::from_value::<Option<Vec<String>>>(data)?.unwrap_or_default())
                }
                Some(_) | None => Err(serde::de::Error::custom("no `status` of Loki")),
            }
        };
        self.endpoint.ask("loki/api/v1/labels", &[], read).await
    }

    /// What a query would touch over a window. The index is asked for the query's stream selector alone.
    ///
    /// # Errors
    /// See [`HttpError`]; servers before 2.8 do not know this question.
    pub async fn cost(&self, query: &str, window: TimeWindow) -> Result<Cost, HttpError> {
        let (start, end) = (nanos(window.start), nanos(window.end));
        let parameters = [("query", selector(query)), ("start", &start), ("end", &end)];
        let read = |text: &str| serde_json::from_str::<wire::Stats>(text);
        let wire::Stats { streams, chunks, bytes, entries } =
            self.endpoint.ask("loki/api/v1/index/stats", &parameters, read).await?;
        Ok(Cost { streams, chunks, bytes, entries })
    }

    /// The newest `size` entries of a query, from `from` to before `end`.
    pub(super) async fn page(
        &self,
        query: &str,
        from: From,
        end: Option<Timestamp>,
        size: usize,
    ) -> Result<Page, HttpError> {
        let size = size.to_string();
        let mut parameters = vec![("query", query), ("limit", &size), ("direction", "backward")];
        let (start, until) = (start(from), end.map(nanos));
        parameters.push((start.0, &start.1));
        parameters.extend(until.as_deref().map(|until| ("end", until)));
        self.endpoint.ask("loki/api/v1/query_range", &parameters, wire::page).await
    }

    /// Opens a tail of what arrives from now on, a little of what was before it included.
    pub(super) async fn tail(&self, query: &str, from: Option<Timestamp>) -> Result<Socket, HttpError> {
        let start = from.map(nanos);
        let mut parameters = vec![("query", query), ("limit", LOOK_BACK)];
        parameters.extend(start.as_deref().map(|start| ("start", start)));
        self.endpoint.websocket("loki/api/v1/tail", &parameters).await
    }
}

fn start(from: From) -> (&'static str, String) {
    match from {
        From::Ago(ago) => ("since", format!("{}s", ago.as_secs().max(1))),
        From::At(at) => ("start", nanos(at)),
    }
}

fn nanos(at: Timestamp) -> String {
    at.as_nanosecond().to_string()
}

/// The stream selector that a log query begins with: up to its closing brace, quotes respected.
pub(crate) fn selector(query: &str) -> &str {
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in query.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(c),
            (None, '}') => return query.get(..=at).unwrap_or(query),
            (None, _) => {}
        }
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selector_ends_at_its_own_brace() {
        for (query, expected) in [
            (r#"{a="b"} |= "}""#, r#"{a="b"}"#),
            (r#"{a="}", b=~`}x`} | json"#, r#"{a="}", b=~`}x`}"#),
            (r#"{a="\"}"} != "x""#, r#"{a="\"}"}"#),
            ("{a", "{a"),
        ] {
            assert_eq!(selector(query), expected);
        }
    }
}
