//! What the desk answers.

use std::sync::Arc;

use jiff::SignedDuration;

use super::contrast::Told;
use crate::analysis::templates::PatternId;
use crate::domain::query::{QueryAnswer, QueryError};
use crate::domain::{CleanText, LogRecord, ProposalId, RecordKey, Severity, TimeWindow, Timestamp};

/// One answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// What is to be shown looks like this now.
    Page(Page),
    /// The patterns look like this now.
    Patterns(PatternsPage),
    /// The trends look like this now.
    Trends(PatternsPage),
    /// The fields look like this now.
    Fields(FieldsPage),
    /// How far a comparison is, or what came of it.
    Contrast(Contrasted),
    /// The digest looks like this now.
    Digest(Digest),
    /// Everything about a record.
    Detail(Box<Detail>),
    /// A log query was answered.
    Query(ProposalId, Box<Result<QueryAnswer, QueryError>>),
    /// What is held and read, whatever is shown.
    Status(Status),
    /// Records for the bundle of an incident.
    Recorded(Recorded),
    /// An order was carried out, or why not.
    Said(Result<CleanText, CleanText>),
}

/// Records since the instant that [`super::Ask::Record`] named: each once, in the order of their times within a batch.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// The next of them; bounded.
    pub records: Vec<Arc<LogRecord>>,
    /// How many were left out so far: they came too fast, their text was gone, or the bundle was full.
    pub left_out: u64,
}

/// Rows of the merged list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Of the question.
    pub generation: u64,
    /// The rows, oldest first.
    pub rows: Vec<PageRow>,
    /// How many matching records stand before the first row.
    pub start: u64,
    /// How many records match, as far as was looked.
    pub matching: u64,
    /// How many records there are, filtered or not, in any time.
    pub total: u64,
    /// The row that a step or a search arrived at.
    pub selected: Option<RecordKey>,
    /// How far looking came; `None` when all was looked at.
    pub progress: Option<Progress>,
    /// What the search found, when there is one.
    pub hits: Option<Hits>,
    /// Matches over the looked-at time.
    pub density: Density,
    /// First and last time of all records, matching or not.
    pub extent: Option<TimeWindow>,
}

/// A record on a page.
#[derive(Clone, Debug, PartialEq)]
pub struct PageRow {
    /// Its identity and place.
    pub key: RecordKey,
    /// The record.
    pub record: Arc<LogRecord>,
    /// Its pattern, where lines are mined.
    pub pattern: Option<PatternId>,
    /// How many records have that pattern.
    pub alike: u64,
    /// Why its text cannot be shown: the file was truncated below it.
    pub gone: Option<CleanText>,
}

/// How far a filter or search came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes or records done.
    pub done: u64,
    /// Of so many.
    pub total: u64,
}

/// What a search found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Records with a hit, as far as was looked.
    pub count: u64,
    /// Hits before the selected record; `None` when that is none.
    pub before: Option<u64>,
}

/// Counts over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Density {
    /// The time that the counts divide evenly.
    pub window: Option<TimeWindow>,
    /// Matching records by severity for each part: unset and below info, info, warn, error and above.
    pub parts: Vec<[u32; 4]>,
    /// Hits of the search for each part; empty without one.
    pub hits: Vec<u32>,
}

/// Patterns of a look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatternsPage {
    /// Of the question.
    pub generation: u64,
    /// In the order asked for; bounded.
    pub rows: Vec<PatternRow>,
    /// How many there are.
    pub total: u64,
    /// Records looked at.
    pub records: u64,
    /// Records that found no room among the patterns.
    pub beyond: u64,
    /// The time that sparklines divide evenly.
    pub window: Option<TimeWindow>,
    /// How far looking came.
    pub progress: Option<Progress>,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternRow {
    /// Its name; `pattern=<id>` is the filter for its records.
    pub id: PatternId,
    /// The text with `<*>` for what varies.
    pub template: CleanText,
    /// How many records.
    pub count: u64,
    /// The worst severity among them.
    pub severity: Severity,
    /// When first and last seen in the look.
    pub seen: Option<(Timestamp, Timestamp)>,
    /// Services with the counts, the largest first; bounded.
    pub services: Vec<(CleanText, u64)>,
    /// Since when its service was heard in the look, as far as that can be told: before, that the pattern did not come
    /// says nothing.
    pub heard: Option<Timestamp>,
    /// Counts over the window.
    pub trend: Vec<u32>,
    /// What happened to it around the onset.
    pub news: Option<News>,
    /// A record of it.
    pub sample: Option<RecordKey>,
}

/// What happened to a pattern around the onset.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// New, burst, rarer, stopped.
    pub kind: NewsKind,
    /// Rate after over rate before; infinite when it was never seen before.
    pub ratio: f64,
    /// The statistic that ranks it; larger is more remarkable.
    pub score: f64,
}

/// Kinds of news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewsKind {
    /// Never seen before the onset.
    New,
    /// More frequent than before.
    Burst,
    /// Less frequent than before.
    Rarer,
    /// Not seen since the onset.
    Stopped,
}

/// Fields of a look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldsPage {
    /// Of the question.
    pub generation: u64,
    /// The fields, the most common first; one when one was asked for.
    pub rows: Vec<FieldRow>,
    /// Records looked at.
    pub records: u64,
    /// Records there are in the look, when not all were looked at.
    pub of: u64,
    /// How far looking came.
    pub progress: Option<Progress>,
}

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldRow {
    /// Its name.
    pub name: CleanText,
    /// Records that have it.
    pub records: u64,
    /// Its most frequent values with their counts; bounded.
    pub top: Vec<(CleanText, u64)>,
    /// About how many different values.
    pub distinct: u64,
    /// Minimum, median, 99th percentile and maximum, when most values are numbers; and the unit they are in.
    pub numbers: Option<Numbers>,
}

/// What is told of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Contrasted {
    /// Records are still read.
    Counting {
        /// Of the question.
        generation: u64,
        /// How far.
        progress: Progress,
    },
    /// What came of it.
    Told {
        /// Of the question.
        generation: u64,
        /// What stands out.
        told: Box<Told>,
    },
}

impl Contrasted {
    /// Of which question.
    pub fn generation(&self) -> u64 {
        match self {
            Contrasted::Counting { generation, .. } | Contrasted::Told { generation, .. } => *generation,
        }
    }
}

/// A field of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// How many values were numbers.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// The median.
    pub p50: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The largest.
    pub max: f64,
    /// What they were written with: `ms`, `B`; empty for plain numbers.
    pub unit: CleanText,
}

/// What prompts and reports need of the records.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    /// Error records by service, most errors first; bounded.
    pub errors: Vec<ServiceErrors>,
    /// What is new around the start of the window's second half or the onset.
    pub news: Vec<PatternRow>,
}

/// The error records of one service.
#[derive(Clone, Debug)]
pub struct ServiceErrors {
    /// The service.
    pub service: CleanText,
    /// How many there are.
    pub count: u64,
    /// The first and the last of them, oldest first; bounded.
    pub records: Vec<Arc<LogRecord>>,
}

/// Everything about a record.
#[derive(Clone, Debug)]
pub struct Detail {
    /// Of the question.
    pub generation: u64,
    /// The record; `None` when it is no longer held.
    pub row: Option<PageRow>,
    /// The text of its pattern.
    pub template: Option<CleanText>,
    /// Where it stands: the file and its line, or the live source.
    pub place: CleanText,
    /// The records before it in its own file, oldest first.
    pub before: Vec<PageRow>,
    /// The records after it in its own file.
    pub after: Vec<PageRow>,
    /// From the previous record of the look to this one.
    pub since_previous: Option<SignedDuration>,
    /// From this one to the next record of the look.
    pub until_next: Option<SignedDuration>,
}

/// What is held and read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// The files, in the order of their names.
    pub files: Vec<FileState>,
    /// Records of live sources held.
    pub held: u64,
    /// Records of live sources that had to go.
    pub evicted: u64,
    /// Records of all tapes.
    pub indexed: u64,
    /// Bytes of all indices in memory.
    pub bytes: u64,
    /// Sentences a person should know: what is not indexed and why, what is gone.
    pub notes: Vec<CleanText>,
}

/// A file that is read.
#[derive(Clone, Debug, PartialEq)]
pub struct FileState {
    /// Its name, short where that is unambiguous.
    pub name: CleanText,
    /// The format that was found or chosen, in words.
    pub format: CleanText,
    /// Records.
    pub records: u64,
    /// Bytes indexed, and of how many; equal when all is read.
    pub read: Progress,
    /// How much later its records are put.
    pub shift: SignedDuration,
    /// What is wrong with it, if anything.
    pub trouble: Option<CleanText>,
}
