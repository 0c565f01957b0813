//! Whole answers against evidence: scenes from several trades, each sentence with the status it must get, and hostile
//! answers against nothing.

use proptest::prelude::*;

use super::*;
use crate::domain::{EvidenceKind, TimeWindow, Timestamp};

/// Each scene is a stack, evidence, and sentences: `+` supported, `-` unsupported, `?` chatter, `u` uncited, `o` off-stack.
/// A `~` before the mark: not seen yet; such sentences are counted and must not become more.
const SCENES: [(&str, &str); 8] = [
    ("auth", include_str!("scenes/auth.txt")),
    ("broker", include_str!("scenes/broker.txt")),
    ("game", include_str!("scenes/game.txt")),
    ("grid", include_str!("scenes/grid.txt")),
    ("ledger", include_str!("scenes/ledger.txt")),
    ("mail", include_str!("scenes/mail.txt")),
    ("transcode", include_str!("scenes/transcode.txt")),
    ("warehouse", include_str!("scenes/warehouse.txt")),
];

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

/// One piece of evidence of a scene, from its heading and its lines.
fn piece(heading: &str, lines: &[&str]) -> Evidence {
    let parts: Vec<&str> = heading.split(" | ").collect();
    let [head, query @ .., start, end] = parts.as_slice() else { panic!("{heading}") };
    let words: Vec<&str> = head.splitn(3, ' ').collect();
    let kind = serde_json::from_value(words[1].into()).unwrap();
    let id = words[0].parse::<EvidenceId>().unwrap();
    let window = TimeWindow::new(start.parse().unwrap(), end.parse().unwrap());
    let source = CleanText::line(words[2]);
    Evidence { id, source, window: Some(window), ..evidence(1, kind, &query.join(" | "), &lines.join("\n")) }
}

/// A sentence of a scene: whether it is known not to be seen, the mark, the text.
type Wanted<'a> = (bool, char, &'a str);

fn scene(text: &str) -> (Stack, Vec<Evidence>, Vec<Wanted<'_>>) {
    let (before, answer) = text.split_once("== answer\n").unwrap();
    let mut pieces = before.split("\n== ");
    let stack = Stack::new(pieces.next().unwrap().trim_start_matches("stack: ").trim().split(", "));
    let shelf = pieces.map(|piece_text| {
        let mut lines = piece_text.lines();
        let heading = lines.next().unwrap();
        piece(heading, &lines.collect::<Vec<_>>())
    });
    let wanted = answer.lines().filter(|line| !line.is_empty()).map(|line| {
        let known = line.strip_prefix('~');
        let line = known.unwrap_or(line);
        (known.is_some(), line.chars().next().unwrap(), &line[2..])
    });
    (stack, shelf.collect(), wanted.collect())
}

fn mark(status: &Status) -> char {
    match status {
        Status::Supported => '+',
        Status::Unsupported { .. } => '-',
        Status::Uncited => 'u',
        Status::OffStack { .. } => 'o',
        Status::Chatter => '?',
    }
}

#[test]
fn every_sentence_of_every_scene_gets_its_status() {
    let mut wrong = Vec::new();
    let (mut all, mut unseen) = (0, 0);
    for (name, text) in SCENES {
        let (stack, shelf, wanted) = scene(text);
        for (known, expected, sentence) in wanted {
            let find = |id: EvidenceId| shelf.iter().find(|evidence| evidence.id == id).cloned();
            let checked = check_with(sentence, Some(&stack), &find);
            all += 1;
            unseen += usize::from(known);
            let fits = checked.len() == 1 && mark(&checked[0].status) == expected;
            if fits == known {
                wrong.push(format!(
                    "{name}: {expected} {sentence} -> {:?}",
                    checked.iter().map(|it| &it.status).collect::<Vec<_>>()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {all}\n{}", wrong.len(), wrong.join("\n"));
    assert!(all > 400 && unseen * 25 < all, "{unseen} of {all}");
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
    let told = |sentence: Sentence| match sentence.status {
        Status::Unsupported { why } => why.to_string(),
        status => status.word().to_owned(),
    };
    check(answer, &shelf).into_iter().map(told).collect()
}

#[test]
fn an_answer_is_judged_sentence_by_sentence() {
    let answer = "Payments 2.3.1 was deployed 9 s before the first errors. [E2][E5:1]\n\
        - The log says \"card gateway: invalid header x-idem\" [E5:1-2].\n\
        - The CPU of `payments` stayed at 21 % [E4]. The database is saturated.\n\
        - It peaked at 41.2 % [E4].\n\nWhat does the bank say? Next, compare both versions.";
    assert_eq!(
        statuses(answer),
        [
            "supported",
            "supported",
            "supported",
            "uncited",
            "E4's highest value is 21, not 41.2 %",
            "chatter",
            "chatter"
        ]
    );
}

#[test]
fn citations_of_what_is_not_there_are_said() {
    assert_eq!(statuses("It is down [E9]."), ["E9 does not exist"]);
    assert_eq!(statuses("It fails [E5:2-4]."), ["E5 has 3 lines, not 2-4"]);
    assert_eq!(statuses("It fails [E5:x]."), ["one of its citations cannot be read"]);
    assert_eq!(statuses("It says \"invalid headers\" [E5]."), ["E5 does not hold \"invalid headers\""]);
    assert_eq!(statuses("The pod `payments-2` fails [E5]."), ["E5 does not hold \"payments-2\""]);
}

#[test]
fn a_supported_sentence_points_at_its_lines_and_no_others() {
    let checked = check("Order 8813 met an invalid header [E5].", &shelf);
    assert_eq!(checked[0].status, Status::Supported);
    assert_eq!(checked[0].support, [Locator { id: EvidenceId(5), lines: Some((2, 2)) }]);
}

#[test]
fn without_a_stack_every_tool_is_allowed() {
    let stack = Stack::new(["grafana"]);
    let status = |stack| check_with("Look into Datadog.", stack, &shelf)[0].status.clone();
    assert_eq!(status(Some(&stack)), Status::OffStack { tool: "Datadog".into() });
    assert_eq!(status(None), Status::Chatter);
}

#[test]
fn spans_and_texts_cover_what_stands_in_the_answer() {
    let answer = "# Found\n\nIt failed\n  at 02:05:21. [E5:1]\n";
    let checked = check(answer, &shelf);
    assert_eq!(checked[1].text.as_str(), "It failed at 02:05:21. [E5:1]");
    assert_eq!(&answer[checked[1].span.clone()], "It failed\n  at 02:05:21. [E5:1]");
    assert_eq!(checked[1].citations, [Locator { id: EvidenceId(5), lines: Some((1, 1)) }]);
}

#[test]
fn sentences_beyond_the_limit_are_never_supported() {
    let checked = check(&"The retry was refused [E5]. ".repeat(MOST_SENTENCES + 2), &shelf);
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
        matches!(&checked[0].status, Status::Unsupported { why } if why.contains("too long")),
        "{:?}",
        checked[0].status
    );
    let answer = "It took 5 s [E1]. ".repeat(1000);
    let checked = check(&answer, &|id: EvidenceId| long(id.0));
    let given_up = |it: &Sentence| matches!(&it.status, Status::Unsupported { why } if why.contains("too much"));
    assert!(given_up(&checked[999]), "{:?}", checked[999].status);
}

proptest! {
    #[test]
    fn any_answer_is_checked_without_panic(answer in "(\\PC|\n|\\[E[0-9:,-]{0,6}\\]|`|\"|[0-9.:%]{1,9}| |of|the|from|to|all|only|peak|twice| not | ms| before ){0,120}") {
        let mut last = 0;
        for sentence in check(&answer, &shelf) {
            prop_assert!(sentence.span.start >= last && answer.get(sentence.span.clone()).is_some());
            last = sentence.span.end;
        }
    }

    #[test]
    fn any_evidence_is_read_without_panic(text in "(\\PC|\n|\t|\\||  |[0-9.:%-]{1,9}|\\{\"a\": |->|=|Jan 3 |2026-11-20T02:05:21Z ){0,120}") {
        for kind in [EvidenceKind::Logs, EvidenceKind::Metric, EvidenceKind::Change, EvidenceKind::Trace] {
            let find = |id: EvidenceId| Some(evidence(id.0, kind, "rate(x_seconds[5m])", &text));
            check("All 3 of the 5 `a` lines peaked at 5 ms before the last, from 1 to 2 at 02:05 [E1]. None is not down [E1:1].", &find);
        }
    }
}
