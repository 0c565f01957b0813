//! Whether the configured servers answer as what they are said to be.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;

use serde_json::Value;

use super::PATIENCE;
use super::report::{Group, Row};
use crate::config::schema::{Alertmanager, Prometheus, Webhook};
use crate::config::units::Length;
use crate::domain::ports::SecretStore;
use crate::sources::http::{Endpoint, HttpError};

/// Panels that are tried.
const PANELS: usize = 16;

/// Asks for the status, which only Alertmanager's v2 API has.
pub(super) async fn alertmanager(server: &Alertmanager, secrets: Arc<dyn SecretStore>) -> Row {
    let timeout = server.timeout.std().min(PATIENCE);
    let asked = match Endpoint::with_auth(&server.url, &server.headers, &server.auth, secrets, timeout) {
        Ok(endpoint) => endpoint.ask("api/v2/status", &[], |text| serde_json::from_str::<Value>(text)).await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(status) if status.get("versionInfo").is_some() => {
            let version = status.pointer("/versionInfo/version").and_then(Value::as_str).unwrap_or("of no version");
            Row::ok(Group::Source, &server.name, format!("Alertmanager {version} at {}", server.url))
        }
        Ok(_) => Row::down(
            Group::Source,
            &server.name,
            format!("{} answers, but is no Alertmanager with a v2 API", server.url),
            "correct `url`, or update Alertmanager to 0.16 or later",
        ),
        Err(error) => Row::down(Group::Source, &server.name, error.to_string(), ""),
    }
}

/// Asks a query that needs no data, then each panel's.
pub(super) async fn prometheus(server: &Prometheus, secrets: Arc<dyn SecretStore>) -> Row {
    let group = Group::Source;
    let timeout = server.timeout.std().min(PATIENCE);
    let endpoint = match Endpoint::with_auth(&server.url, &server.all_headers(), &server.auth, secrets, timeout) {
        Ok(endpoint) => endpoint,
        Err(error) => return Row::down(group, &server.name, error.to_string(), ""),
    };
    let query = |query: String| {
        let endpoint = endpoint.clone();
        async move {
            let parameters = [("query", query.as_str())];
            endpoint.ask("api/v1/query", &parameters, |text| serde_json::from_str::<Value>(text)).await
        }
    };
    match query("vector(1)".to_owned()).await {
        Ok(answer) if answer.get("status").and_then(Value::as_str) == Some("success") => {}
        Ok(_) => {
            let detail = format!("{} answers, but not as Prometheus does", server.url);
            return Row::down(group, &server.name, detail, "correct `url`");
        }
        Err(error) => return Row::down(group, &server.name, error.to_string(), ""),
    }
    let (mut failed, mut empty) = (Vec::new(), Vec::new());
    for panel in server.panels.iter().take(PANELS) {
        match query(panel.query.clone()).await {
            Ok(answer) if answer.pointer("/data/result").and_then(Value::as_array).is_some_and(Vec::is_empty) => {
                empty.push(panel.title.as_str());
            }
            Ok(_) => {}
            Err(error) => failed.push(format!("{}: {error}", panel.title)),
        }
    }
    let count = server.panels.len();
    match (failed.first(), empty.is_empty()) {
        (Some(first), _) => {
            let detail = format!("{} of {count} panels fail; {first}", failed.len());
            Row::down(group, &server.name, detail, "correct the panel's `query`")
        }
        (None, false) => {
            let detail = format!("answers at {}; no series now for: {}", server.url, empty.join(", "));
            Row::note(group, &server.name, detail, "this is right if nothing of it happens; else correct the `query`")
        }
        (None, true) if count == 0 => {
            let remedy = "add [[prometheus.panel]] entries, or let `midwatch config init` find them";
            Row::note(group, &server.name, format!("answers at {}, but shows no panel", server.url), remedy)
        }
        (None, true) => Row::ok(group, &server.name, format!("answers at {}, {count} panels", server.url)),
    }
}

/// Whether the port could be listened on now.
pub(super) fn webhook(webhook: &Webhook) -> Row {
    listening(&webhook.name, &webhook.listen)
}

/// The same for any receiver.
pub(super) fn listening(name: &str, listen: &str) -> Row {
    match TcpListener::bind(listen) {
        Ok(_) => Row::ok(Group::Source, name, format!("{listen} is free to listen on")),
        Err(error) => Row::note(
            Group::Source,
            name,
            format!("{listen} cannot be listened on: {error}"),
            "right if another midwatch runs; else choose another port in `listen`",
        ),
    }
}

/// Asks once, within this check's patience.
pub(super) async fn ask(
    url: &str,
    headers: &BTreeMap<String, String>,
    timeout: Length,
    secrets: Arc<dyn SecretStore>,
    path: &str,
    parameters: &[(&str, &str)],
) -> Result<Value, HttpError> {
    let endpoint = Endpoint::new(url, headers, secrets, timeout.std().min(PATIENCE))?;
    endpoint.ask(path, parameters, |text| serde_json::from_str(text)).await
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::report::State;
    use super::*;
    use crate::config::known::specimen;

    async fn serving(at: &str, answer: ResponseTemplate) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(method("GET")).and(path(at)).respond_with(answer).mount(&server).await;
        server
    }

    async fn check_prometheus(answer: ResponseTemplate) -> Row {
        let server = serving("/api/v1/query", answer).await;
        let mut configured = specimen().prometheus.remove(0);
        (configured.url, configured.headers) = (server.uri(), BTreeMap::new());
        configured.auth = Default::default();
        prometheus(&configured, crate::cli::secrets::store()).await
    }

    #[tokio::test]
    async fn a_prometheus_that_answers_is_well_and_an_empty_panel_is_noted() {
        let json = |text: &str| ResponseTemplate::new(200).set_body_raw(text.to_owned(), "application/json");
        let row = check_prometheus(json(r#"{"status":"success","data":{"result":[{}]}}"#)).await;
        assert_eq!(row.state(), State::Ok, "{row:?}");
        let row = check_prometheus(json(r#"{"status":"success","data":{"result":[]}}"#)).await;
        assert_eq!(row.state(), State::Note, "{row:?}");
        let row = check_prometheus(json(r#"{"hello":"world"}"#)).await;
        assert!(row.state() == State::Down && row.detail().contains("not as Prometheus does"), "{row:?}");
    }

    #[tokio::test]
    async fn a_login_page_a_refusal_and_nobody_are_down_with_words() {
        let page = ResponseTemplate::new(200).set_body_raw("<html>log in</html>", "text/html");
        assert!(check_prometheus(page).await.detail().contains("HTML"));
        assert!(check_prometheus(ResponseTemplate::new(401)).await.detail().contains("401"));
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut configured = specimen().alertmanager.remove(0);
        (configured.url, configured.headers) = (format!("http://{free}"), BTreeMap::new());
        configured.auth = Default::default();
        let row = alertmanager(&configured, crate::cli::secrets::store()).await;
        assert!(row.state() == State::Down && row.detail().contains("refuses connections"), "{row:?}");
    }

    #[tokio::test]
    async fn a_missing_secret_is_said_by_name() {
        let mut configured = specimen().alertmanager.remove(0);
        let secret = "env:MIDWATCH_TEST_NOT_SET".to_owned();
        configured.auth = Default::default();
        configured.headers = BTreeMap::from([("Authorization".to_owned(), secret)]);
        let row = alertmanager(&configured, crate::cli::secrets::store()).await;
        assert!(row.state() == State::Down && row.detail().contains("MIDWATCH_TEST_NOT_SET"), "{row:?}");
    }

    #[test]
    fn a_port_in_use_is_noted() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = taken.local_addr().unwrap().to_string();
        let configured = Webhook { name: "hook".to_owned(), listen };
        assert_eq!(webhook(&configured).state(), State::Note);
    }
}
