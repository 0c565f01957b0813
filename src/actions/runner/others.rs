//! Approved queries and recorded commands: nothing touches the host, but gate, expiry and journal are the same.

use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, watch};

use crate::actions::digest::hex;
use crate::actions::gate::{ApprovedCommand, Refusal};
use crate::domain::CleanText;
use crate::domain::approval::Frozen;
use crate::domain::ports::{CommandBook, QueryEngine};
use crate::domain::proposal::Outcome;
use crate::domain::query::{QueryAnswer, QueryError};

use super::{Output, Ran, Runner};

/// Longest a recorded command is made to wait.
const LONGEST: Duration = Duration::from_secs(3);

impl Runner {
    /// Asks an approved query. Dropping the future gives up.
    ///
    /// # Errors
    /// The source's own failure, or the refusal in its words with midwatch as the one who failed.
    pub async fn ask(&self, approved: ApprovedCommand, engine: &dyn QueryEngine) -> Result<QueryAnswer, QueryError> {
        let refused = |why: CleanText| QueryError { source: CleanText::line("midwatch"), why };
        let Some(request) = approved.query() else {
            return Err(refused(CleanText::line("it is not a query")));
        };
        self.ready(&approved).await.map_err(|refusal| refused(refusal.why))?;
        let answer = engine.ask(request).await;
        let (outcome, text) = match &answer {
            Ok(answer) => (Outcome::Exit(0), answer.text.as_str()),
            Err(_) => (Outcome::Failed, ""),
        };
        // A failure is in the log file; nothing on this machine was touched.
        let _ = self.ended(&approved, &measured(outcome, text)).await;
        answer
    }

    /// Gives the recording's answer to an approved recorded command, after the time it took then, at most 3 s.
    pub async fn replay(
        &self,
        approved: ApprovedCommand,
        book: &dyn CommandBook,
        out: mpsc::Sender<Output>,
        mut stop: watch::Receiver<bool>,
    ) {
        let recorded = match (approved.frozen(), book.answer(approved.text())) {
            (Frozen::Recorded { .. }, Some(recorded)) => Ok(recorded),
            (Frozen::Recorded { .. }, None) => Err(Refusal::new(&unknown(&book.known()))),
            (Frozen::Command(_) | Frozen::Query { .. } | Frozen::Blocked { .. }, _) => {
                Err(Refusal::new("it is not a recorded command"))
            }
        };
        let ready = match recorded {
            Ok(recorded) => self.ready(&approved).await.map(|_| recorded),
            Err(refusal) => Err(refusal),
        };
        let last = match ready {
            Err(refusal) => Output::Refused(refusal),
            Ok(recorded) => {
                let wait = Duration::try_from_secs_f64(recorded.seconds).unwrap_or(LONGEST).min(LONGEST);
                let outcome = tokio::select! {
                    _ = stop.wait_for(|stop| *stop) => Outcome::Cancelled,
                    () = tokio::time::sleep(wait) => Outcome::Exit(recorded.exit),
                };
                let text = if outcome == Outcome::Cancelled { "" } else { recorded.output.as_str() };
                if !text.is_empty() {
                    // Nobody listens any more when the program is ending.
                    let _ = out.send(Output::Chunk(text.as_bytes().to_vec())).await;
                }
                // A failure is in the log file; nothing on this machine was touched.
                let _ = self.ended(&approved, &measured(outcome, text)).await;
                Output::Ended { outcome, cut_bytes: 0 }
            }
        };
        let _ = out.send(last).await;
    }
}

fn unknown(known: &[String]) -> String {
    let known = known.iter().take(12).map(String::as_str).collect::<Vec<_>>().join(" | ");
    format!("the recording has no answer to it, and nothing here touches the host. It knows: {known}")
}

fn measured(outcome: Outcome, text: &str) -> Ran {
    let sha256 = hex(&Sha256::digest(text.as_bytes()));
    Ran { outcome, bytes: text.len() as u64, cut: 0, sha256 }
}
