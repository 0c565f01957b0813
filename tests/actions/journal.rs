//! The journal tells whether it is what was written.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use midwatch::actions::journal::{Export, Format, verify};
use midwatch::actions::{Confirmation, Entry, Event, Gate, Journal, Verification};
use midwatch::domain::Timestamp;
use proptest::prelude::*;

fn written(folder: &Path, count: usize) -> PathBuf {
    let path = folder.join("journal.jsonl");
    let journal = Journal::open(&path).unwrap();
    for n in 0..count {
        journal.append(&Entry::new(Event::Proposed).with("text", format!("command {n}")), Timestamp::now()).unwrap();
    }
    path
}

fn rewrite(path: &Path, change: impl FnOnce(&mut Vec<String>)) {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    change(&mut lines);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(path, text).unwrap();
}

fn broken_at(path: &Path) -> u64 {
    match verify(path).unwrap() {
        Verification::Broken { line, .. } => line,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_untouched_journal_is_intact_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), 5);
    assert_eq!(verify(&path).unwrap(), Verification::Intact { entries: 5 });
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(verify(&written(tempfile::tempdir().unwrap().path(), 0)).unwrap(), Verification::Intact { entries: 0 });
}

#[test]
fn case_40_every_tampering_is_found() {
    type Tampering = fn(&mut Vec<String>);
    let cases: [(&str, Tampering, u64); 7] = [
        ("changed", |lines| lines[2] = lines[2].replace("command 2", "command X"), 3),
        ("last changed", |lines| lines[4] = lines[4].replace("command 4", "command X"), 5),
        ("removed", |lines| drop(lines.remove(2)), 3),
        ("swapped", |lines| lines.swap(1, 2), 2),
        ("cut", |lines| lines.truncate(3), 4),
        ("doubled", |lines| lines.insert(2, lines[2].clone()), 4),
        ("emptied", Vec::clear, 1),
    ];
    for (what, change, line) in cases {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), 5);
        rewrite(&path, change);
        assert_eq!(broken_at(&path), line, "{what}");
    }
}

#[test]
fn nothing_is_added_to_a_journal_whose_end_was_cut_or_changed() {
    let cases: [fn(&mut Vec<String>); 3] =
        [|lines| lines.truncate(3), |lines| lines[4] = lines[4].replace("command 4", "command X"), Vec::clear];
    for change in cases {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), 5);
        let open = Journal::open(&path).unwrap();
        rewrite(&path, change);
        assert!(Journal::open(&path).unwrap_err().to_string().contains("nothing can run"));
        assert!(open.append(&Entry::new(Event::Started), Timestamp::now()).is_err());
    }
}

#[tokio::test]
async fn case_40_a_journal_that_was_removed_or_replaced_while_it_is_open_lets_nothing_run() {
    let setting = super::setting::Setting::new();
    let path = setting.journal_path();
    let journal = std::sync::Arc::new(Journal::open(&path).unwrap());
    let runner = midwatch::actions::Runner::new(journal, setting.tables.clone(), setting.settings.clone());
    let run = async |text: &str| {
        let (_stop, stop) = tokio::sync::watch::channel(false);
        super::setting::collect(&runner, setting.approve(text), stop).await
    };
    assert_eq!(run("echo a").await.text(), "a\n");
    let aside = path.with_extension("aside");
    std::fs::rename(&path, &aside).unwrap();
    let ran = run("echo b").await;
    assert!(ran.text.is_empty() && ran.refusal().contains("removed or moved"), "{ran:?}");
    std::fs::copy(&aside, &path).unwrap();
    let ran = run("echo c").await;
    assert!(ran.text.is_empty() && ran.refusal().contains("another file has taken its place"), "{ran:?}");
    std::fs::rename(&aside, &path).unwrap();
    assert_eq!(run("echo d").await.text(), "d\n", "put back, it goes on");
    assert!(matches!(verify(&path).unwrap(), Verification::Intact { entries: 4 }), "{:?}", verify(&path));
}

#[test]
fn case_40_a_journal_reached_by_a_link_has_the_same_head() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), 3);
    let link = folder.path().join("link.jsonl");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    Journal::open(&link).unwrap().append(&Entry::new(Event::Proposed), Timestamp::now()).unwrap();
    assert_eq!(verify(&link).unwrap(), Verification::Intact { entries: 4 });
    rewrite(&path, |lines| drop(lines.pop()));
    assert_eq!(broken_at(&path), 4, "what was written by the other name is missed by this one");
    assert!(Journal::open(&link).is_err());
}

#[test]
fn without_its_head_the_end_is_not_sure() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), 3);
    std::fs::remove_file(folder.path().join("journal.jsonl.head")).unwrap();
    assert!(matches!(verify(&path).unwrap(), Verification::Unanchored { entries: 3, .. }));
}

#[test]
fn a_torn_last_line_is_taken_back_and_the_chain_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), 3);
    let mut text = std::fs::read(&path).unwrap();
    text.extend_from_slice(b"{\"seq\":4,\"ti");
    std::fs::write(&path, text).unwrap();
    assert_eq!(broken_at(&path), 4);
    let journal = Journal::open(&path).unwrap();
    journal.append(&Entry::new(Event::Session), Timestamp::now()).unwrap();
    assert_eq!(verify(&path).unwrap(), Verification::Intact { entries: 4 });
}

#[test]
fn several_writers_share_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                // Each with a file of its own, as another process would have.
                let journal = Journal::open(path).unwrap();
                for n in 0..25 {
                    let entry = Entry::new(Event::Shown).with("writer", writer).with("n", n);
                    journal.append(&entry, Timestamp::now()).unwrap();
                }
            });
        }
    });
    assert_eq!(verify(&path).unwrap(), Verification::Intact { entries: 100 });
}

#[test]
fn an_entry_cannot_forge_the_chain_or_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let journal = Journal::open(&path).unwrap();
    let entry = Entry::new(Event::Rejected).with("seq", 99).with("prev", "x").with("why", "a\n{\"seq\":2}\r\u{0}");
    journal.append(&entry, Timestamp::now()).unwrap();
    assert_eq!(verify(&path).unwrap(), Verification::Intact { entries: 1 });
    let long = Entry::new(Event::Rejected).with("why", "x".repeat(2 << 20));
    assert!(journal.append(&long, Timestamp::now()).unwrap_err().to_string().contains("1 MiB"));
    assert_eq!(verify(&path).unwrap(), Verification::Intact { entries: 1 });
}

#[test]
fn long_entries_do_not_hide_the_end_of_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let journal = Journal::open(&path).unwrap();
    for size in [10, 16_300, 16_384, 100_000, 1_000_000, 10] {
        journal.append(&Entry::new(Event::Session).with("x", "y".repeat(size)), Timestamp::now()).unwrap();
    }
    assert_eq!(verify(&path).unwrap(), Verification::Intact { entries: 6 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_changed_byte_is_found(at in 0_usize..2000, to in any::<u8>()) {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), 4);
        let mut bytes = std::fs::read(&path).unwrap();
        let at = at % bytes.len();
        let same = bytes[at] == to;
        bytes[at] = to;
        std::fs::write(&path, &bytes).unwrap();
        let intact = verify(&path).unwrap() == Verification::Intact { entries: 4 };
        prop_assert_eq!(intact, same);
    }
}

#[test]
fn a_secret_typed_into_a_command_is_not_in_the_journal_and_the_digest_stays() {
    let setting = super::setting::Setting::new();
    let journal = Journal::open(&setting.journal_path()).unwrap();
    let proposal =
        setting.propose("curl -H 'Authorization: Bearer 8f2a61cc90d84b7e9a55' https://api.example.org/health");
    let digest = Gate::digest(&proposal);
    journal.append(&Entry::about(Event::Proposed, &proposal, &digest), Timestamp::now()).unwrap();
    journal.append(&Entry::new(Event::Rejected).with("why", "token=8f2a61cc90d84b7e9a55"), Timestamp::now()).unwrap();
    let text = setting.journal();
    assert!(!text.contains("8f2a61cc90d84b7e9a55"), "{text}");
    assert!(
        text.contains("[REDACTED:") && text.contains("\"redacted\":true") && text.contains(digest.as_str()),
        "{text}"
    );
    assert!(!format!("{journal:?}").contains("8f2a"));
    assert!(matches!(verify(&setting.journal_path()).unwrap(), Verification::Intact { entries: 2 }));
}

#[tokio::test]
async fn an_approval_that_grew_too_old_is_in_the_journal_as_expired() {
    let setting = super::setting::Setting::new();
    let proposal = setting.propose("touch made");
    let long_ago = Timestamp::now().checked_sub(jiff::SignedDuration::from_secs(121)).unwrap();
    let gate = Gate::default();
    let approved = gate.approve(&proposal, &Gate::digest(&proposal), &Confirmation::YThenEnter, long_ago).unwrap();
    let ran = setting.run(approved).await;
    assert!(ran.refusal().contains("too old"), "{ran:?}");
    assert!(setting.journal().contains("\"event\":\"expired\"") && !setting.journal().contains("started"));
    assert!(!setting.settings.cwd.join("made").exists());
}

fn exported(path: &Path, format: Format, since: Option<&str>, incident: Option<&str>) -> (String, Verification) {
    let since = since.map(|since| since.parse().unwrap());
    let mut out = Vec::new();
    let verdict = Export { format, since, incident: incident.map(str::to_owned) }.write(path, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), verdict)
}

#[test]
fn an_export_tells_each_proposal_once_with_what_became_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let journal = Journal::open(&path).unwrap();
    let at = |minute: u32| format!("2026-11-20T02:{minute:02}:00Z").parse::<Timestamp>().unwrap();
    let entry = |event, id: &str, text: &str| {
        Entry::new(event).with("proposal", id).with("digest", "d1").with("class", "write").with("text", text)
    };
    journal.append(&entry(Event::Proposed, "P1", "echo before"), at(0)).unwrap();
    journal.begin_incident("INC-7");
    let hostile = "echo '```\n# not a title' && kubectl rollout undo deploy/a";
    for (event, minute) in [(Event::Proposed, 1), (Event::Approved, 2), (Event::Started, 2)] {
        journal.append(&entry(event, "P2", hostile), at(minute)).unwrap();
    }
    let ended = entry(Event::Ended, "P2", hostile).with("outcome", "exit 0").with("output_bytes", 12);
    journal.append(&ended, at(3)).unwrap();
    let (text, verdict) = exported(&path, Format::Markdown, None, Some("INC-7"));
    assert_eq!(verdict, Verification::Intact { entries: 5 });
    assert_eq!(text.matches("\n## ").count(), 1, "{text}");
    assert!(text.contains(&format!("````\n{hostile}\n````")) && !text.contains("echo before"), "{text}");
    assert!(text.contains("**ended**: exit 0, 12 bytes of output"), "{text}");
    let (text, _) = exported(&path, Format::Json, Some("2026-11-20T02:02:00Z"), None);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let events: Vec<_> = value["entries"].as_array().unwrap().iter().map(|entry| entry["event"].clone()).collect();
    assert_eq!(events, ["approved", "started", "ended"]);
    assert_eq!(value["chain"], "intact, 5 entries");
    rewrite(&path, |lines| lines[2] = lines[2].replace("approved", "shown"));
    let (text, verdict) = exported(&path, Format::Markdown, None, None);
    assert!(!verdict.is_whole() && text.contains("broken: line 3") && !text.contains("**ended**"), "{text}");
}
