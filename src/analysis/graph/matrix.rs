//! A matrix of comma-separated values whose row calls its column where the cell is neither empty nor zero.

use super::{GraphError, Told};
use crate::domain::CleanText;

pub(super) fn read(text: &str) -> Result<Told, GraphError> {
    let rows = text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim().is_empty());
    let mut rows = rows.map(|(line, row)| (line, cells(row)));
    let Some((_, head)) = rows.next() else {
        return Err(GraphError::new(1, "the file ends before a header row with the services"));
    };
    let heads: Vec<CleanText> = head.iter().skip(1).map(|name| CleanText::line(name.trim())).collect();
    let mut graph = Told::default();
    heads.iter().for_each(|name| graph.add(name));
    for (line, row) in rows {
        let caller = CleanText::line(row.first().map_or("", |name| name.trim()));
        graph.add(&caller);
        if row.len() != heads.len() + 1 {
            let found = row.len().saturating_sub(1);
            return Err(GraphError::new(line, format!("{found} cells under {} services; one for each", heads.len())));
        }
        for (callee, cell) in heads.iter().zip(&row[1..]) {
            if weight(cell, line, &caller)?.abs() > 0.0 {
                graph.call(&caller, callee);
            }
        }
    }
    Ok(graph)
}

fn weight(cell: &str, line: usize, caller: &CleanText) -> Result<f64, GraphError> {
    match cell.trim() {
        "" => Ok(0.0),
        cell => cell.parse().map_err(|_| {
            let cell = CleanText::line(cell);
            GraphError::new(line, format!("`{cell}` in the row of {caller} is no number; leave the cell empty"))
        }),
    }
}

/// The cells of a row; quotes as in RFC 4180, on one line.
fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let (mut quoted, mut chars) = (false, row.trim_end_matches('\r').chars().peekable());
    while let Some(c) = chars.next() {
        let Some(cell) = cells.last_mut() else { break };
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cell.push(c),
        }
    }
    cells
}
