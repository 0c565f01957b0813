//! An incident on live sources: servers that speak the protocols, a log file that grows, commands on this machine, and
//! the bundle that is left.

use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use midwatch::cli::Start;
use midwatch::config::Config;
use midwatch::config::schema::{Alertmanager, Files, Panel, PanelUnit, Prometheus};
use midwatch::config::units::Size;
use midwatch::domain::{Class, EvidenceKind, Severity};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::world::World;

const FIRST: &str = "level=info service=payments msg=\"ready to charge\"";
const SECOND: &str = "level=error service=payments msg=\"KeyError: 'amex'\"";

/// Alertmanager and Prometheus on one port.
async fn servers() -> MockServer {
    let server = MockServer::start().await;
    let alerts = format!("{}/tests/fixtures/net/alertmanager-alerts.json", env!("CARGO_MANIFEST_DIR"));
    let alerts = std::fs::read_to_string(alerts).unwrap();
    let json = |body: String| ResponseTemplate::new(200).set_body_raw(body, "application/json");
    Mock::given(method("GET")).and(path("/api/v2/alerts")).respond_with(json(alerts)).mount(&server).await;
    let now = Timestamp::now().as_second();
    let values: Vec<String> = (0..20).map(|step| format!("[{},\"{}\"]", now - 300 + step * 15, step % 7)).collect();
    let series = format!(r#"{{"metric":{{"service":"payments"}},"values":[{}]}}"#, values.join(","));
    let range = format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{series}]}}}}"#);
    Mock::given(path("/api/v1/query_range")).respond_with(json(range)).mount(&server).await;
    server
}

fn log_file(home: &Path) -> PathBuf {
    let log = home.join("payments.log");
    std::fs::write(&log, format!("{FIRST}\n")).unwrap();
    log
}

fn with_log(config: &mut Config, log: &Path) {
    let paths = vec![log.display().to_string()];
    config.files = vec![Files { name: "app".into(), paths, service: String::new(), backlog: Size::mib(4) }];
}

fn with_alertmanager(config: &mut Config, url: String) {
    let (every, timeout) = ("50ms".parse().unwrap(), "20s".parse().unwrap());
    config.alertmanager = vec![Alertmanager { every, timeout, ..Alertmanager::at("am", &url) }];
}

fn with_prometheus(config: &mut Config, url: String) {
    config.prometheus = vec![Prometheus {
        every: "100ms".parse().unwrap(),
        timeout: "20s".parse().unwrap(),
        panels: vec![Panel { title: "errors".into(), query: "errors_total".into(), unit: PanelUnit::Number }],
        ..Prometheus::at("prom", &url)
    }];
}

fn live(config: Config) -> Start {
    Start::Live { config, config_path: None }
}

#[tokio::test]
async fn a_live_incident_is_recorded_and_its_bundle_shows_the_same_again() {
    let server = servers().await;
    let home = tempfile::tempdir().unwrap();
    let log = log_file(home.path());
    let change = |config: &mut Config| {
        with_log(config, &log);
        with_alertmanager(config, server.uri());
        with_prometheus(config, server.uri());
    };
    let mut world = World::of(home, change, live);
    world.until("three alerts", |world| world.firing().len() == 3).await;
    world.see("ready to charge").await;
    world.see("errors").await;
    world
        .until("an incident that is recorded", |world| {
            let state = &world.session.model.state;
            state.incident.is_some() && matches!(state.bundle, Some(Ok(_)))
        })
        .await;
    assert!(world.screen().contains("4 Actions") && !world.screen().contains("Copilot"), "{}", world.screen());

    let mut file = std::fs::OpenOptions::new().append(true).open(&log).unwrap();
    writeln!(file, "{SECOND}").unwrap();
    world.see("KeyError: 'amex'").await;

    world.propose("echo $((40 + 2)) charges").await;
    assert_eq!(world.newest().verdict.class, Class::Read);
    world.confirm_read().await;
    world.until("its output", |world| world.is_done(0)).await;
    let id = world.newest().evidence().unwrap();
    let evidence = world.session.model.state.stores.evidence.get(id).unwrap().clone();
    assert_eq!((evidence.kind, evidence.text.as_str().trim()), (EvidenceKind::Command, "42 charges"));
    world.press("<esc>M");
    world.write("the card table knows no amex");
    world.press("<enter>Y");
    let notes = world.copied.last().unwrap().clone();
    assert!(notes.contains("42 charges") && notes.contains("the card table knows no amex"), "{notes}");
    let fired = world.firing();
    let bundle = PathBuf::from(world.session.model.state.bundle.clone().unwrap().unwrap().as_str());
    let bundle = if bundle.is_absolute() { bundle } else { world.home.path().join(bundle) };
    let events = world.end().await;
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["proposed", "shown", "approved", "started", "ended"]);
    for part in ["incident.toml", "alerts.jsonl", "timeline.jsonl", "notes.md"] {
        assert!(bundle.join(part).is_file(), "{part} is missing in {}", bundle.display());
    }

    let mut again = World::of(tempfile::tempdir().unwrap(), |_| {}, |config| Start::Replay { dir: bundle, config });
    again.press("J");
    again.until("the same alerts", |again| again.firing() == fired).await;
    again
        .until("the same records", |again| {
            let rows = &again.session.model.state.stores.records.page.rows;
            let known = |severity, text: &str| {
                rows.iter().any(|row| row.record.severity == severity && row.record.raw.contains(text))
            };
            known(Severity::Info, FIRST) && known(Severity::Error, SECOND)
        })
        .await;
    let known = again.session.model.state.stores.evidence.get(id).unwrap();
    assert_eq!(known.text, evidence.text);
    again.end().await;
}

#[tokio::test]
async fn a_source_that_hangs_slows_nobody() {
    let hanging = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", hanging.local_addr().unwrap());
    let home = tempfile::tempdir().unwrap();
    let log = log_file(home.path());
    let change = |config: &mut Config| {
        with_log(config, &log);
        with_alertmanager(config, url);
    };
    let mut world = World::of(home, change, live);
    world.see("ready to charge").await;
    let (held, _) = hanging.accept().await.unwrap();
    world.press("?");
    world.see("help for this pane").await;
    world.press("<esc>");
    world.propose("echo still quick").await;
    world.confirm_read().await;
    world.until("the command's end", |world| world.is_done(0)).await;
    let am = world.session.model.state.stores.sources.iter().find(|source| source.id.as_str() == "am").unwrap();
    assert_eq!(am.health.word(), midwatch::domain::Health::Starting.word());
    world.end().await;
    drop(held);
}

#[tokio::test]
async fn what_a_command_prints_is_shown_clean_and_a_failure_is_told() {
    let home = tempfile::tempdir().unwrap();
    let log = log_file(home.path());
    let mut world = World::of(home, |config| with_log(config, &log), live);
    world.see("ready to charge").await;
    world.propose("printf 'a\\033[31mred\\033[0m\\007 \\303(\\n'; ls /no/such/folder").await;
    world.confirm_read().await;
    world.until("the end", |world| world.is_done(0)).await;
    let id = world.newest().evidence().unwrap();
    let text = world.session.model.state.stores.evidence.get(id).unwrap().text.to_string();
    assert!(text.contains("ared") && text.contains("/no/such/folder"), "{text:?}");
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    world.see("exit 2").await;
    world.end().await;
}
