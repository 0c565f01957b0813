//! What a pane or overlay may read. It can change nothing; it answers with intents.

use std::time::Duration;

use super::Selection;
use super::conversation::Conversation;
use super::handlers::runs::Outputs;
use super::keymap::Stage;
use super::model::{Brain, Settings};
use super::notices::Notices;
use super::stores::Stores;
use crate::actions::Watch;
use crate::actions::gate::Gate;
use crate::domain::incident::Incident;
use crate::domain::panel::Wanted;
use crate::domain::time;
use crate::domain::{Proposal, ProposalId, TimeWindow, Timestamp};

/// A view of the model without the panes' own states.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    /// The incident's clock.
    pub now: Timestamp,
    /// Time since the program started.
    pub uptime: Duration,
    /// What does not change.
    pub settings: &'a Settings,
    /// The data.
    pub stores: &'a Stores,
    /// The shared window.
    pub window: TimeWindow,
    /// Whether it follows the clock.
    pub window_follows: bool,
    /// Whether the live view is paused.
    pub paused: bool,
    /// Show ages instead of times.
    pub relative_times: bool,
    /// What sources of metrics are asked for beside their panels.
    pub wanted: &'a Wanted,
    /// The incident.
    pub incident: Option<&'a Incident>,
    /// Proposals, oldest first.
    pub proposals: &'a [Proposal],
    /// Questions and answers.
    pub conversation: &'a Conversation,
    /// The model.
    pub brain: &'a Brain,
    /// The gate.
    pub gate: &'a Gate,
    /// What Evidence shows.
    pub selection: Option<&'a Selection>,
    /// PromQL that was put forward in this session, the newest last.
    pub asked: &'a [String],
    /// What was said.
    pub notices: &'a Notices,
    /// Whether a recording plays.
    pub replaying: bool,
    /// Output of the runs.
    pub outputs: &'a Outputs,
    /// What is and was watched after writes.
    pub watches: &'a [Watch],
}

impl Ctx<'_> {
    /// An instant as the person wants times shown: `02:17:09.113`, or its age.
    pub fn when(&self, at: Timestamp) -> String {
        if self.relative_times { format!("{:>8} ago", self.age(at)) } else { time::clock_millis(at) }
    }

    /// How long ago something was: `12m04s`.
    pub fn age(&self, at: Timestamp) -> String {
        time::short(at.duration_until(self.now))
    }

    /// A proposal by its number.
    pub fn proposal(&self, id: ProposalId) -> Option<&Proposal> {
        self.proposals.iter().find(|proposal| proposal.id == id)
    }

    /// What decides which keys there are.
    pub fn stage(&self) -> Stage {
        Stage { replaying: self.replaying, brain: self.has_brain() }
    }

    /// Whether a model answers questions here.
    pub fn has_brain(&self) -> bool {
        *self.brain != Brain::Absent
    }
}
