//! VictoriaLogs, from its own side.

use std::collections::BTreeMap;

use midwatch::config::schema;
use midwatch::domain::{Severity, TimeWindow, Timestamp};
use midwatch::sources::victorialogs::{Client, VictoriaLogsSource};

use crate::server::Reply;
use crate::victoria_store::{Line, Victoria};
use crate::world::{World, no_secrets, numbers, records};

const T: i128 = 1_700_000_000_000_000_000;

fn config(url: &str) -> schema::VictoriaLogs {
    schema::VictoriaLogs {
        name: "vlogs".to_owned(),
        url: url.to_owned(),
        query: "{app=\"a\"}".to_owned(),
        tenant: "12:34".to_owned(),
        since: "1h".parse().unwrap(),
        records: 100_000,
        timeout: "20s".parse().unwrap(),
        headers: BTreeMap::new(),
    }
}

fn world(config: &schema::VictoriaLogs) -> World {
    World::of(vec![Box::new(VictoriaLogsSource::new(config, no_secrets()))])
}

fn line(nanos: i128, number: usize) -> Line {
    Line { nanos: T + nanos, message: format!("level=info msg=検索 n={number}") }
}

async fn tailed(victoria: &Victoria) {
    while !victoria.has_tails() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn pages_with_equal_times_at_their_borders_lose_nothing_and_double_nothing() {
    let victoria = Victoria::with((0..3_700).map(|number| line(number as i128 / 900, number)).collect()).await;
    let mut world = world(&config(&victoria.server.url));
    assert_eq!(numbers(&mut world, 3_700).await, (0..3_700).collect::<Vec<_>>());
    tailed(&victoria).await;
    victoria.push(line(10, 3_700));
    assert_eq!(numbers(&mut world, 1).await, [3_700]);
}

#[tokio::test]
async fn a_quiet_query_is_up_before_its_tail_has_said_a_word() {
    let victoria = Victoria::with(Vec::new()).await;
    victoria.instead("/select/logsql/tail", Reply::Hang);
    let mut world = world(&config(&victoria.server.url));
    world.up().await;
}

#[tokio::test]
async fn equal_records_are_all_taken_and_none_twice_across_a_break() {
    let victoria = Victoria::with(vec![line(0, 1), line(0, 1)]).await;
    let mut world = world(&config(&victoria.server.url));
    assert_eq!(numbers(&mut world, 2).await, [1, 1]);
    tailed(&victoria).await;
    for _ in 0..3 {
        victoria.push(line(5, 2));
        assert_eq!(numbers(&mut world, 1).await, [2]);
    }
    victoria.break_tails();
    victoria.push_unheard(line(5, 2));
    assert_eq!(numbers(&mut world, 1).await, [2]);
    tailed(&victoria).await;
    assert_eq!(world.left().len(), 0);
}

#[tokio::test]
async fn a_tail_cut_in_the_middle_of_a_line_loses_nothing() {
    let victoria = Victoria::with(vec![line(0, 0)]).await;
    let mut world = world(&config(&victoria.server.url));
    assert_eq!(numbers(&mut world, 1).await, [0]);
    tailed(&victoria).await;
    victoria.push_unheard(line(1, 1));
    victoria.say(b"{\"_msg\":\"level=info n=1\",\"_ti");
    victoria.break_tails();
    assert_eq!(numbers(&mut world, 1).await, [1]);
}

#[tokio::test]
async fn lines_that_are_no_records_are_counted_and_the_others_read() {
    let victoria = Victoria::with(Vec::new()).await;
    let mut world = world(&config(&victoria.server.url));
    world.up().await;
    tailed(&victoria).await;
    victoria.say(b"\n   \nnot json\n");
    victoria.say(&[vec![b'x'; (1 << 20) + 10], b"\n".to_vec()].concat());
    victoria.push(line(0, 7));
    assert_eq!(numbers(&mut world, 1).await, [7]);
    let why = world.trouble_that_is("degraded").await;
    assert!(why.contains("entries without a usable time or line"), "{why}");
}

#[tokio::test]
async fn every_trouble_is_said_in_words_and_passes() {
    let query = "/select/logsql/query";
    for (reply, words) in [
        (Reply::status(400, "text/plain", "cannot parse query [a:(]: missing ')'"), "cannot parse query"),
        (Reply::status(429, "text/plain", "too many concurrent requests").with("Retry-After", "0"), "429"),
        (Reply::status(503, "text/plain", "couldn't start executing the request in 10 seconds"), "503"),
        (Reply::status(200, "text/html", "<html>log in</html>"), "HTML"),
        (Reply::json(r#"{"hello":"world"}"#), "no line is a record"),
        (Reply::Cut { body: b"{\"_ms".to_vec(), claimed: 900 }, "cut off"),
        (Reply::Close, "connection failed"),
    ] {
        let victoria = Victoria::with(vec![line(0, 0)]).await;
        victoria.instead(query, reply);
        let mut world = world(&config(&victoria.server.url));
        let (state, why) = world.trouble().await;
        assert!(state == "down" && why.contains(words), "{words}: {state} {why}");
        assert_eq!(numbers(&mut world, 1).await, [0]);
        world.up().await;
    }
}

#[tokio::test]
async fn a_query_that_cannot_be_tailed_is_asked_again_and_again() {
    let victoria = Victoria::with(vec![line(0, 0)]).await;
    let words = "the query cannot be used in live tailing: it contains the stats pipe";
    victoria.instead("/select/logsql/tail", Reply::status(400, "text/plain", words));
    let mut world = world(&config(&victoria.server.url));
    let why = world.trouble_that_is("degraded").await;
    assert!(why.contains("no tail") && why.contains("stats pipe") && why.contains("every 5 s"), "{why}");
    assert_eq!(numbers(&mut world, 1).await, [0]);
}

#[tokio::test]
async fn the_tenant_is_sent_and_records_are_read() {
    let message = r#"{"level":"error","msg":"card declined","order":17}"#.to_owned();
    let victoria = Victoria::with(vec![Line { nanos: T, message }]).await;
    let mut world = world(&config(&victoria.server.url));
    let record = records(&mut world, 1).await.remove(0);
    assert_eq!((record.service.as_str(), record.severity), ("a", Severity::Error));
    assert_eq!(record.attribute("order").unwrap().as_str(), "17");
    let asked = &victoria.asked("/select/logsql/query")[0];
    assert_eq!((asked.headers["accountid"].as_str(), asked.headers["projectid"].as_str()), ("12", "34"));
    assert_eq!(asked.parameter("start"), "now-3600s");
}

#[tokio::test]
async fn hits_are_counted_and_stopping_is_prompt() {
    let victoria = Victoria::with(vec![line(0, 0), line(1, 1)]).await;
    let client = Client::new(&config(&victoria.server.url), no_secrets()).unwrap();
    let window = TimeWindow::new(Timestamp::from_second(1).unwrap(), Timestamp::from_second(3).unwrap());
    assert_eq!(client.hits("*", window).await.unwrap(), 2);
    assert_eq!(victoria.asked("/select/logsql/hits")[0].parameter("step"), "2s");
    victoria.instead("/select/logsql/query", Reply::Hang);
    let world = world(&config(&victoria.server.url));
    while victoria.asked("/select/logsql/query").is_empty() {
        tokio::task::yield_now().await;
    }
    world.end().await;
}
