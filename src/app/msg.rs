//! Everything that can happen to the model.

use std::time::Duration;

use super::keymap::Action;
use super::{PaneId, Selection};
use crate::copilot::{Delta, Room};
use crate::domain::approval::Target;
use crate::domain::exemplar::{ExemplarAnswer, ExemplarAsk};
use crate::domain::proposal::Outcome;
use crate::domain::query::{LabelAnswer, LabelAsk, QueryAnswer, QueryError};
use crate::domain::{
    Batch, Brief, CleanText, LogRecord, Preview, ProposalId, RecordKey, SourceId, Suggestion, Timestamp, Verdict,
};
use crate::logs::Answer;
use crate::overlays::prompt::Purpose;
use crate::ui::key::Key;

/// An event from outside, or what a pane or overlay answered to one.
#[derive(Debug)]
pub enum Msg {
    /// Time went on: the incident's clock, and the time since the program started.
    Tick {
        /// The incident's clock; a replay's own.
        now: Timestamp,
        /// The machine's own time, by which approvals expire.
        wall: Timestamp,
        /// Time since the program started; never stands still.
        uptime: Duration,
    },
    /// A key was pressed.
    Key(Key),
    /// The mouse did something at this column and row.
    Mouse(Mouse, u16, u16),
    /// Text was pasted.
    Paste(String),
    /// The screen has this size now.
    Resize(u16, u16),
    /// A source spoke.
    Batch(Batch),
    /// The desk answered about log records.
    Logs(Answer),
    /// What the numbers say.
    Signals(crate::signals::Answer),
    /// So many records found no room on their way to the desk.
    Crowded(u64),
    /// A suggestion was classed and its target resolved.
    Prepared(ProposalId, Box<Prepared>),
    /// An approved query or command moved on.
    Run(ProposalId, RunEvent),
    /// What a metrics server said to a question about labels; the question tells what it is about.
    Labels(LabelAsk, Result<LabelAnswer, QueryError>),
    /// What a metrics server said to a question for exemplars.
    Exemplars(ExemplarAsk, Result<ExemplarAnswer, QueryError>),
    /// A model answers.
    Model(u64, Delta),
    /// Which model is there, or why none.
    ModelKnown(Result<Room, CleanText>),
    /// The replay's clock changed state.
    Replay(ReplayState),
    /// Whether the journal can be written; why not.
    Journal(Result<CleanText, CleanText>),
    /// Whether the incident is being recorded; where, or why not.
    Recording(Result<CleanText, CleanText>),
    /// Something to say.
    Problem(CleanText),
    /// Something done as asked.
    Done(CleanText),
    /// What a pane or overlay wants.
    Want(Intent),
}

/// What a mouse can do here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// The left button.
    Click,
    /// The wheel towards the person.
    WheelDown,
    /// The wheel away from the person.
    WheelUp,
}

/// What the gate's card needs to know before it opens.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Class and reasons.
    pub verdict: Verdict,
    /// Where it would run.
    pub target: Target,
    /// How to undo it.
    pub undo: Option<CleanText>,
    /// What else the card tells.
    pub brief: Brief,
}

/// How an approved query or command moves on.
#[derive(Debug)]
pub enum RunEvent {
    /// It was journaled and started.
    Started,
    /// It printed something.
    Output(CleanText),
    /// A log query may read the store now.
    ReadLogs,
    /// A query was answered.
    Answered(Box<Result<QueryAnswer, QueryError>>),
    /// A command ended; bytes of output that were cut.
    Ended(Outcome, u64),
    /// It did not run: what changed under the approval, or what could not be written.
    Refused(CleanText),
}

/// How the replay's clock stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayState {
    /// Seconds of the incident per second.
    pub speed: f64,
    /// Stopped by the person.
    pub paused: bool,
    /// Waiting at the end of what can be told until a recorded command is run.
    pub holding: bool,
}

/// What a pane or overlay wants; never anything outside midwatch by itself.
#[derive(Debug)]
pub enum Intent {
    /// What a key of the table does.
    Act(Action),
    /// Show this in Evidence.
    Select(Selection),
    /// Show all about a record over the panes.
    Open(RecordKey),
    /// Choose other records in the log pane.
    Sift(Sift),
    /// Show the traces behind the numbers of a panel, or no longer.
    Exemplars(SourceId, CleanText),
    /// Drop a panel that was added in this session.
    Forget(SourceId, CleanText),
    /// The shared window around this instant: wider, or narrower.
    Around(Timestamp, bool),
    /// Focus a pane.
    Focus(PaneId),
    /// Put a question to the copilot.
    Ask(String),
    /// Put a query or command forward.
    Propose(Suggestion),
    /// Put forward the PromQL that was typed, and close its input.
    Query(String),
    /// Ask a metrics server for names of labels or their values.
    Labels(LabelAsk),
    /// Open the card of these proposals.
    Review(Vec<ProposalId>),
    /// The person confirmed what the card showed.
    Confirm(Vec<ProposalId>, crate::actions::gate::Confirmation),
    /// The person answered, with their confirmation, that reads like this one need not be asked for again.
    Grant(ProposalId),
    /// The person said no, and perhaps why.
    Reject(Vec<ProposalId>, CleanText),
    /// Run a preview that the card of this proposal shows.
    Preview(ProposalId, Box<Preview>),
    /// Take the text of a proposal back into the input.
    Edit(ProposalId),
    /// Stop what runs.
    Stop(ProposalId),
    /// A prompt was answered.
    Answered(Purpose, String),
    /// A command of the palette, with its argument.
    Command(String),
    /// Keep this as evidence, pinned to the incident.
    Keep(Box<crate::store::Capture>),
    /// Copy a text that is on the screen.
    Copy(String),
    /// Open a one-line prompt.
    Prompt(Purpose),
    /// Show a run over the panes.
    Watch(ProposalId),
    /// Close the topmost overlay.
    Close,
}

/// Another choice of records in the log pane.
#[derive(Clone, Debug, PartialEq)]
pub enum Sift {
    /// These terms too.
    Add(String),
    /// These terms and no others.
    Instead(String),
    /// Without this chip.
    Drop(usize),
    /// This chip goes back into the input.
    Edit(usize),
    /// The same records, at this one.
    At(RecordKey),
    /// The same records, at this time.
    Time(Timestamp),
}

/// Names of fields by which records of one request, session or machine are told, the narrowest first. Names are
/// compared without signs and in small letters.
const RELATED: [&str; 18] = [
    "requestid",
    "xrequestid",
    "reqid",
    "correlationid",
    "xcorrelationid",
    "transactionid",
    "request",
    "jobid",
    "taskid",
    "sessionid",
    "session",
    "connectionid",
    "userid",
    "user",
    "pod",
    "host",
    "hostname",
    "node",
];

impl Sift {
    /// Only records whose field is this.
    pub fn only(field: &str, value: &str) -> Self {
        Sift::Add(format!("{field}={}", written(value)))
    }

    /// Only records whose field is not this.
    pub fn without(field: &str, value: &str) -> Self {
        Sift::Add(format!("-{field}={}", written(value)))
    }

    /// All records of a trace.
    pub fn trace(id: &str) -> Self {
        Sift::Instead(format!("trace={}", written(id)))
    }

    /// The other records of a record's trace, request, session or host; nothing when it names none.
    pub fn related(record: &LogRecord) -> Option<Self> {
        if let Some(trace) = &record.trace_id {
            return Some(Sift::trace(trace));
        }
        let plain = |name: &str| -> String {
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        RELATED.iter().find_map(|known| {
            let (name, value) =
                record.attributes.iter().find(|(name, value)| plain(name) == *known && !value.is_empty())?;
            Some(Sift::Instead(format!("{name}={}", written(value))))
        })
    }
}

/// A value as the filter language reads it back.
fn written(value: &str) -> String {
    let plain = value.chars().all(|c| c.is_alphanumeric() || "-_./:".contains(c)) && !value.is_empty();
    if plain { value.to_owned() } else { format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")) }
}
