//! A Loki in memory: `query_range` with its limits, and tails that get what is pushed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use crate::server::{Asked, Reply, Server};

#[derive(Clone)]
pub struct Line {
    pub stream: &'static str,
    pub nanos: i128,
    pub text: String,
}

#[derive(Default)]
pub struct Inside {
    pub lines: Vec<Line>,
    pub tails: Vec<mpsc::UnboundedSender<Message>>,
    /// What the next questions are answered with instead, first come first served.
    pub instead: Vec<(&'static str, Reply)>,
}

pub struct Loki {
    pub server: Server,
    pub inside: Arc<Mutex<Inside>>,
}

/// The server's largest `limit`.
pub const MOST: usize = 5_000;

impl Loki {
    pub async fn with(lines: Vec<Line>) -> Self {
        let inside = Arc::new(Mutex::new(Inside { lines, ..Inside::default() }));
        let answering = Arc::clone(&inside);
        let server = Server::scripted(move |asked| answer(&mut answering.lock().unwrap(), asked)).await;
        Self { server, inside }
    }

    /// Answers the next question about this path so.
    pub fn instead(&self, path: &'static str, reply: Reply) {
        self.inside.lock().unwrap().instead.push((path, reply));
    }

    /// Stores a line and gives it to the tails.
    pub fn push(&self, line: Line) {
        let mut inside = self.inside.lock().unwrap();
        let message =
            json!({"streams": [{"stream": labels(line.stream), "values": [[line.nanos.to_string(), line.text]]}]});
        inside.lines.push(line);
        inside.say(&message);
    }

    /// Stores a line that no tail hears of.
    pub fn push_unheard(&self, line: Line) {
        self.inside.lock().unwrap().lines.push(line);
    }

    pub fn say(&self, message: &Value) {
        self.inside.lock().unwrap().say(message);
    }

    /// Breaks every tail.
    pub fn break_tails(&self) {
        self.inside.lock().unwrap().tails.clear();
    }

    pub fn asked(&self, path: &str) -> Vec<Asked> {
        self.server.heard().into_iter().filter(|asked| asked.path == path).collect()
    }
}

impl Inside {
    fn say(&mut self, message: &Value) {
        self.tails.retain(|tail| tail.send(Message::text(message.to_string())).is_ok());
    }
}

fn labels(stream: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("app".to_owned(), stream.to_owned())])
}

fn answer(inside: &mut Inside, asked: &Asked) -> Reply {
    if let Some(at) = inside.instead.iter().position(|(path, _)| *path == asked.path) {
        return inside.instead.remove(at).1;
    }
    match asked.path.as_str() {
        "/loki/api/v1/tail" => {
            let (tail, messages) = mpsc::unbounded_channel();
            inside.tails.push(tail);
            Reply::Socket(messages)
        }
        "/loki/api/v1/query_range" => range(inside, asked),
        "/loki/api/v1/labels" => Reply::json(r#"{"status":"success","data":["app"]}"#),
        "/loki/api/v1/index/stats" => Reply::json(r#"{"streams":3,"chunks":40,"bytes":123456789,"entries":1000000}"#),
        _ => Reply::status(404, "text/plain", "404 page not found\n"),
    }
}

fn range(inside: &Inside, asked: &Asked) -> Reply {
    let limit = asked.number("limit").unwrap_or(100);
    if limit > MOST as i128 {
        let words =
            format!("max entries limit per query exceeded, limit > max_entries_limit_per_query ({limit} > {MOST})");
        return Reply::status(400, "text/plain", words);
    }
    let newest = inside.lines.iter().map(|line| line.nanos).max().unwrap_or(0);
    let end = asked.number("end").unwrap_or(newest + 1);
    let since = asked.parameter("since").trim_end_matches('s').parse::<i128>().unwrap_or(3600) * 1_000_000_000;
    let start = asked.number("start").unwrap_or(end - since);
    let mut found: Vec<&Line> = inside.lines.iter().filter(|line| start <= line.nanos && line.nanos < end).collect();
    found.sort_by_key(|line| line.nanos);
    if asked.parameter("direction") == "backward" {
        found.reverse();
    }
    found.truncate(limit as usize);
    let mut streams: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for line in found {
        streams.entry(line.stream).or_default().push(json!([line.nanos.to_string(), line.text]));
    }
    let result: Vec<Value> =
        streams.into_iter().map(|(stream, values)| json!({"stream": labels(stream), "values": values})).collect();
    Reply::json(
        json!({"status": "success", "data": {"resultType": "streams", "result": result, "stats": {}}}).to_string(),
    )
}
