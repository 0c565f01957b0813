//! How the program takes a terminal and how it gives it back, whatever ends it.

use crate::harness::Home;

#[test]
fn the_drill_opens_and_q_leaves_the_terminal_as_it_was() {
    let home = Home::new();
    let mut terminal = home.open(&["drill"]);
    terminal.wait_for("bad-deploy-payments");
    terminal.wait_until("the other screen, with the cursor hidden", |screen| {
        screen.alternate_screen() && screen.bracketed_paste() && screen.hide_cursor()
    });
    assert!(!terminal.is_cooked());
    for pane in ["1 Alerts", "2 Logs", "3 Metrics", "4 Copilot", "5 Evidence"] {
        terminal.wait_for(pane);
    }
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    terminal.assert_given_back();
}

#[test]
fn signals_that_end_it_give_the_terminal_back_and_show_in_the_status() {
    for (name, status) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let home = Home::new();
        let mut terminal = home.open(&["drill"]);
        terminal.wait_for("RECORDING");
        terminal.signal(name);
        assert_eq!(terminal.ended(), status, "{name}");
        terminal.assert_given_back();
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_then_says_what_broke() {
    let home = Home::new();
    let program = env!("CARGO_BIN_EXE_midwatch");
    let mut terminal = home.open_with(&[program, "drill"], &[("MIDWATCH_TEST_PANIC", "1")]);
    terminal.wait_for("RECORDING");
    terminal.press("\x1b[24~");
    assert_eq!(terminal.ended(), 101);
    terminal.assert_given_back();
    assert!(terminal.text().contains("a test asked for this"), "{}", terminal.text());
}

#[test]
fn two_hundred_sizes_in_a_row_leave_a_whole_screen() {
    let home = Home::new();
    let mut terminal = home.open(&["drill"]);
    terminal.wait_for("RECORDING");
    for step in 0..200_u16 {
        terminal.resize(20 + (step * 37) % 200, 5 + (step * 13) % 60);
    }
    terminal.resize(40, 10);
    terminal.wait_for("midwatch needs 60x16, this is 40x10");
    terminal.resize(120, 40);
    terminal.wait_until("five panes again", |screen| {
        let text = screen.contents();
        ["1 Alerts", "2 Logs", "3 Metrics", "4 Copilot", "5 Evidence"].iter().all(|pane| text.contains(pane))
    });
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn lines_from_a_pipe_are_shown_while_keys_come_from_the_terminal() {
    let home = Home::new();
    let script = "printf 'level=error msg=\"disk %s full\"\\nlevel=info msg=fine\\n' sda | \"$0\" -";
    let mut terminal = home.open_with(&["sh", "-c", script, env!("CARGO_BIN_EXE_midwatch")], &[]);
    terminal.wait_for("disk sda full");
    terminal.press("?");
    terminal.wait_for("help for this pane");
    terminal.escape("help for this pane");
    terminal.wait_until("no help", |screen| !screen.contents().contains("help for this pane"));
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    terminal.assert_given_back();
}
