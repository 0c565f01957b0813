//! The picture in the README is the drill's screen, drawn by the program. When the screen changes on purpose:
//! `MIDWATCH_BLESS=1 cargo test --test ui picture`, then look at the picture.

use std::path::Path;

use midwatch::testing::World;
use midwatch::ui::svg::svg;

const TITLE: &str =
    "midwatch on a recorded incident: alerts, logs, metrics, an answer with its evidence, two proposals";

#[test]
fn the_picture_in_the_readme_is_what_the_program_draws() {
    let mut world = World::drill("bad-deploy-payments", "22:21:30");
    let _ = world.screen(160, 46);
    world.keys("2flevel>=error<enter>");
    world.keys("awhat changed?<enter>ashould we roll back?<enter>4gjj");
    world.pass(std::time::Duration::from_secs(60));
    let drawn = svg(&world.buffer(160, 46), TITLE);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screen.svg");
    if std::env::var_os("MIDWATCH_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let grid = world.grid(160, 46);
    assert!(kept == drawn, "docs/screen.svg is not the screen of today (see this file's first lines):\n{grid}");
}
