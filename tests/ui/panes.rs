//! Each pane with data, without, filtered, searched, paused, gone into.

use midwatch::testing::{Answer, World};

use super::snap;
use super::worlds::busy;

#[test]
fn all_panes_at_three_sizes() {
    snap!("panes_wide", busy(), 160 x 48, "");
    snap!("panes_medium", busy(), 120 x 36, "");
    snap!("panes_narrow", busy(), 80 x 24, "");
}

#[test]
fn a_terminal_that_is_too_small_gets_a_message() {
    snap!("too_small", busy(), 50 x 10, "");
}

#[test]
fn nothing_is_there_yet() {
    snap!("empty_wide", World::new(), 160 x 48, "");
    snap!("empty_narrow", World::new(), 80 x 24, "");
    let mut answered = World::new();
    for source in ["am", "prom", "logs", "changes"] {
        answered.up(source);
    }
    answered.alerts(Vec::new());
    snap!("quiet_medium", answered, 120 x 36, "");
}

#[test]
fn alerts_unfold() {
    snap!("alerts_open", busy(), 120 x 36, "j<enter>jj");
    snap!("alerts_narrow", busy(), 80 x 24, "<enter>G");
    snap!("alerts_zoomed", busy(), 120 x 36, "+");
}

#[test]
fn logs_are_filtered_searched_and_held() {
    snap!("logs_focused", busy(), 120 x 36, "2kkk");
    snap!("logs_filtered", busy(), 120 x 36, "2flevel>=error<enter>");
    snap!("logs_nothing_passes", busy(), 80 x 24, "2fservice=nobody<enter>");
    snap!("logs_searched", busy(), 120 x 36, "2/GATEWAY<backspace><backspace><backspace><backspace><backspace><backspace><backspace>gateway<enter>n");
    snap!("logs_paused", busy(), 80 x 24, "2<space>kk");
    snap!("logs_ages", busy(), 80 x 24, "2t");
}

#[test]
fn metrics_as_a_list_and_as_a_chart() {
    snap!("metrics_narrow", busy(), 80 x 24, "3j");
    snap!("metrics_chart", busy(), 120 x 36, "3<enter>+");
    snap!("metrics_window_held", busy(), 120 x 36, "3h}");
}

#[test]
fn answers_stand_beside_their_evidence() {
    let mut world = busy();
    world.script.answer = Answer::Text(
        "Payments was deployed 5 s before the first errors. [E3:2]\n\n\
         - The header is refused for amex. [E4:1]\n\
         - It answers 71 % of the charges. [E4:2]\n\n\
         I would look at the release first.\n\n```sh\nlabctl rollback payments\n```\n\n\
         ```promql\nrate(errors[1m])\n```\n"
            .to_owned(),
    );
    snap!("copilot_asking", world, 160 x 48, "awhy does checkout fail?");
    snap!("copilot_answered", world, 160 x 48, "<enter>");
    snap!("copilot_cited", world, 160 x 48, "gjj");
    snap!("copilot_narrow", world, 80 x 24, "4G");
}

#[test]
fn evidence_is_read_and_searched() {
    snap!("evidence_narrow", busy(), 80 x 24, "2kk<enter>/gateway<enter>");
}
