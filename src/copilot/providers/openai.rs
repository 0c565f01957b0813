//! Any server that speaks OpenAI's chat completions: llama.cpp, vLLM, LM Studio, gateways, OpenAI itself. Streamed as
//! server-sent events; what a server does not take of a request is left out once it says so.

use std::sync::{Arc, Mutex};

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::http::{self, Lines, Server};
use super::refusal::{self, Failure};
use super::thinking::Thinking;
use crate::copilot::provider::{Ask, Delta, Provider};
use crate::copilot::tokens;
use crate::domain::CleanText;
use crate::domain::model::ModelLabel;
use crate::domain::ports::Pending;

/// Most bytes of an answer that came whole instead of streamed.
const LARGEST_WHOLE: usize = 8 << 20;

/// A server with the model chosen.
#[derive(Clone, Debug)]
pub struct OpenAi {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    server: Server,
    model: String,
    context: Option<u32>,
    token_weight: f32,
    temperature: f32,
    /// What the server was found to take; shared by all questions of the session.
    dialect: Mutex<Dialect>,
}

/// What of a request this server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Dialect {
    usage: bool,
    temperature: bool,
    completion_tokens: bool,
}

/// A model as the list tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its name.
    pub id: String,
    /// Its context length, where told.
    pub context: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Chunk {
    choices: Option<Vec<Choice>>,
    usage: Option<Usage>,
    error: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(alias = "message")]
    delta: Option<Piece>,
    finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Piece {
    content: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Usage {
    prompt_tokens: Option<u32>,
    completion_tokens: Option<u32>,
}

/// What is known of an answer so far.
#[derive(Default)]
struct Progress {
    thinking: Thinking,
    usage: Usage,
    finish: Option<String>,
}

/// The models that the server lists; none when it has no list.
pub async fn list(server: &Server) -> Result<Vec<Listed>, Failure> {
    let list = match server.get("v1/models").await {
        Ok(list) => list,
        Err(Failure::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => return Ok(Vec::new()),
        Err(failure) => return Err(failure),
    };
    let models = list
        .get("data")
        .and_then(Value::as_array)
        .ok_or_else(|| Failure::Words("its list of models cannot be read; does it speak OpenAI's API?".to_owned()))?;
    Ok(models.iter().filter_map(listed).collect())
}

/// Servers tell the context under several names.
fn listed(model: &Value) -> Option<Listed> {
    let id = model.get("id")?.as_str()?.to_owned();
    let places = ["/meta/n_ctx", "/max_model_len", "/context_length", "/context_window", "/max_context_length"];
    let context = places.iter().find_map(|place| model.pointer(place)?.as_u64()).filter(|length| *length > 0);
    Some(Listed { id, context: context.map(|length| u32::try_from(length).unwrap_or(u32::MAX)) })
}

/// Lets a server that can (llama.cpp) count the tokens of a sample; one that cannot weighs nothing.
async fn weigh(server: &Server) -> f32 {
    let counted = server.post_for_json("tokenize", &json!({"content": tokens::SAMPLE})).await;
    counted.ok().and_then(|answer| Some(tokens::weight_of(answer.get("tokens")?.as_array()?.len()))).unwrap_or(1.0)
}

impl OpenAi {
    /// Chooses the model: the configured one, listed or not, else the first of the list. `configured` of 0 takes the
    /// context length that the list tells.
    pub async fn connect(server: Server, model: &str, configured: u32, temperature: f32) -> Result<Self, Failure> {
        let models = list(&server).await?;
        let chosen = models.iter().find(|listed| model.is_empty() || listed.id == model);
        let model = match chosen {
            Some(listed) => listed.id.clone(),
            None if model.is_empty() => {
                return Err(Failure::Words("it lists no models; name one in model.model".to_owned()));
            }
            None => model.to_owned(),
        };
        let told = chosen.and_then(|listed| listed.context);
        let context = match configured {
            0 => told,
            configured => Some(told.map_or(configured, |told| told.min(configured))),
        };
        let token_weight = weigh(&server).await;
        let dialect = Mutex::new(Dialect { usage: true, temperature: true, completion_tokens: false });
        Ok(Self { inner: Arc::new(Inner { server, model, context, token_weight, temperature, dialect }) })
    }
}

impl Provider for OpenAi {
    fn label(&self) -> ModelLabel {
        ModelLabel {
            provider: CleanText::line("openai"),
            model: CleanText::line(&self.inner.model),
            location: self.inner.server.location(),
            context_tokens: self.inner.context,
        }
    }

    fn token_weight(&self) -> f32 {
        self.inner.token_weight
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
        let response = self.send(ask).await?;
        let mut progress = Progress::default();
        let what = http::content_type(&response);
        if what.contains("html") {
            return Err(Failure::Words(format!("it answers {what} instead of a stream; is model.url right?")));
        }
        let complete = if what.contains("application/json") {
            let body = self.server.body(response, LARGEST_WHOLE).await?;
            take(&String::from_utf8_lossy(&body), &mut progress, out).await?;
            true
        } else {
            self.stream(self.server.lines(response), &mut progress, out).await?
        };
        Ok(progress.done(complete, ask.answer_tokens))
    }

    /// Sends the question; what the server does not take is left out, remembered and not sent again.
    async fn send(&self, ask: &Ask) -> Result<reqwest::Response, Failure> {
        loop {
            let dialect = self.dialect();
            match self.server.post("v1/chat/completions", &self.body(ask, dialect)).await {
                Err(Failure::Refused(refusal)) => match dialect.without(refusal.status, &refusal.body) {
                    Some(simpler) => *self.dialect.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = simpler,
                    None => return Err(Failure::Refused(refusal)),
                },
                other => return other,
            }
        }
    }

    /// Reads events up to `[DONE]`; whether it came.
    async fn stream(
        &self,
        mut lines: Lines<'_>,
        progress: &mut Progress,
        out: &mpsc::Sender<Delta>,
    ) -> Result<bool, Failure> {
        let mut data = String::new();
        loop {
            let line = lines.next().await?;
            if let Some(part) = line.as_deref().and_then(|line| line.strip_prefix("data:")) {
                if !data.is_empty() {
                    data.push('\n');
                }
                data.push_str(part.strip_prefix(' ').unwrap_or(part));
                continue;
            }
            let ended = line.is_none();
            if line.is_none_or(|line| line.is_empty()) && !data.is_empty() {
                let event = std::mem::take(&mut data);
                if event.trim() == "[DONE]" {
                    return Ok(true);
                }
                // Half an event at the end of a broken stream says nothing; the answer is told to be cut off.
                if !(ended && serde_json::from_str::<Value>(&event).is_err()) {
                    take(&event, progress, out).await?;
                }
            }
            if ended {
                return Ok(false);
            }
        }
    }

    fn dialect(&self) -> Dialect {
        *self.dialect.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn body(&self, ask: &Ask, dialect: Dialect) -> Value {
        let messages: Vec<Value> =
            ask.messages.iter().map(|message| json!({"role": message.role.word(), "content": message.text})).collect();
        let mut body = json!({"model": self.model, "messages": messages, "stream": true});
        let limit = if dialect.completion_tokens { "max_completion_tokens" } else { "max_tokens" };
        body[limit] = json!(ask.answer_tokens);
        if dialect.temperature {
            body["temperature"] = json!(self.temperature);
        }
        if dialect.usage {
            body["stream_options"] = json!({"include_usage": true});
        }
        body
    }
}

impl Dialect {
    /// A simpler request after a refusal that names what it does not take; `None` when the refusal is about something
    /// else. Each part can be dropped once, so this ends.
    fn without(self, status: StatusCode, body: &str) -> Option<Self> {
        if !matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) {
            return None;
        }
        if self.usage && (body.contains("stream_options") || body.contains("include_usage")) {
            return Some(Self { usage: false, ..self });
        }
        if !self.completion_tokens && body.contains("max_completion_tokens") {
            return Some(Self { completion_tokens: true, ..self });
        }
        if self.temperature && body.contains("temperature") {
            return Some(Self { temperature: false, ..self });
        }
        None
    }
}

/// Takes one event, or an answer that came whole.
async fn take(event: &str, progress: &mut Progress, out: &mpsc::Sender<Delta>) -> Result<(), Failure> {
    let chunk: Chunk = serde_json::from_str(event)
        .map_err(|_| Failure::Words(format!("it sends what is no answer: {}", refusal::said(event))))?;
    if let Some(error) = chunk.error {
        return Err(Failure::Words(format!("failed in mid-answer: {}", refusal::message(&error))));
    }
    progress.usage = chunk.usage.unwrap_or(progress.usage);
    for choice in chunk.choices.unwrap_or_default().into_iter().take(1) {
        progress.finish = choice.finish_reason.or(progress.finish.take());
        let text = progress.thinking.visible(choice.delta.and_then(|piece| piece.content).unwrap_or_default());
        if !text.is_empty() && out.send(Delta::Text(text)).await.is_err() {
            return Err(Failure::Words("nobody listens any more".to_owned()));
        }
    }
    Ok(())
}

impl Progress {
    fn done(self, complete: bool, limit: u32) -> Delta {
        let cut = match self.finish.as_deref() {
            Some("length") => Some(format!("the answer reached its limit of {limit} tokens")),
            Some("content_filter") => Some("the server's content filter ended the answer".to_owned()),
            None if !complete => Some("cut off: the server ended the stream before the answer was complete".to_owned()),
            Some(_) | None if self.thinking.is_empty() => Some("the model gave no text".to_owned()),
            Some(_) | None => None,
        };
        Delta::Done {
            prompt_tokens: self.usage.prompt_tokens,
            answer_tokens: self.usage.completion_tokens,
            cut: cut.map(CleanText::from),
        }
    }
}
