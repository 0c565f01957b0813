//! Programs: lines as they come, ends and failures told, groups killed.

use std::time::Duration;

use midwatch::config::schema::{Command, CommandLines};
use midwatch::sources::command::CommandSource;

use super::bench::Bench;

fn shell(script: &str) -> Command {
    Command {
        name: "tool".to_owned(),
        argv: ["sh", "-c", script].map(str::to_owned).to_vec(),
        lines: CommandLines::Logs,
        service: String::new(),
        every: None,
    }
}

fn start(config: &Command) -> Bench {
    Bench::start(CommandSource::new(config))
}

#[tokio::test]
async fn lines_arrive_while_the_program_runs_and_stopping_kills_its_whole_group() {
    let dir = tempfile::tempdir().unwrap();
    let pid = dir.path().join("pid");
    // The sleeper is a grandchild that ignores the polite signals and holds the pipe open.
    let script =
        format!("trap '' TERM HUP; sleep 600 & echo $! > {}; echo level=warn msg=started; wait", pid.display());
    let mut bench = start(&shell(&script));
    bench.until_bodies(&["started"]).await;
    assert_eq!(bench.logs[0].service.as_str(), "tool");
    let pid: i32 = std::fs::read_to_string(&pid).unwrap().trim().parse().unwrap();
    bench.stop().await;
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while is_running(pid) {
        assert!(std::time::Instant::now() < deadline, "the grandchild is still alive");
        tokio::task::yield_now().await;
    }
}

/// A killed process whose parent has not fetched its end yet counts as gone.
fn is_running(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}

#[tokio::test]
async fn a_program_that_fails_is_told_with_its_last_words_and_started_again() {
    let mut bench = start(&shell("echo tried; echo one >&2; echo 'no such cluster' >&2; exit 3"));
    bench.until_health("down", "(exit status: 3): no such cluster").await;
    bench.until("a second run", |bench| bench.logs.len() >= 2).await;
    bench.stop().await;
}

#[tokio::test]
async fn a_program_that_leaves_a_child_behind_still_ends() {
    let mut config = shell("sleep 600 & echo done");
    config.every = Some("1h".parse().unwrap());
    let mut bench = start(&config);
    bench.until_bodies(&["done"]).await;
    bench.until_health("ok", "").await;
    bench.stop().await;
}

#[tokio::test]
async fn a_program_that_is_not_there_is_told() {
    let mut config = shell("");
    config.argv = vec!["/no/such/program".to_owned()];
    let mut bench = start(&config);
    bench.until_health("down", "/no/such/program cannot be started").await;
    config.argv.clear();
    let mut bench = start(&config);
    bench.until_health("down", "set argv").await;
}

#[tokio::test]
async fn lines_can_be_changes_and_runs_can_be_repeated() {
    let mut config = shell(
        r#"echo '{"ts":"2026-11-20T21:02:45Z","summary":"flag on"}'; echo junk; printf '{"ts":1795208660,"summary":"no line end"}'"#,
    );
    config.lines = CommandLines::Changes;
    config.every = Some("1s".parse().unwrap());
    let mut bench = start(&config);
    bench.until("two runs", |bench| bench.changes.len() >= 4).await;
    assert_eq!(bench.changes[1].summary.as_str(), "no line end");
    bench.until_health("degraded", "1 line was no change event").await;
    bench.stop().await;
}

#[tokio::test]
async fn the_program_runs_without_a_shell() {
    let mut config = shell("");
    config.argv = ["echo", "$HOME; `id`"].map(str::to_owned).to_vec();
    let mut bench = start(&config);
    bench.until("a line", |bench| !bench.logs.is_empty()).await;
    assert_eq!(bench.bodies()[0], "$HOME; `id`");
    bench.stop().await;
}
