//! The incident a person is working on: its times, pins, notes and timeline.

use serde::{Deserialize, Serialize};

use super::{CleanText, EvidenceId, Timestamp};

/// One incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// `INC-20261120-0217`; also the bundle's folder name.
    pub id: CleanText,
    /// One line; the first alert's summary until a person writes a better one.
    pub title: CleanText,
    /// `SEV2`, or empty when nobody said.
    pub severity: CleanText,
    /// When it began: the onset of its first alert.
    pub started_at: Timestamp,
    /// Everything that was seen, done and said, in time order.
    pub timeline: Vec<TimelineEntry>,
}

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When, UTC.
    pub at: Timestamp,
    /// What sort of thing.
    pub kind: EntryKind,
    /// One line, or a few for a note.
    pub text: CleanText,
    /// The evidence beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceId>,
    /// Who did it; empty for what happened by itself.
    #[serde(default)]
    pub who: CleanText,
}

/// The sorts of things on a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// An alert began to fire.
    Fired,
    /// An alert ended.
    Resolved,
    /// A change was made to the system.
    Change,
    /// A record was pinned.
    Pin,
    /// A person wrote a note.
    Note,
    /// A question was asked.
    Question,
    /// A query or command was run.
    Ran,
    /// A proposal was rejected or refused.
    Rejected,
    /// midwatch itself: started, ended, a source lost or back.
    System,
}

impl EntryKind {
    /// The word shown.
    pub fn word(self) -> &'static str {
        match self {
            EntryKind::Fired => "fired",
            EntryKind::Resolved => "resolved",
            EntryKind::Change => "change",
            EntryKind::Pin => "pin",
            EntryKind::Note => "note",
            EntryKind::Question => "asked",
            EntryKind::Ran => "ran",
            EntryKind::Rejected => "rejected",
            EntryKind::System => "midwatch",
        }
    }
}
