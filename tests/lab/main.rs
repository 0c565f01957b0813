//! The whole program on the running incident lab: real servers, real logs, a real repository, no terminal. Skips, and says
//! why, where no lab runs. `MIDWATCH_LAB_DIR` names its folder. The twins on recorded answers are the contract tests.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test says what it skipped, and by a panic what failed"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use midwatch::app::view::view;
use midwatch::app::{Model, Msg};
use midwatch::cli::Start;
use midwatch::config::Config;
use midwatch::domain::Health;
use midwatch::runtime::{Chore, Session, open};
use midwatch::ui::Theme;
use midwatch::ui::dump::{draw_to_buffer, grid};
use tokio::time::{Instant, timeout_at};

/// Longest wait for everything to be there: many scrapes, polls and the first reading of the logs.
const PATIENCE: Duration = Duration::from_secs(40);
/// Longest silence of the channels before the model is told the time.
const TICK: Duration = Duration::from_millis(50);

/// A lab that answers.
struct Lab {
    dir: PathBuf,
    prometheus: String,
    alertmanager: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_logs_metrics_and_changes_of_a_real_system_come_to_the_screen() {
    let Some(lab) = lab().await else { return };
    let own = tempfile::tempdir().unwrap();
    let config: Config = toml::from_str(&configuration(&lab, own.path())).unwrap();
    let mut session = open(Start::Live { config, config_path: None }).unwrap();
    let mut chores = session.tell(Msg::Resize(160, 48));

    let complete = until(&mut session, &mut chores, |model| missing(model).is_empty()).await;

    let screen = draw(&session.model);
    assert!(complete, "still missing: {}\n{screen}", missing(&session.model).join(", "));
    for shown in ["Watchdog", "errors", "am ok", "prom ok", "logs ok", "changes ok", "repo ok"] {
        assert!(screen.contains(shown), "no {shown} in\n{screen}");
    }
    assert!(chores.is_empty(), "nothing may reach the terminal unasked: {chores:?}");
    assert!(session.model.state.proposals.is_empty(), "nothing may be proposed unasked");
    session.stop.send_replace(true);
    session.executor.shut_down().await;
}

/// The lab, if its servers answer; says why not.
async fn lab() -> Option<Lab> {
    let usual = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/midwatch-lab/run"));
    let dir = std::env::var_os("MIDWATCH_LAB_DIR").map(PathBuf::from).or_else(usual)?;
    let list = dir.join("state/lab.json");
    let Ok(text) = std::fs::read_to_string(&list) else {
        eprintln!("skipped: no lab at {}", list.display());
        return None;
    };
    let listed: serde_json::Value = serde_json::from_str(&text).unwrap();
    let [prometheus, alertmanager] =
        ["prometheus", "alertmanager"].map(|server| listed["urls"][server].as_str().unwrap().to_owned());
    for url in [&prometheus, &alertmanager] {
        if let Err(error) = reqwest::get(format!("{url}/-/ready")).await {
            eprintln!("skipped: the lab's {url} does not answer: {error}");
            return None;
        }
    }
    Some(Lab { dir, prometheus, alertmanager })
}

fn configuration(lab: &Lab, own: &Path) -> String {
    let quoted = |path: PathBuf| serde_json::Value::from(path.to_str().unwrap()).to_string();
    format!(
        r#"
        data_dir = {data}
        [[alertmanager]]
        name = "am"
        url = "{am}"
        every = "1s"
        [[prometheus]]
        name = "prom"
        url = "{prom}"
        every = "1s"
        [[prometheus.panel]]
        title = "errors"
        query = "service:http_errors:ratio"
        [[files]]
        name = "logs"
        paths = [{logs}]
        backlog = "64 KiB"
        [[changes]]
        name = "changes"
        path = {changes}
        [[git]]
        name = "repo"
        path = {repo}
        "#,
        data = quoted(own.join("data")),
        am = lab.alertmanager,
        prom = lab.prometheus,
        logs = quoted(lab.dir.join("logs/*.log")),
        changes = quoted(lab.dir.join("changes.jsonl")),
        repo = quoted(lab.dir.join("repo")),
    )
}

/// What has not come yet, in words.
fn missing(model: &Model) -> Vec<String> {
    let stores = &model.state.stores;
    let mut missing: Vec<String> = Vec::new();
    for source in &stores.sources {
        if !matches!(source.health, Health::Up { .. }) {
            missing.push(format!("{} is {:?}", source.id, source.health));
        }
    }
    let there = [
        ("the alert that always fires", stores.alerts.firing().any(|(_, alert)| alert.name().as_str() == "Watchdog")),
        ("samples", stores.series.iter().any(|series| !series.samples.is_empty())),
        ("a log of the frontend", files(model).any(|file| file.contains("frontend"))),
        ("a log of the payments", files(model).any(|file| file.contains("payments"))),
        ("a change", !stores.changes.is_empty()),
    ];
    missing.extend(there.iter().filter(|(_, there)| !there).map(|(what, _)| (*what).to_owned()));
    missing
}

/// The log files that hold records.
fn files(model: &Model) -> impl Iterator<Item = &str> {
    let files = &model.state.stores.records.status.files;
    files.iter().filter(|file| file.records > 0).map(|file| file.name.as_str())
}

/// Drives the session as the loop does until `done`; whether it came to that in time.
async fn until(session: &mut Session, chores: &mut Vec<Chore>, done: impl Fn(&Model) -> bool) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        chores.extend(session.tick());
        let heard = async {
            tokio::select! {
                Some(msg) = session.results.recv() => Ok(msg),
                Some(batch) = session.batches.recv() => Err(batch),
            }
        };
        match timeout_at(Instant::now() + TICK, heard).await {
            Ok(Ok(msg)) => chores.extend(session.tell(msg)),
            Ok(Err(batch)) => chores.extend(session.take_batch(batch)),
            Err(_) => {}
        }
        session.take_in(chores);
        if done(&session.model) {
            return true;
        }
    }
    false
}

fn draw(model: &Model) -> String {
    grid(&draw_to_buffer(160, 48, &Theme::plain(), |canvas| view(model, canvas)))
}
