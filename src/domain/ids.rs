//! Identifiers that people read on screen (`E3`, `P2`) and that rooms pass to each other.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// Defines a numbered identifier shown as its letter and number, counted from 1 within an incident.
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident, $letter:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&format!(concat!($letter, "{}"), self.0))
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let digits = text.strip_prefix($letter).ok_or(ParseIdError)?;
                if digits.is_empty() || digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(ParseIdError);
                }
                digits.parse().map(Self).map_err(|_| ParseIdError)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = ParseIdError;
            fn try_from(text: String) -> Result<Self, ParseIdError> {
                text.parse()
            }
        }
    };
}

numbered!(
    /// A piece of evidence: `E3`.
    EvidenceId,
    "E"
);
numbered!(
    /// A proposal waiting for, or decided by, a person: `P3`.
    ProposalId,
    "P"
);
numbered!(
    /// A change event: `C3`, numbered in order of arrival.
    ChangeId,
    "C"
);

/// Position of a log record in the order of arrival; never reused within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct RecordId(pub u64);

/// Where a record stands in time order: records sort by their time, then by arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordKey {
    /// The record's own time, else the time of reading.
    pub at: Timestamp,
    /// Order of arrival.
    pub id: RecordId,
}

/// The name of a configured source, as the header shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceId(Arc<str>);

impl SourceId {
    /// Names a source; the configuration guarantees that names are unique and printable.
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    /// The name as configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not an identifier of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseIdError;

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an identifier such as E3 or P1")
    }
}

impl std::error::Error for ParseIdError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_what_they_print() {
        assert_eq!("E12".parse(), Ok(EvidenceId(12)));
        assert_eq!(EvidenceId(12).to_string(), "E12");
    }

    #[test]
    fn ids_refuse_other_letters_zero_and_padding() {
        for text in ["P1", "E", "E0", "E01", "E-1", "E+1", "e1", "E99999999999"] {
            assert_eq!(text.parse::<EvidenceId>(), Err(ParseIdError), "{text}");
        }
    }
}
