//! Commands that need a terminal (`psql`, `kubectl exec -it`): they get midwatch's own, after the caller suspended the
//! screen, and give it back when they end.

use std::process::Stdio;

use tokio::signal::unix::{SignalKind, signal};

use crate::domain::approval::{Frozen, FrozenCommand};
use crate::domain::proposal::Outcome;

use super::{Ran, Refusal, Runner};
use crate::actions::gate::ApprovedCommand;

impl Runner {
    /// Runs an approved interactive command on the terminal and waits for its end, which has no time limit. The screen
    /// must be suspended. The child shares midwatch's process group, so that job control is the shell's as before:
    /// Ctrl-Z stops both, `fg` continues both; Ctrl-C and Ctrl-\ reach the child alone, midwatch ignores them meanwhile.
    ///
    /// # Errors
    /// A refusal, when nothing ran.
    pub async fn run_foreground(&self, approved: ApprovedCommand) -> Result<Outcome, Refusal> {
        let Frozen::Command(command) = approved.frozen() else {
            return Err(Refusal::new("it is not a command for the terminal"));
        };
        self.ready(&approved).await?;
        let outcome = wait(command).await;
        let result = Ran { outcome, bytes: 0, cut: 0, sha256: String::new() };
        // A failure is in the log file, and the next run is refused for it.
        let _ = self.ended(&approved, &result).await;
        Ok(outcome)
    }
}

async fn wait(frozen: &FrozenCommand) -> Outcome {
    // Listening takes the default effect of these keys away from midwatch; the child starts with the default again.
    let listen = [SignalKind::interrupt(), SignalKind::quit()].map(signal);
    let mut command = super::command(frozen);
    command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit()).kill_on_drop(true);
    let outcome = match command.spawn() {
        Ok(mut child) => child.wait().await.map_or(Outcome::Failed, super::child::outcome),
        Err(_) => Outcome::Failed,
    };
    drop(listen);
    outcome
}
