//! The cost of a query as the card shows it: from the index alone, within seconds, and never in the way of the query.

use std::time::Duration;

use jiff::SignedDuration;
use midwatch::domain::query::QueryRequest;
use midwatch::domain::{Language, TimeWindow};
use midwatch::sources::prometheus::Client;

use crate::hostile::{Answer, Hostile};
use crate::world::{no_secrets, prometheus_config};

fn request(text: &str) -> QueryRequest {
    let window = TimeWindow::ending("2026-11-20T21:04:25Z".parse().unwrap(), SignedDuration::from_mins(30));
    QueryRequest { language: Language::Promql, text: text.to_owned(), window, step: 15 }
}

fn series(count: usize) -> Answer {
    let rows: Vec<String> = (0..count).map(|n| format!(r#"{{"__name__":"x","n":"{n}"}}"#)).collect();
    Answer::json(format!(r#"{{"status":"success","data":[{}]}}"#, rows.join(",")))
}

fn client(server: &Hostile) -> Client {
    Client::new(&prometheus_config(&server.url, &[]), no_secrets()).unwrap()
}

#[tokio::test]
async fn series_are_counted_by_the_index_and_samples_by_points_and_ranges() {
    let server = Hostile::scripted(|head| match head.contains("/api/v1/rules") {
        true => Answer::json(
            r#"{"status":"success","data":{"groups":[{"rules":[{"type":"recording","name":"x:rate","query":"sum(rate(x[5m]))"}]}]}}"#,
        ),
        false => series(40),
    })
    .await;
    let client = client(&server);
    let told = client.estimate(&request("sum(rate(x{a=\"b\"}[5m])) / y")).await;
    assert_eq!(told.as_str(), "≈ 80 series x 121 points; the engine reads about 102 k samples");
    let heads = server.heads();
    let asked = |part: &str| heads.iter().filter(|head| head.contains(part)).count();
    assert_eq!((asked("/api/v1/series?"), asked("query"), asked("limit=10001")), (2, 0, 2), "{heads:?}");
    // The window of the range, and of an instant's look back, belongs to what is counted: 21:04:25 - 30 min - 5 min.
    assert_eq!(asked("start=1795206565.000"), 2, "{heads:?}");
    let told = client.estimate(&request("sum( rate(x[5m]) ) > 3")).await;
    assert!(told.ends_with("; recorded as `x:rate`"), "{told}");
    assert_eq!(server.heads().iter().filter(|head| head.contains("/rules")).count(), 1, "rules are remembered");
}

#[tokio::test]
async fn a_wide_query_is_called_wide_and_what_matches_nothing_says_so() {
    let server = Hostile::scripted(|head| match head.contains("rules") {
        true => Answer::status(404, "text/plain", "no"),
        false => series(10_001),
    })
    .await;
    let told = client(&server).estimate(&request("x")).await;
    assert!(told.starts_with("more than 10,000 series") && told.ends_with("wide"), "{told}");
    server.answer(series(0));
    assert_eq!(client(&server).estimate(&request("x")).await.as_str(), "no series match in this window");
    assert_eq!(client(&server).estimate(&request("vector(1)")).await.as_str(), "reads no series");
}

#[tokio::test]
async fn an_estimate_that_fails_or_hangs_says_why_and_ends() {
    let server =
        Hostile::answering(Answer::status(422, "application/json", r#"{"status":"error","error":"too broad"}"#)).await;
    assert!(client(&server).estimate(&request("x")).await.starts_with("unknown: "));
    server.answer(Answer::Hang);
    let (client, request) = (client(&server), request("x"));
    let told = tokio::time::timeout(Duration::from_secs(30), client.estimate(&request)).await.unwrap();
    assert!(told.contains("no answer within 3 s"), "{told}");
}
