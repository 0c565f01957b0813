//! Service maps as JSON: nodes and edges in the words of the programs that draw them, or a list of dependencies as Jaeger
//! gives it.

use serde_json::Value;

use super::{GraphError, Told};
use crate::domain::CleanText;

/// Words for the two ends of a call, the caller first.
const ENDS: [(&str, &str); 6] = [
    ("source", "target"),
    ("from", "to"),
    ("caller", "callee"),
    ("parent", "child"),
    ("client", "server"),
    ("src", "dst"),
];
/// Words for a node's name, the most speaking first.
const NAMES: [&str; 4] = ["name", "service", "label", "id"];

pub(super) fn read(text: &str) -> Result<Told, GraphError> {
    let whole: Value = serde_json::from_str(text).map_err(|error| GraphError::new(error.line(), error.to_string()))?;
    let mut graph = Told::default();
    let list = |words: &[&str]| words.iter().find_map(|word| whole.get(word).and_then(Value::as_array));
    let nodes = list(&["nodes", "services", "vertices"]).map(Vec::as_slice).unwrap_or_default();
    let edges = list(&["edges", "links", "calls", "dependencies", "data"]).or(whole.as_array());
    if edges.is_none() && nodes.is_empty() {
        let what = "no services here; write {\"nodes\": [\"shop\", \"db\"], \"edges\": [{\"source\": \"shop\", \"target\": \"db\"}]}";
        return Err(GraphError::new(1, what));
    }
    for node in nodes {
        if let Some(name) = name(node) {
            graph.add(&CleanText::line(name));
        }
    }
    for (at, edge) in edges.into_iter().flatten().enumerate() {
        let Some((caller, callee)) = ends(edge) else {
            let what = format!(
                "edge {} names no caller and callee; write {{\"source\": \"shop\", \"target\": \"db\"}}",
                at + 1
            );
            return Err(GraphError::new(1, what));
        };
        graph.call(&CleanText::line(shown(caller, nodes)), &CleanText::line(shown(callee, nodes)));
    }
    Ok(graph)
}

fn name(node: &Value) -> Option<&str> {
    node.as_str().or_else(|| NAMES.iter().find_map(|word| node.get(word).and_then(Value::as_str)))
}

/// The name of a node that is referred to by its id.
fn shown<'a>(id: &'a str, nodes: &'a [Value]) -> &'a str {
    let node = nodes.iter().find(|node| node.get("id").and_then(Value::as_str) == Some(id));
    node.and_then(name).unwrap_or(id)
}

fn ends(edge: &Value) -> Option<(&str, &str)> {
    if let Some([caller, callee, ..]) = edge.as_array().map(Vec::as_slice) {
        return Some((caller.as_str()?, callee.as_str()?));
    }
    let of = |word: &str| edge.get(word).and_then(name);
    ENDS.iter().find_map(|(caller, callee)| Some((of(caller)?, of(callee)?)))
}
