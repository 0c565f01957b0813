//! Standard input as a stream of log lines: `kubectl logs -f deploy/x | midwatch -`. It is spooled to a temporary file and
//! indexed there, so that a stream of any length costs no memory; where no such file can be made, its newest records are
//! held. Ends with the pipe.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::files::delivery::{Stop, deliver_logs};
use super::{Outlet, Source};
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;
use crate::domain::{CleanText, SourceId, Timestamp};
use crate::logfile::{Library, LineParser, Piped, Place};

/// Bytes of one read.
const READ: usize = 64 * 1024;
/// Reads that may wait to be parsed; then the pipe fills and its writer waits.
const WAITING: usize = 16;
/// Bytes that are indexed again before it is looked what came.
const WORK: u64 = 1 << 20;
/// Silence after which an unfinished record counts as finished.
const QUIET: Duration = Duration::from_millis(200);

/// Reads one stream to its end.
pub struct StdinSource {
    id: SourceId,
    service: String,
    library: Arc<Library>,
    input: Box<dyn Read + Send + Sync>,
}

impl StdinSource {
    /// Standard input under the given name, indexed into the library; `service` stands for records that name none.
    pub fn new(name: &str, service: &str, library: Arc<Library>) -> Self {
        Self::of(name, service, library, io::stdin())
    }

    /// Any other stream, read on a thread of its own.
    pub fn of(name: &str, service: &str, library: Arc<Library>, input: impl Read + Send + Sync + 'static) -> Self {
        Self { id: SourceId::new(name), service: service.to_owned(), library, input: Box::new(input) }
    }

    async fn read(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let place = Place { source: self.id.clone(), service: CleanText::line(&self.service) };
        match Piped::new(&self.library, self.id.as_str(), place) {
            Ok(piped) => self.spool(piped, outlet, stop).await,
            Err(error) => {
                let why = format!("no temporary file can be made, only the newest records are held in memory: {error}");
                outlet.degraded(why, Timestamp::now()).await;
                self.hold(outlet, stop).await;
            }
        }
    }

    /// Has the stream spooled and indexed on a thread of its own.
    async fn spool(self, piped: Piped, mut outlet: Outlet, order: watch::Receiver<bool>) {
        let mut stop = Stop::new(order.clone());
        let (out, chunks) = sync_channel(WAITING);
        let (say, said) = oneshot::channel();
        let started = thread("stdin", move || read_into(self.input, &Chunks::Spool(out)))
            .and_then(|()| thread("stdin-index", move || index(piped, &chunks, &self.library, &order, say)));
        if let Err(error) = started {
            return outlet.down(format!("cannot start reading: {error}"), Timestamp::now()).await;
        }
        outlet.up(Timestamp::now()).await;
        let end = tokio::select! {
            biased;
            () = stop.wait() => None,
            end = said => Some(end),
        };
        match end {
            None => {}
            Some(Ok(Ok(()))) => outlet.ended(Timestamp::now()).await,
            Some(Ok(Err(error))) => outlet.down(format!("reading failed: {error}"), Timestamp::now()).await,
            Some(Err(_)) => outlet.down("reading failed inside midwatch; start it again", Timestamp::now()).await,
        }
    }

    /// Holds the newest records in memory.
    async fn hold(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let mut stop = Stop::new(stop);
        let mut parser = LineParser::new(self.id, &self.service);
        let (out, mut chunks) = mpsc::channel(WAITING);
        if let Err(error) = thread("stdin", move || read_into(self.input, &Chunks::Memory(out))) {
            return outlet.down(format!("cannot start reading: {error}"), Timestamp::now()).await;
        }
        loop {
            let quiet = tokio::time::sleep(QUIET);
            let (records, end) = tokio::select! {
                biased;
                () = stop.wait() => return,
                chunk = chunks.recv() => match chunk {
                    Some(Ok(bytes)) => (parser.feed(&bytes, Timestamp::now()), None),
                    Some(Err(error)) => (parser.finish(Timestamp::now()), Some(Err(error))),
                    None => (parser.finish(Timestamp::now()), Some(Ok(()))),
                },
                () = quiet, if parser.is_pending() => (parser.flush_idle(), None),
            };
            if !deliver_logs(&mut outlet, records, &mut stop).await {
                return;
            }
            match end {
                None => {}
                Some(Ok(())) => return outlet.ended(Timestamp::now()).await,
                Some(Err(error)) => return outlet.down(format!("reading failed: {error}"), Timestamp::now()).await,
            }
        }
    }
}

impl Source for StdinSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let source = CleanText::line(self.id.as_str());
        vec![PolledQuery { source, text: CleanText::line("read standard input"), every_seconds: 0 }]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.read(outlet, stop))
    }
}

/// Where what was read goes; both wait for room.
enum Chunks {
    Spool(SyncSender<io::Result<Vec<u8>>>),
    Memory(mpsc::Sender<io::Result<Vec<u8>>>),
}

impl Chunks {
    /// Whether anybody still takes it.
    fn send(&self, read: io::Result<Vec<u8>>) -> bool {
        match self {
            Chunks::Spool(out) => out.send(read).is_ok(),
            Chunks::Memory(out) => out.blocking_send(read).is_ok(),
        }
    }
}

/// A read of standard input cannot be called off, and the runtime would wait for it at the end of the program. A plain
/// thread is left behind instead.
fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}

/// Reads to the end, or until nobody listens.
fn read_into(mut input: Box<dyn Read + Send + Sync>, out: &Chunks) {
    let mut buffer = vec![0; READ];
    loop {
        let read = match input.read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => Ok(buffer.get(..read).unwrap_or_default().to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let failed = read.is_err();
        if !out.send(read) || failed {
            return;
        }
    }
}

/// Indexes what comes, says how it ended, and goes on to serve another choice of format until it is called off.
fn index(
    mut piped: Piped,
    chunks: &Receiver<io::Result<Vec<u8>>>,
    library: &Library,
    order: &watch::Receiver<bool>,
    say: oneshot::Sender<io::Result<()>>,
) {
    let mut say = Some(say);
    let mut choices = library.choices();
    // A sender that is gone orders the same.
    while !*order.borrow() && order.has_changed().is_ok() {
        let step = step(&mut piped, say.is_some().then_some(chunks), library, &mut choices);
        match (step.transpose(), say.take()) {
            (None, before) => say = before,
            (Some(end), Some(say)) => drop(say.send(end)),
            // Nobody is left to be told; what fails again and again must not do so without a pause.
            (Some(_), None) => std::thread::sleep(QUIET),
        }
    }
}

/// Takes what came, or waits a while for it; gives the end of the stream once.
fn step(
    piped: &mut Piped,
    chunks: Option<&Receiver<io::Result<Vec<u8>>>>,
    library: &Library,
    choices: &mut u64,
) -> io::Result<Option<()>> {
    let now = || i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX);
    if *choices != library.choices() {
        *choices = library.choices();
        piped.reread()?;
    }
    let pause = if piped.work(WORK)? > 0 { Duration::ZERO } else { QUIET };
    let Some(chunks) = chunks else {
        std::thread::sleep(pause);
        return Ok(None);
    };
    match chunks.recv_timeout(pause) {
        Ok(Ok(bytes)) => piped.feed(&bytes, now()).map(|()| None),
        Ok(Err(error)) => {
            piped.finish(now());
            Err(error)
        }
        Err(RecvTimeoutError::Timeout) => {
            piped.quiet(now());
            Ok(None)
        }
        Err(RecvTimeoutError::Disconnected) => {
            piped.finish(now());
            Ok(Some(()))
        }
    }
}
