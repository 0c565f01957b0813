//! The files people name, and what is said of them.

use super::*;

fn args(words: &[&str]) -> CorrelateArgs {
    use clap::Parser;
    #[derive(clap::Parser)]
    struct Form {
        #[command(flatten)]
        args: CorrelateArgs,
    }
    Form::try_parse_from(std::iter::once(&"correlate").chain(words)).unwrap().args
}

/// A log in which version 2.3 in the region eu fails.
fn log(only: Option<bool>) -> String {
    let mut lines = String::new();
    for at in 0..600 {
        let (version, region) = (at % 4, ["eu", "us", "ap"][at / 4 % 3]);
        let bad = (version == 3 && region == "eu") || at % 97 == 0;
        if only.is_some_and(|only| only != bad) {
            continue;
        }
        let level = if bad { "error" } else { "info" };
        let time = format!("2026-01-15T02:{:02}:{:02}Z", at / 60, at % 60);
        lines += &format!(
            "{{\"time\":\"{time}\",\"level\":\"{level}\",\"msg\":\"order {at}\",\"version\":\"2.{version}\",\"region\":\"{region}\"}}\n"
        );
    }
    lines
}

fn compared(words: &[&str]) -> Result<Told, Failure> {
    told(&args(words), || Ok(Formats::default()))
}

fn text(told: &Told) -> String {
    let mut out = Vec::new();
    print::text(told, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_pair_that_fails_is_said_in_a_sentence_and_in_json() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), log(None)).unwrap();
    let told = compared(&["--bad", "level>=error", file.path().to_str().unwrap()]).unwrap();
    let said = text(&told);
    assert!(said.starts_with("56 bad records, 544 others\n"), "{said}");
    let first = said.lines().nth(1).unwrap();
    let want = "version=2.3 and region=eu: 89 % of the bad (50 of 56), 0 % of the rest (0 of 544); ×";
    assert!(first.starts_with(want) && first.ends_with("; certain"), "{said}");
    assert!(said.contains("Not compared, since the question is about them: level"), "{said}");
    let mut out = Vec::new();
    print::json(&told, &mut out).unwrap();
    let line: serde_json::Value = serde_json::from_slice(out.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
    assert_eq!(line["what"][1], serde_json::json!({"field": "region", "value": "eu"}));
    assert_eq!((&line["filter"], &line["bad"]), (&"version=2.3 region=eu".into(), &serde_json::json!([50, 56])));
    assert!(line["q"].as_f64().unwrap() < 1e-20 && line["rank"] == 1 && line["along"].is_null());
    assert!(line["ratio_interval"][0].as_f64().unwrap() > 20.0, "{line}");
}

#[test]
fn two_files_packed_or_not_give_the_same_as_a_filter() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (name, only) in [("all", None), ("bad", Some(true))] {
        std::fs::write(path(name), log(only)).unwrap();
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(log(Some(false)).as_bytes()).unwrap();
    std::fs::write(path("rest.gz"), packed.finish().unwrap()).unwrap();
    let filter = compared(&["--where", "level>=error", "--ignore", "service", &path("all")]).unwrap();
    let files = compared(&["--bad-file", &path("bad"), "--ignore", "level", "--ignore", "service", &path("rest.gz")]);
    let findings = |told: Told| told.report.findings.into_iter().map(|it| it.parts).collect::<Vec<_>>();
    assert_eq!(findings(files.unwrap()), findings(filter));
}

#[test]
fn others_are_those_that_a_filter_names() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), log(None)).unwrap();
    let path = file.path().to_str().unwrap();
    let told = compared(&["--where", "level>=error", "--among", "region=eu", path]).unwrap();
    assert_eq!((told.bad.all, told.rest.all), (56, 147));
}

#[test]
fn what_the_filter_asks_about_is_no_finding() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), log(None)).unwrap();
    let told = compared(&["--bad", "region=eu", file.path().to_str().unwrap()]).unwrap();
    assert!(told.report.findings.iter().all(|it| it.parts.iter().all(|part| part.field != "region")), "{told:?}");
}

#[test]
fn rows_of_a_table_are_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.csv");
    let mut text = "time,service,plan,took_ms,note\r\n".to_owned();
    for at in 0..800 {
        let (plan, took) = (["free", "pro"][at % 2], at * 37 % 400);
        text += &format!("2026-01-15T02:{:02}:{:02}Z,shop,{plan},{took},\"a, \"\"b\"\"\nc\"\n", at / 60, at % 60);
    }
    std::fs::write(&path, &text).unwrap();
    let told = compared(&["--where", "took_ms>=300", path.to_str().unwrap()]).unwrap();
    assert_eq!((told.bad.all, told.rest.all), (200, 600));
    let told = compared(&["--where", "plan=pro", path.to_str().unwrap()]).unwrap();
    assert_eq!(told.bad.all, 400);
    std::fs::write(&path, text + "x,y\n").unwrap();
    match compared(&["--where", "plan=pro", path.to_str().unwrap()]) {
        Err(Failure::BadInput(why)) => assert!(why.contains("line 1602: 2 cells"), "{why}"),
        other => panic!("{other:?}"),
    }
}

/// A line of the collector's file exporter with one span for each of some regions.
fn spans(at: usize) -> String {
    let span = |region: usize| {
        let (code, took) = if region == 2 && !at.is_multiple_of(5) { (2, 900) } else { (0, 20 + at % 7) };
        let (start, end) = (1_768_442_400_000_000_000u64, 1_768_442_400_000_000_000 + took as u64 * 1_000_000);
        format!(
            "{{\"traceId\":\"{at:032x}\",\"name\":\"charge\",\"kind\":3,\"startTimeUnixNano\":\"{start}\",\
             \"endTimeUnixNano\":\"{end}\",\"attributes\":[{{\"key\":\"cloud.region\",\"value\":{{\"stringValue\":\"r{region}\"}}}},\
             {{\"key\":\"try\",\"value\":{{\"intValue\":\"1\"}}}}],\"status\":{{\"code\":{code}}}}}"
        )
    };
    let spans: Vec<String> = (0..4).map(span).collect();
    format!(
        "{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\"value\":{{\"stringValue\":\"pay\"}}}}]}},\
         \"scopeSpans\":[{{\"spans\":[{}]}}]}}]}}\n",
        spans.join(",")
    )
}

#[test]
fn failed_and_slow_spans_are_compared_with_the_others() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), (0..100).map(spans).collect::<String>()).unwrap();
    let path = file.path().to_str().unwrap();
    let told = compared(&["--spans", path]).unwrap();
    assert_eq!((told.bad.all, told.rest.all), (80, 320));
    let said = text(&told);
    assert!(said.lines().nth(1).unwrap().starts_with("duration>="), "{said}");
    assert!(said.contains("cloud.region=r2: 100 % of the bad (80 of 80)"), "{said}");
    let told = compared(&["--spans", "--slow", "500ms", path]).unwrap();
    assert!(text(&told).lines().nth(1).unwrap().starts_with("cloud.region=r2"), "{told:?}");
    let told = compared(&["--spans", "--where", "duration>=500ms", path]).unwrap();
    assert_eq!(told.bad.all, 80);
    std::fs::write(file.path(), "{\"level\":\"info\"}\n").unwrap();
    assert!(matches!(compared(&["--spans", path]), Err(Failure::BadInput(why)) if why.contains("no spans in it")));
}

#[test]
fn bad_filters_and_files_are_named_with_the_remedy() {
    let said = |words: &[&str]| match compared(words) {
        Err(Failure::BadInput(message)) => message,
        other => panic!("{other:?}"),
    };
    assert!(said(&["--bad", "level>=bad", "x"]).starts_with("--where level>=bad: column "));
    assert!(said(&["--bad", " ", "x"]).contains("--where is empty"));
    assert!(said(&["--bad", "pattern=p3f9a", "x"]).contains("use words of the line"));
    assert!(said(&["--bad", "a=b", "/does/not/exist"]).contains("name a log file that can be read"));
    assert!(said(&["--bad", "a=b", "--change", "noon deploy", "x"]).contains("2026-01-15T02:05:12Z"));
    assert!(said(&["--bad-file", "/a/x.log", "/b/x.log"]).contains("rename one"));
}
