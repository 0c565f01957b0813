//! Why a server gave no answer, in words that say what to do. Used by both HTTP providers.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

/// An HTTP error answer.
#[derive(Debug)]
pub struct Refusal {
    /// Its status.
    pub status: StatusCode,
    /// What it said, at most a few lines.
    pub body: String,
    /// How long it asks to wait.
    pub wait: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Failure {
    /// In words.
    Words(String),
    /// The server said no.
    Refused(Box<Refusal>),
}

impl Refusal {
    /// What it means and what to do.
    pub fn words(&self) -> String {
        let said = said(&self.body);
        let status = self.status.as_u16();
        let remedy = match status {
            300..=399 => "it redirects elsewhere; set model.url to where it really is",
            401 | 403 => "it wants another key; see model.key",
            404 => "no such model or address; see model.model and model.url",
            429 => "it is asked too often, or its quota is used up; ask again later",
            503 => "it is not ready; it may still be loading the model",
            _ if self.is_about_length() => {
                "lower model.context_tokens to what the server has, or ask with less evidence"
            }
            _ => "",
        };
        let parts = [format!("HTTP {status}"), said, remedy.to_owned()];
        parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("; ")
    }

    fn is_about_length(&self) -> bool {
        ["exceed_context_size", "context_length_exceeded", "context length", "context size"]
            .iter()
            .any(|w| self.body.contains(w))
    }
}

/// What an error answer says, in one short line: its message, the numbers beside it, or the title of a page.
pub fn said(body: &str) -> String {
    let text = match serde_json::from_str::<Value>(body) {
        Ok(value) => message(&value),
        Err(_) => match body.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")) {
            Some((title, _)) => format!("a web page titled \"{}\"", title.trim()),
            None => body.split_whitespace().collect::<Vec<_>>().join(" "),
        },
    };
    text.chars().take(300).collect()
}

/// The message of an error object in the shapes that servers use.
pub fn message(value: &Value) -> String {
    let error = value.get("error").unwrap_or(value);
    let text = ["message", "detail", "error"].iter().find_map(|name| error.get(name)).unwrap_or(error);
    let mut text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
    let number = |name| error.get(name).and_then(Value::as_u64);
    if let (Some(asked), Some(room)) = (number("n_prompt_tokens"), number("n_ctx")) {
        text.push_str(&format!(" ({asked} tokens asked, {room} available)"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_say_their_message_their_numbers_or_their_title() {
        for (body, words) in [
            (r#"{"error":{"message":"bad key"}}"#, "bad key"),
            (r#"{"error":"model not found"}"#, "model not found"),
            (
                r#"{"error":{"message":"too long","n_prompt_tokens":9000,"n_ctx":8192}}"#,
                "too long (9000 tokens asked, 8192 available)",
            ),
            ("<html><title>502 Bad Gateway</title>", "a web page titled \"502 Bad Gateway\""),
            ("plain\n words", "plain words"),
        ] {
            assert_eq!(said(body), words);
        }
        assert_eq!(said(&"é".repeat(9000)).chars().count(), 300);
    }
}
