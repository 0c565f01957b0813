//! The Prometheus source and its query engine against servers that answer like it, well and badly.

use std::io::Write;
use std::time::Duration;

use jiff::SignedDuration;
use midwatch::domain::panel::{KeptPanel, Wanted};
use midwatch::domain::query::QueryRequest;
use midwatch::domain::series::Unit;
use midwatch::domain::{CleanText, Language, Series, Telemetry, TimeWindow};
use midwatch::domain::{Fired, PanelOrigin, SourceId};
use midwatch::sources::Span;
use midwatch::sources::prometheus::{Client, PrometheusSource};
use tokio::sync::watch;

use crate::hostile::{Answer, Hostile};
use crate::world::{World, fixture, no_secrets, prometheus, prometheus_config};

fn matrix(values: &str) -> String {
    let series = format!(r#"{{"metric":{{"service":"検索\u001b[2J"}},"values":{values}}}"#);
    format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{series}]}}}}"#)
}

async fn series_of(world: &mut World, panel: &str) -> Vec<Series> {
    let wanted = |_: &str, item: &Telemetry| match item {
        Telemetry::SeriesSet { panel: of, shift: None, series } if of.title.as_str() == panel => Some(series.clone()),
        _ => None,
    };
    world.until(panel, wanted).await
}

async fn client_of(answer: Answer) -> (Client, Hostile) {
    let server = Hostile::answering(answer).await;
    (Client::new(&prometheus_config(&server.url, &[]), no_secrets()).unwrap(), server)
}

fn request(text: &str) -> QueryRequest {
    let end = "2026-11-20T21:04:25Z".parse().unwrap();
    let window = TimeWindow::ending(end, SignedDuration::from_mins(1));
    QueryRequest { language: Language::Promql, text: text.to_owned(), window, step: 5 }
}

#[tokio::test]
async fn both_servers_give_series_with_their_unit() {
    for name in ["prometheus-range.json", "victoriametrics-range.json"] {
        let server = Hostile::answering(Answer::json(fixture(name))).await;
        let panel = ("requests", "sum by (service) (rate(http_requests_total[30s]))");
        let mut world = World::of(vec![prometheus(&prometheus_config(&server.url, &[panel]))]);
        let series = series_of(&mut world, "requests").await;
        assert_eq!((series.len(), series[0].samples.len(), series[0].unit), (2, 4, Unit::PerSecond), "{name}");
        assert_eq!(series[1].labels["service"].as_str(), "checkout");
        world.up().await;
    }
}

#[tokio::test]
async fn a_character_split_between_two_reads_arrives_whole() {
    let body = matrix("[[1,\"2\"]]").into_bytes();
    let middle = body.iter().position(|byte| *byte >= 0x80).unwrap() + 1;
    let pieces = vec![body[..middle].to_vec(), body[middle..].to_vec()];
    let server = Hostile::answering(Answer::Pieces { pieces, pause: Duration::from_millis(5) }).await;
    let mut world = World::of(vec![prometheus(&prometheus_config(&server.url, &[("a", "up")]))]);
    let label = series_of(&mut world, "a").await[0].labels["service"].to_string();
    assert!(label.starts_with("検索") && !label.contains('\u{1b}'), "{label}");
}

#[tokio::test]
async fn numbers_beyond_numbers_are_kept_and_half_utf8_is_survived() {
    let values = r#"[[1,"NaN"],[2,"1e308"],[3,"-Inf"],[1e300,"1"],[4,"1e999"]]"#;
    let server = Hostile::answering(Answer::json(matrix(values))).await;
    let mut world = World::of(vec![prometheus(&prometheus_config(&server.url, &[("a", "up")]))]);
    let series = series_of(&mut world, "a").await;
    let values: Vec<f64> = series[0].samples.iter().map(|sample| sample.value).collect();
    assert!(values[0].is_nan());
    assert_eq!(values[1..], [1e308, f64::NEG_INFINITY, f64::INFINITY]);
    let (state, why) = world.trouble().await;
    assert!(state == "degraded" && why.contains("1 samples without a usable time"), "{why}");
    let mut body = matrix("[]").into_bytes();
    let at = body.iter().position(|byte| *byte >= 0x80).unwrap();
    body.remove(at);
    server.answer(Answer::Whole { status: 200, headers: Vec::new(), body });
    world.up().await;
}

#[tokio::test]
async fn one_bad_panel_degrades_and_leaves_the_others_alone() {
    let server = Hostile::scripted(|head| match head.contains("query=bad") {
        true => Answer::status(400, "application/json", fixture("prometheus-error.json")),
        false => Answer::json(fixture("prometheus-range.json")),
    })
    .await;
    let panels = [("broken", "bad"), ("good", "up"), ("fine", "down")];
    let mut world = World::of(vec![prometheus(&prometheus_config(&server.url, &panels))]);
    let (state, why) = world.trouble().await;
    assert_eq!(state, "degraded");
    assert!(why.contains("2 of 3 panels") && why.contains("`broken`") && why.contains("parse error"), "{why}");
    series_of(&mut world, "good").await;
    series_of(&mut world, "fine").await;
}

#[tokio::test]
async fn a_panel_that_hangs_delays_no_other() {
    let server = Hostile::scripted(|head| match head.contains("query=slow") {
        true => Answer::Hang,
        false => Answer::json(fixture("prometheus-range.json")),
    })
    .await;
    let mut config = prometheus_config(&server.url, &[("slow", "slow"), ("a", "up"), ("b", "up"), ("c", "up")]);
    config.timeout = "1h".parse().unwrap();
    let mut world = World::of(vec![prometheus(&config)]);
    let mut waiting = vec!["a", "b", "c"];
    while !waiting.is_empty() {
        let wanted = |_: &str, item: &Telemetry| match item {
            Telemetry::SeriesSet { panel, .. } => Some(panel.title.to_string()),
            _ => None,
        };
        let title = world.until("the quick panels", wanted).await;
        waiting.retain(|other| *other != title);
    }
}

#[tokio::test]
async fn warnings_and_partial_answers_degrade() {
    for (more, word) in [(r#""warnings":["store down"]"#, "store down"), (r#""isPartial":true"#, "partial answer")] {
        let body = matrix("[[1,\"1\"]]").replacen('{', &format!("{{{more},"), 1);
        let server = Hostile::answering(Answer::json(body)).await;
        let mut world = World::of(vec![prometheus(&prometheus_config(&server.url, &[("a", "up")]))]);
        let (state, why) = world.trouble().await;
        assert!(state == "degraded" && why.contains(word), "{why}");
    }
}

#[tokio::test]
async fn a_window_that_moves_is_asked_for_at_once() {
    let server = Hostile::answering(Answer::json(fixture("prometheus-range.json"))).await;
    let mut config = prometheus_config(&server.url, &[("a", "up")]);
    config.every = "1h".parse().unwrap();
    let (span, moved) = watch::channel(Span::default());
    let mut world = World::of(vec![Box::new(PrometheusSource::new(&config, no_secrets(), moved))]);
    series_of(&mut world, "a").await;
    let end = "2026-11-20T02:00:00Z".parse().unwrap();
    span.send(Span { length: SignedDuration::from_hours(6), end: Some(end) }).unwrap();
    series_of(&mut world, "a").await;
    let head = server.heads().pop().unwrap();
    assert!(head.contains(&format!("end={}.000", end.as_second())) && head.contains("step=75"), "{head}");
}

#[tokio::test]
async fn what_an_alert_measures_that_went_off_is_asked_for_by_the_servers_own_rules() {
    let rules = r#"{"status":"success","data":{"groups":[{"name":"g","rules":[
        {"type":"alerting","name":"Slow","query":"latency > 0.5","labels":{}},
        {"type":"alerting","name":"Other","query":"other > 1","labels":{}}]}]}}"#;
    let server = Hostile::scripted(move |head| match head.contains("/api/v1/rules") {
        true => Answer::json(rules),
        false => Answer::json(fixture("prometheus-range.json")),
    })
    .await;
    let mut config = prometheus_config(&server.url, &[("a", "up")]);
    config.every = "1h".parse().unwrap();
    let (_span, span) = watch::channel(Span::default());
    let (wanted, told) = watch::channel(Wanted::default());
    let source = PrometheusSource::new(&config, no_secrets(), span).wanting(told);
    let mut world = World::of(vec![Box::new(source)]);
    series_of(&mut world, "a").await;
    assert!(!server.heads().iter().any(|head| head.contains("rules")), "nothing fires: nothing more is asked");
    let fired = |name: &str| Fired { name: CleanText::line(name), labels: Default::default() };
    wanted.send_replace(Wanted { fired: ["Slow", "NoRule"].map(fired).into(), ..Wanted::default() });
    series_of(&mut world, "Slow").await;
    let asked: Vec<String> = server.heads().into_iter().filter(|head| head.contains("query_range")).collect();
    assert!(asked.iter().any(|head| head.contains("query=latency&")), "{asked:?}");
    assert!(!asked.iter().any(|head| head.contains("other")), "{asked:?}");
}

#[tokio::test]
async fn what_a_person_confirmed_is_polled_and_compared_with_the_day_before_where_asked() {
    let server = Hostile::scripted(|_| Answer::json(fixture("prometheus-range.json"))).await;
    let mut config = prometheus_config(&server.url, &[("a", "up")]);
    config.every = "1h".parse().unwrap();
    let (_span, span) = watch::channel(Span::default());
    let (wanted, told) = watch::channel(Wanted::default());
    let mut world = World::of(vec![Box::new(PrometheusSource::new(&config, no_secrets(), span).wanting(told))]);
    let now = series_of(&mut world, "a").await;
    let kept = |source: &str, query: &str| KeptPanel {
        source: SourceId::new(source),
        title: CleanText::line(query),
        query: query.to_owned(),
    };
    let panels = vec![kept("prom", "mine > 0"), kept("another", "others")];
    let day = SignedDuration::from_hours(24);
    wanted.send_replace(Wanted { panels, compare: Some(day), ..Wanted::default() });
    let before = world
        .until("the day before", |_, item| match item {
            Telemetry::SeriesSet { panel, shift: Some(shift), series } if panel.title.as_str() == "mine > 0" => {
                assert_eq!((*shift, &panel.origin), (day, &PanelOrigin::Confirmed));
                Some(series.clone())
            }
            _ => None,
        })
        .await;
    assert_eq!(before[0].samples[0].at.duration_since(now[0].samples[0].at), day, "it lies over the window");
    let asked: Vec<String> = server.heads().into_iter().filter(|head| head.contains("query_range")).collect();
    assert!(asked.iter().any(|head| head.contains("query=mine+%3E+0&")), "byte for byte: {asked:?}");
    assert!(!asked.iter().any(|head| head.contains("others")), "another server's: {asked:?}");
}

#[tokio::test]
async fn a_confirmed_query_gives_lines_as_the_server_wrote_them() {
    let (client, _server) = client_of(Answer::json(fixture("prometheus-range.json"))).await;
    let answer = client.answer(request("up")).await.unwrap();
    let text = answer.text.to_string();
    assert!(text.starts_with("{service=\"cart\"}\n2026-11-20T21:03:25Z 8.214285714285715\n21:03:30Z 9.535"), "{text}");
    assert_eq!((answer.series.len(), answer.cut), (2, None));
}

#[tokio::test]
async fn a_refused_query_says_the_servers_reason_and_an_empty_answer_says_so() {
    for (name, status, words) in [("prometheus", 400, "unexpected \"(\""), ("victoriametrics", 422, "identList")] {
        let answer = Answer::status(status, "application/json", fixture(&format!("{name}-error.json")));
        let (client, _server) = client_of(answer).await;
        let error = client.answer(request("sum by ((")).await.unwrap_err();
        assert!(error.why.contains(words) && error.source.as_str() == "prom", "{}", error.why);
    }
    let body = r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#;
    let (client, _server) = client_of(Answer::json(body)).await;
    assert!(client.answer(request("nothing")).await.unwrap().text.contains("no series"));
}

#[tokio::test]
async fn a_long_query_travels_in_the_body() {
    let (client, server) = client_of(Answer::json(fixture("prometheus-range.json"))).await;
    client.answer(request(&format!("up{{a=\"{}\"}}", "x".repeat(5_000)))).await.unwrap();
    let head = server.heads().pop().unwrap();
    assert!(head.starts_with("POST /api/v1/query_range HTTP/1.1"), "{head}");
}

#[tokio::test]
async fn rules_of_both_servers_are_read() {
    let (client, server) = client_of(Answer::json(fixture("prometheus-rules.json"))).await;
    let rules = client.rules().await.unwrap();
    assert!(rules.recorded.iter().any(|rule| rule.name == "service:http_errors:ratio"));
    let rule = rules.alerting.iter().find(|rule| rule.name.as_str() == "HighErrorRate").unwrap();
    assert_eq!((rule.query.as_str(), rule.severity.as_str()), ("service:http_errors:ratio > 0.05", "critical"));
    server.answer(Answer::json(r#"{"status":"success","data":{}}"#));
    assert!(client.rules().await.unwrap().alerting.is_empty());
    assert!(client.metadata().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_that_never_ends_is_given_up() {
    let gzip = |head: &str| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(head.as_bytes()).unwrap();
        (0..3).for_each(|_| packed.write_all(&[b' '; 1 << 20]).unwrap());
        let body = packed.finish().unwrap();
        Answer::Whole { status: 200, headers: vec![("Content-Encoding", "gzip".to_owned())], body }
    };
    let server = Hostile::answering(gzip("")).await;
    let client = Client::new(&prometheus_config(&server.url, &[]), no_secrets()).unwrap().with_limit(2 << 20);
    let error = client.answer(request("up")).await.unwrap_err();
    assert!(error.why.contains("larger than 2 MiB"), "{}", error.why);
    let whole = matrix("[[1,\"2\"]]");
    server.answer(gzip(whole.strip_suffix("]}}").unwrap()));
    let answer = client.answer(request("up")).await.unwrap();
    assert!(answer.series.len() == 1 && answer.cut.unwrap().contains("larger than 2 MiB: more than 1 series"));
}
