//! In which unit an expression's values are: from the naming rules of metrics, what the server says of them, and what
//! functions and operators do to units. What nobody says stays a plain number: a wrong unit misleads more than none.

mod dimension;
mod name;

use dimension::{Base, Dimension, UNKNOWN};

use super::parse::parse;
use super::tree::{Aggregate, Binary, Call, Expr, Kind, Op, Selector};
use crate::domain::catalog::{MetricCatalog, MetricKind};
use crate::domain::unit::Unit;

/// The unit of a query's values, as far as names tell.
pub fn guess(query: &str) -> Unit {
    of(query, None)
}

/// The unit of a query's values, as far as names and the server's metadata tell. A text that is no expression has none.
pub fn of(query: &str, catalog: Option<&MetricCatalog>) -> Unit {
    let Ok(parsed) = parse(query) else { return Unit::Number };
    Reader { text: query, catalog }.read(&parsed.tree).unit()
}

struct Reader<'a> {
    text: &'a str,
    catalog: Option<&'a MetricCatalog>,
}

impl Reader<'_> {
    fn read(&self, expr: &Expr) -> Dimension {
        match &expr.kind {
            Kind::Number(_) | Kind::Text => UNKNOWN,
            Kind::Selector(selector) => self.metric(selector),
            Kind::Subquery(subquery) => self.read(&subquery.inner),
            Kind::Call(call) => self.call(call),
            Kind::Aggregate(aggregate) => self.aggregate(aggregate),
            Kind::Binary(binary) => self.binary(binary),
            Kind::Signed(inner) | Kind::Group(inner) => self.read(inner),
            Kind::Union(parts) => parts.iter().map(|part| self.read(part)).find(|d| d.is_known()).unwrap_or(UNKNOWN),
        }
    }

    fn metric(&self, selector: &Selector) -> Dimension {
        let Some(name) = &selector.metric else { return UNKNOWN };
        let by_name = name::told_by_name(name);
        let Some(info) = self.catalog.and_then(|catalog| catalog.get(name)) else { return by_name };
        let counts = name.ends_with("_count") && matches!(info.kind, MetricKind::Histogram | MetricKind::Summary);
        if counts {
            return Dimension::of(Base::Count);
        }
        let said = name::told_by_word(&info.unit);
        if said.is_known() {
            return Dimension { busy: by_name.busy, ..said };
        }
        if by_name.is_known() && by_name.base != Base::Count {
            return by_name;
        }
        let helped = name::told_by_help(&info.help);
        let busy = helped.base == Base::Time && info.kind == MetricKind::Counter;
        if helped.is_known() { Dimension { busy, ..helped } } else { by_name }
    }

    fn argument(&self, args: &[Expr], from_end: bool) -> Dimension {
        let argument = if from_end { args.last() } else { args.first() };
        argument.map_or(UNKNOWN, |argument| self.read(argument))
    }

    fn call(&self, call: &Call) -> Dimension {
        let name = self.text.get(call.name.clone()).unwrap_or_default().to_ascii_lowercase();
        let last = matches!(name.as_str(), "histogram_quantile" | "quantile_over_time" | "histogram_fraction");
        let inner = self.argument(&call.args, last);
        match name.as_str() {
            "rate" | "irate" | "deriv" | "ideriv" | "rollup_rate" | "deriv_fast" if !inner.per_second => {
                match inner.base {
                    Base::Moment => Dimension::of(Base::Unknown),
                    _ => inner.per(true),
                }
            }
            "histogram_quantile" | "histogram_avg" | "histogram_stddev" => inner.per(false),
            "histogram_fraction" => Dimension::of(Base::Share),
            "histogram_count" => Dimension::of(Base::Count).per(inner.per_second),
            "time" | "timestamp" | "now" => Dimension::of(Base::Moment),
            name if name.starts_with("ts_of_") => Dimension::of(Base::Moment),
            "count_over_time" | "changes" | "resets" => Dimension::of(Base::Count),
            "absent" | "absent_over_time" | "present_over_time" | "vector" | "stdvar_over_time"
            | "histogram_stdvar" | "sgn" | "ln" | "log2" | "log10" | "exp" | "sqrt" | "hour" | "minute" | "month"
            | "year" | "day_of_month" | "day_of_week" | "day_of_year" | "days_in_month" | "pi" | "deg" | "rad"
            | "integral" | "integrate" => UNKNOWN,
            _ => inner,
        }
    }

    fn aggregate(&self, aggregate: &Aggregate) -> Dimension {
        let name = self.text.get(aggregate.name.clone()).unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "count" | "count_values" => Dimension::of(Base::Count),
            "group" | "stdvar" => UNKNOWN,
            _ => self.argument(&aggregate.args, true),
        }
    }

    fn binary(&self, binary: &Binary) -> Dimension {
        let (left, right) = (self.read(&binary.left), self.read(&binary.right));
        let (l, r) = (binary.left.constant(), binary.right.constant());
        match binary.op {
            op if op.compares() && binary.yields_bool => UNKNOWN,
            op if op.compares() => {
                if l.is_some() {
                    right
                } else {
                    left
                }
            }
            Op::And | Op::Unless | Op::If | Op::IfNot => left,
            Op::Or | Op::Default => left.plus(right),
            Op::Add => left.plus(right),
            Op::Subtract => left.minus(right),
            Op::Multiply => match (l, r) {
                (Some(by), None) => right.scaled(by),
                (None, Some(by)) => left.scaled(by),
                (None, None) => left.times(right),
                (Some(_), Some(_)) => UNKNOWN,
            },
            Op::Divide => match (l, r) {
                (None, Some(by)) => left.scaled(1.0 / by),
                (None, None) => left.over(right),
                (Some(_), _) => UNKNOWN,
            },
            Op::Modulo => left,
            _ => UNKNOWN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::Described;
    use crate::domain::{SourceId, Timestamp};

    #[test]
    fn units_follow_the_naming_rules_and_stay_plain_where_names_are_silent() {
        for (query, unit) in [
            ("service:http_errors:ratio", Unit::Ratio),
            ("service:http_duration_seconds:p95", Unit::Seconds),
            ("service:http_requests:rate", Unit::PerSecond),
            ("service:http_requests:rate5m > 0", Unit::PerSecond),
            ("job:received_bytes:rate1m", Unit::BytesPerSecond),
            (
                "histogram_quantile(0.95, sum by (service, le) (rate(http_request_duration_seconds_bucket[30s])))",
                Unit::Seconds,
            ),
            ("histogram_quantile(0.5, rate(latency_ms_bucket[5m]))", Unit::Milliseconds),
            ("sum by (service) (rate(http_requests_total{code=~\"5..\"}[30s]))", Unit::PerSecond),
            ("sum(rate(a_total{x=\"-\"}[1m])) / sum(rate(b_total[1m]))", Unit::Ratio),
            ("100 * sum(rate(a_total[1m])) / sum(rate(b_total[1m]))", Unit::Percent),
            ("sum(rate(a_total[1m])) / sum(rate(b_total[1m])) * 100", Unit::Percent),
            ("(1 - avg(rate(node_cpu_seconds_total[1m]))) * 100", Unit::Percent),
            ("rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m])", Unit::Seconds),
            ("x_seconds_sum / x_seconds_count", Unit::Seconds),
            ("process_resident_memory_bytes{job=\"a\"}", Unit::Bytes),
            ("process_resident_memory_bytes / 1024 / 1024", Unit::Mebibytes),
            ("node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", Unit::Ratio),
            ("1 - node_filesystem_avail_bytes / node_filesystem_size_bytes", Unit::Ratio),
            ("rate(node_network_receive_bytes_total[1m])", Unit::BytesPerSecond),
            ("8 * rate(node_network_receive_bytes_total[1m])", Unit::BitsPerSecond),
            ("sum(free_bytes) / deriv(used_bytes[1h])", Unit::Seconds),
            ("rate(process_cpu_seconds_total[1m])", Unit::Ratio),
            ("rate(x_seconds_sum[1m])", Unit::Number),
            ("time() - backup_last_success_timestamp_seconds", Unit::Seconds),
            ("(probe_ssl_earliest_cert_expiry - time()) / 86400", Unit::Days),
            ("probe_ssl_earliest_cert_expiry", Unit::Moment),
            ("disk_used_percent > 80", Unit::Percent),
            ("100 - disk_used_percent", Unit::Percent),
            ("queue_wait_milliseconds", Unit::Milliseconds),
            ("sensor_temp_celsius", Unit::Celsius),
            ("increase(x_bytes_total[1h])", Unit::Bytes),
            ("0.9 * x_bytes", Unit::Bytes),
            ("x_seconds > bool 5", Unit::Number),
            ("count(up_seconds)", Unit::Number),
            ("sum(orders_total) by (service)", Unit::Number),
            ("up", Unit::Number),
            ("up > (", Unit::Number),
            ("", Unit::Number),
        ] {
            assert_eq!(guess(query), unit, "{query}");
        }
    }

    #[test]
    fn what_the_server_says_counts_where_names_are_silent() {
        let described = |name: &str, kind: &str, help: &str, unit: &str| Described {
            name: name.to_owned(),
            kind: kind.to_owned(),
            help: help.to_owned(),
            unit: unit.to_owned(),
        };
        let all = vec![
            described("heap_used", "gauge", "Heap in use, in bytes.", ""),
            described("lag", "gauge", "How far behind.", "seconds"),
            described("cpu_user", "counter", "User CPU time spent in seconds.", ""),
            described("plain", "gauge", "A number.", ""),
        ];
        let catalog = MetricCatalog::assemble(SourceId::new("p"), Vec::new(), all, Vec::new(), Timestamp::UNIX_EPOCH);
        for (query, unit) in [
            ("sum(heap_used)", Unit::Bytes),
            ("max(lag)", Unit::Seconds),
            ("rate(cpu_user[1m])", Unit::Ratio),
            ("plain", Unit::Number),
        ] {
            assert_eq!(of(query, Some(&catalog)), unit, "{query}");
            assert!(query == "rate(cpu_user[1m])" || guess(query) == Unit::Number, "{query}");
        }
    }
}
