//! Whether an expression can be sent: read by `parse`, its types looked at, and what is left to find found by
//! promql-parser. Called by whoever shows, proposes or sends PromQL.

use super::lex::{Token, lex};
use super::mistake::Mistake;
use super::parse::{Parsed, parse};
use super::tree::Expr;
use super::types;

/// An expression that a server can be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Its parts.
    pub tree: Expr,
    /// What Prometheus would refuse and servers that speak MetricsQL take, the first in the text first; empty for what
    /// every server takes.
    pub foreign: Vec<Mistake>,
}

/// What a server understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Prometheus, Thanos, Mimir and the like.
    Promql,
    /// VictoriaMetrics and the like.
    Metricsql,
    /// Not known yet.
    #[default]
    Unknown,
}

/// Reads and checks an expression. What only MetricsQL takes is no mistake here; [`check_for`] judges by the server.
///
/// # Errors
/// The first thing that no server takes.
pub fn check(text: &str) -> Result<Checked, Mistake> {
    let parsed = parse(text)?;
    let mut foreign = types::check(text, &parsed)?;
    foreign.extend(parsed.foreign.iter().cloned());
    foreign.sort_by_key(|mistake| (mistake.span.start, mistake.span.end));
    foreign.dedup();
    if foreign.is_empty() {
        second_opinion(text, &parsed)?;
    }
    Ok(Checked { tree: parsed.tree, foreign })
}

/// The same for a server of which it is known what it understands.
///
/// # Errors
/// The first thing that this server does not take.
pub fn check_for(text: &str, dialect: Dialect) -> Result<Checked, Mistake> {
    let checked = check(text)?;
    match (dialect, checked.foreign.first()) {
        (Dialect::Promql, Some(mistake)) => Err(mistake.clone()),
        (Dialect::Metricsql, Some(_)) => Ok(Checked { foreign: Vec::new(), ..checked }),
        (Dialect::Promql | Dialect::Metricsql | Dialect::Unknown, _) => Ok(checked),
    }
}

/// What the parser of the language proper says to a text in which nothing was found. It is asked last: its depth is
/// bounded by then, and every duration is one.
fn second_opinion(text: &str, parsed: &Parsed) -> Result<(), Mistake> {
    // It does not know that `_` may part the digits of a number.
    let mut plain = text.to_owned();
    for lexeme in lex(text).iter().rev().filter(|lexeme| lexeme.token == Token::Number) {
        let digits = text.get(lexeme.span.clone()).unwrap_or_default().replace('_', "");
        plain.replace_range(lexeme.span.clone(), &digits);
    }
    match promql_parser::parser::parse(&plain) {
        Ok(_) => Ok(()),
        Err(said) => {
            let first = said.lines().next().unwrap_or_default();
            Err(Mistake::new(parsed.tree.span.clone(), format!("the server would refuse it: {first}"), ""))
        }
    }
}
