//! The decoder against a slow reading of the same answers, in pieces of any size.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;
use crate::domain::{CleanText, time};

const ALL: Limits = Limits { series: 1_000, samples: 1_000_000, texts: Texts::Kept };

fn decoded<'a>(limits: Limits, pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Outcome, Fault> {
    let mut decoder = Decoder::new(limits);
    for piece in pieces {
        decoder.feed(piece)?;
    }
    decoder.finish()
}

fn answer(body: &str) -> RangeAnswer {
    let whole = decoded(ALL, [body.as_bytes()]).unwrap().unwrap();
    let bytes = decoded(ALL, body.as_bytes().chunks(1)).unwrap().unwrap();
    assert_eq!(format!("{whole:?}"), format!("{bytes:?}"), "{body}");
    whole
}

fn matrix(result: &str) -> String {
    format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{result}]}}}}"#)
}

fn words(notices: &[CleanText]) -> Vec<&str> {
    notices.iter().map(CleanText::as_str).collect()
}

#[test]
fn values_that_are_no_numbers_to_json_are_numbers_to_us() {
    let values = r#"[[1,"NaN"],[2,"+Inf"],[3,"-Inf"],[4,"1e308"],[5,"0.10"],[6,7],[7.5," 8 "]]"#;
    let series = &answer(&matrix(&format!(r#"{{"metric":{{}},"values":{values}}}"#))).series[0];
    assert!(series.points[0].value.is_nan());
    let values: Vec<f64> = series.points[1..].iter().map(|point| point.value).collect();
    assert_eq!(values, [f64::INFINITY, f64::NEG_INFINITY, 1e308, 0.1, 7.0, 8.0]);
    assert_eq!((series.text(4).as_str(), series.text(5).as_str(), series.text(3).as_str()), ("0.10", "7", "1e308"));
}

#[test]
fn odd_samples_are_left_out_and_counted_and_the_rest_is_in_order() {
    let body = r#"{"warnings":["slow"],"infos":["a hint"],"status":"success","isPartial":true,"data":{"result":[
        {"values":[[9,"1"],[1e308,"1"],[3,"x"],[4,null],[5,[]],[2,"2"],[2,"3"],7,{}],"metric":{"a":"b"}}],
        "resultType":"matrix"}}"#;
    let answer = answer(body);
    let series = &answer.series[0];
    let at: Vec<i64> = series.points.iter().map(|point| point.at.as_second()).collect();
    assert_eq!((at, series.text(0).as_str(), series.text(1).as_str()), (vec![2, 9], "2", "1"));
    let notices = words(&answer.notices);
    assert!(notices.len() == 3 && notices[0] == "slow" && notices[1].contains("partial"), "{notices:?}");
    assert!(notices[2].starts_with("6 samples"), "{notices:?}");
    assert_eq!(words(&answer.remarks), ["a hint"]);
}

#[test]
fn instants_and_scalars_are_series_with_one_sample() {
    let vector = r#"{"status":"success","data":{"resultType":"vector","result":[
        {"metric":{"a":"1"},"value":[1.5,"2"]},{"metric":{"a":"0"},"value":[1.5,"3"]}]}}"#;
    let read = answer(vector);
    assert_eq!((read.kind, read.series.len(), read.series[0].points[0].value), (ResultKind::Vector, 2, 3.0));
    let scalar = answer(r#"{"status":"success","data":{"resultType":"scalar","result":[1.5,"0.30"]}}"#);
    assert_eq!((scalar.kind, scalar.series[0].text(0).as_str(), scalar.samples), (ResultKind::Scalar, "0.30", 1));
    let text = answer(r#"{"status":"success","data":{"resultType":"string","result":[1.5,"hello"]}}"#);
    assert_eq!((text.kind, text.series.len()), (ResultKind::Text, 0));
}

#[test]
fn what_has_no_room_is_counted_and_said() {
    let series = |n: usize, samples: usize| {
        let values: Vec<String> = (0..samples).map(|at| format!("[{at},\"1\"]")).collect();
        format!(r#"{{"metric":{{"n":"{n:03}"}},"values":[{}]}}"#, values.join(","))
    };
    let body = matrix(&(0..12).map(|n| series(n, 10)).collect::<Vec<_>>().join(","));
    let few = decoded(Limits { series: 5, ..ALL }, [body.as_bytes()]).unwrap().unwrap();
    assert_eq!((few.series.len(), few.sent, few.samples), (5, 12, 120));
    assert_eq!(words(&few.notices), ["12 series, the first 5 are kept: aggregate with `sum by (..)`"]);
    let short = matrix(&[series(0, 30), series(1, 80), series(2, 40)].join(","));
    let few = decoded(Limits { samples: 75, ..ALL }, [short.as_bytes()]).unwrap().unwrap();
    let kept: Vec<usize> = few.series.iter().map(|series| series.points.len()).collect();
    assert_eq!(kept, [30, 40], "a series is kept in whole or not at all");
    assert!(words(&few.notices)[0].starts_with("3 series with 150 samples, 2 series are kept"), "{:?}", few.notices);
}

#[test]
fn an_answer_given_up_keeps_its_whole_series_and_says_so() {
    let body = matrix(
        &(0..9).map(|n| format!(r#"{{"metric":{{"n":"{n}"}},"values":[[1,"2"]]}}"#)).collect::<Vec<_>>().join(","),
    );
    let mut decoder = Decoder::new(ALL);
    decoder.feed(&body.as_bytes()[..body.len() / 2]).unwrap();
    let half = decoder.give_up().unwrap().unwrap();
    assert!((2..6).contains(&half.series.len()) && half.series.iter().all(|series| series.points.len() == 1));
    assert!(half.notices[0].contains("larger than 0 MiB: more than"), "{:?}", half.notices);
}

#[test]
fn native_histograms_are_read_and_become_series_by_bound() {
    let values = r#"[[1,{"count":"3","sum":"4.5","buckets":[[0,"0.5","1","2"],[0,"1","2","1"]]}],[2,{"count":"x"}]]"#;
    let mut answer = answer(&matrix(&format!(r#"{{"metric":{{"a":"b"}},"histograms":{values}}}"#)));
    assert_eq!((answer.series[0].histograms.len(), answer.series[0].histograms[0].sum.as_str()), (1, "4.5"));
    assert!(words(&answer.notices)[0].starts_with("1 samples without"));
    answer.flatten_histograms();
    let les: Vec<(&str, f64)> =
        answer.series.iter().map(|series| (series.labels["le"].as_str(), series.points[0].value)).collect();
    assert_eq!(les, [("1", 2.0), ("2", 3.0), ("+Inf", 3.0)]);
    assert!(words(&answer.remarks)[0].contains("native histogram"));
}

#[test]
fn refusals_gaps_and_other_apis_are_told_apart() {
    let read = |body: &str| decoded(ALL, [body.as_bytes()]);
    assert_eq!(read(r#"{"error":"too many","status":"error"}"#), Ok(Err("too many".into())));
    assert_eq!(read(r#"{"status":"fail"}"#), Ok(Err("status `fail` without a reason".into())));
    assert_eq!(answer(r#"{"status":"success","data":{"resultType":"matrix","result":null}}"#).sent, 0);
    assert_eq!(answer(&matrix(r#"{"metric":{"a":"b"},"values":null,"more":[{"x":[1]}]}"#)).sent, 1);
    assert!(matches!(read(""), Err(Fault::Empty)) && matches!(read(" \u{feff} "), Err(Fault::Empty)));
    assert!(matches!(read("  <html>"), Err(Fault::Page)));
    for body in [r#"{"status":"success"}"#, "{}", r#"{"status":"success","data":["a"]}"#] {
        assert!(matches!(read(body), Err(Fault::Shape { .. })), "{body}");
    }
    for body in ["[]", "7", "{]", "{\"a\" 1}", "{\"a\":1,}", "{\"a\":1}}", "{\"a\":1 \"b\":2}", "{a:1}", "{\"a\":}"] {
        assert!(matches!(read(body), Err(Fault::NotJson { .. })), "{body} {:?}", read(body));
    }
    let whole = matrix(r#"{"metric":{"a":"b\"]}"},"values":[[1,"2"],[3, "4"]]}"#);
    for end in 1..whole.len() {
        assert_eq!(read(&whole[..end]), Err(Fault::Cut { byte: end }), "{}", &whole[..end]);
    }
}

#[test]
fn values_too_long_to_hold_cost_nothing_but_themselves() {
    let long = "x".repeat(LONGEST + 1);
    let answer = answer(&format!(
        r#"{{"status":"success","warnings":["{long}"],"unknown":"{long}","data":{{"resultType":"matrix","result":[]}}}}"#
    ));
    assert_eq!(words(&answer.notices), ["1 values of more than 1 MiB are left out"]);
}

/// Labels, and each sample's time in milliseconds, its value's bits and its text.
type SlowSeries = (BTreeMap<String, String>, Vec<(i64, u64, String)>);

/// The same reading by serde, whole and without haste.
fn slow(body: &str) -> Vec<SlowSeries> {
    #[derive(serde::Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        data: Data<'a>,
    }
    #[derive(serde::Deserialize)]
    struct Data<'a> {
        #[serde(borrow)]
        result: Vec<Row<'a>>,
    }
    #[derive(serde::Deserialize)]
    struct Row<'a> {
        metric: BTreeMap<String, String>,
        #[serde(borrow, default)]
        values: Vec<(f64, &'a RawValue)>,
    }
    let body: Body<'_> = serde_json::from_str(body).unwrap();
    let row = |row: Row<'_>| {
        let point = |(seconds, raw): (f64, &RawValue)| {
            let text = serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned());
            let value: f64 = text.trim().parse().ok()?;
            Some((time::from_seconds(seconds)?.as_millisecond(), value.to_bits(), text))
        };
        let mut points: Vec<_> = row.values.into_iter().filter_map(point).collect();
        points.sort_by_key(|point| point.0);
        points.dedup_by_key(|point| point.0);
        (row.metric, points)
    };
    let mut all: Vec<_> = body.data.result.into_iter().map(row).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => any::<f64>().prop_map(|value| format!("\"{value}\"")),
        8 => (-100_000i64..100_000).prop_map(|value| format!("\"{}\"", value as f64 / 64.0)),
        1 => any::<f64>().prop_filter("JSON has no such numbers", |value| value.is_finite()).prop_map(|value| value.to_string()),
        1 => Just("\"+Inf\"".to_owned()),
        1 => Just("\"\\u0031.50\"".to_owned()),
        1 => Just("\" 2 \"".to_owned()),
        1 => Just("null".to_owned()),
        1 => Just("\"no\"".to_owned()),
        1 => Just("[\"]\"]".to_owned()),
    ]
}

fn row() -> impl Strategy<Value = String> {
    let time = prop_oneof![
        (0i64..4_000_000_000).prop_map(|s| s.to_string()),
        (0i64..4_000_000_000_000).prop_map(|ms| (ms as f64 / 1000.0).to_string()),
        (0i64..4_000_000_000_000_000).prop_map(|us| (us as f64 / 1_000_000.0).to_string()),
        Just("-1.5".to_owned()),
        Just("1e300".to_owned()),
    ];
    let sample = (time, value(), any::<bool>()).prop_map(|(time, value, blank)| match blank {
        true => format!("[ {time} , {value} ]\n"),
        false => format!("[{time},{value}]"),
    });
    let labels = prop::collection::btree_map("[a-z]{1,3}", "[a-z\"\\\\é検\u{1F600}]{0,5}", 0..3);
    (labels, prop::collection::vec(sample, 0..20), any::<bool>()).prop_map(|(labels, samples, first)| {
        let metric = format!("\"metric\":{}", serde_json::to_string(&labels).unwrap());
        let values = format!("\"values\":[{}]", samples.join(","));
        let (a, b) = if first { (metric, values) } else { (values, metric) };
        format!("{{{a},\"stats\":{{\"x\":[1,\"]\"]}},{b}}}")
    })
}

proptest! {
    #[test]
    fn any_answer_in_any_pieces_is_what_the_slow_reading_says(
        rows in prop::collection::vec(row(), 0..6),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        late: bool,
    ) {
        let data = format!("\"data\":{{\"resultType\":\"matrix\",\"result\":[{}]}}", rows.join(","));
        let body = if late { format!("{{{data},\"status\":\"success\"}}") } else { format!("{{\"status\":\"success\",{data}}}") };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len())).collect();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|cut| &body.as_bytes()[cut[0]..cut[1]]);
        let answer = decoded(ALL, pieces).unwrap().unwrap();
        let expected = slow(&body);
        prop_assert_eq!(answer.series.len(), expected.len());
        for (series, (labels, points)) in answer.series.iter().zip(expected) {
            let clean = labels.iter().map(|(k, v)| (CleanText::line(k), CleanText::line(v))).collect();
            prop_assert_eq!(&series.labels, &clean);
            let read: Vec<_> = (0..series.points.len())
                .map(|i| (series.points[i].at.as_millisecond(), series.points[i].value.to_bits(), series.text(i)))
                .collect();
            let points: Vec<_> = points.into_iter().map(|(at, bits, text)| (at, bits, CleanText::line(&text))).collect();
            prop_assert_eq!(read, points);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_pieces_make_no_difference(
        text in r#"(\{"status":"success","data":\{"resultType":"matrix","result":)?[\[\]{},:"0-9a-e\\. n]{0,60}"#,
        at: prop::sample::Index,
    ) {
        let cut = at.index(text.len() + 1);
        let whole = decoded(ALL, [text.as_bytes()]);
        let halves = decoded(ALL, [&text.as_bytes()[..cut], &text.as_bytes()[cut..]]);
        prop_assert_eq!(format!("{whole:?}"), format!("{halves:?}"));
    }
}
