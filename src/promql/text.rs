//! Expressions written anew: on one line, or only what an alert measures of them.

use super::lex::lex;
use super::parse::parse;
use super::tree::{Expr, Kind};

/// What an alerting expression measures: itself without its comparison (`> 0.05`), without the conditions joined to it
/// by `and`, `or`, `unless`, and without parentheses around the whole. A text that is no expression is all of it.
pub fn measured(expression: &str) -> &str {
    match parse(expression) {
        Ok(parsed) => measure(&parsed.tree).of(expression),
        Err(_) => expression.trim(),
    }
}

/// The part of an expression that is drawn: without parentheses, comparisons and what is joined to it.
pub(super) fn measure(expr: &Expr) -> &Expr {
    let mut expr = expr.bare();
    while let Kind::Binary(binary) = &expr.kind {
        expr = match binary.op {
            op if op.joins() => &binary.left,
            op if op.compares() && binary.left.constant().is_some() => &binary.right,
            op if op.compares() => &binary.left,
            _ => return expr,
        };
        expr = expr.bare();
    }
    expr
}

/// The expression on one line, blanks outside strings folded and comments left out.
pub fn one_line(expression: &str) -> String {
    let (mut line, mut end) = (String::with_capacity(expression.len()), 0);
    for lexeme in lex(expression) {
        if lexeme.span.start > end && !line.is_empty() {
            line.push(' ');
        }
        line.push_str(expression.get(lexeme.span.clone()).unwrap_or_default());
        end = lexeme.span.end;
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_threshold_comes_off_and_nothing_else() {
        for (alert, series) in [
            ("service:http_errors:ratio > 0.05", "service:http_errors:ratio"),
            (
                "sum by (a) (rate(x{code!~\"5..\"}[30s])) / sum(y) >= 1e-3",
                "sum by (a) (rate(x{code!~\"5..\"}[30s])) / sum(y)",
            ),
            ("(a / (b > 0)) > bool 0.5", "a / (b > 0)"),
            ("0.2 < rate(x[5m])", "rate(x[5m])"),
            ("x{path=\"a > 1 and {\"} == 0", "x{path=\"a > 1 and {\"}"),
            ("(a > 5 and on (pod) b < 3) or c", "a"),
            ("sum(x) by (service) < 1 unless y", "sum(x) by (service)"),
            ("absent(up{job='x > 1'})", "absent(up{job='x > 1'})"),
            ("a > b", "a"),
            ("up", "up"),
            ("rate(orders_total[5m] offset 1d) < 0.5 * rate(orders_total[5m])", "rate(orders_total[5m] offset 1d)"),
            ("a > (", "a > ("),
            ("> 5", "> 5"),
            ("", ""),
        ] {
            assert_eq!(measured(alert), series, "{alert}");
        }
    }

    #[test]
    fn folding_keeps_strings() {
        assert_eq!(one_line("sum by (a)\n  (x{b=\"c  d\"})\t> 1 # why"), "sum by (a) (x{b=\"c  d\"}) > 1");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[a-z0-9:> <=!(){}\\[\\]\"'`#,.*/é\n\\\\-]{0,60}") {
            let inner = measured(&text);
            prop_assert!(text.contains(inner));
            one_line(&text);
        }
    }
}
