//! What opens over the panes.

use midwatch::testing::printed;

use super::snap;
use super::worlds::{busy, sh};

#[test]
fn help_and_palette() {
    snap!("help", busy(), 120 x 36, "2?");
    snap!("help_narrow", busy(), 80 x 24, "?G");
    snap!("palette", busy(), 120 x 36, ":");
    snap!("palette_narrowed", busy(), 80 x 24, ":win");
    snap!("palette_nothing", busy(), 80 x 24, ":zzz");
}

#[test]
fn prompts() {
    snap!("prompt_filter", busy(), 80 x 24, "2fservice=payments");
    snap!("prompt_note", busy(), 120 x 36, "Mthe bank confirms that nothing was charged");
}

#[test]
fn texts_to_read() {
    let mut world = busy();
    world.down("prom", "connection refused at http://prom.example:9090");
    snap!("timeline", world, 120 x 36, "T");
    snap!("changes", world, 120 x 36, "<esc>C");
    snap!("notices", world, 120 x 36, "<esc>:notices<enter>");
    snap!("queries", world, 120 x 36, "<esc>:queries<enter>");
    snap!("sources", world, 120 x 36, "<esc>:sources<enter>");
    snap!("preview", world, 120 x 36, "<esc>:preview<space>why?<enter>");
}

#[test]
fn a_run_is_watched() {
    let mut world = busy();
    world.script.runs = Box::new(|_| printed("rolled payments back to 2.3.0\nwaiting for it to be ready\n", 0));
    let id = world.propose(sh("labctl rollback payments"));
    snap!("run_done", world, 120 x 36, "y<enter>");
    snap!("run_closed", world, 120 x 36, "<esc>");
    assert!(world.model.state.proposal(id).unwrap().has_succeeded());
    world.script.runs = Box::new(|_| printed("", 0).into_iter().take(1).collect());
    world.propose(sh("labctl restart payments"));
    snap!("run_running", world, 80 x 24, "y<enter>");
    snap!("run_behind", world, 80 x 24, "<enter>");
}
