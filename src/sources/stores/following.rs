//! Follows a query in a store that can be tailed: a tail for what arrives, a reading backwards for what came before it or
//! was missed. Where no tail can be had the readings go on by themselves. Loki and VictoriaLogs are followed so.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::pages::{From, Page, Pages, backwards};
use super::{CEILING, Entry, Known, OVERLAP, Pass, Seen, Streams};
use crate::config::units::Length;
use crate::domain::{SourceId, Timestamp};
use crate::sources::Outlet;
use crate::sources::backoff::Backoff;
use crate::sources::files::delivery::{Condition, Stop, deliver_logs, report};
use crate::sources::http::HttpError;

/// Silence after which a record that may still grow counts as finished.
const QUIET: Duration = Duration::from_millis(300);
/// How often the query is asked where there is no tail.
const POLL: Duration = Duration::from_secs(5);
/// How long a passing shortcoming is said.
const WORRY: Duration = Duration::from_secs(60);
/// A tail that lived this long before it ended did work: the next wait is short again.
const WORKED: Duration = Duration::from_secs(10);

/// What a tail says next.
pub enum Tailed {
    /// Entries, or word of entries left out.
    Page(Page),
    /// It has been silent for so long that the store is better asked whether anything was missed.
    Silent,
    /// It ended, and why.
    Ended(String),
    /// There is none to be had here.
    Impossible(HttpError),
}

/// A connection that brings what arrives.
pub trait Tail: Send {
    /// Waits for the next thing it says. Dropping the future loses nothing.
    fn next(&mut self) -> impl Future<Output = Tailed> + Send;
}

/// A query in a store that can be read backwards and tailed.
pub trait Store: Pages + Send + Sync + 'static {
    /// Its connections.
    type Tail: Tail;

    /// The store's address, for people.
    fn at(&self) -> &str;

    /// Opens a tail of what arrives from now on; a little of what was before it may come too.
    fn tail(&self, from: Option<Timestamp>) -> impl Future<Output = Result<Self::Tail, HttpError>> + Send;
}

/// What is followed and how far back.
pub struct Plan<S> {
    /// The source's configured name.
    pub id: SourceId,
    /// The store, or why it cannot be asked.
    pub store: Result<S, HttpError>,
    /// How far back is read at the start.
    pub since: Length,
    /// Records read at the start and after a gap at most.
    pub records: usize,
    /// What was given on, for questions that ask for the same.
    pub known: Arc<Known>,
}

/// What is carried from one connection to the next.
struct Following<'a, S> {
    store: &'a S,
    known: Arc<Known>,
    since: Length,
    records: usize,
    seen: Seen,
    streams: Streams,
    /// The tail at work counts as one reading from its beginning to its end.
    tail: Pass,
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

impl<S: Store> Plan<S> {
    /// Follows until `stop` turns true or its sender is gone.
    pub async fn follow(self, mut outlet: Outlet, stop: watch::Receiver<bool>) {
        let mut stop = Stop::new(stop);
        let store = match &self.store {
            Ok(store) => store,
            Err(error) => {
                report(&mut outlet, Condition::Down(error.to_string()), &mut stop).await;
                return stop.wait().await;
            }
        };
        let streams = Streams::new(self.id.clone(), self.id.as_str());
        let (seen, since, records) = (Seen::new(OVERLAP), self.since, self.records);
        let known = Arc::clone(&self.known);
        let mut following =
            Following { store, known, since, records, seen, streams, tail: Pass::default(), dropped: 0 };
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

impl<S: Store> Following<'_, S> {
    /// One connection from its beginning to its end.
    async fn connection(&mut self, outlet: &mut Outlet, stop: &mut Stop) -> Over {
        // The tail is opened first: what arrives while the past is read waits in it. Its own look back is not complete,
        // so the reading afterwards is what closes the gap; what both bring is given on once.
        let tail = match self.store.tail(self.seen.resume_at()).await {
            Ok(tail) => Ok(tail),
            Err(error) if is_about_tailing(&error) => Err(no_tail(&error)),
            Err(error) => return failed(&error),
        };
        self.tail = Pass::default();
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
                    Tailed::Silent => match self.catch_up(self.resume(), outlet, stop).await {
                        Ok(_) => {}
                        Err(over) => return over,
                    },
                    Tailed::Impossible(error) if is_about_tailing(&error) => return Over::NoTail(no_tail(&error)),
                    Tailed::Impossible(error) => return failed(&error),
                    Tailed::Ended(why) => {
                        self.flush(outlet, stop).await;
                        return Over::Failed(format!("{}: {why}; connecting again", self.store.at()), None);
                    }
                },
                () = quiet, if self.streams.is_pending() || worried.is_some() => {
                    if !self.flush(outlet, stop).await {
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
        self.seen.resume_at().map_or(From::Ago(self.since.signed()), From::At)
    }

    /// Reads what came before or was missed, and says what could not be had of it.
    async fn catch_up(&mut self, from: From, outlet: &mut Outlet, stop: &mut Stop) -> Result<Vec<String>, Over> {
        let read = backwards(self.store, from, None, self.records).await;
        let reading = read.map_err(|error| failed(&error))?;
        let gaps = if self.seen.newest().is_some() { reading.gaps } else { Vec::new() };
        let given = self.give(reading.entries, &mut Pass::default(), outlet, stop).await;
        match given && self.flush(outlet, stop).await {
            true => Ok(gaps),
            false => Err(Over::Stopped),
        }
    }

    /// A message of the tail; true when something was wrong with it. What the server left out of it is read afterwards.
    async fn tailed(&mut self, page: Page, outlet: &mut Outlet, stop: &mut Stop) -> Result<bool, Over> {
        let Page { entries, unreadable, dropped, dropped_from } = page;
        let mut tail = std::mem::take(&mut self.tail);
        let given = self.give(entries, &mut tail, outlet, stop).await;
        self.tail = tail;
        if !given {
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

    /// Gives on what of a reading is new.
    async fn give(&mut self, entries: Vec<Entry>, reading: &mut Pass, outlet: &mut Outlet, stop: &mut Stop) -> bool {
        let now = Timestamp::now();
        let mut records = Vec::new();
        for entry in entries {
            if self.seen.is_new(reading, entry.identity(), entry.at) {
                records.extend(self.streams.take(entry, now));
            }
        }
        self.known.note(&records);
        deliver_logs(outlet, records, stop).await
    }

    /// Gives on what was held back in case more lines belong to it.
    async fn flush(&mut self, outlet: &mut Outlet, stop: &mut Stop) -> bool {
        let records = self.streams.flush(Timestamp::now());
        self.known.note(&records);
        deliver_logs(outlet, records, stop).await
    }
}

fn condition(gaps: Vec<String>) -> Condition {
    if gaps.is_empty() { Condition::Up } else { Condition::Degraded(gaps.join("; ")) }
}

fn failed(error: &HttpError) -> Over {
    Over::Failed(error.to_string(), error.ordered_wait())
}

fn no_tail(error: &HttpError) -> String {
    format!("no tail ({error}); asking every {} s instead", POLL.as_secs())
}

/// Whether the server may well answer queries while it opens no tail: proxies pass no websockets on, some operators
/// switch them off.
fn is_about_tailing(error: &HttpError) -> bool {
    matches!(error, HttpError::NotFound { .. } | HttpError::Refused { .. } | HttpError::Html { .. })
}
