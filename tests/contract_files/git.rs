//! Git: commits become changes once, a repository's own settings run nothing.

use std::path::Path;
use std::process::Command;

use midwatch::config::schema::Git;
use midwatch::sources::git::GitSource;

use super::bench::Bench;

fn source(path: &Path) -> GitSource {
    let length = |text: &str| text.parse().unwrap();
    GitSource::new(&Git { name: "git".to_owned(), path: path.to_owned(), every: length("1s"), since: length("24h") })
}

fn git(path: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .arg("-C")
        .arg(path)
        .args(["-c", "user.name=Noor Haddad", "-c", "user.email=noor@shop.example", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .status()
        .unwrap();
    assert!(status.success(), "git {arguments:?}");
}

#[tokio::test]
async fn each_commit_is_a_change_once() {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q"]);
    let mut bench = Bench::start(source(dir.path()));
    bench.until_health("ok", "").await;
    git(dir.path(), &["commit", "-q", "--allow-empty", "-m", "payments 2.3.1: new header"]);
    bench.until("the first commit", |bench| bench.changes.len() == 1).await;
    git(dir.path(), &["commit", "-q", "--allow-empty", "-m", "cart 3.1.5"]);
    bench.until("the second commit", |bench| bench.changes.len() >= 2).await;
    let said: Vec<&str> = bench.changes.iter().map(|change| change.summary.as_str()).collect();
    assert_eq!(said, ["payments 2.3.1: new header", "cart 3.1.5"]);
    assert_eq!(bench.changes[0].kind.as_str(), "commit");
    assert_eq!(bench.changes[0].author.as_deref(), Some("Noor Haddad <noor@shop.example>"));
    bench.stop().await;
}

#[tokio::test]
async fn settings_of_the_repository_run_no_program() {
    let dir = tempfile::tempdir().unwrap();
    let mark = dir.path().join("ran");
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["commit", "-q", "--allow-empty", "-m", "first"]);
    let touch = format!("touch {}", mark.display());
    for key in ["core.pager", "pager.log", "core.fsmonitor", "alias.log", "diff.external", "gpg.program"] {
        let value = if key.starts_with("alias") { format!("!{touch}") } else { touch.clone() };
        git(dir.path(), &["config", key, &value]);
    }
    git(dir.path(), &["config", "log.showSignature", "true"]);
    let mut bench = Bench::start(source(dir.path()));
    bench.until("the commit", |bench| bench.changes.len() == 1).await;
    bench.stop().await;
    assert!(!mark.exists());
}

#[tokio::test]
async fn what_is_no_repository_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::start(source(dir.path()));
    bench.until_health("down", "not a git repository").await;
    bench.stop().await;
}
