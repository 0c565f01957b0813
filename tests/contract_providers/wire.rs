//! The two wire formats, as the same few sentences, so that one suite can ask the same of both providers.

use std::sync::Arc;

use midwatch::config::schema::{Model, ProviderKind};
use midwatch::config::secrets::Secrets;
use midwatch::copilot::outgoing::{Message, Role, outgoing};
use midwatch::copilot::{Ask, Delta, Provider, connect};
use midwatch::domain::model::Location;
use serde_json::json;
use tokio::sync::mpsc;

use crate::server::{Answer, Server};

/// A wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Ollama,
    Openai,
}

pub const BOTH: [Wire; 2] = [Wire::Ollama, Wire::Openai];

impl Wire {
    /// Where questions go.
    pub fn path(self) -> &'static str {
        match self {
            Wire::Ollama => "/api/chat",
            Wire::Openai => "/v1/chat/completions",
        }
    }

    /// A good answer's head.
    pub fn answer(self) -> Answer {
        match self {
            Wire::Ollama => Answer::new("200 OK", "application/x-ndjson"),
            Wire::Openai => Answer::new("200 OK", "text/event-stream"),
        }
    }

    /// A piece of text on the wire.
    pub fn text(self, text: &str) -> String {
        match self {
            Wire::Ollama => format!(
                "{}\n",
                json!({"model": "qwen3:8b", "created_at": "2026-11-20T02:17:09.5Z",
                       "message": {"role": "assistant", "content": text}, "done": false})
            ),
            Wire::Openai => format!(
                "data: {}\n\n",
                json!({"id": "c-1", "object": "chat.completion.chunk",
                       "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
            ),
        }
    }

    /// The end on the wire, with 123 and 45 tokens counted.
    pub fn end(self, reason: &str) -> String {
        match self {
            Wire::Ollama => format!(
                "{}\n",
                json!({"model": "qwen3:8b", "created_at": "2026-11-20T02:17:10Z",
                       "message": {"role": "assistant", "content": ""}, "done": true, "done_reason": reason,
                       "total_duration": 5_043_500_667u64, "prompt_eval_count": 123, "eval_count": 45})
            ),
            Wire::Openai => format!(
                "data: {}\n\ndata: {}\n\ndata: [DONE]\n\n",
                json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}),
                json!({"choices": [], "usage": {"prompt_tokens": 123, "completion_tokens": 45, "total_tokens": 168}})
            ),
        }
    }

    /// An error in mid-stream.
    pub fn error(self, message: &str) -> String {
        match self {
            Wire::Ollama => format!("{}\n", json!({"error": message})),
            Wire::Openai => format!("data: {}\n\n", json!({"error": {"message": message, "code": 500}})),
        }
    }

    /// A server with these answers, its lists in order.
    pub async fn server(self, answers: Vec<Answer>) -> Server {
        let json = |text: &str| Answer::new("200 OK", "application/json").chunk(text);
        let fixed = match self {
            Wire::Ollama => vec![
                ("/api/tags", json(include_str!("fixtures/ollama-tags.json"))),
                ("/api/show", json(include_str!("fixtures/ollama-show.json"))),
            ],
            Wire::Openai => vec![
                ("/v1/models", json(include_str!("fixtures/openai-models.json"))),
                ("/tokenize", Answer::new("404 Not Found", "application/json").chunk("{}")),
            ],
        };
        Server::start(fixed, answers).await
    }

    /// The configuration for a server.
    pub fn config(self, url: &str, silence: &str) -> Model {
        Model {
            provider: match self {
                Wire::Ollama => ProviderKind::Ollama,
                Wire::Openai => ProviderKind::Openai,
            },
            url: url.to_owned(),
            timeout: silence.parse().unwrap(),
            ..Model::default()
        }
    }

    /// A provider connected to a server with these answers.
    pub async fn connected(self, silence: &str, answers: Vec<Answer>) -> (Server, Arc<dyn Provider>) {
        let server = self.server(answers).await;
        let provider = connect(&self.config(&server.url, silence), Arc::new(Secrets)).await.unwrap();
        (server, provider)
    }
}

/// A short question.
pub fn question() -> Ask {
    let message = |role, text: &str| Message { role, text: text.to_owned() };
    Ask {
        messages: outgoing(
            vec![message(Role::System, "Answer."), message(Role::User, "why? password=hunter22")],
            Location::Remote,
            &midwatch::trust::redact::Session::new(),
        ),
        question: "why?".into(),
        evidence: Vec::new(),
        answer_tokens: 77,
    }
}

/// Everything that came: the text, and what came last.
pub async fn ask(provider: &dyn Provider) -> (String, Delta) {
    ask_with(provider, question()).await
}

/// The same with a question of one's own.
pub async fn ask_with(provider: &dyn Provider, question: Ask) -> (String, Delta) {
    let (out, mut deltas) = mpsc::channel(4);
    let asking = tokio::spawn(provider.ask(question, out));
    let mut text = String::new();
    let mut last = None;
    while let Some(delta) = deltas.recv().await {
        assert!(last.is_none(), "something came after the last: {delta:?}");
        match delta {
            Delta::Text(piece) => text.push_str(&piece),
            Delta::Done { .. } | Delta::Failed(_) => last = Some(delta),
        }
    }
    asking.await.unwrap();
    (text, last.expect("an answer always ends with Done or Failed"))
}

/// The words of a failure.
pub fn failure(last: Delta) -> String {
    match last {
        Delta::Failed(why) => why.to_string(),
        Delta::Text(_) | Delta::Done { .. } => panic!("no failure: {last:?}"),
    }
}

/// Why a finished answer ended early; empty when it did not.
pub fn cut(last: Delta) -> String {
    match last {
        Delta::Done { cut, .. } => cut.map(|why| why.to_string()).unwrap_or_default(),
        Delta::Text(_) | Delta::Failed(_) => panic!("not done: {last:?}"),
    }
}
