//! What is not asked for again, and what is not offered again.

use std::time::Duration;

use super::{runs, sh};
use crate::app::Effect;
use crate::app::effect::Decision;
use crate::domain::{Origin, ProposalState};
use crate::overlays::Overlay;
use crate::testing::World;

const READ: &str = "systemctl status";

/// A world in which a person answered that `systemctl status` need not be asked for again.
fn granted() -> World {
    let mut world = World::new();
    let _ = world.grid(120, 40);
    world.propose(sh(READ));
    world.keys("A");
    let card = world.grid(120, 40);
    assert!(card.contains("no card for     for 15 minutes: systemctl status"), "{card}");
    world.keys("<enter><enter>");
    assert_eq!(runs(&world).len(), 1);
    assert_eq!(world.model.state.gate.grants.holding(world.model.state.wall).count(), 1);
    world
}

fn has_card(world: &World) -> bool {
    matches!(world.model.overlays.last(), Some(Overlay::Confirm(_)))
}

#[test]
fn a_granted_read_runs_in_sight_and_is_written_down_and_others_are_asked_for() {
    let mut world = granted();
    world.take_effects();
    let id = world.propose(sh("systemctl status --full"));
    assert_eq!(runs(&world), [id], "a person's own words began it");
    assert!(matches!(world.model.overlays.last(), Some(Overlay::Running(_))), "it runs in sight");
    let how = world.effects.iter().find_map(|effect| match effect {
        Effect::Journal(Decision::Approved(_, how)) => Some(how.to_string()),
        _ => None,
    });
    assert_eq!(how.as_deref(), Some("without asking, by G1"));
    world.keys("<enter>");
    for other in ["systemctl show web", "systemctl restart payments", "systemctl status; df -h"] {
        world.propose(sh(other));
        assert!(has_card(&world), "{other}");
        world.keys("<esc>");
    }
    assert_eq!(runs(&world).len(), 1);
}

#[test]
fn a_model_begins_nothing_by_itself_whatever_was_granted() {
    let mut world = granted();
    world.take_effects();
    world.script.answer = crate::testing::Answer::Text(format!("Look at it.\n```sh\n{READ}\n```\n"));
    world.keys("4awhat now?<enter>");
    assert!(world.model.state.proposals.last().unwrap().suggestion.origin == Origin::Model);
    assert_eq!(runs(&world), []);
}

#[test]
fn a_grant_ends_when_it_is_taken_back_and_writes_have_none() {
    let mut world = granted();
    world.keys(":grants<enter>");
    assert!(world.grid(120, 40).contains("G1  systemctl status"), "{}", world.grid(120, 40));
    world.keys("<esc>:grants<space>drop<space>G1<enter>");
    let withdrawn = world.effects.iter().find_map(|effect| match effect {
        Effect::Journal(Decision::Withdrawn(from, which)) => Some(format!("{} {which}", from.id)),
        _ => None,
    });
    assert!(withdrawn.is_some_and(|words| words.starts_with("P1 G1: ")), "it is journaled");
    world.propose(sh(READ));
    assert!(has_card(&world));
    world.keys("<esc>");
    world.propose(sh("systemctl restart payments"));
    world.keys("A<enter>");
    assert_eq!(runs(&world).len(), 1, "A does nothing at a write's card");
}

#[test]
fn an_early_or_held_or_disarmed_key_grants_nothing() {
    for (pace, keys) in [(150, "A<enter>"), (33, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA<enter>"), (500, "Ax<enter>")]
    {
        let mut world = World::new();
        let _ = world.grid(120, 40);
        world.propose(sh(READ));
        world.keys_every(Duration::from_millis(pace), keys);
        assert_eq!(world.model.state.gate.grants.holding(world.model.state.wall).count(), 0, "{keys}");
        assert_eq!(runs(&world), [], "{keys}");
    }
}

#[test]
fn what_was_refused_is_not_offered_again_by_a_model_and_a_person_may_still_ask_for_it() {
    let mut world = World::new();
    let _ = world.grid(120, 40);
    let offer = |world: &mut World| {
        world.script.answer =
            crate::testing::Answer::Text("Do it.\n```sh\nsystemctl  restart payments\n```\n".to_owned());
        world.keys("<esc>4awhat now?<enter><esc>");
        world.model.state.proposals.last().unwrap().clone()
    };
    let first = offer(&mut world);
    assert!(first.is_waiting());
    world.keys("p<enter>wtoo late<enter>");
    let again = offer(&mut world);
    assert!(again.id != first.id);
    let ProposalState::Refused { why } = &again.state else { panic!("{:?}", again.state) };
    assert_eq!(why.as_str(), "you said no to it as P1: too late");
    world.propose(sh("systemctl restart payments"));
    assert!(has_card(&world) && world.model.state.proposals.last().unwrap().is_waiting());
}

#[test]
fn five_quick_yeses_make_the_next_card_ask_for_more() {
    let mut world = World::new();
    let _ = world.grid(120, 40);
    for _ in 0..5 {
        world.propose(sh(READ));
        world.keys("<tab><enter><enter>");
    }
    assert_eq!(runs(&world).len(), 5);
    world.propose(sh(READ));
    world.keys("<tab><enter>");
    assert_eq!(runs(&world).len(), 5, "Enter alone is a habit by now");
}

#[test]
fn while_only_reads_run_the_header_says_so() {
    let mut world = World::new();
    assert!(!world.grid(120, 40).contains("ONLY READS RUN"));
    let policy = std::mem::take(&mut world.model.state.gate.policy);
    world.model.state.gate.policy = policy.closing("only reads run: a rule is wrong".into());
    assert!(world.grid(120, 40).contains("ONLY READS RUN"));
}
