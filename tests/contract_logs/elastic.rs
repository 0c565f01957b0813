//! Elasticsearch and OpenSearch, from their own side.

use std::collections::BTreeMap;
use std::sync::Arc;

use midwatch::config::schema;
use midwatch::domain::{Severity, TimeWindow, Timestamp};
use midwatch::sources::elastic::{Client, ElasticSource};
use serde_json::json;

use crate::elastic_store::{Elastic, Flavour, Stored};
use crate::server::Reply;
use crate::world::{Secrets, World, no_secrets, numbers, records};

const T: i64 = 1_700_000_000_000;

fn config(url: &str) -> schema::Elasticsearch {
    schema::Elasticsearch {
        name: "es".to_owned(),
        url: url.to_owned(),
        index: "logs-*".to_owned(),
        query: "service.name:payments".to_owned(),
        time_field: "@timestamp".to_owned(),
        every: "30ms".parse().unwrap(),
        since: "1h".parse().unwrap(),
        records: 100_000,
        timeout: "20s".parse().unwrap(),
        headers: BTreeMap::new(),
    }
}

fn world(config: &schema::Elasticsearch) -> World {
    World::of(vec![Box::new(ElasticSource::new(config, no_secrets()))])
}

fn stored(millis: i64, number: usize) -> Stored {
    Stored { millis: T + millis, document: json!({"message": "x", "n": number, "log": {"level": "error"}}) }
}

#[tokio::test]
async fn pages_with_equal_times_at_their_borders_lose_nothing_and_double_nothing() {
    for flavour in [Flavour::Elastic, Flavour::OpenSearch, Flavour::Old] {
        let documents = (0..3_700).map(|number| stored(number as i64 / 900, number)).collect();
        let elastic = Elastic::with(flavour, documents).await;
        // Documents that become visible while pages are read move none of them.
        elastic.inside.lock().unwrap().arriving = vec![stored(1, 3_700), stored(9, 3_701)];
        let expected = if flavour == Flavour::Old { 3_700 } else { 3_702 };
        let mut world = world(&config(&elastic.server.url));
        assert_eq!(numbers(&mut world, expected).await, (0..expected).collect::<Vec<_>>());
        world.end().await;
        assert_eq!(elastic.open_points(), 0);
    }
}

#[tokio::test]
async fn what_is_new_or_late_is_taken_once_round_after_round() {
    let elastic = Elastic::with(Flavour::Elastic, vec![stored(60_000, 0)]).await;
    let mut world = world(&config(&elastic.server.url));
    assert_eq!(numbers(&mut world, 1).await, [0]);
    for number in 1..6 {
        elastic.index(stored(60_000 - 1_000 * number as i64, number));
        assert_eq!(numbers(&mut world, 1).await, [number]);
    }
    let asked = elastic.server.heard();
    let start = |at: usize| asked[at].json()["query"]["bool"]["filter"][1]["range"]["@timestamp"]["gte"].to_string();
    assert_eq!((start(0).as_str(), start(asked.len() - 1).as_str()), ("\"now-3600s\"", "\"2023-11-14T22:13:20Z\""));
    assert_eq!(world.left().len(), 0);
}

#[tokio::test]
async fn what_a_failed_shard_holds_is_said_and_read_when_it_is_back() {
    // The failing half is an hour older than what the healthy shard has.
    let documents = (0..10).map(|number| stored(if number < 5 { 0 } else { 3_600_000 }, number)).collect();
    let elastic = Elastic::with(Flavour::Elastic, documents).await;
    elastic.inside.lock().unwrap().failing = true;
    let mut world = world(&config(&elastic.server.url));
    assert_eq!(numbers(&mut world, 5).await, [5, 6, 7, 8, 9]);
    let why = world.trouble_that_is("degraded").await;
    assert!(why.contains("1 of 2 shards failed: node left") && why.contains("missing"), "{why}");
    elastic.inside.lock().unwrap().failing = false;
    assert_eq!(numbers(&mut world, 5).await, [0, 1, 2, 3, 4]);
    world.up().await;
}

#[tokio::test]
async fn every_trouble_is_said_in_words_and_passes() {
    let reason =
        r#"{"error":{"root_cause":[],"type":"parse_exception","reason":"Failed to parse query [a:]"},"status":400}"#;
    for (reply, words) in [
        (Reply::status(400, "application/json", reason), "Failed to parse query"),
        (
            Reply::status(429, "application/json", r#"{"error":{"reason":"rejected execution"}}"#)
                .with("Retry-After", "0"),
            "429",
        ),
        (Reply::status(503, "text/html", "<html>no backend</html>"), "503"),
        (Reply::status(200, "text/html", "<html>log in</html>"), "HTML"),
        (
            Reply::status(401, "application/json", r#"{"error":{"reason":"missing authentication credentials"}}"#),
            "headers",
        ),
        (Reply::json(r#"{"tagline":"You Know, for Search"}"#), "that this API does not have"),
        (Reply::Cut { body: b"{\"took\":1,".to_vec(), claimed: 900 }, "cut off"),
        (Reply::Close, "connection failed"),
    ] {
        let elastic = Elastic::with(Flavour::Elastic, vec![stored(0, 0)]).await;
        elastic.instead(reply);
        let mut world = world(&config(&elastic.server.url));
        let (state, why) = world.trouble().await;
        assert!(state == "down" && why.contains(words), "{words}: {state} {why}");
        assert_eq!(numbers(&mut world, 1).await, [0]);
        world.up().await;
    }
}

#[tokio::test]
async fn a_missing_index_is_named() {
    let elastic = Elastic::with(Flavour::Elastic, Vec::new()).await;
    let mut config = config(&elastic.server.url);
    config.index = "gone".to_owned();
    let (state, why) = world(&config).trouble().await;
    assert!(state == "down" && why.contains("no index that matches `gone`") && why.contains("no such index"), "{why}");
}

#[tokio::test]
async fn a_page_that_fails_in_the_middle_leaves_no_hole_and_no_open_point() {
    let elastic =
        Elastic::with(Flavour::Elastic, (0..2_500).map(|number| stored(number as i64, number)).collect()).await;
    let first = Reply::json({
        let hit = |number: usize| {
            json!({"_index": "logs-1", "_id": number.to_string(), "_source": stored(0, number).document,
                   "sort": [Timestamp::from_millisecond(T + number as i64).unwrap().to_string()]})
        };
        let hits: Vec<_> = (1_500..2_500).rev().map(hit).collect();
        json!({"_shards": {"total": 1}, "hits": {"hits": hits}}).to_string()
    });
    elastic.instead(first);
    elastic.instead(Reply::status(503, "text/plain", "overloaded"));
    let mut world = world(&config(&elastic.server.url));
    let (_, why) = world.trouble().await;
    assert!(why.contains("503"), "{why}");
    assert_eq!(numbers(&mut world, 2_500).await, (0..2_500).collect::<Vec<_>>());
    world.end().await;
    assert_eq!(elastic.open_points(), 0);
}

#[tokio::test]
async fn documents_become_records_and_secrets_are_sent() {
    let document = json!({"@timestamp": "2023-11-14T22:13:20Z", "message": "card declined", "service": {"name": "payments"},
        "log": {"level": "error"}, "trace": {"id": "4bf92f3577b34da6a3ce929d0e0e4736"}, "labels": {"order": 17}});
    let elastic = Elastic::with(Flavour::Elastic, vec![Stored { millis: T, document }]).await;
    let mut config = config(&elastic.server.url);
    config.headers = BTreeMap::from([("Authorization".to_owned(), "env:K".to_owned())]);
    let secrets = Arc::new(Secrets(BTreeMap::from([("env:K", "ApiKey hunter2")])));
    let mut world = World::of(vec![Box::new(ElasticSource::new(&config, secrets))]);
    let record = records(&mut world, 1).await.remove(0);
    assert_eq!((record.service.as_str(), record.severity), ("payments", Severity::Error));
    assert_eq!((record.body.as_str(), record.at().as_millisecond()), ("card declined", T));
    assert_eq!(record.attribute("labels.order").unwrap().as_str(), "17");
    assert_eq!(elastic.server.heard()[0].headers["authorization"], "ApiKey hunter2");
    assert_eq!(
        elastic.server.heard()[0].json()["query"]["bool"]["filter"][0]["query_string"]["query"],
        "service.name:payments"
    );
}

#[tokio::test]
async fn the_product_and_the_count_are_told() {
    let elastic = Elastic::with(Flavour::OpenSearch, vec![stored(0, 0), stored(1, 1)]).await;
    let client = Client::new(&config(&elastic.server.url), no_secrets()).unwrap();
    let product = client.product().await.unwrap();
    assert_eq!((product.name, product.version.as_str()), ("OpenSearch", "2.19.0"));
    let window = TimeWindow::new(Timestamp::from_second(1).unwrap(), Timestamp::from_second(2).unwrap());
    assert_eq!(client.count(&json!({"match_all": {}}), window).await.unwrap(), 2);
    let range = &elastic.server.heard()[1].json()["query"]["bool"]["filter"][1]["range"]["@timestamp"];
    assert_eq!(range, &json!({"gte": "1970-01-01T00:00:01Z", "lt": "1970-01-01T00:00:02Z"}));
}
