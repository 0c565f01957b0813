//! Which model answers, and where it lives.

use super::CleanText;

/// The model as the header and the preview name it.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelLabel {
    /// `ollama`, `openai`, `recorded`.
    pub provider: CleanText,
    /// `qwen3:8b`.
    pub model: CleanText,
    /// Where what is sent goes.
    pub location: Location,
    /// Context length in tokens, as far as known.
    pub context_tokens: Option<u32>,
}

/// Where a provider runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// On this machine: a loopback address.
    Local,
    /// Anywhere else.
    Remote,
    /// In a recording: nothing is sent anywhere.
    Recorded,
}

impl Location {
    /// The word shown.
    pub fn word(self) -> &'static str {
        match self {
            Location::Local => "local",
            Location::Remote => "remote",
            Location::Recorded => "recorded",
        }
    }
}
