//! Writes what must outlive the screen: decisions into the journal, the incident into its bundle. A thread of its own,
//! since every write may block; what happens is told back as messages.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::actions::{self, Entry as JournalEntry, Event, Gate, Journal};
use crate::app::Msg;
use crate::app::effect::Decision;
use crate::bundle::record::{Entry, RecordError, Recorder};
use crate::domain::evidence::Reach;
use crate::domain::incident::{Incident, TimelineEntry};
use crate::domain::{Alert, AlertState, Batch, Change, CleanText, Evidence, LogRecord, Series, Telemetry, Timestamp};

/// Things that wait to be written; log records beyond that are left out of the recording and counted.
const QUEUE: usize = 8_192;
/// Alerts whose state in the recording is remembered; further ones are not recorded.
const ALERTS: usize = 100_000;
/// Things other than log records that wait while the queue is full.
const HELD: usize = 1_024;
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
    Evidence(Box<Evidence>, Reach),
    /// Log records, as the desk tells them.
    Logs(Vec<Arc<LogRecord>>),
    /// Alerts that changed.
    Alerts(Vec<Alert>, Timestamp),
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
    recording: Recording,
    left_out: u64,
    /// What a person did and what it rests on, while log records fill the queue: it waits, they are left out.
    held: VecDeque<Keep>,
    alerts: HashMap<CleanText, AlertState>,
}

/// Whether what sources send belongs into a bundle now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recording {
    /// There is no folder for bundles.
    Never,
    /// No incident is open yet.
    NotYet,
    /// An incident is open.
    Now,
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
        let recording = if incidents.is_some() { Recording::NotYet } else { Recording::Never };
        let writer = Writer { journal, incidents, stack, results, recorder: None, failed: false, began: false };
        let (tell_done, done) = sync_channel(1);
        std::thread::Builder::new().name("keeper".to_owned()).spawn(move || {
            writer.work(&work);
            let _ = tell_done.try_send(());
        })?;
        Ok(Self { queue: Some(queue), done, recording, left_out: 0, held: VecDeque::new(), alerts: HashMap::new() })
    }

    /// Hands something over; never waits. Says so once when the disk cannot keep up.
    pub fn keep(&mut self, keep: Keep) -> Option<CleanText> {
        if matches!(keep, Keep::Open(_)) && self.recording == Recording::NotYet {
            self.recording = Recording::Now;
        }
        self.hand_over();
        let queue = self.queue.as_ref()?;
        let keep = match self.held.is_empty() {
            true => match queue.try_send(keep) {
                Ok(()) => return None,
                Err(TrySendError::Full(keep)) => keep,
                Err(TrySendError::Disconnected(keep)) => return self.lost(keep),
            },
            false => keep,
        };
        let lost = match &keep {
            Keep::Logs(records) => records.len() as u64,
            _ if self.held.len() < HELD => {
                self.held.push_back(keep);
                return None;
            }
            _ => 1,
        };
        let first = self.left_out == 0;
        self.left_out += lost;
        first.then(|| "the disk cannot keep up: the recording of the incident has gaps".into())
    }

    /// Hands over what found no room before, in its order.
    pub fn hand_over(&mut self) {
        let Some(queue) = &self.queue else { return };
        while let Some(keep) = self.held.pop_front() {
            match queue.try_send(keep) {
                Ok(()) => {}
                Err(TrySendError::Full(keep)) => return self.held.push_front(keep),
                Err(TrySendError::Disconnected(_)) => return self.held.clear(),
            }
        }
    }

    /// The thread is gone. What it was to write is dropped: a run that waits for its approval to be noted hears that it
    /// never will be, and does not begin.
    fn lost(&mut self, keep: Keep) -> Option<CleanText> {
        drop(keep);
        self.left_out += 1;
        (self.left_out == 1).then(|| "nothing is recorded any more, so nothing can run: start midwatch again".into())
    }

    /// Whether an incident is being recorded.
    pub fn records(&self) -> bool {
        self.recording == Recording::Now
    }

    /// What a source sent goes into the recording of a live incident: changes, alerts that changed state. With
    /// a word to say when the disk cannot keep up.
    pub fn record_batch(&mut self, batch: &Batch, now: Timestamp) -> Option<CleanText> {
        if self.recording != Recording::Now {
            return None;
        }
        let mut problem = None;
        for item in &batch.items {
            let failed = match item {
                Telemetry::Change(change) => self.keep(Keep::Change(change.clone())),
                Telemetry::AlertSnapshot(alerts) | Telemetry::AlertUpdate(alerts) => self.record_alerts(alerts, now),
                // The desk tells the records, those of files too.
                Telemetry::Log(_)
                | Telemetry::SeriesSet { .. }
                | Telemetry::Catalog(_)
                | Telemetry::Graph(_)
                | Telemetry::Ideas(_)
                | Telemetry::Slos(_)
                | Telemetry::Health(_) => None,
            };
            problem = problem.or(failed);
        }
        problem
    }

    /// Alerts that are not in the recording as they stand. However many they are, they are one thing to write; what
    /// could not be handed over is tried again with the next answer.
    pub fn record_alerts<'a>(
        &mut self,
        alerts: impl IntoIterator<Item = &'a Alert>,
        now: Timestamp,
    ) -> Option<CleanText> {
        let known = &self.alerts;
        let changed: Vec<Alert> = alerts
            .into_iter()
            .filter(|alert| known.get(&alert.fingerprint) != Some(&alert.state))
            .take(ALERTS.saturating_sub(known.len()))
            .cloned()
            .collect();
        if changed.is_empty() {
            return None;
        }
        let states: Vec<_> = changed.iter().map(|alert| (alert.fingerprint.clone(), alert.state)).collect();
        let waiting = self.left_out;
        let problem = self.keep(Keep::Alerts(changed, now));
        if self.left_out == waiting {
            self.alerts.extend(states);
        }
        problem
    }

    /// Writes what waits and ends the thread.
    pub fn finish(&mut self) {
        self.hand_over();
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
    /// Whether the journal says that this session began.
    began: bool,
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
        if let (true, Some(journal)) = (self.began, &self.journal) {
            // What the session did is in the journal; only its end would be missing.
            let _ = journal.append(&JournalEntry::new(Event::Session).with("state", "ended"), Timestamp::now());
        }
    }

    /// Says in the journal that a session begins, before its first decision.
    fn begin(&mut self, journal: &Journal) {
        if !self.began {
            let entry = JournalEntry::new(Event::Session)
                .with("state", "began")
                .with("who", actions::user())
                .with("version", env!("CARGO_PKG_VERSION"))
                .with("pid", std::process::id());
            // When this fails the decision fails too, and says why.
            self.began = journal.append(&entry, Timestamp::now()).is_ok();
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
            Keep::Evidence(evidence, reach) => Entry::Evidence(*evidence, reach),
            Keep::Logs(records) => {
                for record in records {
                    let written =
                        self.recorder.as_mut().map_or(Ok(()), |r| r.append(&Entry::Log(Arc::unwrap_or_clone(record))));
                    self.note(written);
                }
                return;
            }
            Keep::Alerts(alerts, seen) => return self.alerts(alerts, seen),
            Keep::Change(change) => Entry::Change(change),
        };
        let written = self.recorder.as_mut().map_or(Ok(()), |recorder| recorder.append(&entry));
        self.note(written);
    }

    fn alerts(&mut self, alerts: Vec<Alert>, seen: Timestamp) {
        for alert in alerts {
            let written = self.recorder.as_mut().map_or(Ok(()), |r| r.append(&Entry::Alert { alert, seen }));
            self.note(written);
        }
    }

    fn open(&mut self, incident: &Incident) {
        let Some(parent) = &self.incidents else { return };
        let opened = Recorder::create(parent, incident).and_then(|mut recorder| {
            recorder.update_incident(incident, &self.stack)?;
            Ok(recorder)
        });
        match opened {
            Ok(recorder) => {
                if let Some(journal) = &self.journal {
                    journal.begin_incident(&incident.id);
                }
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
    fn decide(&mut self, decision: &Decision) -> bool {
        let Some(journal) = self.journal.clone() else { return false };
        self.begin(&journal);
        let (event, proposal, why) = match decision {
            Decision::Proposed(proposal) => (Event::Proposed, proposal, None),
            Decision::Shown(proposal) => (Event::Shown, proposal, None),
            Decision::Approved(proposal, how) => (Event::Approved, proposal, Some(how).filter(|how| !how.is_empty())),
            Decision::Granted(proposal, scope) => (Event::Granted, proposal, Some(scope)),
            Decision::Withdrawn(proposal, which) => (Event::Withdrawn, proposal, Some(which)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Language, Severity, SourceId};
    use crate::testing::{World, build};

    fn incident() -> Box<Incident> {
        let (id, title) = (CleanText::line("INC-1"), CleanText::line("test"));
        Box::new(Incident { id, title, severity: CleanText::default(), started_at: build::now(), timeline: Vec::new() })
    }

    fn snapshot(alerts: Vec<Alert>) -> Batch {
        Batch { source: SourceId::new("am"), items: vec![Telemetry::AlertSnapshot(alerts)], dropped: 0 }
    }

    fn recorded(folder: &std::path::Path) -> usize {
        let text = std::fs::read_to_string(folder.join("INC-1/alerts.jsonl")).unwrap_or_default();
        text.lines().count()
    }

    #[test]
    fn alerts_that_fired_before_the_incident_opened_are_in_its_recording() {
        let folder = tempfile::tempdir().unwrap();
        let (results, _told) = mpsc::channel(64);
        let mut keeper = Keeper::start(None, Some(folder.path().to_owned()), Vec::new(), results).unwrap();
        let alert = build::alert("HighErrorRate", "checkout", "critical", build::now(), &[]);
        assert_eq!(keeper.record_batch(&snapshot(vec![alert.clone()]), build::now()), None);
        keeper.keep(Keep::Open(incident()));
        assert_eq!(keeper.record_batch(&snapshot(vec![alert.clone()]), build::now()), None);
        assert_eq!(keeper.record_batch(&snapshot(vec![alert]), build::now()), None, "the same again");
        keeper.finish();
        assert_eq!(recorded(folder.path()), 1);
    }

    #[test]
    fn more_alerts_than_the_queue_is_long_are_recorded_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (results, _told) = mpsc::channel(64);
        let mut keeper = Keeper::start(None, Some(folder.path().to_owned()), Vec::new(), results).unwrap();
        keeper.keep(Keep::Open(incident()));
        let many = (0..QUEUE + 100).map(|n| build::alert(&format!("A{n}"), "s", "critical", build::now(), &[]));
        let many: Vec<Alert> = many.collect();
        assert_eq!(keeper.record_batch(&snapshot(many.clone()), build::now()), None);
        keeper.finish();
        assert_eq!(recorded(folder.path()), many.len());
    }

    #[test]
    fn a_flood_of_records_leaves_out_records_and_not_what_a_person_did() {
        let (queue, work) = sync_channel(2);
        let (_tell_done, done) = sync_channel(1);
        let (recording, alerts, held) = (Recording::Now, HashMap::new(), VecDeque::new());
        let mut keeper = Keeper { queue: Some(queue), done, recording, left_out: 0, held, alerts };
        let record = || Keep::Logs(vec![Arc::new(build::log(build::now(), "checkout", Severity::Info, "flood"))]);
        assert_eq!(keeper.keep(record()), None);
        assert_eq!(keeper.keep(record()), None);
        assert_eq!(keeper.keep(Keep::Notes("mine".to_owned())), None);
        assert!(keeper.keep(record()).is_some(), "said once");
        let written: Vec<Keep> = work.try_iter().collect();
        assert!(written.iter().all(|keep| matches!(keep, Keep::Logs(_))) && written.len() == 2);
        keeper.hand_over();
        assert!(matches!(work.try_recv(), Ok(Keep::Notes(text)) if text == "mine"));
    }

    #[test]
    fn a_run_that_waits_for_a_dead_thread_hears_that_it_will_never_begin() {
        let mut world = World::new();
        world.propose(build::suggestion(Language::Sh, "uptime"));
        let proposal = Box::new(world.model.state.proposals[0].clone());
        let (queue, work) = sync_channel(1);
        let (_tell_done, done) = sync_channel(1);
        let (recording, alerts, held) = (Recording::Never, HashMap::new(), VecDeque::new());
        let mut keeper = Keeper { queue: Some(queue), done, recording, left_out: 0, held, alerts };
        let approval = || {
            let (tell, told) = oneshot::channel();
            (Keep::Decision(Decision::Approved(proposal.clone(), CleanText::default()), Some(tell)), told)
        };
        let (first, _told) = approval();
        let (held, mut held_told) = approval();
        assert_eq!((keeper.keep(first), keeper.keep(held)), (None, None));
        drop(work);
        let (late, mut late_told) = approval();
        assert!(keeper.keep(late).is_some(), "said once");
        for told in [&mut held_told, &mut late_told] {
            assert_eq!(told.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        }
    }

    #[test]
    fn a_journal_that_hangs_never_holds_up_the_loop() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let journal = Arc::new(Journal::open(&path).unwrap());
        let mut world = World::new();
        world.propose(build::suggestion(Language::Sh, "uptime"));
        let proposal = Box::new(world.model.state.proposals[0].clone());
        let (results, _told) = mpsc::channel(64);
        let mut keeper = Keeper::start(Some(journal), None, Vec::new(), results).unwrap();
        // Another process that holds the lock and does not let go, as on a file server that is away.
        let other = std::fs::File::open(&path).unwrap();
        other.lock().unwrap();
        for _ in 0..50 {
            assert_eq!(keeper.keep(Keep::Decision(Decision::Proposed(proposal.clone()), None)), None);
        }
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
        other.unlock().unwrap();
        keeper.finish();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!((text.matches("\"proposed\"").count(), text.matches("\"session\",").count()), (50, 2), "{text}");
    }
}
