//! What a live incident leaves behind loads again, also after a crash and beside a second writer.

use std::collections::BTreeMap;
use std::io::Write;

use midwatch::bundle::{Entry, Recorder, load};
use midwatch::domain::evidence::Reach;
use midwatch::domain::incident::{EntryKind, Incident, TimelineEntry};
use midwatch::domain::recording::RecordedCommand;
use midwatch::domain::series::Unit;
use midwatch::domain::{
    Alert, AlertState, Change, ChangeId, CleanText, Evidence, EvidenceId, EvidenceKind, LogRecord, RecordId, Sample,
    Series, Severity, SourceId, TimeWindow,
};

use crate::support::{at, has_gap, read};

fn incident() -> Incident {
    Incident {
        id: CleanText::line("INC-20261120-0205"),
        title: CleanText::line("checkout \"fails\""),
        severity: CleanText::line("SEV2"),
        started_at: at("2026-11-20T02:05:21Z"),
        timeline: Vec::new(),
    }
}

fn entry(text: &str) -> TimelineEntry {
    TimelineEntry {
        at: at("2026-11-20T02:06:00Z"),
        kind: EntryKind::Note,
        text: CleanText::block(text),
        evidence: vec![EvidenceId(1)],
        who: CleanText::line("ines"),
    }
}

fn record(source: &str, raw: &str, time: Option<&str>) -> LogRecord {
    LogRecord {
        id: RecordId(0),
        time: time.map(at),
        observed: at("2026-11-20T02:05:25Z"),
        severity: Severity::Error,
        service: CleanText::line("payments"),
        source: SourceId::new(source),
        body: CleanText::line(raw),
        raw: CleanText::block(raw),
        attributes: Box::default(),
        trace_id: None,
    }
}

fn alert() -> Alert {
    Alert {
        fingerprint: CleanText::line("ab12"),
        labels: BTreeMap::from([(CleanText::line("alertname"), CleanText::line("HighErrorRate"))]),
        annotations: BTreeMap::new(),
        state: AlertState::Firing,
        starts_at: at("2026-11-20T02:05:30Z"),
        ends_at: None,
        generator_url: CleanText::line("http://prom/graph?g0.expr=up"),
        source: SourceId::new("am"),
        raw: CleanText::line("{}"),
    }
}

fn change() -> Change {
    Change {
        id: ChangeId(4),
        at: at("2026-11-20T02:05:12Z"),
        kind: CleanText::line("deploy"),
        service: CleanText::line("payments"),
        summary: CleanText::line("payments 1.10.0"),
        version: Some(CleanText::line("1.10.0")),
        author: None,
        commit: Some(CleanText::line("4c97d0c")),
        source: SourceId::new("git"),
        raw: CleanText::line("4c97d0c payments 1.10.0"),
    }
}

fn evidence() -> Evidence {
    Evidence {
        id: EvidenceId(1),
        kind: EvidenceKind::Metric,
        source: CleanText::line("prom"),
        query: CleanText::line("up"),
        window: Some(TimeWindow::new(at("2026-11-20T02:00:00Z"), at("2026-11-20T02:10:00Z"))),
        captured_at: at("2026-11-20T02:10:00Z"),
        text: CleanText::block("a\nb"),
        cut: Some(CleanText::line("3 lines")),
    }
}

fn series() -> Series {
    let values = [0.0, f64::INFINITY, 1e308];
    let samples =
        values.iter().zip(0..).map(|(value, i)| Sample { at: at(&format!("2026-11-20T02:0{i}:00Z")), value: *value });
    Series {
        source: SourceId::new("recording"),
        query: CleanText::line("sum(up)"),
        title: CleanText::line("up_now"),
        unit: Unit::Ratio,
        labels: BTreeMap::from([(CleanText::line("code"), CleanText::line("5\"0\"0"))]),
        samples: samples.collect(),
    }
}

#[test]
fn a_recorded_incident_loads_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(dir.path(), &incident()).unwrap();
    let command = RecordedCommand {
        command: "labctl status".to_owned(),
        output: CleanText::block("ok\nfine"),
        exit: 3,
        seconds: 0.25,
        at: Some(at("2026-11-20T02:07:00Z")),
    };
    let plain = record("files", "2026-11-20 02:05:21,113 ERROR boom\n  at charge", Some("2026-11-20T02:05:21.113Z"));
    for entry in [
        Entry::Alert { alert: alert(), seen: at("2026-11-20T02:05:31Z") },
        Entry::Log(plain.clone()),
        Entry::Log(record("stdin", "no time of its own", None)),
        Entry::Change(change()),
        Entry::Timeline(entry("first\nsecond")),
        Entry::Evidence(evidence(), Reach::Prompts),
        Entry::Journal("{\"seq\":1}\n".to_owned()),
        Entry::Command(command.clone()),
    ] {
        recorder.append(&entry).unwrap();
    }
    recorder.write_metrics("up now", "sum(up)", &[series()]).unwrap();
    recorder.write_notes("# notes").unwrap();
    recorder.update_incident(&incident(), &[CleanText::line("prometheus")]).unwrap();
    let folder = recorder.folder().to_path_buf();
    drop(recorder);

    let again = read(&folder);
    assert_eq!(again.gaps, Vec::<CleanText>::new());
    assert_eq!((&again.id, &again.title, &again.severity), (&incident().id, &incident().title, &incident().severity));
    assert_eq!(again.window.unwrap(), TimeWindow::new(at("2026-11-20T02:05:21Z"), at("2026-11-20T02:07:00Z")));
    let (seen, fired) = &again.alerts[0];
    assert_eq!(
        (*seen, &fired.fingerprint, fired.state),
        (at("2026-11-20T02:05:31Z"), &alert().fingerprint, AlertState::Firing)
    );
    let raws: Vec<(&str, &str)> = again.logs.iter().map(|log| (log.service.as_str(), log.raw.as_str())).collect();
    assert_eq!(raws, [("payments", plain.raw.as_str()), ("payments", "2026-11-20T02:05:25Z no time of its own")]);
    assert_eq!(again.logs[0].time, plain.time);
    assert_eq!(again.changes[0].commit, change().commit);
    assert_eq!(again.timeline, [entry("first\nsecond")]);
    assert_eq!(again.evidence, [evidence()]);
    assert_eq!(again.commands, [command]);
    assert_eq!(again.series, [series()]);
    assert_eq!(again.queries[0].text.as_str(), "sum(up)");
    assert_eq!(again.stack, [CleanText::line("prometheus")]);
    assert_eq!(again.notes.as_str(), "# notes");
    assert_eq!(std::fs::read_to_string(folder.join("journal.jsonl")).unwrap(), "{\"seq\":1}\n");
}

#[test]
fn a_line_torn_by_a_crash_costs_only_itself() {
    let dir = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(dir.path(), &incident()).unwrap();
    recorder.append(&Entry::Timeline(entry("before"))).unwrap();
    recorder.update_incident(&incident(), &[CleanText::line("git")]).unwrap();
    let folder = recorder.folder().to_path_buf();
    drop(recorder);
    let mut file = std::fs::File::options().append(true).open(folder.join("timeline.jsonl")).unwrap();
    file.write_all(b"{\"at\":\"2026-11-20T02:06").unwrap();
    assert!(has_gap(&read(&folder), &["timeline.jsonl:2", "the line is left out"]));

    let texts: Vec<String> = read(&folder).timeline.iter().map(|entry| entry.text.to_string()).collect();
    assert_eq!(texts, ["before"]);
    assert_eq!(read(&folder).stack, [CleanText::line("git")]);
}

#[test]
fn a_later_session_leaves_the_bundle_of_an_earlier_one_alone() {
    let dir = tempfile::tempdir().unwrap();
    let mut earlier = Recorder::create(dir.path(), &incident()).unwrap();
    earlier.append(&Entry::Evidence(evidence(), Reach::Prompts)).unwrap();
    let folder = earlier.folder().to_path_buf();
    drop(earlier);
    let mut later = Recorder::create(dir.path(), &incident()).unwrap();
    later.append(&Entry::Evidence(Evidence { text: CleanText::line("other"), ..evidence() }, Reach::Prompts)).unwrap();
    let other = later.folder().to_path_buf();
    drop(later);
    assert!(other.ends_with("INC-20261120-0205-2"), "{}", other.display());
    assert_eq!(read(&folder).evidence[0].text, evidence().text);
    assert_eq!(read(&other).evidence[0].text.as_str(), "other");
}

#[test]
fn a_second_writer_gets_its_own_folder() {
    let dir = tempfile::tempdir().unwrap();
    let first = Recorder::create(dir.path(), &incident()).unwrap();
    let second = Recorder::create(dir.path(), &incident()).unwrap();
    assert!(first.folder().ends_with("INC-20261120-0205"));
    assert!(second.folder().ends_with("INC-20261120-0205-2"));
    drop(first);
    assert!(Recorder::create(dir.path(), &incident()).unwrap().folder().ends_with("INC-20261120-0205-3"));
}

#[test]
fn the_log_budget_ends_the_lines_and_the_timeline_says_so_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(dir.path(), &incident()).unwrap().with_log_budget(1000);
    for _ in 0..100 {
        recorder.append(&Entry::Log(record("files", &"x".repeat(90), None))).unwrap();
    }
    let folder = recorder.folder().to_path_buf();
    drop(recorder);
    let again = read(&folder);
    assert!((1..100).contains(&again.logs.len()), "{}", again.logs.len());
    assert_eq!(again.timeline.len(), 1);
    assert!(again.timeline[0].text.contains("no longer recorded"), "{}", again.timeline[0].text);
    assert!(std::fs::metadata(folder.join("logs/payments.log")).unwrap().len() <= 1000);
}

#[test]
fn evidence_once_written_is_never_changed() {
    let dir = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(dir.path(), &incident()).unwrap();
    recorder.append(&Entry::Evidence(evidence(), Reach::Prompts)).unwrap();
    recorder
        .append(&Entry::Evidence(Evidence { text: CleanText::line("other"), ..evidence() }, Reach::Prompts))
        .unwrap();
    assert_eq!(read(recorder.folder()).evidence, [evidence()]);
}

#[test]
fn a_place_that_takes_no_folder_is_said_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Recorder::create(&file, &incident()).unwrap_err();
    assert!(error.to_string().contains("file/INC-20261120-0205"), "{error}");
    assert!(load(&file).is_err());
}

#[test]
fn names_from_outside_stay_inside_the_bundle() {
    let dir = tempfile::tempdir().unwrap();
    let escaping = Incident { id: CleanText::line("../../x"), ..incident() };
    let mut recorder = Recorder::create(dir.path(), &escaping).unwrap();
    let service = LogRecord { service: CleanText::line("../../../y"), ..record("files", "z", None) };
    recorder.append(&Entry::Log(service)).unwrap();
    recorder.write_metrics("../../z", "z", &[]).unwrap();
    recorder.flush().unwrap();
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    assert_eq!(read(recorder.folder()).logs.len(), 1);
}

#[test]
fn what_is_held_back_stays_so_in_a_replay_also_when_that_was_learnt_late() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(folder.path(), &incident()).unwrap();
    let later = Evidence { id: EvidenceId(9), ..evidence() };
    recorder.append(&Entry::Evidence(evidence(), Reach::HeldBack)).unwrap();
    recorder.append(&Entry::Evidence(later.clone(), Reach::Prompts)).unwrap();
    let held = |recorder: &Recorder| load(recorder.folder()).unwrap().held_back;
    assert_eq!(held(&recorder), [evidence().id]);
    recorder.append(&Entry::Evidence(later.clone(), Reach::HeldBack)).unwrap();
    assert_eq!(held(&recorder), [evidence().id, later.id]);
    assert!(load(recorder.folder()).unwrap().evidence.contains(&later), "nothing else of it changed");

    // A mark that nobody can read holds it back too.
    let head = recorder.folder().join("evidence/E9.json");
    let odd = std::fs::read_to_string(&head).unwrap().replace("\"held_back\":true", "\"held_back\":\"yes\"");
    std::fs::write(&head, odd).unwrap();
    assert_eq!(held(&recorder), [evidence().id, later.id]);
}
