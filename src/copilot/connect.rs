//! From the configuration to a provider that was heard from. `runtime` calls it at the start and when the model is
//! changed, `cli doctor` and the first-run offer ask only for the models.

use std::sync::Arc;

use super::provider::Provider;
use super::providers::http::Server;
use super::providers::{ollama, openai};
use crate::config::schema::{Model, ProviderKind};
use crate::config::secrets;
use crate::domain::CleanText;
use crate::domain::ports::SecretStore;

/// Connects to the configured server, chooses the model and reads its context length. Fails in words that say what to
/// do; the rest of midwatch works without it. With provider `none` there is nobody to connect to, which the caller
/// knows before.
pub async fn connect(config: &Model, store: Arc<dyn SecretStore>) -> Result<Arc<dyn Provider>, CleanText> {
    let server = server(config, store).await?;
    let (model, context, temperature) = (&config.model, config.context_tokens, config.temperature);
    let connected: Result<Arc<dyn Provider>, _> = match config.provider {
        ProviderKind::None => return Err(nobody()),
        ProviderKind::Ollama => {
            let connected = ollama::Ollama::connect(server.clone(), model, context, temperature).await;
            connected.map(|provider| Arc::new(provider) as Arc<dyn Provider>)
        }
        ProviderKind::Openai => {
            let connected = openai::OpenAi::connect(server.clone(), model, context, temperature).await;
            connected.map(|provider| Arc::new(provider) as Arc<dyn Provider>)
        }
    };
    connected.map_err(|failure| server.explain(failure))
}

/// The models that the configured server lists; empty when it has no list.
pub async fn models(config: &Model, store: Arc<dyn SecretStore>) -> Result<Vec<CleanText>, CleanText> {
    let server = server(config, store).await?;
    let names = match config.provider {
        ProviderKind::None => return Err(nobody()),
        ProviderKind::Ollama => ollama::list(&server).await,
        ProviderKind::Openai => openai::list(&server).await.map(|models| models.into_iter().map(|m| m.id).collect()),
    };
    let names: Vec<String> = names.map_err(|failure| server.explain(failure))?;
    Ok(names.iter().map(|name| CleanText::line(name)).collect())
}

async fn server(config: &Model, store: Arc<dyn SecretStore>) -> Result<Server, CleanText> {
    let url = match (config.provider, config.url.as_str()) {
        (ProviderKind::None, _) => return Err(nobody()),
        (ProviderKind::Ollama, "") => ollama::DEFAULT_URL,
        (ProviderKind::Openai, "") => {
            return Err(CleanText::line(
                "model.url is empty; set it to the server's address, such as http://127.0.0.1:8080",
            ));
        }
        (ProviderKind::Ollama | ProviderKind::Openai, url) => url,
    };
    let setting = config.key.clone();
    // A keyring answers by D-Bus and may ask the person to unlock it: never on the runtime's own threads.
    let key = tokio::task::spawn_blocking(move || secrets::model_key(&setting, store.as_ref())).await;
    let key = key.map_err(|error| CleanText::line(&format!("the key could not be looked up ({error})")))?;
    Server::new(url, key.map_err(|why| CleanText::line(&why))?, config.timeout.std())
}

fn nobody() -> CleanText {
    CleanText::line("model.provider is none; set it to ollama or openai to ask a model")
}
