//! The filter language of the log pane's chips, of `logs` proposals and of headless searches.
//!
//! Terms stand side by side and all must hold:
//!
//! | term | holds when |
//! |---|---|
//! | `refused` | the text is in the record; capitals in the term make it case-sensitive |
//! | `"card declined"` | the same, with blanks |
//! | `/time(d )?out/` | the regular expression finds something, as written; `(?i)` ignores case |
//! | `service=payments` | the field is that; also `!=`, `~` contains, `!~` does not contain |
//! | `level>=error` | the severity stands there in the order unset, trace, debug, info, warn, error, fatal |
//! | `status>=500` `latency>1.5s` | the field is a number that compares so; units of time and size are converted |
//! | `trace=4bf92f` | the trace id begins so |
//! | `time>=02:05` `time<2026-01-15T02:20` | the time stands so, in UTC; a time of day means every day |
//! | `pattern=p3f9a` | the name of the pattern begins so; the patterns of the log pane show it |
//! | `-healthz` `-status=404` | the term does not hold |
//!
//! Fields: `service`, `source`, `file`, `level`, `trace`, `body`, and any attribute by name. A field that is absent is the
//! empty text: `user=""` finds records without a user. Text is looked for in the record as it was written, and in its
//! service.

mod marks;
mod parse;
mod term;
mod when;

use std::fmt;

use crate::domain::{CleanText, LogRecord};

pub use term::{Aside, Compare, Field, Match, Needle, PatternPrefix, Term, Test, level_word};
pub use when::When;

/// A parsed filter; the empty one passes everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    terms: Vec<Term>,
}

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct FilterError {
    /// Where, in characters counted from 1.
    pub column: usize,
    /// What is wrong and how to write it.
    pub message: String,
}

impl Filter {
    /// Reads a filter; a text of blanks is the empty filter.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::terms(text).map(|terms| Self { terms })
    }

    /// The filter for records whose field is exactly this value, for chips made from a selected record.
    pub fn equals(field: &str, value: &str) -> Result<Self, FilterError> {
        Self::parse(&format!("{field}={}", parse::write_value(value)))
    }

    /// Whether every term holds for the record.
    pub fn matches(&self, record: &LogRecord) -> bool {
        self.matches_with(record, &Aside::default())
    }

    /// The same with what is known beside the record.
    pub fn matches_with(&self, record: &LogRecord, aside: &Aside<'_>) -> bool {
        self.terms.iter().all(|term| term.holds(record, aside))
    }

    /// Its terms; all must hold.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Whether it passes everything.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// One text per term, as it would be typed.
    pub fn chips(&self) -> Vec<CleanText> {
        self.terms.iter().map(|term| CleanText::line(&term.to_string())).collect()
    }

    /// The filter without one of its chips.
    #[must_use]
    pub fn without(&self, chip: usize) -> Filter {
        let mut terms = self.terms.clone();
        if chip < terms.len() {
            terms.remove(chip);
        }
        Self { terms }
    }

    /// Both filters at once; terms that both have stand once.
    #[must_use]
    pub fn and(&self, other: &Filter) -> Filter {
        let mut terms = self.terms.clone();
        terms.extend(other.terms.iter().filter(|term| !self.terms.contains(term)).cloned());
        Self { terms }
    }

    /// The filter as text; reading it gives an equal filter.
    pub fn to_text(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            term.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
