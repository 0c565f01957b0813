//! One journal entry: an event and its fields, and the line it becomes.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::domain::approval::Frozen;
use crate::domain::{Proposal, Timestamp};
use crate::trust::redact::Redactor;

use super::super::digest::Digest;

/// Fields that no redaction may touch: the chain's own, and digests that would look like keys.
pub(super) const EXACT: [&str; 4] = ["digest", "output_sha256", "rule_set", "session"];
/// Fields that belong to the chain.
const OWN: [&str; 6] = ["seq", "time", "prev", "event", "session", "incident"];

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
    /// A person answered that reads like it need not be asked for again.
    Granted,
    /// A person took such an answer back.
    Withdrawn,
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
            Event::Granted => "granted",
            Event::Withdrawn => "withdrawn",
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

    /// An entry about a proposal: its id, text, class with the rules that made it so, origin, place and digest; for a
    /// command also who would run it, and where.
    pub fn about(event: Event, proposal: &Proposal, digest: &Digest) -> Self {
        let rules: Vec<&str> = proposal.verdict.reasons.iter().map(|reason| reason.rule.as_str()).collect();
        Self::new(event)
            .with("proposal", proposal.id.to_string())
            .with("language", proposal.suggestion.language.word())
            .with("text", proposal.suggestion.text.as_str())
            .with("class", proposal.verdict.class.word())
            .with("rules", rules)
            .with("origin", proposal.suggestion.origin.word())
            .with("place", proposal.target.place.as_str())
            .with("digest", digest.as_str())
            .within(&proposal.target.frozen)
    }

    /// Adds who would run it and where: user and kube context of a command, source of a query, name of a recording.
    #[must_use]
    pub fn within(self, frozen: &Frozen) -> Self {
        match frozen {
            Frozen::Command(command) => {
                let entry = self.with("who", command.user.as_str()).with("rule_set", command.rules.as_str());
                let places: Vec<String> =
                    command.places.iter().map(|place| format!("{} {}", place.kind.word(), place.name)).collect();
                if places.is_empty() { entry } else { entry.with("context", places.join(", ")) }
            }
            Frozen::Query { source, window, .. } => {
                self.with("source", source.as_str()).with("window", format!("{} {}", window.start, window.end))
            }
            Frozen::Recorded { recording } => self.with("recording", recording.as_str()),
            Frozen::Blocked { .. } => self,
        }
    }

    /// Adds a field. The names of the chain's own fields are not overwritten.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if !OWN.contains(&name) {
            self.fields.insert(name.to_owned(), value.into());
        }
        self
    }

    /// The same without secrets; says with `redacted` when something was taken out. The digests stay: they still prove
    /// which bytes were confirmed.
    pub(super) fn without_secrets(&self, redactor: &mut Redactor) -> Self {
        let mut clean = self.clone();
        let mut changed = false;
        for (name, value) in &mut clean.fields {
            if !EXACT.contains(&name.as_str()) {
                changed |= redact(value, redactor);
            }
        }
        if changed {
            clean.fields.insert("redacted".to_owned(), json!(true));
        }
        clean
    }

    /// The line, without its end.
    pub(super) fn line(&self, seq: u64, now: Timestamp, prev: &str, session: &str, incident: Option<&str>) -> String {
        let mut line = Map::new();
        line.insert("seq".to_owned(), json!(seq));
        line.insert("time".to_owned(), json!(now.to_string()));
        line.insert("prev".to_owned(), json!(prev));
        line.insert("event".to_owned(), json!(self.event.word()));
        line.insert("session".to_owned(), json!(session));
        if let Some(incident) = incident {
            line.insert("incident".to_owned(), json!(incident));
        }
        line.extend(self.fields.clone());
        Value::Object(line).to_string()
    }
}

/// Takes secrets out of every text in the value; whether there were any.
pub(super) fn redact(value: &mut Value, redactor: &mut Redactor) -> bool {
    match value {
        Value::String(text) => {
            let clean = redactor.redact(text);
            let changed = clean != *text;
            *text = clean;
            changed
        }
        // Counted, so that none is left out once one was found.
        Value::Array(values) => values.iter_mut().filter_map(|value| redact(value, redactor).then_some(())).count() > 0,
        Value::Object(fields) => {
            fields.values_mut().filter_map(|value| redact(value, redactor).then_some(())).count() > 0
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The chain's part of a line that was read.
#[derive(Clone, Debug, Deserialize, Serialize)]
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
    /// A field's text; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Reads a line.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }
}
