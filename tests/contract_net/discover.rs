//! Discovery at named addresses: each product is known by what it answers.

use midwatch::config::Config;
use midwatch::sources::discover::{Finding, FindingKind, survey};

use crate::hostile::{Answer, Hostile};
use crate::world::{fixture, no_secrets};

/// A server that has these paths and answers 404 to all others.
async fn having(paths: &'static [(&'static str, &'static str)]) -> Hostile {
    Hostile::scripted(move |head| {
        let path = head.split([' ', '?']).nth(1).unwrap_or_default();
        match paths.iter().find(|(known, _)| *known == path) {
            Some((_, body)) if body.ends_with(".json") => Answer::json(fixture(body)),
            Some((_, body)) => Answer::json(*body),
            None => Answer::status(404, "text/plain", "404 page not found"),
        }
    })
    .await
}

const VECTOR: &str = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;

async fn finding(server: &Hostile, suffix: &str) -> Finding {
    let survey = survey(&[format!("{}{suffix}", server.url)], no_secrets()).await;
    let here = survey.found.into_iter().find(|finding| finding.at.as_str() == server.url);
    here.unwrap_or_else(|| panic!("nothing found: {:?}", survey.silent))
}

#[tokio::test]
async fn a_prometheus_gives_panels_from_its_rules() {
    let server = having(&[
        ("/api/v1/status/buildinfo", "prometheus-buildinfo.json"),
        ("/api/v1/query", VECTOR),
        ("/api/v1/rules", "prometheus-rules.json"),
    ])
    .await;
    let found = finding(&server, "/graph").await;
    assert_eq!(found.what, FindingKind::Prometheus);
    assert!(found.evidence.contains("Prometheus 2.42.0"), "{}", found.evidence);
    let config: Config = toml::from_str(&found.snippet).unwrap();
    let queries: Vec<&str> = config.prometheus[0].panels.iter().map(|panel| panel.query.as_str()).collect();
    assert!(queries.contains(&"service:http_errors:ratio"), "{queries:?}");
    assert!(queries.contains(&"sum(rate(orders_total{outcome=\"failed\"}[30s])) / sum(rate(orders_total[30s]))"));
    assert_eq!(queries.iter().filter(|query| **query == "service:http_errors:ratio").count(), 1);
    assert_eq!(config.prometheus[0].url, server.url);
}

#[tokio::test]
async fn what_speaks_the_api_without_a_version_is_found_too() {
    let server = having(&[
        ("/api/v1/status/buildinfo", r#"{"status":"success","data":{}}"#),
        ("/api/v1/query", VECTOR),
        ("/api/v1/rules", r#"{"status":"success","data":{"groups":[]}}"#),
        ("/api/v1/label/__name__/values", r#"{"status":"success","data":["a:b:c","up"]}"#),
    ])
    .await;
    let found = finding(&server, "").await;
    assert!(found.evidence.contains("VictoriaMetrics") && found.snippet.contains("a:b:c"), "{found:?}");
}

#[tokio::test]
async fn the_other_products_are_told_apart() {
    let models = r#"{"object":"list","data":[{"id":"tiny"}]}"#;
    for (paths, kind, word) in [
        (&[("/api/v2/status", "alertmanager-status.json")][..], FindingKind::Alertmanager, "[[alertmanager]]"),
        (&[("/v1/models", r#"{"object":"list","data":[{"id":"tiny"}]}"#)][..], FindingKind::OpenAiServer, "\"tiny\""),
        (
            &[("/api/tags", r#"{"models":[{"name":"qwen3:8b"}]}"#), ("/v1/models", models)][..],
            FindingKind::Ollama,
            "\"ollama\"",
        ),
    ] {
        let server = having(Box::leak(paths.to_vec().into_boxed_slice())).await;
        let found = finding(&server, "/v1").await;
        assert!(found.what == kind && found.snippet.contains(word), "{found:?}");
        toml::from_str::<Config>(&found.snippet).unwrap();
    }
}

#[tokio::test]
async fn what_is_named_and_gives_nothing_is_told_with_the_reason() {
    let other = having(&[]).await;
    let hanging = Hostile::answering(Answer::Hang).await;
    let gone = "http://127.0.0.1:1".to_owned();
    let named = [other.url.clone(), hanging.url.clone(), gone, "/no/such/folder".to_owned()];
    let survey = survey(&named, no_secrets()).await;
    let words: Vec<&str> = survey.silent.iter().map(|silent| silent.why.as_str()).collect();
    for word in ["as none of Prometheus", "no whole answer within 1s", "refuses connections", "no such file or folder"]
    {
        assert!(words.iter().any(|why| why.contains(word)), "{word}: {words:?}");
    }
}

#[tokio::test]
async fn log_stores_are_told_apart_by_what_they_answer() {
    let loki = having(&[("/loki/api/v1/labels", r#"{"status":"success","data":["__name__","app","pod"]}"#)]).await;
    let found = finding(&loki, "").await;
    assert_eq!(found.what, FindingKind::Loki);
    let config: Config = toml::from_str(&found.snippet).unwrap();
    assert_eq!((config.loki[0].url.as_str(), config.loki[0].query.as_str()), (loki.url.as_str(), "{app=~\".+\"}"));
    const ROOT: &str = r#"{"version":{"number":"8.15.0","lucene_version":"9.11"},"tagline":"You Know, for Search"}"#;
    let elastic = having(&[("/", ROOT)]).await;
    let found = finding(&elastic, "").await;
    assert!(found.what == FindingKind::Elasticsearch && found.evidence.contains("Elasticsearch 8.15.0"), "{found:?}");
    let victoria = having(&[("/select/logsql/hits", r#"{"hits":[]}"#)]).await;
    let found = finding(&victoria, "").await;
    assert_eq!(found.what, FindingKind::VictoriaLogs);
    let config: Config = toml::from_str(&found.snippet).unwrap();
    assert_eq!(config.victorialogs[0].query, "*");
}
