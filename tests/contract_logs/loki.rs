//! Loki, from its own side.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use midwatch::config::schema;
use midwatch::domain::{LogRecord, Severity, Telemetry, TimeWindow, Timestamp};
use midwatch::sources::loki::{Client, LokiSource};
use serde_json::json;

use crate::loki_store::{Line, Loki};
use crate::server::Reply;
use crate::world::{Secrets, World, no_secrets};

const T: i128 = 1_700_000_000_000_000_000;

fn config(url: &str) -> schema::Loki {
    schema::Loki {
        name: "loki".to_owned(),
        url: url.to_owned(),
        query: "{app=~\".+\"}".to_owned(),
        tenant: "shop".to_owned(),
        since: "1h".parse().unwrap(),
        records: 100_000,
        timeout: "20s".parse().unwrap(),
        headers: BTreeMap::new(),
    }
}

fn world(config: &schema::Loki) -> World {
    World::of(vec![Box::new(LokiSource::new(config, no_secrets()))])
}

fn line(nanos: i128, number: usize) -> Line {
    Line { stream: ["a", "b", "c"][number % 3], nanos: T + nanos, text: format!("level=info msg=x n={number}") }
}

/// The numbers of the next `count` records, sorted.
async fn numbers(world: &mut World, count: usize) -> Vec<usize> {
    let mut found = records(world, count).await;
    found.sort_by_key(LogRecord::at);
    let mut numbers: Vec<usize> = found.iter().map(|r| r.attribute("n").unwrap().parse().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

async fn records(world: &mut World, count: usize) -> Vec<LogRecord> {
    let mut found = Vec::new();
    while found.len() < count {
        let batch = world.next().await;
        found.extend(batch.items.into_iter().filter_map(|item| match item {
            Telemetry::Log(record) => Some(record),
            _ => None,
        }));
    }
    found
}

#[tokio::test]
async fn pages_with_equal_times_at_their_borders_lose_nothing_and_double_nothing() {
    // 7,200 lines, 900 to an instant: the borders of pages of 1,000 fall into the middle of instants.
    let lines: Vec<Line> = (0..7_200).map(|number| line((number / 900) as i128, number)).collect();
    let loki = Loki::with(lines).await;
    let mut world = world(&config(&loki.server.url));
    assert_eq!(numbers(&mut world, 7_200).await, (0..7_200).collect::<Vec<_>>());
    loki.push(line(10, 7_200));
    assert_eq!(numbers(&mut world, 1).await, [7_200]);
}

#[tokio::test]
async fn an_instant_larger_than_a_page_is_read_whole() {
    let lines: Vec<Line> = (0..4_500).map(|number| line(i128::from(number >= 4_000), number)).collect();
    let loki = Loki::with(lines).await;
    let mut world = world(&config(&loki.server.url));
    assert_eq!(numbers(&mut world, 4_500).await, (0..4_500).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_instant_larger_than_the_server_gives_is_said() {
    let lines: Vec<Line> = (0..6_000).map(|number| line(0, number)).collect();
    let loki = Loki::with(lines).await;
    let mut world = world(&config(&loki.server.url));
    assert_eq!(records(&mut world, 5_000).await.len(), 5_000);
    world.up().await;
    // At the start what is not read was never promised; after a break it is a gap.
    loki.break_tails();
    let (state, why) = degraded(&mut world).await;
    assert!(state == "degraded" && why.contains("more than 5000 entries at"), "{why}");
}

async fn degraded(world: &mut World) -> (&'static str, String) {
    loop {
        let (state, why) = world.trouble().await;
        if state == "degraded" {
            return (state, why);
        }
    }
}

#[tokio::test]
async fn a_broken_tail_is_resumed_without_loss_or_double() {
    let loki = Loki::with((0..10).map(|number| line(number as i128, number)).collect()).await;
    let mut world = world(&config(&loki.server.url));
    assert_eq!(numbers(&mut world, 10).await.len(), 10);
    world.up().await;
    let mut pushed = 10;
    for _ in 0..3 {
        loki.push(line(pushed as i128, pushed));
        assert_eq!(numbers(&mut world, 1).await, [pushed]);
        loki.break_tails();
        // Stored while nobody listens: one as new as the newest, one older, one newer.
        loki.push_unheard(line(pushed as i128, pushed + 1));
        loki.push_unheard(line(3, pushed + 2));
        loki.push_unheard(line(pushed as i128 + 1, pushed + 3));
        let (_, why) = world.trouble().await;
        assert!(why.contains("connecting again"), "{why}");
        assert_eq!(numbers(&mut world, 3).await, [pushed + 1, pushed + 2, pushed + 3]);
        pushed += 4;
    }
}

#[tokio::test]
async fn what_a_tail_left_out_is_read_by_query_and_said() {
    let loki = Loki::with(vec![line(0, 0)]).await;
    let mut world = world(&config(&loki.server.url));
    assert_eq!(numbers(&mut world, 1).await, [0]);
    world.up().await;
    loki.push_unheard(line(1, 1));
    loki.push_unheard(line(2, 2));
    let dropped = json!({"labels": {"app": "a"}, "timestamp": (T + 1).to_string()});
    loki.say(&json!({"streams": [], "dropped_entries": [dropped, dropped]}));
    assert_eq!(numbers(&mut world, 2).await, [1, 2]);
    let (state, why) = world.trouble().await;
    assert!(state == "degraded" && why.contains("left 2 entries out"), "{why}");
}

#[tokio::test]
async fn a_server_that_opens_no_tail_is_asked_again_and_again() {
    let loki = Loki::with(vec![line(0, 0)]).await;
    loki.instead("/loki/api/v1/tail", Reply::status(200, "text/html", "<html>log in</html>"));
    let mut world = world(&config(&loki.server.url));
    assert_eq!(numbers(&mut world, 1).await, [0]);
    let (state, why) = world.trouble().await;
    assert!(state == "degraded" && why.contains("no tail") && why.contains("websocket"), "{why}");
    assert!(why.contains("every 5 s"), "{why}");
}

#[tokio::test]
async fn every_trouble_is_said_in_words_and_passes() {
    let range = "/loki/api/v1/query_range";
    for (path, reply, words) in [
        (
            range,
            Reply::status(400, "text/plain", "parse error at line 1, col 9: syntax error"),
            "parse error at line 1",
        ),
        (range, Reply::status(429, "text/plain", "slow down").with("Retry-After", "0"), "429"),
        (range, Reply::status(502, "text/html", "<html>bad gateway</html>"), "502"),
        (range, Reply::status(200, "text/html", "<html>log in</html>"), "HTML"),
        (
            range,
            Reply::json(r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#),
            "function around it",
        ),
        (range, Reply::json(r#"{"hello":"world"}"#), "that this API does not have"),
        (range, Reply::Cut { body: b"{\"status\":\"succ".to_vec(), claimed: 900 }, "cut off"),
        (range, Reply::Close, "connection failed"),
        ("/loki/api/v1/tail", Reply::status(401, "text/plain", "no org id"), "headers"),
        ("/loki/api/v1/tail", Reply::Close, "connection failed"),
    ] {
        let loki = Loki::with(vec![line(0, 0)]).await;
        loki.instead(path, reply);
        let mut world = world(&config(&loki.server.url));
        let (state, why) = world.trouble().await;
        assert!(state == "down" && why.contains(words), "{words}: {state} {why}");
        assert_eq!(numbers(&mut world, 1).await, [0]);
        world.up().await;
    }
}

#[tokio::test]
async fn a_page_that_fails_in_the_middle_leaves_no_hole() {
    let loki = Loki::with((0..2_500).map(|number| line(number as i128, number)).collect()).await;
    let first = first_page(&loki.inside.lock().unwrap().lines);
    loki.instead("/loki/api/v1/query_range", first);
    loki.instead("/loki/api/v1/query_range", Reply::status(503, "text/plain", "overloaded"));
    let mut world = world(&config(&loki.server.url));
    let (_, why) = world.trouble().await;
    assert!(why.contains("503"), "{why}");
    assert_eq!(numbers(&mut world, 2_500).await, (0..2_500).collect::<Vec<_>>());
}

fn first_page(lines: &[Line]) -> Reply {
    let values: Vec<_> =
        lines.iter().rev().take(1_000).map(|line| json!([line.nanos.to_string(), line.text])).collect();
    let result = json!([{"stream": {"app": "a"}, "values": values}]);
    Reply::json(json!({"status": "success", "data": {"resultType": "streams", "result": result}}).to_string())
}

#[tokio::test]
async fn labels_metadata_and_the_line_itself_are_read_and_the_tenant_is_sent() {
    let loki = Loki::with(Vec::new()).await;
    let mut config = config(&loki.server.url);
    config.headers = BTreeMap::from([("Authorization".to_owned(), "env:T".to_owned())]);
    let secrets = Arc::new(Secrets(BTreeMap::from([("env:T", "Bearer hunter2")])));
    let mut world = World::of(vec![Box::new(LokiSource::new(&config, secrets))]);
    world.up().await;
    let metadata = json!({"structuredMetadata": {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}, "parsed": {}});
    let value = json!([T.to_string(), "ERROR card declined order=17", metadata]);
    loki.say(&json!({"streams": [{"stream": {"service_name": "payments", "pod": "p-1"}, "values": [value]}]}));
    let record = records(&mut world, 1).await.remove(0);
    assert_eq!((record.service.as_str(), record.severity), ("payments", Severity::Error));
    assert_eq!(record.trace_id.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    assert_eq!(record.attribute("pod").unwrap().as_str(), "p-1");
    assert_eq!(record.at().as_nanosecond(), T);
    for asked in loki.server.heard() {
        assert_eq!(asked.headers["x-scope-orgid"], "shop");
        assert_eq!(asked.headers["authorization"], "Bearer hunter2");
    }
}

#[tokio::test]
async fn clocks_that_differ_do_not_matter() {
    // The server's now is years away from ours: the first reading is relative to its clock, the next to its times.
    let loki = Loki::with(vec![line(0, 0)]).await;
    let mut world = world(&config(&loki.server.url));
    assert_eq!(numbers(&mut world, 1).await, [0]);
    world.up().await;
    loki.break_tails();
    loki.push_unheard(line(1, 1));
    assert_eq!(numbers(&mut world, 1).await, [1]);
    let starts: Vec<String> =
        loki.asked("/loki/api/v1/query_range").iter().map(|asked| asked.parameter("start").to_owned()).collect();
    assert!(starts[0].is_empty() && starts[1].starts_with("16999999"), "{starts:?}");
}

#[tokio::test]
async fn stopping_is_prompt_whatever_the_server_does() {
    for path in ["/loki/api/v1/tail", "/loki/api/v1/query_range"] {
        let loki = Loki::with(Vec::new()).await;
        loki.instead(path, Reply::Hang);
        let world = world(&config(&loki.server.url));
        while loki.asked(path).is_empty() {
            tokio::task::yield_now().await;
        }
        world.stop.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(30), world.running.ended()).await.unwrap();
    }
}

#[tokio::test]
async fn the_cost_is_asked_for_the_selector_alone() {
    let loki = Loki::with(Vec::new()).await;
    let client = Client::new(&config(&loki.server.url), no_secrets()).unwrap();
    let window = TimeWindow::new(Timestamp::from_second(1).unwrap(), Timestamp::from_second(2).unwrap());
    let cost = client.cost("{app=\"a\"} |= \"x\" | json", window).await.unwrap();
    assert_eq!((cost.streams, cost.bytes), (3, 123_456_789));
    assert_eq!(loki.asked("/loki/api/v1/index/stats")[0].parameter("query"), "{app=\"a\"}");
    assert_eq!(client.labels().await.unwrap(), ["app"]);
}
