//! An alert's expression taken apart: what it measures, the values at which it fires, and the parts worth seeing beside it.
//! Called by sources of metrics for alerts that fire, and by what proposes queries.

use super::functions;
use super::parse::parse;
use super::text::{measure, one_line};
use super::tree::{Binary, Expr, Kind, Op};
use crate::domain::panel::Side;

/// Measured things of one alert, at most.
const MOST: usize = 8;
/// Parts of one measured thing, at most.
const PARTS: usize = 6;

/// One thing that an alert measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The query without threshold, on one line.
    pub query: String,
    /// Values at which the alert fires, and the bad side of each.
    pub thresholds: Vec<(f64, Side)>,
    /// Queries whose values are the threshold: `0.9 * limit` of `used > 0.9 * limit`.
    pub against: Vec<(String, Side)>,
    /// It only keeps the alert from firing: the right side of `unless`, and of `and` behind another measure.
    pub is_condition: bool,
    /// What it is made of, the most telling first.
    pub parts: Vec<Part>,
}

/// A part worth seeing beside the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is to the whole.
    pub role: Role,
    /// Its query, on one line.
    pub query: String,
}

/// What a part is to the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Above the line of a quotient.
    Numerator,
    /// Below it.
    Denominator,
    /// One of what is added, subtracted or multiplied.
    Operand,
    /// What an aggregation takes together.
    Inside,
    /// The buckets that a quantile is read from.
    Buckets,
    /// What a function over a range, a forecast or `absent` looks at.
    Source,
}

impl Role {
    /// A word for a title.
    pub fn word(self) -> &'static str {
        match self {
            Role::Numerator => "numerator",
            Role::Denominator => "denominator",
            Role::Operand => "part",
            Role::Inside => "each",
            Role::Buckets => "buckets",
            Role::Source => "behind it",
        }
    }
}

/// What an expression measures, in the order of the text, at most eight; nothing for a text that is no expression or
/// measures nothing.
pub fn apart(expression: &str) -> Vec<Measured> {
    let Ok(parsed) = parse(expression) else { return Vec::new() };
    let mut found = Found { text: expression, all: Vec::new() };
    found.take(&parsed.tree, false);
    found.all.truncate(MOST);
    found.all
}

struct Found<'a> {
    text: &'a str,
    all: Vec<Measured>,
}

impl Found<'_> {
    fn take(&mut self, expr: &Expr, is_condition: bool) {
        let expr = expr.bare();
        match &expr.kind {
            Kind::Binary(binary) if binary.op.joins() => {
                self.take(&binary.left, is_condition);
                self.take(&binary.right, is_condition || binary.op != Op::Or);
            }
            Kind::Binary(binary) if binary.op.compares() => self.compared(binary, is_condition),
            Kind::Number(_) | Kind::Text => {}
            Kind::Binary(_) | Kind::Selector(_) | Kind::Subquery(_) | Kind::Call(_) => {
                self.add(expr, is_condition, None, None);
            }
            Kind::Aggregate(_) | Kind::Signed(_) | Kind::Group(_) | Kind::Union(_) => {
                self.add(expr, is_condition, None, None);
            }
        }
    }

    fn compared(&mut self, binary: &Binary, is_condition: bool) {
        match (binary.left.constant(), binary.right.constant()) {
            (None, Some(value)) => self.threshold(&binary.left, binary.op, value, is_condition),
            (Some(value), None) => self.threshold(&binary.right, turned(binary.op), value, is_condition),
            (None, None) => {
                let (left, right) = (measure(&binary.left), measure(&binary.right));
                let sides = (side(binary.op, None), side(turned(binary.op), None));
                self.add(left, is_condition, None, sides.0.map(|side| (self.line(right), side)));
                self.add(right, is_condition, None, sides.1.map(|side| (self.line(left), side)));
            }
            (Some(_), Some(_)) => {}
        }
    }

    fn threshold(&mut self, of: &Expr, op: Op, value: f64, is_condition: bool) {
        // Two thresholds in a row: `5 < x < 9`, `(x > 5) < 9`.
        if let Kind::Binary(inner) = &of.bare().kind
            && inner.op.compares()
        {
            self.compared(inner, is_condition);
        }
        let threshold = side(op, Some(value)).filter(|_| value.is_finite()).map(|side| (value, side));
        self.add(measure(of), is_condition, threshold, None);
    }

    fn add(
        &mut self,
        expr: &Expr,
        is_condition: bool,
        threshold: Option<(f64, Side)>,
        against: Option<(String, Side)>,
    ) {
        if expr.constant().is_some() || matches!(expr.kind, Kind::Text) {
            return;
        }
        let query = self.line(expr);
        let known = match self.all.iter().position(|known| known.query == query) {
            Some(at) => self.all.get_mut(at),
            None => {
                let mut parts = Vec::new();
                self.parts(expr, &mut parts);
                parts.retain(|part| part.query != query);
                parts.truncate(PARTS);
                self.all.push(Measured { query, thresholds: Vec::new(), against: Vec::new(), is_condition, parts });
                self.all.last_mut()
            }
        };
        if let Some(known) = known {
            known.is_condition &= is_condition;
            known.thresholds.extend(threshold.filter(|new| !known.thresholds.contains(new)));
            known.against.extend(against.filter(|new| !known.against.contains(new)));
        }
    }

    fn parts(&self, expr: &Expr, out: &mut Vec<Part>) {
        match &expr.bare().kind {
            Kind::Binary(binary) => {
                let roles = match binary.op {
                    Op::Divide => (Role::Numerator, Role::Denominator),
                    _ => (Role::Operand, Role::Operand),
                };
                let (left, right) = (measure(&binary.left), measure(&binary.right));
                match (left.constant().is_some(), right.constant().is_some()) {
                    // `100 * (a / b)`, `1 - a / b`: the number says nothing by itself.
                    (true, _) => self.parts(right, out),
                    (_, true) => self.parts(left, out),
                    (false, false) => {
                        self.push(left, roles.0, out);
                        self.push(right, roles.1, out);
                    }
                }
            }
            Kind::Aggregate(aggregate) => {
                if let Some(inner) = aggregate.args.last() {
                    self.push(inner.bare(), Role::Inside, out);
                }
            }
            Kind::Call(call) => {
                let name = self.text.get(call.name.clone()).unwrap_or_default().to_ascii_lowercase();
                let Some(inner) = call.args.iter().find(|argument| argument.constant().is_none()) else { return };
                match name.as_str() {
                    "histogram_quantile" | "histogram_fraction" => self.push(inner.bare(), Role::Buckets, out),
                    // The bare counter only grows, and tells nothing that its rate does not.
                    "rate" | "irate" | "increase" => {}
                    _ => self.source(inner, out),
                }
            }
            Kind::Signed(inner) => self.parts(inner, out),
            Kind::Subquery(subquery) => self.push(subquery.inner.bare(), Role::Source, out),
            Kind::Union(parts) => parts.iter().for_each(|part| self.push(part.bare(), Role::Operand, out)),
            Kind::Number(_) | Kind::Text | Kind::Selector(_) | Kind::Group(_) => {}
        }
    }

    /// What a function looks at, without its range.
    fn source(&self, inner: &Expr, out: &mut Vec<Part>) {
        match &inner.bare().kind {
            Kind::Selector(selector) if selector.range.is_some() => {
                let plain = self.text.get(selector.head.clone()).unwrap_or_default();
                out.push(Part { role: Role::Source, query: one_line(plain) });
            }
            Kind::Subquery(subquery) => self.push(subquery.inner.bare(), Role::Source, out),
            _ => self.push(inner.bare(), Role::Source, out),
        }
    }

    fn push(&self, expr: &Expr, role: Role, out: &mut Vec<Part>) {
        let query = self.line(expr);
        let is_series = expr.constant().is_none() && !matches!(expr.kind, Kind::Text);
        // A range by itself is no answer over time.
        let is_range = matches!(&expr.kind, Kind::Selector(selector) if selector.range.is_some())
            || matches!(expr.kind, Kind::Subquery(_));
        if is_series && !is_range && !out.iter().any(|part| part.query == query) {
            out.push(Part { role, query });
        }
    }

    fn line(&self, expr: &Expr) -> String {
        one_line(expr.of(self.text))
    }
}

/// The operator with its sides swapped.
fn turned(op: Op) -> Op {
    match op {
        Op::Above => Op::Below,
        Op::Below => Op::Above,
        Op::AtLeast => Op::AtMost,
        Op::AtMost => Op::AtLeast,
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Modulo | Op::Power | Op::Atan2 => op,
        Op::Equal | Op::Unequal | Op::And | Op::Or | Op::Unless | Op::Default | Op::If | Op::IfNot => op,
    }
}

/// Which side of a value fires. Equality with 0 or 1 is how states are told: `up == 0` is bad below.
fn side(op: Op, value: Option<f64>) -> Option<Side> {
    match op {
        Op::Above | Op::AtLeast => Some(Side::Above),
        Op::Below | Op::AtMost => Some(Side::Below),
        Op::Equal if value == Some(0.0) => Some(Side::Below),
        Op::Equal if value == Some(1.0) => Some(Side::Above),
        Op::Unequal if value == Some(0.0) => Some(Side::Above),
        Op::Unequal if value == Some(1.0) => Some(Side::Below),
        Op::Equal | Op::Unequal => None,
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Modulo | Op::Power | Op::Atan2 => None,
        Op::And | Op::Or | Op::Unless | Op::Default | Op::If | Op::IfNot => None,
    }
}

/// Whether an expression draws something while all is well: `absent(..)`, numbers and the server's own alerts do not.
pub fn says_something(query: &str) -> bool {
    let Ok(parsed) = parse(query) else { return false };
    match &parsed.tree.bare().kind {
        Kind::Number(_) | Kind::Text => false,
        Kind::Call(call) => {
            let name = query.get(call.name.clone()).unwrap_or_default();
            let idle = ["absent", "absent_over_time", "vector"].iter().any(|idle| name.eq_ignore_ascii_case(idle));
            !idle && functions::function(name).is_some()
        }
        Kind::Selector(selector) => !selector.metric.as_deref().is_some_and(|name| name.starts_with("ALERTS")),
        Kind::Subquery(_)
        | Kind::Aggregate(_)
        | Kind::Binary(_)
        | Kind::Signed(_)
        | Kind::Group(_)
        | Kind::Union(_) => parsed.tree.constant().is_none(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `query > 5 | role query | ..` a line; a condition begins with `if`.
    fn told(expression: &str) -> Vec<String> {
        let tell = |one: Measured| {
            let sign = |side: Side| if side == Side::Above { ">" } else { "<" };
            let mut line = if one.is_condition { format!("if {}", one.query) } else { one.query };
            one.thresholds.iter().for_each(|(value, side)| line.push_str(&format!(" {} {value}", sign(*side))));
            one.against.iter().for_each(|(other, side)| line.push_str(&format!(" {} [{other}]", sign(*side))));
            one.parts.iter().for_each(|part| line.push_str(&format!(" | {} {}", part.role.word(), part.query)));
            line
        };
        apart(expression).into_iter().map(tell).collect()
    }

    #[test]
    fn an_alert_comes_apart_into_measures_thresholds_and_parts() {
        for (alert, parts) in [
            ("up == 0", &["up < 0"][..]),
            ("0.2 < errors:ratio", &["errors:ratio > 0.2"]),
            ("x >= 5 * 60", &["x > 300"]),
            ("x > 0.9 * y", &["x > [0.9 * y]", "0.9 * y < [x]"]),
            (
                "sum(rate(a[5m])) / sum(rate(b[5m])) > 0.05 and sum(rate(b[5m])) > 1",
                &[
                    "sum(rate(a[5m])) / sum(rate(b[5m])) > 0.05 | numerator sum(rate(a[5m])) | denominator sum(rate(b[5m]))",
                    "if sum(rate(b[5m])) > 1 | each rate(b[5m])",
                ],
            ),
            ("100 * (a / b) > 90 or c < 3", &["100 * (a / b) > 90 | numerator a | denominator b", "c < 3"]),
            ("x > 5 unless on (job) y == 1", &["x > 5", "if y > 1"]),
            ("x > 1 and x < 9", &["x > 1 < 9"]),
            ("1 < x < 9", &["x > 1 < 9"]),
            (
                "histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m]))) > 2",
                &[
                    "histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m]))) > 2 | buckets sum by (le) (rate(x_bucket[5m]))",
                ],
            ),
            (
                "predict_linear(free_bytes{a=\"b\"}[6h], 4*3600) < 0",
                &["predict_linear(free_bytes{a=\"b\"}[6h], 4*3600) < 0 | behind it free_bytes{a=\"b\"}"],
            ),
            ("absent(up{job=\"x\"})", &["absent(up{job=\"x\"}) | behind it up{job=\"x\"}"]),
            ("changes(x[1h]) > 2", &["changes(x[1h]) > 2 | behind it x"]),
            ("max_over_time(rate(x[1m])[1h:]) > 2", &["max_over_time(rate(x[1m])[1h:]) > 2 | behind it rate(x[1m])"]),
            ("1 > 2", &[]),
            ("x > (", &[]),
        ] {
            assert_eq!(told(alert), parts, "{alert}");
        }
    }

    #[test]
    fn what_draws_nothing_while_all_is_well_says_nothing() {
        for (query, says) in [
            ("up", true),
            ("1 - a / b", true),
            ("rate(x[5m])", true),
            ("absent(up)", false),
            ("vector(1)", false),
            ("ALERTS{alertname=\"x\"}", false),
            ("5 * 3", false),
            ("x > (", false),
        ] {
            assert_eq!(says_something(query), says, "{query}");
        }
    }

    proptest! {
        #[test]
        fn all_that_comes_out_can_be_asked(
            text in "((x|sum by \\(a\\) \\(y\\)|rate\\(z\\[5m\\]\\)|absent\\(w\\)|9|\\(v / u\\)) (>|<|==|and|or|unless|/|-|\\*) ){0,5}(x|5)"
        ) {
            for one in apart(&text) {
                for query in one.parts.iter().map(|part| &part.query).chain([&one.query]) {
                    prop_assert!(super::super::check(query).is_ok(), "{} of {}", query, text);
                }
            }
        }
    }
}
