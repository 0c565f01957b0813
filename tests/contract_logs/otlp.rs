//! The OTLP receiver, from the sender's side: what a real SDK sent, byte for byte, and the SDK itself where it is installed.

use std::io::Write;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use midwatch::config::schema::Otlp;
use midwatch::domain::{LogRecord, Severity};
use midwatch::sources::otlp::OtlpSource;
use prost::Message;
use reqwest::header::HeaderMap;

use crate::world::{World, records};

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn receiver(listen: &str) -> World {
    let config = Otlp { name: "otlp".to_owned(), listen: listen.to_owned() };
    World::of(vec![Box::new(OtlpSource::new(&config))])
}

async fn listening() -> (World, String) {
    let port = free_port();
    let mut world = receiver(&format!("127.0.0.1:{port}"));
    world.up().await;
    (world, format!("http://127.0.0.1:{port}/v1/logs"))
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

async fn post(url: &str, kind: &str, packing: &str, body: Vec<u8>) -> Answer {
    let request = reqwest::Client::new().post(url).header("Content-Type", kind).header("Content-Encoding", packing);
    let response = request.body(body).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
}

fn sent(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/net/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// The parts of `google.rpc.Status` that are sent.
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// What `python/send_logs.py` sends with five records.
fn check(found: &[LogRecord], trace: Option<&str>) {
    assert_eq!(found.len(), 5);
    for (number, record) in found.iter().take(4).enumerate() {
        assert_eq!((record.service.as_str(), record.severity), ("checkout", Severity::Warn));
        assert_eq!(record.raw.as_str(), format!("card declined for order {number}"));
        for (name, value) in [
            ("order", number.to_string()),
            ("amount", "12.5".to_owned()),
            ("retry", "true".to_owned()),
            ("otel.scope.name", "shop.checkout".to_owned()),
            ("deployment.environment.name", "test".to_owned()),
        ] {
            assert_eq!(record.attribute(name).map(|found| found.to_string()), Some(value), "{name}");
        }
        assert_eq!(record.trace_id.as_ref().map(|id| id.len()), Some(32));
    }
    let failed = &found[4];
    assert_eq!(
        (failed.severity, failed.attribute("exception.type").unwrap().as_str()),
        (Severity::Error, "ValueError")
    );
    assert!(failed.raw.contains("Traceback") && failed.raw.contains("ünïcödé"), "{}", failed.raw);
    assert!(!failed.body.contains("Traceback"), "{}", failed.body);
    assert!(failed.time.is_some());
    if let Some(trace) = trace {
        assert!(found.iter().all(|record| record.trace_id.as_deref() == Some(trace)));
    }
}

#[tokio::test]
async fn what_the_python_sdk_sent_is_read_plain_and_packed() {
    let (mut world, url) = listening().await;
    for (name, packing) in [("otlp-logs.bin", "identity"), ("otlp-logs.gz", "gzip")] {
        let answer = post(&url, PROTOBUF, packing, sent(name)).await;
        // A response without `partial_success` has no bytes.
        assert_eq!((answer.status, answer.body.len()), (200, 0));
        assert_eq!(answer.headers["content-type"], PROTOBUF);
        check(&records(&mut world, 5).await, None);
    }
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
async fn the_python_sdk_itself_is_understood() {
    let python = std::env::var("MIDWATCH_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let import = "import opentelemetry.exporter.otlp.proto.http._log_exporter";
    let installed = Command::new(&python).args(["-c", import]).output().is_ok_and(|run| run.status.success());
    if !installed {
        let missing = "opentelemetry-sdk and opentelemetry-exporter-otlp-proto-http";
        eprintln!("skipped: {python} has no {missing}; set MIDWATCH_TEST_PYTHON to one that has");
        return;
    }
    let (mut world, url) = listening().await;
    for packing in ["none", "gzip"] {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contract_logs/python/send_logs.py");
        let (python, url) = (python.clone(), url.clone());
        let run = move || Command::new(python).args([script, &url, "5", packing]).output().unwrap();
        let run = tokio::task::spawn_blocking(run);
        check_run(&mut world, run.await.unwrap()).await;
    }
}

async fn check_run(world: &mut World, run: std::process::Output) {
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let trace = String::from_utf8_lossy(&run.stdout).trim().to_owned();
    check(&records(world, 5).await, Some(&trace));
}

fn json(records: &str) -> Vec<u8> {
    format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{records}]}}]}}]}}"#).into_bytes()
}

#[tokio::test]
async fn json_is_answered_in_json_and_a_bad_record_costs_itself_alone() {
    let (mut world, url) = listening().await;
    let good = r#"{"timeUnixNano":"1700000000000000000","severityNumber":17,"body":{"stringValue":"a\u001b[2Jb"}}"#;
    let answer = post(&url, "application/json; charset=utf-8", "gzip", gzip(&json(good))).await;
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"{}".as_slice()));
    assert_eq!(answer.headers["content-type"], JSON);
    let record = records(&mut world, 1).await.remove(0);
    assert!(record.severity == Severity::Error && !record.raw.contains('\u{1b}'));
    let bad = r#"{"timeUnixNano":"soon"},{"traceId":"zz"},{"body":{"stringValue":7}}"#;
    let answer = post(&url, JSON, "identity", json(&format!("{good},{bad}"))).await;
    let said: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((answer.status, &said["partialSuccess"]["rejectedLogRecords"]), (200, &"3".into()));
    assert!(said["partialSuccess"]["errorMessage"].as_str().unwrap().contains("`timeUnixNano` is no number"));
    assert_eq!(records(&mut world, 1).await.len(), 1);
    let (state, why) = world.trouble().await;
    assert!(state == "degraded" && why.contains("3 records could not be read"), "{why}");
}

#[tokio::test]
async fn what_can_never_be_read_is_answered_400_in_the_senders_encoding() {
    let (mut world, url) = listening().await;
    for (kind, packing, body, reason) in [
        (PROTOBUF, "identity", vec![0xff; 40], "not protobuf"),
        (PROTOBUF, "gzip", sent("otlp-logs.bin"), "not gzip"),
        (PROTOBUF, "gzip", sent("otlp-logs.gz")[..300].to_vec(), "not gzip"),
        (JSON, "identity", b"{\"resourceLogs\": [".to_vec(), "not JSON"),
        (JSON, "identity", b"{\"resourceLogs\": 7}".to_vec(), "`resourceLogs` is no list"),
        (JSON, "identity", b"[]".to_vec(), "not a JSON object"),
    ] {
        let answer = post(&url, kind, packing, body).await;
        let said = match kind {
            PROTOBUF => Status::decode(&answer.body[..]).unwrap().message,
            _ => serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap()["message"].to_string(),
        };
        assert!(answer.status == 400 && said.contains(reason), "{} {said}", answer.status);
        let (state, why) = world.trouble().await;
        assert!(state == "degraded" && why.contains(reason), "{why}");
    }
    assert_eq!(post(&url, PROTOBUF, "identity", sent("otlp-logs.bin")).await.status, 200);
    assert_eq!(records(&mut world, 5).await.len(), 5);
}

#[tokio::test]
async fn what_is_no_export_of_logs_is_refused_with_words() {
    let (_world, url) = listening().await;
    let body = || sent("otlp-logs.bin");
    assert_eq!(post(&url, "text/plain", "identity", body()).await.status, 415);
    assert_eq!(post(&url, PROTOBUF, "zstd", body()).await.status, 415);
    assert_eq!(post(&url, PROTOBUF, "identity", vec![0; (16 << 20) + 1]).await.status, 413);
    assert_eq!(post(&url, PROTOBUF, "gzip", gzip(&vec![0; (64 << 20) + 1])).await.status, 413);
    let traces = post(&url.replace("logs", "traces"), PROTOBUF, "identity", body()).await;
    assert!(traces.status == 404 && String::from_utf8_lossy(&traces.body).contains("only logs"));
    assert_eq!(reqwest::get(&url).await.unwrap().status().as_u16(), 405);
    let page = reqwest::Client::new().post(&url).header("Content-Type", JSON).header("Origin", "http://evil.example");
    assert_eq!(page.body("{}").send().await.unwrap().status().as_u16(), 403);
}

#[tokio::test]
async fn a_reader_that_does_not_keep_up_sends_batches_back_and_loses_none_it_took() {
    let (mut world, url) = listening().await;
    let (mut taken, mut sent_back) = (0, 0);
    // Nobody reads meanwhile: the channel of 64 batches, what waits before it, then 429.
    while sent_back == 0 {
        let answer = post(&url, PROTOBUF, "identity", sent("otlp-logs.bin")).await;
        match answer.status {
            200 => taken += 1,
            429 => {
                assert_eq!(answer.headers["retry-after"], "1");
                sent_back += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(records(&mut world, taken * 5).await.len(), taken * 5);
}

#[tokio::test]
async fn a_port_in_use_is_named_and_taken_once_it_is_free_and_freed_at_the_end() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let mut world = receiver(&address);
    let (state, why) = world.trouble().await;
    assert!(state == "down" && why.contains("is in use"), "{why}");
    drop(holder);
    world.up().await;
    world.end().await;
    assert!(std::net::TcpListener::bind(&address).is_ok());
    let (state, why) = receiver("0.0.0.0:4318").trouble().await;
    assert!(state == "down" && why.contains("127.0.0.1:4318"), "{why}");
}
