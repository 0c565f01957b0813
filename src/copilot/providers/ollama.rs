//! An Ollama server. Its types come from `ollama-rs`; its stream is decoded here, because that crate's streams drop
//! chunks that end inside a character and swallow errors in mid-stream, and its requests have no bounds.

use std::sync::Arc;

use ollama_rs::generation::chat::request::ChatMessageRequest;
use ollama_rs::generation::chat::{ChatMessage, MessageRole};
use ollama_rs::models::{LocalModel, ModelInfo, ModelOptions};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::http::{self, Server};
use super::refusal::{self, Failure};
use super::thinking::Thinking;
use crate::copilot::outgoing::Role;
use crate::copilot::provider::{Ask, Delta, Provider};
use crate::domain::CleanText;
use crate::domain::model::ModelLabel;
use crate::domain::ports::Pending;

/// Where Ollama listens by custom.
pub const DEFAULT_URL: &str = "http://127.0.0.1:11434";
/// The largest context taken unasked: memory for it is reserved on load, and models now claim far more than fits.
const UNASKED_CONTEXT: u32 = 32_768;

/// An Ollama server with the model chosen.
#[derive(Clone, Debug)]
pub struct Ollama {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    server: Server,
    model: String,
    context: u32,
    temperature: f32,
}

/// A line of the answer's stream.
#[derive(Debug, Deserialize)]
struct Line {
    error: Option<Value>,
    message: Option<LineMessage>,
    #[serde(default)]
    done: bool,
    done_reason: Option<String>,
    prompt_eval_count: Option<u32>,
    eval_count: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct LineMessage {
    #[serde(default)]
    content: String,
}

#[derive(Deserialize)]
struct Tags {
    models: Vec<LocalModel>,
}

/// The models that the server has.
pub async fn list(server: &Server) -> Result<Vec<String>, Failure> {
    let tags = server.get("api/tags").await?;
    let tags: Tags = serde_json::from_value(tags).map_err(|error| {
        Failure::Words(format!("its list of models cannot be read ({error}); is it an Ollama server?"))
    })?;
    Ok(tags.models.into_iter().map(|model| model.name).collect())
}

impl Ollama {
    /// Chooses the model and reads its context length. `configured` of 0 takes what the server tells.
    pub async fn connect(server: Server, model: &str, configured: u32, temperature: f32) -> Result<Self, Failure> {
        let model = choose(&list(&server).await?, model)?;
        // `name` is what older servers read, `model` what newer ones do.
        let info = server.post_for_json("api/show", &json!({"model": model, "name": model})).await?;
        let info: ModelInfo = serde_json::from_value(info)
            .map_err(|error| Failure::Words(format!("what it tells about {model} cannot be read ({error})")))?;
        let context = context(&info, configured);
        Ok(Self { inner: Arc::new(Inner { server, model, context, temperature }) })
    }
}

/// The context to ask for: never more than the model has; as configured, else as the model's own file says, else what
/// the model has up to a ceiling.
fn context(info: &ModelInfo, configured: u32) -> u32 {
    let real = info
        .model_info
        .iter()
        .find(|(name, _)| name.ends_with(".context_length"))
        .and_then(|(_, value)| value.as_u64())
        .map(|length| u32::try_from(length).unwrap_or(u32::MAX))
        .filter(|length| *length > 0);
    let own = info.parameters.lines().find_map(|line| line.trim().strip_prefix("num_ctx")?.trim().parse().ok());
    let wanted = match (configured, own) {
        (0, Some(own)) => own,
        (0, None) => real.map_or(crate::copilot::prepare::ASSUMED_CONTEXT, |real| real.min(UNASKED_CONTEXT)),
        (configured, _) => configured,
    };
    wanted.min(real.unwrap_or(u32::MAX))
}

/// The model of that name, with or without its `:latest`; the first for no name.
fn choose(models: &[String], wanted: &str) -> Result<String, Failure> {
    if wanted.is_empty() {
        return models
            .first()
            .cloned()
            .ok_or_else(|| Failure::Words("it has no model yet; load one with `ollama pull` and its name".to_owned()));
    }
    let latest = format!("{wanted}:latest");
    models.iter().find(|name| **name == wanted || **name == latest).cloned().ok_or_else(|| {
        let known = models.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
        Failure::Words(format!("it has no model `{wanted}`; it has: {known}. `ollama pull {wanted}` loads it"))
    })
}

impl Provider for Ollama {
    fn label(&self) -> ModelLabel {
        ModelLabel {
            provider: CleanText::line("ollama"),
            model: CleanText::line(&self.inner.model),
            location: self.inner.server.location(),
            context_tokens: Some(self.inner.context),
        }
    }

    fn ask(&self, ask: Ask, out: mpsc::Sender<Delta>) -> Pending<'static, ()> {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let asking = async {
                match inner.ask(&ask, &out).await {
                    Ok(done) => done,
                    Err(failure) => Delta::Failed(inner.server.explain(failure)),
                }
            };
            http::see_through(asking, &out).await;
        })
    }
}

impl Inner {
    async fn ask(&self, ask: &Ask, out: &mpsc::Sender<Delta>) -> Result<Delta, Failure> {
        let response = self.server.post("api/chat", &self.body(ask)?).await?;
        let what = http::content_type(&response);
        if what.contains("html") {
            return Err(Failure::Words(format!("it answers {what} instead of a stream; is model.url right?")));
        }
        let mut lines = self.server.lines(response);
        let mut thinking = Thinking::default();
        while let Some(line) = lines.next().await? {
            if line.trim().is_empty() {
                continue;
            }
            let line: Line = serde_json::from_str(&line)
                .map_err(|_| Failure::Words(format!("it sends what is no JSON line: {}", refusal::said(&line))))?;
            if let Some(error) = line.error {
                return Err(Failure::Words(format!("failed in mid-answer: {}", refusal::message(&error))));
            }
            let text = thinking.visible(line.message.map(|message| message.content).unwrap_or_default());
            if !text.is_empty() && out.send(Delta::Text(text)).await.is_err() {
                break;
            }
            if line.done {
                let cut = match line.done_reason.as_deref() {
                    Some("length") => Some(format!("the answer reached its limit of {} tokens", ask.answer_tokens)),
                    _ if thinking.is_empty() => Some("the model gave no text".to_owned()),
                    _ => None,
                };
                return Ok(Delta::Done {
                    prompt_tokens: line.prompt_eval_count,
                    answer_tokens: line.eval_count,
                    cut: cut.map(CleanText::from),
                });
            }
        }
        let cut = Some(CleanText::line("cut off: the server ended the stream before the answer was complete"));
        Ok(Delta::Done { prompt_tokens: None, answer_tokens: None, cut })
    }

    fn body(&self, ask: &Ask) -> Result<Value, Failure> {
        let messages = ask
            .messages
            .iter()
            .map(|message| {
                let role = match message.role {
                    Role::System => MessageRole::System,
                    Role::User => MessageRole::User,
                    Role::Assistant => MessageRole::Assistant,
                };
                ChatMessage::new(role, message.text.clone())
            })
            .collect();
        let options = ModelOptions::default()
            .num_ctx(self.context.into())
            .num_predict(i32::try_from(ask.answer_tokens).unwrap_or(i32::MAX))
            .temperature(self.temperature);
        let request = ChatMessageRequest::new(self.model.clone(), messages).options(options);
        let mut body = serde_json::to_value(request).map_err(|error| Failure::Words(error.to_string()))?;
        body["stream"] = Value::Bool(true);
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(parameters: &str, length: Value) -> ModelInfo {
        serde_json::from_value(json!({"parameters": parameters, "model_info": {"qwen3.context_length": length}}))
            .unwrap()
    }

    #[test]
    fn the_context_is_real_configured_or_the_models_own_and_never_more_than_real() {
        for (parameters, real, configured, expected) in [
            ("", json!(8192), 0, 8192),
            ("", json!(131_072), 0, 32_768),
            ("", json!(131_072), 65_536, 65_536),
            ("", json!(8192), 16_384, 8192),
            ("stop x\nnum_ctx    12288", json!(40_960), 0, 12_288),
            ("", json!("nonsense"), 0, 8192),
            ("", Value::Null, 4096, 4096),
        ] {
            assert_eq!(context(&info(parameters, real), configured), expected);
        }
    }

    #[test]
    fn a_model_is_found_by_name_with_or_without_tag() {
        let models = ["qwen3:8b".to_owned(), "llama3:latest".to_owned()];
        assert_eq!(choose(&models, "").unwrap(), "qwen3:8b");
        assert_eq!(choose(&models, "llama3").unwrap(), "llama3:latest");
        assert!(matches!(choose(&models, "x"), Err(Failure::Words(words)) if words.contains("qwen3:8b, llama3")));
        assert!(matches!(choose(&[], ""), Err(Failure::Words(words)) if words.contains("ollama pull")));
    }
}
