//! Reads are kept from writing, whatever their table says of them; and nothing of a read outlives it.

use std::process::Command;

use midwatch::actions::confine::{Landlock, landlock};
use midwatch::domain::Class;
use midwatch::domain::proposal::Outcome;

use super::setting::{Setting, alive, frozen};

/// A table that calls anything a read.
const LIAR: &str = "[[tool]]\nname = \"liar\"\nclass = \"read\"\n";

fn setting(body: &str) -> Setting {
    let mut setting = Setting::new();
    setting.script("liar", body);
    setting.tables = setting.tables.with_text("liar", LIAR).unwrap();
    setting
}

/// Whether these tests can prove anything here; says so where they cannot.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
fn confines() -> bool {
    let there = landlock() != Landlock::Absent;
    if !there {
        eprintln!("skipped: this kernel has no Landlock");
    }
    there
}

#[tokio::test]
async fn a_read_that_tries_to_write_fails_and_changes_nothing() {
    if !confines() {
        return;
    }
    let setting =
        setting("echo x > made; echo x >> kept; rm -f kept; mv kept moved; mkdir folder; ln -s kept link; echo end");
    std::fs::write(setting.settings.cwd.join("kept"), "as it was").unwrap();
    assert_eq!(setting.propose("liar").verdict.class, Class::Read);
    let ran = setting.run(setting.approve("liar")).await;
    assert!(ran.text().ends_with("end\n") && ran.text().contains("ermission denied"), "{}", ran.text());
    let left: Vec<_> =
        std::fs::read_dir(&setting.settings.cwd).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["kept"]);
    assert_eq!(std::fs::read_to_string(setting.settings.cwd.join("kept")).unwrap(), "as it was");
    assert!(setting.journal().contains("\"confined\":true"));
}

#[tokio::test]
async fn what_a_read_starts_is_confined_as_well_and_midwatch_is_not() {
    if !confines() {
        return;
    }
    let setting = setting("setsid sh -c 'sh -c \"echo x > made\"'; env -i /bin/sh -c 'echo x > made2'; true");
    let ran = setting.run(setting.approve("liar")).await;
    assert_eq!(ran.end, Ok((Outcome::Exit(0), 0)));
    assert!(!setting.settings.cwd.join("made").exists() && !setting.settings.cwd.join("made2").exists());
    // The thread that took the restriction on is gone; a write still writes.
    setting.run(setting.approve("touch made")).await;
    assert!(setting.settings.cwd.join("made").exists());
    std::fs::write(setting.settings.cwd.join("own"), "x").unwrap();
}

#[tokio::test]
async fn a_read_has_a_temporary_folder_that_goes_with_it() {
    if !confines() {
        return;
    }
    let setting = setting("echo x > \"$TMPDIR/a\" && cat \"$TMPDIR/a\" && echo gone > /dev/null && echo \"$TMPDIR\"");
    let ran = setting.run(setting.approve("liar")).await;
    let text = ran.text();
    let folder = text.strip_prefix("x\n").unwrap().trim();
    assert_eq!(ran.end, Ok((Outcome::Exit(0), 0)));
    assert!(folder.contains("midwatch-") && !std::path::Path::new(folder).exists(), "{folder}");
}

#[tokio::test]
async fn a_named_cache_can_be_written_to() {
    if !confines() {
        return;
    }
    let mut setting = setting("echo x > $HOME/cache/a; echo x > $HOME/b; true");
    let home = setting.folder.path().to_owned();
    std::fs::create_dir(home.join("cache")).unwrap();
    setting.settings.reads_may_write = vec![home.join("cache"), home.join("not there")];
    setting.run(setting.approve("liar")).await;
    assert!(home.join("cache/a").exists() && !home.join("b").exists());
}

#[tokio::test]
async fn a_read_cannot_end_a_process_that_is_not_its_own() {
    if landlock() != Landlock::Full {
        return;
    }
    let mut other = Command::new("sleep").arg("600").spawn().unwrap();
    // The built-in of the shell: the table does not know of it.
    let setting = setting(&format!("kill -9 {}; sleep 600 & kill -9 $! && echo own", other.id()));
    let ran = setting.run(setting.approve("liar")).await;
    assert!(ran.text().contains("own"), "{}", ran.text());
    assert_eq!(other.try_wait().unwrap(), None);
    other.kill().unwrap();
    other.wait().unwrap();
}

#[tokio::test]
async fn case_35_what_a_read_moved_into_another_session_ends_with_it() {
    if !confines() {
        return;
    }
    let mut setting = setting(
        "setsid sh -c 'echo $$ > $HOME/pids/away; exec sleep 600' >/dev/null 2>&1 &\n\
         (setsid sh -c 'echo $$ > $HOME/pids/orphan; exec sleep 600' >/dev/null 2>&1 &)\n\
         while [ ! -s $HOME/pids/away ] || [ ! -s $HOME/pids/orphan ]; do :; done",
    );
    let pids = setting.folder.path().join("pids");
    std::fs::create_dir(&pids).unwrap();
    setting.settings.reads_may_write = vec![pids.clone()];
    let ran = setting.run(setting.approve("liar")).await;
    assert_eq!(ran.end, Ok((Outcome::Exit(0), 0)), "{}", ran.text());
    for name in ["away", "orphan"] {
        // It was killed; the kernel may still be taking it down.
        let gone = async {
            while alive(&pids.join(name)) {
                tokio::task::yield_now().await
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), gone).await.expect(name);
    }
}

#[tokio::test]
async fn what_needs_other_processes_or_is_no_read_runs_free_and_the_card_says_so() {
    let setting = setting("true");
    let fact = |text: &str| {
        let facts = setting.propose(text).target.facts;
        facts.into_iter().find(|(name, _)| name.as_str() == "confined").map(|(_, value)| value.to_string())
    };
    assert_eq!(fact("ps aux").as_deref(), Some("no: ps looks into other processes"));
    assert_eq!(fact("cat /proc/1/status").as_deref(), Some("no: /proc shows other processes"));
    assert_eq!((fact("liar"), fact("touch x")), (None, None));
    let ran = setting.run(setting.approve("ps -p 1 -o pid=")).await;
    assert_eq!(ran.text().trim(), "1");
    assert!(setting.journal().contains("\"confined\":false"));
}

#[test]
fn a_read_of_postgresql_gets_a_read_only_session_and_the_card_says_so() {
    let mut setting = Setting::new();
    setting.script("psql", "true");
    let options = |setting: &Setting, text: &str| {
        let proposal = setting.propose(text);
        let said = proposal
            .target
            .facts
            .iter()
            .any(|(name, value)| name.as_str() == "added" && value.contains("read_only=on"));
        let set = frozen(&proposal).env.iter().find(|(name, _)| name == "PGOPTIONS").map(|(_, value)| value.clone());
        assert_eq!(said, set.as_ref().is_some_and(|value| value.contains("read_only=on")), "{text}");
        set
    };
    assert_eq!(options(&setting, "psql -c 'select 1'").as_deref(), Some("-c default_transaction_read_only=on"));
    assert_eq!(options(&setting, "psql -c 'delete from a where id = 1'"), None);
    assert_eq!(options(&setting, "uptime"), None);
    setting.settings.read_only_sessions = false;
    assert_eq!(options(&setting, "psql -c 'select 1'"), None);
}

#[tokio::test]
async fn nothing_pages_edits_or_asks() {
    let setting = Setting::new();
    let ran = setting.run(setting.approve("env")).await;
    for line in ["PAGER=cat", "AWS_PAGER=", "GIT_OPTIONAL_LOCKS=0", "LESSSECURE=1", "KUBE_EDITOR=false", "TF_INPUT=0"] {
        assert!(ran.text().lines().any(|found| found == line), "{line}: {}", ran.text());
    }
}
