//! Writes a live incident into a bundle while it happens, so that it can be handed over and replayed. One task of `runtime`
//! owns the [`Recorder`]; everything it does is file I/O and may block.

mod lines;
mod place;

use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::gaps::Gaps;
use super::{alerts, changes, manifest, metrics, replies};
use crate::domain::evidence::Reach;
use crate::domain::incident::{EntryKind, Incident, TimelineEntry};
use crate::domain::recording::RecordedCommand;
use crate::domain::time::minus;
use crate::domain::{Alert, Change, CleanText, Evidence, LogRecord, Series, TimeWindow, Timestamp};

use lines::Lines;
use place::{Place, file_name};

pub use place::RecordError;

/// Bytes of log lines a bundle holds unless told otherwise.
pub const LOG_BUDGET: u64 = 64 << 20;
/// How long before the incident's beginning a replay of the recording opens.
const LEAD: SignedDuration = SignedDuration::from_secs(60);

/// One thing to record.
#[derive(Clone, Debug)]
pub enum Entry {
    /// An alert as it stands since `seen`. Give it when its state changed, not on every poll.
    Alert {
        /// The alert.
        alert: Alert,
        /// When it was seen to stand so.
        seen: Timestamp,
    },
    /// A log record.
    Log(LogRecord),
    /// A change event.
    Change(Change),
    /// A line of the incident's timeline.
    Timeline(TimelineEntry),
    /// A piece of evidence and where it may go; one that is there already is left as it is, but for being held back.
    Evidence(Evidence, Reach),
    /// A line of the journal, copied as it is.
    Journal(String),
    /// A command that was run, with its output.
    Command(RecordedCommand),
}

/// Writes one bundle. Dropping it writes what is buffered and gives the folder free.
#[derive(Debug)]
pub struct Recorder {
    place: Place,
    lines: Lines,
    log_budget: u64,
    log_bytes: u64,
    covered: Option<TimeWindow>,
}

impl Recorder {
    /// Opens the bundle of `incident` in the folder `parent`, made when it is not there. A bundle of the same name that
    /// another program is writing is left alone: this one gets the name with `-2`, `-3`, and so on.
    ///
    /// # Errors
    /// In words, when the folder cannot be made or written to.
    pub fn create(parent: &Path, incident: &Incident) -> Result<Self, RecordError> {
        let place = Place::claim(parent, &file_name(&incident.id))?;
        let log_bytes = place.size_of("logs");
        let mut recorder = Self { place, lines: Lines::default(), log_budget: LOG_BUDGET, log_bytes, covered: None };
        let stack = recorder.resume();
        recorder.update_incident(incident, &stack)?;
        Ok(recorder)
    }

    /// Holds at most `bytes` of log lines.
    #[must_use]
    pub fn with_log_budget(mut self, bytes: u64) -> Self {
        self.log_budget = bytes;
        self
    }

    /// The bundle's folder, for people.
    pub fn folder(&self) -> &Path {
        self.place.folder()
    }

    /// Adds one thing. Log lines may stay in a buffer until [`Recorder::flush`]; all else is with the system at once.
    ///
    /// # Errors
    /// In words, when it could not be written; what was written before stays readable, and later calls may work again.
    pub fn append(&mut self, entry: &Entry) -> Result<(), RecordError> {
        match entry {
            Entry::Alert { alert, seen } => {
                self.cover(*seen);
                self.line("alerts.jsonl", &alerts::write(alert, *seen).to_string())
            }
            Entry::Log(record) => self.log(record),
            Entry::Change(change) => self.line("changes.jsonl", &changes::write(change).to_string()),
            Entry::Timeline(entry) => self.timeline(entry),
            Entry::Evidence(evidence, reach) => self.evidence(evidence, *reach),
            Entry::Journal(line) => self.line("journal.jsonl", line.trim_end_matches('\n')),
            Entry::Command(command) => {
                if let Some(at) = command.at {
                    self.cover(at);
                }
                self.line("commands.jsonl", &replies::write_command(command).to_string())
            }
        }
    }

    /// Hands buffered log lines to the system.
    ///
    /// # Errors
    /// In words, when they could not be written.
    pub fn flush(&mut self) -> Result<(), RecordError> {
        self.lines.flush()
    }

    /// Replaces the file of one query's series; `name` is its short name, a panel's title for example.
    ///
    /// # Errors
    /// In words; the file from before stays whole.
    pub fn write_metrics(&mut self, name: &str, query: &str, series: &[Series]) -> Result<(), RecordError> {
        let path = PathBuf::from("metrics").join(format!("{}.json", file_name(name)));
        self.place.replace(&path, metrics::write(query, series).to_string().as_bytes())
    }

    /// Replaces the notes.
    ///
    /// # Errors
    /// In words; the notes from before stay whole.
    pub fn write_notes(&mut self, markdown: &str) -> Result<(), RecordError> {
        self.place.replace(Path::new("notes.md"), markdown.as_bytes())
    }

    /// Writes title, severity, the tools in use and the time covered so far. Call it when one of them changed, and at the end.
    ///
    /// # Errors
    /// In words; the file from before stays whole.
    pub fn update_incident(&mut self, incident: &Incident, stack: &[CleanText]) -> Result<(), RecordError> {
        self.cover(incident.started_at);
        let start = incident.started_at;
        let covered = self.covered.unwrap_or(TimeWindow { start, end: start });
        // A window must have a length, also in the first second of an incident.
        let end = covered.end.max(crate::domain::time::plus(covered.start, SignedDuration::from_secs(1)));
        let window = TimeWindow { start: covered.start, end };
        let text = manifest::write(incident, window, minus(start, LEAD).max(covered.start), stack);
        self.place.replace(Path::new("incident.toml"), text.as_bytes())
    }

    /// Takes over the time covered and the tools from a bundle that is there already, and goes on from them.
    fn resume(&mut self) -> Vec<CleanText> {
        let before = std::fs::read_to_string(self.place.path("incident.toml")).unwrap_or_default();
        let Ok(before) = manifest::read(&before, &mut Gaps::default()) else { return Vec::new() };
        if let Some(window) = before.window {
            self.cover(window.start);
            self.cover(window.end);
        }
        before.stack
    }

    fn line(&mut self, path: &str, line: &str) -> Result<(), RecordError> {
        self.lines.write(&self.place.path(path), line)?;
        self.lines.flush_one(&self.place.path(path))
    }

    fn timeline(&mut self, entry: &TimelineEntry) -> Result<(), RecordError> {
        self.cover(entry.at);
        let line = serde_json::to_string(entry).map_err(|error| self.place.odd("timeline.jsonl", &error))?;
        self.line("timeline.jsonl", &line)
    }

    fn evidence(&mut self, evidence: &Evidence, reach: Reach) -> Result<(), RecordError> {
        let (head, body) = (format!("evidence/{}.json", evidence.id), format!("evidence/{}.txt", evidence.id));
        if self.place.holds(&head) {
            return match reach {
                Reach::Prompts => Ok(()),
                Reach::HeldBack => self.hold_back(&head),
            };
        }
        // The text first: a head without its text would be a claim about nothing.
        self.place.replace(Path::new(&body), evidence.text.as_bytes())?;
        self.place.replace(Path::new(&head), super::evidence::write(evidence, reach).to_string().as_bytes())
    }

    /// Marks evidence that was recorded before anybody knew that it reads a secret store.
    fn hold_back(&mut self, head: &str) -> Result<(), RecordError> {
        let text = std::fs::read(self.place.path(head)).unwrap_or_default();
        let known = serde_json::from_slice(&text).map_err(|error| self.place.odd(head, &error))?;
        self.place.replace(Path::new(head), super::evidence::held_back(known).to_string().as_bytes())
    }

    fn log(&mut self, record: &LogRecord) -> Result<(), RecordError> {
        let line = lines::written(record);
        let size = line.len() as u64 + 1;
        let before = self.log_bytes;
        self.log_bytes = before.saturating_add(size);
        if self.log_bytes > self.log_budget {
            // Said once: at the record that crossed the budget.
            return if before <= self.log_budget { self.say_full(record.observed) } else { Ok(()) };
        }
        self.cover(record.at());
        let path = self.place.path(&self.lines.log_path(record));
        self.lines.write(&path, &line)
    }

    fn say_full(&mut self, at: Timestamp) -> Result<(), RecordError> {
        let mib = self.log_budget >> 20;
        let text = format!("log lines are no longer recorded: the bundle's budget of {mib} MiB for them is used up");
        self.timeline(&TimelineEntry {
            at,
            kind: EntryKind::System,
            text: CleanText::line(&text),
            evidence: Vec::new(),
            who: CleanText::default(),
        })
    }

    fn cover(&mut self, at: Timestamp) {
        let covered = self.covered.unwrap_or(TimeWindow { start: at, end: at });
        self.covered = Some(TimeWindow { start: covered.start.min(at), end: covered.end.max(at) });
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // Whoever needs to know whether it worked called `flush` before.
        let _ = self.lines.flush();
    }
}
