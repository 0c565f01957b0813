//! What a command would do, and the words that made it so.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::CleanText;

/// The effect of a command. Joined over its parts with [`Class::join`]; what is not understood is opaque.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Looks, and changes nothing.
    Read,
    /// Changes something that can be changed back.
    Write,
    /// Loses something.
    Destructive,
    /// Not understood; asks for the highest ceremony.
    Opaque,
}

/// The class of a whole command with its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The joined class.
    pub class: Class,
    /// Every rule that had a say, in order of place.
    pub reasons: Vec<Reason>,
}

/// One rule's say about one part of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Bytes of the command text the rule looked at.
    pub span: Range<usize>,
    /// The rule's stable name, `kubectl.delete`.
    pub rule: String,
    /// What the rule makes of it.
    pub class: Class,
    /// One line for people.
    pub text: CleanText,
}

impl Class {
    /// The class of two parts together. Opaque wins over all, so that nothing unknown hides behind something known.
    #[must_use]
    pub fn join(self, other: Class) -> Class {
        self.max(other)
    }

    /// The word shown.
    pub fn word(self) -> &'static str {
        match self {
            Class::Read => "READ",
            Class::Write => "WRITE",
            Class::Destructive => "DESTRUCTIVE",
            Class::Opaque => "OPAQUE",
        }
    }
}

impl Verdict {
    /// A verdict from its reasons; no reason at all is opaque, since nothing was understood.
    pub fn from_reasons(reasons: Vec<Reason>) -> Self {
        let class = reasons.iter().map(|reason| reason.class).reduce(Class::join).unwrap_or(Class::Opaque);
        Self { class, reasons }
    }

    /// An opaque verdict over the whole text for one stated reason.
    pub fn opaque(length: usize, rule: &str, text: &str) -> Self {
        let reason =
            Reason { span: 0..length, rule: rule.to_owned(), class: Class::Opaque, text: CleanText::line(text) };
        Self { class: Class::Opaque, reasons: vec![reason] }
    }
}
