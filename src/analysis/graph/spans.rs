//! Traces as OTLP JSON, a message a line as OpenTelemetry's file exporter writes them: a span whose parent belongs to
//! another service is a call, and so is a client's span that names its peer.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::{GraphError, Told};
use crate::domain::CleanText;

/// Spans held to find parents among, at most.
const MOST_SPANS: usize = 2_000_000;

#[derive(Deserialize)]
struct Message {
    #[serde(default, alias = "resource_spans", rename = "resourceSpans")]
    resources: Vec<OfResource>,
}

#[derive(Deserialize)]
struct OfResource {
    #[serde(default)]
    resource: Option<Bearer>,
    #[serde(default, alias = "scope_spans", alias = "instrumentationLibrarySpans", rename = "scopeSpans")]
    scopes: Vec<OfScope>,
}

#[derive(Default, Deserialize)]
struct Bearer {
    #[serde(default)]
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
struct OfScope {
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    #[serde(default, alias = "trace_id", rename = "traceId")]
    trace: String,
    #[serde(default, alias = "span_id", rename = "spanId")]
    id: String,
    #[serde(default, alias = "parent_span_id", rename = "parentSpanId")]
    parent: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
struct Attribute {
    #[serde(default)]
    key: String,
    #[serde(default)]
    value: Value,
}

pub(super) fn read(text: &str) -> Result<Told, GraphError> {
    let mut graph = Told::default();
    let mut services: HashMap<(String, String), CleanText> = HashMap::new();
    let mut called: Vec<((String, String), CleanText)> = Vec::new();
    let mut last = 0;
    // One message may also be spread over lines, as people format it.
    let mut messages = serde_json::Deserializer::from_str(text).into_iter::<Message>();
    while let Some(message) = messages.next() {
        let began = last;
        let line = || text.get(..began).map_or(1, |head| head.matches('\n').count() + 1);
        let message = message.map_err(|error| {
            GraphError::new(line() + error.line().saturating_sub(1), format!("no OTLP message: {error}"))
        })?;
        last = messages.byte_offset();
        for of in message.resources {
            let bearer = of.resource.unwrap_or_default();
            let Some(service) = named(&bearer.attributes, &["service.name"]) else { continue };
            graph.add(&service);
            for span in of.scopes.into_iter().flat_map(|scope| scope.spans) {
                if let Some(peer) = named(&span.attributes, &["peer.service"]) {
                    graph.call(&service, &peer);
                }
                if services.len() >= MOST_SPANS {
                    return Err(GraphError::new(
                        line(),
                        format!("more than {MOST_SPANS} spans; cut the file to an hour"),
                    ));
                }
                if !span.parent.is_empty() {
                    called.push(((span.trace.clone(), span.parent), service.clone()));
                }
                services.insert((span.trace, span.id), service.clone());
            }
        }
    }
    for (parent, callee) in called {
        if let Some(caller) = services.get(&parent) {
            graph.call(caller, &callee);
        }
    }
    Ok(graph)
}

fn named(attributes: &[Attribute], keys: &[&str]) -> Option<CleanText> {
    let of = |key: &&str| attributes.iter().find(|attribute| attribute.key == *key);
    let value = keys.iter().find_map(of)?.value.get("stringValue")?.as_str()?;
    (!value.is_empty()).then(|| CleanText::line(value))
}
