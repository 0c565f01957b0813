//! Whether the sources of logs from elsewhere could be read: each is asked for little, and nothing is changed.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;

use super::PATIENCE;
use super::programs::{on_path, output};
use super::report::{Group, Row};
use crate::config::schema::{Docker, Elasticsearch, Journald, Kubectl, Loki, VictoriaLogs};
use crate::domain::ports::SecretStore;
use crate::domain::{TimeWindow, Timestamp};
use crate::sources::http::HttpError;
use crate::sources::{elastic, loki, victorialogs};

/// Asks for the names of labels.
pub(super) async fn loki(config: &Loki, secrets: Arc<dyn SecretStore>) -> Row {
    let client = match loki::Client::new(config, secrets) {
        Ok(client) => client,
        Err(error) => return Row::down(Group::Source, &config.name, error.to_string(), ""),
    };
    let remedy = "set `tenant` if it has many, or look at what ships to it";
    match bounded(client.labels(), client.at()).await {
        Ok(labels) if labels.is_empty() => {
            Row::note(Group::Source, &config.name, format!("Loki at {} answers and holds no label", config.url), remedy)
        }
        Ok(labels) => {
            Row::ok(Group::Source, &config.name, format!("Loki at {} answers, {} labels", config.url, labels.len()))
        }
        Err(error) => Row::down(Group::Source, &config.name, error.to_string(), ""),
    }
}

/// Asks who answers and how much there is in the last hour.
pub(super) async fn elasticsearch(config: &Elasticsearch, secrets: Arc<dyn SecretStore>) -> Row {
    let client = match elastic::Client::new(config, secrets) {
        Ok(client) => client,
        Err(error) => return Row::down(Group::Source, &config.name, error.to_string(), ""),
    };
    let window = TimeWindow::ending(Timestamp::now(), SignedDuration::from_hours(1));
    let product = match bounded(client.product(), client.at()).await {
        Ok(product) => format!("{} {} at {}", product.name, product.version, config.url),
        // Who may search an index need not be let see the cluster.
        Err(HttpError::Denied { status: 403, .. }) => format!("a cluster at {}", config.url),
        Err(error) => return Row::down(Group::Source, &config.name, error.to_string(), ""),
    };
    match bounded(client.count(&json!({ "match_all": {} }), window), client.at()).await {
        Ok(0) => {
            let detail = format!("{product}: nothing of the last hour in `{}`", config.index);
            Row::note(Group::Source, &config.name, detail, "correct `index` or `time_field`, if there should be")
        }
        Ok(count) => Row::ok(Group::Source, &config.name, format!("{product}: {count} documents of the last hour")),
        Err(error) => Row::down(Group::Source, &config.name, format!("{product}: {error}"), "correct `index`"),
    }
}

/// Asks for a count of a second.
pub(super) async fn victorialogs(config: &VictoriaLogs, secrets: Arc<dyn SecretStore>) -> Row {
    let client = match victorialogs::Client::new(config, secrets) {
        Ok(client) => client,
        Err(error) => return Row::down(Group::Source, &config.name, error.to_string(), ""),
    };
    match bounded(client.probe(), client.at()).await {
        Ok(()) => Row::ok(Group::Source, &config.name, format!("VictoriaLogs at {} answers", config.url)),
        Err(error) => Row::down(Group::Source, &config.name, error.to_string(), ""),
    }
}

/// Whether there is a journal that this user may read.
pub(super) async fn journald(config: &Journald) -> Row {
    match output("journalctl", &["--output=cat", "--lines=1", "--quiet", "--no-pager"]).await {
        Ok(last) if last.is_empty() => {
            let remedy = "join the group systemd-journal, if there should be records";
            Row::note(Group::Source, &config.name, "the journal has no record that you may read", remedy)
        }
        Ok(_) => Row::ok(Group::Source, &config.name, "the journal can be read"),
        Err(why) => Row::down(Group::Source, &config.name, why, "install systemd's journalctl, or remove the entry"),
    }
}

/// Whether kubectl exists and knows the context. Asks no cluster.
pub(super) async fn kubectl(config: &Kubectl) -> Row {
    let group = Group::Source;
    if on_path("kubectl").is_none() {
        return Row::down(group, &config.name, "kubectl is not installed", "install it, or remove the entry");
    }
    if config.context.is_empty() {
        return Row::ok(group, &config.name, format!("kubectl exists; pods `{}` are not asked for", config.selector));
    }
    match output("kubectl", &["config", "get-contexts", &config.context, "-o", "name"]).await {
        Ok(_) => Row::ok(group, &config.name, format!("the context {} exists", config.context)),
        Err(why) => Row::down(group, &config.name, why, "correct `context`"),
    }
}

/// Whether docker answers for each container.
pub(super) async fn docker(config: &Docker) -> Row {
    let mut missing = Vec::new();
    for container in &config.containers {
        let arguments = ["container", "inspect", "--format", "{{.State.Status}}", "--", container];
        if let Err(why) = output("docker", &arguments).await {
            missing.push(format!("{container}: {why}"));
        }
    }
    match missing.is_empty() {
        true => Row::ok(Group::Source, &config.name, format!("{} containers exist", config.containers.len())),
        false => Row::down(Group::Source, &config.name, missing.join("; "), "start docker, or correct `containers`"),
    }
}

/// An answer within this check's patience, whatever the source's own timeout.
async fn bounded<T>(asked: impl Future<Output = Result<T, HttpError>>, at: &str) -> Result<T, HttpError> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer,
        Err(_) => Err(HttpError::Timeout { at: at.to_owned(), after: PATIENCE }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::report::State;
    use super::*;
    use crate::config::known::specimen;

    async fn serving(verb: &str, at: &str, json: &str) -> MockServer {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(200).set_body_raw(json.to_owned(), "application/json");
        Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&server).await;
        server
    }

    #[tokio::test]
    async fn a_loki_that_holds_something_is_well_and_an_empty_one_noted() {
        for (data, state) in [("[\"app\"]", State::Ok), ("[]", State::Note)] {
            let json = format!(r#"{{"status":"success","data":{data}}}"#);
            let server = serving("GET", "/loki/api/v1/labels", &json).await;
            let mut config = specimen().loki.remove(0);
            (config.url, config.headers) = (server.uri(), BTreeMap::new());
            let row = loki(&config, crate::cli::secrets::store()).await;
            assert_eq!(row.state(), state, "{row:?}");
        }
    }

    #[tokio::test]
    async fn a_cluster_without_the_index_is_down_with_its_name() {
        let server = serving("GET", "/", r#"{"version":{"number":"8.15.0"}}"#).await;
        let gone = r#"{"error":{"type":"index_not_found_exception","reason":"no such index [logs-x]"},"status":404}"#;
        let answer = ResponseTemplate::new(404).set_body_raw(gone, "application/json");
        Mock::given(method("POST")).respond_with(answer).mount(&server).await;
        let mut config = specimen().elasticsearch.remove(0);
        (config.url, config.headers) = (server.uri(), BTreeMap::new());
        let row = elasticsearch(&config, crate::cli::secrets::store()).await;
        assert!(row.state() == State::Down && row.detail().contains("no such index [logs-x]"), "{row:?}");
    }

    #[tokio::test]
    async fn nobody_there_is_down_with_words() {
        let mut config = specimen().victorialogs.remove(0);
        (config.url, config.headers) = ("http://127.0.0.1:1".to_owned(), BTreeMap::new());
        let row = victorialogs(&config, crate::cli::secrets::store()).await;
        assert!(row.state() == State::Down && row.detail().contains("refuses connections"), "{row:?}");
    }
}
