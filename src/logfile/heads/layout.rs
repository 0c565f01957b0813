//! What is known of how a stream is written: what [`super::Heads`] found, or what a person chose. Everything that reads
//! records of the stream later needs it, and the screen shows it.

use std::fmt;

use super::super::parse::Format;

/// How a stream is written. Cheap to copy; a snapshot stays right for the records read before it was taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    pub(in crate::logfile) choice: Choice,
    /// The format of the latest record.
    pub(in crate::logfile) usual: Option<Format>,
}

/// Which format a stream is read in.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Choice {
    /// The one that is found by looking.
    #[default]
    Auto,
    /// This one; lines that are not in it are plain text.
    Format(Format),
}

impl Layout {
    /// The layout of a stream that a person chose a format for.
    pub fn chosen(choice: Choice) -> Self {
        Self { choice, usual: None }
    }
}

impl fmt::Display for Layout {
    /// `JSON (ts, level, service)`, `log4j`, `plain text`; `not known yet` before the first record.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.usual.map_or("not known yet", Format::name))
    }
}
