//! Large, slow, wrong and partial answers of metrics servers, read while they arrive.

use std::time::Duration;

use jiff::SignedDuration;
use midwatch::domain::query::QueryRequest;
use midwatch::domain::{Language, TimeWindow};
use midwatch::sources::http::HttpError;
use midwatch::sources::prometheus::{Client, MOST_SERIES};

use crate::hostile::{Answer, Hostile};
use crate::world::{no_secrets, prometheus_config};

fn window() -> TimeWindow {
    TimeWindow::ending("2026-11-20T21:04:25Z".parse().unwrap(), SignedDuration::from_mins(30))
}

async fn client_of(answer: Answer) -> (Client, Hostile) {
    let server = Hostile::answering(answer).await;
    (Client::new(&prometheus_config(&server.url, &[]), no_secrets()).unwrap(), server)
}

fn matrix(series: usize, more: &str) -> String {
    let row = |n| format!(r#"{{"metric":{{"n":"{n:05}"}},"values":[[1,"2"],[2,"3.50"]]}}"#);
    let rows: Vec<String> = (0..series).map(row).collect();
    format!(r#"{{"status":"success",{more}"data":{{"resultType":"matrix","result":[{}]}}}}"#, rows.join(","))
}

#[tokio::test]
async fn the_server_is_told_our_patience_and_how_many_series_are_wanted() {
    let (client, server) = client_of(Answer::json(matrix(1, ""))).await;
    client.range("up", window(), 15).await.unwrap();
    client.instant("up", window().end).await.unwrap();
    for head in server.heads() {
        assert!(head.contains("timeout=19000ms&limit=501"), "{head}");
    }
}

#[tokio::test]
async fn series_without_room_are_counted_where_the_server_sends_them_and_said_where_it_does_not() {
    let (client, server) = client_of(Answer::json(matrix(1_240, ""))).await;
    let answer = client.range("up", window(), 15).await.unwrap();
    assert_eq!((answer.series.len(), answer.sent), (MOST_SERIES, 1_240));
    let said = "1,240 series, the first 500 are kept: aggregate with `sum by (..)`";
    assert_eq!(answer.notices[0].as_str(), said);
    let warned = r#""warnings":["results truncated due to limit"],"#;
    server.answer(Answer::json(matrix(MOST_SERIES + 1, warned)));
    let answer = client.range("up", window(), 15).await.unwrap();
    assert_eq!(answer.notices.len(), 1);
    assert!(answer.notices[0].starts_with("more than 500 series"), "{:?}", answer.notices);
}

#[tokio::test]
async fn an_answer_in_single_bytes_is_the_same_answer() {
    let body = matrix(3, "");
    let pieces = body.bytes().map(|byte| vec![byte]).collect();
    let (client, _server) = client_of(Answer::Pieces { pieces, pause: Duration::ZERO }).await;
    let answer = client.range("up", window(), 15).await.unwrap();
    assert_eq!(answer.series.iter().map(|series| series.points.len()).collect::<Vec<_>>(), [2, 2, 2]);
}

#[tokio::test]
async fn what_is_no_answer_says_what_it_is() {
    for (answer, words) in [
        (Answer::json("<html>"), "HTML"),
        (Answer::json("  "), "empty body"),
        (Answer::json("{\"status\" 1}"), "expected `:` at byte 10"),
        (
            Answer::json(r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":"#),
            "cut off at byte 70",
        ),
        (
            Answer::json(r#"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}"#),
            "a scalar and no matrix",
        ),
        (Answer::json(r#"{"status":"error","error":"exceeded maximum resolution"}"#), "exceeded maximum resolution"),
        (Answer::Cut { body: matrix(2, "").into_bytes(), claimed: 1 << 20 }, "cut off"),
    ] {
        let (client, _server) = client_of(answer).await;
        let error = client.range("up", window(), 15).await.unwrap_err();
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(!matches!(error, HttpError::Timeout { .. }));
    }
}

#[tokio::test]
async fn an_answer_without_end_ends_with_our_patience() {
    let body = matrix(1, "").into_bytes();
    let pieces = (0..1_000_000).map(|_| body[..1].to_vec());
    let pieces = std::iter::once(body.clone()).chain(pieces.map(|_| b" ".to_vec())).collect();
    let server = Hostile::answering(Answer::Pieces { pieces, pause: Duration::from_millis(20) }).await;
    let mut config = prometheus_config(&server.url, &[]);
    config.timeout = "300ms".parse().unwrap();
    let client = Client::new(&config, no_secrets()).unwrap();
    assert!(matches!(client.range("up", window(), 15).await, Err(HttpError::Timeout { .. })));
}

#[tokio::test]
async fn a_confirmed_query_shows_native_histograms_and_remarks() {
    let body = r#"{"status":"success","infos":["metric might not be a counter"],"data":{"resultType":"matrix","result":[
        {"metric":{"__name__":"d"},"histograms":[[1,{"count":"3","sum":"4.50","buckets":[[0,"1","2","3"]]}]]}]}}"#;
    let (client, _server) = client_of(Answer::json(body)).await;
    let request = QueryRequest { language: Language::Promql, text: "d".to_owned(), window: window(), step: 15 };
    let answer = client.answer(request).await.unwrap();
    assert!(answer.text.contains("count=3 sum=4.50\n# metric might not be a counter"), "{}", answer.text);
    assert_eq!(answer.series.iter().map(|series| series.labels["le"].as_str()).collect::<Vec<_>>(), ["2", "+Inf"]);
}
