//! One-time questions to log stores: what they cost, what they bring, what is left out, and that nothing comes twice.

use std::sync::Arc;

use midwatch::config::{Config, schema};
use midwatch::domain::ports::QueryEngine;
use midwatch::domain::query::{QueryAnswer, QueryError, QueryRequest};
use midwatch::domain::{Batch, Language, LogRecord, Telemetry, TimeWindow, Timestamp};
use midwatch::sources::Source;
use midwatch::sources::fetch::LogStores;
use midwatch::sources::loki::LokiSource;
use midwatch::sources::registry::{engine, start_sources};
use midwatch::store::Filter;
use midwatch::store::native::{Fetch, translate};
use serde_json::json;
use tokio::sync::{mpsc, watch};

use crate::elastic_store::{Elastic, Flavour, Stored};
use crate::loki_store::{Line, Loki};
use crate::server::Reply;
use crate::victoria_store::{self, Victoria};
use crate::world::no_secrets;

const T: i128 = 1_700_000_000_000_000_000;

struct Asking {
    engine: Arc<dyn QueryEngine>,
    out: mpsc::Sender<Batch>,
    batches: mpsc::Receiver<Batch>,
    stores: Arc<LogStores>,
}

impl Asking {
    fn of(config: &Config) -> Self {
        let (out, batches) = mpsc::channel(1_024);
        let stores = Arc::new(LogStores::new(config, &no_secrets(), Some(out.clone())));
        Self { engine: engine(config, &no_secrets(), Arc::clone(&stores)), out, batches, stores }
    }

    async fn ask(&self, text: &str) -> Result<QueryAnswer, QueryError> {
        self.engine.ask(request(text)).await
    }

    /// Records that were sent to the panes.
    fn sent(&mut self) -> Vec<LogRecord> {
        let mut all = Vec::new();
        while let Ok(batch) = self.batches.try_recv() {
            all.extend(batch.items.into_iter().filter_map(|item| match item {
                Telemetry::Log(record) => Some(record),
                _ => None,
            }));
        }
        all
    }
}

fn request(text: &str) -> QueryRequest {
    let at = |second: i64| Timestamp::from_second(1_700_000_000 + second).unwrap();
    QueryRequest { language: Language::Fetch, text: text.to_owned(), window: TimeWindow::new(at(0), at(600)), step: 1 }
}

fn loki_config(url: &str, records: usize) -> Config {
    let text = format!("[[loki]]\nname = \"loki\"\nurl = \"{url}\"\nquery = '{{app=~\".+\"}}'\nrecords = {records}\n");
    toml::from_str(&text).unwrap()
}

fn line(second: usize, text: &str) -> Line {
    Line { stream: "a", nanos: T + second as i128 * 1_000_000_000, text: text.to_owned() }
}

#[tokio::test]
async fn what_a_question_brings_goes_to_the_panes_once_and_is_evidence_each_time() {
    let lines = (0..300).map(|n| line(n, &format!("level=info msg=x n={n}"))).chain([line(700, "outside")]).collect();
    let loki = Loki::with(lines).await;
    let mut asking = Asking::of(&loki_config(&loki.server.url, 5_000));
    for sent in [300, 0] {
        let answer = asking.ask("loki {app=\"a\"}").await.unwrap();
        assert_eq!(answer.text.lines().count(), 200);
        assert!(answer.text.contains("n=299") && !answer.text.contains("outside"));
        assert_eq!(answer.cut.unwrap().as_str(), "the newest 200 of 300 records; all are in the log pane");
        assert_eq!(asking.sent().len(), sent);
    }
    let asked = &loki.asked("/loki/api/v1/query_range")[0];
    assert_eq!(asked.parameter("query"), "{app=\"a\"}");
    assert_eq!(asked.parameter("start"), T.to_string());
    assert_eq!(asked.parameter("end"), (T + 600_000_000_000).to_string());
}

#[tokio::test]
async fn what_is_followed_already_does_not_come_twice() {
    let loki = Loki::with((0..5).map(|n| line(n, &format!("level=info n={n}"))).collect()).await;
    let config = loki_config(&loki.server.url, 5_000);
    let mut asking = Asking::of(&config);
    let source = LokiSource::new(&config.loki[0], no_secrets()).knowing(asking.stores.known("loki"));
    let (stop, stopped) = watch::channel(false);
    let running = start_sources(vec![Box::new(source) as Box<dyn Source>], asking.out.clone(), stopped);
    let mut followed = Vec::new();
    while followed.len() < 5 {
        followed.extend(asking.sent());
        tokio::task::yield_now().await;
    }
    loki.push_unheard(line(6, "level=info n=6"));
    let answer = asking.ask("loki {app=\"a\"}").await.unwrap();
    assert_eq!(answer.text.lines().count(), 6);
    let sent = asking.sent();
    assert!(sent.len() == 1 && sent[0].raw.contains("n=6"), "{sent:?}");
    stop.send(true).unwrap();
    running.ended().await;
}

#[tokio::test]
async fn terms_that_no_store_can_say_are_applied_here() {
    let loki = Loki::with((0..10).map(|n| line(n, &format!("level=info latency={}ms", n * 100))).collect()).await;
    let mut asking = Asking::of(&loki_config(&loki.server.url, 5_000));
    let filter = Filter::parse("latency>500ms").unwrap();
    let pushed = translate(midwatch::domain::query::Tongue::Logql, &filter, "{app=\"a\"}");
    let here = Filter::parse(&pushed.here.join(" ")).unwrap();
    let fetch = Fetch { source: "loki".to_owned(), native: pushed.native, here };
    let answer = asking.ask(&fetch.to_string()).await.unwrap();
    assert_eq!(answer.text.lines().count(), 4);
    assert!(answer.cut.unwrap().contains("6 records left out here"));
    assert_eq!(asking.sent().len(), 4);
}

#[tokio::test]
async fn the_limit_is_kept_and_said_and_so_is_the_cost() {
    let loki = Loki::with((0..600).map(|n| line(n, &format!("level=info n={n}"))).collect()).await;
    let asking = Asking::of(&loki_config(&loki.server.url, 100));
    let cost = asking.engine.estimate(request("loki {app=\"a\"} |= \"x\"")).await.unwrap();
    assert_eq!(cost.as_str(), "reads about 117 MiB in 40 chunks of 3 streams; at most 100 records are brought");
    loki.instead("/loki/api/v1/index/stats", Reply::status(404, "text/plain", "404 page not found"));
    let cost = asking.engine.estimate(request("loki {app=\"a\"}")).await.unwrap();
    assert!(cost.starts_with("unknown: ") && cost.ends_with("at most 100 records are brought"), "{cost}");
}

#[tokio::test]
async fn every_trouble_is_said_in_words() {
    let range = "/loki/api/v1/query_range";
    for (reply, words) in [
        (Reply::status(400, "text/plain", "parse error at line 1, col 9: syntax error"), "parse error"),
        (Reply::status(429, "text/plain", "slow down"), "429"),
        (Reply::status(200, "text/html", "<html>log in</html>"), "HTML"),
        (Reply::Cut { body: b"{\"status\"".to_vec(), claimed: 900 }, "cut off"),
    ] {
        let loki = Loki::with(vec![line(0, "x")]).await;
        loki.instead(range, reply);
        let error = Asking::of(&loki_config(&loki.server.url, 100)).ask("loki {app=\"a\"}").await.unwrap_err();
        assert!(error.source.as_str() == "loki" && error.why.contains(words), "{words}: {error:?}");
    }
    let asking = Asking::of(&loki_config("http://127.0.0.1:1", 100));
    for (text, words) in [
        ("lokii {}", "no log store `lokii`; known: loki"),
        ("loki", "nothing is asked of loki"),
        ("loki {}\nhere: \"x", "behind `here:`"),
    ] {
        let error = asking.ask(text).await.unwrap_err();
        assert!(error.why.contains(words), "{text}: {}", error.why);
    }
}

#[tokio::test]
async fn elasticsearch_is_asked_in_its_dsl_and_its_part_of_an_answer_is_said() {
    let document = |n: i64| Stored {
        millis: 1_700_000_000_000 + n,
        document: json!({"message": format!("card declined {n}"), "n": n}),
    };
    let elastic = Elastic::with(Flavour::Elastic, (0..6).map(document).collect()).await;
    elastic.inside.lock().unwrap().failing = true;
    let text = format!("[[elasticsearch]]\nname = \"es\"\nurl = \"{}\"\nindex = \"logs-*\"\n", elastic.server.url);
    let mut asking = Asking::of(&toml::from_str(&text).unwrap());
    let pushed = translate(midwatch::domain::query::Tongue::Elastic, &Filter::parse("declined").unwrap(), "a:b");
    let question = format!("es {}", pushed.native);
    let cost = asking.engine.estimate(request(&question)).await.unwrap();
    assert_eq!(cost.as_str(), "finds 6 documents; at most 5000 records are brought");
    let answer = asking.ask(&question).await.unwrap();
    assert!(answer.cut.unwrap().contains("1 of 2 shards failed"));
    assert_eq!(asking.sent().len(), 3);
    let asked = elastic.server.heard().into_iter().find(|asked| asked.path == "/logs-*/_search").unwrap().json();
    assert_eq!(asked["query"]["bool"]["filter"][0].to_string(), pushed.native);
    let error = asking.ask("es {not json").await.unwrap_err();
    assert!(error.why.contains("not JSON of the query DSL"), "{}", error.why);
}

#[tokio::test]
async fn victorialogs_is_asked_in_logsql_and_a_recordless_engine_says_so() {
    let stored = |n: i128| victoria_store::Line { nanos: T + n, message: format!("level=info n={n}") };
    let victoria = Victoria::with((0..4).map(stored).collect()).await;
    let text = format!("[[victorialogs]]\nname = \"vl\"\nurl = \"{}\"\n", victoria.server.url);
    let mut asking = Asking::of(&toml::from_str::<Config>(&text).unwrap());
    let cost = asking.engine.estimate(request("vl _msg:~\"x\"")).await.unwrap();
    assert_eq!(cost.as_str(), "finds 4 records; at most 5000 records are brought");
    assert_eq!(asking.ask("vl _msg:~\"x\"").await.unwrap().text.lines().count(), 4);
    assert_eq!(asking.sent().len(), 4);
    assert_eq!(victoria.asked("/select/logsql/query")[0].parameter("query"), "_msg:~\"x\"");
    let (out, _batches) = mpsc::channel(1);
    let (_stop, stopped) = watch::channel(false);
    let none = start_sources(Vec::new(), out, stopped).engine;
    assert!(none.ask(request("vl x")).await.unwrap_err().why.contains("[[loki]]"));
    assert!(schema::Config::default().log_stores().is_empty());
}
