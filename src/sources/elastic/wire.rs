//! Answers of `_search`: hits with their place in the order, and word of what is missing from them.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::domain::{CleanText, Timestamp};
use crate::logfile::parse;

/// One page of hits.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Page {
    pub(super) hits: Vec<Hit>,
    /// Hits that came, those without a document or time among them.
    pub(super) count: usize,
    /// Where the next page begins; `None` when nothing came.
    pub(super) after: Option<Value>,
    /// The point in time to ask next, where one was asked.
    pub(super) pit: Option<String>,
    /// What makes the answer less than whole, in words.
    pub(super) shortcomings: Vec<String>,
}

/// A document that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub(in crate::sources) index: String,
    pub(in crate::sources) id: String,
    pub(in crate::sources) at: Timestamp,
    pub(in crate::sources) document: Map<String, Value>,
}

impl Hit {
    /// What makes it the same when it comes again.
    pub(in crate::sources) fn identity(&self) -> u64 {
        let mut hash = DefaultHasher::new();
        (&self.index, &self.id).hash(&mut hash);
        hash.finish()
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    timed_out: bool,
    #[serde(default)]
    terminated_early: bool,
    #[serde(rename = "_shards")]
    shards: Shards,
    hits: Hits,
    #[serde(default)]
    pit_id: Option<String>,
}

#[derive(Deserialize)]
struct Shards {
    #[serde(default)]
    total: u64,
    #[serde(default)]
    failed: u64,
    #[serde(default)]
    failures: Vec<Value>,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<RawHit>,
}

#[derive(Deserialize)]
struct RawHit {
    #[serde(rename = "_index", default)]
    index: String,
    #[serde(rename = "_id", default)]
    id: String,
    #[serde(rename = "_source", default)]
    source: Option<Map<String, Value>>,
    #[serde(default)]
    sort: Vec<Value>,
}

/// Reads the answer to a search sorted by time.
pub(super) fn page(text: &str) -> serde_json::Result<Page> {
    let answer: Answer = serde_json::from_str(text)?;
    let mut page = Page { pit: answer.pit_id, count: answer.hits.hits.len(), ..Page::default() };
    if answer.timed_out {
        page.shortcomings.push("the search ran out of its time and gave a part".to_owned());
    }
    if answer.terminated_early {
        page.shortcomings.push("the search ended early and gave a part".to_owned());
    }
    if answer.shards.failed > 0 {
        let reason = answer.shards.failures.iter().find_map(reason);
        let reason = reason.map(|reason| format!(": {}", CleanText::line(&reason))).unwrap_or_default();
        let Shards { failed, total, .. } = answer.shards;
        page.shortcomings.push(format!("{failed} of {total} shards failed{reason}; what they hold is missing"));
    }
    page.after = answer
        .hits
        .hits
        .last()
        .map(|hit| Value::Array(hit.sort.clone()))
        .filter(|sort| *sort != Value::Array(Vec::new()));
    page.hits = answer.hits.hits.into_iter().filter_map(hit).collect();
    let unreadable = page.count - page.hits.len();
    if unreadable > 0 {
        page.shortcomings.push(format!("{unreadable} documents without `_source` or a usable time"));
    }
    Ok(page)
}

fn hit(raw: RawHit) -> Option<Hit> {
    let at = raw.sort.first().and_then(instant)?;
    Some(Hit { index: raw.index, id: raw.id, at, document: raw.source? })
}

/// The time of a hit: formatted as asked for, or milliseconds where the server does not format.
fn instant(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.parse().ok().or_else(|| parse::instant(text)),
        Value::Number(number) => number.as_i64().and_then(|millis| Timestamp::from_millisecond(millis).ok()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn reason(failure: &Value) -> Option<String> {
    let reason = failure.get("reason").unwrap_or(failure);
    reason.get("reason").or_else(|| reason.get("type"))?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_an_answer_is_said_to_be_one() {
        let text = r#"{"took":5,"timed_out":true,"_shards":{"total":5,"successful":3,"skipped":0,"failed":2,"failures":[
            {"shard":0,"index":"logs","reason":{"type":"circuit_breaking_exception","reason":"data too large"}}]},
            "hits":{"hits":[{"_index":"logs","_id":"1","_source":{"message":"x"},"sort":["2026-11-20T02:00:00.123456789Z",7]},
            {"_index":"logs","_id":"2","sort":[1700000000000]}]}}"#;
        let page = page(text).unwrap();
        let said = page.shortcomings.join("; ");
        assert!(
            said.contains("2 of 5 shards failed: data too large") && said.contains("ran out of its time"),
            "{said}"
        );
        assert!(said.contains("1 documents without"), "{said}");
        assert_eq!((page.hits.len(), page.count), (1, 2));
        assert_eq!(page.hits[0].at.subsec_nanosecond(), 123_456_789);
        assert_eq!(page.after, Some(serde_json::json!([1_700_000_000_000_i64])));
    }
}
