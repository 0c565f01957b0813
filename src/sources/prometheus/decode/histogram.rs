//! Native histograms of an answer, `[1700000000,{"count":"3","sum":"1.5","buckets":[[0,"0.5","1","3"]]}]`, and how they
//! become series: one for each upper bound, counted up as the `le` series of classic histograms are.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::RawSeries;
use super::sample::number;
use crate::domain::{CleanText, Sample, Timestamp, time};

/// Upper bounds that one histogram is shown with; neighbours are joined beyond it.
const MOST_BOUNDS: usize = 40;
/// Buckets of one sample that are read; the API's default resolution ends at 160.
const MOST_BUCKETS: usize = 2_000;

/// A histogram at one instant.
#[derive(Clone, Debug, PartialEq)]
pub struct RawHistogram {
    /// When.
    pub at: Timestamp,
    /// Observations, as the server wrote their number.
    pub count: CleanText,
    /// Their sum, as the server wrote it.
    pub sum: CleanText,
    /// Upper bound and observations of each bucket, in the order of the bounds.
    pub buckets: Vec<(f64, f64)>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, default)]
    count: Option<&'a RawValue>,
    #[serde(borrow, default)]
    sum: Option<&'a RawValue>,
    #[serde(borrow, default)]
    buckets: Option<Vec<[&'a RawValue; 4]>>,
}

/// The histogram in some JSON; `None` where it has no usable time, count or buckets.
pub(super) fn read(json: &str) -> Option<RawHistogram> {
    let (seconds, wire): (f64, Wire<'_>) = serde_json::from_str(json).ok()?;
    let buckets = wire.buckets.unwrap_or_default();
    if buckets.len() > MOST_BUCKETS {
        return None;
    }
    let number_in = |value: &RawValue| number(text(value));
    let bucket = |[_, _, upper, count]: [&RawValue; 4]| Some((number_in(upper)?, number_in(count)?));
    let mut buckets = buckets.into_iter().map(bucket).collect::<Option<Vec<_>>>()?;
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    let count = wire.count.filter(|count| number_in(count).is_some())?;
    let sum = wire.sum.map_or("", text);
    Some(RawHistogram {
        at: time::from_seconds(seconds)?,
        count: CleanText::line(text(count)),
        sum: CleanText::line(sum),
        buckets,
    })
}

fn text(value: &RawValue) -> &str {
    value.get().trim_matches('"')
}

/// The series of cumulative counts by upper bound, with the label `le`; at most forty bounds of those that occur.
pub(super) fn by_bound(labels: &BTreeMap<CleanText, CleanText>, histograms: &[RawHistogram]) -> Vec<RawSeries> {
    let mut bounds: Vec<f64> = histograms.iter().flat_map(|one| one.buckets.iter().map(|(upper, _)| *upper)).collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    bounds.retain(|bound| bound.is_finite());
    let every = bounds.len().div_ceil(MOST_BOUNDS - 1).max(1);
    // From the top, so that the highest bound stays.
    let mut shown: Vec<f64> = bounds.iter().rev().step_by(every).copied().collect();
    shown.reverse();
    shown.push(f64::INFINITY);
    let series = |bound: f64| {
        let upto = |one: &RawHistogram| -> f64 {
            one.buckets.iter().take_while(|(upper, _)| *upper <= bound).map(|(_, count)| count).sum()
        };
        let points = histograms.iter().map(|one| Sample { at: one.at, value: upto(one) }).collect();
        let le = if bound.is_finite() { bound.to_string() } else { "+Inf".to_owned() };
        let mut labels = labels.clone();
        labels.insert(CleanText::line("le"), CleanText::line(&le));
        RawSeries { labels, points, texts: None, histograms: Vec::new() }
    };
    shown.into_iter().map(series).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_becomes_counts_up_to_each_bound() {
        let first = r#"[10,{"count":"6","sum":"9.50","buckets":[[0,"-1","1","1"],[1,"1","2","2"],[0,"4","8","3"]]}]"#;
        let second = r#"[20, {"count":6,"sum":"NaN","buckets":[[0,"2","4","6"]]}]"#;
        let all = [read(first).unwrap(), read(second).unwrap()];
        assert_eq!((all[0].count.as_str(), all[0].sum.as_str()), ("6", "9.50"));
        let series = by_bound(&BTreeMap::new(), &all);
        let shown: Vec<(&str, Vec<f64>)> = series
            .iter()
            .map(|one| (one.labels["le"].as_str(), one.points.iter().map(|point| point.value).collect()))
            .collect();
        let expected: [(&str, Vec<f64>); 5] = [
            ("1", vec![1.0, 0.0]),
            ("2", vec![3.0, 0.0]),
            ("4", vec![3.0, 6.0]),
            ("8", vec![6.0, 6.0]),
            ("+Inf", vec![6.0, 6.0]),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn many_bounds_are_joined_and_odd_histograms_are_none() {
        let buckets: Vec<String> = (0..160).map(|i| format!("[0,\"{i}\",\"{}\",\"1\"]", i + 1)).collect();
        let one = read(&format!("[1,{{\"count\":\"160\",\"buckets\":[{}]}}]", buckets.join(","))).unwrap();
        let series = by_bound(&BTreeMap::new(), &[one]);
        assert!(series.len() <= MOST_BOUNDS && series.len() > 30);
        assert_eq!(series.last().map(|one| one.points[0].value), Some(160.0));
        assert_eq!(series[series.len() - 2].labels["le"].as_str(), "160");
        for bad in [
            "[1,{}]",
            "[1,{\"count\":\"x\"}]",
            "[1,\"2\"]",
            "[1e300,{\"count\":\"1\"}]",
            "[1,{\"count\":\"1\",\"buckets\":[[1,2]]}]",
        ] {
            assert!(read(bad).is_none(), "{bad}");
        }
    }
}
