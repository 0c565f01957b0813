//! A VictoriaLogs in memory: `query` with its limit, `hits`, and tails that answer nothing before their first line.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use midwatch::domain::Timestamp;
use serde_json::json;
use tokio::sync::mpsc;

use crate::server::{Asked, Reply, Server};

#[derive(Clone)]
pub struct Line {
    pub nanos: i128,
    pub message: String,
}

#[derive(Default)]
pub struct Inside {
    pub lines: Vec<Line>,
    tails: Vec<mpsc::UnboundedSender<Vec<u8>>>,
    /// What the next questions are answered with instead, first come first served.
    pub instead: Vec<(&'static str, Reply)>,
}

pub struct Victoria {
    pub server: Server,
    pub inside: Arc<Mutex<Inside>>,
}

impl Victoria {
    pub async fn with(lines: Vec<Line>) -> Self {
        let inside = Arc::new(Mutex::new(Inside { lines, ..Inside::default() }));
        let answering = Arc::clone(&inside);
        let server = Server::scripted(move |asked| answer(&mut answering.lock().unwrap(), asked)).await;
        Self { server, inside }
    }

    pub fn instead(&self, path: &'static str, reply: Reply) {
        self.inside.lock().unwrap().instead.push((path, reply));
    }

    /// Stores a line and gives it to the tails, cut into two pieces in the middle of its bytes.
    pub fn push(&self, line: Line) {
        let mut inside = self.inside.lock().unwrap();
        let bytes = json_line(&line).into_bytes();
        inside.lines.push(line);
        let (head, tail) = bytes.split_at(bytes.len() / 2);
        inside.tails.retain(|out| out.send(head.to_vec()).is_ok() && out.send(tail.to_vec()).is_ok());
    }

    pub fn push_unheard(&self, line: Line) {
        self.inside.lock().unwrap().lines.push(line);
    }

    pub fn say(&self, bytes: &[u8]) {
        self.inside.lock().unwrap().tails.retain(|out| out.send(bytes.to_vec()).is_ok());
    }

    pub fn break_tails(&self) {
        self.inside.lock().unwrap().tails.clear();
    }

    pub fn has_tails(&self) -> bool {
        !self.inside.lock().unwrap().tails.is_empty()
    }

    pub fn asked(&self, path: &str) -> Vec<Asked> {
        self.server.heard().into_iter().filter(|asked| asked.path == path).collect()
    }
}

fn json_line(line: &Line) -> String {
    let at = Timestamp::from_nanosecond(line.nanos).unwrap();
    let fields =
        json!({"_msg": line.message, "_stream": "{app=\"a\"}", "_stream_id": "1", "_time": at.to_string(), "app": "a"});
    format!("{fields}\n")
}

fn answer(inside: &mut Inside, asked: &Asked) -> Reply {
    if let Some(at) = inside.instead.iter().position(|(path, _)| *path == asked.path) {
        return inside.instead.remove(at).1;
    }
    match asked.path.as_str() {
        "/select/logsql/tail" => {
            let (tail, pieces) = mpsc::unbounded_channel();
            inside.tails.push(tail);
            Reply::Live(pieces)
        }
        "/select/logsql/query" => Reply::status(200, "application/stream+json", query(inside, asked)),
        "/select/logsql/hits" => {
            let hits = json!([{"fields": {}, "timestamps": [], "values": [], "total": inside.lines.len()}]);
            Reply::json(json!({ "hits": hits }).to_string())
        }
        _ => Reply::status(400, "text/plain", "unsupported path requested\n"),
    }
}

fn query(inside: &Inside, asked: &Asked) -> String {
    let instant = |name: &str| asked.parameter(name).parse::<Timestamp>().ok().map(Timestamp::as_nanosecond);
    let newest = inside.lines.iter().map(|line| line.nanos).max().unwrap_or(0);
    let end = instant("end").unwrap_or(newest + 1);
    let ago = asked.parameter("start").trim_start_matches("now-").trim_end_matches('s').parse::<i128>().unwrap_or(0);
    let start = instant("start").unwrap_or(newest - ago * 1_000_000_000);
    let mut found: BTreeMap<i128, Vec<&Line>> = BTreeMap::new();
    for line in inside.lines.iter().filter(|line| start <= line.nanos && line.nanos < end) {
        found.entry(line.nanos).or_default().push(line);
    }
    let newest_first = found.into_values().rev().flatten();
    newest_first.take(asked.number("limit").unwrap() as usize).map(json_line).collect()
}
