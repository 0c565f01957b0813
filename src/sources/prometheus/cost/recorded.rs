//! Whether a part of an expression is recorded already: asking for the recorded series costs next to nothing.

use promql_parser::parser::{self, Expr};
use promql_parser::util::{ExprVisitor, walk_expr};

use crate::sources::prometheus::RecordedRule;

/// Rules that are compared.
const MOST_RULES: usize = 5_000;
/// Longer expressions are not compared.
const LONGEST: usize = 4_000;
/// Recorded series that are named.
const MOST_NAMED: usize = 2;

struct Parts {
    /// Each part of the asked expression, written the same way as the rules'.
    written: Vec<String>,
}

impl ExprVisitor for Parts {
    type Error = std::convert::Infallible;
    fn pre_visit(&mut self, expr: &Expr) -> Result<bool, Self::Error> {
        match expr {
            // A series as it is scraped costs no more than a recorded one.
            Expr::VectorSelector(_) | Expr::MatrixSelector(_) | Expr::NumberLiteral(_) | Expr::StringLiteral(_) => {}
            Expr::Aggregate(_)
            | Expr::Unary(_)
            | Expr::Binary(_)
            | Expr::Paren(_)
            | Expr::Subquery(_)
            | Expr::Call(_)
            | Expr::Extension(_) => self.written.push(expr.to_string()),
        }
        Ok(true)
    }
}

/// The names of the rules that record the expression or a part of it, the largest part first.
pub(super) fn within<'a>(asked: &str, rules: &'a [RecordedRule]) -> Vec<&'a str> {
    if asked.len() > LONGEST {
        return Vec::new();
    }
    let Ok(expr) = parser::parse(asked) else { return Vec::new() };
    let mut parts = Parts { written: Vec::new() };
    let Ok(_) = walk_expr(&mut parts, &expr);
    if parts.written.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(usize, &str)> = Vec::new();
    for rule in rules.iter().take(MOST_RULES).filter(|rule| rule.query.len() <= LONGEST) {
        let Ok(recorded) = parser::parse(&rule.query) else { continue };
        let written = recorded.to_string();
        if let Some(place) = parts.written.iter().position(|part| *part == written)
            && !found.iter().any(|(_, name)| *name == rule.name)
        {
            found.push((place, &rule.name));
        }
    }
    found.sort_unstable();
    found.into_iter().take(MOST_NAMED).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_rules_record_are_found_however_they_are_written() {
        let rules: Vec<RecordedRule> = [
            ("job:requests:rate5m", "sum by (job) (rate(requests_total[5m]))"),
            ("job:requests:rate1m", "sum by (job) (rate(requests_total[1m]))"),
            ("sum:a", "a + b"),
            ("plain", "requests_total"),
            ("broken", "sum by (("),
        ]
        .map(|(name, query)| RecordedRule { name: name.to_owned(), query: query.to_owned() })
        .into();
        for (asked, names) in [
            ("sum by (job)(rate(requests_total[5m])) > 3", vec!["job:requests:rate5m"]),
            ("sum  by(job) (\n rate( requests_total[300s]))", vec!["job:requests:rate5m"]),
            (
                "sum(rate(requests_total[5m])) by (job) / sum(rate(requests_total[1m])) by (job)",
                vec!["job:requests:rate5m", "job:requests:rate1m"],
            ),
            ("sum(rate(requests_total[5m])) by (pod)", vec![]),
            ("c * a + b", vec![]),
            ("c * (a + b)", vec!["sum:a"]),
            ("requests_total", vec![]),
            ("sum by ((", vec![]),
        ] {
            assert_eq!(within(asked, &rules), names, "{asked}");
        }
    }
}
