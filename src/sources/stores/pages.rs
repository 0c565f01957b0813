//! Reads a store backwards in time, page by page: the newest entries first, an instant that lies on the border of two pages
//! whole, nothing twice.

use jiff::SignedDuration;

use super::Entry;
use crate::domain::{Timestamp, time};
use crate::sources::http::HttpError;

/// Entries of one page.
const PAGE: usize = 1_000;

/// Where a reading begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum From {
    /// This long before the server's own now.
    Ago(SignedDuration),
    /// At this instant.
    At(Timestamp),
}

/// Entries that came together.
#[derive(Debug, Default, PartialEq)]
pub struct Page {
    /// What could be read.
    pub entries: Vec<Entry>,
    /// Entries without a usable time or line.
    pub unreadable: u64,
    /// Entries that the server says it left out of a tail.
    pub dropped: u64,
    /// The oldest time among those.
    pub dropped_from: Option<Timestamp>,
}

/// What a reading brought.
#[derive(Debug, Default)]
pub struct Reading {
    /// Entries in time order.
    pub entries: Vec<Entry>,
    /// What was left out, in words.
    pub gaps: Vec<String>,
}

/// A store that gives the newest entries of a span of time.
pub trait Pages: Sync {
    /// Entries of a page that has to hold an instant with more than a usual page; the most that servers give.
    const LARGE: usize;

    /// The newest `size` entries from `from` to before `end`, in any order; `end` is the server's now where it is absent.
    fn page(
        &self,
        from: From,
        end: Option<Timestamp>,
        size: usize,
    ) -> impl Future<Output = Result<Page, HttpError>> + Send;
}

/// The newest entries, `most` and a page at most. A page that fails fails the reading: what came before it would leave a
/// hole behind it.
///
/// # Errors
/// The first that a page meets.
pub async fn backwards<P: Pages>(
    pages: &P,
    mut from: From,
    mut end: Option<Timestamp>,
    most: usize,
) -> Result<Reading, HttpError> {
    let (mut reading, mut unreadable, mut size) = (Reading::default(), 0, PAGE);
    loop {
        let page = pages.page(from, end, size).await?;
        unreadable += page.unreadable;
        let times = page.entries.iter().map(|entry| entry.at);
        let (count, ends) = (page.entries.len(), times.clone().min().zip(times.max()));
        reading.entries.extend(page.entries);
        let Some((oldest, newest)) = ends.filter(|_| count >= size) else { break };
        if reading.entries.len() >= most {
            let at = time::stamp(oldest);
            reading.gaps.push(format!("older than {at} is not read: `records` allows {most}"));
            break;
        }
        if let From::Ago(ago) = from {
            // Relative to the end, which moves from here on.
            from = From::At(time::minus(newest, ago));
        }
        // The next page ends after the oldest instant of this one, which may not have been whole, and brings it again.
        let next = time::plus(oldest, SignedDuration::from_nanos(1));
        let is_stuck = end == Some(next);
        if is_stuck && size == P::LARGE {
            reading.gaps.push(format!("more than {size} entries at {oldest}: the server gives no more of it"));
            (end, size) = (Some(oldest), PAGE);
            continue;
        }
        (end, size) = (Some(next), if is_stuck { P::LARGE } else { PAGE });
        reading.entries.retain(|entry| entry.at != oldest);
    }
    if unreadable > 0 {
        reading.gaps.push(format!("{unreadable} entries without a usable time or line"));
    }
    reading.entries.sort_by_key(|entry| entry.at);
    Ok(reading)
}
