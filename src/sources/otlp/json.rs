//! OTLP in JSON: names in lowerCamelCase, trace and span ids in hex, 64-bit integers as text or numbers, unknown names
//! ignored. What is wrong with one record costs that record alone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};

use super::proto::{
    AnyValue, ArrayValue, KeyValue, KeyValueList, Record, Request, Resource, ResourceLogs, Scope, ScopeLogs, Value,
};

/// A request and the records of it that could not be read.
pub(super) struct Read {
    pub(super) request: Request,
    pub(super) rejected: u64,
    /// What was wrong with the first of them.
    pub(super) why: String,
}

/// Reads an `ExportLogsServiceRequest`.
///
/// # Errors
/// When the body is no JSON object with a list of `resourceLogs`.
pub(super) fn request(text: &str) -> Result<Read, String> {
    let json: Json = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
    let Json::Object(body) = json else { return Err("not a JSON object".to_owned()) };
    let mut read = Read { request: Request::default(), rejected: 0, why: String::new() };
    for resource in list(&body, "resourceLogs")? {
        let logs = object(resource, "resourceLogs")?;
        let attributes = logs.get("resource").and_then(|resource| resource.get("attributes"));
        let attributes = attributes.map(pairs).transpose()?.unwrap_or_default();
        let mut scopes = Vec::new();
        for scope in list(logs, "scopeLogs")? {
            let scope = object(scope, "scopeLogs")?;
            let name = scope.get("scope").and_then(|scope| scope.get("name")).and_then(Json::as_str);
            let mut log_records = Vec::new();
            for one in list(scope, "logRecords")? {
                match object(one, "logRecords").and_then(record) {
                    Ok(record) => log_records.push(record),
                    Err(why) => read.reject(why),
                }
            }
            let scope = name.map(|name| Scope { name: name.as_bytes().to_vec() });
            scopes.push(ScopeLogs { scope, log_records });
        }
        let resource = Some(Resource { attributes });
        read.request.resource_logs.push(ResourceLogs { resource, scope_logs: scopes });
    }
    Ok(read)
}

impl Read {
    fn reject(&mut self, why: String) {
        if self.rejected == 0 {
            self.why = why;
        }
        self.rejected += 1;
    }
}

fn record(json: &Map<String, Json>) -> Result<Record, String> {
    Ok(Record {
        time_unix_nano: unsigned(json, "timeUnixNano")?,
        observed_time_unix_nano: unsigned(json, "observedTimeUnixNano")?,
        severity_number: i32::try_from(unsigned(json, "severityNumber")?).unwrap_or(0),
        severity_text: text(json, "severityText"),
        body: json.get("body").map(any).transpose()?,
        attributes: json.get("attributes").map(pairs).transpose()?.unwrap_or_default(),
        dropped_attributes_count: u32::try_from(unsigned(json, "droppedAttributesCount")?).unwrap_or(u32::MAX),
        trace_id: hex(json, "traceId")?,
        span_id: hex(json, "spanId")?,
        event_name: text(json, "eventName"),
    })
}

fn pairs(json: &Json) -> Result<Vec<KeyValue>, String> {
    let Json::Array(all) = json else { return Err("`attributes` is no list".to_owned()) };
    let pair = |pair: &Json| {
        let Some(key) = pair.get("key").and_then(Json::as_str) else {
            return Err("an attribute has no `key`".to_owned());
        };
        Ok(KeyValue { key: key.as_bytes().to_vec(), value: pair.get("value").map(any).transpose()? })
    };
    all.iter().map(pair).collect()
}

fn any(json: &Json) -> Result<AnyValue, String> {
    let Json::Object(object) = json else {
        return Err("a value is no object such as {\"stringValue\": ..}".to_owned());
    };
    let Some((kind, inner)) = object.iter().find(|(kind, _)| kind.ends_with("Value")) else {
        return Ok(AnyValue::default());
    };
    let wrong = || format!("`{kind}` holds something else");
    let value = match (kind.as_str(), inner) {
        ("stringValue", Json::String(text)) => Value::Text(text.as_bytes().to_vec()),
        ("boolValue", Json::Bool(is)) => Value::Bool(*is),
        ("intValue", Json::String(text)) => Value::Int(text.parse().map_err(|_| wrong())?),
        ("intValue", Json::Number(number)) => Value::Int(number.as_i64().ok_or_else(wrong)?),
        ("doubleValue", Json::Number(number)) => Value::Double(number.as_f64().ok_or_else(wrong)?),
        // NaN and the infinities have no number in JSON.
        ("doubleValue", Json::String(text)) => Value::Double(text.parse().map_err(|_| wrong())?),
        ("bytesValue", Json::String(text)) => Value::Bytes(STANDARD.decode(text).map_err(|_| wrong())?),
        ("arrayValue", Json::Object(array)) => {
            let values = list(array, "values")?.iter().map(any).collect::<Result<_, _>>()?;
            Value::Array(ArrayValue { values })
        }
        ("kvlistValue", Json::Object(list)) => {
            let values = list.get("values").map(pairs).transpose()?.unwrap_or_default();
            Value::Pairs(KeyValueList { values })
        }
        _ => return Err(wrong()),
    };
    Ok(AnyValue { value: Some(value) })
}

fn object<'a>(json: &'a Json, of: &str) -> Result<&'a Map<String, Json>, String> {
    json.as_object().ok_or_else(|| format!("`{of}` holds something that is no object"))
}

/// The list under a name; an absent one is empty.
fn list<'a>(json: &'a Map<String, Json>, name: &str) -> Result<&'a [Json], String> {
    match json.get(name) {
        None | Some(Json::Null) => Ok(&[]),
        Some(Json::Array(all)) => Ok(all),
        Some(Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_)) => {
            Err(format!("`{name}` is no list"))
        }
    }
}

fn unsigned(json: &Map<String, Json>, name: &str) -> Result<u64, String> {
    let number = match json.get(name) {
        None | Some(Json::Null) => Some(0),
        Some(Json::Number(number)) => number.as_u64(),
        Some(Json::String(text)) => text.parse().ok(),
        Some(Json::Bool(_) | Json::Array(_) | Json::Object(_)) => None,
    };
    number.ok_or_else(|| format!("`{name}` is no number"))
}

fn text(json: &Map<String, Json>, name: &str) -> Vec<u8> {
    json.get(name).and_then(Json::as_str).unwrap_or_default().as_bytes().to_vec()
}

fn hex(json: &Map<String, Json>, name: &str) -> Result<Vec<u8>, String> {
    let text = json.get(name).and_then(Json::as_str).unwrap_or_default();
    let byte = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
    bytes.ok_or_else(|| format!("`{name}` is not hex"))
}
