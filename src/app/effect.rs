//! What must happen outside the model; `runtime` carries it out and answers with messages.

use std::sync::Arc;

use super::window::Window;
use crate::actions::gate::ApprovedCommand;
use crate::copilot::Prepared as PreparedPrompt;
use crate::domain::evidence::Reach;
use crate::domain::exemplar::ExemplarAsk;
use crate::domain::incident::{Incident, TimelineEntry};
use crate::domain::panel::Wanted;
use crate::domain::query::{LabelAsk, QueryAnswer, QueryError};
use crate::domain::{
    Alert, Change, CleanText, Evidence, LogRecord, ProposalId, Series, Suggestion, TimeWindow, Timestamp,
};
use crate::logs::Ask;

/// One thing to be done outside.
#[derive(Debug)]
pub enum Effect {
    /// Class a suggestion and resolve its target; a query asks about the window.
    Prepare(ProposalId, Suggestion, TimeWindow),
    /// Run what a person approved.
    Run(ProposalId, ApprovedCommand),
    /// Stop the run and everything it started.
    Stop(ProposalId),
    /// A question or an order to the desk of log records.
    Logs(Ask),
    /// Something is told to what looks at numbers.
    Signals(crate::signals::Ask),
    /// The answer of the desk to a log query that was let through.
    LogAnswer(ProposalId, Box<Result<QueryAnswer, QueryError>>),
    /// Send a prompt.
    Ask {
        /// Comes back with every delta.
        generation: u64,
        /// The question, by which a recording finds its answer.
        question: CleanText,
        /// What is sent.
        prepared: Box<PreparedPrompt>,
        /// The evidence it was made from.
        evidence: Vec<Evidence>,
    },
    /// Forget the answer that is under way.
    CancelAsk,
    /// Copy to the terminal's clipboard.
    Copy(String),
    /// Note a decision in the journal.
    Journal(Decision),
    /// Begin to record the incident, with what was held already.
    OpenBundle(Box<Incident>, Box<Backlog>),
    /// The incident's title, severity or start changed.
    UpdateIncident(Box<Incident>),
    /// A line of the timeline.
    RecordEntry(TimelineEntry),
    /// A piece of evidence, and where it may go.
    RecordEvidence(Box<Evidence>, Reach),
    /// Log records of the incident.
    RecordLogs(Vec<Arc<LogRecord>>),
    /// The series as they stand.
    RecordSeries(Vec<Series>),
    /// The notes as they stand.
    RecordNotes(String),
    /// The panes look at another window now; sources that hold history should cover it.
    Window(Window),
    /// What sources of metrics are asked for beside their configured panels changed.
    Wanted(Wanted),
    /// Ask a metrics server for names of labels or their values, within a window; a newer question replaces one that has
    /// not been asked yet.
    Labels(LabelAsk, TimeWindow),
    /// Ask a metrics server for the exemplars of a panel, once.
    Exemplars(ExemplarAsk),
    /// Steer the replay's clock.
    Replay(Steer),
    /// Change the looks.
    Theme(String),
    /// Draw everything anew.
    Redraw,
    /// Give the terminal to the shell until it continues the program.
    Suspend,
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
    /// A person confirmed it; where they did so beforehand, how.
    Approved(Box<crate::domain::Proposal>, CleanText),
    /// A person answered that reads like it need not be asked for again: for which, and how long.
    Granted(Box<crate::domain::Proposal>, CleanText),
    /// A person took such an answer back, given at the card of this proposal: which.
    Withdrawn(Box<crate::domain::Proposal>, CleanText),
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

/// What was held when an incident opened and belongs into its recording.
#[derive(Debug)]
pub struct Backlog {
    /// Records from this time on.
    pub logs_from: Timestamp,
    /// Alerts that fire, with when they were seen to.
    pub alerts: Vec<Alert>,
    /// Changes of the time before.
    pub changes: Vec<Change>,
}
