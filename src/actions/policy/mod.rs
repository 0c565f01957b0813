//! What the person's configuration and their organisation allow, ask for and forbid. Pure but for reading the
//! organisation's files; the gate asks it about every proposal, and the strictest rule holds.
//!
//! A rule that forbids or asks applies when any part of the command is what it is about, and a place that could not be
//! told counts as any place. A rule that allows applies only when all of it is. No rule makes a class less than it is.

mod load;
mod subject;

use std::sync::Arc;

use crate::config::policy::{Decide, PolicyRule, Telemetry};
use crate::domain::approval::Target;
use crate::domain::{Class, CleanText, Language, Origin, Proposal, Suggestion, Verdict};

use super::tables::fits;
pub use load::{Found, load};
use subject::Subject;

/// Every rule that holds. Cheap to clone; the default has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy(Arc<Rules>);

#[derive(Clone, Debug, Default, PartialEq)]
struct Rules {
    rules: Vec<Sourced>,
    telemetry: Telemetry,
    /// Set when a policy could not be used: nothing but reads runs.
    closed: Option<CleanText>,
}

/// A rule and who made it.
#[derive(Clone, Debug, PartialEq)]
struct Sourced {
    rule: PolicyRule,
    source: Source,
}

/// Who made a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The person's own configuration.
    Person,
    /// The organisation's file.
    Organisation {
        /// The file.
        file: CleanText,
    },
}

/// What the policy says of a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// No rule is about it: its class alone decides.
    Silent,
    /// A rule decides.
    Said {
        /// What.
        decide: Decide,
        /// The rule's name.
        rule: CleanText,
        /// Why, in the rule's words; may be empty.
        why: CleanText,
        /// Who made it.
        source: Source,
    },
    /// A policy could not be used: nothing but reads runs.
    Closed {
        /// What is wrong with it, and what to do.
        why: CleanText,
    },
}

impl Policy {
    /// What the policy says of a proposal as it was prepared.
    pub fn ruling(&self, proposal: &Proposal) -> Ruling {
        self.of(&proposal.suggestion, &proposal.verdict, &proposal.target)
    }

    /// The same for what is no proposal yet.
    pub fn of(&self, suggestion: &Suggestion, verdict: &Verdict, target: &Target) -> Ruling {
        self.about(&Subject::of(suggestion, verdict, target))
    }

    /// What it says of whatever has these traits.
    fn about(&self, subject: &Subject<'_>) -> Ruling {
        if let Some(why) = self.0.closed.as_ref().filter(|_| subject.class != Class::Read) {
            return Ruling::Closed { why: why.clone() };
        }
        let applies = self.0.rules.iter().filter(|sourced| subject.is_for(&sourced.rule));
        // Of equals the first decides; max_by_key would take the last.
        match applies.rev().max_by_key(|sourced| sourced.rule.decide) {
            None => Ruling::Silent,
            Some(Sourced { rule, source }) => Ruling::Said {
                decide: rule.decide,
                rule: CleanText::line(&rule.name),
                why: CleanText::line(&rule.why),
                source: source.clone(),
            },
        }
    }

    /// Whether a query of the analyst's is confirmed beforehand: only those, only by a setting of the person's that no
    /// organisation and no rule takes back.
    pub(super) fn confirms_beforehand(&self, proposal: &Proposal) -> bool {
        let query = match proposal.suggestion.language {
            Language::Promql | Language::Logs => true,
            // What a store is asked costs it something: that is seen first, each time.
            Language::Fetch | Language::Sh => false,
        };
        let fixed = query && proposal.suggestion.origin == Origin::Analyst && proposal.verdict.class == Class::Read;
        fixed
            && self.0.telemetry == Telemetry::Allow
            && self.0.closed.is_none()
            && self.ruling(proposal) == Ruling::Silent
    }

    /// The same, closed to all but reads. The first reason stays.
    #[must_use]
    pub fn closing(mut self, why: CleanText) -> Self {
        Arc::make_mut(&mut self.0).closed.get_or_insert(why);
        self
    }

    /// Why nothing but reads runs, when a policy or a table could not be used.
    pub fn closed(&self) -> Option<&CleanText> {
        self.0.closed.as_ref()
    }

    /// One line for each rule, the strictest first: what it decides, its name, whose it is, why.
    pub fn lines(&self) -> Vec<CleanText> {
        let mut rules: Vec<&Sourced> = self.0.rules.iter().collect();
        rules.sort_by_key(|sourced| std::cmp::Reverse(sourced.rule.decide));
        let line = |sourced: &&Sourced| {
            let Sourced { rule, source } = sourced;
            let why = if rule.why.is_empty() { String::new() } else { format!(": {}", rule.why) };
            CleanText::line(&format!("{} {} ({}){why}", rule.name, rule.decide.word(), source.words()))
        };
        rules.iter().map(line).collect()
    }

    /// Whether the analyst's queries are confirmed beforehand.
    pub fn telemetry(&self) -> Telemetry {
        self.0.telemetry
    }
}

impl Source {
    /// Whose rule it is, in words.
    pub fn words(&self) -> String {
        match self {
            Source::Person => "your configuration".to_owned(),
            Source::Organisation { file } => file.to_string(),
        }
    }
}

impl Ruling {
    /// What is decided, where a rule decides.
    pub fn decide(&self) -> Option<Decide> {
        match self {
            Ruling::Said { decide, .. } => Some(*decide),
            Ruling::Silent | Ruling::Closed { .. } => None,
        }
    }

    /// One line for the card; nothing where no rule has a say.
    pub fn line(&self) -> Option<CleanText> {
        match self {
            Ruling::Silent => None,
            Ruling::Closed { why } => Some(why.clone()),
            Ruling::Said { decide, rule, why, source } => {
                let why = if why.is_empty() { String::new() } else { format!(": {why}") };
                Some(CleanText::line(&format!("`{rule}` {} it ({}){why}", decide.word(), source.words())))
            }
        }
    }
}

/// Whether the text is what the pattern stands for: `*` is any part, everything else itself, without regard to case.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    fits(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn a_star_is_any_part_and_nothing_else_is_special() {
        for (pattern, text) in
            [("prod-*", "prod-eu"), ("*", ""), ("a*b*c", "aXbXbc"), ("*.shop", "DB.Shop"), ("x", "x")]
        {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("prod-*", "preprod-eu"), ("x", "xy"), ("a*a", "a"), ("a?", "ab"), ("", "x")] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }
}
