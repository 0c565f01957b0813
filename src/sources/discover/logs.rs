//! Asks an address which of the known log stores it is.

use serde_json::Value;

use super::probe::found;
use super::snippet::Settings;
use super::{FindingKind, Found};
use crate::sources::http::Endpoint;

/// Labels that every stream of an installation is likely to have, the most telling first.
const LABELS: [&str; 6] = ["service_name", "namespace", "app", "job", "container", "host"];

/// The log store at an address, if it is one.
pub(super) async fn store(endpoint: &Endpoint, url: &str) -> Option<Found> {
    let ask = |path: &'static str, parameters: &'static [(&'static str, &'static str)]| async move {
        endpoint.ask(path, parameters, |text| serde_json::from_str::<Value>(text)).await.ok()
    };
    let hits = [("query", "*"), ("start", "now-1s"), ("end", "now"), ("step", "1s")];
    let (labels, root, hits) = tokio::join!(
        ask("loki/api/v1/labels", &[]),
        ask("", &[]),
        endpoint.ask("select/logsql/hits", &hits, |text| serde_json::from_str::<Value>(text)),
    );
    if let Some(labels) = labels.as_ref().and_then(loki_labels) {
        let query = format!("{{{}=~\".+\"}}", broadest(&labels));
        let evidence = format!("Loki answers /loki/api/v1/labels with {} labels", labels.len());
        return Some(found(FindingKind::Loki, endpoint.at(), evidence, Settings::Loki { url: url.to_owned(), query }));
    }
    if let Some((product, version)) = root.as_ref().and_then(elastic_version) {
        let evidence = format!("{product} {version} answers /");
        let settings = Settings::Elasticsearch { url: url.to_owned() };
        return Some(found(FindingKind::Elasticsearch, endpoint.at(), evidence, settings));
    }
    let is_victoria = hits.is_ok_and(|answer| answer.get("hits").is_some_and(Value::is_array));
    is_victoria.then(|| {
        let evidence = "VictoriaLogs answers /select/logsql/hits".to_owned();
        found(FindingKind::VictoriaLogs, endpoint.at(), evidence, Settings::VictoriaLogs { url: url.to_owned() })
    })
}

fn loki_labels(answer: &Value) -> Option<Vec<String>> {
    if answer.get("status")?.as_str()? != "success" {
        return None;
    }
    match answer.get("data") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(data) => serde_json::from_value(data.clone()).ok(),
    }
}

fn broadest(labels: &[String]) -> &str {
    let known = LABELS.into_iter().find(|label| labels.iter().any(|name| name == label));
    known.or_else(|| labels.iter().map(String::as_str).find(|name| !name.starts_with("__"))).unwrap_or("service_name")
}

fn elastic_version(answer: &Value) -> Option<(&'static str, &str)> {
    let version = answer.pointer("/version/number")?.as_str()?;
    let is_other = answer.pointer("/version/distribution").and_then(Value::as_str) == Some("opensearch");
    let is_elastic = answer.pointer("/version/lucene_version").is_some() || answer.get("tagline").is_some();
    match (is_other, is_elastic) {
        (true, _) => Some(("OpenSearch", version)),
        (false, true) => Some(("Elasticsearch", version)),
        (false, false) => None,
    }
}
