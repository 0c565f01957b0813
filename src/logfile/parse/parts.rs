//! What a reader of one format finds in a line, and where its other fields go. The same readers serve the index, which
//! wants no fields, and the full record, so that both say the same.

use std::ops::Range;

use crate::domain::Severity;

use super::Format;
use super::stamp::Clock;
use crate::logfile::heads::Layout;

/// The parts of a record's first line. Ranges are places in the line.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::logfile) struct Parts {
    pub(in crate::logfile) format: Format,
    pub(in crate::logfile) time: Option<i64>,
    pub(in crate::logfile) severity: Option<Severity>,
    pub(in crate::logfile) service: Option<Range<usize>>,
    pub(in crate::logfile) message: Range<usize>,
    /// Whether a container runtime wrapped the line.
    pub(in crate::logfile) wrapped: bool,
}

impl Parts {
    pub(super) fn new(format: Format, message: Range<usize>) -> Self {
        Self { format, time: None, severity: None, service: None, message, wrapped: false }
    }
}

/// Takes the fields that are neither time, level, service nor message.
pub(in crate::logfile) trait Fields {
    /// Whether anybody wants them; a reader may skip work otherwise.
    const WANTED: bool;

    /// A named field; names that carry trace ids are known by their name.
    fn field(&mut self, name: &[u8], value: &[u8]);
}

/// Nobody wants the fields.
#[derive(Clone, Copy, Debug)]
pub(in crate::logfile) struct Nothing;

impl Fields for Nothing {
    const WANTED: bool = false;

    #[inline]
    fn field(&mut self, _name: &[u8], _value: &[u8]) {}
}

/// What the readers know of the stream.
#[derive(Debug)]
pub(in crate::logfile) struct Stream<'s> {
    pub(in crate::logfile) layout: &'s Layout,
    pub(in crate::logfile) clock: &'s mut Clock,
    /// Set by a reader that met a field which is not known yet.
    pub(in crate::logfile) unknown: bool,
}
