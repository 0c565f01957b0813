//! What the sources that read log stores share: entries made into records, what was seen already, gaps filled after a
//! break. `loki`, `elastic`, `victorialogs`, `kubectl` and `docker` use it.

mod document;
mod entry;
mod following;
mod known;
mod pages;
mod seen;

pub use document::{Document, document, read_message};
pub use entry::{Entry, Streams};
pub use following::{Plan, Store, Tail, Tailed};
pub use known::Known;
pub use pages::{From, Page, Pages, Reading, backwards};
pub use seen::{Pass, Seen};

use std::time::Duration;

use crate::domain::query::PolledQuery;
use crate::domain::{CleanText, SourceId};

/// How far behind the newest record others may still arrive late and be taken: what came in this time is remembered,
/// and asked for again after a break.
pub const OVERLAP: Duration = Duration::from_secs(60);
/// The longest wait between attempts when nothing answers.
pub const CEILING: Duration = Duration::from_secs(30);

/// A line of `:queries` for something that is followed.
pub(super) fn followed(source: &SourceId, text: &str, every: Duration) -> PolledQuery {
    let every_seconds = u32::try_from(every.as_secs()).unwrap_or(u32::MAX);
    PolledQuery { source: CleanText::line(source.as_str()), text: CleanText::line(text), every_seconds }
}
