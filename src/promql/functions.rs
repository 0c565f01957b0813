//! The functions and aggregations of PromQL with what they take, and the names that MetricsQL adds. Read by the checks, by
//! completion and by the reading of units.
//!
//! Source: the documentation of Prometheus 3 (querying/functions, querying/operators) and of MetricsQL.

use super::mistake::nearest;

/// A function or aggregation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Function {
    /// As it is written.
    pub name: &'static str,
    /// One letter an argument: `v` series, `m` series with a range, `s` a number, `t` a text; `?` after one that may be
    /// left out, `*` after one that may be repeated.
    pub takes: &'static str,
    /// What comes out: `v` or `s`.
    pub gives: char,
    /// What it does, in a few words.
    pub help: &'static str,
    /// Who has it.
    pub family: Family,
    /// What Prometheus has instead, where it has something.
    pub instead: &'static str,
}

/// Who has a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Every server.
    Prometheus,
    /// Prometheus behind a switch, or of a newer version.
    Experimental,
    /// Prometheus before version 3.
    Former,
    /// Servers that speak MetricsQL.
    Metricsql,
}

use Family::{Experimental as E, Prometheus as P};

const fn row(name: &'static str, takes: &'static str, gives: char, family: Family, help: &'static str) -> Function {
    Function { name, takes, gives, help, family, instead: "" }
}

const FUNCTIONS: &[Function] = &[
    row("abs", "v", 'v', P, "without its sign"),
    row("absent", "v", 'v', P, "1 where nothing is there"),
    row("absent_over_time", "m", 'v', P, "1 where nothing was there"),
    row("acos", "v", 'v', P, "arc cosine"),
    row("acosh", "v", 'v', P, "inverse hyperbolic cosine"),
    row("asin", "v", 'v', P, "arc sine"),
    row("asinh", "v", 'v', P, "inverse hyperbolic sine"),
    row("atan", "v", 'v', P, "arc tangent"),
    row("atanh", "v", 'v', P, "inverse hyperbolic tangent"),
    row("avg_over_time", "m", 'v', P, "mean over the range"),
    row("ceil", "v", 'v', P, "rounded up"),
    row("changes", "m", 'v', P, "how often the value changed"),
    row("clamp", "vss", 'v', P, "held between two values"),
    row("clamp_max", "vs", 'v', P, "at most this"),
    row("clamp_min", "vs", 'v', P, "at least this"),
    row("cos", "v", 'v', P, "cosine"),
    row("cosh", "v", 'v', P, "hyperbolic cosine"),
    row("count_over_time", "m", 'v', P, "samples in the range"),
    row("day_of_month", "v?", 'v', P, "1 to 31, UTC"),
    row("day_of_week", "v?", 'v', P, "0 is Sunday, UTC"),
    row("day_of_year", "v?", 'v', P, "1 to 366, UTC"),
    row("days_in_month", "v?", 'v', P, "28 to 31"),
    row("deg", "v", 'v', P, "radians in degrees"),
    row("delta", "m", 'v', P, "last minus first value of a gauge"),
    row("deriv", "m", 'v', P, "slope of a gauge per second"),
    row("double_exponential_smoothing", "mss", 'v', E, "smoothed gauge"),
    row("end", "", 's', E, "end of the window"),
    row("exp", "v", 'v', P, "e to the power of it"),
    row("first_over_time", "m", 'v', E, "oldest sample of the range"),
    row("floor", "v", 'v', P, "rounded down"),
    row("histogram_avg", "v", 'v', P, "mean of a native histogram"),
    row("histogram_count", "v", 'v', P, "observations of a native histogram"),
    row("histogram_fraction", "ssv", 'v', P, "share of observations between two values"),
    row("histogram_quantile", "sv", 'v', P, "quantile from buckets: 0.95, sum by (le) (rate(x_bucket[5m]))"),
    row("histogram_quantiles", "vtss*", 'v', E, "several quantiles from buckets"),
    row("histogram_stddev", "v", 'v', P, "spread of a native histogram"),
    row("histogram_stdvar", "v", 'v', P, "variance of a native histogram"),
    row("histogram_sum", "v", 'v', P, "sum of a native histogram"),
    row("hour", "v?", 'v', P, "0 to 23, UTC"),
    row("idelta", "m", 'v', P, "difference of the last two samples"),
    row("increase", "m", 'v', P, "how much a counter grew in the range"),
    row("info", "vv?", 'v', E, "adds labels of an info metric"),
    row("integral", "ms?", 'v', E, "area under a gauge"),
    row("irate", "m", 'v', P, "per second, from the last two samples"),
    row("label_join", "vttt*", 'v', P, "puts labels together"),
    row("label_replace", "vtttt", 'v', P, "new label from a pattern"),
    row("last_over_time", "m", 'v', P, "newest sample of the range"),
    row("ln", "v", 'v', P, "natural logarithm"),
    row("log10", "v", 'v', P, "decimal logarithm"),
    row("log2", "v", 'v', P, "binary logarithm"),
    row("mad_over_time", "m", 'v', E, "median distance from the median"),
    row("max_of", "ss", 's', E, "the larger number"),
    row("max_over_time", "m", 'v', P, "largest value of the range"),
    row("min_of", "ss", 's', E, "the smaller number"),
    row("min_over_time", "m", 'v', P, "smallest value of the range"),
    row("minute", "v?", 'v', P, "0 to 59, UTC"),
    row("month", "v?", 'v', P, "1 to 12, UTC"),
    row("pi", "", 's', P, "3.14159"),
    row("predict_linear", "ms", 'v', P, "where a gauge will be in so many seconds"),
    row("present_over_time", "m", 'v', P, "1 where something was there"),
    row("quantile_over_time", "sm", 'v', P, "quantile of the values in the range"),
    row("rad", "v", 'v', P, "degrees in radians"),
    row("range", "", 's', E, "length of the window"),
    row("rate", "m", 'v', P, "per second, of a counter over the range"),
    row("resets", "m", 'v', P, "how often a counter began anew"),
    row("round", "vs?", 'v', P, "to the nearest multiple"),
    row("scalar", "v", 's', P, "the value of the only series"),
    row("sgn", "v", 'v', P, "-1, 0 or 1"),
    row("sin", "v", 'v', P, "sine"),
    row("sinh", "v", 'v', P, "hyperbolic sine"),
    row("sort", "v", 'v', P, "smallest first, in tables"),
    row("sort_by_label", "vt*", 'v', E, "by labels, in tables"),
    row("sort_by_label_desc", "vt*", 'v', E, "by labels, last first, in tables"),
    row("sort_desc", "v", 'v', P, "largest first, in tables"),
    row("sqrt", "v", 'v', P, "square root"),
    row("start", "", 's', E, "start of the window"),
    row("start_timestamp", "v", 'v', E, "when a counter began"),
    row("stddev_over_time", "m", 'v', P, "spread of the values in the range"),
    row("stdvar_over_time", "m", 'v', P, "variance of the values in the range"),
    row("step", "", 's', E, "distance of the samples asked for"),
    row("sum_over_time", "m", 'v', P, "sum of the values in the range"),
    row("tan", "v", 'v', P, "tangent"),
    row("tanh", "v", 'v', P, "hyperbolic tangent"),
    row("time", "", 's', P, "the moment in Unix seconds"),
    row("timestamp", "v", 'v', P, "when the sample was taken"),
    row("ts_of_first_over_time", "m", 'v', E, "when the first sample was taken"),
    row("ts_of_last_over_time", "m", 'v', E, "when the last sample was taken"),
    row("ts_of_max_over_time", "m", 'v', E, "when the value was largest"),
    row("ts_of_min_over_time", "m", 'v', E, "when the value was smallest"),
    row("vector", "s", 'v', P, "a number as a series without labels"),
    row("year", "v?", 'v', P, "the year, UTC"),
    Function {
        name: "holt_winters",
        takes: "mss",
        gives: 'v',
        help: "smoothed gauge",
        family: Family::Former,
        instead: "double_exponential_smoothing",
    },
];

const AGGREGATIONS: &[Function] = &[
    row("avg", "v", 'v', P, "mean over series"),
    row("bottomk", "sv", 'v', P, "the smallest series"),
    row("count", "v", 'v', P, "how many series"),
    row("count_values", "tv", 'v', P, "how many series have each value"),
    row("group", "v", 'v', P, "1 for each group"),
    row("limitk", "sv", 'v', E, "so many series of each group"),
    row("limit_ratio", "sv", 'v', E, "such a share of the series"),
    row("max", "v", 'v', P, "largest over series"),
    row("min", "v", 'v', P, "smallest over series"),
    row("quantile", "sv", 'v', P, "quantile over series"),
    row("stddev", "v", 'v', P, "spread over series"),
    row("stdvar", "v", 'v', P, "variance over series"),
    row("sum", "v", 'v', P, "sum over series"),
    row("topk", "sv", 'v', P, "the largest series"),
];

/// A name that only MetricsQL has; its arguments are not checked.
const fn foreign(name: &'static str, instead: &'static str) -> Function {
    Function { name, takes: "", gives: 'v', help: "MetricsQL", family: Family::Metricsql, instead }
}

const FOREIGN: &[Function] = &[
    foreign("aggr_over_time", ""),
    foreign("alias", ""),
    foreign("ascent_over_time", ""),
    foreign("bitmap_and", ""),
    foreign("bitmap_or", ""),
    foreign("bitmap_xor", ""),
    foreign("buckets_limit", ""),
    foreign("changes_prometheus", "changes(..)"),
    foreign("count_eq_over_time", ""),
    foreign("count_gt_over_time", ""),
    foreign("count_le_over_time", ""),
    foreign("count_ne_over_time", ""),
    foreign("count_values_over_time", ""),
    foreign("decreases_over_time", ""),
    foreign("default_rollup", ""),
    foreign("delta_prometheus", "delta(..)"),
    foreign("deriv_fast", ""),
    foreign("descent_over_time", ""),
    foreign("distinct_over_time", "count_values(..)"),
    foreign("drop_common_labels", ""),
    foreign("drop_empty_series", ""),
    foreign("duration_over_time", ""),
    foreign("geomean_over_time", ""),
    foreign("histogram_over_time", ""),
    foreign("histogram_share", ""),
    foreign("hoeffding_bound_lower", ""),
    foreign("hoeffding_bound_upper", ""),
    foreign("ideriv", ""),
    foreign("increase_prometheus", "increase(..)"),
    foreign("increase_pure", "increase(..)"),
    foreign("increases_over_time", ""),
    foreign("integrate", ""),
    foreign("interpolate", ""),
    foreign("keep_last_value", "last_over_time(..)"),
    foreign("keep_next_value", ""),
    foreign("label_copy", "label_replace(..)"),
    foreign("label_del", ""),
    foreign("label_graphite_group", ""),
    foreign("label_keep", ""),
    foreign("label_lowercase", ""),
    foreign("label_map", ""),
    foreign("label_match", ""),
    foreign("label_mismatch", ""),
    foreign("label_move", ""),
    foreign("label_set", "label_replace(..)"),
    foreign("label_transform", ""),
    foreign("label_uppercase", ""),
    foreign("label_value", ""),
    foreign("labels_equal", ""),
    foreign("lag", ""),
    foreign("lifetime", ""),
    foreign("limit_offset", ""),
    foreign("median_over_time", "quantile_over_time(0.5, ..)"),
    foreign("mode_over_time", ""),
    foreign("now", "time()"),
    foreign("outlier_iqr_over_time", ""),
    foreign("prometheus_buckets", ""),
    foreign("quantiles_over_time", ""),
    foreign("rand", ""),
    foreign("rand_exponential", ""),
    foreign("rand_normal", ""),
    foreign("range_avg", ""),
    foreign("range_first", ""),
    foreign("range_last", ""),
    foreign("range_linear_regression", ""),
    foreign("range_mad", ""),
    foreign("range_max", ""),
    foreign("range_median", ""),
    foreign("range_min", ""),
    foreign("range_normalize", ""),
    foreign("range_over_time", ""),
    foreign("range_quantile", ""),
    foreign("range_stddev", ""),
    foreign("range_stdvar", ""),
    foreign("range_sum", ""),
    foreign("range_trim_outliers", ""),
    foreign("range_trim_spikes", ""),
    foreign("range_trim_zscore", ""),
    foreign("range_zscore", ""),
    foreign("rate_over_sum", ""),
    foreign("rate_prometheus", "rate(..)"),
    foreign("remove_resets", ""),
    foreign("rollup", ""),
    foreign("rollup_candlestick", ""),
    foreign("rollup_delta", ""),
    foreign("rollup_deriv", ""),
    foreign("rollup_increase", ""),
    foreign("rollup_rate", ""),
    foreign("rollup_scrape_interval", ""),
    foreign("ru", ""),
    foreign("running_avg", ""),
    foreign("running_max", ""),
    foreign("running_min", ""),
    foreign("running_sum", ""),
    foreign("scrape_interval", ""),
    foreign("share_eq_over_time", ""),
    foreign("share_gt_over_time", ""),
    foreign("share_le_over_time", ""),
    foreign("smooth_exponential", ""),
    foreign("sort_by_label_numeric", ""),
    foreign("sort_by_label_numeric_desc", ""),
    foreign("stale_samples_over_time", ""),
    foreign("sum2_over_time", ""),
    foreign("sum_eq_over_time", ""),
    foreign("sum_gt_over_time", ""),
    foreign("sum_le_over_time", ""),
    foreign("tfirst_over_time", ""),
    foreign("timestamp_with_name", ""),
    foreign("timezone_offset", ""),
    foreign("tlast_change_over_time", ""),
    foreign("tlast_over_time", ""),
    foreign("tmax_over_time", ""),
    foreign("tmin_over_time", ""),
    foreign("ttf", ""),
    foreign("union", "`or`"),
    foreign("zscore_over_time", ""),
];

const FOREIGN_AGGREGATIONS: &[Function] = &[
    foreign("any", ""),
    foreign("bottomk_avg", ""),
    foreign("bottomk_last", ""),
    foreign("bottomk_max", ""),
    foreign("bottomk_median", ""),
    foreign("bottomk_min", ""),
    foreign("distinct", ""),
    foreign("geomean", ""),
    foreign("histogram", ""),
    foreign("mad", ""),
    foreign("median", "quantile(0.5, ..)"),
    foreign("mode", ""),
    foreign("outliers_iqr", ""),
    foreign("outliers_mad", ""),
    foreign("outliersk", ""),
    foreign("quantiles", ""),
    foreign("share", ""),
    foreign("sum2", ""),
    foreign("topk_avg", ""),
    foreign("topk_last", ""),
    foreign("topk_max", ""),
    foreign("topk_median", ""),
    foreign("topk_min", ""),
    foreign("zscore", ""),
];

/// The function of this name; case does not matter to MetricsQL, and the caller says so to others.
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().chain(FOREIGN).find(|function| function.name.eq_ignore_ascii_case(name))
}

/// The aggregation of this name, in any case.
pub fn aggregation(name: &str) -> Option<&'static Function> {
    AGGREGATIONS.iter().chain(FOREIGN_AGGREGATIONS).find(|function| function.name.eq_ignore_ascii_case(name))
}

/// Every function of Prometheus.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().filter(|function| function.family != Family::Former)
}

/// Every aggregation of Prometheus.
pub fn aggregations() -> impl Iterator<Item = &'static Function> {
    AGGREGATIONS.iter()
}

/// Every name that can be called, those of MetricsQL too.
pub fn all() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().chain(AGGREGATIONS).chain(FOREIGN).chain(FOREIGN_AGGREGATIONS)
}

/// The name that was probably meant by one that is none.
pub(super) fn nearest_name(word: &str) -> Option<&'static str> {
    let known = functions().chain(aggregations()).map(|function| function.name);
    nearest(word, known).filter(|near| *near != word && near.len() > 3)
}

impl Function {
    /// How it is called: `rate(series[5m])`.
    pub fn signature(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for letter in self.takes.chars() {
            match (letter, parts.last_mut()) {
                ('v', _) => parts.push("series".to_owned()),
                ('m', _) => parts.push("series[5m]".to_owned()),
                ('s', _) => parts.push("number".to_owned()),
                ('t', _) => parts.push("\"text\"".to_owned()),
                ('?', Some(last)) => *last = format!("[{last}]"),
                ('*', Some(last)) => last.push_str(" .."),
                (_, _) => {}
            }
        }
        format!("{}({})", self.name, parts.join(", "))
    }

    /// The least and the most arguments; no most where the last may be repeated.
    pub(super) fn arity(&self) -> (usize, Option<usize>) {
        let all = self.takes.chars().filter(char::is_ascii_alphabetic).count();
        let optional = self.takes.matches(['?', '*']).count();
        (all - optional, (!self.takes.ends_with('*')).then_some(all))
    }

    /// What the argument at a place must be.
    pub(super) fn argument(&self, at: usize) -> Option<char> {
        let mut letters = self.takes.chars().filter(char::is_ascii_alphabetic);
        letters.clone().nth(at).or_else(|| if self.takes.ends_with('*') { letters.next_back() } else { None })
    }
}
