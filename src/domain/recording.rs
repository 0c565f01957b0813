//! An incident that was recorded: what a bundle holds, in the terms of the other rooms.

use super::query::PolledQuery;
use super::{Alert, Change, CleanText, Evidence, EvidenceId, LogRecord, Series, TimeWindow, Timestamp};

/// A whole recorded incident in memory, in time order.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// Identifier, `INC-...`.
    pub id: CleanText,
    /// One line for people.
    pub title: CleanText,
    /// `SEV2`, or empty.
    pub severity: CleanText,
    /// The time it covers.
    pub window: Option<TimeWindow>,
    /// Where a replay begins; the start of the window when not set. What lies before is history, there at once.
    pub opens_at: Option<Timestamp>,
    /// Where the replay's clock waits until a recorded command lets it go on.
    pub holds_at: Option<Timestamp>,
    /// The tools this team has.
    pub stack: Vec<CleanText>,
    /// States of alerts, by the time each was seen.
    pub alerts: Vec<(Timestamp, Alert)>,
    /// Log records in time order.
    pub logs: Vec<LogRecord>,
    /// Series over the whole window.
    pub series: Vec<Series>,
    /// Change events in time order.
    pub changes: Vec<Change>,
    /// Evidence collected before.
    pub evidence: Vec<Evidence>,
    /// Those of them that read a secret store: they go into no prompt until a person lets them.
    pub held_back: Vec<EvidenceId>,
    /// Answers to commands.
    pub commands: Vec<RecordedCommand>,
    /// Answers of a model to questions, as recorded.
    pub answers: Vec<RecordedAnswer>,
    /// Queries whose answers the series are.
    pub queries: Vec<PolledQuery>,
    /// Timeline of the incident as recorded.
    pub timeline: Vec<super::incident::TimelineEntry>,
    /// Notes as left.
    pub notes: CleanText,
    /// Parts that are absent or could not be read, with the reason.
    pub gaps: Vec<CleanText>,
}

/// What a command printed when the incident was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedCommand {
    /// The command line, compared after folding blanks outside quotes.
    pub command: String,
    /// Standard output and error as they came.
    pub output: CleanText,
    /// Exit status.
    pub exit: i32,
    /// Seconds it took.
    pub seconds: f64,
    /// The instant in the recording at which it was run: a replay's clock goes there when it is run again.
    pub at: Option<Timestamp>,
}

/// A recorded answer. `[@text]` in it stands for a citation of the line that holds `text`.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedAnswer {
    /// Words of which the question must hold at least one, lower case; empty answers any question.
    pub when: Vec<String>,
    /// The answer in Markdown.
    pub text: String,
}
