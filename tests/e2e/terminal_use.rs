//! What the program sends beside frames: copies.

use crate::harness::Home;

#[test]
fn notes_are_copied_through_the_terminal_and_through_tmux() {
    let home = Home::new();
    let program = env!("CARGO_BIN_EXE_midwatch");
    for (variables, wanted) in [
        (&[][..], &b"\x1b]52;c;IyBJTkMt"[..]),
        (&[("TMUX", "/tmp/tmux-0/default,1,0")][..], &b"\x1bPtmux;\x1b\x1b]52;c;IyBJTkMt"[..]),
    ] {
        let mut terminal = home.open_with(&[program, "drill"], variables);
        terminal.wait_for("RECORDING");
        terminal.press("J");
        terminal.wait_for("INC-");
        terminal.press("Y");
        terminal.wait_for_bytes(wanted);
        terminal.wait_for("copied to the terminal's clipboard");
        terminal.press("q");
        assert_eq!(terminal.ended(), 0);
    }
}
