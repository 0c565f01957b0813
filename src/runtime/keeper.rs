//! Writes what must outlive the screen: decisions into the journal, the incident into its bundle. A thread of its own,
//! since every write may block; what happens is told back as messages.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::actions::{Entry as JournalEntry, Event, Gate, Journal};
use crate::app::Msg;
use crate::app::effect::Decision;
use crate::bundle::record::{Entry, RecordError, Recorder};
use crate::domain::incident::{Incident, TimelineEntry};
use crate::domain::{Alert, Batch, Change, CleanText, Evidence, LogRecord, Series, Telemetry, Timestamp};

/// Things that wait to be written; log records beyond that are left out of the recording and counted.
const QUEUE: usize = 8_192;
/// How often what is buffered reaches the disk.
const FLUSH: Duration = Duration::from_secs(2);
/// How long leaving waits for the last writes.
const LAST_WRITES: Duration = Duration::from_secs(3);

/// One thing to write.
#[derive(Debug)]
pub enum Keep {
    /// A decision, into the journal; who waits for it is told once it is there.
    Decision(Decision, Option<oneshot::Sender<()>>),
    /// Begin the bundle of an incident.
    Open(Box<Incident>),
    /// The incident's title, severity or start changed.
    Incident(Box<Incident>),
    /// A line of the timeline.
    Timeline(TimelineEntry),
    /// A piece of evidence.
    Evidence(Box<Evidence>),
    /// A log record.
    Log(LogRecord),
    /// An alert that changed.
    Alert(Alert, Timestamp),
    /// A change event.
    Change(Change),
    /// The series as they stand.
    Series(Vec<Series>),
    /// The notes as they stand.
    Notes(String),
}

/// The thread's handle.
pub struct Keeper {
    queue: Option<SyncSender<Keep>>,
    done: Receiver<()>,
    recording: bool,
    /// Whether a bundle was begun: what came before goes into it as its past.
    begun: bool,
    left_out: u64,
    alerts: std::collections::HashMap<CleanText, crate::domain::AlertState>,
}

impl Keeper {
    /// Starts the thread. Without a folder nothing but the journal is written.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn start(
        journal: Option<Arc<Journal>>,
        incidents: Option<PathBuf>,
        stack: Vec<CleanText>,
        results: mpsc::Sender<Msg>,
    ) -> std::io::Result<Self> {
        let (queue, work) = sync_channel(QUEUE);
        let recording = incidents.is_some();
        let writer = Writer { journal, incidents, stack, results, recorder: None, failed: false };
        let (tell_done, done) = sync_channel(1);
        std::thread::Builder::new().name("keeper".to_owned()).spawn(move || {
            writer.work(&work);
            let _ = tell_done.try_send(());
        })?;
        let alerts = std::collections::HashMap::new();
        Ok(Self { queue: Some(queue), done, recording, begun: false, left_out: 0, alerts })
    }

    /// Hands something over; never waits. Says so once when the disk cannot keep up.
    pub fn keep(&mut self, keep: Keep) -> Option<CleanText> {
        self.begun |= matches!(keep, Keep::Open(_));
        match self.queue.as_ref()?.try_send(keep) {
            Ok(()) => None,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.left_out += 1;
                (self.left_out == 1).then(|| "the disk cannot keep up: the recording of the incident has gaps".into())
            }
        }
    }

    /// What a source sent goes into the recording of a live incident: records, changes, alerts that changed state.
    pub fn record_batch(&mut self, batch: &Batch, now: Timestamp) {
        if !self.recording || !self.begun {
            return;
        }
        for item in &batch.items {
            let keep = match item {
                Telemetry::Log(record) => Keep::Log(record.clone()),
                Telemetry::Change(change) => Keep::Change(change.clone()),
                Telemetry::AlertSnapshot(alerts) => {
                    self.record_snapshot(alerts, now);
                    continue;
                }
                Telemetry::AlertUpdate(alerts) => {
                    alerts.iter().for_each(|alert| self.record_alert(alert, now));
                    continue;
                }
                Telemetry::SeriesSet { .. } | Telemetry::Health(_) => continue,
            };
            self.keep(keep);
        }
    }

    /// What was known when the bundle was begun.
    pub fn record_past(&mut self, alerts: &[Alert], changes: Vec<Change>, now: Timestamp) -> Option<CleanText> {
        self.record_snapshot(alerts, now);
        let problems: Vec<CleanText> = changes.into_iter().filter_map(|change| self.keep(Keep::Change(change))).collect();
        problems.into_iter().next()
    }

    fn record_snapshot(&mut self, alerts: &[Alert], now: Timestamp) {
        alerts.iter().for_each(|alert| self.record_alert(alert, now));
    }

    fn record_alert(&mut self, alert: &Alert, now: Timestamp) {
        if self.alerts.len() < 100_000 && self.alerts.insert(alert.fingerprint.clone(), alert.state) != Some(alert.state)
        {
            self.keep(Keep::Alert(alert.clone(), now));
        }
    }

    /// Writes what waits and ends the thread.
    pub fn finish(&mut self) {
        self.queue = None;
        // A disk that hangs must not keep the person from leaving.
        let _ = self.done.recv_timeout(LAST_WRITES);
    }
}

/// The thread's own side.
struct Writer {
    journal: Option<Arc<Journal>>,
    incidents: Option<PathBuf>,
    stack: Vec<CleanText>,
    results: mpsc::Sender<Msg>,
    recorder: Option<Recorder>,
    failed: bool,
}

impl Writer {
    fn work(mut self, work: &Receiver<Keep>) {
        loop {
            match work.recv_timeout(FLUSH) {
                Ok(keep) => self.write(keep),
                Err(RecvTimeoutError::Timeout) => {
                    let flushed = self.recorder.as_mut().map_or(Ok(()), Recorder::flush);
                    self.note(flushed);
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    }

    fn write(&mut self, keep: Keep) {
        let entry = match keep {
            Keep::Decision(decision, waiting) => {
                if self.decide(&decision)
                    && let Some(waiting) = waiting
                {
                    // The run was given up meanwhile.
                    let _ = waiting.send(());
                }
                return;
            }
            Keep::Open(incident) => return self.open(&incident),
            Keep::Incident(incident) => {
                let stack = self.stack.clone();
                let written = self.recorder.as_mut().map_or(Ok(()), |r| r.update_incident(&incident, &stack));
                return self.note(written);
            }
            Keep::Series(series) => return self.series(&series),
            Keep::Notes(text) => {
                let written = self.recorder.as_mut().map_or(Ok(()), |recorder| recorder.write_notes(&text));
                return self.note(written);
            }
            Keep::Timeline(entry) => Entry::Timeline(entry),
            Keep::Evidence(evidence) => Entry::Evidence(*evidence),
            Keep::Log(record) => Entry::Log(record),
            Keep::Alert(alert, seen) => Entry::Alert { alert, seen },
            Keep::Change(change) => Entry::Change(change),
        };
        let written = self.recorder.as_mut().map_or(Ok(()), |recorder| recorder.append(&entry));
        self.note(written);
    }

    fn open(&mut self, incident: &Incident) {
        let Some(parent) = &self.incidents else { return };
        let opened = Recorder::create(parent, incident).and_then(|mut recorder| {
            recorder.update_incident(incident, &self.stack)?;
            Ok(recorder)
        });
        match opened {
            Ok(recorder) => {
                let folder = CleanText::line(&recorder.folder().display().to_string());
                self.tell(Msg::Recording(Ok(folder)));
                self.recorder = Some(recorder);
            }
            Err(why) => self.tell(Msg::Recording(Err(CleanText::line(&why.to_string())))),
        }
    }

    fn series(&mut self, series: &[Series]) {
        let Some(recorder) = &mut self.recorder else { return };
        let mut at = 0;
        let mut written = Ok(());
        while at < series.len() {
            let same = series[at..].iter().take_while(|other| other.title == series[at].title).count();
            let panel = &series[at..at + same];
            written = written.and(recorder.write_metrics(&panel[0].title, &panel[0].query, panel));
            at += same;
        }
        self.note(written);
    }

    /// Writes a decision; whether it is in the journal now.
    fn decide(&self, decision: &Decision) -> bool {
        let Some(journal) = &self.journal else { return false };
        let (event, proposal, why) = match decision {
            Decision::Proposed(proposal) => (Event::Proposed, proposal, None),
            Decision::Shown(proposal) => (Event::Shown, proposal, None),
            Decision::Approved(proposal) => (Event::Approved, proposal, None),
            Decision::Rejected(proposal, why) => (Event::Rejected, proposal, Some(why)),
            Decision::Refused(proposal, why) => (Event::Refused, proposal, Some(why)),
        };
        let mut entry = JournalEntry::about(event, proposal, &Gate::digest(proposal));
        if let Some(why) = why {
            entry = entry.with("why", why.as_str());
        }
        match journal.append(&entry, Timestamp::now()) {
            Ok(()) => true,
            Err(error) => {
                self.tell(Msg::Journal(Err(CleanText::line(&error.to_string()))));
                false
            }
        }
    }

    /// Says once that the recording failed, and once that it goes on.
    fn note(&mut self, written: Result<(), RecordError>) {
        match written {
            Ok(()) if self.failed => {
                self.failed = false;
                if let Some(recorder) = &self.recorder {
                    self.tell(Msg::Recording(Ok(CleanText::line(&recorder.folder().display().to_string()))));
                }
            }
            Ok(()) => {}
            Err(why) if !self.failed => {
                self.failed = true;
                self.tell(Msg::Recording(Err(CleanText::line(&why.to_string()))));
            }
            Err(_) => {}
        }
    }

    fn tell(&self, msg: Msg) {
        // A queue that is full or closed means that nobody looks now; the state is told again at the next change.
        let _ = self.results.try_send(msg);
    }
}
