//! Reads the unit of a query's values from the naming rules of metrics, for panels whose unit is `auto`. What the
//! names do not say stays a plain number: a wrong unit misleads more than none.

use super::text::{self as promql, Lexeme, Token};
use crate::domain::series::Unit;

/// What values count, and whether per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Dimension {
    base: Unit,
    per_second: bool,
}

const UNKNOWN: Dimension = Dimension { base: Unit::Number, per_second: false };
/// Nesting that is followed; deeper expressions stay plain numbers.
const DEEPEST: usize = 16;

/// The unit of a query's values.
pub fn guess(query: &str) -> Unit {
    let dimension = dimension(query, 0);
    match (dimension.base, dimension.per_second) {
        (base, false) => base,
        (Unit::Number | Unit::PerSecond | Unit::Bytes, true) => Unit::PerSecond,
        (Unit::Seconds | Unit::Ratio, true) => Unit::Number,
    }
}

fn dimension(query: &str, depth: usize) -> Dimension {
    let text = promql::measured(query);
    let Some(lexemes) = promql::lex(text).filter(|_| depth < DEEPEST) else { return UNKNOWN };
    for signs in [&["+", "-"][..], &["*", "/", "%", "^"][..]] {
        let binary = lexemes.iter().skip(1).rev().find(|lexeme| is_sign(lexeme, text, signs));
        if let Some(sign) = binary {
            return combined(&text[..sign.span.start], &text[sign.span.clone()], &text[sign.span.end..], depth);
        }
    }
    match lexemes.iter().position(|lexeme| lexeme.token == Token::Word) {
        Some(0) if lexemes.iter().any(|lexeme| lexeme.token == Token::Open) => call(text, &lexemes, depth),
        Some(0) => name(&text[lexemes[0].span.clone()]),
        Some(_) | None => UNKNOWN,
    }
}

fn is_sign(lexeme: &Lexeme, text: &str, signs: &[&str]) -> bool {
    lexeme.depth == 0 && lexeme.token == Token::Sign && signs.contains(&&text[lexeme.span.clone()])
}

fn combined(left: &str, sign: &str, right: &str, depth: usize) -> Dimension {
    let (l, r) = (dimension(left, depth + 1), dimension(right, depth + 1));
    match sign {
        "-" if left.trim() == "time()" => Dimension { base: Unit::Seconds, per_second: false },
        "+" | "-" if l.base == Unit::Number && !l.per_second => r,
        "+" | "-" => l,
        "/" if promql::is_constant(right) => UNKNOWN,
        "/" if l == r && l != UNKNOWN => Dimension { base: Unit::Ratio, per_second: false },
        "/" if l.per_second == r.per_second && r.base == Unit::Number && r.per_second => {
            Dimension { per_second: false, ..l }
        }
        _ => UNKNOWN,
    }
}

/// A function or aggregation: the dimension of its argument, changed by what the function does.
fn call(text: &str, lexemes: &[Lexeme], depth: usize) -> Dimension {
    let function = text[lexemes[0].span.clone()].to_ascii_lowercase();
    let Some(arguments) = arguments(text, lexemes) else { return UNKNOWN };
    let argument = match function.as_str() {
        "histogram_quantile" | "topk" | "bottomk" | "quantile" | "quantile_over_time" | "limitk" => arguments.last(),
        _ => arguments.first(),
    };
    let inner = argument.map_or(UNKNOWN, |argument| dimension(argument, depth + 1));
    match function.as_str() {
        "rate" | "irate" | "deriv" => Dimension { per_second: true, ..inner },
        "increase" | "delta" | "idelta" => Dimension { per_second: false, ..inner },
        "histogram_quantile" => Dimension { per_second: false, ..inner },
        "count" | "count_values" | "count_over_time" | "absent" | "changes" | "resets" | "time" | "vector"
        | "stdvar" | "sgn" | "group" | "ln" | "log2" | "log10" | "exp" => UNKNOWN,
        _ => inner,
    }
}

/// The arguments of the outermost call; the list after `by` or `without` is none.
fn arguments<'a>(text: &'a str, lexemes: &[Lexeme]) -> Option<Vec<&'a str>> {
    let open = lexemes.iter().enumerate().position(|(index, lexeme)| {
        let before = index.checked_sub(1).map(|before| text[lexemes[before].span.clone()].to_ascii_lowercase());
        lexeme.depth == 0 && lexeme.token == Token::Open && !matches!(before.as_deref(), Some("by" | "without"))
    })?;
    let mut parts = Vec::new();
    let mut start = lexemes[open].span.end;
    for lexeme in &lexemes[open + 1..] {
        let ends = lexeme.depth == 0 && lexeme.token == Token::Close;
        if ends || (lexeme.depth == 1 && lexeme.token == Token::Comma) {
            parts.push(&text[start..lexeme.span.start]);
            start = lexeme.span.end;
        }
        if ends {
            break;
        }
    }
    Some(parts)
}

/// A metric's or recorded series' name, `level:metric:operations`.
fn name(name: &str) -> Dimension {
    let operations = name.rsplit(':').next().unwrap_or(name);
    if operations.ends_with("ratio") || name.ends_with("_ratio") {
        return Dimension { base: Unit::Ratio, per_second: false };
    }
    let per_second = operations != name && (operations.starts_with("rate") || operations.ends_with("_per_second"));
    let base = name.split(':').rev().map(metric).find(|base| *base != Unit::Number).unwrap_or_default();
    Dimension { base, per_second }
}

fn metric(part: &str) -> Unit {
    if part.ends_with("_count") || part.ends_with("_timestamp_seconds") {
        return Unit::Number;
    }
    let stem = ["_bucket", "_sum", "_total"].iter().find_map(|suffix| part.strip_suffix(suffix)).unwrap_or(part);
    if stem.ends_with("_seconds") {
        Unit::Seconds
    } else if stem.ends_with("_bytes") {
        Unit::Bytes
    } else {
        Unit::Number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_follow_the_naming_rules_and_stay_plain_where_names_are_silent() {
        for (query, unit) in [
            ("service:http_errors:ratio", Unit::Ratio),
            ("service:http_duration_seconds:p95", Unit::Seconds),
            ("service:http_requests:rate", Unit::PerSecond),
            ("service:http_requests:rate5m > 0", Unit::PerSecond),
            (
                "histogram_quantile(0.95, sum by (service, le) (rate(http_request_duration_seconds_bucket[30s])))",
                Unit::Seconds,
            ),
            ("sum by (service) (rate(http_requests_total{code=~\"5..\"}[30s]))", Unit::PerSecond),
            ("sum(rate(a_total{x=\"-\"}[1m])) / sum(rate(b_total[1m]))", Unit::Ratio),
            ("100 * sum(rate(a_total[1m])) / sum(rate(b_total[1m]))", Unit::Number),
            ("rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m])", Unit::Seconds),
            ("process_resident_memory_bytes{job=\"a\"}", Unit::Bytes),
            ("node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", Unit::Ratio),
            ("1 - node_filesystem_avail_bytes / node_filesystem_size_bytes", Unit::Ratio),
            ("rate(process_cpu_seconds_total[1m])", Unit::Number),
            ("time() - backup_last_success_timestamp_seconds", Unit::Seconds),
            ("count(up_seconds)", Unit::Number),
            ("sum(orders_total) by (service)", Unit::Number),
            ("up", Unit::Number),
            ("up > (", Unit::Number),
            ("", Unit::Number),
        ] {
            assert_eq!(guess(query), unit, "{query}");
        }
    }
}
