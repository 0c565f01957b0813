//! Change events: followed, bad lines counted, a missing file waited for.

use std::fs;
use std::io::Write;
use std::path::Path;

use midwatch::config::schema::Changes;
use midwatch::sources::changes::ChangesSource;

use super::bench::Bench;

const DEPLOY: &str =
    r#"{"ts":"2026-11-20T21:02:45.301Z","kind":"deploy","service":"cart","summary":"cart 3.1.5","commit":"89b2ddd"}"#;
const SCALE: &str =
    r#"{"ts":"2026-11-20T21:02:50.485Z","kind":"scale","service":"reportgen","summary":"Scale reportgen to 1"}"#;

fn source(path: &Path) -> ChangesSource {
    ChangesSource::new(&Changes { name: "changes".to_owned(), path: path.to_owned() })
}

#[tokio::test]
async fn events_arrive_as_they_are_written_and_bad_lines_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("changes.jsonl");
    fs::write(&path, format!("{DEPLOY}\n<html>sorry</html>\n{}", &SCALE[..30])).unwrap();
    let mut bench = Bench::start(source(&path));
    bench.until("the deployment", |bench| bench.changes.len() == 1).await;
    bench.until_health("degraded", "1 line was no change event and left out; line 2 is no JSON object").await;
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    writeln!(file, "{}", &SCALE[30..]).unwrap();
    bench.until("the scaling", |bench| bench.changes.len() == 2).await;
    let kinds: Vec<&str> = bench.changes.iter().map(|change| change.kind.as_str()).collect();
    assert_eq!(kinds, ["deploy", "scale"]);
    bench.stop().await;
}

#[tokio::test]
async fn a_missing_file_is_said_and_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("changes.jsonl");
    let mut bench = Bench::start(source(&path));
    bench.until_health("down", "is not there; it is read as soon as it appears").await;
    fs::write(&path, format!("{DEPLOY}\n")).unwrap();
    bench.until("the deployment", |bench| bench.changes.len() == 1).await;
    bench.until_health("ok", "").await;
    bench.stop().await;
}
