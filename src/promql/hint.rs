//! What is allowed and rarely meant: a counter without its rate, the rate of a gauge, buckets nobody reads. Shown beside a
//! query while it is written; never in its way.

use super::mistake::{Mistake, nearest, piece};
use super::parse::parse;
use super::tree::{Aggregate, Call, Expr, Kind, Selector};
use crate::domain::catalog::{MetricCatalog, MetricKind};

/// Hints shown for one expression, at most.
const MOST: usize = 4;

/// Functions that read how a counter grows.
const GROWTH: [&str; 4] = ["rate", "irate", "increase", "rollup_rate"];
/// Functions that read how a gauge moves.
const SLOPE: [&str; 4] = ["delta", "idelta", "deriv", "predict_linear"];
/// What asks only whether something is there, or when.
const PRESENCE: [&str; 8] =
    ["absent", "absent_over_time", "present_over_time", "count_over_time", "resets", "changes", "timestamp", "count"];

/// What is probably not meant, in the order of the text. Empty for a text that is no expression.
pub fn hints(text: &str, catalog: Option<&MetricCatalog>) -> Vec<Mistake> {
    let Ok(parsed) = parse(text) else { return Vec::new() };
    let mut hints = Hints { text, catalog, found: Vec::new() };
    hints.see(&parsed.tree, &Around::default());
    hints.found.sort_by_key(|hint| hint.span.start);
    hints.found.truncate(MOST);
    hints.found
}

/// What stands around a part.
#[derive(Clone, Default)]
struct Around {
    /// The nearest function, in small letters.
    function: String,
    /// A function that reads buckets, `le` kept or chosen.
    reads_buckets: bool,
    /// Whether only presence counts here.
    presence: bool,
}

/// How values of a metric move.
#[derive(Clone, Copy, PartialEq)]
enum Moves {
    Grows,
    Buckets,
    Both,
    Unknown,
}

struct Hints<'a> {
    text: &'a str,
    catalog: Option<&'a MetricCatalog>,
    found: Vec<Mistake>,
}

impl Hints<'_> {
    fn see(&mut self, expr: &Expr, around: &Around) {
        match &expr.kind {
            Kind::Selector(selector) => self.selector(expr, selector, around),
            Kind::Call(call) => self.call(expr, call, around),
            Kind::Aggregate(aggregate) => self.aggregate(aggregate, around),
            Kind::Subquery(subquery) => self.see(&subquery.inner, around),
            Kind::Binary(binary) => {
                self.see(&binary.left, around);
                self.see(&binary.right, around);
            }
            Kind::Signed(inner) | Kind::Group(inner) => self.see(inner, around),
            Kind::Union(parts) => parts.iter().for_each(|part| self.see(part, around)),
            Kind::Number(_) | Kind::Text => {}
        }
    }

    fn call(&mut self, expr: &Expr, call: &Call, around: &Around) {
        let name = self.text.get(call.name.clone()).unwrap_or_default().to_ascii_lowercase();
        let quantile = name.starts_with("histogram_");
        if GROWTH.contains(&name.as_str())
            && let Some(Kind::Subquery(subquery)) = call.args.first().map(|argument| &argument.bare().kind)
            && let Kind::Aggregate(_) = subquery.inner.bare().kind
        {
            let what = "a sum of counters jumps when one of them begins anew";
            self.found.push(Mistake::new(expr.span.clone(), what, format!("sum({name}(..[5m]))")));
        }
        let inner = Around {
            reads_buckets: around.reads_buckets || quantile,
            presence: around.presence || PRESENCE.contains(&name.as_str()),
            function: name,
        };
        call.args.iter().for_each(|argument| self.see(argument, &inner));
    }

    fn aggregate(&mut self, aggregate: &Aggregate, around: &Around) {
        let name = self.text.get(aggregate.name.clone()).unwrap_or_default().to_ascii_lowercase();
        let keeps_le = aggregate.grouping.as_ref().is_some_and(|grouping| {
            grouping.without != grouping.labels.iter().any(|label| label == "le" || label == "vmrange")
        });
        let quantile = around.function.starts_with("histogram_");
        let mut buckets = false;
        aggregate.args.iter().for_each(|argument| {
            argument.walk(&mut |part| {
                let Kind::Selector(selector) = &part.kind else { return };
                buckets |= selector.metric.as_deref().is_some_and(|name| self.moves(name) == Moves::Buckets);
            });
        });
        if quantile && buckets && !keeps_le {
            let what = format!("`{name}` drops the label `le`, by which buckets are told apart");
            self.found.push(Mistake::new(aggregate.name.clone(), what, format!("{name} by (le) (..)")));
        }
        let inner = Around {
            reads_buckets: around.reads_buckets || keeps_le,
            presence: around.presence || matches!(name.as_str(), "count" | "group"),
            ..around.clone()
        };
        aggregate.args.iter().for_each(|argument| self.see(argument, &inner));
    }

    fn selector(&mut self, expr: &Expr, selector: &Selector, around: &Around) {
        let Some(name) = &selector.metric else { return };
        let head = piece(self.text.get(selector.head.clone()).unwrap_or(name));
        let span = selector.head.clone();
        let moves = self.moves(name);
        let function = around.function.as_str();
        let quantile = format!("histogram_quantile(0.95, sum by (le) (rate({head}[5m])))");
        let chosen = selector.matchers.iter().any(|matcher| matcher.label == "le");
        let grown = GROWTH.contains(&function);
        let hint = match moves {
            _ if around.presence => None,
            Moves::Buckets if !grown && selector.range.is_none() => {
                Some((format!("the buckets of `{name}` only grow"), quantile))
            }
            Moves::Buckets if grown && !around.reads_buckets && !chosen => {
                Some((format!("`{name}` has a series for each bucket"), quantile))
            }
            Moves::Grows if selector.range.is_none() && !grown => {
                Some((format!("`{name}` only grows"), format!("rate({head}[5m])?")))
            }
            Moves::Grows if SLOPE.contains(&function) => {
                let meant = if function == "deriv" { "rate" } else { "increase" };
                Some((
                    format!("`{name}` is a counter, and `{function}` takes its restarts for falls"),
                    format!("{meant}(..)?"),
                ))
            }
            Moves::Both if grown => {
                let meant = if function == "increase" { "delta" } else { "deriv" };
                Some((
                    format!("`{name}` is a gauge, and `{function}` takes every fall for a restart"),
                    format!("{meant}(..)?"),
                ))
            }
            Moves::Grows | Moves::Buckets | Moves::Both | Moves::Unknown => self.unknown(name),
        };
        if let Some((what, remedy)) = hint {
            let span = if span.is_empty() { expr.span.clone() } else { span };
            self.found.push(Mistake::new(span, what, remedy));
        }
    }

    /// A name that the server does not have.
    fn unknown(&self, name: &str) -> Option<(String, String)> {
        let catalog = self.catalog.filter(|catalog| catalog.left_out == 0 && !catalog.metrics.is_empty())?;
        if catalog.get(name).is_some() || catalog.metrics.iter().any(|metric| metric.family() == name) {
            return None;
        }
        let first = name.chars().next();
        let alike = catalog.metrics.iter().map(|metric| metric.name.as_str());
        let alike = alike.filter(|known| known.chars().next() == first && known.len().abs_diff(name.len()) <= 3);
        let remedy = nearest(name, alike).map_or_else(String::new, |near| format!("did you mean {near}?"));
        Some((format!("{} has no metric `{name}`", catalog.source), remedy))
    }

    fn moves(&self, name: &str) -> Moves {
        let info = self.catalog.and_then(|catalog| catalog.get(name));
        let kind = info.map_or(MetricKind::Unknown, |info| info.kind);
        match kind {
            MetricKind::Histogram if name.ends_with("_bucket") => Moves::Buckets,
            MetricKind::Histogram | MetricKind::Summary if name.ends_with("_sum") || name.ends_with("_count") => {
                Moves::Grows
            }
            MetricKind::Counter => Moves::Grows,
            MetricKind::Gauge | MetricKind::GaugeHistogram | MetricKind::Info | MetricKind::StateSet => Moves::Both,
            MetricKind::Unknown if name.contains(':') => Moves::Unknown,
            MetricKind::Unknown if name.ends_with("_bucket") => Moves::Buckets,
            MetricKind::Unknown if name.ends_with("_total") => Moves::Grows,
            MetricKind::Histogram | MetricKind::Summary | MetricKind::Unknown => Moves::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::Described;
    use crate::domain::{SourceId, Timestamp};

    fn catalog() -> MetricCatalog {
        let described = [("a", "counter"), ("depth", "gauge"), ("h", "histogram"), ("s", "summary"), ("up", "gauge")];
        let described = described.map(|(name, kind)| Described {
            name: name.to_owned(),
            kind: kind.to_owned(),
            ..Described::default()
        });
        MetricCatalog::assemble(SourceId::new("prom"), Vec::new(), described.into(), Vec::new(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn what_is_rarely_meant_is_said_with_what_is() {
        let quantile = "histogram_quantile(0.95, sum by (le) (rate(h_bucket[5m])))";
        for (text, hint) in [
            ("a_total", "`a_total` only grows: rate(a_total[5m])?".to_owned()),
            ("sum by (x) (a_total{b=\"c\"}) > 5", "`a_total` only grows: rate(a_total{b=\"c\"}[5m])?".to_owned()),
            ("h_count", "`h_count` only grows: rate(h_count[5m])?".to_owned()),
            ("rate(depth[5m])", "`depth` is a gauge, and `rate` takes every fall for a restart: deriv(..)?".to_owned()),
            (
                "increase(depth[5m])",
                "`depth` is a gauge, and `increase` takes every fall for a restart: delta(..)?".to_owned(),
            ),
            (
                "deriv(a_total[5m])",
                "`a_total` is a counter, and `deriv` takes its restarts for falls: rate(..)?".to_owned(),
            ),
            ("h_bucket", format!("the buckets of `h_bucket` only grow: {quantile}")),
            ("sum(rate(h_bucket[5m]))", format!("`h_bucket` has a series for each bucket: {quantile}")),
            (
                "histogram_quantile(0.9, sum by (job) (rate(h_bucket[5m])))",
                "`sum` drops the label `le`, by which buckets are told apart: sum by (le) (..)".to_owned(),
            ),
            (
                "rate(sum(a_total)[5m:])",
                "a sum of counters jumps when one of them begins anew: sum(rate(..[5m]))".to_owned(),
            ),
            ("uqp", "prom has no metric `uqp`: did you mean up?".to_owned()),
            ("zzz", "prom has no metric `zzz`".to_owned()),
        ] {
            let found = hints(text, Some(&catalog()));
            assert_eq!(found.first().map(|hint| hint.sentence().to_string()), Some(hint), "{text}");
        }
    }

    #[test]
    fn ordinary_queries_need_no_hint() {
        for text in [
            "sum(rate(a_total[5m])) / sum(rate(s_count[5m]))",
            "histogram_quantile(0.9, sum by (le, job) (rate(h_bucket[5m])))",
            "histogram_quantile(0.9, sum without (pod) (rate(h_bucket[5m])))",
            "rate(h_bucket{le=\"0.5\"}[5m])",
            "sum by (le) (increase(h_bucket[1m]))",
            "count(a_total) + resets(a_total[1h])",
            "absent(a_total) or absent(zzz)",
            "deriv(depth[5m]) + up",
            "max_over_time(depth[1h])",
            "x > (",
        ] {
            assert_eq!(hints(text, Some(&catalog())), [], "{text}");
        }
        assert_eq!(hints("anything", None), []);
        assert_eq!(hints("job:a_total:sum + anything", None), []);
    }
}
