//! Runs one program for its log lines, again and again.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::{CleanText, SourceId, Timestamp, time};
use crate::logfile::lines::Lines;
use crate::sources::Outlet;
use crate::sources::backoff::Backoff;
use crate::sources::command::child::{Child, End, Event};
use crate::sources::files::delivery::{Condition, Stop, deliver_logs, report};
use crate::sources::stores::{CEILING, Entry, OVERLAP, Pass, Seen, Streams};

/// Silence after which a record that may still grow counts as finished.
const QUIET: Duration = Duration::from_millis(300);
/// Characters of a program's own warning that are shown.
const SHOWN: usize = 300;
/// A program that ran this long before it ended did work: the next wait is short again.
const WORKED: Duration = Duration::from_secs(10);

/// Where a program has to begin.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Begin {
    /// All that is not older than this has to come; it may come again.
    pub(super) at: Timestamp,
    /// Where the program itself said it was, if it says so.
    pub(super) cursor: Option<String>,
}

/// What a line of a program is.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    /// A log line, and the place in the program's own order.
    Entry(Entry, Option<String>),
    /// Something else: a warning of the program itself.
    Aside,
}

/// A program and how to read it.
pub(super) trait Program: Send + Sync {
    /// Program and arguments that show what came since then and go on.
    fn argv(&self, from: &Begin) -> Vec<String>;

    /// Reads a line.
    fn read(&mut self, line: &str) -> Said;

    /// What to call it in messages.
    fn name(&self) -> String;

    /// Whether it writes log lines to standard error too.
    fn speaks_on_both(&self) -> bool {
        false
    }
}

/// Why a run is over.
pub(super) enum Over {
    /// The order to stop.
    Stopped,
    /// The other wait was over first.
    Asked,
    /// It ended by itself, or could not be started.
    Ended(Condition),
}

/// What is carried from one run to the next.
pub(super) struct Following<P> {
    pub(super) program: P,
    seen: Seen,
    streams: Streams,
    cursor: Option<String>,
    started: Timestamp,
}

impl<P: Program> Following<P> {
    /// Will begin `since` before now.
    pub(super) fn new(id: &SourceId, program: P, since: jiff::SignedDuration) -> Self {
        let (streams, seen) = (Streams::new(id.clone(), id.as_str()), Seen::new(OVERLAP));
        Self { program, seen, streams, cursor: None, started: time::minus(Timestamp::now(), since) }
    }

    /// Runs it until `stop`, with growing pauses where it fails at once.
    pub(super) async fn keep_running(mut self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let mut stop = Stop::new(stop);
        let mut backoff = Backoff::new(CEILING);
        loop {
            let begun = Instant::now();
            let condition = match self.run(&mut outlet, &mut stop, std::future::pending()).await {
                Over::Stopped | Over::Asked => return,
                Over::Ended(condition) => condition,
            };
            if begun.elapsed() >= WORKED {
                backoff.reset();
            }
            report(&mut outlet, condition, &mut stop).await;
            if stop.sleep(backoff.wait()).await {
                return;
            }
        }
    }

    /// One run: to its end, to the order to stop, or until `asked` is over.
    pub(super) async fn run(
        &mut self,
        outlet: &mut Outlet,
        stop: &mut Stop,
        asked: impl Future<Output = ()> + Send,
    ) -> Over {
        let at = self.seen.resume_at().unwrap_or(self.started);
        let argv = self.program.argv(&Begin { at, cursor: self.cursor.clone() });
        let Some((program, arguments)) = argv.split_first() else { return Over::Stopped };
        let mut child = match Child::spawn(program, arguments, |_| {}) {
            Ok(child) if self.program.speaks_on_both() => child.with_errors(),
            Ok(child) => child,
            Err(error) => {
                let why = format!("{program} cannot be started: {error}; install it, or remove this source");
                return Over::Ended(Condition::Down(why));
            }
        };
        let mut run = Run::default();
        tokio::pin!(asked);
        loop {
            let is_waiting = !run.is_up || self.streams.is_pending();
            let event = tokio::select! {
                biased;
                () = stop.wait() => {
                    child.kill().await;
                    return Over::Stopped;
                }
                event = child.next() => event,
                () = &mut asked => {
                    child.kill().await;
                    return if self.flush(outlet, stop).await { Over::Asked } else { Over::Stopped };
                }
                () = tokio::time::sleep(QUIET), if is_waiting => Event::Quiet,
            };
            let is_going = match event {
                Event::Out(bytes) => self.give(&mut run, &bytes, Pipe::Out, outlet, stop).await,
                Event::Err(bytes) => self.give(&mut run, &bytes, Pipe::Err, outlet, stop).await,
                Event::Quiet => {
                    // What stays for so long has begun, even if it has nothing to say.
                    run.is_up = true;
                    self.flush(outlet, stop).await
                }
                Event::Ended(end) => {
                    let is_going = self.finish(&mut run, outlet, stop).await;
                    return if is_going { Over::Ended(self.judge(&run, &end)) } else { Over::Stopped };
                }
            };
            if !is_going {
                child.kill().await;
                return Over::Stopped;
            }
            if run.is_up {
                report(outlet, Condition::Up, stop).await;
            }
        }
    }

    async fn give(&mut self, run: &mut Run, bytes: &[u8], pipe: Pipe, outlet: &mut Outlet, stop: &mut Stop) -> bool {
        let mut lines = Vec::new();
        let keep = |line: &str| lines.push(line.to_owned());
        match pipe {
            Pipe::Out => run.out.feed(bytes, keep),
            Pipe::Err => run.err.feed(bytes, keep),
        }
        self.take(run, &lines, outlet, stop).await
    }

    /// The program ended: what it wrote last counts, a line without its end too.
    async fn finish(&mut self, run: &mut Run, outlet: &mut Outlet, stop: &mut Stop) -> bool {
        let mut lines = Vec::new();
        run.out.finish(|line| lines.push(line.to_owned()));
        run.err.finish(|line| lines.push(line.to_owned()));
        self.take(run, &lines, outlet, stop).await && self.flush(outlet, stop).await
    }

    async fn take(&mut self, run: &mut Run, lines: &[String], outlet: &mut Outlet, stop: &mut Stop) -> bool {
        let (now, mut records) = (Timestamp::now(), Vec::new());
        for line in lines {
            match self.program.read(line) {
                Said::Entry(entry, cursor) => {
                    (run.is_up, run.has_read) = (true, true);
                    self.cursor = cursor.or(self.cursor.take());
                    if self.seen.is_new(&mut run.pass, entry.identity(), entry.at) {
                        records.extend(self.streams.take(entry, now));
                    }
                }
                Said::Aside if line.trim().is_empty() => {}
                Said::Aside => run.aside = CleanText::line(line.trim()).chars().take(SHOWN).collect(),
            }
        }
        deliver_logs(outlet, records, stop).await
    }

    async fn flush(&mut self, outlet: &mut Outlet, stop: &mut Stop) -> bool {
        let records = self.streams.flush(Timestamp::now());
        deliver_logs(outlet, records, stop).await
    }

    /// How it is that the program ended. A place of its own that brings nothing is
    /// forgotten, for it may be gone: times are left.
    fn judge(&mut self, run: &Run, end: &End) -> Condition {
        let name = self.program.name();
        let words = if end.last_error.is_empty() { &run.aside } else { &end.last_error };
        let said = if words.is_empty() { String::new() } else { format!(": {words}") };
        if end.success {
            return Condition::Degraded(format!("{name} ended and is started again{said}"));
        }
        if !run.has_read {
            self.cursor = None;
        }
        Condition::Down(format!("{name} failed ({}){said}; it is started again", end.status))
    }
}

/// One run of a program.
#[derive(Default)]
struct Run {
    pass: Pass,
    out: Lines,
    err: Lines,
    is_up: bool,
    has_read: bool,
    /// The last line that was no log line.
    aside: String,
}

/// Where a program wrote.
#[derive(Clone, Copy)]
enum Pipe {
    Out,
    Err,
}
