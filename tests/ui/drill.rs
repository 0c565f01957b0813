//! The drill as a person sees it: at first, with an answer, after the rollback.

use midwatch::testing::World;

use super::snap;

fn drill() -> World {
    World::drill("bad-deploy-payments", "22:21:30")
}

#[test]
fn the_drill_at_three_sizes() {
    snap!("drill_wide", drill(), 160 x 48, "");
    snap!("drill_medium", drill(), 120 x 36, "");
    snap!("drill_narrow", drill(), 80 x 24, "");
    snap!("drill_narrow_metrics", drill(), 80 x 24, "3");
    snap!("drill_narrow_logs", drill(), 80 x 24, "2");
}

#[test]
fn from_the_question_to_the_recovery() {
    let mut world = drill();
    snap!("drill_answer", world, 160 x 48, "awhat changed?<enter>");
    snap!("drill_rollback_card", world, 120 x 36, "$labctl rollback payments<enter>");
    snap!("drill_rolled_back", world, 120 x 36, "y<enter>");
    assert!(world.model.state.proposals.last().unwrap().has_succeeded());
    world.play_to("2026-11-20T22:27:40Z".parse().unwrap());
    snap!("drill_recovered", world, 160 x 48, "<esc>");
    let stores = &world.model.state.stores;
    assert!(stores.changes.iter().any(|change| change.kind.as_str() == "rollback"), "the recording went on");
    assert_eq!(stores.alerts.firing().filter(|(_, alert)| alert.asks_for_attention()).count(), 0);
}

#[test]
fn a_command_the_recording_does_not_know_cannot_run() {
    let mut world = drill();
    let _ = world.screen(120, 36);
    world.keys("$rm -rf /<enter>");
    snap!("drill_unknown_command", world, 120 x 36, "<tab><enter>");
    world.keys("<esc>");
    assert!(!world.effects.iter().any(|effect| matches!(effect, midwatch::app::Effect::Run(..))));
}
