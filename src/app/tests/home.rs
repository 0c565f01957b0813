//! Where going back ends: at all panes, or at the one pane there is something to show in.

use crate::app::{Effect, PaneId};
use crate::testing::World;

fn quits(world: &mut World, keys: &str) -> bool {
    world.take_effects();
    world.keys(keys);
    world.effects.iter().any(|effect| matches!(effect, Effect::Quit))
}

#[test]
fn who_named_files_leaves_from_the_log_pane_and_comes_back_to_it() {
    let mut world = World::new();
    world.model.settle_in(PaneId::Logs);
    assert!(!quits(&mut world, "<esc>") && world.model.zoomed);
    assert!(!quits(&mut world, "5q"), "from elsewhere q goes back");
    assert!(world.model.zoomed && world.model.focus == PaneId::Logs);
    assert!(quits(&mut world, "+q"), "with all panes on screen too");
}

#[test]
fn with_all_panes_configured_a_zoomed_pane_goes_back_to_them_first() {
    let mut world = World::new();
    assert!(!quits(&mut world, "2+q"));
    assert!(quits(&mut world, "q"));
}
