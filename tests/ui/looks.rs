//! What other settings and bad news make of the screen.

use midwatch::domain::{Health, Telemetry};
use midwatch::testing::World;
use midwatch::testing::build::ago;
use midwatch::ui::{Role, Theme};

use super::snap;
use super::worlds::{busy, fill, sh};

#[test]
fn sources_that_fail_are_named_at_every_size() {
    let mut world = World::new();
    world.up("am");
    world.up("changes");
    fill(&mut world);
    world.hear(
        "logs",
        vec![Telemetry::Health(Health::Degraded { why: "two files cannot be read".into(), since: ago(95) })],
    );
    world.down("prom", "connection refused at http://prom.example:9090; is it running?");
    snap!("down_notice", world, 120 x 36, "");
    world.pass(std::time::Duration::from_secs(20));
    snap!("down_wide", world, 160 x 48, "");
    snap!("down_medium", world, 120 x 36, "");
    snap!("down_narrow", world, 80 x 24, "");
    let narrow = world.grid(80, 24);
    assert!(narrow.contains("prom down") && narrow.contains("logs degraded"), "{narrow}");
}

#[test]
fn read_only_is_said_and_kept() {
    let mut world = busy().read_only();
    snap!("read_only", world, 120 x 36, "");
    world.propose(sh("labctl rollback payments"));
    snap!("read_only_card", world, 120 x 36, "");
}

#[test]
fn without_colours_and_line_drawing_nothing_is_lost() {
    let mut world = busy().plain();
    snap!("plain", world, 120 x 36, "3");
    snap!("plain_chart", world, 80 x 24, "<enter>");
    world.propose(sh("labctl rollback payments"));
    let screen = world.screen(120, 36);
    assert!(!screen.contains('#') || !screen.lines().any(|line| line.contains(" #") && line.contains("on ")));
    let frames = ['╭', '╮', '╰', '╯', '─', '│'];
    assert!(!world.grid(120, 36).contains(frames), "{screen}");
}

#[test]
fn a_snapshot_fails_when_only_a_colour_changes() {
    let mut world = busy();
    let (before, grid) = (world.screen(80, 24), world.grid(80, 24));
    world.theme = Theme::named("light").unwrap();
    assert_eq!(world.grid(80, 24), grid, "the text stays");
    assert_ne!(world.screen(80, 24), before, "the looks do not");
    assert!(Role::ALL.len() > 20);
}
