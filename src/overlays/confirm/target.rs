//! Where it would run: the card's first rows. They stand still while the rest scrolls, so that no text below can push
//! them out of sight or pretend to be them.

use super::body::fact;
use crate::domain::approval::Frozen;
use crate::domain::time::stamp;
use crate::domain::{CleanText, Proposal};
use crate::ui::{Line, Role};

/// The rows that say where a proposal runs.
pub fn rows(rows: &mut Vec<Line>, proposal: &Proposal, columns: usize) {
    let target = &proposal.target;
    if let Some(production) = &target.production {
        fact(rows, "PRODUCTION", production, Role::Critical, columns);
    }
    fact(rows, "runs on", &target.place, Role::Strong, columns);
    if let Frozen::Query { window, step, .. } = &target.frozen {
        let text = format!("{} to {}, step {step} s", stamp(window.start), stamp(window.end));
        fact(rows, "time range", &CleanText::line(&text), Role::Text, columns);
    }
    for (name, value) in &target.facts {
        fact(rows, name, value, Role::Text, columns);
    }
}
