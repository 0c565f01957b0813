//! Asks an address which of the known APIs it is. An answer of the right shape decides, never the port.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::snippet::Settings;
use super::{FindingKind, Found, Outcome, Silent, logs, panels};
use crate::config::schema;
use crate::config::units::Length;
use crate::domain::CleanText;
use crate::domain::ports::SecretStore;
use crate::sources::http::{Endpoint, HttpError};
use crate::sources::prometheus::Client;

/// How long an address on this machine may take, and one elsewhere.
const NEAR: Duration = Duration::from_secs(1);
const FAR: Duration = Duration::from_secs(4);
/// Bytes of an answer that are read.
const LIMIT: usize = 1 << 20;
/// Longest model name that is written down.
const LONGEST_MODEL: usize = 200;

/// What answers at this address; tried as it is and, when it has a path, at its root.
pub(super) async fn address(url: &str, secrets: &Arc<dyn SecretStore>) -> Outcome {
    let as_is = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
    let as_is = as_is.strip_suffix("/v1").unwrap_or(as_is);
    let first = identify(as_is, secrets).await;
    let root = as_is.match_indices('/').nth(2).map(|(at, _)| &as_is[..at]);
    match (first, root) {
        (Ok(found), _) => Ok(vec![found]),
        (Err(error), None) => Err(silent(&error)),
        (Err(error), Some(root)) => identify(root, secrets).await.map(|found| vec![found]).map_err(|_| silent(&error)),
    }
}

fn silent(error: &Unknown) -> Silent {
    Silent { at: CleanText::line(&error.at), why: CleanText::line(&error.why) }
}

/// Why an address is none of the known APIs.
struct Unknown {
    at: String,
    why: String,
}

async fn identify(url: &str, secrets: &Arc<dyn SecretStore>) -> Result<Found, Unknown> {
    let near = is_near(url);
    let timeout = if near { NEAR } else { FAR };
    let endpoint = Endpoint::new(url, &BTreeMap::new(), Arc::clone(secrets), timeout);
    let endpoint = endpoint.map_err(|error| Unknown { at: "the address".to_owned(), why: error.to_string() })?;
    let endpoint = endpoint.with_limit(LIMIT);
    let ask = |path: &'static str| {
        let endpoint = endpoint.clone();
        async move { endpoint.ask(path, &[], |text| serde_json::from_str::<Value>(text)).await }
    };
    let (build, alertmanager, tags, models) =
        tokio::join!(ask("api/v1/status/buildinfo"), ask("api/v2/status"), ask("api/tags"), ask("v1/models"));
    if let Some(version) = alertmanager.as_ref().ok().and_then(alertmanager_version) {
        let evidence = format!("Alertmanager {version} answers /api/v2/status");
        return Ok(found(
            FindingKind::Alertmanager,
            url,
            evidence,
            Settings::Alertmanager { url: url.to_owned(), near },
        ));
    }
    if let Some(names) = tags.ok().and_then(|tags| names(&tags, "models", "name")) {
        let evidence = format!("Ollama answers /api/tags with {}", count(&names));
        return Ok(found(FindingKind::Ollama, endpoint.at(), evidence, model("ollama", url, &names)));
    }
    if let Some(names) = models.ok().and_then(|models| names(&models, "data", "id")) {
        let evidence = format!("answers /v1/models with {}", count(&names));
        return Ok(found(FindingKind::OpenAiServer, endpoint.at(), evidence, model("openai", url, &names)));
    }
    if let Some(found) = logs::store(&endpoint, url).await {
        return Ok(found);
    }
    prometheus(url, near, build, secrets)
        .await
        .map_err(|error| Unknown { at: endpoint.at().to_owned(), why: explain(&error) })
}

/// A Prometheus answers its build; what speaks its API may not, so a query decides.
async fn prometheus(
    url: &str,
    near: bool,
    build: Result<Value, HttpError>,
    secrets: &Arc<dyn SecretStore>,
) -> Result<Found, HttpError> {
    let version = match &build {
        Ok(build) => build.pointer("/data/version").and_then(Value::as_str).map(str::to_owned),
        Err(HttpError::NotFound { .. } | HttpError::Refused { .. } | HttpError::Html { .. }) => None,
        Err(error) => return Err(error.clone()),
    };
    let timeout = Length::seconds(if near { 2 } else { 5 });
    let config = schema::Prometheus { timeout, ..schema::Prometheus::at("found", url) };
    let client = Client::new(&config, Arc::clone(secrets))?;
    client.probe().await?;
    let panels = panels::of(&client).await;
    let product = match version {
        Some(version) => format!("Prometheus {version}"),
        None => "Prometheus API (VictoriaMetrics or similar)".to_owned(),
    };
    let evidence = format!("{product} answers queries; {} panels from its rules and metrics", panels.len());
    let settings = Settings::Prometheus { url: url.to_owned(), near, panels };
    Ok(found(FindingKind::Prometheus, client.at(), evidence, settings))
}

fn explain(error: &HttpError) -> String {
    match error {
        HttpError::NotFound { .. } | HttpError::Html { .. } | HttpError::Refused { .. } | HttpError::Shape { .. } => {
            "answers, but as none of Prometheus, Alertmanager, Loki, Elasticsearch, VictoriaLogs, Ollama and OpenAI-compatible servers".to_owned()
        }
        other => other.to_string(),
    }
}

pub(super) fn found(what: FindingKind, at: &str, evidence: String, settings: Settings) -> Found {
    Found { what, at: at.to_owned(), evidence, settings }
}

fn model(provider: &'static str, url: &str, names: &[String]) -> Settings {
    let model = names.first().filter(|name| name.len() <= LONGEST_MODEL).cloned().unwrap_or_default();
    Settings::Model { provider, url: url.to_owned(), model }
}

fn alertmanager_version(status: &Value) -> Option<String> {
    status.pointer("/versionInfo/version")?.as_str().map(str::to_owned)
}

/// The names in `{"list": [{"key": name}]}`; `None` where the answer is something else.
fn names(answer: &Value, list: &str, key: &str) -> Option<Vec<String>> {
    answer.get(list)?.as_array()?.iter().map(|entry| entry.get(key)?.as_str().map(str::to_owned)).collect()
}

fn count(names: &[String]) -> String {
    match names {
        [] => "no model; pull one first".to_owned(),
        [one] => format!("the model {one}"),
        [first, others @ ..] => format!("{} models, {first} first", others.len() + 1),
    }
}

fn is_near(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["127.", "localhost", "[::1]"].iter().any(|near| host.starts_with(near))
}
