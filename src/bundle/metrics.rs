//! `metrics/*.json`: a Prometheus `query_range` answer a file. Beside `status` and `data` a file may carry the `query` it
//! answers and the `unit` of its values, so that a replay can answer the same query again.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::values::text;
use crate::domain::series::Unit;
use crate::domain::time::{from_seconds, to_seconds};
use crate::domain::{CleanText, Sample, Series, SourceId};
use crate::promql;

/// Most series taken from one file.
const MOST_SERIES: usize = 2_000;
/// Most samples taken of one series; Prometheus itself answers with 11,000 at most.
const MOST_SAMPLES: usize = 50_000;

/// The content of a file.
#[derive(Debug)]
pub(super) struct Answer {
    /// The query as sent, or the file's short name where the file does not say.
    pub(super) query: CleanText,
    /// Its series, each in time order.
    pub(super) series: Vec<Series>,
    /// What was left out, in words.
    pub(super) left_out: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    query: Option<String>,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType", default)]
    result_type: Option<String>,
    result: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    metric: BTreeMap<String, Value>,
    #[serde(default)]
    values: Vec<Pair>,
    #[serde(default)]
    value: Option<Pair>,
}

/// A sample as Prometheus writes it, or something else in its place.
#[derive(Deserialize)]
#[serde(untagged)]
enum Pair {
    Text(f64, String),
    Number(f64, f64),
    Other(IgnoredAny),
}

/// Reads a file named `name`.
pub(super) fn read(name: &str, bytes: &[u8], source: &SourceId) -> Result<Answer, String> {
    let file: File = serde_json::from_slice(bytes).map_err(|error| format!("not a query_range answer: {error}"))?;
    let Some(data) = file.data else {
        return Err(match file.error {
            Some(error) => format!("the server answered with an error: {}", text(&error)),
            None => "not a query_range answer: it has no `data`".to_owned(),
        });
    };
    if let Some(other) = data.result_type.filter(|kind| kind != "matrix" && kind != "vector") {
        return Err(format!("its result is a {other}, not a matrix"));
    }
    let query = file.query.unwrap_or_else(|| common_name(&data.result).unwrap_or_else(|| name.to_owned()));
    let mut answer = Answer { query: CleanText::line(&query), series: Vec::new(), left_out: Vec::new() };
    if data.result.len() > MOST_SERIES {
        answer.left_out.push(format!("{} of {} series", data.result.len() - MOST_SERIES, data.result.len()));
    }
    let mut bad = 0;
    for row in data.result.into_iter().take(MOST_SERIES) {
        let labels: BTreeMap<CleanText, CleanText> =
            row.metric.iter().map(|(name, value)| (CleanText::line(name), CleanText::line(&text(value)))).collect();
        let unit = unit(file.unit.as_deref(), labels.get("unit").map(|unit| unit.as_str()), &query);
        let (samples, wrong) = samples(row.values.into_iter().chain(row.value));
        bad += wrong;
        let (query, title) = (answer.query.clone(), CleanText::line(name));
        answer.series.push(Series { source: source.clone(), query, title, unit, labels, samples });
    }
    if bad > 0 {
        answer.left_out.push(format!("{bad} samples that are none, or too many"));
    }
    Ok(answer)
}

/// The file's text for the series of one query; reads back equal but for titles and sources.
pub(super) fn write(query: &str, series: &[Series]) -> Value {
    let rows: Vec<Value> = series
        .iter()
        .map(|one| {
            let labels: serde_json::Map<String, Value> =
                one.labels.iter().map(|(name, value)| (name.to_string(), json!(value))).collect();
            let values: Vec<Value> =
                one.samples.iter().map(|sample| json!([to_seconds(sample.at), number(sample.value)])).collect();
            json!({"metric": labels, "values": values})
        })
        .collect();
    let unit = series.first().map_or(Unit::Number, |one| one.unit);
    json!({"status": "success", "query": query, "unit": unit.word(), "data": {"resultType": "matrix", "result": rows}})
}

fn samples(pairs: impl Iterator<Item = Pair>) -> (Vec<Sample>, usize) {
    let mut samples = Vec::new();
    let mut bad = 0;
    for pair in pairs {
        let sample = match pair {
            Pair::Text(at, value) => from_seconds(at).zip(value.parse::<f64>().ok()),
            Pair::Number(at, value) => from_seconds(at).zip(Some(value)),
            Pair::Other(_) => None,
        };
        match sample {
            Some((at, value)) if samples.len() < MOST_SAMPLES => samples.push(Sample { at, value }),
            Some(_) | None => bad += 1,
        }
    }
    samples.sort_by_key(|sample| sample.at);
    samples.dedup_by_key(|sample| sample.at);
    (samples, bad)
}

/// The metric name, when every series carries the same.
fn common_name(rows: &[Row]) -> Option<String> {
    let name = |row: &Row| row.metric.get("__name__").map(text);
    let first = name(rows.first()?)?;
    rows.iter().all(|row| name(row).as_deref() == Some(first.as_str())).then_some(first)
}

/// The unit that the file says; where it says none, what the query tells.
fn unit(said: Option<&str>, label: Option<&str>, query: &str) -> Unit {
    let word = said.or(label).unwrap_or_default().to_ascii_lowercase();
    match word.as_str() {
        "" => promql::guess_unit(query),
        "count/second" => Unit::PerSecond,
        word => Unit::from_word(word).unwrap_or_default(),
    }
}

fn number(value: f64) -> String {
    match value {
        _ if value.is_nan() => "NaN".to_owned(),
        _ if value.is_infinite() => if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned(),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(value: &Value) -> Result<Answer, String> {
        read("name", value.to_string().as_bytes(), &SourceId::new("recording"))
    }

    #[test]
    fn samples_of_every_kind_are_kept_and_the_rest_counted() {
        let answer = parsed(&json!({"status": "success", "data": {"resultType": "matrix", "result": [
            {"metric": {"__name__": "x_seconds"},
             "values": [[20, "NaN"], [10.5, "1e308"], [15, "+Inf"], [16, 7], ["a", "b"], [1e300, "1"], [17, "six"], 5]}
        ]}}));
        let answer = answer.unwrap();
        let series = &answer.series[0];
        let values: Vec<String> = series.samples.iter().map(|sample| sample.value.to_string()).collect();
        assert_eq!(values.len(), 4);
        assert!(series.samples.is_sorted_by_key(|sample| sample.at));
        assert!(series.samples[3].value.is_nan());
        assert_eq!((answer.query.as_str(), series.unit), ("x_seconds", Unit::Seconds));
        assert_eq!(answer.left_out, ["4 samples that are none, or too many"]);
    }

    #[test]
    fn errors_and_other_results_are_words() {
        for (value, words) in [
            (json!({"status": "error", "error": "bad query"}), "bad query"),
            (json!({"data": {"resultType": "scalar", "result": []}}), "a scalar"),
            (json!({"data": []}), "not a query_range answer"),
            (json!([]), "not a query_range answer"),
        ] {
            let error = parsed(&value).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        let html = read("name", b"<html>", &SourceId::new("recording")).unwrap_err();
        assert!(html.contains("not a query_range answer"));
    }

    #[test]
    fn what_is_written_reads_back() {
        let labels = BTreeMap::from([(CleanText::line("code"), CleanText::line("500"))]);
        let samples = [(1.5, 0.1), (2.0, 1e308), (3.0, f64::INFINITY)]
            .map(|(at, value)| Sample { at: from_seconds(at).unwrap(), value });
        let one = Series {
            source: SourceId::new("recording"),
            query: CleanText::line("q"),
            title: CleanText::line("name"),
            unit: Unit::PerSecond,
            labels,
            samples: samples.to_vec(),
        };
        assert_eq!(parsed(&write("q", std::slice::from_ref(&one))).unwrap().series, [one]);
    }
}
