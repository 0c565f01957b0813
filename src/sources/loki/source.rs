//! Follows a query: a tail for what arrives, a reading backwards for what came before it or was missed. Where no tail can
//! be had the readings go on by themselves.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::client::{Client, From};
use super::tail::{Tail, Tailed};
use super::wire::Page;
use crate::config::schema;
use crate::domain::ports::{Pending, SecretStore};
use crate::domain::query::PolledQuery;
use crate::domain::{SourceId, Timestamp};
use crate::sources::backoff::Backoff;
use crate::sources::files::delivery::{Condition, Stop, deliver_logs, report};
use crate::sources::http::HttpError;
use crate::sources::stores::{CEILING, Entry, OVERLAP, Pass, Seen, Streams, followed};
use crate::sources::{Outlet, Source};

/// Silence after which a record that may still grow counts as finished.
const QUIET: Duration = Duration::from_millis(300);
/// How often the query is asked where there is no tail.
const POLL: Duration = Duration::from_secs(5);
/// How long a passing shortcoming is said.
const WORRY: Duration = Duration::from_secs(60);
/// A tail that lived this long before it ended did work: the next wait is short again.
const WORKED: Duration = Duration::from_secs(10);

/// A followed Loki.
pub struct LokiSource {
    id: SourceId,
    config: schema::Loki,
    client: Result<Client, HttpError>,
}

/// What is carried from one connection to the next.
struct Following<'a> {
    config: &'a schema::Loki,
    client: &'a Client,
    seen: Seen,
    streams: Streams,
    /// Entries the server left out of tails so far; all but those of a gap were fetched afterwards.
    dropped: u64,
}

/// Why a connection is over.
enum Over {
    /// The order to stop.
    Stopped,
    /// It failed, or ended.
    Failed(String, Option<Duration>),
    /// There is no tail to be had here.
    NoTail(String),
}

impl LokiSource {
    /// A source for one `[[loki]]` entry.
    pub fn new(config: &schema::Loki, secrets: Arc<dyn SecretStore>) -> Self {
        let client = Client::new(config, secrets);
        Self { id: SourceId::new(&config.name), config: config.clone(), client }
    }

    async fn work(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let mut stop = Stop::new(stop);
        let client = match &self.client {
            Ok(client) => client,
            Err(error) => {
                report(&mut outlet, Condition::Down(error.to_string()), &mut stop).await;
                return stop.wait().await;
            }
        };
        let streams = Streams::new(self.id.clone(), &self.config.name);
        let seen = Seen::new(OVERLAP);
        let mut following = Following { config: &self.config, client, seen, streams, dropped: 0 };
        let mut backoff = Backoff::new(CEILING);
        loop {
            let (begun, mut delivering) = (Instant::now(), stop.clone());
            let over = tokio::select! {
                biased;
                () = stop.wait() => Over::Stopped,
                over = following.connection(&mut outlet, &mut delivering) => over,
            };
            if begun.elapsed() >= WORKED {
                backoff.reset();
            }
            let wait = match over {
                Over::Stopped => return,
                Over::Failed(why, ordered) => {
                    report(&mut outlet, Condition::Down(why), &mut stop).await;
                    backoff.wait().max(ordered.unwrap_or_default())
                }
                Over::NoTail(why) => {
                    report(&mut outlet, Condition::Degraded(why), &mut stop).await;
                    backoff.reset();
                    POLL
                }
            };
            if stop.sleep(wait).await {
                return;
            }
        }
    }
}

impl Source for LokiSource {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn queries(&self) -> Vec<PolledQuery> {
        let text = format!("GET /loki/api/v1/query_range and /tail {}", self.config.query);
        vec![followed(&self.id, &text, Duration::ZERO)]
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Pending<'static, ()> {
        Box::pin(self.work(outlet, stop))
    }
}

impl Following<'_> {
    /// One connection from its beginning to its end.
    async fn connection(&mut self, outlet: &mut Outlet, stop: &mut Stop) -> Over {
        // The tail is opened first: what arrives while the past is read waits in it. Its own look back is not complete,
        // so the reading afterwards is what closes the gap; what both bring is given on once.
        let tail = match self.client.tail(&self.config.query, self.seen.resume_at()).await {
            Ok(socket) => Ok(Tail::new(socket)),
            Err(error) if is_about_tailing(&error) => {
                Err(format!("no tail ({error}); asking every {} s instead", POLL.as_secs()))
            }
            Err(error) => return failed(&error),
        };
        let gaps = match self.catch_up(self.resume(), outlet, stop).await {
            Ok(gaps) => gaps,
            Err(over) => return over,
        };
        let mut tail = match tail {
            Ok(tail) => tail,
            Err(why) => return Over::NoTail(why),
        };
        let mut worried = (!gaps.is_empty()).then(Instant::now);
        report(outlet, condition(gaps), stop).await;
        loop {
            let quiet = tokio::time::sleep(QUIET);
            tokio::select! {
                biased;
                next = tail.next() => match next {
                    Tailed::Page(page) => match self.tailed(page, outlet, stop).await {
                        Ok(true) => worried = Some(Instant::now()),
                        Ok(false) => {}
                        Err(over) => return over,
                    },
                    Tailed::Ended(why) => {
                        self.give(Vec::new(), true, outlet, stop).await;
                        return Over::Failed(format!("{}: {why}; connecting again", self.client.at()), None);
                    }
                },
                () = quiet, if self.streams.is_pending() || worried.is_some() => {
                    if !self.give(Vec::new(), true, outlet, stop).await {
                        return Over::Stopped;
                    }
                }
            }
            if worried.is_some_and(|since| since.elapsed() >= WORRY) {
                worried = None;
                report(outlet, Condition::Up, stop).await;
            }
        }
    }

    /// Where a reading begins: a little before the break, or as far back as configured.
    fn resume(&self) -> From {
        self.seen.resume_at().map_or(From::Ago(self.config.since.signed()), From::At)
    }

    /// Reads what came before or was missed, and says what could not be had of it.
    async fn catch_up(&mut self, from: From, outlet: &mut Outlet, stop: &mut Stop) -> Result<Vec<String>, Over> {
        let read = self.client.read(&self.config.query, from, None, self.config.records).await;
        let reading = read.map_err(|error| failed(&error))?;
        let gaps = if self.seen.newest().is_some() { reading.gaps } else { Vec::new() };
        match self.give(reading.entries, true, outlet, stop).await {
            true => Ok(gaps),
            false => Err(Over::Stopped),
        }
    }

    /// A message of the tail; true when something was wrong with it. What the server left out of it is read afterwards.
    async fn tailed(&mut self, page: Page, outlet: &mut Outlet, stop: &mut Stop) -> Result<bool, Over> {
        let Page { entries, unreadable, dropped, dropped_from } = page;
        if !self.give(entries, false, outlet, stop).await {
            return Err(Over::Stopped);
        }
        let mut gaps = Vec::new();
        if unreadable > 0 {
            gaps.push(format!("{unreadable} entries without a usable time or line"));
        }
        if dropped > 0 {
            self.dropped += dropped;
            let from = dropped_from.map_or(self.resume(), From::At);
            gaps.extend(self.catch_up(from, outlet, stop).await?);
            gaps.push(format!(
                "the tail left {} entries out so far, too many at once; they were read by query",
                self.dropped
            ));
        }
        let is_wrong = !gaps.is_empty();
        if is_wrong {
            report(outlet, condition(gaps), stop).await;
        }
        Ok(is_wrong)
    }

    /// Gives entries on that are new; with `whole`, also what was held back in case more lines belong to it.
    async fn give(&mut self, entries: Vec<Entry>, whole: bool, outlet: &mut Outlet, stop: &mut Stop) -> bool {
        let (now, mut pass) = (Timestamp::now(), Pass::default());
        let mut records = Vec::new();
        for entry in entries {
            if self.seen.is_new(&mut pass, entry.identity(), entry.at) {
                records.extend(self.streams.take(entry, now));
            }
        }
        if whole {
            records.extend(self.streams.flush(now));
        }
        deliver_logs(outlet, records, stop).await
    }
}

fn condition(gaps: Vec<String>) -> Condition {
    if gaps.is_empty() { Condition::Up } else { Condition::Degraded(gaps.join("; ")) }
}

fn failed(error: &HttpError) -> Over {
    Over::Failed(error.to_string(), error.ordered_wait())
}

/// Whether the server may well answer queries while it opens no tail: proxies pass no websockets on, some operators
/// switch them off.
fn is_about_tailing(error: &HttpError) -> bool {
    matches!(error, HttpError::NotFound { .. } | HttpError::Refused { .. } | HttpError::Html { .. })
}
