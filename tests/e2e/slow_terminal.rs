//! A terminal that takes nothing for a while, as over a bad line.

use crate::harness::Home;

#[test]
fn a_terminal_that_takes_nothing_does_not_keep_anybody_from_leaving() {
    let home = Home::new();
    let mut terminal = home.open(&["drill"]);
    terminal.wait_for("RECORDING");
    terminal.hold(true);
    // Sizes and helps make far more output than a terminal holds back by itself.
    for step in 0..60_u16 {
        terminal.resize(150 + step % 7, 50 + step % 5);
        terminal.press("?\x0c");
        terminal.press("q");
        terminal.press("Y");
    }
    // Ctrl-C closes what is open, and twice in a row leaves.
    assert_eq!(terminal.press_until_ended("\x03"), 0);
}

#[test]
fn after_a_pause_the_screen_shows_what_holds_now() {
    let home = Home::new();
    let mut terminal = home.open(&["drill"]);
    terminal.wait_for("RECORDING");
    terminal.hold(true);
    for step in 0..40_u16 {
        terminal.resize(150 + step % 7, 50 + step % 5);
        terminal.press("\x0c");
    }
    terminal.press("?");
    terminal.press("\x1b");
    terminal.resize(120, 40);
    terminal.press("4");
    terminal.hold(false);
    terminal.press(":");
    // Ctrl-L changes nothing but wakes the reader of keys, should the first have come together with a size.
    terminal.press_until("\x0c", "copy-notes");
    terminal.press("\x1b");
    terminal.wait_until("no palette and no help", |screen| {
        let text = screen.contents();
        !text.contains("copy-notes") && !text.contains("help for this pane") && text.contains("4 Copilot")
    });
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    terminal.assert_given_back();
}
