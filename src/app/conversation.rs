//! Questions and answers of this incident, each answer with the judgement of its sentences.

use crate::copilot::Coverage;
use crate::domain::{CleanText, EvidenceId, ProposalId, Timestamp};
use crate::trust::verify::Sentence;

/// Turns kept; older ones are dropped and counted.
const KEPT: usize = 100;
/// Longest answer kept, in bytes.
pub const LONGEST_ANSWER: usize = 64 * 1024;

/// All turns, oldest first.
#[derive(Debug, Default)]
pub struct Conversation {
    /// The turns.
    pub turns: Vec<Turn>,
    /// Turns that no longer fit.
    pub dropped: u64,
    /// Counts every change, so that a view knows when to lay itself out again.
    pub revision: u64,
}

/// One question and its answer.
#[derive(Debug)]
pub struct Turn {
    /// Identity of the request; a delta of another generation is late and is dropped.
    pub generation: u64,
    /// As typed.
    pub question: CleanText,
    /// When.
    pub asked_at: Timestamp,
    /// The answer so far, as received and bounded.
    pub answer: String,
    /// The answer so far, clean; the sentences' spans count its bytes.
    pub clean: CleanText,
    /// Its sentences, judged.
    pub sentences: Vec<Sentence>,
    /// Where it stands.
    pub state: TurnState,
    /// Evidence the model was given.
    pub given: Vec<EvidenceId>,
    /// Who was asked, answered, failed, is not set up.
    pub coverage: Coverage,
    /// What did not fit into the prompt.
    pub left_out: Vec<CleanText>,
    /// Proposals that came out of it.
    pub proposals: Vec<ProposalId>,
}

/// Where a turn stands.
#[derive(Clone, Debug, PartialEq)]
pub enum TurnState {
    /// Sent, no token yet.
    Waiting,
    /// Tokens arrive.
    Streaming,
    /// Complete; what was cut, if anything.
    Done(Option<CleanText>),
    /// Failed, with the reason; what arrived stays.
    Failed(CleanText),
    /// Stopped by the person; what arrived stays.
    Cancelled,
}

impl Conversation {
    /// Adds a turn.
    pub fn push(&mut self, turn: Turn) {
        if self.turns.len() == KEPT {
            self.turns.remove(0);
            self.dropped += 1;
        }
        self.turns.push(turn);
        self.revision += 1;
    }

    /// The turn of a request, for change.
    pub fn turn_mut(&mut self, generation: u64) -> Option<&mut Turn> {
        self.revision += 1;
        self.turns.iter_mut().rev().find(|turn| turn.generation == generation)
    }

    /// The turn that is being answered.
    pub fn active(&self) -> Option<&Turn> {
        self.turns.last().filter(|turn| turn.is_active())
    }
}

impl Turn {
    /// Whether an answer is still to come.
    pub fn is_active(&self) -> bool {
        matches!(self.state, TurnState::Waiting | TurnState::Streaming)
    }
}
