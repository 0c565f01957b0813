//! Runs what was approved, once, exactly, and bounded. The only code that starts a child for a person. `runtime` calls
//! it with the approval that the gate gave; every run is journaled before it begins and after it ends.

mod child;
#[cfg(target_os = "linux")]
mod fence;
mod foreground;
mod keep;
mod others;
mod scratch;

use std::sync::Arc;

use tokio::process::Command;
use tokio::sync::{mpsc, watch};

use crate::domain::Timestamp;
use crate::domain::approval::{Frozen, FrozenCommand};
use crate::domain::proposal::Outcome;

#[cfg(target_os = "linux")]
pub use fence::landlock;

use super::confine::{self, Confinement, Open};
use super::gate::{ApprovedCommand, Refusal};
use super::journal::{Entry, Event, Journal};
use super::prepare::{RunSettings, still_the_same};
use super::shell;
use super::tables::Tables;

/// What a run says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output and error in the order they came.
    Chunk(Vec<u8>),
    /// The end; nothing follows.
    Ended {
        /// How it ended.
        outcome: Outcome,
        /// Bytes left out between the kept head and tail.
        cut_bytes: u64,
    },
    /// It did not run.
    Refused(Refusal),
}

/// Runs approved commands, queries and recorded commands. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Runner {
    journal: Arc<Journal>,
    tables: Tables,
    settings: Arc<RunSettings>,
}

/// The child as it was frozen: program, arguments, place and environment, and nothing of midwatch's own.
fn command(frozen: &FrozenCommand) -> Command {
    let mut command = Command::new(&frozen.program);
    if let Some(name) = frozen.argv.first() {
        command.arg0(name);
    }
    command
        .args(frozen.argv.iter().skip(1))
        .current_dir(&frozen.cwd)
        .env_clear()
        .envs(frozen.env.iter().map(|(name, value)| (name, value)));
    command
}

/// How a run came out, for the journal.
struct Ran {
    outcome: Outcome,
    bytes: u64,
    cut: u64,
    sha256: String,
}

impl Runner {
    /// A runner that journals there and holds commands against these rules and settings.
    pub fn new(journal: Arc<Journal>, tables: Tables, settings: RunSettings) -> Self {
        Self { journal, tables, settings: Arc::new(settings) }
    }

    /// Runs an approved command without a terminal. Sends its output as it comes, then [`Output::Ended`]; or only
    /// [`Output::Refused`] when something changed or the journal cannot be written. Turning `stop` true, or dropping its
    /// sender, ends the command's whole group.
    pub async fn run(&self, approved: ApprovedCommand, out: mpsc::Sender<Output>, stop: watch::Receiver<bool>) {
        let last = match self.ready(&approved).await {
            Err(refusal) => Output::Refused(refusal),
            Ok(confinement) => match approved.frozen() {
                Frozen::Command(command) if !command.interactive => {
                    let ran = child::run(command, &confinement, &out, stop).await;
                    if let Err(refusal) = self.ended(&approved, &ran).await {
                        let words = format!("\n[it ran, but its end is not in the journal: {}]\n", refusal.why);
                        let _ = out.send(Output::Chunk(words.into_bytes())).await;
                    }
                    Output::Ended { outcome: ran.outcome, cut_bytes: ran.cut }
                }
                Frozen::Command(_) | Frozen::Query { .. } | Frozen::Recorded { .. } | Frozen::Blocked { .. } => {
                    Output::Refused(Refusal::new("it is not a command that runs beside the screen"))
                }
            },
        };
        // Nobody listens any more when the program is ending.
        let _ = out.send(last).await;
    }

    /// Everything that must hold right before a run: the approval is fresh, nothing changed, and the journal says that
    /// it begins.
    async fn ready(&self, approved: &ApprovedCommand) -> Result<Confinement, Refusal> {
        if let Err(refusal) = approved.still_valid(Timestamp::now()) {
            return self.refused(Event::Expired, approved, refusal).await;
        }
        let confinement = match self.unchanged(approved).await {
            Ok(confinement) => confinement,
            Err(refusal) => return self.refused(Event::Refused, approved, refusal).await,
        };
        let entry = self.entry(Event::Started, approved).with("confined", confinement.is_confined());
        self.append(entry).await.map(|()| confinement)
    }

    async fn refused<T>(&self, event: Event, approved: &ApprovedCommand, refusal: Refusal) -> Result<T, Refusal> {
        // The refusal stands whether or not it can be journaled.
        let _ = self.append(self.entry(event, approved).with("why", refusal.why.as_str())).await;
        Err(refusal)
    }

    /// Refuses when anything is not as it was when the card was shown; says how far a command is to be confined.
    async fn unchanged(&self, approved: &ApprovedCommand) -> Result<Confinement, Refusal> {
        let Frozen::Command(command) = approved.frozen() else { return Ok(Confinement::Open(Open::NotARead)) };
        let (text, class, was) = (approved.text().to_owned(), approved.class(), command.clone());
        let (tables, settings) = (self.tables.clone(), Arc::clone(&self.settings));
        let look = move || {
            still_the_same(&text, class, &was, &tables, &settings)?;
            Ok(confine::decide(class, &shell::examine(&text, &tables), &was, &settings))
        };
        tokio::task::spawn_blocking(look)
            .await
            .map_err(|_| Refusal::new("it could not be looked at again; nothing ran"))?
            .map_err(|why: String| Refusal::new(&why))
    }

    fn entry(&self, event: Event, approved: &ApprovedCommand) -> Entry {
        let entry = Entry::new(event)
            .with("proposal", approved.id().to_string())
            .with("digest", approved.digest().as_str())
            .with("language", approved.language().word())
            .with("text", approved.text())
            .with("class", approved.class().word());
        let entry = entry.within(approved.frozen());
        match approved.frozen() {
            Frozen::Command(command) => {
                // What was added to the text, as the context of a kube tool, stands here and nowhere else.
                let entry = entry.with("argv", command.argv.clone());
                entry.with("program", command.program.as_str()).with("cwd", command.cwd.as_str())
            }
            Frozen::Query { .. } | Frozen::Recorded { .. } | Frozen::Blocked { .. } => entry,
        }
    }

    /// Journals the end. When that fails the log file says so too, and the next run is refused for the same reason.
    async fn ended(&self, approved: &ApprovedCommand, ran: &Ran) -> Result<(), Refusal> {
        let entry = self
            .entry(Event::Ended, approved)
            .with("outcome", ran.outcome.words())
            .with("output_bytes", ran.bytes)
            .with("output_sha256", ran.sha256.as_str())
            .with("output_cut", ran.cut);
        let appended = self.append(entry).await;
        if let Err(refusal) = &appended {
            tracing::error!("the end of {} is not in the journal: {}", approved.id(), refusal.why);
        }
        appended
    }

    /// Writes an entry off the async threads.
    async fn append(&self, entry: Entry) -> Result<(), Refusal> {
        let journal = Arc::clone(&self.journal);
        tokio::task::spawn_blocking(move || journal.append(&entry, Timestamp::now()))
            .await
            .map_err(|_| Refusal::new("the journal could not be written; nothing ran"))?
            .map_err(|error| Refusal::new(&error.to_string()))
    }
}
