//! What a person refused in this session. A model does not get to offer the same again; a person may.

use crate::actions::digest::{Digest, Hasher};
use crate::domain::approval::Frozen;
use crate::domain::{CleanText, Origin, Proposal, ProposalId, Timestamp};

/// Most that are remembered; the oldest go first.
const MOST: usize = 500;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    what: Digest,
    /// The proposal that was refused.
    pub id: ProposalId,
    /// Why, if the person said.
    pub why: CleanText,
    /// When.
    pub at: Timestamp,
}

/// The refusals of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals(Vec<Refused>);

impl Refusals {
    /// Remembers that a person said no.
    pub fn remember(&mut self, proposal: &Proposal, why: CleanText, at: Timestamp) {
        let what = same(proposal);
        self.0.retain(|refused| refused.what != what);
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push(Refused { what, id: proposal.id, why, at });
    }

    /// The refusal of the same thing in the same place, unless a person puts it forward now.
    pub fn before(&self, proposal: &Proposal) -> Option<&Refused> {
        match proposal.suggestion.origin {
            Origin::Person => None,
            Origin::Model | Origin::Analyst | Origin::Runbook => {
                let what = same(proposal);
                self.0.iter().find(|refused| refused.what == what)
            }
        }
    }

    /// Forgets what a person now put forward themselves.
    pub fn forget(&mut self, proposal: &Proposal) {
        let what = same(proposal);
        self.0.retain(|refused| refused.what != what);
    }
}

/// What makes two proposals the same for a person: what would run and where, not when it was put forward nor how it is
/// spaced.
fn same(proposal: &Proposal) -> Digest {
    let hash = Hasher::new("midwatch refusal 1").field(proposal.suggestion.language.word());
    let words: Vec<&str> = proposal.suggestion.text.split_whitespace().collect();
    match &proposal.target.frozen {
        Frozen::Command(command) => hash
            .list(words.iter().copied())
            .list(command.places.iter().map(|place| place.name.as_str()))
            .field(&command.cwd),
        Frozen::Query { source, .. } => hash.list(words.iter().copied()).field(source),
        Frozen::Recorded { recording } => hash.list(words.iter().copied()).field(recording),
        Frozen::Blocked { .. } => hash.list(words.iter().copied()),
    }
    .finish()
}
