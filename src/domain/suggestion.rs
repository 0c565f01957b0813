//! What somebody or something would like to see done. A suggestion runs nothing; only a person can turn it into more.

use serde::{Deserialize, Serialize};

use super::{CleanText, Locator};

/// A query or command put forward. The model's replies can hold nothing stronger than this.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// What language the text is in; decides where it would run.
    pub language: Language,
    /// The exact text, byte for byte; never cleaned, never drawn without revealing what it hides.
    pub text: String,
    /// Why, in the proposer's words: a claim, not a fact.
    pub reason: CleanText,
    /// The evidence it is said to rest on.
    pub because: Vec<Locator>,
    /// Who put it forward.
    pub origin: Origin,
    /// Title under which the answer of a PromQL query stays a row of the metrics pane, asked again and again, once it was
    /// confirmed; `None` asks once.
    pub panel: Option<CleanText>,
    /// Signals it should move, as the proposer names them: panels or metrics. What becomes of them is watched.
    pub watch: Vec<CleanText>,
}

/// The language of a suggestion, named as the fence of its block in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// A PromQL range query for the configured metrics source.
    Promql,
    /// A filter over the log records held, in the log pane's own filter language.
    Logs,
    /// A question to a configured log store: its name, the question in the store's own language, and what is applied to
    /// the answer here.
    Fetch,
    /// A bash command line for this machine.
    Sh,
}

/// Who put a suggestion forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Typed by the person at the keyboard.
    Person,
    /// Written by a model.
    Model,
    /// Derived by the deterministic analyst.
    Analyst,
    /// A step of a runbook.
    Runbook,
}

impl Language {
    /// The fence word.
    pub fn word(self) -> &'static str {
        match self {
            Language::Promql => "promql",
            Language::Logs => "logs",
            Language::Fetch => "fetch",
            Language::Sh => "sh",
        }
    }

    /// Reads a fence word with the aliases models use; `None` for a block that proposes nothing. Questions to
    /// log stores are a person's to put.
    pub fn from_fence(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "promql" | "prometheus" | "metricsql" => Some(Language::Promql),
            "logs" => Some(Language::Logs),
            "sh" | "bash" | "shell" => Some(Language::Sh),
            _ => None,
        }
    }
}

impl Origin {
    /// The word shown and journaled.
    pub fn word(self) -> &'static str {
        match self {
            Origin::Person => "person",
            Origin::Model => "model",
            Origin::Analyst => "analyst",
            Origin::Runbook => "runbook",
        }
    }
}
