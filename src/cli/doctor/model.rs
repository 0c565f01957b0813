//! Whether the model server answers and has the model.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::report::{Group, Row};
use super::servers::ask;
use crate::config::schema::{Model, ProviderKind};
use crate::domain::ports::SecretStore;

/// Names of models that are listed in a message.
const LISTED: usize = 8;

/// Asks for the list of models; nothing is generated.
pub(super) async fn model(model: &Model, secrets: Arc<dyn SecretStore>) -> Row {
    let group = Group::Model;
    let (path, list, name) = match model.provider {
        ProviderKind::None => {
            let detail = "none is set up; midwatch works without one";
            return Row::note(group, "model", detail, "set provider and url under [model] to add one");
        }
        ProviderKind::Ollama => ("api/tags", "/models", "name"),
        ProviderKind::Openai if model.url.trim_end_matches('/').ends_with("/v1") => ("models", "/data", "id"),
        ProviderKind::Openai => ("v1/models", "/data", "id"),
    };
    let headers = match authorization(model, Arc::clone(&secrets)).await {
        Ok(headers) => headers,
        Err(why) => return Row::down(group, "model", why, ""),
    };
    let answer = match ask(&model.url, &headers, model.timeout, secrets, path, &[]).await {
        Ok(answer) => answer,
        Err(error) => return Row::down(group, "model", error.to_string(), remedy(model.provider)),
    };
    let Some(models) = answer.pointer(list).and_then(Value::as_array) else {
        let detail = format!("{} answers, but lists no models", model.url);
        return Row::down(group, "model", detail, "correct `url` or `provider` under [model]");
    };
    let names: Vec<&str> = models.iter().filter_map(|entry| entry.get(name)?.as_str()).collect();
    let listed = names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    if names.is_empty() {
        return Row::down(group, "model", format!("{} has no model", model.url), remedy(model.provider));
    }
    if !model.model.is_empty() && !names.iter().any(|name| is_named(name, &model.model)) {
        let detail = format!("{} does not have `{}`; it has {listed}", model.url, model.model);
        return Row::down(group, "model", detail, "correct `model` under [model], or fetch it");
    }
    let used = if model.model.is_empty() { names.first().copied().unwrap_or_default() } else { &model.model };
    Row::ok(group, "model", format!("{used} at {}", model.url))
}

/// Ollama lists `llama3:latest` for what people call `llama3`.
fn is_named(listed: &str, wanted: &str) -> bool {
    listed == wanted || listed.strip_suffix(":latest") == Some(wanted)
}

fn remedy(provider: ProviderKind) -> &'static str {
    match provider {
        ProviderKind::Ollama => "start it with `ollama serve`, fetch a model with `ollama pull qwen3:8b`",
        ProviderKind::Openai | ProviderKind::None => "start the server, or correct `url` under [model]",
    }
}

/// The header that carries the key. The keyring may wait for a person, so it is asked on a thread that can.
async fn authorization(model: &Model, secrets: Arc<dyn SecretStore>) -> Result<BTreeMap<String, String>, String> {
    let key = model.key.clone();
    let secret = match key.strip_prefix("plain:") {
        _ if key.is_empty() => return Ok(BTreeMap::new()),
        Some(plain) => plain.to_owned(),
        None => tokio::task::spawn_blocking(move || secrets.get(&key))
            .await
            .map_err(|_| "the keyring failed".to_owned())??,
    };
    Ok(BTreeMap::from([("Authorization".to_owned(), format!("Bearer {}", secret.trim()))]))
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{header, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::report::State;
    use super::*;

    async fn check(at: &str, body: &str, change: impl FnOnce(&mut Model)) -> Row {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(200).set_body_raw(body.to_owned(), "application/json");
        Mock::given(path(at)).and(header("authorization", "Bearer abc")).respond_with(answer).mount(&server).await;
        let mut configured = Model { url: server.uri(), key: "plain:abc".to_owned(), ..Model::default() };
        change(&mut configured);
        model(&configured, crate::cli::secrets::store()).await
    }

    #[tokio::test]
    async fn the_model_is_looked_for_in_the_list_of_either_protocol() {
        let openai = |model: &mut Model| model.provider = ProviderKind::Openai;
        let row = check("/v1/models", r#"{"data":[{"id":"tiny"}]}"#, openai).await;
        assert!(row.state() == State::Ok && row.detail().starts_with("tiny at "), "{row:?}");
        let row = check("/v1/models", r#"{"data":[{"id":"tiny"}]}"#, |model| {
            openai(model);
            model.url.push_str("/v1/");
        });
        assert_eq!(row.await.state(), State::Ok);
        let ollama = |wanted: &'static str| {
            move |model: &mut Model| (model.provider, model.model) = (ProviderKind::Ollama, wanted.to_owned())
        };
        let list = r#"{"models":[{"name":"llama3:latest"}]}"#;
        assert_eq!(check("/api/tags", list, ollama("llama3")).await.state(), State::Ok);
        let row = check("/api/tags", list, ollama("qwen3:8b")).await;
        assert!(row.state() == State::Down && row.detail().contains("it has llama3:latest"), "{row:?}");
        assert!(!row.detail().contains("abc"));
    }

    #[tokio::test]
    async fn no_model_is_a_note_and_not_a_failure() {
        assert_eq!(model(&Model::default(), crate::cli::secrets::store()).await.state(), State::Note);
    }
}
