//! `midwatch run` in a plain terminal: the card, the person's word, the command's own status.

use crate::harness::{Home, Terminal, verify};

const PROGRAM: &str = env!("CARGO_BIN_EXE_midwatch");

fn run(home: &Home, words: &[&str]) -> Terminal {
    home.open_with(&[&[PROGRAM, "run", "--"], words].concat(), &[])
}

#[test]
fn a_write_asks_in_the_plain_terminal_runs_once_and_gives_its_status() {
    let home = Home::new();
    let mut terminal = run(&home, &["touch made; exit 7"]);
    terminal.wait_for("WRITE");
    terminal.wait_for("touch made; exit 7");
    assert!(!terminal.text().contains("╭"), "no screen is taken over");
    terminal.press_until("y", "Enter runs");
    terminal.confirm("Enter runs");
    assert_eq!(terminal.ended(), 7);
    assert!(home.path().join("made").exists());
    let journal = home.data().join("journal.jsonl");
    assert!(verify(&journal).contains("intact"), "{}", verify(&journal));
    assert!(terminal.is_cooked());
}

#[test]
fn esc_ctrl_c_and_enter_on_reject_run_nothing() {
    for key in ["\x1b", "\x03", "\r"] {
        let home = Home::new();
        let mut terminal = run(&home, &["touch", "made"]);
        terminal.wait_for("Run: y, then Enter");
        terminal.press_until(key, "midwatch: ");
        assert_eq!(terminal.ended(), 1);
        assert!(!home.path().join("made").exists());
        assert!(terminal.is_cooked());
    }
}

#[test]
fn a_card_longer_than_the_terminal_is_shown_to_its_end_before_anything_can_run() {
    let home = Home::new();
    let line = format!("echo {}; touch made", "many words that fill the card ".repeat(200).trim_end());
    let mut terminal = run(&home, &[&line]);
    terminal.wait_for("more rows: space goes on");
    terminal.press("y");
    terminal.press("\r");
    terminal.press_until(" ", "Run: y, then Enter");
    assert!(!home.path().join("made").exists());
    terminal.press_until("y", "Enter runs");
    terminal.confirm("Enter runs");
    assert_eq!(terminal.ended(), 0);
    assert!(home.path().join("made").exists());
}

#[test]
fn output_can_be_piped_while_the_terminal_asks_and_ctrl_c_stops_the_command() {
    let home = Home::new();
    let line = format!("{PROGRAM} run -- 'echo out; sleep 60' > out; echo status $? > status");
    let mut terminal = home.open_with(&["sh", "-c", &line], &[]);
    terminal.press_until("\t", "Enter runs");
    terminal.confirm("Enter runs");
    crate::harness::eventually("the output", || {
        std::fs::read_to_string(home.path().join("out")).is_ok_and(|text| text == "out\n")
    });
    terminal.press("\x03");
    terminal.wait_for("stopped");
    assert!(terminal.is_cooked());
}

#[test]
fn without_a_terminal_to_ask_on_nothing_runs() {
    let home = Home::new();
    let output = std::process::Command::new("setsid")
        .args(["--wait", PROGRAM, "run", "--", "touch", "made"])
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env("XDG_CONFIG_HOME", home.path().join("config"))
        .current_dir(home.path())
        .stdin(std::process::Stdio::null())
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) => return skipped(&error),
    };
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no terminal to ask on"));
    assert!(!home.path().join("made").exists());
}

#[expect(clippy::print_stderr, reason = "a skipped test says why")]
fn skipped(error: &std::io::Error) {
    eprintln!("skipped: setsid cannot be run: {error}");
}
