//! What messages do to the model: keys in, state and effects out.

mod ask;
mod card;
mod contrast;
mod data;
mod grants;
mod home;
mod ideas;
mod logs;
mod promql;
mod watch;

use super::Effect;
use crate::domain::{Language, ProposalId, Suggestion};
use crate::testing::World;
use crate::testing::build::suggestion;

fn sh(text: &str) -> Suggestion {
    suggestion(Language::Sh, text)
}

/// Proposals that were run, in order.
fn runs(world: &World) -> Vec<ProposalId> {
    let run = |effect: &Effect| if let Effect::Run(id, _) = effect { Some(*id) } else { None };
    world.effects.iter().filter_map(run).collect()
}
