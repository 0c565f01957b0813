//! Reads who calls whom from what people have: service maps as JSON, Graphviz DOT or a CSV matrix, and traces as OTLP JSON
//! lines. Called by `midwatch rank` and `midwatch graph` and at the start of a session; the text is read already.

mod dot;
mod json;
mod matrix;
mod spans;
#[cfg(test)]
mod tests;

use crate::domain::graph::Known;
use crate::domain::{CleanText, ServiceGraph};

/// Why a text tells of no calls.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct GraphError {
    /// Where, from 1.
    pub line: usize,
    /// What is wrong and how it should be.
    pub what: String,
}

impl GraphError {
    fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }
}

/// The forms a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `{"nodes": [..], "edges": [..]}` and its kin.
    Map,
    /// A line of spans each.
    Spans,
    /// Graphviz.
    Dot,
    /// A matrix: the row calls the column.
    Matrix,
}

/// What a text tells, in its own order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Services, those without calls among them; some may be named more than once.
    pub services: Vec<CleanText>,
    /// Callers with whom they call; some may be told more than once.
    pub calls: Vec<(CleanText, CleanText)>,
}

impl Told {
    fn add(&mut self, service: &CleanText) {
        self.services.push(service.clone());
    }

    fn call(&mut self, caller: &CleanText, callee: &CleanText) {
        self.calls.push((caller.clone(), callee.clone()));
    }
}

/// Reads a text in whichever of the forms it is; `file` is said as the origin of each call.
///
/// # Errors
/// With the line and the form that was expected there.
pub fn read(text: &str, file: &CleanText) -> Result<ServiceGraph, GraphError> {
    let known = match form(text) {
        Form::Spans => Known::Traces(file.clone()),
        Form::Map | Form::Dot | Form::Matrix => Known::Map(file.clone()),
    };
    let told = told(text)?;
    let mut graph = ServiceGraph::default();
    told.services.iter().for_each(|service| graph.add(service));
    told.calls.iter().for_each(|(caller, callee)| graph.call(caller, callee, known.clone()));
    Ok(graph)
}

/// The same in the order of the text.
///
/// # Errors
/// As [`read`].
pub fn told(text: &str) -> Result<Told, GraphError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match form(text) {
        Form::Map => json::read(text),
        Form::Spans => spans::read(text),
        Form::Dot => dot::read(text),
        Form::Matrix => matrix::read(text),
    }
}

/// What a text's beginning says it is.
fn form(text: &str) -> Form {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with(['{', '[']) {
        let head = start.get(..4_096.min(start.len())).unwrap_or(start);
        return if head.contains("\"resourceSpans\"") || head.contains("\"resource_spans\"") {
            Form::Spans
        } else {
            Form::Map
        };
    }
    let begins = |word: &str| start.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    let dot = ["digraph", "graph ", "graph{", "strict", "//", "/*", "#"].iter().any(|word| begins(word));
    if dot { Form::Dot } else { Form::Matrix }
}
