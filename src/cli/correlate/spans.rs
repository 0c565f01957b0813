//! Spans as OpenTelemetry's JSON has them (`opentelemetry/proto/trace/v1/trace.proto` in its JSON mapping): what the
//! collector's file exporter writes a line at a time, or a whole document. Each span is a record of its attributes, those
//! of its resource, its name, kind and duration.

use std::io::BufReader;
use std::path::PathBuf;

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value;

use super::Question;
use super::records::{Records, record};
use crate::analysis::correlate::Side;
use crate::cli::exit::Failure;
use crate::cli::logs::input;
use crate::domain::{CleanText, LogRecord, Severity, Timestamp};
use crate::logs::contrast::Told;

/// Attributes of a span at most, those of its resource among them.
const ATTRIBUTES: usize = 256;
/// The status of a span that failed.
const FAILED: [&str; 3] = ["2", "STATUS_CODE_ERROR", "ERROR"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Export {
    #[serde(alias = "resource_spans")]
    resource_spans: Vec<OfResource>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct OfResource {
    resource: Resource,
    #[serde(alias = "scope_spans", alias = "instrumentationLibrarySpans")]
    scope_spans: Vec<OfScope>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Resource {
    attributes: Vec<Pair>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OfScope {
    spans: Vec<Span>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Span {
    #[serde(alias = "trace_id")]
    trace_id: String,
    name: String,
    kind: Value,
    #[serde(alias = "start_time_unix_nano")]
    start_time_unix_nano: Value,
    #[serde(alias = "end_time_unix_nano")]
    end_time_unix_nano: Value,
    attributes: Vec<Pair>,
    status: Status,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Status {
    code: Value,
    message: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Pair {
    key: String,
    value: Value,
}

/// Compares the spans of files: the failed and, where a duration says so, the slow, with the others.
pub(super) fn told(question: &Question, files: &[PathBuf], slow: Option<SignedDuration>) -> Result<Told, Failure> {
    // Where no filter says what is bad, the status does, and the duration.
    let defining: &[&str] = match (question.bad.is_empty(), slow) {
        (true, Some(_)) => &["status", "status_message", "level", "duration"],
        (true, None) => &["status", "status_message", "level"],
        (false, _) => &[],
    };
    let mut records = Records::new(question, defining);
    for path in files {
        let input = input::open(path)?;
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let documents = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 18, input.reader));
        let mut spans = 0u64;
        for export in documents.into_iter::<Export>() {
            let export = export.map_err(|error| {
                let name = CleanText::line(&input.name);
                let why = "no OpenTelemetry JSON; the collector's file exporter writes it";
                Failure::bad_input(format!("{name}: {error}: {why}"))
            })?;
            for of in &export.resource_spans {
                for span in of.scope_spans.iter().flat_map(|scope| &scope.spans) {
                    spans += 1;
                    let (record, took) = record_of(span, &of.resource.attributes);
                    let is_slow = slow.zip(took).is_some_and(|(slow, took)| took >= slow);
                    let is_bad = record.severity == Severity::Error || is_slow;
                    records.take(&record, &file, if is_bad { Side::Bad } else { Side::Rest });
                }
            }
        }
        if spans == 0 {
            let name = CleanText::line(&input.name);
            return Err(Failure::bad_input(format!("{name}: no spans in it; \"resourceSpans\" holds them")));
        }
    }
    Ok(records.told())
}

/// A span as a record, and how long it took.
fn record_of(span: &Span, resource: &[Pair]) -> (LogRecord, Option<SignedDuration>) {
    let nanos = |value: &Value| match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let (start, end) = (nanos(&span.start_time_unix_nano), nanos(&span.end_time_unix_nano));
    let took = start.zip(end).filter(|(start, end)| end >= start).map(|(start, end)| end - start);
    let mut fields = vec![("name".to_owned(), span.name.clone()), ("kind".to_owned(), kind(&span.kind))];
    if let Some(took) = took {
        fields.push(("duration".to_owned(), format!("{}ms", took as f64 / 1e6)));
    }
    let is_failed = FAILED.contains(&plain(&span.status.code).as_str());
    fields.push(("status".to_owned(), if is_failed { "error" } else { "ok" }.to_owned()));
    fields.push(("status_message".to_owned(), span.status.message.clone()));
    let mut service = String::new();
    for Pair { key, value } in resource.iter().chain(&span.attributes).take(ATTRIBUTES) {
        match key.as_str() {
            "service.name" => service = any(value),
            _ => fields.push((key.clone(), any(value))),
        }
    }
    let fields = fields.into_iter().map(|(name, value)| (CleanText::line(&name), CleanText::line(&value))).collect();
    let time = start.and_then(|at| Timestamp::from_nanosecond(i128::from(at)).ok());
    let mut record = record(time, &service, fields);
    record.severity = if is_failed { Severity::Error } else { Severity::Unset };
    record.trace_id = (!span.trace_id.is_empty()).then(|| CleanText::line(&span.trace_id));
    (record, took.map(SignedDuration::from_nanos))
}

/// A kind as people say it, whether it is written as a number or a name.
fn kind(value: &Value) -> String {
    let text = plain(value);
    let names = ["unspecified", "internal", "server", "client", "producer", "consumer"];
    let number = text.parse::<usize>().ok().and_then(|at| names.get(at));
    number.map_or_else(|| text.trim_start_matches("SPAN_KIND_").to_ascii_lowercase(), |name| (*name).to_owned())
}

/// The value of an attribute: `{"stringValue": …}` and its like.
fn any(value: &Value) -> String {
    match value.as_object().filter(|object| object.len() == 1).and_then(|object| object.values().next()) {
        Some(inner) => plain(inner),
        None => plain(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
