//! Standard input as a stream of log lines: `kubectl logs -f deploy/x | midwatch -`. Ends with the pipe.

use std::io::Read;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::files::delivery::{Stop, deliver_logs};
use super::{Outlet, Source};
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;
use crate::domain::{CleanText, SourceId, Timestamp};
use crate::logfile::LineParser;

/// Bytes of one read.
const READ: usize = 64 * 1024;
/// Reads that may wait to be parsed; then the pipe fills and its writer waits.
const WAITING: usize = 16;
/// Silence after which an unfinished record counts as finished.
const QUIET: Duration = Duration::from_millis(200);

/// Reads one stream to its end.
pub struct StdinSource {
    id: SourceId,
    service: String,
    input: Box<dyn Read + Send + Sync>,
}

impl StdinSource {
    /// Standard input under the given name; `service` stands for records that name none.
    pub fn new(name: &str, service: &str) -> Self {
        Self::of(name, service, std::io::stdin())
    }

    /// Any other stream, read on a thread of its own.
    pub fn of(name: &str, service: &str, input: impl Read + Send + Sync + 'static) -> Self {
        Self { id: SourceId::new(name), service: service.to_owned(), input: Box::new(input) }
    }

    async fn read(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let mut stop = Stop::new(stop);
        let mut parser = LineParser::new(self.id, &self.service);
        let mut chunks = match spawn_reader(self.input) {
            Ok(chunks) => chunks,
            Err(error) => return outlet.down(format!("cannot start reading: {error}"), Timestamp::now()).await,
        };
        outlet.up(Timestamp::now()).await;
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

/// A read of standard input cannot be called off, and the runtime would wait for it at the end of the program. A plain
/// thread is left behind instead.
fn spawn_reader(mut input: Box<dyn Read + Send + Sync>) -> std::io::Result<mpsc::Receiver<std::io::Result<Vec<u8>>>> {
    let (out, chunks) = mpsc::channel(WAITING);
    std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        let mut buffer = vec![0; READ];
        loop {
            let read = match input.read(&mut buffer) {
                Ok(0) => return,
                Ok(read) => Ok(buffer.get(..read).unwrap_or_default().to_vec()),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let failed = read.is_err();
            if out.blocking_send(read).is_err() || failed {
                return;
            }
        }
    })?;
    Ok(chunks)
}
