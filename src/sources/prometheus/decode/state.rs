//! The places where the reading of an answer can be, and what it has gathered so far. Used by the decoder alone.

use super::RawSeries;
use super::scan::Scan;

/// What the frame around the data says.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) status: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) error: Option<String>,
    pub(super) warnings: Vec<String>,
    pub(super) infos: Vec<String>,
    pub(super) partial: bool,
    /// The parts of a scalar, `[1700000000,"1"]`, which stand in the place of the series.
    pub(super) loose: Vec<String>,
}

/// The series that is being read.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) series: RawSeries,
    /// Samples of it that were read.
    pub(super) read: usize,
    pub(super) fate: Fate,
}

/// Whether a series is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Fate {
    #[default]
    Kept,
    NoRoom,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Frame {
    Top,
    Data,
    Result,
    Series,
    Values,
    Histograms,
}

/// What may come next inside the innermost frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Expect {
    /// The answer's first byte.
    Answer,
    /// An element or key, or the end: right behind the opening bracket.
    FirstOrEnd,
    /// An element or key: behind a comma.
    Next,
    /// `:` behind a key.
    Colon,
    /// A key's value.
    Value,
    /// `,` or the end.
    CommaOrEnd,
    /// Blanks alone: the answer is whole.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Key {
    Name,
    Status,
    Error,
    Warnings,
    Infos,
    Partial,
    Data,
    Kind,
    Result,
    Metric,
    Values,
    Value,
    Histograms,
    Histogram,
    Loose,
    Unknown,
}

#[derive(Debug)]
pub(super) struct Held {
    pub(super) key: Key,
    pub(super) scan: Scan,
    pub(super) bytes: Vec<u8>,
    pub(super) oversized: bool,
}

impl Key {
    /// The key of this name in this place.
    pub(super) fn named(around: Option<&Frame>, name: &str) -> Self {
        match (around, name) {
            (Some(Frame::Top), "status") => Key::Status,
            (Some(Frame::Top), "data") => Key::Data,
            (Some(Frame::Top), "error") => Key::Error,
            (Some(Frame::Top), "warnings") => Key::Warnings,
            (Some(Frame::Top), "infos") => Key::Infos,
            (Some(Frame::Top), "isPartial") => Key::Partial,
            (Some(Frame::Data), "resultType") => Key::Kind,
            (Some(Frame::Data), "result") => Key::Result,
            (Some(Frame::Series), "metric") => Key::Metric,
            (Some(Frame::Series), "values") => Key::Values,
            (Some(Frame::Series), "value") => Key::Value,
            (Some(Frame::Series), "histograms") => Key::Histograms,
            (Some(Frame::Series), "histogram") => Key::Histogram,
            (_, _) => Key::Unknown,
        }
    }
}

impl Held {
    pub(super) fn new(key: Key) -> Self {
        Self { key, scan: Scan::default(), bytes: Vec::new(), oversized: false }
    }
}
