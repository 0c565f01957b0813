//! The drill as a person sees it first.

use midwatch::testing::World;

#[test]
fn the_drill_fills_every_pane() {
    let mut world = World::drill("bad-deploy-payments", "22:21:30");
    let _ = world.screen(160, 48);
    let screen = world.keys("awhat<space>changed<enter>").grid(160, 48);
    for part in ["CRIT HighErrorRate", "payments error_ratio", "charged order=", "✓ ", "P1  READ   labctl diff"] {
        assert!(screen.contains(part), "{part}:\n{screen}");
    }
}
