//! Runs end: by themselves, by time, by a person, by size; and nothing of them stays.

use std::time::Duration;

use midwatch::actions::Journal;
use midwatch::domain::proposal::Outcome;
use tokio::sync::watch;
use tokio::time::timeout;

use super::setting::{Setting, alive, collect};

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn the_journal_has_the_start_before_and_the_end_after() {
    let setting = Setting::new();
    let copy = format!("cat {}", setting.journal_path().display());
    let ran = setting.run(setting.approve(&copy)).await;
    assert!(ran.text().contains("\"event\":\"started\""), "{ran:?}");
    assert!(!ran.text().contains("\"event\":\"ended\""), "{ran:?}");
    assert!(setting.journal().contains("\"outcome\":\"exit 0\""));
}

#[tokio::test]
async fn nothing_runs_while_the_journal_cannot_be_written() {
    let setting = Setting::new();
    let approved = setting.approve("touch made");
    let runner = setting.runner();
    // The head's place is taken by a folder: as final as a full disk, and root is stopped by it too.
    let head = setting.folder.path().join("journal.jsonl.head");
    std::fs::remove_file(&head).unwrap();
    std::fs::create_dir(&head).unwrap();
    let (_stop, stop) = watch::channel(false);
    let ran = collect(&runner, approved, stop).await;
    assert!(ran.refusal().contains("nothing can run"), "{ran:?}");
    assert!(!setting.settings.cwd.join("made").exists());
}

#[tokio::test]
async fn both_outputs_come_in_order_and_the_status_is_kept() {
    let setting = Setting::new();
    let ran = setting.run(setting.approve("sh -c 'echo 1; echo 2 >&2; echo 3; exit 7'")).await;
    assert_eq!((ran.text().as_str(), ran.end.clone()), ("1\n2\n3\n", Ok((Outcome::Exit(7), 0))));
    let ran = setting.run(setting.approve("sh -c 'kill -9 $$'")).await;
    assert_eq!(ran.end, Ok((Outcome::Signal(9), 0)));
}

#[tokio::test]
async fn a_command_gets_no_input_and_no_terminal() {
    let setting = Setting::new();
    let ran = setting.run(setting.approve("cat")).await;
    assert_eq!((ran.text().as_str(), ran.end.clone()), ("", Ok((Outcome::Exit(0), 0))));
    let ran = setting.run(setting.approve("sh -c 'echo x > /dev/tty'")).await;
    assert_ne!(ran.end, Ok((Outcome::Exit(0), 0)), "{ran:?}");
}

#[tokio::test]
async fn case_35_a_group_that_ignores_term_ends_whole() {
    let mut setting = Setting::new();
    setting.settings.timeout_seconds = 1;
    setting.script("stubborn", "trap '' TERM\n(trap '' TERM; echo $$ >/dev/null; sh -c 'echo $PPID' > $HOME/child; while :; do sleep 1; done) &\necho $$ > $HOME/parent\nwhile :; do sleep 1; done");
    let ran = timeout(LONG, setting.run(setting.approve("stubborn"))).await.expect("it ends");
    assert_eq!(ran.end, Ok((Outcome::TimedOut, 0)));
    for name in ["parent", "child"] {
        assert!(!alive(&setting.folder.path().join(name)), "{name} is still there");
    }
}

#[tokio::test]
async fn a_person_stops_a_command() {
    let setting = Setting::new();
    let (send, stop) = watch::channel(false);
    let started = setting.settings.cwd.join("started");
    let approved = setting.approve("sh -c 'touch started; sleep 600'");
    let watching = tokio::spawn(async move {
        while !started.exists() {
            tokio::task::yield_now().await;
        }
        send.send(true).unwrap();
        send
    });
    let ran = collect(&setting.runner(), approved, stop).await;
    assert_eq!(ran.end, Ok((Outcome::Cancelled, 0)));
    assert!(setting.journal().contains("\"outcome\":\"stopped\""));
    drop(watching.await.unwrap());
}

#[tokio::test]
async fn what_is_left_in_the_background_ends_with_its_command() {
    let setting = Setting::new();
    let run = setting.run(setting.approve("sh -c 'sleep 600 & echo $! > bg; echo done'"));
    let ran = timeout(LONG, run).await.expect("it does not wait for what it left behind");
    assert_eq!((ran.text().as_str(), ran.end.clone()), ("done\n", Ok((Outcome::Exit(0), 0))));
    assert!(!alive(&setting.settings.cwd.join("bg")));
}

#[tokio::test]
async fn case_34_endless_output_is_cut_and_ended() {
    let mut setting = Setting::new();
    setting.settings.timeout_seconds = 1;
    setting.script("w", "yes");
    let ran = setting.run(setting.approve("w")).await;
    let (outcome, cut) = ran.end.clone().unwrap();
    assert_eq!(outcome, Outcome::TimedOut);
    assert!(cut > 0 && ran.text().contains(&format!("[{cut} bytes cut]")));
    assert!(ran.text.len() < setting.settings.output_cap + 100, "{}", ran.text.len());
}

#[tokio::test]
async fn case_34_one_line_of_fifty_mebibytes() {
    let setting = Setting::new();
    let ran = setting.run(setting.approve("sh -c 'head -c 52428800 /dev/zero | tr \"\\0\" x; echo end'")).await;
    let (outcome, cut) = ran.end.clone().unwrap();
    assert_eq!((outcome, cut), (Outcome::Exit(0), 52_428_804 - setting.settings.output_cap as u64));
    assert!(ran.text().starts_with("xxx") && ran.text().ends_with("xend\n"));
}

#[tokio::test]
async fn case_34_a_hundred_mebibytes_in_lines() {
    let setting = Setting::new();
    let ran = setting.run(setting.approve("yes 'a line like any other' | head -c 104857600")).await;
    let (outcome, cut) = ran.end.clone().unwrap();
    assert_eq!((outcome, cut), (Outcome::Exit(0), 104_857_600 - setting.settings.output_cap as u64));
    assert!(ran.text().contains(&format!("\n[{cut} bytes cut]\n")));
    assert!(setting.journal().contains("\"output_bytes\":104857600"));
}

#[tokio::test]
async fn a_program_that_does_not_start_is_a_failure_in_words() {
    let setting = Setting::new();
    let path = setting.script("uptime", "x");
    std::fs::write(&path, "#!/nonexistent/interpreter\n").unwrap();
    let ran = setting.run(setting.approve("uptime")).await;
    assert_eq!(ran.end, Ok((Outcome::Failed, 0)));
    assert!(ran.text().contains("could not be started"), "{ran:?}");
}

#[test]
fn a_journal_in_a_place_that_is_no_folder_says_what_to_do() {
    let setting = Setting::new();
    let file = setting.script("x", "");
    let error = Journal::open(&file.join("journal.jsonl")).unwrap_err().to_string();
    assert!(error.contains("nothing can run") && error.contains("--journal PATH"), "{error}");
}
