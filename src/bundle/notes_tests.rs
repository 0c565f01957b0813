//! The notes tell the story, and no text in them can pretend to be part of them.

use std::collections::BTreeMap;

use super::*;
use crate::domain::{EvidenceKind, SourceId, TimeWindow};

fn at(text: &str) -> Timestamp {
    format!("2026-11-20T{text}Z").parse().unwrap()
}

fn incident() -> Incident {
    let entry = |time: &str, kind, text: &str, evidence: Vec<EvidenceId>, who: &str| TimelineEntry {
        at: at(time),
        kind,
        text: CleanText::block(text),
        evidence,
        who: CleanText::line(who),
    };
    Incident {
        id: CleanText::line("INC-20261120-0205"),
        title: CleanText::line("checkout fails"),
        severity: CleanText::line("SEV2"),
        started_at: at("02:05:21"),
        timeline: vec![
            entry("02:07:00", EntryKind::Note, "looks like [payments](http://x)", vec![], "ines"),
            entry("02:06:00", EntryKind::Pin, "first error", vec![EvidenceId(3)], "ines"),
        ],
    }
}

fn evidence(text: &str) -> Evidence {
    Evidence {
        id: EvidenceId(3),
        kind: EvidenceKind::Logs,
        source: CleanText::line("recording"),
        query: CleanText::line("service=payments level>=error"),
        window: Some(TimeWindow::new(at("02:05:00"), at("02:10:00"))),
        captured_at: at("02:06:00"),
        text: CleanText::block(text),
        cut: None,
    }
}

fn alert(state: AlertState, ends: Option<&str>) -> Alert {
    let text = |pairs: &[(&str, &str)]| -> BTreeMap<CleanText, CleanText> {
        pairs.iter().map(|(k, v)| (CleanText::line(k), CleanText::line(v))).collect()
    };
    Alert {
        fingerprint: CleanText::line("ab"),
        labels: text(&[("alertname", "HighErrorRate"), ("service", "payments"), ("severity", "critical")]),
        annotations: text(&[("summary", "payments fails 48% of its requests")]),
        state,
        starts_at: at("02:05:30"),
        ends_at: ends.map(at),
        generator_url: CleanText::default(),
        source: SourceId::new("am"),
        raw: CleanText::default(),
    }
}

fn input() -> NotesInput {
    NotesInput {
        alerts: vec![alert(AlertState::Resolved, Some("02:11:30"))],
        runs: vec![Run {
            at: at("02:10:00"),
            text: CleanText::line("labctl rollback payments"),
            class: Class::Write,
            who: CleanText::line("ines"),
            outcome: Some(Outcome::Exit(0)),
            ended_at: Some(at("02:10:04")),
            evidence: None,
        }],
        open_questions: vec![CleanText::line("why did the tests pass?")],
        cited: vec![(EvidenceId(3), 2)],
        who: CleanText::line("ines"),
        host: CleanText::line("bastion"),
        now: Some(at("02:15:00")),
    }
}

#[test]
fn the_story_is_told_with_times_classes_and_evidence() {
    let text = markdown(&incident(), &|_| Some(evidence("one\nKeyError: 'amex'\nthree")), &input());
    for part in [
        "# INC-20261120-0205: checkout fails (SEV2)",
        "Began 2026-11-20 02:05:21Z, notes of 2026-11-20 02:15:00Z, by ines on bastion. All times are UTC.",
        "- 2026-11-20 02:05:30Z CRIT **HighErrorRate** payments: payments fails 48% of its requests \
         (cleared 2026-11-20 02:11:30Z after 6m00s)",
        "### E3: logs from recording",
        "   2  KeyError: 'amex'",
        "1 of 3 lines, 2026-11-20 02:05:00Z to 2026-11-20 02:10:00Z, captured 2026-11-20 02:06:00Z, sha256 ",
        "- 2026-11-20 02:10:00Z WRITE, confirmed by ines: exit 0 after 4s",
        "  labctl rollback payments\n",
        "- why did the tests pass?",
    ] {
        assert!(text.contains(part), "{part}\n---\n{text}");
    }
    let pin = text.find("first error").unwrap();
    assert!(pin < text.find("looks like").unwrap(), "the timeline is in time order");
    assert!(text.contains("\\[payments\\](http://x)"));
}

#[test]
fn evidence_cannot_end_its_fence_and_text_cannot_become_markup() {
    let hostile = "x\n```\n# all clear\n`````\n<script>";
    let block = CleanText::block(hostile);
    let runs = vec![Run { text: block.clone(), ..input().runs.remove(0) }];
    let asked = Evidence { query: block, ..evidence(hostile) };
    let text = markdown(&incident(), &|_| Some(asked.clone()), &NotesInput { cited: vec![], runs, ..input() });
    let mut fence: Option<usize> = None;
    for line in text.lines() {
        let ticks = line.trim_start().chars().take_while(|c| *c == '`').count();
        match fence {
            None if ticks >= 3 => fence = Some(ticks),
            Some(open) if ticks >= open && line.trim_start().chars().all(|c| c == '`') => fence = None,
            Some(_) => {}
            None => assert!(!line.contains("all clear") && !line.contains("<script>"), "{line}"),
        }
    }
    assert_eq!(fence, None);
}

#[test]
fn an_incident_with_nothing_in_it_says_so() {
    let bare = Incident { timeline: Vec::new(), ..incident() };
    let text = markdown(&bare, &|_| None, &NotesInput::default());
    assert!(text.contains("No alert.") && text.contains("Nothing.") && text.contains("None noted."), "{text}");
    let lost = markdown(&incident(), &|_| None, &NotesInput::default());
    assert!(lost.contains("### E3\n\nNo longer held."));
}

proptest::proptest! {
    #[test]
    fn a_fence_is_longer_than_anything_in_it(text in "[`~a\n ]{0,60}") {
        let mut out = String::new();
        fenced(&mut out, "text", &text);
        let fence = out.split("text").next().unwrap();
        let inside = out.strip_prefix(fence).unwrap().strip_suffix(&format!("{fence}\n")).unwrap();
        proptest::prop_assert!(fence.chars().all(|c| c == '`') && fence.len() >= 3);
        proptest::prop_assert!(!inside.contains(fence));
    }

    #[test]
    fn plain_text_stays_on_its_line_and_holds_no_live_markup(text in "[`*_\\[\\]<>&~a\\\\\n]{0,40}") {
        let out = plain(&text);
        proptest::prop_assert!(!out.contains('\n') && !out.contains('<'));
        let mut escaped = false;
        for c in out.chars() {
            proptest::prop_assert!(escaped || !matches!(c, '`' | '*' | '[' | ']' | '~'), "{}", out);
            escaped = c == '\\' && !escaped;
        }
    }
}
