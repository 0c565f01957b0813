//! The same against real servers, where a lab runs: `MIDWATCH_LAB` names the file that lists its addresses. Every test
//! here has a twin above that needs none.
#![expect(clippy::print_stderr, reason = "a skipped test says why")]

use std::path::PathBuf;

use jiff::SignedDuration;
use midwatch::config::Config;
use midwatch::domain::query::QueryRequest;
use midwatch::domain::{Language, Telemetry, TimeWindow, Timestamp};
use midwatch::sources::discover::{FindingKind, survey};
use midwatch::sources::prometheus::{Client, Extent};

use crate::world::{World, alertmanager, alertmanager_config, no_secrets, prometheus, prometheus_config};

/// The lab's address of a server; `None`, with the reason printed, where no lab answers.
async fn lab(server: &str) -> Option<String> {
    let usual = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/midwatch-lab/run/state/lab.json"));
    let path = std::env::var_os("MIDWATCH_LAB").map(PathBuf::from).or_else(usual)?;
    let listed =
        std::fs::read_to_string(path).ok().and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    let url = listed.and_then(|lab| lab["urls"][server].as_str().map(str::to_owned));
    let answers = match &url {
        Some(url) => reqwest::get(url).await.is_ok(),
        None => false,
    };
    if !answers {
        eprintln!("skipped: no lab with {server} answers");
    }
    url.filter(|_| answers)
}

#[tokio::test]
async fn panels_of_both_metrics_servers_have_samples() {
    for server in ["prometheus", "victoriametrics"] {
        let Some(url) = lab(server).await else { continue };
        let mut world =
            World::of(vec![prometheus(&prometheus_config(&url, &[("errors", "service:http_errors:ratio")]))]);
        let wanted = |_: &str, item: &Telemetry| match item {
            Telemetry::SeriesSet { series, .. } => Some(series.clone()),
            _ => None,
        };
        let series = world.until("series", wanted).await;
        assert!(series.iter().any(|series| !series.samples.is_empty()), "{server}: {series:?}");
        world.up().await;
    }
}

#[tokio::test]
async fn a_confirmed_query_is_answered_and_a_wrong_one_explained() {
    for server in ["prometheus", "victoriametrics"] {
        let Some(url) = lab(server).await else { continue };
        let client = Client::new(&prometheus_config(&url, &[]), no_secrets()).unwrap();
        let window = TimeWindow::ending(Timestamp::now(), SignedDuration::from_mins(5));
        let request = |text: &str| QueryRequest { language: Language::Promql, text: text.to_owned(), window, step: 15 };
        let answer = client.answer(request("up")).await.unwrap();
        assert!(answer.text.starts_with("up{"), "{}", answer.text);
        let why = client.answer(request("sum by ((")).await.unwrap_err().why;
        assert!(why.contains("unexpected"), "{server}: {why}");
    }
}

#[tokio::test]
async fn the_index_of_both_metrics_servers_is_read_and_a_cost_told() {
    for server in ["prometheus", "victoriametrics"] {
        let Some(url) = lab(server).await else { continue };
        let client = Client::new(&prometheus_config(&url, &[]), no_secrets()).unwrap();
        let window = TimeWindow::ending(Timestamp::now(), SignedDuration::from_mins(5));
        let all = client.series_of(&["up"], window, 1_000).await.unwrap();
        let few = client.series_of(&["up"], window, 2).await.unwrap();
        assert_eq!((all.extent, few.extent, few.items.len()), (Extent::Whole, Extent::Cut, 2), "{server}");
        let names = client.label_values("__name__", &[], window, 1_000).await.unwrap();
        assert!(names.items.iter().any(|name| name.as_str() == "up"), "{server}");
        assert!(client.labels(&["up"], window, 100).await.unwrap().items.iter().any(|name| name.as_str() == "job"));
        client.metadata().await.unwrap();
        client.exemplars("up", window).await.unwrap();
        let request = |text: &str| QueryRequest { language: Language::Promql, text: text.to_owned(), window, step: 15 };
        let cost = client.estimate(&request("sum(rate(up[1m]))")).await;
        assert!(cost.starts_with(&format!("≈ {} series x 21 points", all.items.len())), "{server}: {cost}");
        let instant = client.instant("up", Timestamp::now()).await.unwrap();
        // Series of the last minutes may have ended since.
        assert!((1..=all.items.len()).contains(&instant.series.len()), "{server}: {}", instant.series.len());
    }
}

#[tokio::test]
async fn alerts_of_a_real_alertmanager_are_read_without_oddities() {
    let Some(url) = lab("alertmanager").await else { return };
    World::of(vec![alertmanager(&alertmanager_config(&url))]).up().await;
}

#[tokio::test]
async fn discovery_writes_a_configuration_for_the_whole_lab() {
    let mut named = Vec::new();
    for server in ["prometheus", "alertmanager", "victoriametrics"] {
        named.extend(lab(server).await);
    }
    if named.len() < 3 {
        return;
    }
    let survey = survey(&named, no_secrets()).await;
    assert_eq!(survey.silent, []);
    let kinds = |kind| survey.found.iter().filter(|finding| finding.what == kind).count();
    assert!(kinds(FindingKind::Prometheus) >= 2 && kinds(FindingKind::Alertmanager) >= 1);
    let useful =
        survey.found.iter().filter(|finding| !matches!(finding.what, FindingKind::Ollama | FindingKind::OpenAiServer));
    let text: String = useful.map(|finding| finding.snippet.clone() + "\n").collect();
    let config: Config = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    for server in &config.prometheus[..2] {
        assert!(server.panels.iter().any(|panel| panel.query == "service:http_errors:ratio"), "{text}");
    }
}
