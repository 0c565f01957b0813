//! Loki's answers: streams with their entries, structured metadata in each of the forms it comes in.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::error::Error;

use crate::domain::Timestamp;
use crate::sources::stores::{Entry, Page};

#[derive(Deserialize)]
struct Answer {
    status: String,
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: Value,
}

#[derive(Deserialize)]
struct Stream {
    stream: BTreeMap<String, String>,
    values: Vec<Vec<Value>>,
}

#[derive(Deserialize)]
struct Tailed {
    #[serde(default)]
    streams: Option<Vec<Stream>>,
    #[serde(default)]
    dropped_entries: Option<Vec<Dropped>>,
}

#[derive(Deserialize)]
struct Dropped {
    timestamp: Value,
}

/// How much data a query touches, as the index knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Stats {
    pub(super) streams: u64,
    pub(super) chunks: u64,
    pub(super) bytes: u64,
    pub(super) entries: u64,
}

/// Reads the answer to a range query of log lines.
pub(super) fn page(text: &str) -> serde_json::Result<Page> {
    let answer: Answer = serde_json::from_str(text)?;
    let data = answer.data.filter(|_| answer.status == "success").ok_or_else(|| wrong("no `data` in the answer"))?;
    if data.result_type != "streams" {
        let why = format!("the query gives a {}, not log lines; take the function around it away", data.result_type);
        return Err(wrong(&why));
    }
    let streams: Vec<Stream> = serde_json::from_value(data.result)?;
    let mut page = Page::default();
    streams.into_iter().for_each(|stream| stream.into_page(&mut page));
    Ok(page)
}

/// Reads a message of a tail.
pub(super) fn tailed(text: &str) -> serde_json::Result<Page> {
    let message: Tailed = serde_json::from_str(text)?;
    let mut page = Page::default();
    message.streams.unwrap_or_default().into_iter().for_each(|stream| stream.into_page(&mut page));
    let dropped = message.dropped_entries.unwrap_or_default();
    page.dropped = dropped.len() as u64;
    page.dropped_from = dropped.iter().filter_map(|dropped| instant(&dropped.timestamp)).min();
    Ok(page)
}

impl Stream {
    fn into_page(self, page: &mut Page) {
        let labels = self.stream.into_iter().collect::<Vec<_>>().into();
        for value in self.values {
            let mut parts = value.into_iter();
            let at = parts.next().as_ref().and_then(instant);
            let (Some(at), Some(Value::String(line))) = (at, parts.next()) else {
                page.unreadable += 1;
                continue;
            };
            let fields = parts.next().map(fields).unwrap_or_default();
            page.entries.push(Entry { labels: std::sync::Arc::clone(&labels), at, line, fields });
        }
    }
}

/// Structured metadata: flat, or in the two groups that a client gets who asked for groups.
fn fields(value: Value) -> Vec<(String, String)> {
    let Value::Object(all) = value else { return Vec::new() };
    let mut out = Vec::new();
    for (name, value) in all {
        match value {
            Value::String(text) => out.push((name, text)),
            Value::Object(group) => out.extend(group.into_iter().filter_map(|(name, value)| match value {
                Value::String(text) => Some((name, text)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
            })),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {}
        }
    }
    out
}

/// Nanoseconds since the epoch, as text or number; a time with a date in `dropped_entries` of some versions.
fn instant(value: &Value) -> Option<Timestamp> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    match text.parse::<i128>() {
        Ok(nanos) => Timestamp::from_nanosecond(nanos).ok(),
        Err(_) => text.parse().ok(),
    }
}

fn wrong(why: &str) -> Error {
    serde::de::Error::custom(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_read_in_all_its_forms() {
        let text = r#"{"status":"success","data":{"resultType":"streams","encodingFlags":["categorize-labels"],"result":[
            {"stream":{"app":"a"},"values":[["1700000000000000001","x"],["1700000000000000002","y",{"trace_id":"t"}],
            ["1700000000000000003","z",{"structuredMetadata":{"trace_id":"u"},"parsed":{"level":"error"}}],["bad","w"]]}]}}"#;
        let page = page(text).unwrap();
        assert_eq!((page.entries.len(), page.unreadable), (3, 1));
        assert_eq!(page.entries[0].at.as_nanosecond() % 10, 1);
        assert_eq!(page.entries[1].fields, [("trace_id".to_owned(), "t".to_owned())]);
        assert_eq!(page.entries[2].fields.len(), 2);
    }

    #[test]
    fn a_query_of_numbers_is_refused_with_the_way_out() {
        let text = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
        assert!(page(text).unwrap_err().to_string().contains("take the function around it away"));
    }

    #[test]
    fn what_a_tail_dropped_is_counted_with_its_oldest_time() {
        let text = r#"{"streams":null,"dropped_entries":[{"labels":{"a":"b"},"timestamp":"1700000000000000009"},
            {"labels":{},"timestamp":"2023-11-14T22:13:20Z"}]}"#;
        let page = tailed(text).unwrap();
        assert_eq!((page.dropped, page.dropped_from.unwrap().as_second()), (2, 1_700_000_000));
    }
}
