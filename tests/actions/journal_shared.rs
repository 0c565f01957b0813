//! One journal and several real processes: this test binary starts itself again, and the child writes, until it is
//! done, killed, or out of room.

use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use midwatch::actions::journal::{lines, verify};
use midwatch::actions::{Entry, Event, Journal, Verification};
use midwatch::domain::Timestamp;
use tokio::sync::watch;

use super::setting::{Setting, collect};

/// Names the journal to a child, and how many entries it is to write.
const PATH: &str = "MIDWATCH_TEST_JOURNAL";
const COUNT: &str = "MIDWATCH_TEST_ENTRIES";

fn writer(path: &Path, count: u32) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "journal_shared::the_child_that_writes"]).env(PATH, path).env(COUNT, count.to_string());
    command.stdout(Stdio::null()).spawn().unwrap()
}

/// Does nothing unless one of the tests below starts it.
#[test]
fn the_child_that_writes() {
    let Some(path) = std::env::var_os(PATH) else { return };
    let journal = Journal::open(&PathBuf::from(path)).unwrap();
    for n in 0..std::env::var(COUNT).unwrap().parse().unwrap() {
        let entry = Entry::new(Event::Shown).with("n", n).with("text", "x".repeat(n as usize % 3000));
        journal.append(&entry, Timestamp::now()).unwrap();
    }
}

#[test]
fn several_processes_share_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let children = [(); 3].map(|()| writer(&path, 60));
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(verify(&path).unwrap(), Verification::Intact { entries: 180 });
    let mut sessions: Vec<String> =
        lines(&path).unwrap().map(|line| line.unwrap().fields["session"].as_str().unwrap().to_owned()).collect();
    sessions.sort();
    let sizes: Vec<usize> = sessions.chunk_by(|a, b| a == b).map(<[String]>::len).collect();
    assert_eq!(sizes, [60, 60, 60]);
}

#[test]
fn a_process_killed_while_it_writes_harms_neither_the_chain_nor_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let mut other = writer(&path, 150);
    for round in 1..=6 {
        let mut victim = writer(&path, u32::MAX);
        while std::fs::read_to_string(&path).unwrap_or_default().lines().count() < round * 15 {
            std::thread::yield_now();
        }
        victim.kill().unwrap();
        victim.wait().unwrap();
    }
    assert!(other.wait().unwrap().success());
    Journal::open(&path).unwrap().append(&Entry::new(Event::Session), Timestamp::now()).unwrap();
    assert!(matches!(verify(&path).unwrap(), Verification::Intact { entries } if entries > 150));
}

/// Runs in a process that may not make a file longer than 16 KiB, which to a writer is a full disk.
#[tokio::test]
async fn the_child_that_runs_out_of_room() {
    let Some(path) = std::env::var_os(PATH) else { return };
    let setting = Setting::new();
    let (approved, runner) = (setting.approve("touch made"), setting.runner());
    let journal = Journal::open(&setting.journal_path()).unwrap();
    // Smaller and smaller, until nothing at all fits.
    for size in [700, 70, 0] {
        let entry = Entry::new(Event::Shown).with("text", "x".repeat(size));
        let error = loop {
            if let Err(error) = journal.append(&entry, Timestamp::now()) {
                break error.to_string();
            }
        };
        assert!(error.contains("nothing can run") && error.contains("Free the disk"), "{error}");
    }
    let (_stop, stop) = watch::channel(false);
    let ran = collect(&runner, approved, stop).await;
    assert!(ran.refusal().contains("nothing can run"), "{ran:?}");
    assert!(!setting.settings.cwd.join("made").exists());
    assert!(matches!(verify(&setting.journal_path()).unwrap(), Verification::Intact { .. }));
    for name in ["journal.jsonl", "journal.jsonl.head"] {
        std::fs::copy(setting.folder.path().join(name), PathBuf::from(&path).with_file_name(name)).unwrap();
    }
}

#[test]
fn case_40_while_the_disk_is_full_nothing_runs_and_the_chain_stays_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    // 16 blocks of a kibibyte in bash; without the signal, a write beyond is an error as on a full disk.
    let status = Command::new("bash")
        .args(["-c", "trap '' XFSZ; ulimit -f 16; exec \"$@\"", "bash"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "journal_shared::the_child_that_runs_out_of_room"])
        .env(PATH, &path)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let Verification::Intact { entries } = verify(&path).unwrap() else { panic!("not intact") };
    // With room again the chain goes on.
    Journal::open(&path).unwrap().append(&Entry::new(Event::Session), Timestamp::now()).unwrap();
    assert_eq!(verify(&path).unwrap(), Verification::Intact { entries: entries + 1 });
}

/// Bytes that this thread has read so far.
#[cfg(target_os = "linux")]
fn bytes_read() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/io").unwrap();
    text.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn opening_and_adding_read_the_end_of_a_large_journal_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let mut file = std::fs::File::create(&path).unwrap();
    // A hole of 2 GiB stands for the entries of years.
    file.seek(SeekFrom::Start(2 << 30)).unwrap();
    let line = format!("{{\"seq\":9000000,\"time\":\"x\",\"prev\":\"{}\",\"event\":\"ended\"}}\n", "0".repeat(64));
    file.write_all(format!("\n{line}").as_bytes()).unwrap();
    let before = bytes_read();
    let journal = Journal::open(&path).unwrap();
    journal.append(&Entry::new(Event::Session), Timestamp::now()).unwrap();
    let read = bytes_read() - before;
    assert!(read < 256 * 1024, "{read} bytes were read");
}
