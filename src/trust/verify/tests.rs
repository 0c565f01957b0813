//! Whole answers against evidence of every kind, and hostile ones against nothing.

use proptest::prelude::*;

use super::*;
use crate::domain::{EvidenceKind, TimeWindow, Timestamp};

fn evidence(id: u32, kind: EvidenceKind, query: &str, text: &str) -> Evidence {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    Evidence {
        id: EvidenceId(id),
        kind,
        source: "prom".into(),
        query: CleanText::line(query),
        window: Some(TimeWindow::new(at("2026-11-20T01:47:00Z"), at("2026-11-20T02:17:00Z"))),
        captured_at: at("2026-11-20T02:17:00Z"),
        text: CleanText::block(text),
        cut: None,
    }
}

fn shelf(id: EvidenceId) -> Option<Evidence> {
    match id.0 {
        2 => Some(evidence(2, EvidenceKind::Change, "changes", "2026-11-20T02:05:12Z deploy payments 2.3.1 by noor")),
        4 => Some(evidence(4, EvidenceKind::Metric, "cpu{service=\"payments\"}", "1795139220 0.21\n1795140000 0.2104")),
        5 => Some(evidence(
            5,
            EvidenceKind::Logs,
            "service=payments level>=error",
            "2026-11-20 02:05:21,113 ERROR [payments-1] card gateway: invalid header x-idem order=8812\n\
             2026-11-20 02:05:21,187 ERROR [payments-1] card gateway: invalid header x-idem order=8813\n\
             2026-11-20 02:05:21,240 ERROR [payments-1] \"retry\" refused",
        )),
        _ => None,
    }
}

fn statuses(answer: &str) -> Vec<String> {
    check(answer, &shelf)
        .into_iter()
        .map(|sentence| match sentence.status {
            Status::Supported => "supported".to_owned(),
            Status::Unsupported { why } => why.to_string(),
            Status::Uncited => "uncited".to_owned(),
            Status::Chatter => "chatter".to_owned(),
        })
        .collect()
}

#[test]
fn a_sentence_that_shares_no_word_with_its_citation_is_unsupported() {
    let deploy =
        evidence(3, EvidenceKind::Change, "changes near the onset", "deploy payments 1.10.0: note the scheme fee");
    let find = |id: EvidenceId| (id == deploy.id).then(|| deploy.clone());
    let status = |answer: &str| check(answer, &find)[0].status.clone();
    assert!(matches!(status("The database is saturated. [E3]"), Status::Unsupported { .. }));
    assert_eq!(status("Payments was deployed. [E3]"), Status::Supported);
}

#[test]
fn an_answer_is_judged_sentence_by_sentence() {
    let answer = "Payments 2.3.1 was deployed 9 s before the first errors. [E2][E5:1]\n\
        - The log says \"card gateway: invalid header x-idem\" [E5:1-2].\n\
        - The CPU of `payments` stayed at 21 % [E4]. The database is saturated.\n\
        - It peaked at 41.2 % [E4].\n\nWhat does the bank say? Next, compare both versions.";
    assert_eq!(
        statuses(answer),
        ["supported", "supported", "supported", "uncited", "E4 does not hold 41.2", "chatter", "chatter"]
    );
}

#[test]
fn citations_of_what_is_not_there_are_said() {
    assert_eq!(statuses("It is down [E9]."), ["E9 does not exist"]);
    assert_eq!(statuses("It is down [E5:2-4]."), ["E5 has 3 lines, not 2-4"]);
    assert_eq!(statuses("It is down [E5:3-1]."), ["E5 has 3 lines, not 3-1"]);
    assert_eq!(statuses("It is down [E0]."), ["one of its citations cannot be read"]);
}

#[test]
fn a_range_is_judged_on_its_lines_only() {
    assert_eq!(statuses("Order 8813 failed [E5:2]."), ["supported"]);
    assert_eq!(statuses("Order 8813 failed [E5:1]."), ["E5:1 does not hold 8813"]);
    assert_eq!(statuses("Order 8813 failed [E5:1][E4]."), ["E5:1 and E4 do not hold 8813"]);
}

#[test]
fn an_altered_quote_is_unsupported() {
    assert_eq!(statuses("It says \"invalid headers\" [E5]."), ["E5 does not hold \"invalid headers\""]);
    assert_eq!(statuses("The pod `payments-2` fails [E5]."), ["E5 does not hold \"payments-2\""]);
}

#[test]
fn a_plan_may_name_a_command_that_no_evidence_holds_but_no_wrong_version() {
    assert_eq!(statuses("Roll back with `labctl rollback payments`, since 2.3.1 is new [E2]."), ["supported"]);
    assert_eq!(statuses("Roll back 2.3.0, which is new [E2]."), ["E2 does not hold 2.3.0"]);
    assert_eq!(statuses("Run `labctl rollback payments`."), ["chatter"]);
}

#[test]
fn a_name_from_the_evidence_makes_a_claim() {
    assert_eq!(statuses("See the CPU [E4]. It all points at payments here."), ["supported", "uncited"]);
    assert_eq!(statuses("It all points at carts here."), ["chatter"]);
}

#[test]
fn spans_and_texts_cover_what_stands_in_the_answer() {
    let answer = "# Found\n\nIt failed\n  at 02:05:21. [E5:1]\n";
    let checked = check(answer, &shelf);
    assert_eq!(checked[1].text.as_str(), "It failed at 02:05:21. [E5:1]");
    assert_eq!(&answer[checked[1].span.clone()], "It failed\n  at 02:05:21. [E5:1]");
    assert_eq!(checked[1].citations, [Locator { id: EvidenceId(5), lines: Some((1, 1)) }]);
    assert_eq!(checked[1].status, Status::Supported);
}

#[test]
fn sentences_beyond_the_limit_are_never_supported() {
    let checked = check(&"It failed [E5]. ".repeat(MOST_SENTENCES + 2), &shelf);
    assert_eq!(checked.len(), MOST_SENTENCES + 2);
    assert_eq!(checked[0].status, Status::Supported);
    assert!(matches!(checked[MOST_SENTENCES].status, Status::Unsupported { .. }));
}

#[test]
fn an_answer_written_to_be_slow_is_given_up_and_not_supported() {
    let long = |id| Some(evidence(id, EvidenceKind::Logs, "all", &"2026-11-20T02:05:21Z 5 x\n".repeat(100_000)));
    let answer = format!("It took {} [E1].", "5 s ".repeat(60_000));
    let checked = check(&answer, &|id: EvidenceId| long(id.0));
    assert!(
        matches!(&checked[0].status, Status::Unsupported { why } if why.contains("too much")),
        "{:?}",
        checked[0].status
    );
    for piece in ["[E1:1-2]", "`5` ", "\"x\" ", "5 ", "E1:", "[E1:1-2] a. ", "12:05 "] {
        check(&piece.repeat((256 << 10) / piece.len()), &|id: EvidenceId| long(id.0));
    }
}

proptest! {
    #[test]
    fn any_answer_is_checked_without_panic(answer in "(\\PC|\n|\\[E[0-9:,-]{0,6}\\]|`|\"|[0-9.:%]{1,9}| ){0,120}") {
        let mut last = 0;
        for sentence in check(&answer, &shelf) {
            prop_assert!(sentence.span.start >= last && answer.get(sentence.span.clone()).is_some());
            last = sentence.span.end;
        }
    }
}
