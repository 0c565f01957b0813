//! What can be asked of the desk.

use jiff::SignedDuration;

use crate::analysis::correlate::Since;
use crate::domain::{CleanText, LogRecord, ProposalId, RecordKey, TimeWindow, Timestamp};
use crate::store::Filter;

/// One question or order.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Show these rows, until something else is to be shown.
    Show(Show),
    /// Keep the patterns of a look up to date, or do no longer.
    Patterns(Option<PatternsAsk>),
    /// Keep the patterns of a time up to date beside those of a pane, for what looks at numbers; or do no longer.
    Trends(Option<PatternsAsk>),
    /// Keep the fields of a look up to date, or do no longer.
    Fields(Option<FieldsAsk>),
    /// What bad records have in common that others have not, once; or no longer.
    Contrast(Option<ContrastAsk>),
    /// Keep a digest for prompts and reports up to date.
    Digest(TimeWindow),
    /// Everything about one record.
    Detail(DetailAsk),
    /// The records of a log query that a person confirmed.
    Query(QueryAsk),
    /// Tell all records since this instant, and those that come, as [`super::answer::Recorded`]; or do no longer.
    Record(Option<Timestamp>),
    /// Records of live sources to be held.
    Hold(Vec<LogRecord>),
    /// Put the records of a file later by so much, for a file whose clock is off.
    Shift {
        /// The file, by its name on the screen.
        file: CleanText,
        /// How much later; negative is earlier.
        by: SignedDuration,
    },
    /// Read a file anew in this format; `None` looks for the format again.
    Reread {
        /// The file, by its name on the screen.
        file: CleanText,
        /// The format's name.
        format: Option<CleanText>,
    },
}

/// Which records are looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// Only those that pass.
    pub filter: Filter,
    /// Only those of this time; `None` is all there are.
    pub window: Option<TimeWindow>,
    /// Only those that are not newer, while the view is paused.
    pub until: Option<RecordKey>,
}

/// Rows to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Show {
    /// Comes back with every page; pages of older numbers are not looked at.
    pub generation: u64,
    /// Which records.
    pub look: Look,
    /// Where in them.
    pub anchor: Anchor,
    /// How many rows.
    pub rows: usize,
    /// A text whose hits are marked, counted and stepped to. A filter, so that fields can be searched too.
    pub search: Option<Filter>,
    /// In how many parts the density of matches over the looked-at time is told; 0 is not at all.
    pub density: usize,
}

/// Where a page stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Anchor {
    /// The newest records, and those that come.
    Newest,
    /// The oldest.
    Oldest,
    /// This record stands in this row of the page, or what is nearest to it in time.
    At(RecordKey, usize),
    /// The record that many places after (before, when negative) this one is selected; the page moves as little as
    /// needed from the one whose first row is `first`.
    Step {
        /// From where.
        from: RecordKey,
        /// How far.
        by: i64,
        /// The first row of the page before.
        first: RecordKey,
    },
    /// The next (or previous) record in which the search finds something, around the ends.
    Hit {
        /// From where; `None` is from the newest.
        from: Option<RecordKey>,
        /// Towards newer records.
        forward: bool,
    },
    /// The first record at or after an instant.
    Time(Timestamp),
}

/// Patterns to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternsAsk {
    /// Comes back with the answer.
    pub generation: u64,
    /// Which records.
    pub look: Look,
    /// When the incident began: patterns are compared before and after.
    pub onset: Option<Timestamp>,
    /// In what order.
    pub order: Order,
    /// Parts of the sparkline of each.
    pub buckets: usize,
}

/// The order of patterns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The most frequent first.
    #[default]
    Count,
    /// What is new, bursts or stopped around the onset first, by the statistic of `analysis::novelty`.
    News,
    /// The latest seen first.
    Last,
}

/// Fields to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldsAsk {
    /// Comes back with the answer.
    pub generation: u64,
    /// Which records.
    pub look: Look,
    /// One field in depth; `None` lists all fields there are.
    pub field: Option<CleanText>,
}

/// Bad records against others.
#[derive(Clone, Debug, PartialEq)]
pub struct ContrastAsk {
    /// Comes back with the answer.
    pub generation: u64,
    /// The bad: which records, in which time.
    pub look: Look,
    /// The others pass this, in the same time, and are not bad.
    pub among: Filter,
    /// Of which services the others are.
    pub services: Services,
    /// Whether a record is from after one of these is asked too.
    pub changes: Vec<Since>,
    /// Fields that are not to be compared, beside those that the filter asks about.
    pub ignored: Vec<CleanText>,
    /// Records read of each side at most; of more, those at even distances.
    pub most: u64,
}

/// Of which services the others are that bad records are compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Services {
    /// Of any.
    #[default]
    Any,
    /// Of those that the bad are of, in the same proportions.
    Same,
}

/// A record of which everything is to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct DetailAsk {
    /// Comes back with the answer.
    pub generation: u64,
    /// Which.
    pub key: RecordKey,
    /// Lines of its own file around it, before and after.
    pub around: usize,
    /// The look whose previous and next record are told with their distance in time.
    pub look: Look,
}

/// A log query.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryAsk {
    /// The proposal that asks.
    pub id: ProposalId,
    /// What must hold.
    pub filter: Filter,
    /// In which time.
    pub window: TimeWindow,
    /// Records given at most; the newest.
    pub limit: usize,
}
