//! One whole record from its bytes, on demand: what an index keeps only the head of is read in full for the rows on the
//! screen, for filters that need its fields, and for the answers of headless commands.

use crate::domain::{CleanText, LogRecord, RecordId, Severity, SourceId, Timestamp};

use super::LineParser;
use super::heads::Layout;

/// Bytes of a record that are read; more is cut off with a mark.
pub const MAX_RECORD: usize = 256 * 1024;

/// What a record's bytes do not say.
#[derive(Clone, Debug)]
pub struct Context {
    /// The source it came through.
    pub source: SourceId,
    /// Service of records that name none.
    pub service: CleanText,
    /// The time of reading, or of the file's last change.
    pub observed: Timestamp,
    /// The record's time as the index has it, in nanoseconds since the epoch: lends the date to times without one.
    pub at: Option<i64>,
}

/// Reads one record: all its lines, as [`super::Heads`] cut them. Never fails: what is in no format is plain text.
pub fn record(raw: &[u8], _layout: &Layout, context: &Context) -> LogRecord {
    let (raw, over) = raw.split_at(raw.len().min(MAX_RECORD));
    let mut parser = LineParser::new(context.source.clone(), &context.service);
    let mut records = parser.feed(raw, context.observed);
    records.extend(parser.finish(context.observed));
    let mut found = records.into_iter().next().unwrap_or_else(|| LogRecord {
        id: RecordId::default(),
        time: None,
        observed: context.observed,
        severity: Severity::Unset,
        service: context.service.clone(),
        source: context.source.clone(),
        body: CleanText::default(),
        raw: CleanText::from_bytes(raw),
        attributes: Box::default(),
        trace_id: None,
    });
    if !over.is_empty() {
        found.raw = CleanText::block(&format!("{} [+{} bytes]", found.raw, over.len()));
    }
    found
}
