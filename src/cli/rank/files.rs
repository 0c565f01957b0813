//! The files of `midwatch rank`: metrics with three header rows, an adjacency matrix, a target.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::super::exit::Failure;
use super::csv::{Row, Table, text_of};
use crate::analysis::graph::told;
use crate::analysis::rank::{CallGraph, Measure, Target, Telemetry};
use crate::domain::CleanText;

/// Metrics, and how many of their columns a ranking has no use for.
pub(super) struct Metrics {
    pub telemetry: Telemetry,
    /// Columns of other metrics than latency, availability and requests, or of another statistic than the one used.
    pub unused: usize,
}

/// A column's header.
struct Head {
    service: String,
    measure: Measure,
    /// Place among the statistics of the same measure; the lowest is used.
    preference: usize,
}

#[derive(Deserialize)]
struct TargetFile {
    target: TargetEntry,
}

#[derive(Deserialize)]
struct TargetEntry {
    node: String,
    metric: String,
    timestamp: Option<f64>,
}

/// Metrics: rows `microservice`, `metric`, `statistic`, then one that names the index, then one for each time.
pub(super) fn metrics(path: &Path) -> Result<Metrics, Failure> {
    let table = Table::read(path)?;
    for (at, word) in ["microservice", "metric", "statistic"].into_iter().enumerate() {
        let row = table.row(at, "its three header rows: microservice, metric, statistic")?;
        if row.cells[0].trim() != word {
            return Err(table.wrong(row.line, &format!("a header row that begins with `{word}` belongs here")));
        }
    }
    let heads: Vec<Option<Head>> = (1..table.rows[0].cells.len()).map(|at| head(&table, at)).collect();
    let mut chosen: BTreeMap<(&str, Measure), (usize, usize)> = BTreeMap::new();
    for (at, head) in heads.iter().enumerate() {
        let Some(head) = head else { continue };
        let best = chosen.entry((&head.service, head.measure)).or_insert((head.preference, at));
        *best = (*best).min((head.preference, at));
    }
    let first = table.rows.get(3).map_or(3, |row| if row.cells[0].trim().parse::<f64>().is_ok() { 3 } else { 4 });
    let rows = table.rows.get(first..).unwrap_or_default();
    if rows.is_empty() {
        let end = table.rows.last().map_or(1, |row| row.line);
        return Err(table.wrong(end, "no row of figures follows the header"));
    }
    let mut telemetry = Telemetry { times: times(&table, rows)?, services: BTreeMap::new() };
    for ((service, measure), (_, at)) in &chosen {
        let values = rows.iter().map(|row| figure(&table, row, at + 1, service)).collect::<Result<_, _>>()?;
        *telemetry.services.entry((*service).to_owned()).or_default().column_mut(*measure) = values;
    }
    Ok(Metrics { telemetry, unused: heads.len() - chosen.len() })
}

fn head(table: &Table, at: usize) -> Option<Head> {
    let cell = |row: usize| table.rows[row].cells.get(at).map_or("", |cell| cell.trim());
    let measure = Measure::from_word(cell(1))?;
    let wanted: &[&str] = match measure {
        Measure::Latency | Measure::Availability => &["average", "mean", "p50", "p90", "p95", "p99"],
        Measure::Requests => &["sum", "count", "average"],
    };
    let statistic = cell(2).to_ascii_lowercase();
    let preference = wanted.iter().position(|it| *it == statistic).unwrap_or(wanted.len());
    Some(Head { service: cell(0).to_owned(), measure, preference })
}

fn times(table: &Table, rows: &[Row]) -> Result<Vec<f64>, Failure> {
    let mut times: Vec<f64> = Vec::with_capacity(rows.len());
    for row in rows {
        let time = row.cells[0].trim().parse::<f64>().ok().filter(|time| time.is_finite());
        let Some(time) = time else {
            return Err(table.wrong(row.line, "the first cell is the row's time in Unix seconds"));
        };
        if times.last().is_some_and(|last| *last > time) {
            return Err(table.wrong(row.line, "the time goes back; sort the rows by time"));
        }
        times.push(time);
    }
    Ok(times)
}

fn figure(table: &Table, row: &Row, at: usize, service: &str) -> Result<f64, Failure> {
    match row.cells.get(at).map_or("", |cell| cell.trim()) {
        "" => Ok(f64::NAN),
        cell => cell.parse().map_err(|_| {
            let (cell, service) = (CleanText::line(cell), CleanText::line(service));
            table.wrong(row.line, &format!("`{cell}` in a column of {service} is no number; leave the cell empty"))
        }),
    }
}

/// A graph in any form that `analysis::graph` reads.
pub(super) fn graph(path: &Path) -> Result<CallGraph, Failure> {
    let told = told(&text_of(path)?).map_err(|error| {
        let name = CleanText::line(&path.display().to_string());
        Failure::bad_input(format!("{name}, {error}"))
    })?;
    let mut graph = CallGraph::default();
    for service in &told.services {
        graph.add(service);
    }
    for (caller, callee) in &told.calls {
        graph.call(caller, callee);
    }
    Ok(graph)
}

/// A target: `{"target": {"node", "metric", "timestamp"}}`.
pub(super) fn target(path: &Path) -> Result<Target, Failure> {
    let name = CleanText::line(&path.display().to_string());
    let text = text_of(path)?;
    let form = "write {\"target\": {\"node\": \"shop\", \"metric\": \"latency\", \"timestamp\": 1681855803}}";
    let TargetFile { target } = serde_json::from_str(&text)
        .map_err(|error| Failure::bad_input(format!("{name}, line {}: {error}; {form}", error.line())))?;
    let Some(measure) = Measure::from_word(&target.metric).filter(|it| *it != Measure::Requests) else {
        let metric = CleanText::line(&target.metric);
        return Err(Failure::bad_input(format!(
            "{name}, line 1: the metric `{metric}` is not latency or availability"
        )));
    };
    Ok(Target { service: target.node, measure, at: target.timestamp })
}
