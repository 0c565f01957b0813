//! What a metrics server's index and its exemplars are read to, against servers that answer as the products document it.

use jiff::SignedDuration;
use midwatch::domain::TimeWindow;
use midwatch::domain::ports::Exemplars;
use midwatch::sources::http::HttpError;
use midwatch::sources::prometheus::{Client, Extent};

use crate::hostile::{Answer, Hostile};
use crate::world::{no_secrets, prometheus_config};

fn window() -> TimeWindow {
    TimeWindow::ending("2026-11-20T21:04:25Z".parse().unwrap(), SignedDuration::from_mins(30))
}

async fn client_of(answer: Answer) -> (Client, Hostile) {
    let server = Hostile::answering(answer).await;
    (Client::new(&prometheus_config(&server.url, &[]), no_secrets()).unwrap(), server)
}

#[tokio::test]
async fn series_are_asked_for_by_all_matchers_within_the_window_and_one_over_the_limit_means_more() {
    let body = r#"{"status":"success","data":[{"__name__":"up","job":"a"},{"__name__":"up","job":"b"},{"__name__":"up"}],
        "warnings":["results truncated due to limit"]}"#;
    let (client, server) = client_of(Answer::json(body)).await;
    let listed = client.series_of(&["up{job=~\"a|b\"}", "down"], window(), 2).await.unwrap();
    assert_eq!((listed.items.len(), listed.extent, listed.notices.len()), (2, Extent::Cut, 0));
    assert_eq!(listed.items[1]["job"].as_str(), "b");
    let head = server.heads().pop().unwrap();
    for part in ["/api/v1/series?", "match%5B%5D=up%7Bjob", "match%5B%5D=down", "end=1795208665.000", "limit=3"] {
        assert!(head.contains(part), "{part}: {head}");
    }
    assert_eq!(client.series_of(&["up"], window(), 3).await.unwrap().extent, Extent::Whole);
}

#[tokio::test]
async fn labels_and_their_values_are_read_and_nothing_is_an_empty_list() {
    let (client, server) =
        client_of(Answer::json(r#"{"status":"success","isPartial":true,"data":["b","a\u001b"]}"#)).await;
    let values = client.label_values("service.name", &["up"], window(), 10).await.unwrap();
    assert!(values.items[0].as_str() == "b" && !values.items[1].contains('\u{1b}') && values.notices.len() == 1);
    assert!(server.heads().pop().unwrap().starts_with("GET /api/v1/label/U__service_2e_name/values?match"));
    assert_eq!(client.labels(&[], window(), 10).await.unwrap().items.len(), 2);
    for nothing in
        [r#"{"status":"success","data":null}"#, r#"{"status":"success"}"#, r#"{"status":"success","data":{}}"#]
    {
        server.answer(Answer::json(nothing));
        assert!(client.labels(&[], window(), 10).await.unwrap().items.is_empty(), "{nothing}");
    }
    server.answer(Answer::json(r#"{"status":"error","error":"bad matcher"}"#));
    let refused = client.series_of(&["{"], window(), 10).await;
    assert!(matches!(refused, Err(HttpError::Refused { said, .. }) if said == "bad matcher"));
}

#[tokio::test]
async fn metadata_tells_type_meaning_and_unit() {
    let body = r#"{"status":"success","data":{"a_seconds":[{"type":"histogram","help":"How long.","unit":"seconds"}],"b":[]}}"#;
    let (client, server) = client_of(Answer::json(body)).await;
    let metadata = client.metadata().await.unwrap();
    let first = &metadata[0];
    assert_eq!((metadata.len(), first.kind.as_str(), first.unit.as_str()), (1, "histogram", "seconds"));
    assert!(server.heads().pop().unwrap().contains("limit=20000&limit_per_metric=1"));
}

#[tokio::test]
async fn exemplars_name_their_traces_and_servers_without_them_say_so() {
    let body = r#"{"status":"success","data":[{"seriesLabels":{"__name__":"d_bucket"},
        "exemplars":[{"labels":{"traceID":"EpTxMJ40fUus7aGY"},"value":"6","timestamp":1600096945.479}]}]}"#;
    let (client, server) = client_of(Answer::json(body)).await;
    let port: &dyn Exemplars = &client;
    let answer = port.exemplars("rate(d_bucket[1m])".to_owned(), window()).await.unwrap();
    assert_eq!(answer.exemplars[0].trace_id.as_deref(), Some("EpTxMJ40fUus7aGY"));
    assert!(server.heads().pop().unwrap().contains("/api/v1/query_exemplars?query=rate%28d_bucket"));
    server.answer(Answer::status(404, "text/plain", "no"));
    assert!(port.exemplars("up".to_owned(), window()).await.unwrap_err().why.contains("404"));
}
