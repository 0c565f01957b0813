//! Bundles with parts absent, cut off, or full of nonsense: the rest still loads, and the gaps say what is missing.

use midwatch::bundle::{BundleError, load};
use midwatch::domain::AlertState;
use proptest::prelude::*;

use crate::support::{MANIFEST, at, bundle, has_gap, loaded, read};

const ALERT: &str = r#"{"labels":{"alertname":"A"},"startsAt":"2026-11-20T02:10:00Z","status":{"state":"active"}}"#;

#[test]
fn only_the_manifest_must_be_there() {
    let recording = loaded(&[]);
    assert_eq!((recording.id.as_str(), recording.title.as_str()), ("INC-1", "checkout fails"));
    assert_eq!(recording.window.unwrap().start, at("2026-11-20T02:00:00Z"));
    for part in ["alerts.jsonl", "changes.jsonl", "metrics", "logs"] {
        assert!(has_gap(&recording, &[part, "not in the bundle"]), "{part}: {:?}", recording.gaps);
    }
}

#[test]
fn what_is_no_bundle_is_refused_in_words() {
    let empty = bundle(&[]);
    let error = load(empty.path()).unwrap_err();
    assert!(matches!(error, BundleError::NotABundle { .. }), "{error}");
    assert!(matches!(load(&empty.path().join("nowhere")).unwrap_err(), BundleError::Absent { .. }));
    let newer = bundle(&[("incident.toml", b"version = 2")]);
    assert!(load(newer.path()).unwrap_err().to_string().contains("version 2"));
    let torn = bundle(&[("incident.toml", b"version = 1\nid = \"x")]);
    assert!(load(torn.path()).unwrap_err().to_string().contains("incident.toml:2: "));
    let folder = bundle(&[("incident.toml/x", b"")]);
    assert!(matches!(load(folder.path()).unwrap_err(), BundleError::Unreadable { .. }));
}

#[test]
fn bad_lines_are_counted_and_the_rest_is_kept() {
    let lines = format!("\u{feff}{ALERT}\n\nnonsense\n[1]\n{{\"labels\":3}}\n{ALERT}\n{{\"labels\":{{\"alertna");
    let recording = loaded(&[("alerts.jsonl", lines.as_bytes())]);
    assert_eq!(recording.alerts.len(), 2);
    assert!(has_gap(&recording, &["alerts.jsonl:3: not JSON", "4 lines left out in all"]), "{:?}", recording.gaps);
}

#[test]
fn one_unreadable_file_does_not_take_the_others_with_it() {
    let good =
        r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1,"2"]]}]}}"#;
    let recording = loaded(&[
        ("metrics/good.json", good.as_bytes()),
        ("metrics/html.json", b"<html>sign in</html>"),
        ("metrics/cut.json", good.as_bytes().split_at(60).0),
        ("metrics/notes.txt", b"not a metric"),
        ("metrics/dir.json/x", b""),
    ]);
    assert_eq!(recording.series.len(), 1);
    assert_eq!((recording.series[0].title.as_str(), recording.series[0].query.as_str()), ("good", "good"));
    assert!(has_gap(&recording, &["metrics/html.json", "not a query_range answer"]));
    assert!(has_gap(&recording, &["metrics/cut.json", "EOF"]));
}

#[test]
fn rows_come_in_the_order_the_manifest_names_and_the_others_after() {
    let manifest = format!("{MANIFEST}[replay]\npanels = [\"c\", \"gone\", \"a\"]");
    let row = br#"{"data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"]]}]}}"#;
    let dir = bundle(&[
        ("incident.toml", manifest.as_bytes()),
        ("metrics/a.json", row),
        ("metrics/b.json", row),
        ("metrics/c.json", row),
    ]);
    let recording = read(dir.path());
    let titles: Vec<&str> = recording.series.iter().map(|series| series.title.as_str()).collect();
    assert_eq!(titles, ["c", "a", "b"]);
}

#[test]
fn a_window_that_is_none_leaves_the_datas_own_times() {
    let manifest =
        "id = \"x\"\n[window]\nstart = \"2026-11-20T03:00:00Z\"\nend = 2026-11-20T02:00:00Z\n[replay]\nopens_at = 7";
    let dir = bundle(&[("incident.toml", manifest.as_bytes()), ("alerts.jsonl", ALERT.as_bytes())]);
    let recording = read(dir.path());
    assert_eq!((recording.window, recording.opens_at), (None, None));
    assert!(has_gap(&recording, &["incident.toml", "`[window]`"]));
    assert!(has_gap(&recording, &["`replay.opens_at` is no time"]));
    assert_eq!(recording.alerts[0].1.state, AlertState::Firing);
}

#[test]
fn evidence_that_was_changed_after_its_capture_is_left_out() {
    let head = |id: &str, digest: &str| format!(r#"{{"id":"{id}","kind":"logs","query":"q","digest":"{digest}"}}"#);
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let recording = loaded(&[
        ("evidence/E1.json", head("E1", abc).as_bytes()),
        ("evidence/E1.txt", b"abc"),
        ("evidence/E2.json", head("E2", abc).as_bytes()),
        ("evidence/E2.txt", b"abd"),
        ("evidence/E3.json", head("E3", abc).as_bytes()),
        ("evidence/E04.json", head("E4", abc).as_bytes()),
    ]);
    assert_eq!(recording.evidence.iter().map(|e| e.id.to_string()).collect::<Vec<_>>(), ["E1"]);
    assert!(has_gap(&recording, &["evidence/E2.txt", "digest differs"]));
    assert!(has_gap(&recording, &["evidence/E3.txt", "missing"]));
}

#[test]
fn log_lines_of_any_bytes_become_records_in_time_order() {
    let recording = loaded(&[
        (
            "logs/payments.log",
            b"2026-11-20 02:05:21,113 ERROR x\n  at y\n\xff\xfe\x1b[2J\n2026-11-20 02:05:20,000 INFO z\n",
        ),
        ("logs/empty.log", b""),
        ("logs/cart@second.log", b"no time at all\n"),
    ]);
    assert!(recording.logs.is_sorted_by_key(|record| record.at()));
    assert!(recording.logs.iter().all(|record| !record.raw.contains('\u{1b}')));
    let services: Vec<&str> = recording.logs.iter().map(|record| record.service.as_str()).collect();
    assert!(services.contains(&"cart"), "{services:?}");
    assert_eq!(services.iter().filter(|service| **service == "payments").count(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the bytes of whatever part, loading ends in a recording or in words.
    #[test]
    fn no_bytes_in_any_part_stop_the_loading(
        part in prop::sample::select(vec![
            "incident.toml", "alerts.jsonl", "changes.jsonl", "commands.jsonl", "timeline.jsonl", "answers.toml",
            "notes.md", "metrics/x.json", "logs/x.log", "evidence/E1.json", "evidence/E1.txt",
        ]),
        junk in prop::collection::vec(any::<u8>(), 0..400),
        cut in 0_usize..200,
    ) {
        let seed = match part {
            "metrics/x.json" => r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1e308,"NaN"]]}]}}"#,
            "incident.toml" => MANIFEST,
            _ => ALERT,
        };
        let mut bytes = seed.as_bytes().split_at(cut.min(seed.len())).0.to_vec();
        bytes.extend(&junk);
        let mut files: Vec<(&str, &[u8])> = vec![("incident.toml", MANIFEST.as_bytes())];
        files.retain(|(path, _)| *path != part);
        files.push((part, &bytes));
        if part == "evidence/E1.txt" {
            files.push(("evidence/E1.json", b"{}"));
        }
        let dir = bundle(&files);
        let result = load(dir.path());
        prop_assert!(part == "incident.toml" || result.is_ok());
    }
}
