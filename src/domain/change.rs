//! A change somebody or something made: the first suspect of most incidents.

use super::{ChangeId, CleanText, SourceId, Timestamp};

/// One change event. Only the time and the summary are certain to be there.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Order of arrival; set by the store.
    pub id: ChangeId,
    /// When it took effect, or was recorded.
    pub at: Timestamp,
    /// `deploy`, `rollback`, `config`, `flag`, `scale`, `restart`, `commit`, ...: an open set.
    pub kind: CleanText,
    /// What was changed; empty when not said.
    pub service: CleanText,
    /// One line for people.
    pub summary: CleanText,
    /// Version it led to, where said.
    pub version: Option<CleanText>,
    /// Author or operator, where said.
    pub author: Option<CleanText>,
    /// Commit id, where said.
    pub commit: Option<CleanText>,
    /// Where it was heard from.
    pub source: SourceId,
    /// The record as received.
    pub raw: CleanText,
}
