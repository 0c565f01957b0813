//! Commands on the real machine: confirmed, stopped, refused, and those that need the terminal.

use std::os::unix::fs::PermissionsExt;

use crate::harness::{Home, eventually, is_alive, verify};

/// A screen on one log file, so that commands meet the machine and not a recording.
fn live(home: &Home) -> String {
    let log = home.path().join("app.log");
    std::fs::write(&log, "level=info msg=\"shop is open\"\n").unwrap();
    log.display().to_string()
}

#[test]
fn a_confirmed_command_runs_and_its_output_becomes_evidence() {
    let home = Home::new();
    let log = live(&home);
    let mut terminal = home.open(&[&log]);
    terminal.wait_for("shop is open");
    terminal.run_read("echo $((20 + 3)) done");
    terminal.wait_for("23 done");
    terminal.wait_for("exit 0");
    terminal.escape("Esc closes");
    terminal.press("qq");
    assert_eq!(terminal.ended(), 0);
    let journal = home.data().join("journal.jsonl");
    let text = std::fs::read_to_string(&journal).unwrap();
    for event in ["proposed", "shown", "approved", "started", "ended"] {
        assert_eq!(text.matches(&format!("\"event\":\"{event}\"")).count(), 1, "{event} in {text}");
    }
    assert!(verify(&journal).contains("intact"), "{}", verify(&journal));
}

#[test]
fn esc_ends_a_command_with_everything_it_started() {
    for key in ["\x1b", "\x03"] {
        let home = Home::new();
        let log = live(&home);
        let pids = home.path().join("pids");
        let mut terminal = home.open(&[&log]);
        terminal.wait_for("shop is open");
        let script = home.path().join("long.sh");
        std::fs::write(
            &script,
            format!("sh -c 'echo $$ >> {0}; sleep 300' &\necho $$ >> {0}\necho begun\nwait\n", pids.display()),
        )
        .unwrap();
        terminal.run_opaque(&format!("sh {}", script.display()));
        terminal.wait_for("Esc stops it");
        terminal.wait_for("begun");
        eventually("two processes", || std::fs::read_to_string(&pids).is_ok_and(|text| text.lines().count() == 2));
        let processes: Vec<String> = std::fs::read_to_string(&pids).unwrap().lines().map(str::to_owned).collect();
        assert!(processes.iter().all(|process| is_alive(process)));
        terminal.press(key);
        terminal.wait_for("Enter or Esc closes");
        eventually("no process of it is left", || processes.iter().all(|process| !is_alive(process)));
        terminal.escape("Esc closes");
        terminal.press("qq");
        assert_eq!(terminal.ended(), 0);
    }
}

#[test]
fn leaving_ends_what_runs() {
    let home = Home::new();
    let log = live(&home);
    let pids = home.path().join("pids");
    let mut terminal = home.open(&[&log]);
    terminal.wait_for("shop is open");
    let script = home.path().join("long.sh");
    std::fs::write(&script, format!("echo $$ > {}\nsleep 300\n", pids.display())).unwrap();
    terminal.run_opaque(&format!("sh {}", script.display()));
    eventually("it runs", || std::fs::read_to_string(&pids).is_ok_and(|text| text.ends_with('\n')));
    let process = std::fs::read_to_string(&pids).unwrap().trim().to_owned();
    terminal.signal("TERM");
    assert_eq!(terminal.ended(), 143);
    terminal.assert_given_back();
    eventually("it is gone", || !is_alive(&process));
}

#[test]
fn without_a_journal_the_screen_works_and_nothing_runs() {
    let home = Home::new();
    let log = live(&home);
    // A file stands where the data directory would be: even the superuser cannot write below it.
    std::fs::create_dir_all(home.path().join("data")).unwrap();
    std::fs::write(home.data(), "").unwrap();
    let mut terminal = home.open(&[&log]);
    terminal.wait_for("shop is open");
    terminal.wait_for("NO JOURNAL");
    terminal.run_read("echo never");
    terminal.wait_for("did not run");
    terminal.wait_for("--journal PATH");
    terminal.escape("Esc closes");
    terminal.press("qq");
    assert_eq!(terminal.ended(), 0);

    let journal = home.path().join("elsewhere.jsonl");
    let mut terminal = home.open(&["--journal", &journal.display().to_string(), &log]);
    terminal.wait_for("shop is open");
    assert!(!terminal.text().contains("NO JOURNAL"));
    terminal.run_read("echo now it does");
    terminal.wait_for("exit 0");
    assert!(verify(&journal).contains("intact"), "{}", verify(&journal));
}

#[test]
fn two_copies_on_one_data_directory_share_one_intact_journal() {
    let home = Home::new();
    let log = live(&home);
    let mut copies = [home.open(&[&log]), home.open(&[&log])];
    for terminal in &mut copies {
        terminal.wait_for("shop is open");
    }
    for terminal in &mut copies {
        terminal.run_read("echo hello from a copy");
        terminal.wait_for("exit 0");
    }
    for terminal in &mut copies {
        terminal.escape("Esc closes");
        terminal.press("qq");
        assert_eq!(terminal.ended(), 0);
    }
    let journal = home.data().join("journal.jsonl");
    assert!(verify(&journal).contains("intact"), "{}", verify(&journal));
    assert_eq!(std::fs::read_to_string(&journal).unwrap().matches("\"event\":\"ended\"").count(), 2);
    let bundles = std::fs::read_dir(home.data().join("incidents")).unwrap().count();
    assert_eq!(bundles, 2, "each copy records its own incident");
}

#[test]
fn a_command_that_needs_the_terminal_gets_it_and_gives_it_back() {
    let home = Home::new();
    let log = live(&home);
    let bin = home.path().join("talk");
    std::fs::write(&bin, "#!/bin/sh\nprintf 'your name? '\nread name\necho \"got $name\"\nread end\n").unwrap();
    std::fs::set_permissions(&bin, std::fs::Permissions::from_mode(0o755)).unwrap();
    let tables = home.path().join("tables.toml");
    std::fs::write(
        &tables,
        "[[tool]]\nname = \"talk\"\nclass = \"read\"\nwhy = \"talks\"\ninteractive = true\nany_option = true\n",
    )
    .unwrap();
    home.config(&format!("[run]\ntables = [\"{}\"]\n", tables.display()));
    let path = format!("{}:{}", home.path().display(), std::env::var("PATH").unwrap());
    let program = env!("CARGO_BIN_EXE_midwatch");
    let mut terminal = home.open_with(&[program, &log], &[("PATH", &path)]);
    terminal.wait_for("shop is open");
    terminal.run_opaque("talk");
    terminal.wait_for("your name?");
    terminal.wait_until("the shell's screen", |screen| !screen.alternate_screen() && !screen.bracketed_paste());
    assert!(terminal.is_cooked());
    terminal.press("mara\n");
    terminal.wait_for("got mara");
    terminal.resize(100, 30);
    terminal.press("\n");
    terminal.wait_until("the screen again, in its new size", |screen| {
        screen.alternate_screen() && screen.contents().contains("exit 0") && screen.contents().contains("Alerts")
    });
    assert!(!terminal.is_cooked());

    terminal.escape("Esc closes");
    terminal.run_opaque("talk");
    terminal.wait_until("the shell's screen", |screen| !screen.alternate_screen());
    terminal.wait_until("the question", |screen| screen.contents().matches("your name?").count() >= 2);
    // Ctrl-C ends the command alone.
    terminal.press("\x03");
    terminal.wait_until("the screen again", |screen| screen.alternate_screen() && screen.contents().contains("Alerts"));
    terminal.escape("Esc closes");
    terminal.press("qq");
    assert_eq!(terminal.ended(), 0);
    terminal.assert_given_back();
}
