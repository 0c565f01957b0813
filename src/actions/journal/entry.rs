//! One journal entry: an event and its fields, and the line it becomes.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::domain::{Proposal, Timestamp};

use super::super::digest::Digest;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A session began or ended.
    Session,
    /// Something was proposed.
    Proposed,
    /// Its card was shown.
    Shown,
    /// A person confirmed it.
    Approved,
    /// The gate or the runner said no.
    Refused,
    /// A person said no.
    Rejected,
    /// It is about to run.
    Started,
    /// It ended.
    Ended,
    /// Its approval grew too old.
    Expired,
}

impl Event {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Event::Session => "session",
            Event::Proposed => "proposed",
            Event::Shown => "shown",
            Event::Approved => "approved",
            Event::Refused => "refused",
            Event::Rejected => "rejected",
            Event::Started => "started",
            Event::Ended => "ended",
            Event::Expired => "expired",
        }
    }
}

/// An entry to be written. Sequence number, time and chain are added when it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    event: Event,
    fields: Map<String, Value>,
}

impl Entry {
    /// An entry without fields.
    pub fn new(event: Event) -> Self {
        Self { event, fields: Map::new() }
    }

    /// An entry about a proposal: its id, text, class, origin, place and digest.
    pub fn about(event: Event, proposal: &Proposal, digest: &Digest) -> Self {
        Self::new(event)
            .with("proposal", proposal.id.to_string())
            .with("language", proposal.suggestion.language.word())
            .with("text", proposal.suggestion.text.as_str())
            .with("class", proposal.verdict.class.word())
            .with("origin", proposal.suggestion.origin.word())
            .with("place", proposal.target.place.as_str())
            .with("digest", digest.as_str())
    }

    /// Adds a field. The names `seq`, `time`, `prev` and `event` belong to the chain and are not overwritten.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if !["seq", "time", "prev", "event"].contains(&name) {
            self.fields.insert(name.to_owned(), value.into());
        }
        self
    }

    /// The line, without its end.
    pub(super) fn line(&self, seq: u64, now: Timestamp, prev: &str) -> String {
        let mut line = Map::new();
        line.insert("seq".to_owned(), json!(seq));
        line.insert("time".to_owned(), json!(now.to_string()));
        line.insert("prev".to_owned(), json!(prev));
        line.insert("event".to_owned(), json!(self.event.word()));
        line.extend(self.fields.clone());
        Value::Object(line).to_string()
    }
}

/// The chain's part of a line that was read.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    /// Number, from 1.
    pub seq: u64,
    /// When, RFC 3339.
    pub time: String,
    /// Hash of the line before.
    pub prev: String,
    /// What happened.
    pub event: String,
    /// Everything else.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl Line {
    /// Reads a line.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }
}
