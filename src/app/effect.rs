//! What must happen outside the model; `runtime` carries it out and answers with messages.

use crate::actions::gate::ApprovedCommand;
use crate::copilot::Prepared as PreparedPrompt;
use crate::domain::incident::{Incident, TimelineEntry};
use crate::domain::{CleanText, Evidence, LogRecord, ProposalId, Series, Suggestion, Timestamp};

/// One thing to be done outside.
#[derive(Debug)]
pub enum Effect {
    /// Class a suggestion and resolve its target.
    Prepare(ProposalId, Suggestion),
    /// Run what a person approved.
    Run(ProposalId, ApprovedCommand),
    /// Stop the run and everything it started.
    Stop(ProposalId),
    /// The log query that was let through was answered from the store.
    EndLogQuery(ProposalId),
    /// Send a prompt; the generation comes back with every delta.
    Ask(u64, Box<PreparedPrompt>, Vec<Evidence>),
    /// Forget the answer that is under way.
    CancelAsk,
    /// Copy to the terminal's clipboard.
    Copy(String),
    /// Note a decision in the journal.
    Journal(Decision),
    /// Begin to record the incident, with what was held already.
    OpenBundle(Box<Incident>, Vec<LogRecord>),
    /// The incident's title, severity or start changed.
    UpdateIncident(Box<Incident>),
    /// A line of the timeline.
    RecordEntry(TimelineEntry),
    /// A piece of evidence.
    RecordEvidence(Box<Evidence>),
    /// The series as they stand.
    RecordSeries(Vec<Series>),
    /// The notes as they stand.
    RecordNotes(String),
    /// Sources should cover this many seconds of history from now on.
    Span(u64),
    /// Steer the replay's clock.
    Replay(Steer),
    /// Change the looks.
    Theme(String),
    /// Leave.
    Quit,
}

/// A decision about a proposal, for the journal.
#[derive(Clone, Debug)]
pub enum Decision {
    /// It was put forward.
    Proposed(Box<crate::domain::Proposal>),
    /// Its card was shown.
    Shown(Box<crate::domain::Proposal>),
    /// A person said no.
    Rejected(Box<crate::domain::Proposal>, CleanText),
    /// The gate said no.
    Refused(Box<crate::domain::Proposal>, CleanText),
}

/// What a person can do to a replay's clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Steer {
    /// Stop or go on.
    TogglePause,
    /// One step faster.
    Faster,
    /// One step slower.
    Slower,
    /// Go to this instant.
    JumpTo(Timestamp),
}
