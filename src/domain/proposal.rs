//! A suggestion that was classed and given its target: what the confirm card shows.

use super::approval::Target;
use super::time::{clock, short};
use super::{CleanText, EvidenceId, Locator, ProposalId, Suggestion, Timestamp, Verdict};

/// A suggestion with its verdict, waiting for a person or decided by one.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// `P3`.
    pub id: ProposalId,
    /// What was put forward.
    pub suggestion: Suggestion,
    /// What it would do, by midwatch's own reading.
    pub verdict: Verdict,
    /// Where it would run, resolved when the card was prepared.
    pub target: Target,
    /// A command that would undo it, where the tool's table knows one.
    pub undo: Option<CleanText>,
    /// What else the card tells.
    pub brief: Brief,
    /// Parts of the text that came from data and from nowhere else.
    pub taints: Vec<Taint>,
    /// Since when it waits.
    pub at: Timestamp,
    /// Where it stands.
    pub state: ProposalState,
}

/// What the card tells beside class, target and undo.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Brief {
    /// Reads that show beforehand what it would do. Each is run only when a person asks for it.
    pub previews: Vec<Preview>,
    /// Signals that its tool's table says it moves.
    pub watch: Vec<CleanText>,
    /// Words that mean something else than they look like, as written and as run.
    pub decoded: Vec<(CleanText, CleanText)>,
    /// The proposal of which this is a preview.
    pub preview_of: Option<ProposalId>,
}

/// A read that shows what a command would do: classed and settled like any other, and never a reason to trust it more.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The exact command.
    pub suggestion: Suggestion,
    /// Its own class; anything but a read is not offered.
    pub verdict: Verdict,
    /// Where it would run.
    pub target: Target,
}

/// A part of a command that stands in evidence, and in nothing that the person or the configuration said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taint {
    /// What it looks like.
    pub kind: TaintKind,
    /// The part, in lower case with single blanks.
    pub token: CleanText,
    /// The first line that holds it.
    pub from: Locator,
}

/// What a tainted part looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaintKind {
    /// A whole address; reaching it may carry anything out or in.
    Url,
    /// A host.
    Host,
    /// A container image.
    Image,
    /// A path.
    Path,
    /// Encoded text.
    Encoded,
    /// Words in the same order.
    Words,
}

impl TaintKind {
    /// The word shown.
    pub fn word(self) -> &'static str {
        match self {
            TaintKind::Url => "address",
            TaintKind::Host => "host",
            TaintKind::Image => "image",
            TaintKind::Path => "path",
            TaintKind::Encoded => "encoded text",
            TaintKind::Words => "words",
        }
    }
}

/// Where a proposal stands.
#[derive(Clone, Debug, PartialEq)]
pub enum ProposalState {
    /// Waiting for a person.
    Waiting,
    /// Confirmed, and running since.
    Running {
        /// Since when.
        since: Timestamp,
    },
    /// Ran to an end.
    Done {
        /// How it ended.
        outcome: Outcome,
        /// Its output as evidence.
        evidence: Option<EvidenceId>,
        /// When it began.
        since: Timestamp,
        /// When it ended.
        at: Timestamp,
    },
    /// A person said no.
    Rejected {
        /// Why, if they said.
        why: CleanText,
    },
    /// The gate said no; nothing ran.
    Refused {
        /// Why, and what to do.
        why: CleanText,
    },
}

/// How a query or command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The child ended by itself with this status; a query's success is 0.
    Exit(i32),
    /// A signal ended it.
    Signal(i32),
    /// It ran longer than allowed and its group was killed.
    TimedOut,
    /// A person stopped it; its group was killed.
    Cancelled,
    /// It could not be started, or the query failed.
    Failed,
}

impl Outcome {
    /// Whether it did what it was asked.
    pub fn succeeded(self) -> bool {
        self == Outcome::Exit(0)
    }

    /// `exit 0`, `signal 9`, `timed out`, ...
    pub fn words(self) -> String {
        match self {
            Outcome::Exit(code) => format!("exit {code}"),
            Outcome::Signal(number) => format!("signal {number}"),
            Outcome::TimedOut => "timed out".to_owned(),
            Outcome::Cancelled => "stopped".to_owned(),
            Outcome::Failed => "failed".to_owned(),
        }
    }
}

impl Proposal {
    /// Whether a person can still decide on it.
    pub fn is_waiting(&self) -> bool {
        self.state == ProposalState::Waiting
    }

    /// Whether it runs now.
    pub fn is_running(&self) -> bool {
        matches!(self.state, ProposalState::Running { .. })
    }

    /// Whether it ran and did what it was asked.
    pub fn has_succeeded(&self) -> bool {
        matches!(&self.state, ProposalState::Done { outcome, .. } if outcome.succeeded())
    }

    /// The evidence its run left.
    pub fn evidence(&self) -> Option<EvidenceId> {
        match &self.state {
            ProposalState::Done { evidence, .. } => *evidence,
            ProposalState::Waiting
            | ProposalState::Running { .. }
            | ProposalState::Rejected { .. }
            | ProposalState::Refused { .. } => None,
        }
    }

    /// The text in one line, its line ends made visible.
    pub fn one_line(&self) -> CleanText {
        CleanText::line(&self.suggestion.text)
    }

    /// Where it stands, in words.
    pub fn state_words(&self, now: Timestamp) -> String {
        match &self.state {
            ProposalState::Waiting => "waiting for a decision".to_owned(),
            ProposalState::Running { since } => format!("running for {}", short(since.duration_until(now))),
            ProposalState::Done { outcome, at, .. } => format!("{} at {}Z", outcome.words(), clock(*at)),
            ProposalState::Rejected { why } if why.is_empty() => "rejected".to_owned(),
            ProposalState::Rejected { why } => format!("rejected: {why}"),
            ProposalState::Refused { why } => format!("refused: {why}"),
        }
    }
}
