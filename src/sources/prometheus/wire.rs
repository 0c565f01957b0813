//! What the Prometheus HTTP API sends, read leniently: single odd samples are left out and counted, never fatal.
//! VictoriaMetrics differs in `isPartial`, in empty `data` objects and in numbers as error types.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;

use crate::domain::{CleanText, Sample, Timestamp, time};

/// Series of one answer that are kept.
pub const MOST_SERIES: usize = 500;

/// The frame around every answer.
#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    pub(super) status: String,
    #[serde(borrow, default)]
    pub(super) data: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) error: Option<String>,
    #[serde(default)]
    warnings: Option<Vec<String>>,
    #[serde(default, rename = "isPartial")]
    partial: Option<bool>,
}

/// The answer to a range query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RangeAnswer {
    /// Its series in the order of their labels, at most [`MOST_SERIES`].
    pub series: Vec<RawSeries>,
    /// Series that were sent.
    pub sent: usize,
    /// What the server, or the reading of its answer, has to say against it.
    pub notices: Vec<CleanText>,
}

/// One series with its values as the server wrote them.
#[derive(Clone, Debug, PartialEq)]
pub struct RawSeries {
    /// Labels, `__name__` among them where it was sent.
    pub labels: BTreeMap<CleanText, CleanText>,
    /// Samples in time order.
    pub points: Vec<RawPoint>,
}

/// One sample and its value's text.
#[derive(Clone, Debug, PartialEq)]
pub struct RawPoint {
    /// The sample.
    pub sample: Sample,
    /// The value exactly as sent.
    pub text: CleanText,
}

#[derive(Deserialize)]
struct Matrix {
    #[serde(rename = "resultType")]
    kind: String,
    result: Option<Vec<WireSeries>>,
}

#[derive(Deserialize)]
struct WireSeries {
    #[serde(default)]
    metric: BTreeMap<String, String>,
    #[serde(default)]
    values: Option<Vec<(f64, WireValue)>>,
    #[serde(default)]
    histograms: Option<Vec<de::IgnoredAny>>,
}

/// A sample's value: a string by the API's rules, a number or null from servers that break them.
struct WireValue(Option<String>);

impl Envelope<'_> {
    /// The reason, where the answer is a failure in spite of its HTTP status.
    pub(super) fn failure(&self) -> Option<String> {
        match self.status.as_str() {
            "success" => None,
            other => Some(self.error.clone().unwrap_or_else(|| format!("status `{other}` without a reason"))),
        }
    }

    pub(super) fn notices(&self) -> Vec<CleanText> {
        let mut notices: Vec<_> = self.warnings.iter().flatten().take(5).map(|text| CleanText::line(text)).collect();
        if self.partial == Some(true) {
            notices.push(CleanText::line("a partial answer: some storage nodes did not answer"));
        }
        notices
    }
}

/// Reads the answer to a range query; `Err` inside is the server's own reason for refusing.
pub(super) fn range(text: &str) -> serde_json::Result<Result<RangeAnswer, String>> {
    let envelope: Envelope<'_> = serde_json::from_str(text)?;
    if let Some(failure) = envelope.failure() {
        return Ok(Err(failure));
    }
    let matrix: Matrix = serde_json::from_str(envelope.data.map_or("null", RawValue::get))?;
    if matrix.kind != "matrix" {
        return Err(serde_json::Error::custom(format!("resultType is `{}`, not `matrix`", matrix.kind)));
    }
    let wire = matrix.result.unwrap_or_default();
    let mut notices = envelope.notices();
    let (sent, mut odd) = (wire.len(), 0);
    let histograms = wire.iter().filter(|series| series.histograms.as_ref().is_some_and(|all| !all.is_empty())).count();
    let mut series: Vec<RawSeries> = wire.into_iter().take(MOST_SERIES).map(|series| read(series, &mut odd)).collect();
    series.sort_by(|a, b| a.labels.cmp(&b.labels));
    if odd > 0 {
        notices.push(format!("{odd} samples without a usable time or value are left out").into());
    }
    if histograms > 0 {
        notices.push(format!("{histograms} series are native histograms, which are not drawn").into());
    }
    if sent > MOST_SERIES {
        notices.push(format!("{sent} series, the first {MOST_SERIES} are kept: aggregate with `sum by (..)`").into());
    }
    Ok(Ok(RangeAnswer { series, sent, notices }))
}

fn read(wire: WireSeries, odd: &mut usize) -> RawSeries {
    let labels = wire.metric.iter().map(|(name, value)| (CleanText::line(name), CleanText::line(value))).collect();
    let mut points = Vec::new();
    for (seconds, value) in wire.values.unwrap_or_default() {
        let parsed = value.0.and_then(|text| Some((text.trim().parse::<f64>().ok()?, CleanText::line(&text))));
        match (time::from_seconds(seconds), parsed) {
            (Some(at), Some((value, text))) => points.push(RawPoint { sample: Sample { at, value }, text }),
            (None, _) | (_, None) => *odd += 1,
        }
    }
    let at = |point: &RawPoint| -> Timestamp { point.sample.at };
    if !points.is_sorted_by_key(at) {
        points.sort_by_key(at);
    }
    points.dedup_by_key(|point| point.sample.at);
    RawSeries { labels, points }
}

impl<'de> Deserialize<'de> for WireValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;
        impl<'de> Visitor<'de> for AnyValue {
            type Value = WireValue;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sample's value as a string")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<WireValue, E> {
                Ok(WireValue(Some(text.to_owned())))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<WireValue, E> {
                Ok(WireValue(Some(value.to_string())))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<WireValue, E> {
                Ok(WireValue(Some(value.to_string())))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<WireValue, E> {
                Ok(WireValue(Some(value.to_string())))
            }
            fn visit_bool<E: de::Error>(self, _: bool) -> Result<WireValue, E> {
                Ok(WireValue(None))
            }
            fn visit_unit<E: de::Error>(self) -> Result<WireValue, E> {
                Ok(WireValue(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<WireValue, A::Error> {
                while seq.next_element::<de::IgnoredAny>()?.is_some() {}
                Ok(WireValue(None))
            }
        }
        deserializer.deserialize_any(AnyValue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> RangeAnswer {
        range(body).unwrap().unwrap()
    }

    #[test]
    fn values_that_are_no_numbers_to_json_are_numbers_to_us() {
        let body = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":
            [[1,"NaN"],[2,"+Inf"],[3,"-Inf"],[4,"1e308"],[5,"0.10"],[6,7]]}]}}"#;
        let points = &answer(body).series[0].points;
        assert!(points[0].sample.value.is_nan());
        let values: Vec<f64> = points[1..].iter().map(|point| point.sample.value).collect();
        assert_eq!(values, [f64::INFINITY, f64::NEG_INFINITY, 1e308, 0.1, 7.0]);
        assert_eq!(points[4].text.as_str(), "0.10");
    }

    #[test]
    fn odd_samples_are_left_out_and_counted_and_the_rest_is_in_order() {
        let body = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":
            [[9,"1"],[1e308,"1"],[3,"x"],[4,null],[5,[]],[2,"2"],[2,"3"]]}]},"warnings":["slow"],"isPartial":true}"#;
        let answer = answer(body);
        let at: Vec<i64> = answer.series[0].points.iter().map(|point| point.sample.at.as_second()).collect();
        assert_eq!(at, [2, 9]);
        let notices: Vec<&str> = answer.notices.iter().map(CleanText::as_str).collect();
        assert_eq!(notices.len(), 3);
        assert!(notices[0] == "slow" && notices[1].contains("partial") && notices[2].starts_with("4 samples"));
    }

    #[test]
    fn nulls_are_empty_and_other_results_are_refused() {
        assert_eq!(answer(r#"{"status":"success","data":{"resultType":"matrix","result":null}}"#).sent, 0);
        assert!(range(r#"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}"#).is_err());
        assert!(range(r#"{"status":"success"}"#).is_err());
        assert_eq!(range(r#"{"status":"error","error":"too many points"}"#).unwrap(), Err("too many points".into()));
    }
}
