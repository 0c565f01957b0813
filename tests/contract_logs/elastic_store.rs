//! An Elasticsearch or OpenSearch in memory: `_search` sorted by time, points in time, `search_after`, `_count`.

use std::sync::{Arc, Mutex};

use midwatch::domain::Timestamp;
use serde_json::{Value, json};

use crate::server::{Asked, Reply, Server};

#[derive(Clone)]
pub struct Stored {
    pub millis: i64,
    pub document: Value,
}

pub struct Inside {
    pub documents: Vec<Stored>,
    pub flavour: Flavour,
    /// What the next questions are answered with instead, first come first served.
    pub instead: Vec<Reply>,
    /// Points in time by number: how many documents there were.
    pub points: Vec<Option<usize>>,
    /// Whether the first half of the documents lies on a shard that fails.
    pub failing: bool,
    /// Documents that arrive with the next page of a point in time.
    pub arriving: Vec<Stored>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    Elastic,
    OpenSearch,
    Old,
}

pub struct Elastic {
    pub server: Server,
    pub inside: Arc<Mutex<Inside>>,
}

impl Elastic {
    pub async fn with(flavour: Flavour, documents: Vec<Stored>) -> Self {
        let (instead, points) = (Vec::new(), Vec::new());
        let inside = Inside { documents, flavour, instead, points, failing: false, arriving: Vec::new() };
        let inside = Arc::new(Mutex::new(inside));
        let answering = Arc::clone(&inside);
        let server = Server::scripted(move |asked| answer(&mut answering.lock().unwrap(), asked)).await;
        Self { server, inside }
    }

    pub fn instead(&self, reply: Reply) {
        self.inside.lock().unwrap().instead.push(reply);
    }

    pub fn index(&self, stored: Stored) {
        self.inside.lock().unwrap().documents.push(stored);
    }

    /// Points in time that nobody let go of.
    pub fn open_points(&self) -> usize {
        self.inside.lock().unwrap().points.iter().flatten().count()
    }
}

fn answer(inside: &mut Inside, asked: &Asked) -> Reply {
    if asked.path.contains("_search") && !inside.instead.is_empty() {
        return inside.instead.remove(0);
    }
    let unknown =
        || Reply::status(405, "application/json", r#"{"error":"Incorrect HTTP method for uri","status":405}"#);
    match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/") => Reply::json(r#"{"version":{"number":"2.19.0","distribution":"opensearch"}}"#),
        ("POST", "/logs-*/_pit") if inside.flavour == Flavour::Elastic => opened(inside, "id"),
        ("POST", "/logs-*/_search/point_in_time") if inside.flavour == Flavour::OpenSearch => opened(inside, "pit_id"),
        ("POST", "/logs-*/_pit" | "/logs-*/_search/point_in_time") => unknown(),
        ("DELETE", "/_pit") => closed(inside, asked.json()["id"].as_str()),
        ("DELETE", "/_search/point_in_time") => closed(inside, asked.json()["pit_id"][0].as_str()),
        ("POST", "/logs-*/_search" | "/_search") => search(inside, &asked.json()),
        ("POST", "/logs-*/_count") => Reply::json(json!({"count": inside.documents.len(), "_shards": {}}).to_string()),
        _ => {
            let reason = json!({"type": "index_not_found_exception", "reason": "no such index [gone]"});
            Reply::status(404, "application/json", json!({"error": reason, "status": 404}).to_string())
        }
    }
}

fn opened(inside: &mut Inside, name: &str) -> Reply {
    inside.points.push(Some(inside.documents.len()));
    Reply::json(json!({ name: format!("point-{}", inside.points.len() - 1) }).to_string())
}

fn number(point: &str) -> usize {
    point.trim_start_matches("point-").parse().unwrap()
}

fn closed(inside: &mut Inside, point: Option<&str>) -> Reply {
    inside.points[number(point.unwrap())] = None;
    Reply::json(r#"{"succeeded":true,"num_freed":1}"#)
}

fn search(inside: &mut Inside, body: &Value) -> Reply {
    let point = body["pit"]["id"].as_str().map(number);
    let visible = point.map_or(inside.documents.len(), |point| inside.points[point].unwrap());
    let gte = &body["query"]["bool"]["filter"][1]["range"]["@timestamp"]["gte"];
    let start = gte.as_str().unwrap().parse::<Timestamp>().map_or(i64::MIN, Timestamp::as_millisecond);
    let healthy = if inside.failing { inside.documents.len() / 2 } else { 0 };
    // Place in the order: time, then the number of the document.
    let mut found: Vec<(i64, usize)> = (healthy..visible)
        .map(|number| (inside.documents[number].millis, number))
        .filter(|(millis, _)| *millis >= start)
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    if let Some(after) = body["search_after"].as_array() {
        let at = after[0].as_str().unwrap().parse::<Timestamp>().unwrap().as_millisecond();
        let number: i64 = after[1].as_i64().or_else(|| after[1].as_str().unwrap().parse().ok()).unwrap();
        found.retain(|place| *place < (at, number as usize));
    }
    found.truncate(body["size"].as_u64().unwrap() as usize);
    let hits: Vec<Value> = found.iter().map(|place| hit(inside, *place, point.is_some(), body)).collect();
    if point.is_some() {
        let arriving = std::mem::take(&mut inside.arriving);
        inside.documents.extend(arriving);
    }
    let failure = json!({"shard": 0, "reason": {"type": "node_not_connected_exception", "reason": "node left"}});
    let failures = if inside.failing { vec![failure] } else { Vec::new() };
    let shards = json!({"total": 2, "successful": 2 - failures.len(), "failed": failures.len(), "failures": failures});
    let mut answer = json!({"took": 1, "timed_out": false, "_shards": shards, "hits": {"hits": hits}});
    if let Some(point) = point {
        answer["pit_id"] = json!(format!("point-{point}"));
    }
    Reply::json(answer.to_string())
}

fn hit(inside: &Inside, (millis, number): (i64, usize), in_point: bool, body: &Value) -> Value {
    let at = Timestamp::from_millisecond(millis).unwrap().to_string();
    let by_id = body["sort"].as_array().unwrap().len() > 1;
    let sort = match (in_point && inside.flavour == Flavour::Elastic, by_id) {
        (true, _) => json!([at, number]),
        (false, true) => json!([at, number.to_string()]),
        (false, false) => json!([at]),
    };
    json!({"_index": "logs-1", "_id": number.to_string(), "_source": inside.documents[number].document, "sort": sort})
}
