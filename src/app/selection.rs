//! What is selected in a pane and therefore shown raw in Evidence.

use crate::domain::{ChangeId, CleanText, Locator, ProposalId, RecordKey, SourceId};
use crate::store::AlertKey;

/// Something whose raw text can be shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Selection {
    /// An alert.
    Alert(AlertKey),
    /// A log record.
    Log(RecordKey),
    /// A series: its source, panel title and labels as text.
    Series(SourceId, CleanText, CleanText),
    /// A change event.
    Change(ChangeId),
    /// Collected evidence, with the lines that are cited.
    Evidence(Locator),
    /// A proposal: its text and, once run, its output.
    Proposal(ProposalId),
}
