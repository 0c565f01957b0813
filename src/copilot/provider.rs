//! What a model looks like to the rest of midwatch. `runtime` holds one provider and reads its deltas from a bounded
//! channel; dropping the future that [`Provider::ask`] gave cancels the request at once.

use tokio::sync::mpsc;

use super::outgoing::Outgoing;
use crate::domain::model::ModelLabel;
use crate::domain::ports::Pending;
use crate::domain::{CleanText, Evidence};

/// One request.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What is sent, redacted; a server gets this and nothing else.
    pub messages: Outgoing,
    /// The question, for a recording to find its answer by.
    pub question: CleanText,
    /// The evidence, for a recording to resolve its citations in; never sent.
    pub evidence: Vec<Evidence>,
    /// Tokens the answer may take.
    pub answer_tokens: u32,
}

/// A piece of an answer. `Done` or `Failed` is the last, and exactly one of them comes.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// More text, as the model wrote it; the reader makes it clean before it is drawn.
    Text(String),
    /// The answer is over.
    Done {
        /// Tokens of the request, where the server says.
        prompt_tokens: Option<u32>,
        /// Tokens of the answer, where the server says.
        answer_tokens: Option<u32>,
        /// Why the answer ended early, if it did.
        cut: Option<CleanText>,
    },
    /// There is no answer, or no more of it: what failed and what to do.
    Failed(CleanText),
}

/// Answers questions.
pub trait Provider: Send + Sync {
    /// Which model it is and where it lives.
    fn label(&self) -> ModelLabel;

    /// How many of its tokens one token of `tokens::estimate` is: measured where the server can count, else 1.
    fn token_weight(&self) -> f32 {
        1.0
    }

    /// Asks once and streams the answer into `out`. Ends by itself when the server stays silent longer than configured,
    /// and when the receiver is gone. Dropping the future closes the connection.
    fn ask(&self, ask: Ask, out: mpsc::Sender<Delta>) -> Pending<'static, ()>;
}
