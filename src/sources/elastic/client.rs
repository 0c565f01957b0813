//! Asks one Elasticsearch or OpenSearch. Used by the source, by one-time queries and by `doctor`.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use super::wire::{self, Page};
use crate::config::schema;
use crate::domain::ports::SecretStore;
use crate::domain::{SourceId, TimeWindow, Timestamp};
use crate::sources::http::{Endpoint, HttpError};

/// How long a point in time is kept between two pages.
const KEEP: &str = "1m";

/// One cluster. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    id: SourceId,
    endpoint: Endpoint,
    index: String,
    time_field: String,
}

/// Which of the two answers, and in what version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// `Elasticsearch` or `OpenSearch`.
    pub name: &'static str,
    /// As it states it.
    pub version: String,
}

/// A point in time, and by whom it was opened: the two products do it differently.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum PointInTime {
    Elastic(String),
    OpenSearch(String),
}

impl PointInTime {
    pub(super) fn id(&self) -> &str {
        match self {
            PointInTime::Elastic(id) | PointInTime::OpenSearch(id) => id,
        }
    }

    /// The same point under the id that the latest answer gave it.
    pub(super) fn renewed(self, id: Option<String>) -> Self {
        match (self, id) {
            (PointInTime::Elastic(_), Some(id)) => PointInTime::Elastic(id),
            (PointInTime::OpenSearch(_), Some(id)) => PointInTime::OpenSearch(id),
            (same, None) => same,
        }
    }
}

impl Client {
    /// Prepares to ask the configured cluster; asks nothing yet.
    ///
    /// # Errors
    /// When its address cannot be used.
    pub fn new(config: &schema::Elasticsearch, secrets: Arc<dyn SecretStore>) -> Result<Self, HttpError> {
        let endpoint = Endpoint::new(&config.url, &config.headers, secrets, config.timeout.std())?;
        let (index, time_field) = (config.index.clone(), config.time_field.clone());
        Ok(Self { id: SourceId::new(&config.name), endpoint, index, time_field })
    }

    /// The configured name.
    pub fn id(&self) -> &SourceId {
        &self.id
    }

    /// The base address, for people.
    pub fn at(&self) -> &str {
        self.endpoint.at()
    }

    /// The configured index or pattern.
    pub fn index(&self) -> &str {
        &self.index
    }

    /// The field that holds a record's time.
    pub fn time_field(&self) -> &str {
        &self.time_field
    }

    /// Who answers here.
    ///
    /// # Errors
    /// See [`HttpError`]; [`HttpError::Shape`] where it is neither product.
    pub async fn product(&self) -> Result<Product, HttpError> {
        let read = |text: &str| {
            let answer: Value = serde_json::from_str(text)?;
            let version = answer.pointer("/version/number").and_then(Value::as_str);
            let version = version.ok_or_else(|| serde::de::Error::custom("no `version.number`"))?.to_owned();
            let other = answer.pointer("/version/distribution").and_then(Value::as_str) == Some("opensearch");
            Ok(Product { name: if other { "OpenSearch" } else { "Elasticsearch" }, version })
        };
        self.endpoint.ask("", &[], read).await
    }

    /// How many documents a query finds in a window. `query` is a query of the query DSL.
    ///
    /// # Errors
    /// See [`HttpError`]; an index that is not there is [`HttpError::Refused`] with its name.
    pub async fn count(&self, query: &Value, window: TimeWindow) -> Result<u64, HttpError> {
        let body = json!({ "query": self.within(query, json!(window.start.to_string()), Some(window.end)) });
        let read = |text: &str| {
            let answer: Value = serde_json::from_str(text)?;
            answer.get("count").and_then(Value::as_u64).ok_or_else(|| serde::de::Error::custom("no `count`"))
        };
        let path = format!("{}/_count", self.index);
        self.endpoint.ask_json(Method::POST, &path, &[("ignore_unavailable", "true")], &body, read).await
    }

    /// The query with the window around it. `start` may be date math of the server, `now-15m`.
    pub(super) fn within(&self, query: &Value, start: Value, end: Option<Timestamp>) -> Value {
        let mut range = json!({ "gte": start });
        if let (Value::Object(range), Some(end)) = (&mut range, end) {
            range.insert("lt".to_owned(), json!(end.to_string()));
        }
        json!({ "bool": { "filter": [query, { "range": { &self.time_field: range } }] } })
    }

    /// One page of a search: of a point in time, else of the index as it is now.
    pub(super) async fn search(&self, body: &Value, of: Option<&PointInTime>) -> Result<Page, HttpError> {
        match of {
            Some(point) => {
                let mut body = body.clone();
                body["pit"] = json!({ "id": point.id(), "keep_alive": KEEP });
                self.endpoint.ask_json(Method::POST, "_search", &[], &body, wire::page).await
            }
            None => {
                let path = format!("{}/_search", self.index);
                let parameters = [("ignore_unavailable", "true"), ("allow_no_indices", "false")];
                self.endpoint.ask_json(Method::POST, &path, &parameters, body, wire::page).await
            }
        }
    }

    /// Opens a point in time; `None` where the cluster is too old for it or does not let us.
    pub(super) async fn open_point(&self) -> Result<Option<PointInTime>, HttpError> {
        let id_at = |name: &'static str| {
            move |text: &str| {
                let answer: Value = serde_json::from_str(text)?;
                let id = answer.get(name).and_then(Value::as_str).map(str::to_owned);
                id.ok_or_else(|| serde::de::Error::custom(format!("no `{name}`")))
            }
        };
        let parameters = [("keep_alive", KEEP)];
        let none = json!({});
        let elastic = format!("{}/_pit", self.index);
        match self.endpoint.ask_json(Method::POST, &elastic, &parameters, &none, id_at("id")).await {
            Ok(id) => return Ok(Some(PointInTime::Elastic(id))),
            Err(error) if is_unknown(&error) => {}
            Err(error) => return Err(error),
        }
        let other = format!("{}/_search/point_in_time", self.index);
        match self.endpoint.ask_json(Method::POST, &other, &parameters, &none, id_at("pit_id")).await {
            Ok(id) => Ok(Some(PointInTime::OpenSearch(id))),
            Err(error) if is_unknown(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lets go of a point in time. Where that fails it ends by itself after its time.
    pub(super) async fn close_point(&self, point: PointInTime) {
        let (path, body) = match &point {
            PointInTime::Elastic(id) => ("_pit", json!({ "id": id })),
            PointInTime::OpenSearch(id) => ("_search/point_in_time", json!({ "pit_id": [id] })),
        };
        // Nothing hangs on it: an error leaves a point that ends within a minute.
        drop(self.endpoint.ask_json(Method::DELETE, path, &[], &body, |_| Ok(())).await);
    }
}

/// Whether the server does not know what it was asked, or does not allow it.
fn is_unknown(error: &HttpError) -> bool {
    match error {
        HttpError::NotFound { .. } | HttpError::Denied { status: 403, .. } => true,
        HttpError::Refused { status, .. } => matches!(status, 400 | 404 | 405),
        _ => false,
    }
}
