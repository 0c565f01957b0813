//! Job control: Ctrl-Z and `fg`, and being stopped from outside.

use crate::harness::Home;

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_again() {
    let home = Home::new();
    let script = "set -m; \"$0\" drill; echo the shell has it; read line; fg; echo status $?";
    let mut terminal = home.open_with(&["bash", "-c", script, env!("CARGO_BIN_EXE_midwatch")], &[]);
    terminal.wait_for("RECORDING");
    terminal.press("\x1a");
    terminal.wait_for("the shell has it");
    terminal.assert_given_back();
    terminal.resize(100, 30);
    terminal.press("\n");
    terminal
        .wait_until("the screen again", |screen| screen.alternate_screen() && screen.contents().contains("RECORDING"));
    terminal.press("?");
    terminal.wait_for("help for this pane");
    terminal.escape("help for this pane");
    terminal.press("q");
    terminal.wait_for("status 0");
    terminal.ended();
    terminal.assert_given_back();
}

#[test]
fn where_no_shell_could_continue_it_ctrl_z_only_redraws() {
    let home = Home::new();
    let mut terminal = home.open(&["drill"]);
    terminal.wait_for("RECORDING");
    terminal.press("\x1a");
    terminal.wait_for_entries(2);
    terminal.wait_for("RECORDING");
    terminal.press_until("?", "help for this pane");
    terminal.escape("help for this pane");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn stopped_and_continued_from_outside_it_goes_on() {
    let home = Home::new();
    let mut terminal = home.open(&["drill"]);
    terminal.wait_for("RECORDING");
    terminal.signal("STOP");
    terminal.signal("CONT");
    // Keys that were typed meanwhile were not meant for it, so this one waits for the screen.
    terminal.wait_for_entries(2);
    terminal.press("?");
    terminal.wait_for("help for this pane");
    terminal.escape("help for this pane");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    terminal.assert_given_back();
}
