//! An alert's expression, read for proposals: the metrics it reads, also by way of recording rules; its parts, narrowed to
//! what the alert is about; the range of its rates.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::SignedDuration;
use promql_parser::label::{Labels as Names, MatchOp, Matcher};
use promql_parser::parser::{self, AggregateExpr, Expr, LabelModifier};

use crate::analysis::propose::{Part, Subject};
use crate::domain::CleanText;
use crate::promql::{self, alert};
use crate::sources::prometheus::Rules;

/// Longer expressions are not taken apart: they are for machines.
const LONGEST: usize = 4_000;
/// Deeper expressions are not either: to read them would take a deep stack.
const DEEPEST: usize = 60;
/// Values of a label by which a part is still worth telling apart.
const APART: usize = 8;
/// Ranges of rates that show an incident's minutes.
const RANGES: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(600));

/// The metrics an expression reads, each once.
pub(super) fn metrics(expression: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    if let Some(expr) = parse(expression) {
        each(&expr, &mut |it| {
            if let Some(name) = selected(it) {
                found.insert(name.to_owned());
            }
        });
    }
    found.into_iter().collect()
}

/// The same, with what the recording rules among them read.
pub(super) fn metrics_behind(expression: &str, rules: &Rules) -> Vec<String> {
    let own = metrics(expression);
    let behind = own.iter().filter_map(|name| recorded(name, rules)).flat_map(metrics);
    let all: BTreeSet<String> = own.iter().cloned().chain(behind).collect();
    all.into_iter().collect()
}

/// The range that rates of proposals have: the alert's own where it shows minutes, else the shortest that the server's
/// rules use, else four steps, a minute at least.
pub(super) fn range(expression: &str, rules: &Rules, step: SignedDuration) -> String {
    let behind = metrics(expression);
    let behind = behind.iter().filter_map(|name| recorded(name, rules));
    let own = std::iter::once(expression).chain(behind).flat_map(ranges).min();
    let all = || rules.recorded.iter().map(|rule| rule.query.as_str()).flat_map(ranges).min();
    let least = Duration::from_secs(60).max(step.unsigned_abs() * 4);
    let seconds = own.or_else(all).unwrap_or(least).as_secs().max(1);
    if seconds.is_multiple_of(60) { format!("{}m", seconds / 60) } else { format!("{seconds}s") }
}

/// The parts of an alert's expression worth seeing by themselves: what a share is made of, and what fails told apart by
/// a label of the subject's series.
pub(super) fn parts(expression: &str, rules: &Rules, own: &Subject) -> Vec<Part> {
    let Some(measured) = alert::apart(expression).into_iter().find(|it| !it.is_condition) else { return Vec::new() };
    let measured = measured.query.as_str();
    let behind =
        parse(measured).and_then(|expr| selected(&expr).and_then(|name| recorded(name, rules)).map(str::to_owned));
    let Some(mut expr) = parse(behind.as_deref().unwrap_or(measured)) else { return Vec::new() };
    narrow(&mut expr, own);
    let mut parts = Vec::new();
    let (top, bottom) = match bare(&expr) {
        Expr::Binary(share) if share.op.to_string() == "/" => (bare(&share.lhs), Some(bare(&share.rhs))),
        _ => (bare(&expr), None),
    };
    for (label, values) in telling(top, own).into_iter().take(2) {
        if let Some(told) = told_apart(top, &label) {
            let title = format!("{} {} by {label}", own.name, spoken(top, own));
            let why = format!("what the alert measures for {}, told apart by {label} ({values} values)", own.name);
            parts.push(Part { title, query: told.to_string(), why });
        }
    }
    if let Some(bottom) = bottom {
        let part = |expr: &Expr, why: &str| Part {
            title: format!("{} {}", own.name, spoken(expr, own)),
            query: expr.to_string(),
            why: format!("{why} the alert's share, for {}", own.name),
        };
        parts.push(part(top, "what counts in"));
        parts.push(part(bottom, "what is all of"));
    }
    // What cannot be read back was not written right.
    parts.retain(|part| parse(&part.query).is_some_and(|expr| selected(&expr).is_none()));
    parts
}

fn parse(expression: &str) -> Option<Expr> {
    let mut depth = 0usize;
    let deepest = expression.bytes().map(|b| {
        match b {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth
    });
    if expression.len() > LONGEST || deepest.max().unwrap_or(0) > DEEPEST {
        return None;
    }
    // That parser ends the program over a duration that no clock holds.
    promql::check(expression).ok().and_then(|_| parser::parse(expression).ok())
}

fn recorded<'a>(name: &str, rules: &'a Rules) -> Option<&'a str> {
    rules.recorded.iter().find(|rule| rule.name == name).map(|rule| rule.query.as_str())
}

/// The metric of a plain selector.
fn selected(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::VectorSelector(selector) => selector.name.as_deref(),
        Expr::MatrixSelector(matrix) => matrix.vs.name.as_deref(),
        _ => None,
    }
}

fn ranges(expression: &str) -> Vec<Duration> {
    let mut found = Vec::new();
    if let Some(expr) = parse(expression) {
        each(&expr, &mut |it| {
            if let Expr::MatrixSelector(matrix) = it {
                found.push(matrix.range);
            }
        });
    }
    found.retain(|range| (RANGES.0..=RANGES.1).contains(range));
    found
}

/// What an expression reads, for a title: its first metric's words, and what its labels must be.
fn spoken(expr: &Expr, own: &Subject) -> String {
    let mut words = String::new();
    each(expr, &mut |it| {
        let selector = match it {
            Expr::VectorSelector(selector) => selector,
            Expr::MatrixSelector(matrix) => &matrix.vs,
            _ => return,
        };
        if let (true, Some(name)) = (words.is_empty(), &selector.name) {
            let family = ["_total", "_bucket", "_count"].iter().find_map(|ending| name.strip_suffix(ending));
            words = family.unwrap_or(name).replace(['_', ':'], " ");
            let more = selector
                .matchers
                .matchers
                .iter()
                .filter(|it| own.selectors.iter().all(|(label, _)| it.name != label.as_str()));
            words.extend(more.map(|it| format!(" {}{}{}", it.name, it.op, it.value)));
        }
    });
    words
}

fn inside(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Aggregate(it) => it.param.iter().map(|param| &**param).chain([&*it.expr]).collect(),
        Expr::Unary(it) => vec![&it.expr],
        Expr::Binary(it) => vec![&it.lhs, &it.rhs],
        Expr::Paren(it) => vec![&it.expr],
        Expr::Subquery(it) => vec![&it.expr],
        Expr::Call(it) => it.args.args.iter().map(|arg| &**arg).collect(),
        Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::VectorSelector(_)
        | Expr::MatrixSelector(_)
        | Expr::Extension(_) => Vec::new(),
    }
}

fn each(expr: &Expr, told: &mut impl FnMut(&Expr)) {
    told(expr);
    inside(expr).into_iter().for_each(|part| each(part, told));
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(it) => bare(&it.expr),
        other => other,
    }
}

/// Adds the subject's label to every selector of a metric whose series bear it.
fn narrow(expr: &mut Expr, own: &Subject) {
    let matchers = match expr {
        Expr::VectorSelector(it) => it.name.clone().map(|name| (name, &mut it.matchers.matchers)),
        Expr::MatrixSelector(it) => it.vs.name.clone().map(|name| (name, &mut it.vs.matchers.matchers)),
        Expr::Aggregate(it) => return narrow(&mut it.expr, own),
        Expr::Unary(it) => return narrow(&mut it.expr, own),
        Expr::Binary(it) => {
            narrow(&mut it.lhs, own);
            return narrow(&mut it.rhs, own);
        }
        Expr::Paren(it) => return narrow(&mut it.expr, own),
        Expr::Subquery(it) => return narrow(&mut it.expr, own),
        Expr::Call(it) => return it.args.args.iter_mut().for_each(|arg| narrow(arg, own)),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => None,
    };
    let Some((name, matchers)) = matchers else { return };
    let family = name.strip_suffix("_bucket").map(|family| format!("{family}_count"));
    let of = |labels: &&crate::sources::prometheus::Labels| {
        labels.get("__name__").is_some_and(|of| of.as_str() == name || Some(of.as_str()) == family.as_deref())
    };
    let borne = own
        .selectors
        .iter()
        .find(|(label, value)| own.series.iter().filter(of).any(|labels| labels.get(label.as_str()) == Some(value)));
    if let Some((label, value)) = borne.filter(|(label, _)| matchers.iter().all(|it| it.name != label.as_str())) {
        matchers.push(Matcher::new(MatchOp::Equal, label, value));
    }
}

/// Labels that tell the series of an expression apart, with how many values the subject's series have: one that names
/// instances first, then the one with the fewest values.
fn telling(expr: &Expr, own: &Subject) -> Vec<(String, usize)> {
    let (mut names, mut fixed) = (BTreeSet::new(), BTreeSet::new());
    each(expr, &mut |it| {
        let selector = match it {
            Expr::VectorSelector(selector) => selector,
            Expr::MatrixSelector(matrix) => &matrix.vs,
            _ => return,
        };
        names.extend(selector.name.iter().map(|name| name.strip_suffix("_bucket").unwrap_or(name).to_owned()));
        let matchers = selector.matchers.matchers.iter().filter(|it| matches!(it.op, MatchOp::Equal));
        fixed.extend(matchers.map(|it| it.name.clone()));
    });
    let mut values: BTreeMap<&CleanText, BTreeSet<&CleanText>> = BTreeMap::new();
    for labels in &own.series {
        let name = labels.get("__name__").map_or("", CleanText::as_str);
        if names.contains(name) || name.strip_suffix("_count").is_some_and(|family| names.contains(family)) {
            for (label, value) in labels {
                values.entry(label).or_default().insert(value);
            }
        }
    }
    let plain = |label: &str| label.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !fixed.contains(label);
    let mut telling: Vec<(bool, usize, String)> = values
        .into_iter()
        .filter(|(label, _)| !matches!(label.as_str(), "__name__" | "le" | "quantile") && plain(label))
        .filter(|(_, values)| (2..=APART).contains(&values.len()))
        .map(|(label, values)| (!matches!(label.as_str(), "instance" | "pod"), values.len(), label.to_string()))
        .collect();
    telling.sort();
    // Two labels of as many values are mostly one and the same.
    telling.dedup_by_key(|(machine, count, _)| (*machine, *count));
    telling.into_iter().map(|(_, count, label)| (label, count)).collect()
}

/// The expression with its outermost aggregation kept apart by a label; `None` where nothing is added up.
fn told_apart(expr: &Expr, label: &str) -> Option<Expr> {
    match expr {
        Expr::Paren(it) => told_apart(&it.expr, label),
        Expr::Aggregate(it) if it.param.is_none() => {
            let histogram =
                matches!(&it.modifier, Some(LabelModifier::Include(by)) if by.labels.iter().any(|it| it == "le"));
            let labels = histogram.then(|| "le".to_owned()).into_iter().chain([label.to_owned()]).collect();
            Some(Expr::Aggregate(AggregateExpr {
                modifier: Some(LabelModifier::Include(Names { labels })),
                ..it.clone()
            }))
        }
        Expr::Call(it) if it.func.name == "histogram_quantile" => {
            let mut call = it.clone();
            let last = call.args.args.last_mut()?;
            **last = told_apart(last, label)?;
            Some(Expr::Call(call))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::propose::Place;
    use crate::sources::prometheus::{AlertingRule, RecordedRule};

    fn rules() -> Rules {
        let recorded = |name: &str, query: &str| RecordedRule { name: name.into(), query: query.into() };
        Rules {
            recorded: vec![recorded(
                "svc:errors:ratio",
                "sum by (svc) (rate(asked_total{code=~\"5..\"}[30s])) / sum by (svc) (rate(asked_total[30s]))",
            )],
            alerting: vec![AlertingRule {
                name: "A".into(),
                query: "svc:errors:ratio > 0.1".into(),
                severity: CleanText::default(),
            }],
        }
    }

    fn own() -> Subject {
        let series = |code: &str, instance: &str| {
            [("__name__", "asked_total"), ("svc", "a\"b"), ("code", code), ("instance", instance)]
                .map(|(label, value)| (CleanText::line(label), CleanText::line(value)))
                .into()
        };
        let all = vec![series("200", "x"), series("500", "x"), series("500", "y"), series("503", "y")];
        let selectors = vec![("svc".into(), "a\"b".into())];
        Subject { name: "a\"b".into(), place: Place::Own, selectors, series: all }
    }

    #[test]
    fn a_recorded_share_is_taken_apart_for_the_alerts_subject() {
        let queries: Vec<String> =
            parts("svc:errors:ratio > 0.1", &rules(), &own()).into_iter().map(|part| part.query).collect();
        let of = "asked_total{code=~\"5..\",svc=\"a\\\"b\"}[30s]";
        assert_eq!(
            queries,
            [
                format!("sum by (instance) (rate({of}))"),
                format!("sum by (code) (rate({of}))"),
                format!("sum by (svc) (rate({of}))"),
                "sum by (svc) (rate(asked_total{svc=\"a\\\"b\"}[30s]))".to_owned(),
            ]
        );
    }

    #[test]
    fn the_metrics_and_the_range_behind_a_recorded_series_count() {
        assert_eq!(metrics_behind("svc:errors:ratio > 0.1", &rules()), ["asked_total", "svc:errors:ratio"]);
        assert_eq!(range("svc:errors:ratio > 0.1", &rules(), SignedDuration::from_secs(15)), "30s");
        assert_eq!(range("rate(x[2m]) > 1", &rules(), SignedDuration::from_secs(15)), "2m");
        assert_eq!(range("x > 1", &Rules::default(), SignedDuration::from_secs(30)), "2m");
        assert_eq!(range("rate(x[3d]) > 1", &Rules::default(), SignedDuration::from_secs(1)), "1m");
    }

    #[test]
    fn what_cannot_be_read_has_no_parts() {
        let deep = format!("{}x{}", "(".repeat(5_000), ")".repeat(5_000));
        for text in ["", "x >", "sum(", deep.as_str(), "absent(up)"] {
            assert!(parts(text, &rules(), &own()).is_empty(), "{text}");
            metrics_behind(text, &rules());
        }
    }

    #[test]
    fn a_quantile_keeps_its_buckets_when_it_is_told_apart() {
        let mut own = own();
        for labels in &mut own.series {
            labels.insert("__name__".into(), "took_seconds_count".into());
        }
        let text = "histogram_quantile(0.9, sum by (le, svc) (rate(took_seconds_bucket[1m]))) > 1";
        let query = &parts(text, &rules(), &own)[0].query;
        assert!(
            query.starts_with("histogram_quantile(0.9, sum by (le, instance) (rate(took_seconds_bucket{svc="),
            "{query}"
        );
    }
}
