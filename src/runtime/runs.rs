//! One task per approved query or command: from the runner's output to messages.

use std::sync::Mutex;
use std::sync::{Arc, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};

use crate::actions::{ApprovedCommand, Output, Runner};
use crate::app::Msg;
use crate::app::msg::RunEvent;
use crate::domain::ports::{CommandBook, Pending, QueryEngine};
use crate::domain::proposal::Outcome;
use crate::domain::query::{QueryAnswer, QueryError, QueryRequest};
use crate::domain::{CleanText, ProposalId};
use crate::sources::replay::Commands;

/// Bytes of one line held back until its end comes.
const HELD: usize = 64 * 1024;
/// Bytes at the end of such a line in which a sequence may have begun that the next read ends.
const UNFINISHED: usize = 4 * 1024;

/// Word that an approval is in the journal. Nothing runs before it came.
#[derive(Debug)]
pub struct Noted(oneshot::Receiver<()>);

impl Noted {
    /// A word to wait for, and what gives it.
    pub fn pair() -> (oneshot::Sender<()>, Self) {
        let (tell, told) = oneshot::channel();
        (tell, Self(told))
    }

    /// Waits for it.
    ///
    /// # Errors
    /// When the approval could not be written.
    pub async fn wait(self) -> Result<(), CleanText> {
        let why = "the approval could not be written to the journal, so nothing ran; see the header";
        self.0.await.map_err(|_| why.into())
    }
}

/// Answers a log query from the records that the core holds: it is asked by message and answers by effect.
pub struct LogStoreEngine {
    id: ProposalId,
    results: mpsc::Sender<Msg>,
    answer: Mutex<Option<oneshot::Receiver<Result<QueryAnswer, QueryError>>>>,
}

impl LogStoreEngine {
    /// An engine for one query.
    pub fn new(
        id: ProposalId,
        results: mpsc::Sender<Msg>,
        answer: oneshot::Receiver<Result<QueryAnswer, QueryError>>,
    ) -> Self {
        Self { id, results, answer: Mutex::new(Some(answer)) }
    }
}

impl QueryEngine for LogStoreEngine {
    fn ask(&self, _request: QueryRequest) -> Pending<'_, Result<QueryAnswer, QueryError>> {
        Box::pin(async move {
            let gone = || QueryError { source: "log records held".into(), why: "the question was dropped".into() };
            let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or_else(gone)?;
            self.results.send(Msg::Run(self.id, RunEvent::ReadLogs)).await.map_err(|_| gone())?;
            answer.await.map_err(|_| gone())?
        })
    }
}

/// Runs an approved query.
pub async fn query(
    id: ProposalId,
    runner: Runner,
    approved: ApprovedCommand,
    engine: Arc<dyn QueryEngine>,
    results: mpsc::Sender<Msg>,
    mut stopped: watch::Receiver<bool>,
) {
    let event = tokio::select! {
        answer = runner.ask(approved, engine.as_ref()) => RunEvent::Answered(Box::new(answer)),
        _ = stopped.wait_for(|stop| *stop) => RunEvent::Ended(Outcome::Cancelled, 0),
    };
    // Nobody listens any more when the program is ending.
    let _ = results.send(Msg::Run(id, event)).await;
}

/// Runs an approved command as a child.
pub async fn command(
    id: ProposalId,
    runner: Runner,
    approved: ApprovedCommand,
    results: mpsc::Sender<Msg>,
    stopped: watch::Receiver<bool>,
) {
    let (out, output) = mpsc::channel(64);
    tokio::join!(runner.run(approved, out, stopped), pass_on(id, output, &results, |_| {}));
}

/// Gives a recorded command's answer; one from later in the incident takes the clock there.
pub async fn recorded(
    id: ProposalId,
    runner: Runner,
    approved: ApprovedCommand,
    book: Commands,
    results: mpsc::Sender<Msg>,
    stopped: watch::Receiver<bool>,
) {
    let (out, output) = mpsc::channel(64);
    let answer = book.answer(approved.text());
    let told = book.clone();
    let after = move |outcome: Outcome| {
        if let (Some(answer), Outcome::Exit(_)) = (&answer, outcome) {
            told.ran(answer);
        }
    };
    tokio::join!(runner.replay(approved, &book, out, stopped), pass_on(id, output, &results, after));
}

/// Turns output into clean text, line by line, so that no sequence is split between two pieces.
async fn pass_on(
    id: ProposalId,
    mut output: mpsc::Receiver<Output>,
    results: &mpsc::Sender<Msg>,
    after: impl Fn(Outcome),
) {
    let mut held: Vec<u8> = Vec::new();
    while let Some(piece) = output.recv().await {
        let event = match piece {
            Output::Chunk(bytes) => {
                held.extend_from_slice(&bytes);
                match whole_lines(&mut held) {
                    Some(text) => RunEvent::Output(text),
                    None => continue,
                }
            }
            Output::Ended { outcome, cut_bytes } => {
                if !held.is_empty() {
                    let rest = CleanText::from_bytes(&std::mem::take(&mut held));
                    // Nobody listens any more when the program is ending.
                    let _ = results.send(Msg::Run(id, RunEvent::Output(rest))).await;
                }
                after(outcome);
                RunEvent::Ended(outcome, cut_bytes)
            }
            Output::Refused(refusal) => RunEvent::Refused(refusal.why),
        };
        let _ = results.send(Msg::Run(id, event)).await;
    }
}

fn whole_lines(held: &mut Vec<u8>) -> Option<CleanText> {
    let end = match held.iter().rposition(|byte| *byte == b'\n') {
        Some(at) => at + 1,
        None if held.len() > HELD => whole_end(held),
        None => return None,
    };
    let rest = held.split_off(end);
    let lines = std::mem::replace(held, rest);
    Some(CleanText::from_bytes(&lines))
}

/// Where a line that has no end yet is cut: before an escape sequence or a character that may not be whole, if one begins
/// near the end.
fn whole_end(held: &[u8]) -> usize {
    let near = held.len().saturating_sub(UNFINISHED).max(1);
    let begins = |at: &usize| held[*at] == 0x1b || held[*at..].starts_with(b"\xc2");
    let sequence = (near..held.len()).rev().find(begins);
    // A character takes at most four bytes; its first one is no continuation.
    let character = (held.len().saturating_sub(3).max(1)..held.len()).rev().find(|at| held[*at] >= 0xc0);
    sequence.into_iter().chain(character).min().unwrap_or(held.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_split_between_two_reads_is_seen_whole() {
        let mut held = b"one\n\x1b[3".to_vec();
        assert_eq!(whole_lines(&mut held).unwrap().as_str(), "one\n");
        held.extend_from_slice(b"1mred\xc3");
        assert_eq!(whole_lines(&mut held), None);
        held.extend_from_slice(b"\xa9\n");
        let text = whole_lines(&mut held).unwrap();
        assert!(text.as_str().contains("redé") && !text.as_str().contains('\u{1b}'), "{text}");
        assert!(held.is_empty());
    }

    #[test]
    fn a_line_without_end_is_cut_between_characters_and_sequences() {
        for tail in [&b"\x1b[3"[..], b"\x1b]0;title", b"\xc2", b"\xe6\xa4", b"\xf0\x9f\x98"] {
            let mut held = b"x".repeat(HELD);
            held.extend_from_slice(tail);
            let text = whole_lines(&mut held).unwrap();
            assert_eq!((text.len(), held.as_slice()), (HELD, tail));
        }
        let mut held = b"\x1b".repeat(HELD + 1);
        assert!(whole_lines(&mut held).is_some() && held.len() < HELD, "it goes on whatever comes");
    }
}
