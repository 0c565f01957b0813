//! The raw text behind every finding, its identity, and how an answer points at it.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{CleanText, EvidenceId, TimeWindow, Timestamp};

/// A piece of raw text with its origin. Never changed once made: a new look at the same thing is new evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// `E3`.
    pub id: EvidenceId,
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it was asked.
    pub source: CleanText,
    /// The exact query, filter or command that yields it.
    pub query: CleanText,
    /// The time it speaks of.
    pub window: Option<TimeWindow>,
    /// When it was captured.
    pub captured_at: Timestamp,
    /// The raw text, lines counted from 1.
    pub text: CleanText,
    /// What was left out of `text`, in words; `None` when it is whole.
    pub cut: Option<CleanText>,
}

/// Where a piece of evidence may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Into prompts, through the redactor.
    #[default]
    Prompts,
    /// Into none until a person lets it: it was read from a secret store.
    HeldBack,
}

/// What a piece of evidence is, in the words of the bundle format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// Log records.
    Logs,
    /// Metric samples.
    Metric,
    /// An alert.
    Alert,
    /// A change event.
    Change,
    /// Output of a command.
    Command,
    /// Spans.
    Trace,
    /// Source code.
    Code,
    /// What a person wrote.
    Note,
}

/// A place inside evidence: whole, or some of its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Locator {
    /// Which evidence.
    pub id: EvidenceId,
    /// First and last line, counted from 1, both inside; `None` for all of it.
    pub lines: Option<(u32, u32)>,
}

/// A locator as an answer wrote it: `[E3]`, `[E3:4]`, `[E3:4-7]`.
pub type Citation = Locator;

impl Evidence {
    /// SHA-256 over the raw text, lower-case hex.
    pub fn digest(&self) -> String {
        sha256_hex(self.text.as_str().as_bytes())
    }

    /// Number of lines in the raw text.
    pub fn line_count(&self) -> u32 {
        u32::try_from(self.text.as_str().lines().count()).unwrap_or(u32::MAX)
    }

    /// The number of its lines in words: `1 line`, `12 lines`.
    pub fn counted(&self) -> String {
        match self.line_count() {
            1 => "1 line".to_owned(),
            many => format!("{many} lines"),
        }
    }

    /// The lines the locator names; `None` when any of them is not there.
    pub fn slice(&self, locator: &Locator) -> Option<Vec<&str>> {
        if locator.id != self.id {
            return None;
        }
        match locator.lines {
            None => Some(self.text.as_str().lines().collect()),
            Some((first, last)) if first >= 1 && first <= last && last <= self.line_count() => {
                Some(self.text.as_str().lines().skip(first as usize - 1).take((last - first) as usize + 1).collect())
            }
            Some(_) => None,
        }
    }
}

impl EvidenceKind {
    /// The word shown and stored.
    pub fn word(self) -> &'static str {
        match self {
            EvidenceKind::Logs => "logs",
            EvidenceKind::Metric => "metric",
            EvidenceKind::Alert => "alert",
            EvidenceKind::Change => "change",
            EvidenceKind::Command => "command",
            EvidenceKind::Trace => "trace",
            EvidenceKind::Code => "code",
            EvidenceKind::Note => "note",
        }
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lines {
            None => write!(f, "[{}]", self.id),
            Some((a, b)) if a == b => write!(f, "[{}:{a}]", self.id),
            Some((a, b)) => write!(f, "[{}:{a}-{b}]", self.id),
        }
    }
}

/// SHA-256 as lower-case hex, as `sha256sum` prints it.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(text: &str) -> Evidence {
        Evidence {
            id: EvidenceId(3),
            kind: EvidenceKind::Logs,
            source: CleanText::line("payments"),
            query: CleanText::line("service=payments"),
            window: None,
            captured_at: Timestamp::UNIX_EPOCH,
            text: CleanText::block(text),
            cut: None,
        }
    }

    #[test]
    fn a_range_past_the_last_line_is_not_there() {
        let e = evidence("a\nb\nc");
        let at = |lines| Locator { id: EvidenceId(3), lines };
        assert_eq!(e.slice(&at(Some((2, 3)))), Some(vec!["b", "c"]));
        for lines in [Some((3, 4)), Some((0, 1)), Some((2, 1)), Some((4, 4))] {
            assert_eq!(e.slice(&at(lines)), None);
        }
        assert_eq!(e.slice(&Locator { id: EvidenceId(4), lines: None }), None);
    }

    #[test]
    fn the_digest_is_what_sha256sum_prints() {
        assert_eq!(evidence("").digest(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
