//! The recording under the same contract: it streams, ends once, stops when nobody listens, and cites real lines.

use std::time::Duration;

use midwatch::copilot::providers::recorded::Recorded;
use midwatch::copilot::{Ask, Delta, Provider};
use midwatch::domain::model::Location;
use midwatch::domain::recording::RecordedAnswer;
use midwatch::domain::{CleanText, Evidence, EvidenceId, EvidenceKind, Timestamp};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::wire::{ask, question};

fn recorded() -> Recorded {
    let answer = |when: &[&str], text: &str| RecordedAnswer {
        when: when.iter().map(|word| (*word).to_owned()).collect(),
        text: text.to_owned(),
    };
    Recorded::new("bad-deploy", vec![answer(&["why"], "Payments fails [@invalid header]. It is new [@nowhere].")])
}

fn with_evidence() -> Ask {
    let evidence = Evidence {
        id: EvidenceId(5),
        kind: EvidenceKind::Logs,
        source: "payments".into(),
        query: "service=payments".into(),
        window: None,
        captured_at: Timestamp::UNIX_EPOCH,
        text: CleanText::block("INFO ok\nERROR card gateway: invalid header"),
        cut: None,
    };
    Ask { evidence: vec![evidence], ..question() }
}

#[tokio::test(start_paused = true)]
async fn it_streams_word_by_word_at_a_readable_pace_and_cites_real_lines() {
    let (out, mut deltas) = mpsc::channel(1);
    let begun = Instant::now();
    tokio::spawn(recorded().ask(with_evidence(), out));
    let mut pieces = Vec::new();
    while let Some(delta) = deltas.recv().await {
        pieces.push(delta);
    }
    let last = pieces.pop().unwrap();
    assert_eq!(last, Delta::Done { prompt_tokens: None, answer_tokens: None, cut: None });
    assert!(pieces.len() > 5 && begun.elapsed() > Duration::from_millis(300));
    let text: String =
        pieces.iter().map(|piece| if let Delta::Text(text) = piece { text.as_str() } else { "" }).collect();
    assert_eq!(text, "Payments fails [E5:2]. It is new.");
}

#[tokio::test(start_paused = true)]
async fn it_stops_when_nobody_listens_and_is_labelled_as_a_recording() {
    let (out, deltas) = mpsc::channel(1);
    drop(deltas);
    recorded().ask(with_evidence(), out).await;
    assert_eq!(recorded().label().location, Location::Recorded);
    assert!(ask(&recorded()).await.0.contains("Payments fails. It is new."));
}
