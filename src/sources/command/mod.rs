//! A configured program whose lines become log records or changes, so that any stack can be attached. It runs directly,
//! without a shell, in a process group of its own, and is started again when it ends.

pub(in crate::sources) mod child;

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::backoff::Backoff;
use super::changes::record::Rejects;
use super::files::delivery::{Condition, Stop, deliver, report};
use super::{Outlet, Source};
use crate::config::schema::{self, CommandLines};
use crate::domain::ports::Pending;
use crate::domain::query::PolledQuery;
use crate::domain::{CleanText, LogRecord, SourceId, Telemetry, Timestamp};
use crate::logfile::LineParser;
use crate::logfile::lines::Lines;

use child::{Child, Event};

/// Longest wait before a program that ended is started again.
const CEILING: Duration = Duration::from_secs(30);
/// A program that ran this long before it ended did work: the next wait is short again.
const WORKED: Duration = Duration::from_secs(10);
/// Silence after which an unfinished record counts as finished.
const QUIET: Duration = Duration::from_millis(200);

/// Runs one program for its lines.
#[derive(Debug)]
pub struct CommandSource {
    id: SourceId,
    config: schema::Command,
}

/// Turns bytes into what the lines are configured to be.
enum Decoder {
    Logs(Box<LineParser>),
    Changes(Lines, Rejects, SourceId),
}

impl CommandSource {
    /// A source for one `[[command]]` entry.
    pub fn new(config: &schema::Command) -> Self {
        Self { id: SourceId::new(&config.name), config: config.clone() }
    }

    async fn keep_running(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let mut stop = Stop::new(stop);
        let mut backoff = Backoff::new(CEILING);
        loop {
            let started = Instant::now();
            let Some(condition) = self.run_once(&mut outlet, &mut stop).await else { return };
            if started.elapsed() >= WORKED || condition == Condition::Up {
                backoff.reset();
            }
            report(&mut outlet, condition, &mut stop).await;
            let wait = match self.config.every {
                Some(every) => every.std().saturating_sub(started.elapsed()),
                None => backoff.wait(),
            };
            if stop.sleep(wait).await {
                return;
            }
        }
    }

    /// Runs the program to its end and says how that was; `None` when the order to stop came first.
    async fn run_once(&self, outlet: &mut Outlet, stop: &mut Stop) -> Option<Condition> {
        let Some((program, arguments)) = self.config.argv.split_first() else {
            return Some(Condition::Down("no program is configured; set argv".to_owned()));
        };
        let mut child = match Child::spawn(program, arguments, |_| {}) {
            Ok(child) => child,
            Err(error) => return Some(Condition::Down(format!("{program} cannot be started: {error}"))),
        };
        let mut decoder = Decoder::new(&self.id, &self.config);
        if self.config.every.is_none() {
            report(outlet, Condition::Up, stop).await;
        }
        loop {
            let quiet = tokio::time::sleep(QUIET);
            let event = tokio::select! {
                biased;
                () = stop.wait() => None,
                event = child.next() => Some(event),
                () = quiet, if decoder.is_pending() => Some(Event::Quiet),
            };
            let (items, end) = match event {
                None => {
                    child.kill().await;
                    return None;
                }
                Some(Event::Out(bytes)) => (decoder.feed(&bytes), None),
                Some(Event::Quiet | Event::Err(_)) => (decoder.flush_idle(), None),
                Some(Event::Ended(end)) => (decoder.finish(), Some(end)),
            };
            if !deliver(outlet, items, stop).await {
                child.kill().await;
                return None;
            }
            if let Some(end) = end {
                return Some(self.judge(end, decoder.why()));
            }
        }
    }

    fn judge(&self, end: child::End, rejects: Option<String>) -> Condition {
        let said = if end.last_error.is_empty() { String::new() } else { format!(": {}", end.last_error) };
        match (end.success, self.config.every.is_some(), rejects) {
            (true, true, None) => Condition::Up,
            (true, true, Some(why)) => Condition::Degraded(why),
            (true, false, _) => Condition::Degraded(format!("the program ended and is started again{said}")),
            (false, _, _) => Condition::Down(format!("the program failed ({}){said}", end.status)),
        }
    }
}

impl Source for CommandSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let text = CleanText::line(&format!("run {}", self.config.argv.join(" ")));
        let every_seconds =
            self.config.every.map_or(0, |every| u32::try_from(every.std().as_secs()).unwrap_or(u32::MAX));
        vec![PolledQuery { source: CleanText::line(self.id.as_str()), text, every_seconds }]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.keep_running(outlet, stop))
    }
}

impl Decoder {
    fn new(id: &SourceId, config: &schema::Command) -> Self {
        match config.lines {
            CommandLines::Logs => {
                let service = if config.service.is_empty() { &config.name } else { &config.service };
                Decoder::Logs(Box::new(LineParser::new(id.clone(), service)))
            }
            CommandLines::Changes => Decoder::Changes(Lines::default(), Rejects::default(), id.clone()),
        }
    }

    fn feed(&mut self, bytes: &[u8]) -> Vec<Telemetry> {
        match self {
            Decoder::Logs(parser) => logs(parser.feed(bytes, Timestamp::now())),
            Decoder::Changes(lines, rejects, id) => {
                let mut items = Vec::new();
                lines.feed(bytes, |line| items.extend(rejects.read(line, id).map(Telemetry::Change)));
                items
            }
        }
    }

    fn flush_idle(&mut self) -> Vec<Telemetry> {
        match self {
            Decoder::Logs(parser) => logs(parser.flush_idle()),
            Decoder::Changes(..) => Vec::new(),
        }
    }

    fn finish(&mut self) -> Vec<Telemetry> {
        match self {
            Decoder::Logs(parser) => logs(parser.finish(Timestamp::now())),
            Decoder::Changes(lines, rejects, id) => {
                let mut items = Vec::new();
                lines.finish(|line| items.extend(rejects.read(line, id).map(Telemetry::Change)));
                items
            }
        }
    }

    fn is_pending(&self) -> bool {
        match self {
            Decoder::Logs(parser) => parser.is_pending(),
            Decoder::Changes(..) => false,
        }
    }

    fn why(&self) -> Option<String> {
        match self {
            Decoder::Logs(_) => None,
            Decoder::Changes(_, rejects, _) => rejects.why(),
        }
    }
}

fn logs(records: Vec<LogRecord>) -> Vec<Telemetry> {
    records.into_iter().map(Telemetry::Log).collect()
}
